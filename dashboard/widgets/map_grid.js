// A map on a canvas: draw walls, drag start and goal, pick a cell, paint a reward. Mouse, touch and keyboard.
// The page sends data down and gets one message back for each finished gesture: edit, pick or paint.

export default keep(".grid", makeGrid);

function makeGrid(host) {
  const bar = host.querySelector(".bar"), canvas = host.querySelector("canvas"), say = host.querySelector(".say");
  const grid = { send: null, show, stop };
  let data = null, walls = [], start = null, goal = null, paint = new Map(), sent = 0;
  let tool = null, cursor = [1, 1], corner = null, drag = null, past = [], size = 10, focused = false, said;

  function show(next) {
    const other = !data || data.rows !== next.rows || data.cols !== next.cols || data.mode !== next.mode;
    const mine = next.seq === null || next.seq >= sent || other;
    data = next;
    if (mine && !drag) {
      adopt();
      if (next.verdict && next.verdict !== said) tell(next.verdict);
      said = next.verdict;
    }
    if (other) {
      cursor = (next.cell || start || [1, 1]).slice();
      tool = next.tools[0].name;
      past = [];
      corner = null;
    }
    drawBar();
    drawKey();
    canvas.setAttribute("aria-label", data.label);
    layout();
  }

  function adopt() {
    walls = Array.from(data.walls, (mark) => mark === "1");
    start = data.start;
    goal = data.goal;
    paint = new Map((data.paint || []).map(([r, c, v]) => [r * data.cols + c, v]));
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
    bar.hidden = !data.note && data.tools.length < 2;
  }

  function drawKey() {
    const key = host.querySelector(".key"), { seen } = data;
    key.hidden = !seen;
    if (!seen) return;
    const ramp = Array.from({ length: 17 }, (_, i) => shade(rise(seen[0] + ((seen[1] - seen[0]) * i) / 16), data.stops));
    key.style.setProperty("--ramp", `linear-gradient(90deg, ${ramp})`);
    [".low", ".high"].forEach((name, i) => { key.querySelector(name).textContent = seen[i].toFixed(2).replace("-", "−"); });
  }

  function choose(name) {
    tool = name;
    corner = null;
    drawBar();
  }

  // -- changing the map ---------------------------------------------------------------------------------

  const at = ([r, c]) => r * data.cols + c;
  const same = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];
  const locked = ([r, c]) => r === 0 || c === 0 || r === data.rows - 1 || c === data.cols - 1;

  function remember() {
    past.push({ walls: walls.slice(), start, goal, paint: new Map(paint) });
    if (past.length > 100) past.shift();
  }

  function undo() {
    const last = past.pop();
    if (!last) return tell("Nothing to undo.");
    ({ walls, start, goal, paint } = last);
    commit("Undone.");
  }

  function setWall(cell, wall) {
    if (locked(cell) || same(cell, start) || same(cell, goal)) return;
    walls[at(cell)] = wall;
  }

  function place(what, cell) {
    if (locked(cell) || same(cell, what === "start" ? goal : start)) return;
    walls[at(cell)] = false;
    if (what === "start") start = cell;
    else goal = cell;
  }

  function setPaint(cell, brush) {
    if (walls[at(cell)] && locked(cell)) return; // nobody is ever there: a reward would change nothing
    if (brush === "unpaint") paint.delete(at(cell));
    else if (paint.has(at(cell)) || paint.size < data.most) paint.set(at(cell), data.brushes[brush]);
    else tell(`At most ${data.most} cells can be painted.`);
  }

  // A stroke that painted nothing, as on the outer wall.
  function untouched() {
    const before = past[past.length - 1].paint;
    return data.mode === "paint" && before.size === paint.size && [...paint].every(([i, v]) => before.get(i) === v);
  }

  function refuse() {
    past.pop();
    const outer = walls[at(cursor)] && locked(cursor);
    tell(outer ? "The outer wall cannot be painted: nothing ever goes there. Paint inside it." : "Nothing changed.");
    draw();
  }

  function fill(a, b, wall) {
    for (let r = Math.min(a[0], b[0]); r <= Math.max(a[0], b[0]); r++)
      for (let c = Math.min(a[1], b[1]); c <= Math.max(a[1], b[1]); c++) setWall([r, c], wall);
  }

  function commit(words) {
    sent = Math.max(sent + 1, Date.now());
    if (data.mode === "paint") {
      const cells = Array.from(paint, ([i, v]) => [Math.floor(i / data.cols), i % data.cols, v]);
      grid.send("paint", { cells, seq: sent });
    } else {
      grid.send("edit", { walls: walls.map((wall) => (wall ? "1" : "0")).join(""), start, goal, seq: sent });
    }
    tell(words);
    draw();
  }

  function pick(cell) {
    if (data.inner && locked(cell)) return tell(`Row ${cell[0]}, column ${cell[1]} is on the edge and lacks some of the nine cells around it: choose one further in.`);
    data.cell = cell;
    grid.send("pick", { cell });
    tell(describe(cell));
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
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    cursor = cellOf(event);
    if (data.mode === "pick") return pick(cursor);
    remember();
    const what = same(cursor, start) ? "start" : same(cursor, goal) ? "goal" : tool;
    const kind = data.mode === "paint" ? tool : what;
    // The first cell decides whether a stroke draws walls or takes them away.
    const wall = kind === "rectangle" || kind === "wall" ? !walls[at(cursor)] : false;
    drag = { kind, wall, from: cursor };
    apply(cursor, cursor);
    draw();
  };

  canvas.onpointermove = (event) => {
    if (!drag) return;
    const cell = cellOf(event);
    if (same(cell, cursor)) return;
    apply(cursor, cell);
    cursor = cell;
    draw();
  };

  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!drag) return;
    if (drag.kind === "rectangle") fill(drag.from, cursor, drag.wall);
    drag = null;
    if (untouched()) return refuse();
    commit(data.mode === "paint" ? "Painted: it plans again …" : "Map changed.");
  };

  function apply(from, to) {
    if (drag.kind === "start" || drag.kind === "goal") return place(drag.kind, to);
    if (drag.kind === "rectangle") return;
    const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1);
    for (let i = 0; i <= steps; i++) {  // a fast stroke skips cells
      const cell = [0, 1].map((axis) => Math.round(from[axis] + ((to[axis] - from[axis]) * i) / steps));
      if (data.mode === "paint") setPaint(cell, drag.kind);
      else setWall(cell, drag.wall);
    }
  }

  // -- keyboard -----------------------------------------------------------------------------------------

  const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  canvas.onkeydown = (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (KEYS[key]) step(KEYS[key]);
    else if (key === " " || key === "Enter") press();
    else if (key === "z" && (event.ctrlKey || event.metaKey)) undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (data.mode === "edit" && key === "s") put("start");
    else if (data.mode === "edit" && key === "g") put("goal");
    else if (data.mode === "edit" && key === "r") rectangle();
    else if (data.mode !== "pick" && key === "u") undo();
    else if (key === "Escape" && corner) corner = null;
    else return;
    event.preventDefault();
    draw();
  };

  function step([down, right]) {
    cursor = [(cursor[0] + down + data.rows) % data.rows, (cursor[1] + right + data.cols) % data.cols];
    tell(describe(cursor));
  }

  function press() {
    if (data.mode === "pick") return pick(cursor.slice());
    remember();
    if (data.mode === "paint") {
      setPaint(cursor, tool);
      if (untouched()) return refuse();
      return commit(`${describe(cursor)} painted.`);
    }
    setWall(cursor, !walls[at(cursor)]);
    commit(describe(cursor));
  }

  function put(what) {
    remember();
    place(what, cursor.slice());
    commit(`${what} at row ${cursor[0]}, column ${cursor[1]}`);
  }

  function rectangle() {
    if (!corner) {
      corner = cursor.slice();
      return tell("First corner. Move and press R again to fill.");
    }
    remember();
    fill(corner, cursor, !walls[at(corner)]);
    corner = null;
    commit("Rectangle filled.");
  }

  function describe(cell) {
    const what = same(cell, start) ? "start" : same(cell, goal) ? "goal" : walls[at(cell)] ? "wall" : "free";
    const value = data.heat ? `, ${data.heatName} ${data.heat[at(cell)]}` : "";
    return `Row ${cell[0]}, column ${cell[1]}: ${what}${value}.`;
  }

  function tell(words) {
    say.textContent = words;
  }

  canvas.onfocus = () => {
    focused = true;
    if (data.mode === "pick" && canvas.matches(":focus-visible")) tell("Arrow keys move, space picks.");
    draw();
  };
  canvas.onblur = () => { focused = false; corner = null; draw(); };

  // -- drawing ------------------------------------------------------------------------------------------

  function layout() {
    const most = data.share && innerWidth < 641 ? Math.max(240, data.share * innerHeight) : data.widest; // what answers stands below
    const wide = Math.min(host.clientWidth || 300, most, (most * data.cols) / data.rows);
    if (wide < 20) return;
    size = wide / data.cols;
    fit(canvas, Math.round(size * data.cols), Math.round(size * data.rows));
    host.querySelector(".key").style.maxWidth = `${Math.round(wide)}px`;
    draw();
  }

  function draw() {
    // A map that takes one cell at a time lets a thumb scroll past it.
    if (data) canvas.style.touchAction = data.mode === "pick" ? "manipulation" : "none";
    if (!data || !canvas.width) return;
    const pen = canvas.getContext("2d"), colour = palette(host);
    pen.clearRect(0, 0, size * data.cols, size * data.rows);
    drawCells(pen, colour);
    if (data.arrows && size >= 9) drawArrows(pen, colour);
    if (data.best) drawLine(pen, data.best, colour.best, [size * 0.22, size * 0.2], size * 0.16);
    if (data.path) drawLine(pen, data.path, colour.path, [], size * 0.17);
    if (data.path && !data.reached && data.path.length) drawCross(pen, data.path[data.path.length - 1], colour.path);
    if (start) mark(pen, start, size, "S", colour);
    if (goal) mark(pen, goal, size, "G", colour);
    if (data.cell) outline(pen, data.cell, data.cell, colour.path, [], 3);
    if (data.cell && data.around) outline(pen, data.cell.map((x) => x - 1), data.cell.map((x) => x + 1), colour.path, [], 2);
    if (drag && drag.kind === "rectangle") outline(pen, drag.from, cursor, colour.focus, [4, 3], 2);
    if (corner) outline(pen, corner, cursor, colour.focus, [4, 3], 2);
    else if (focused && !drag) outline(pen, cursor, cursor, colour.focus, [4, 2], 2.5);
  }

  function drawCells(pen, colour) {
    for (let r = 0; r < data.rows; r++)
      for (let c = 0; c < data.cols; c++) {
        const i = r * data.cols + c, wall = walls[i];
        const painted = paint.has(i), value = painted ? paint.get(i) : data.heat ? data.heat[i] : null;
        const own = painted && data.painted; // the reward in its own colours, on a map of something else
        pen.fillStyle = value === null ? (wall ? colour.wall : colour.floor)
          : own ? shade((value - own.low) / (own.high - own.low), own.stops) : shade(rise(value), data.stops);
        pen.fillRect(c * size, r * size, size + 0.5, size + 0.5);
        if (wall && value !== null) cover(pen, r, c, colour, painted || data.hatched);
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
  function cover(pen, r, c, colour, painted) {
    const [x, y] = [c * size, r * size];
    pen.fillStyle = pen.strokeStyle = colour.wall;
    if (!painted) return pen.fillRect(x, y, size + 0.5, size + 0.5);
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
    for (let i = 0; i < data.arrows.length; i++) {
      const move = MOVES[data.arrows[i]];
      if (!move) continue;
      const wrong = data.wrong && data.wrong[i] === "1";
      const [r, c] = [Math.floor(i / data.cols), i % data.cols];
      const long = size * (move[0] && move[1] ? 0.23 : 0.3), [x, y] = [(c + 0.5) * size, (r + 0.5) * size];
      const [dx, dy] = [move[1] * long, move[0] * long], head = size * 0.16;
      pen.strokeStyle = wrong ? colour.path : data.heat ? inkOn(rise(data.heat[i]), data.stops) : colour.text;
      pen.globalAlpha = wrong ? 1 : data.heat ? 0.75 : 0.42;
      pen.lineWidth = wrong ? Math.max(1.5, size * 0.09) : Math.max(1, size * 0.05);
      pen.beginPath();
      arrow(pen, x, y, dx, dy, head);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  function drawLine(pen, cells, colour, dashes, width) {
    if (cells.length < 2) return;
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(1.6, width);
    pen.lineJoin = pen.lineCap = "round";
    pen.setLineDash(dashes);
    pen.beginPath();
    cells.forEach(([r, c], i) => pen[i ? "lineTo" : "moveTo"]((c + 0.5) * size, (r + 0.5) * size));
    pen.stroke();
    pen.setLineDash([]);
  }

  function drawCross(pen, [r, c], colour) {
    const [x, y, reach] = [(c + 0.5) * size, (r + 0.5) * size, Math.max(4, size * 0.4)];
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(2, size * 0.14);
    pen.beginPath();
    for (const side of [1, -1]) { pen.moveTo(x - reach, y - side * reach); pen.lineTo(x + reach, y + side * reach); }
    pen.stroke();
  }

  function outline(pen, a, b, colour, dashes, width) {
    const [top, left] = [Math.min(a[0], b[0]) * size, Math.min(a[1], b[1]) * size];
    const [high, wide] = [(Math.abs(a[0] - b[0]) + 1) * size, (Math.abs(a[1] - b[1]) + 1) * size];
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(dashes);
    pen.strokeRect(left + 1, top + 1, wide - 2, high - 2);
    pen.setLineDash([]);
  }

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);

  function stop() {
    watcher.disconnect();
  }

  return grid;
}
