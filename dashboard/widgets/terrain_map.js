// Ground seen from above, with one layer over it, a path, and S and G to drag. Mouse, touch and keyboard.
// The page sends data down and gets {start, goal} back while S or G is dragged: one message in flight, the newest waits.

export default keep(".terrain", makeTerrain);

const PATIENT = 5000; // milliseconds

function makeTerrain(host) {
  const canvas = host.querySelector("canvas"), say = host.querySelector(".say"), verdict = host.querySelector(".verdict"), key = host.querySelector(".key");
  const widget = { send: null, show, stop };
  const image = new Image();
  let data = null, ends = {}, held = null, tapped = null, cursor = null, size = 10, walked = 0, timer = null;
  let dragged = false, flying = null, late = null; // what the server was told and has not answered; when it is no longer waited for

  function show(next) {
    const anew = !data || data.id !== next.id;
    data = next;
    if (flying && same(flying.start, data.start) && same(flying.goal, data.goal)) land();
    if (!held && !flying) ends = { start: data.start.slice(), goal: data.goal.slice() };
    if (image.src !== data.picture) image.src = data.picture;
    canvas.setAttribute("aria-label", data.label);
    key.hidden = !data.layer;
    if (data.layer) {
      key.style.setProperty("--ramp", `linear-gradient(90deg, ${data.stops.map((c) => `rgb(${c})`)})`);
      key.querySelector(".low").textContent = data.lowName;
      key.querySelector(".high").textContent = data.highName;
    }
    const [sign, bold, rest] = data.verdict.map((words, i) => Object.assign(document.createElement(["i", "b", "small"][i]), { textContent: words }));
    verdict.replaceChildren(sign, sign.textContent ? " " : "", bold, rest);
    if (anew) walk();
    layout();
  }

  const end = () => data.stuck ?? data.path.length - 1; // it walks no farther

  // The rover sets out when a path is new, but not under a hand; whoever asks for no motion sees it arrived.
  function walk() {
    clearInterval(timer);
    const last = end();
    walked = last;
    if (last < 1 || held || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    walked = 0;
    timer = setInterval(() => {
      walked = Math.min(last, walked + Math.max(0.25, last / 60));
      if (walked >= last) clearInterval(timer);
      draw();
    }, 33);
  }

  image.onload = () => data && layout();

  // -- moving S and G ------------------------------------------------------------------------------------

  function cellOf(event) {
    const box = canvas.getBoundingClientRect(), clamp = (value, most) => Math.max(0, Math.min(most - 1, Math.floor(value)));
    return [clamp((event.clientY - box.top) / size, data.rows), clamp((event.clientX - box.left) / size, data.cols)];
  }

  const same = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];
  const near = (a, b) => Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) <= 1;

  const endAt = (cell) => ["start", "goal"].find((end) => same(cell, ends[end])) || ["start", "goal"].find((end) => near(cell, ends[end]));

  // A thumb scrolls past the map, unless it has taken hold of S or G.
  canvas.addEventListener("touchstart", (event) => { if (data && endAt(cellOf(event.touches[0]))) event.preventDefault(); }, { passive: false });

  canvas.onpointerdown = (event) => {
    if (event.button > 0) return;
    const cell = cellOf(event);
    held = endAt(cell);
    if (!held && event.pointerType === "touch") { tapped = cell; return; } // a tap, or the page is scrolled
    if (!held) held = "goal"; // elsewhere: G goes there
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    dragged = false;
    put(held, cell);
  };
  canvas.onpointermove = (event) => { if (held) put(held, cellOf(event)); };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (tapped && event.type === "pointerup") put("goal", tapped);
    tapped = null;
    if (!held) return;
    held = null;
    if (!flying && dragged) walk(); // on the path that came while it was dragged
  };

  function put(end, cell) {
    if (same(cell, ends[end]) || same(cell, ends[end === "start" ? "goal" : "start"])) return;
    ends[end] = cell;
    dragged = true;
    tell(cell);
    commit();
  }

  function commit() {
    draw();
    if (flying || (same(ends.start, data.start) && same(ends.goal, data.goal))) return;
    flying = { start: ends.start.slice(), goal: ends.goal.slice() };
    late = setTimeout(land, PATIENT);
    widget.send("ends", flying);
  }

  // The answer is here, or is waited for no longer: what has changed since is told now.
  function land() {
    clearTimeout(late);
    flying = null;
    commit();
  }

  canvas.onkeydown = (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const letter = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey || (!move && letter !== "s" && letter !== "g")) return;
    event.preventDefault();
    cursor = cursor || ends.start.slice();
    if (move) {
      cursor = [(cursor[0] + move[0] + data.rows) % data.rows, (cursor[1] + move[1] + data.cols) % data.cols];
    } else {
      put(letter === "s" ? "start" : "goal", cursor.slice());
    }
    tell(cursor);
    draw();
  };
  canvas.onblur = () => { cursor = null; draw(); };

  function tell([r, c]) {
    const i = r * data.cols + c, what = same([r, c], ends.start) ? ", start" : same([r, c], ends.goal) ? ", goal" : "";
    say.textContent = `Row ${r}, column ${c}${what}: ${data.tell[i]}`;
  }

  canvas.onmousemove = (event) => { if (!held && data) tell(cellOf(event)); };

  // -- drawing -------------------------------------------------------------------------------------------

  function layout() {
    const wide = Math.min(host.clientWidth || 300, Math.min(data.widest, Math.max(320, innerHeight - 320)) * Math.min(1, data.cols / data.rows));
    if (wide < 20) return;
    size = wide / data.cols;
    fit(canvas, Math.round(wide), Math.round(size * data.rows));
    draw();
  }

  function draw() {
    if (!data || !canvas.width) return;
    const pen = canvas.getContext("2d"), colour = palette(host), wide = size * data.cols, high = size * data.rows;
    pen.clearRect(0, 0, wide, high);
    if (image.complete && image.naturalWidth) pen.drawImage(image, 0, 0, wide, high);
    if (data.layer) {
      pen.globalAlpha = 0.62;
      data.layer.forEach((share, i) => {
        pen.fillStyle = shade(share, data.stops);
        const [x, y] = [i % data.cols, Math.floor(i / data.cols)]; // whole pixels: half ones would be drawn twice
        const [left, top] = [Math.round(x * size), Math.round(y * size)];
        pen.fillRect(left, top, Math.round((x + 1) * size) - left, Math.round((y + 1) * size) - top);
      });
      pen.globalAlpha = 1;
      hatch(pen);
    }
    const whole = Math.floor(walked), share = walked - whole, path = data.path.slice(0, whole + 1);
    if (data.path[whole + 1]) path.push(data.path[whole].map((x, i) => x + (data.path[whole + 1][i] - x) * share));
    const moved = !same(ends.start, data.start) || !same(ends.goal, data.goal);
    pen.globalAlpha = moved ? 0.5 : 1; // the path of before, until the new one is here
    if (data.stuck !== null) { // where it meant to go on
      const rest = data.path.slice(data.stuck); // a dark rim and light dashes: one of them shows on any ground
      line(pen, rest, "rgba(0,0,0,0.55)", size * 0.3);
      pen.setLineDash([size * 0.3, size * 0.45]);
      line(pen, rest, "#fff", size * 0.16);
      pen.setLineDash([]);
    }
    line(pen, path, "rgba(0,0,0,0.75)", size * 0.42);
    line(pen, path, colour.path, size * 0.24);
    pen.globalAlpha = 1;
    mark(pen, ends.start, size, "S", colour);
    mark(pen, ends.goal, size, "G", colour);
    const rover = path[path.length - 1];
    if (rover && !moved && walked < end()) dot(pen, rover, colour);
    if (rover && !moved && data.stuck !== null && walked >= end()) cross(pen, rover);
    if (cursor) frame(pen, cursor, size, colour.focus, [], 3);
  }

  // Cells that cannot be entered: two strokes from corner to corner, dark below light, so that they show on any colour.
  function hatch(pen) {
    for (const [colour, width] of [["rgba(0,0,0,0.75)", 2.6], ["rgba(255,255,255,0.9)", 1.1]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      for (const i of data.closed) {
        const [x, y] = [(i % data.cols) * size, Math.floor(i / data.cols) * size];
        pen.moveTo(x, y + size / 2);
        pen.lineTo(x + size / 2, y);
        pen.moveTo(x, y + size);
        pen.lineTo(x + size, y);
        pen.moveTo(x + size / 2, y + size);
        pen.lineTo(x + size, y + size / 2);
      }
      pen.stroke();
    }
  }

  function line(pen, cells, colour, width) {
    if (cells.length < 2) return;
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(2, width);
    pen.lineJoin = pen.lineCap = "round";
    pen.beginPath();
    cells.forEach(([r, c], i) => pen[i ? "lineTo" : "moveTo"]((c + 0.5) * size, (r + 0.5) * size));
    pen.stroke();
  }

  function cross(pen, [r, c]) {
    const [x, y, reach] = [(c + 0.5) * size, (r + 0.5) * size, Math.max(8, size * 0.42)];
    for (const [colour, width] of [["#fff", 0.42], ["#d3202a", 0.22]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = Math.max(3, reach * 2 * width);
      pen.lineCap = "round";
      pen.beginPath();
      for (const way of [-1, 1]) {
        pen.moveTo(x - reach, y - way * reach);
        pen.lineTo(x + reach, y + way * reach);
      }
      pen.stroke();
    }
  }

  function dot(pen, [r, c], colour) {
    pen.fillStyle = colour.ink;
    pen.strokeStyle = colour.path;
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc((c + 0.5) * size, (r + 0.5) * size, Math.max(4, size * 0.26), 0, 7);
    pen.fill();
    pen.stroke();
  }

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);

  function stop() {
    clearInterval(timer);
    clearTimeout(late);
    watcher.disconnect();
  }

  return widget;
}
