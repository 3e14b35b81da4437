// One cell: the map it is picked on, its backup as a sum that is read across, P x (R + V before) + b = Q, and which
// action is the best at which step. Small planners run here (planner.js), and the sum follows the pointer; of the others
// the server sends all steps of the cell that was picked.

export default keep(".cell", makeCell);

function makeCell(host) {
  const [canvas, head, row, curves, slider, say] = ["canvas", ".head", ".sum", ".curves", ".scrub input", ".say"].map((name) => host.querySelector(name));
  const fields = [".row", ".column"].map((name) => host.querySelector(name));
  const widget = { send: null, show, stop };
  const inRows = makeSumRows(host.querySelector(".sum-rows"), (symbol, name) => Object.assign(document.createElement("b"), { textContent: name })); // on a phone
  let data = null, values = null, plan = null, step = 1, told = null, wanted = null, over = null, cursor = null, lit = null;
  let pen = null, size = 10, focused = false, drawn = "";

  function show(next) {
    const other = !data || data.values !== next.values || data.walls !== next.walls || data.name !== next.name;
    if (told === next.step) told = null;
    if (other || (told === null && data.step !== next.step)) step = next.step;
    if (other || (wanted && same(wanted, next.cell))) wanted = null;
    data = next;
    if (other) {
      values = Uint8Array.from(atob(data.values), (letter) => letter.charCodeAt(0));
      cursor = data.cell.slice();
      told = over = null;
      plan = data.plain ? planHere() : null;
    }
    slider.max = data.last;
    slider.disabled = data.last < 2;
    fields.forEach((field, i) => Object.assign(field, { min: 1, max: (i ? data.cols : data.rows) - 2, value: (wanted || data.cell)[i] }));
    if (data.verdict) say.textContent = data.verdict;
    if (drawn !== data.curves) curves.innerHTML = drawn = data.curves; // made by dashboard/figures, nothing of a visitor's is in it
    const [left, right, all] = data.plot;
    slider.style.marginLeft = `calc(${(100 * left) / all}% - 8px)`; // its thumb stands under the line that marks k
    slider.style.width = `calc(${(100 * (right - left)) / all}% + 16px)`;
    host.querySelector(".words").textContent = data.words;
    const key = host.querySelector(".key");
    key.style.setProperty("--ramp", `linear-gradient(90deg, ${data.vStops.map((c) => `rgb(${c})`)})`);
    layout();
    go(step);
  }

  function planHere() {
    const at = ([r, c]) => r * data.cols + c;
    const made = makePlan(makePlanner(data.plain), { rows: data.rows, cols: data.cols, start: at(data.start), goal: at(data.goal),
      walls: Uint8Array.from(data.walls, Number) }, data.last);
    made.advance();
    return made;
  }

  // What V of a cell is made of at this step.
  function backupOf(cell) {
    const around = Array.from({ length: 9 }, (_, j) => (cell[0] - 1 + Math.floor(j / 3)) * data.cols + cell[1] - 1 + (j % 3)), i = around[4];
    const common = { wall: data.walls[i] === "1", walls: around.map((each) => data.walls[each] === "1"), share: around.map((each) => values[frameAt(step - 1) + each] / 255) };
    if (plan) {
      const before = plan.valuesAt(step - 1), all = plan.qAt(before, i), best = all.indexOf(Math.max(...all)), { planner, world } = plan;
      const own = (weights) => [...weights.subarray(best * 9, best * 9 + 9)];
      return { ...common, best, q: all[best], ends: planner.hard && same(cell, data.goal), reward: around.map((each) => world.reward[each]), value: around.map((each) => before[each]),
        kernel: own(transitionAt(plan, i)), rewardKernel: planner.free ? own(kernelsOf(planner, "reward_kernel")) : null, bias: planner.free ? 0 : plan.bias[best] };
    }
    const { numbers } = data, copy = numbers.kernel.length > 1 ? step - 1 : 0, best = data.best[step - 1];
    return { ...common, best, q: numbers.q[step - 1], ends: data.ends, reward: numbers.reward, value: numbers.value[step - 1],
      kernel: numbers.kernel[copy][best], rewardKernel: numbers.rewardKernel && numbers.rewardKernel[copy][best], bias: numbers.bias[copy][best] };
  }

  // Where the frame nearest to a step begins among the values.
  function frameAt(k) {
    const gaps = data.frames.map((each) => Math.abs(each - k));
    return gaps.indexOf(Math.min(...gaps)) * data.rows * data.cols;
  }

  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  const minus = (text) => text.replace(/^-(?=0\.?0*$)/, "").replace("-", "−"); // and no zero has a sign
  const short = (number) => minus(number.toFixed(Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2));
  const weight = (number) => (Math.abs(number) < 5e-4 ? "0" : minus(number.toFixed(3)));

  // -- the step -------------------------------------------------------------------------------------------

  function go(k) {
    step = Math.max(1, Math.min(data.last, k));
    slider.value = step;
    slider.setAttribute("aria-valuetext", `after step ${step}`);
    host.querySelector("output").textContent = `step ${step} of ${data.last}`;
    [[".low", "far from", data.low], [".high", "near", 0]].forEach(([end, where, gap]) => { // of this step, as in the sum
      host.querySelector(`.key ${end}`).textContent = `${where} G: V ${short(data.vBest[step] + gap)}`;
    });
    canvas.setAttribute("aria-label", `Map of the value V after step ${step}. Arrow keys move, space picks a cell.`);
    explain();
    const now = curves.querySelector(".now"), [left, right] = data.plot, x = left + ((right - left) * (step - 1)) / Math.max(1, data.last - 1);
    now.setAttribute("x1", x);
    now.setAttribute("x2", x);
    draw();
  }

  // The cell in words and as a sum: the one under the pointer, else the one that is picked.
  function explain() {
    const cell = place(), here = backupOf(cell);
    host.querySelector(".right").classList.toggle("ends", here.ends);
    head.replaceChildren(bold(`Row ${cell[0]}, column ${cell[1]}`), ...(here.ends ? [": at G the way ends, nothing is left to pay. This planner keeps V = 0 here."] : [
      `${here.wall ? " (a wall)" : ""} at step ${step}: of ${data.actions} actions the best is `, bold(data.names[here.best]), ", so V becomes ",
      bold(minus(here.q.toFixed(Math.abs(here.q) < 1000 ? 3 : 0)), "lit"), "."]));
    curves.classList.toggle("away", !same(cell, data.cell));
    writeSum(here);
  }

  const place = () => (plan ? over || wanted || data.cell : data.cell);

  const bold = (text, name = "") => Object.assign(document.createElement("b"), { textContent: text, className: name });

  function tellStep() {
    told = step;
    widget.send("step", { step });
  }

  slider.oninput = () => go(Number(slider.value));
  slider.onchange = tellStep;
  curves.onpointerdown = (event) => { curves.setPointerCapture(event.pointerId); goTo(event); };
  curves.onpointermove = (event) => { if (event.buttons) goTo(event); };
  curves.onpointerup = tellStep;

  function goTo(event) {
    const box = curves.getBoundingClientRect(), [left, right, all] = data.plot;
    go(Math.round(1 + ((((event.clientX - box.left) * all) / box.width - left) / (right - left)) * (data.last - 1)));
  }

  // -- the sum --------------------------------------------------------------------------------------------

  function writeSum({ kernel, rewardKernel, reward, value, share, walls, bias, q }) {
    const fenced = (j) => walls[j] && Math.abs(reward[j]) > data.fence;
    const ofReward = ["R", reward.map((x, j) => [fenced(j) ? "wall" : short(x), fenced(j) ? null : mix((x / data.rMost + 1) / 2, data.rStops)])];
    const before = ["V before", value.map((x, j) => [fenced(j) ? "wall" : short(x), walls[j] ? null : mix(share[j], data.vStops)])];
    if (rewardKernel) {
      const top = Math.max(...kernel.concat(rewardKernel).map(Math.abs)) || 1;
      const weights = (name, numbers) => [name, numbers.map((x) => [weight(x), mix((x / top + 1) / 2, data.signed)])];
      write([weights("P for R", rewardKernel), "×", ofReward, "+", weights("P for V", kernel), "×", before, "="], true, q, null,
        kernel.map((x, j) => rewardKernel[j] * reward[j] + x * value[j]));
    } else {
      const top = Math.max(...kernel) || 1;
      const tail = Math.abs(bias) < 0.005 ? ") =" : `) ${bias < 0 ? "−" : "+"} ${short(Math.abs(bias))} =`;
      write([["P", kernel.map((x) => [weight(x), mix(x / top, data.greys)])], "× (", ofReward, "+", before, tail], false, q, bias,
        kernel.map((x, j) => x * (reward[j] + value[j])));
    }
    const sizes = kernel.map(Math.abs);
    lit = sizes.indexOf(Math.max(...sizes));
    light(lit, true);
  }

  function write(parts, four, q, bias, products) {
    const make = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });
    host.querySelector(".backup").classList.toggle("four", four);
    if (row.dataset.parts !== String(parts.length)) { // laid out once, and then only its numbers change
      row.dataset.parts = parts.length;
      row.replaceChildren(...parts.map((part) => {
        if (typeof part === "string") return make("span", "op", part);
        const whole = make("div", "part"), nine = make("div", "nine");
        part[1].forEach(() => nine.append(make("i", ""), " "));
        whole.append(make("b", "", part[0]), " ", nine);
        return whole;
      }));
      const answer = make("div", "part answer");
      answer.append(make("b", "", "Q"), " ", make("strong", ""));
      row.append(answer);
    }
    const nines = [...row.querySelectorAll(".nine")], wall = [1, 3, 5].map((i) => parseInt(palette(host).wall.substr(i, 2), 16));
    const written = parts.filter((part) => typeof part !== "string").map(([name, cells]) => [name[0], name, cells.map(([text, colour]) => [text, colour || wall])]);
    written.forEach(([, , cells], n) => cells.forEach(([text, shown], j) => {
      const cell = nines[n].children[j];
      cell.textContent = text;
      cell.style.background = `rgb(${shown})`;
      cell.style.color = readable(...shown);
    }));
    inRows.show({ parts: written, products, bias, q: short(q), written: short, words: `Q of the best of ${data.actions} actions: the new V` });
    row.querySelectorAll(".op").forEach((op, i) => { op.textContent = parts.filter((part) => typeof part === "string")[i]; });
    row.querySelector("strong").textContent = short(q);
  }

  // The cell of the largest weight, or the one that is pointed at, in every part of the sum and on the map.
  function light(at, alone) {
    row.querySelectorAll(".nine").forEach((nine) => [...nine.children].forEach((cell, j) => cell.classList.toggle("top", j === at)));
    lit = at;
    if (!alone) draw();
  }

  row.onpointerover = row.onpointerdown = (event) => { if (event.target.matches("i")) light([...event.target.parentElement.children].indexOf(event.target)); };
  row.onpointerleave = () => go(step);

  // -- another cell ---------------------------------------------------------------------------------------

  const onRim = (cell) => cell.some((x, i) => x < 1 || x > (i ? data.cols : data.rows) - 2);

  function pick(cell) {
    if (onRim(cell)) {
      say.textContent = `Row ${cell[0]}, column ${cell[1]} is on the edge and lacks some of the nine cells around it: choose one further in.`;
      return;
    }
    say.textContent = "";
    cursor = cell.slice();
    wanted = cell;
    over = null;
    go(step);
    widget.send("cell", { cell });
  }

  for (const field of fields) field.onchange = () => pick(fields.map((each) => Math.round(Number(each.value))));

  function cellOf(event) {
    const box = canvas.getBoundingClientRect(), clamp = (x, most) => Math.max(0, Math.min(most - 1, Math.floor(x)));
    return [clamp((event.clientY - box.top) / size, data.rows), clamp((event.clientX - box.left) / size, data.cols)];
  }

  canvas.onclick = (event) => pick(cellOf(event));
  canvas.onpointermove = (event) => { if (plan && event.pointerType === "mouse") pointAt(cellOf(event)); };
  canvas.onpointerleave = () => pointAt(null);

  function pointAt(cell) {
    const next = cell && !onRim(cell) ? cell : null;
    if (next === over || (next && over && same(next, over))) return;
    over = next;
    explain();
    draw();
  }

  canvas.onkeydown = (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === " " || event.key === "Enter") pick(cursor.slice());
    else if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    else {
      cursor = cursor.map((x, i) => Math.max(1, Math.min((i ? data.cols : data.rows) - 2, x + by[i])));
      say.textContent = `Row ${cursor[0]}, column ${cursor[1]}${data.walls[cursor[0] * data.cols + cursor[1]] === "1" ? ": wall" : ""}`;
    }
    event.preventDefault();
    draw();
  };
  canvas.onfocus = () => { focused = canvas.matches(":focus-visible"); draw(); };
  canvas.onblur = () => { focused = false; draw(); };

  // -- the map --------------------------------------------------------------------------------------------

  function layout() {
    const most = innerWidth < 641 ? Math.max(230, 0.34 * innerHeight) : 520; // on a phone the sum stands below
    const wide = Math.min(canvas.parentElement.clientWidth || host.clientWidth, most, (most * data.cols) / data.rows);
    if (wide < 20) return;
    size = wide / data.cols;
    pen = fit(canvas, Math.round(wide), Math.round(size * data.rows));
    draw();
  }

  function draw() {
    if (!pen || !data) return;
    const colour = palette(host), cells = data.rows * data.cols, first = frameAt(step);
    for (let i = 0; i < cells; i++) {
      pen.fillStyle = data.walls[i] === "1" ? colour.wall : shade(values[first + i] / 255, data.vStops);
      pen.fillRect((i % data.cols) * size, Math.floor(i / data.cols) * size, size + 0.5, size + 0.5);
    }
    mark(pen, data.start, size, "S", colour);
    mark(pen, data.goal, size, "G", colour);
    const at = over && plan ? over : wanted || data.cell;
    box(at.map((x) => x - 1), 3, colour.ink === "#ffffff" ? "#fff" : "#12161c", 5);
    box(at.map((x) => x - 1), 3, colour.path, 2.5);
    box(at, 1, colour.path, 3);
    if (lit !== null && (plan || !wanted)) box([at[0] - 1 + Math.floor(lit / 3), at[1] - 1 + (lit % 3)], 1, colour.path, 3);
    if (focused) frame(pen, cursor, size, colour.focus, [4, 2], 2.5);
  }

  function box([r, c], many, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.strokeRect(c * size + 1, r * size + 1, many * size - 2, many * size - 2);
  }

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);

  function stop() {
    watcher.disconnect();
  }

  return widget;
}
