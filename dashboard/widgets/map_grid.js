// A map on a canvas whose reward is painted, or that is only looked at. Mouse, touch and keyboard.
// The page sends data down and gets one message back for each finished stroke.

export default keep(".grid", makeGrid);

function makeGrid(host) {
  const bar = host.querySelector(".bar"), canvas = host.querySelector("canvas"), say = host.querySelector(".say");
  const grid = { send: null, show, stop };
  let data = null, walls = [], paint = new Map(), sent = 0;
  let tool = null, cursor = [1, 1], drag = null, past = [], size = 10, focused = false, said, answered;

  function show(next) {
    const other = !data || data.rows !== next.rows || data.cols !== next.cols || data.mode !== next.mode;
    const mine = next.seq === null || next.seq >= sent || other;
    data = next;
    if (mine && !drag) {
      walls = Array.from(data.walls, (mark) => mark === "1");
      paint = new Map((data.paint || []).map(([r, c, v]) => [r * data.cols + c, v]));
      if (next.verdict && (next.verdict !== said || next.seq !== answered)) tell(next.verdict);
      [said, answered] = [next.verdict, next.seq];
    }
    if (other) {
      cursor = next.start.slice();
      tool = next.tools[0] && next.tools[0].name;
      past = [];
    }
    host.classList.toggle("look", data.mode === "look");
    drawBar();
    drawKey();
    canvas.setAttribute("aria-label", data.label);
    layout();
  }

  function drawBar() {
    const names = data.tools.map((each) => each.name + each.label).join();
    if (bar.dataset.names !== names) {
      bar.dataset.names = names;
      bar.replaceChildren(...data.tools.map((each) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = each.label;
        button.title = each.help;
        button.dataset.tool = each.name;
        button.onclick = () => (each.name === "undo" ? undo() : choose(each.name));
        return button;
      }));
    }
    for (const button of bar.children) {
      if (button.dataset.tool !== "undo") button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
    if (data.note) bar.textContent = data.note;
    bar.hidden = !data.note && !data.tools.length;
  }

  function drawKey() {
    const key = host.querySelector(".key"), { seen } = data;
    key.hidden = !seen;
    if (!seen) return;
    const ramp = Array.from({ length: 17 }, (_, i) => shade(rise(seen[0] + ((seen[1] - seen[0]) * i) / 16), data.stops));
    key.style.setProperty("--ramp", `linear-gradient(90deg, ${ramp})`);
    [".low", ".high"].forEach((name, i) => { key.querySelector(name).textContent = (data.seenWords ? data.seenWords[i] : "") + seen[i].toFixed(2).replace("-", "−"); });
  }

  function choose(name) {
    tool = name;
    drawBar();
  }

  // -- painting -----------------------------------------------------------------------------------------

  const at = ([r, c]) => r * data.cols + c;
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  const locked = ([r, c]) => r === 0 || c === 0 || r === data.rows - 1 || c === data.cols - 1;

  function remember() {
    past.push(new Map(paint));
    if (past.length > 100) past.shift();
  }

  function undo() {
    const last = past.pop();
    if (!last) return tell("Nothing to undo.");
    paint = last;
    commit("Undone.");
  }

  function setPaint(cell) {
    if (walls[at(cell)] && locked(cell)) return; // nobody is ever there: a reward would change nothing
    if (tool === "unpaint") paint.delete(at(cell));
    else if (paint.has(at(cell)) || paint.size < data.most) paint.set(at(cell), data.brushes[tool]);
    else tell(`At most ${data.most} cells can be painted.`);
  }

  // A stroke that painted nothing, as on the outer wall.
  function untouched() {
    const before = past[past.length - 1];
    return before.size === paint.size && [...paint].every(([i, v]) => before.get(i) === v);
  }

  function refuse() {
    past.pop();
    const outer = walls[at(cursor)] && locked(cursor);
    tell(outer ? "The outer wall cannot be painted: nothing ever goes there. Paint inside it." : "Nothing changed.");
    draw();
  }

  function commit(words) {
    sent = Math.max(sent + 1, Date.now());
    grid.send("paint", { cells: Array.from(paint, ([i, v]) => [Math.floor(i / data.cols), i % data.cols, v]), seq: sent });
    tell(words);
    draw();
  }

  // -- mouse and touch ----------------------------------------------------------------------------------

  function cellOf(event) {
    const box = canvas.getBoundingClientRect();
    const clamp = (value, most) => Math.max(0, Math.min(most - 1, Math.floor(value)));
    return [clamp((event.clientY - box.top) / size, data.rows), clamp((event.clientX - box.left) / size, data.cols)];
  }

  canvas.onpointerdown = (event) => {
    if (event.button > 0) return;
    cursor = cellOf(event);
    if (data.mode === "look") return look(cursor);
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    remember();
    drag = true;
    stroke(cursor, cursor);
    draw();
  };

  canvas.onpointermove = (event) => {
    const cell = cellOf(event);
    if (same(cell, cursor)) return;
    if (data.mode === "look") return look(cell);
    if (!drag) return;
    stroke(cursor, cell);
    cursor = cell;
    draw();
  };

  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!drag) return;
    drag = null;
    if (untouched()) return refuse();
    commit("Painted: it plans again …");
  };

  function stroke(from, to) {
    const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1);
    for (let i = 0; i <= steps; i++) // a fast stroke skips cells
      setPaint([0, 1].map((axis) => Math.round(from[axis] + ((to[axis] - from[axis]) * i) / steps)));
  }

  function look(cell) {
    cursor = cell;
    tell(describe(cell));
  }

  // -- keyboard -----------------------------------------------------------------------------------------

  const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  canvas.onkeydown = (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key, painting = data.mode === "paint";
    if (KEYS[key]) look([(cursor[0] + KEYS[key][0] + data.rows) % data.rows, (cursor[1] + KEYS[key][1] + data.cols) % data.cols]);
    else if (painting && (key === " " || key === "Enter")) press();
    else if (painting && key === "z" && (event.ctrlKey || event.metaKey)) undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (painting && key === "u") undo();
    else return;
    event.preventDefault();
    draw();
  };

  function press() {
    remember();
    setPaint(cursor);
    if (untouched()) return refuse();
    commit(`${describe(cursor)} painted.`);
  }

  function describe(cell) {
    const what = same(cell, data.start) ? "start" : same(cell, data.goal) ? "goal" : walls[at(cell)] ? "wall" : "free";
    return `Row ${cell[0]}, column ${cell[1]}: ${what}, ${data.heatName} ${String(data.heat[at(cell)]).replace("-", "−")}.`;
  }

  function tell(words) {
    say.textContent = words;
  }

  canvas.onfocus = () => { focused = true; draw(); };
  canvas.onblur = () => { focused = false; draw(); };

  // -- drawing ------------------------------------------------------------------------------------------

  function layout() {
    const wide = Math.min(host.clientWidth || 300, data.widest, (data.widest * data.cols) / data.rows);
    if (wide < 20) return;
    size = wide / data.cols;
    fit(canvas, Math.round(size * data.cols), Math.round(size * data.rows));
    host.querySelector(".key").style.maxWidth = `${Math.round(wide)}px`;
    draw();
  }

  function draw() {
    // A map that is only looked at lets a thumb scroll past it.
    if (data) canvas.style.touchAction = data.mode === "look" ? "manipulation" : "none";
    if (!data || !canvas.width) return;
    const pen = canvas.getContext("2d"), colour = palette(host);
    pen.clearRect(0, 0, size * data.cols, size * data.rows);
    drawCells(pen, colour);
    if (data.arrows && size >= 9) drawArrows(pen, colour);
    drawLine(pen, data.path, colour.path);
    if (!data.reached && data.path.length) drawCross(pen, data.path[data.path.length - 1], colour.path);
    mark(pen, data.start, size, "S", colour);
    mark(pen, data.goal, size, "G", colour);
    if (focused && !drag && canvas.matches(":focus-visible")) frame(pen, cursor, size, colour.focus, [4, 2], 2.5);
  }

  function drawCells(pen, colour) {
    for (let r = 0; r < data.rows; r++)
      for (let c = 0; c < data.cols; c++) {
        const i = r * data.cols + c, painted = paint.has(i), value = painted ? paint.get(i) : data.heat[i];
        const own = painted && data.painted; // the reward in its own colours, on a map of something else
        pen.fillStyle = own ? shade((value - own.low) / (own.high - own.low), own.stops) : shade(rise(value), data.stops);
        pen.fillRect(c * size, r * size, size + 0.5, size + 0.5);
        if (walls[i]) cover(pen, r, c, colour, painted || data.hatched);
        if (painted) dot(pen, r, c, colour);
      }
    if (size < 7) return;
    pen.strokeStyle = colour.text;
    pen.globalAlpha = 0.1;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let r = 1; r < data.rows; r++) { pen.moveTo(0, r * size); pen.lineTo(size * data.cols, r * size); }
    for (let c = 1; c < data.cols; c++) { pen.moveTo(c * size, 0); pen.lineTo(c * size, size * data.rows); }
    pen.stroke();
    pen.globalAlpha = 1;
  }

  const rise = (value) => (value - data.low) / (data.high - data.low || 1);

  // A wall hides its value, except where somebody painted one or walls have one of their own: then it is hatched.
  function cover(pen, r, c, colour, hatched) {
    const [x, y] = [c * size, r * size];
    pen.fillStyle = pen.strokeStyle = colour.wall;
    if (!hatched) return pen.fillRect(x, y, size + 0.5, size + 0.5);
    pen.lineWidth = Math.max(1, size * 0.13);
    pen.beginPath();
    pen.moveTo(x, y + size / 2); pen.lineTo(x + size / 2, y);
    pen.moveTo(x + size / 2, y + size); pen.lineTo(x + size, y + size / 2);
    pen.stroke();
  }

  function dot(pen, r, c, colour) {
    pen.strokeStyle = colour.text;
    pen.lineWidth = 1.5;
    pen.strokeRect(c * size + 2, r * size + 2, size - 4, size - 4);
  }

  function drawArrows(pen, colour) {
    pen.lineCap = "round";
    pen.globalAlpha = 0.75;
    for (let i = 0; i < data.arrows.length; i++) {
      const move = MOVES[data.arrows[i]];
      if (!move) continue;
      const [r, c] = [Math.floor(i / data.cols), i % data.cols];
      const long = size * (move[0] && move[1] ? 0.23 : 0.3), [x, y] = [(c + 0.5) * size, (r + 0.5) * size];
      const own = paint.has(i) && data.painted;
      pen.strokeStyle = own ? inkOn((paint.get(i) - own.low) / (own.high - own.low), own.stops) : inkOn(rise(data.heat[i]), data.stops);
      pen.lineWidth = Math.max(1, size * 0.05);
      pen.beginPath();
      arrow(pen, x, y, move[1] * long, move[0] * long, size * 0.16);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  function drawLine(pen, cells, colour) {
    if (cells.length < 2) return;
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(1.6, size * 0.17);
    pen.lineJoin = pen.lineCap = "round";
    pen.beginPath();
    cells.forEach(([r, c], i) => pen[i ? "lineTo" : "moveTo"]((c + 0.5) * size, (r + 0.5) * size));
    pen.stroke();
  }

  function drawCross(pen, [r, c], colour) {
    const [x, y, reach] = [(c + 0.5) * size, (r + 0.5) * size, Math.max(4, size * 0.4)];
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(2, size * 0.14);
    pen.beginPath();
    for (const side of [1, -1]) { pen.moveTo(x - reach, y - side * reach); pen.lineTo(x + reach, y + side * reach); }
    pen.stroke();
  }

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);

  function stop() {
    watcher.disconnect();
  }

  return grid;
}
