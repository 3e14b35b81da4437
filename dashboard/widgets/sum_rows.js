// A backup as a sum that is read downwards, for a narrow screen: a row for each cell that counts most, the others in
// one, the bias, and under a rule what they come to. Plan's lens and Inside's cell show it (sum_rows.css).

const AROUND = ["NW", "N", "NE", "W", "here", "E", "SW", "S", "SE"];
const COUNTED = 4; // rows above the rule: with another number what stands below would jump from cell to cell

// headOf(symbol, name) makes what stands above a column.
function makeSumRows(table, headOf) {
  const make = (tag, name, ...content) => { const each = document.createElement(tag); each.className = name; each.append(...content); return each; };
  let columns = 0, rows = [];

  function build(parts) {
    columns = parts.length;
    const signs = columns === 3 ? ["× (", "+", ") ="] : ["×", "+", "×", "="];
    const line = (first, cellOf) => {
      const row = make("tr", "", first);
      parts.forEach((part, i) => row.append(make("td", "", cellOf(part)), make("td", "op", signs[i])));
      row.append(make("td", "product"));
      return row;
    };
    const head = line(make("td", ""), ([symbol, name]) => headOf(symbol, name));
    rows = Array.from({ length: COUNTED - 1 - (columns === 3) }, () => line(make("th", ""), () => make("i", "")));
    const alone = (name) => make("tr", name, Object.assign(make("th", ""), { colSpan: 1 + 2 * columns }), make("td", "product"));
    rows.push(alone(""), ...(columns === 3 ? [alone("")] : []), alone("total"));
    table.replaceChildren(head, ...rows);
  }

  // parts: [[symbol, name, [[text, [r, g, b]] of nine cells]], ...] as they stand in the sum; products: nine numbers;
  // bias: null where there is none; words: of what it comes to; written: how a number is.
  function show({ parts, products, bias, q, words, written }) {
    if (columns !== parts.length) build(parts);
    const size = (j) => Math.abs(products[j]), order = products.map((_, j) => j).sort((a, b) => size(b) - size(a));
    const many = rows.filter((row) => row.querySelector("i")).length, say = (row, left, right) => { row.querySelector("th").textContent = left; row.querySelector(".product").textContent = right; };
    order.slice(0, many).forEach((j, n) => {
      say(rows[n], AROUND[j], written(products[j]));
      rows[n].querySelectorAll("i").forEach((cell, i) => {
        const [text, rgb] = parts[i][2][j];
        cell.textContent = text;
        cell.style.background = `rgb(${rgb})`;
        cell.style.color = readable(...rgb);
      });
    });
    say(rows[many], `the ${9 - many} others together`, written(order.slice(many).reduce((sum, j) => sum + products[j], 0)));
    if (bias !== null) say(rows[many + 1], "b, the action's own", written(bias));
    say(rows[rows.length - 1], words, q);
  }

  return { show };
}
