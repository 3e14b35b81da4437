// The lens: one cell's Bellman backup, P x (R + V) + b = Q, number by number, and what its reward would have to be.

const WALL_NUMBER = -1000; // what costs more is a wall by design, and its number says nothing

function makeLens(host, { onSymbol, onReward, onLearned }) {
  const title = host.querySelector(".lens-title"), sum = host.querySelector(".lens-sum"), blocks = host.querySelector(".blocks");
  const slider = host.querySelector(".whatif input"), said = host.querySelector(".whatif output"), back = host.querySelector(".whatif button");
  const whatif = host.querySelector(".whatif");
  const table = host.querySelector(".sum-rows"), inRows = makeSumRows(table, (symbol, name) => pointing(symbol, name.replace("before", "<small>before</small>")));
  let shown = null;

  slider.oninput = () => onReward(shown.cell, Number(slider.value), false);
  slider.onchange = () => onReward(shown.cell, Number(slider.value), true);
  back.onclick = () => onLearned(shown.cell);

  // A part of the equation, made once: pointing at it shows its layer on the map.
  const part = (symbol, name, html) => pointing(symbol, `<b>${name}</b> ${html}`); // spaces: what is read aloud is what is seen

  function pointing(symbol, html) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "block";
    button.innerHTML = html;
    let came = null; // a pointer that rests where the page scrolls or opens does not point
    button.onpointerenter = (event) => { came = [event.clientX, event.clientY]; };
    button.onpointermove = (event) => { if (came && (event.clientX !== came[0] || event.clientY !== came[1])) onSymbol(symbol); };
    button.onfocus = () => onSymbol(symbol);
    button.onpointerleave = button.onblur = () => onSymbol(null);
    return button;
  }

  function write(block, cells) {
    block.querySelectorAll("i").forEach((each, j) => {
      const [text, rgb] = cells[j];
      each.textContent = text;
      each.style.background = `rgb(${rgb})`;
      each.style.color = readable(...rgb);
    });
  }

  // [[symbol, name], ...] with words between them.
  function build(free) {
    if (host.dataset.free === String(free)) return;
    host.dataset.free = free;
    const nine = `<span class="nine">${"<i></i> ".repeat(9)}</span>`;
    const parts = free ? [["P", "P for R"], "×", ["R", "R"], "+", ["P", "P for V"], "×", ["V", "V before"]]
      : [["P", "P"], "× (", ["R", "R"], "+", ["V", "V before"]];
    const tail = document.createElement("span"); // goes to a line of its own as a whole
    tail.className = "tail";
    const sum = part("Q", "Q", "<strong></strong>"), bias = document.createElement("span");
    bias.className = "block bias";
    bias.innerHTML = "<b>b</b> <strong></strong>";
    bias.title = "The action's own bias";
    sum.classList.add("answer");
    tail.append(...(free ? [] : [word(") +"), bias]), word("="), sum);
    blocks.replaceChildren(...parts.map((each) => (typeof each === "string" ? word(each) : part(...each, nine))), tail);
  }

  function word(text) {
    const span = document.createElement("span");
    span.className = "op";
    span.textContent = text;
    return span;
  }

  // cell, step k, the plan, V before and the colours of the map.
  function show({ cell, k, plan, before, colours, priced, painted, unit }) {
    shown = { cell };
    const { map, planner, world } = plan, { rows, cols } = map, r = Math.floor(cell / cols), c = cell % cols;
    const q = plan.qAt(before, cell), best = q.indexOf(Math.max(...q)), p = transitionAt(plan, cell);
    const near = Array.from({ length: 9 }, (_, j) => {
      const y = r + Math.floor(j / 3) - 1, x = c + (j % 3) - 1;
      const inside = y >= 0 && x >= 0 && y < rows && x < cols;
      return planner.free && !inside ? -1 : Math.max(0, Math.min(rows - 1, y)) * cols + Math.max(0, Math.min(cols - 1, x));
    });
    const of = (array, cell) => (cell < 0 ? 0 : array[cell]), own = (array) => near.map((each) => of(array, each));
    const reward = own(world.reward), value = own(before), kernel = [...p.subarray(best * 9, best * 9 + 9)];
    // A weight has a digit more: it is multiplied by numbers of many units.
    const written = (numbers, name) => numbers.map((x) => (x < WALL_NUMBER ? "wall" : name === "P" ? x.toFixed(x < 5e-4 ? 0 : 3) : short(x)));
    const weights = (numbers) => { const top = Math.max(...numbers.map(Math.abs)) || 1; return (j) => colours.weight(numbers[j] / top); };
    const sides = [["R", reward, (j) => colours.reward(reward[j])], ["V before", value, (j) => (map.walls[near[j]] ? colours.wall : colours.value(value[j]))]];
    sides.unshift(["P", kernel, weights(kernel)]);
    const ofReward = planner.free && [...kernelsOf(planner, "reward_kernel").subarray(best * 9, best * 9 + 9)];
    if (planner.free) {
      sides.splice(0, 3, ["P for R", ofReward, weights(ofReward)], sides[1], ["P for V", kernel, weights(kernel)], sides[2]);
    }
    build(planner.free);
    const figures = blocks.querySelectorAll("button.block");
    const parts = sides.map(([name, numbers, colourOf]) => [name[0], name, written(numbers, name).map((text, j) => [text, colourOf(j)])]);
    parts.forEach(([, , cells], i) => write(figures[i], cells));
    const end = q[best] < WALL_NUMBER ? "wall" : short(q[best]);
    figures[sides.length].querySelector("strong").textContent = end;
    if (!planner.free) blocks.querySelector(".bias strong").textContent = short(plan.bias[best]);
    const [down, right] = pushOf(p, best), bearing = Math.hypot(down, right) < 0.08 ? "stays" : `pushes ${compass(down, right)}`;
    const what = map.walls[cell] ? " (wall)" : cell === map.goal ? " (G)" : cell === map.start ? " (S)" : "";
    title.textContent = `Row ${r}, column ${c}${what}, step ${k}`;
    const settled = planner.hard && cell === map.goal; // which this planner sets to 0 instead
    blocks.hidden = table.hidden = settled;
    const products = kernel.map((weight, j) => (planner.free ? ofReward[j] * reward[j] + weight * value[j] : weight * (reward[j] + value[j])));
    inRows.show({ parts, products, bias: planner.free ? null : plan.bias[best], q: end, written: short,
      words: `Q of the best of ${q.length} actions: the new V` });
    sum.textContent = settled ? "At G nothing is left to pay: V stays 0." : `Of ${q.length} actions the best ${bearing}: so V becomes ${q[best] < WALL_NUMBER ? "that of a wall" : short(q[best])}.`;
    whatif.hidden = !priced;
    if (priced) {
      const now = painted ? (world.reward[cell] - world.learned[cell]) * (planner.sign || 1) / unit : 0;
      slider.value = now;
      said.textContent = painted ? `R = ${short(world.reward[cell])}, learned ${short(world.learned[cell])}` : `R = ${short(world.reward[cell])}, as learned`;
      slider.setAttribute("aria-valuetext", said.textContent);
      back.hidden = !painted;
    }
  }

  return { show, get cell() { return shown && shown.cell; } };
}

// A number as the lens writes it.
function short(x) {
  return Math.abs(x) >= 100 ? x.toFixed(0) : Math.abs(x) >= 10 ? x.toFixed(1) : x.toFixed(2).replace("-0.00", "0.00");
}

function compass(down, right) {
  const angle = Math.atan2(-down, right), names = ["E", "NE", "N", "NW", "W", "SW", "S", "SE"];
  return names[(Math.round(angle / (Math.PI / 4)) + 8) % 8];
}
