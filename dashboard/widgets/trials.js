// Trials of two models: one of them large, all of them as squares, from which another is chosen. The walks are drawn
// while they happen; who asked for less motion sees them drawn.

const SHOWN = new WeakMap(), teller = makeTeller();
const SHAPES = ["M.3 .3h.4v.4h-.4z", "M.04 .04h.92v.92h-.92z", "M.5 0l.5 .5l-.5 .5l-.5 -.5z", "M.15 .15l.7 .7m0 -.7l-.7 .7"];

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".trials");
  teller.answered(setTriggerValue);
  const made = JSON.stringify(data);
  if (SHOWN.get(box) === made) return;
  SHOWN.set(box, made);
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const words = data.words, columns = Math.ceil(data.kinds.length / rows()), open = (trial) => teller.tell("opened", trial);

  const area = make("div", "area"), left = make("div"), right = make("div");
  left.append(pictures());
  right.append(...(data.thumbs.length ? [lost()] : []), legend(), squares(), ends(), folded());
  area.append(left, right);
  data.colours.forEach((colour, i) => box.style.setProperty(["--first", "--second"][i], colour));
  box.replaceChildren(area);

  function rows() { return Math.max(4, Math.round(Math.sqrt(data.kinds.length / 3))); }

  function pictures() {
    const all = make("div", data.pictures.length > 1 ? "pictures two" : "pictures");
    for (const picture of data.pictures) {
      const figure = make("figure");
      figure.innerHTML = picture.svg; // made by dashboard/figures, nothing of a visitor's is in it
      const drawn = figure.querySelector("svg"), lines = make("ul", "lines");
      drawn.setAttribute("role", "img");
      drawn.setAttribute("aria-label", picture.alt);
      for (const line of picture.lines) {
        const item = make("li", line.colour);
        item.append(make("i"), make("b", "", line.name), make("span", line.good ? "good" : "bad", `${line.good ? "✓" : "✗"} ${line.text}`));
        lines.append(item);
      }
      figure.append(lines);
      if (drawn.querySelector(".walk")) figure.append(again(drawn));
      all.append(figure);
    }
    return all;
  }

  function again(drawn) {
    const button = make("button", "again", "▶ Walk again");
    button.type = "button";
    button.onclick = () => drawn.getAnimations({ subtree: true }).forEach((each) => { each.cancel(); each.play(); });
    return button;
  }

  function svg(width, height, inside, name) {
    const host = make("div");
    host.innerHTML = `<svg class="${name}" viewBox="0 0 ${width} ${height}">${inside}</svg>`;
    return host.firstChild;
  }

  function legend() {
    const list = make("ul", "legend");
    ["both", "first", "second", "neither"].forEach((name, kind) => {
      if (!words[name]) return;
      const item = make("li"), count = [...data.kinds].filter((each) => Number(each) === kind).length;
      const mark = svg(1, 1, `<path class="k${kind}" d="${SHAPES[kind]}"/>`, "squares");
      mark.setAttribute("aria-hidden", "true");
      item.append(mark, make("b", "", count), make("span", "", words[name]));
      list.append(item);
    });
    return list;
  }

  function place(index) { return [Math.floor(index / rows()), index % rows()]; }

  function squares() {
    const paths = ["", "", "", ""];
    [...data.kinds].forEach((kind, index) => {
      const [x, y] = place(index);
      paths[kind] += SHAPES[kind].replace(/M(\.?\d*) (\.?\d*)/, (_, a, b) => `M${x * 1.15 + Number(a)} ${y * 1.15 + Number(b)}`);
    });
    const [hx, hy] = place(data.order.indexOf(data.shown));
    const here = `<rect class="here" x="${hx * 1.15 - 0.14}" y="${hy * 1.15 - 0.14}" width="1.28" height="1.28" rx=".2"/>`;
    const drawn = svg(columns * 1.15 + 0.3, rows() * 1.15 + 0.3,
      `<g transform="translate(.2 .2)">${paths.map((path, kind) => `<path class="k${kind}" d="${path}"/>`).join("")}${here}</g>`, "squares");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", `All ${data.kinds.length}, from ${words.left} to ${words.right}`);
    drawn.onclick = (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawn.querySelector("g").getScreenCTM().inverse());
      const [x, y] = [Math.floor(at.x / 1.15), Math.floor(at.y / 1.15)], index = x * rows() + y;
      if (y >= 0 && y < rows() && x >= 0 && index < data.order.length) open(data.order[index]);
    };
    return drawn;
  }

  function ends() {
    const line = make("div", "axis");
    line.append(make("span", "", `← ${words.left}`), make("span", "", words.touch), make("span", "", `${words.right} →`));
    return line;
  }

  function lost() {
    const part = make("div", "lost");
    part.append(make("p", "about", words.thumbs), thumbs());
    return part;
  }

  function folded() {
    const part = make("details", "words");
    part.append(make("summary", "", words.more), make("p", "", words.about));
    return part;
  }

  function thumbs() {
    const list = make("ul", "thumbs");
    list.setAttribute("role", "list");
    const many = data.thumbs.length;
    list.style.setProperty("--many", many > 8 ? Math.ceil(many / 2) : many);
    list.style.setProperty("--few", Math.min(many, 6)); // on a phone
    for (const thumb of data.thumbs) {
      const item = make("li"), button = make("button");
      button.type = "button";
      button.innerHTML = thumb.svg; // of figures of ours too
      button.setAttribute("aria-label", thumb.label);
      button.setAttribute("aria-pressed", String(thumb.id === data.shown));
      button.title = thumb.label;
      button.onclick = () => open(thumb.id);
      item.append(button);
      list.append(item);
    }
    return list;
  }
}
