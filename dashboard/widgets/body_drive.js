// Bodies on their way: each disc is where its body was at that time, its trail grows, and how it ends is said when it
// does. S and G can be dragged, walls drawn and erased: bodies set out anew while the hand still moves. Who asked for
// less motion sees the whole ways.

export default keep(".drive", makeDrive);

const HINT = "Drag S and G. Draw walls; what begins on a wall erases.";
const MOST = 7, STUCK = 1; // seconds that the longest way takes here; then a body that stands still is called stuck

function makeDrive(host) {
  const canvas = host.querySelector("canvas"), say = host.querySelector(".say"), side = host.querySelector(".side");
  const widget = { send: null, show, stop: () => { halt(); watcher.disconnect(); } };
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  let data = null, walls = [], ends = {}, held = null, cursor = null, size = 10, waiting = false, sent = null;
  let time = 0, last = null, timer = null, longest = 1, pace = 1, cards = [], past = []; // past: the maps before each change by hand

  const intro = make("p"), place = make("div", "cards"), keys = make("div", "keys"), why = make("p", "why"), key = make("div", "key");
  const play = make("button", "play"), again = make("button", "", "↺ Again"), draws = make("button", "draws", "✎ Draw walls"), undo = make("button", "undo", "↶ Undo"), faster = make("span");
  const typed = make("p", "about typed", "Keyboard: arrow keys move, S and G put start and goal, space a wall.");
  [play, again, draws, undo].forEach((each) => { each.type = "button"; });
  play.onclick = () => (timer ? halt() : set(time >= over() ? 0 : time));
  again.onclick = () => set(0);
  undo.onclick = () => {
    const { walls: marks, start, goal } = past.pop();
    [walls, ends] = [[...marks].map((mark) => mark === "1"), { start, goal }];
    undo.disabled = !past.length;
    refuse("");
    waiting = false;
    tell();
    draw();
  };
  draws.onclick = () => {
    const on = draws.getAttribute("aria-pressed") !== "true";
    draws.setAttribute("aria-pressed", String(on));
    refuse("");
    if (on) say.textContent = "Draw with one finger; what begins on a wall erases.";
    canvas.classList.toggle("drawn", on);
  };
  draws.setAttribute("aria-pressed", "false");
  say.textContent = HINT;
  key.append(make("span", "", "far"), make("span", "ramp"), make("span", "", "near the goal, to the planner"));
  keys.append(play, again, draws, undo, faster);
  undo.disabled = true;
  side.append(intro, place, keys, why, key, typed);

  // While the hand is ahead of the answer, the ways are those of the answer, and S, G and walls those of the hand.
  function show(next) {
    const anew = data?.id !== next.id, ahead = data && (held || (sent && sent !== text(next) && anew));
    waiting = false;
    if (data && anew && !ahead && text(next) !== text(drawn())) past = []; // a map that no hand of here has made
    undo.disabled = !past.length;
    if (sent === text(next)) sent = null;
    const mine = { walls, ends };
    data = next;
    if (anew || (sent && !held)) take(); // what the server refused is undone
    if (ahead) ({ walls, ends } = mine);
    host.classList.add("ready");
    layout();
    if (!anew) return;
    ahead || still() ? set(longest) : set(0);
    if (held) tell();
  }

  function take() {
    walls = [...data.walls].map((mark) => mark === "1");
    ends = { start: data.start.slice(), goal: data.goal.slice() };
    longest = Math.max(0.1, ...data.runs.map((run) => run.seconds));
    pace = Math.max(1, longest / MOST);
    canvas.setAttribute("aria-label", data.alt);
    intro.textContent = data.about;
    key.hidden = !data.values;
    key.querySelector(".ramp").style.setProperty("--ramp", `linear-gradient(90deg, ${data.stops.map((each) => `rgb(${each})`)})`);
    faster.textContent = pace > 1.05 ? `shown ${pace.toFixed(1)}× faster` : "";
    cards = data.runs.map((run, at) => {
      const card = make("div", `one ${["first", "second"][at]}`), title = make("h2", "", run.name), now = make("p", "now"), bar = make("span", "bar"), part = make("i");
      title.append(make("small", "", run.role));
      bar.append(part);
      card.append(title, now, bar);
      return { card, now, part };
    });
    place.replaceChildren(...cards.map((each) => each.card));
  }

  // -- the hand --------------------------------------------------------------------------------------------

  const same = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];
  const index = ([r, c]) => r * data.cols + c;
  const rim = ([r, c]) => r < 1 || c < 1 || r >= data.rows - 1 || c >= data.cols - 1;

  function cellOf(event) {
    const box = canvas.getBoundingClientRect(), clamp = (value, most) => Math.max(0, Math.min(most - 1, Math.floor(value)));
    return [clamp((event.clientY - box.top) / size, data.rows), clamp((event.clientX - box.left) / size, data.cols)];
  }

  // S or G under the hand; a thumb may be a little beside it, unless it draws.
  function endAt([r, c], reach) {
    const far = (end) => Math.max(Math.abs(r - ends[end][0]), Math.abs(c - ends[end][1]));
    const near = ["goal", "start"].filter((end) => far(end) <= reach).sort((a, b) => far(a) - far(b));
    return near[0] ?? null;
  }

  const reach = (event) => (canvas.classList.contains("drawn") ? 0 : event.pointerType === "touch" || event.touches ? Math.ceil(14 / size) : Math.round(7 / size));

  // Whether a body gets from S to G: bodies pass between no two walls that touch at their corners.
  function joined(start, goal) {
    const seen = new Set([index(goal)]), open = [goal];
    while (open.length) {
      const [r, c] = open.pop();
      if (same([r, c], start)) return true;
      for (const next of [[r - 1, c], [r + 1, c], [r, c - 1], [r, c + 1]]) {
        const at = index(next);
        if (next[0] < 0 || next[1] < 0 || next[0] >= data.rows || next[1] >= data.cols || walls[at] || seen.has(at)) continue;
        seen.add(at);
        open.push(next);
      }
    }
    return false;
  }

  // What can be taken back, where the hand has changed the map.
  function remember(before) {
    if (text(before) !== text(drawn())) past.push(before);
    undo.disabled = !past.length;
  }

  // What is wrong with it, in words; nothing where it was done.
  function move(end, cell) {
    const other = end === "start" ? "goal" : "start", letter = end === "start" ? "S" : "G";
    if (same(cell, ends[end])) return "";
    if (walls[index(cell)]) return `${letter} cannot stand in a wall.`;
    if (same(cell, ends[other])) return "S and G cannot stand on one cell.";
    const both = { ...ends, [end]: cell };
    if (!joined(both.start, both.goal)) return `No way leads from S to G there; ${letter} stays on this side.`;
    ends = both;
    return "";
  }

  function build(cell, wall) {
    if (walls[index(cell)] === wall) return "";
    if (rim(cell)) return "The rim stays a wall: bodies cannot leave the map.";
    if (same(cell, ends.start) || same(cell, ends.goal)) return "S and G stand on floor.";
    walls[index(cell)] = wall;
    if (!wall || joined(ends.start, ends.goal)) return "";
    walls[index(cell)] = false;
    return "A wall there would leave no way from S to G: it was not built.";
  }

  function refuse(problem) {
    say.textContent = problem || HINT;
    say.classList.toggle("bad", Boolean(problem));
  }

  function act(cell) {
    const problem = held.end ? move(held.end, cell) : build(cell, held.wall);
    refuse(problem);
    draw();
    tell();
  }

  // A thumb scrolls past the map, unless it has taken hold of S or G, or draws.
  canvas.addEventListener("touchstart", (event) => {
    if (data && (canvas.classList.contains("drawn") || endAt(cellOf(event.touches[0]), reach(event)))) event.preventDefault();
  }, { passive: false });

  canvas.onpointerdown = (event) => {
    if (event.button > 0 || !data) return;
    const cell = cellOf(event), end = endAt(cell, reach(event));
    if (!end && event.pointerType === "touch" && !canvas.classList.contains("drawn")) {
      say.classList.remove("bad");
      say.textContent = "Drag S or G, or press Draw walls first.";
      return;
    }
    held = { end, wall: !walls[index(cell)], at: cell, before: drawn() };
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    cursor = null;
    event.preventDefault();
    if (!end) act(cell);
  };
  canvas.onpointermove = (event) => {
    if (!data) return;
    const cell = cellOf(event);
    if (!held) canvas.style.cursor = endAt(cell, reach(event)) ? "grab" : "crosshair";
    if (!held || same(cell, held.at)) return;
    if (held.end) act(cell);
    else line(held.at, cell).forEach(act);
    if (held) held.at = cell;
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!held) return;
    remember(held.before);
    held = null;
    waiting = false;
    tell();
    if (!sent) still() ? set(longest) : set(0);
  };

  // The cells between two, without gaps for a wall that is drawn fast.
  function line(a, b) {
    const steps = Math.max(Math.abs(b[0] - a[0]), Math.abs(b[1] - a[1]));
    return Array.from({ length: steps }, (_, i) => a.map((x, k) => Math.round(x + ((b[k] - x) * (i + 1)) / steps)));
  }

  const bits = () => walls.map((each) => (each ? "1" : "0")).join("");
  const text = (map) => JSON.stringify([map.walls, map.start, map.goal]);
  const drawn = () => ({ walls: bits(), ...ends });

  // One message is under way at a time; what the hand did meanwhile goes with the next.
  function tell() {
    const now = text(drawn());
    if (waiting || now === (sent ?? text(data))) return;
    [waiting, sent] = [true, now];
    widget.send("edit", drawn());
  }

  canvas.onkeydown = (event) => {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key], letter = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey || (!way && ![" ", "s", "g"].includes(letter))) return;
    event.preventDefault();
    cursor = cursor ?? ends.start.slice();
    let problem = "";
    if (way) cursor = [(cursor[0] + way[0] + data.rows) % data.rows, (cursor[1] + way[1] + data.cols) % data.cols];
    else {
      const before = drawn();
      problem = letter === " " ? build(cursor, !walls[index(cursor)]) : move(letter === "s" ? "start" : "goal", cursor.slice());
      remember(before);
      tell();
    }
    const what = same(cursor, ends.start) ? "start" : same(cursor, ends.goal) ? "goal" : walls[index(cursor)] ? "wall" : "floor";
    say.textContent = problem || `Row ${cursor[0]}, column ${cursor[1]}: ${what}`;
    say.classList.toggle("bad", Boolean(problem));
    draw();
  };
  canvas.onblur = () => { cursor = null; if (data) draw(); };

  // -- time ------------------------------------------------------------------------------------------------

  // Where a body is at a time, [x, y]: places were kept at equal times.
  function at(run, seconds) {
    const share = Math.min(1, seconds / (run.seconds || 1)) * (run.path.length - 1), first = Math.min(run.path.length - 2, Math.floor(share));
    if (first < 0) return run.path[0];
    return run.path[first].map((x, i) => x + (run.path[first + 1][i] - x) * (share - first));
  }

  const far = ([x, y]) => Math.hypot(x - data.goal[1] - 0.5, y - data.goal[0] - 0.5);
  // When nothing moves any more: each has arrived, given up, or been stuck for a while.
  const over = () => Math.min(longest, Math.max(...data.runs.map((run) => (run.stuck ? run.seconds - run.stuck + 2 * STUCK : run.seconds))));
  const isStuck = (run) => run.stuck > 0 && time > run.seconds - run.stuck + STUCK;

  function report() {
    let told = "";
    data.runs.forEach((run, i) => {
      const here = at(run, time), done = time >= run.seconds || (time >= over() && isStuck(run)), { now, part } = cards[i], stays = isStuck(run);
      now.textContent = done ? `${run.good ? "✓" : "✗"} ${run.ending}`
        : stays ? `stuck since ${(run.seconds - run.stuck).toFixed(1)} s` : `${time.toFixed(1)} s: ${far(here).toFixed(1)} cells to go`;
      now.className = `now ${done ? (run.good ? "good" : "bad") : stays ? "bad" : ""}`;
      if ((done || stays) && run.why) told = `${run.name}: ${run.why}`;
      part.style.width = `${100 * Math.max(0, 1 - (done && run.good ? 0 : far(here)) / (far(run.path[0]) || 1))}%`;
    });
    why.textContent = told;
    play.textContent = timer ? "❚❚ Pause" : "▶ Play";
  }

  function turn(stamp) {
    if (!host.isConnected) return;
    time = Math.min(over(), time + (last === null ? 0 : Math.min(0.1, (stamp - last) / 1000)) * pace);
    last = stamp;
    timer = time < over() ? requestAnimationFrame(turn) : null;
    report();
    draw();
  }

  function set(from) {
    cancelAnimationFrame(timer);
    [time, last] = [Math.min(from, over()), null];
    timer = time < over() ? requestAnimationFrame(turn) : null;
    report();
    draw();
  }

  function halt() {
    cancelAnimationFrame(timer);
    timer = null;
    if (data) report();
  }

  // -- drawing -----------------------------------------------------------------------------------------------

  function layout() {
    const room = canvas.parentElement.clientWidth, wide = Math.min(room, 576, Math.max(300, innerHeight - 260));
    if (wide < 20) return;
    size = wide / data.cols;
    fit(canvas, Math.round(wide), Math.round(size * data.rows));
    draw();
  }

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);

  function draw() {
    if (!data || !canvas.width) return;
    const pen = canvas.getContext("2d"), colour = palette(host), wide = size * data.cols, high = size * data.rows;
    pen.fillStyle = colour.floor;
    pen.fillRect(0, 0, wide, high);
    if (data.values) ground(pen, colour);
    stones(pen, colour);
    const moved = text(drawn()) !== text(data);
    pen.globalAlpha = moved ? 0.35 : 1; // ways of the map before, until those of this one are here
    const own = [colour.path, colour.best];
    data.runs.forEach((run, i) => trail(pen, run, own[i], colour));
    pen.globalAlpha = 1;
    const sign = 1.3 * size, place = (cell) => cell.map((at) => (at + 0.5) / 1.3 - 0.5); // larger than a cell
    mark(pen, place(ends.start), sign, "S", { ...colour, start: colour.text }); // no body's colour: both set out there
    if (!moved) data.runs.forEach((run, i) => body(pen, run, own[i], colour));
    mark(pen, place(ends.goal), sign, "G", colour); // above whoever rests there
    if (cursor) frame(pen, cursor, size, colour.focus, [], 3);
  }

  function ground(pen, colour) {
    const [rows, cols] = [data.values.length, data.values[0].length], [tall, broad] = [(size * data.rows) / rows, (size * data.cols) / cols];
    pen.globalAlpha = colour.dark ? 0.78 : 0.55;
    data.values.forEach((row, r) => row.forEach((share, c) => {
      const [left, top] = [Math.round(c * broad), Math.round(r * tall)]; // whole pixels: half ones would be drawn twice
      pen.fillStyle = shade(share, data.stops);
      pen.fillRect(left, top, Math.round((c + 1) * broad) - left, Math.round((r + 1) * tall) - top);
    }));
    pen.globalAlpha = 1;
  }

  // Walls, with a line where floor begins: what is a wall is told by more than its colour.
  function stones(pen, colour) {
    pen.fillStyle = colour.wall;
    pen.strokeStyle = colour.dark ? "#e8ecf1" : "#12161c";
    pen.lineWidth = 1.5;
    const edge = new Path2D(), wall = (r, c) => r < 0 || c < 0 || r >= data.rows || c >= data.cols || walls[r * data.cols + c];
    for (let r = 0; r < data.rows; r++) for (let c = 0; c < data.cols; c++) {
      if (!wall(r, c)) continue;
      const [left, top, right, bottom] = [c * size, r * size, (c + 1) * size, (r + 1) * size].map(Math.round);
      pen.fillRect(left, top, right - left, bottom - top);
      for (const [dr, dc, ax, ay, bx, by] of [[-1, 0, left, top, right, top], [1, 0, left, bottom, right, bottom], [0, -1, left, top, left, bottom], [0, 1, right, top, right, bottom]]) {
        if (wall(r + dr, c + dc)) continue;
        edge.moveTo(ax, ay);
        edge.lineTo(bx, by);
      }
    }
    pen.stroke(edge);
  }

  function trail(pen, run, own, colour) {
    const passed = run.path.slice(0, 1 + Math.floor(Math.min(1, time / (run.seconds || 1)) * (run.path.length - 1)));
    for (const [hue, width] of [[colour.ink, 0.44], [own, 0.26]]) { // a rim, so that it shows on every value
      pen.strokeStyle = hue;
      pen.lineWidth = Math.max(hue === own ? 2.5 : 4.5, width * size);
      pen.lineJoin = pen.lineCap = "round";
      pen.beginPath();
      [...passed, at(run, time)].forEach(([x, y]) => pen.lineTo(x * size, y * size));
      pen.stroke();
    }
  }

  function body(pen, run, own, colour) {
    const [x, y] = at(run, time).map((each) => each * size), wide = Math.max(5, size * 0.45), stays = isStuck(run) || (time >= run.seconds && !run.good);
    if (time >= run.seconds && run.good) { // at rest: a ring about G
      for (const [hue, width] of [[colour.ink, 7], [own, 4]]) {
        pen.strokeStyle = hue;
        pen.lineWidth = width;
        pen.beginPath();
        pen.arc(x, y, Math.max(14, size * 0.95), 0, 7);
        pen.stroke();
      }
      return;
    }
    pen.fillStyle = own;
    pen.strokeStyle = colour.ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, wide, 0, 7);
    pen.fill();
    pen.stroke();
    if (!stays) return;
    pen.strokeStyle = own; // a ring and a cross: here it came no farther
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc(x, y, wide + 6, 0, 7);
    pen.stroke();
    pen.strokeStyle = colour.ink;
    pen.beginPath();
    for (const way of [-1, 1]) {
      pen.moveTo(x - wide * 0.5, y - way * wide * 0.5);
      pen.lineTo(x + wide * 0.5, y + way * wide * 0.5);
    }
    pen.stroke();
  }

  return widget;
}
