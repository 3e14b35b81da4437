// Ground seen from above, with one layer over it, a path, and S and G to drag; beside it the sky with its sun (sky.js).
// Mouse, touch and keyboard. The picture follows the sun here (relief.js); the page sends what was planned and gets where S, G
// and the sun were put while they are dragged: one message in flight, the newest waits.

export default keep(".terrain", makeTerrain);

const PATIENT = 5000; // milliseconds

function makeTerrain(host) {
  const canvas = host.querySelector("canvas"), say = host.querySelector(".say"), verdict = host.querySelector(".verdict"), key = host.querySelector(".key"), choice = host.querySelector(".layers");
  const widget = { send: null, show, stop };
  const image = new Image();
  const sky = makeSky(host.querySelector(".sky"), { onSun: takeSun, onEnd: letGo, onEvery: () => widget.send("every", { tried: Date.now() }) });
  let data = null, now = {}, held = null, tapped = null, cursor = null, size = 10, walked = 0, timer = null, relief = null, lit = null;
  let layer = "picture", toldLayer = null; // what is shown, and what the server was told of it and has not answered
  let dragged = false, flying = null, late = null; // what the server was told and has not answered; when it is no longer waited for

  function show(next) {
    const anew = !data || data.id !== next.id;
    if (next.relief && (!data || !data.relief || data.relief.values !== next.relief.values)) [relief, lit] = [makeRelief(next.relief), null];
    data = next;
    if (flying && alike(flying, data)) land();
    if (!held && !flying) now = { start: data.start.slice(), goal: data.goal.slice(), sun: data.sun && data.sun.slice() };
    if (data.picture && image.src !== data.picture) image.src = data.picture;
    canvas.setAttribute("aria-label", data.label);
    if (toldLayer === null || toldLayer === data.layer) [layer, toldLayer] = [data.layer, null];
    showLayer();
    const [sign, bold, rest] = data.verdict.map((words, i) => Object.assign(document.createElement(["i", "b", "small"][i]), { textContent: words }));
    verdict.replaceChildren(sign, sign.textContent ? " " : "", bold, rest);
    const ways = { gone: data.path.length > 1, meant: data.stuck !== null, then: data.lost.length > 0 }; // the lines that are drawn
    for (const [name, drawn] of Object.entries(ways)) host.querySelector(`.ways .${name}`).hidden = !drawn;
    host.style.setProperty("--path", palette(host).path);
    sky.show(data, now.sun);
    if (anew) walk();
    layout();
  }

  // -- what is shown -------------------------------------------------------------------------------------

  const layerOf = () => data.layers.find((each) => each.name === layer) || data.layers[0];

  function showLayer() {
    const shown = layerOf(), words = data.layers.map((each) => each.words).join();
    if (choice.dataset.words !== words) {
      choice.dataset.words = words;
      choice.replaceChildren(...data.layers.map(({ name, words }) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
        button.dataset.name = name;
        button.onclick = () => choose(name);
        return button;
      }));
    }
    for (const button of choice.children) button.setAttribute("aria-pressed", String(button.dataset.name === shown.name));
    key.style.visibility = shown.shares ? "visible" : "hidden";
    if (!shown.shares) return;
    key.style.setProperty("--ramp", `linear-gradient(90deg, ${data.stops.map((c) => `rgb(${c})`)})`);
    key.querySelector(".low").textContent = shown.low;
    key.querySelector(".high").textContent = shown.high;
  }

  function choose(name) {
    layer = toldLayer = name;
    showLayer();
    draw();
    widget.send("layer", name);
  }

  // -- the sun -------------------------------------------------------------------------------------------

  function takeSun(sun, byHand) {
    now.sun = sun;
    if (byHand) held = "sun";
    dragged = true;
    commit();
  }

  // A hand has left S, G or the sun.
  function letGo() {
    if (!held) return;
    held = null;
    if (!flying && dragged) walk(); // on the path that came while it was dragged
    draw();
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

  const same = (a, b) => (!a && !b) || (a && b && a[0] === b[0] && a[1] === b[1]);
  const alike = (one, other) => ["start", "goal", "sun"].every((name) => same(one[name], other[name]));
  const near = (a, b) => Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) <= 1;

  const endAt = (cell) => ["start", "goal"].find((end) => same(cell, now[end])) || ["start", "goal"].find((end) => near(cell, now[end]));

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
    letGo();
  };

  function put(end, cell) {
    if (same(cell, now[end]) || same(cell, now[end === "start" ? "goal" : "start"])) return;
    now[end] = cell;
    dragged = true;
    tell(cell);
    commit();
  }

  function commit() {
    draw();
    if (flying || alike(now, data)) return;
    const lights = !same(now.sun, data.sun); // told one after the other
    flying = lights ? { start: data.start, goal: data.goal, sun: now.sun } : { ...now };
    late = setTimeout(land, PATIENT);
    if (lights) widget.send("sun", { azimuth: now.sun[0], altitude: now.sun[1] });
    else widget.send("ends", { start: now.start, goal: now.goal });
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
    cursor = cursor || now.start.slice();
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
    const i = r * data.cols + c, what = same([r, c], now.start) ? ", start" : same([r, c], now.goal) ? ", goal" : "";
    say.textContent = `Row ${r}, column ${c}${what}: ${data.tell[i]}`;
  }

  canvas.onmousemove = (event) => { if (!held && data) tell(cellOf(event)); };

  // -- drawing -------------------------------------------------------------------------------------------

  function layout() {
    const phone = innerWidth < 641, room = phone ? host.clientWidth : canvas.parentElement.clientWidth; // the sky stands below
    const most = phone ? Math.max(260, 0.38 * innerHeight) : Math.min(data.widest, Math.max(320, innerHeight - 320));
    const wide = Math.min(room || 300, most * Math.min(1, data.cols / data.rows));
    if (wide < 20) return;
    size = wide / data.cols;
    fit(canvas, Math.round(wide), Math.round(size * data.rows));
    sky.layout();
    draw();
  }

  // What is under the path: the ground in the light of now, or a picture.
  function ground() {
    if (!data.relief) return image.complete && image.naturalWidth ? image : null;
    if (!lit || !same(lit.sun, now.sun)) lit = { sun: now.sun, picture: relief.picture(now.sun) };
    return lit.picture;
  }

  function draw() {
    if (!data || !canvas.width) return;
    const pen = canvas.getContext("2d"), colour = palette(host), wide = size * data.cols, high = size * data.rows;
    pen.clearRect(0, 0, wide, high);
    const under = ground();
    if (under) pen.drawImage(under, 0, 0, wide, high);
    const { shares, closed } = layerOf();
    if (shares) {
      pen.globalAlpha = 0.62;
      shares.forEach((share, i) => {
        pen.fillStyle = shade(share, data.stops);
        const [x, y] = [i % data.cols, Math.floor(i / data.cols)]; // whole pixels: half ones would be drawn twice
        const [left, top] = [Math.round(x * size), Math.round(y * size)];
        pen.fillRect(left, top, Math.round((x + 1) * size) - left, Math.round((y + 1) * size) - top);
      });
      pen.globalAlpha = 1;
      hatch(pen, closed);
    }
    const whole = Math.floor(walked), share = walked - whole, path = data.path.slice(0, whole + 1);
    if (data.path[whole + 1]) path.push(data.path[whole].map((x, i) => x + (data.path[whole + 1][i] - x) * share));
    const moved = !alike(now, data);
    if (data.lost.length && !moved) { // the path that another sun gave away
      pen.globalAlpha = 0.75;
      line(pen, data.lost, "rgba(0,0,0,0.5)", size * 0.34);
      pen.setLineDash([2, size * 0.5]);
      line(pen, data.lost, "#fff", size * 0.2);
      pen.setLineDash([]);
    }
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
    mark(pen, now.start, size, "S", colour);
    mark(pen, now.goal, size, "G", colour);
    const rover = path[path.length - 1];
    if (rover && !moved && walked < end()) dot(pen, rover, colour);
    if (rover && !moved && data.stuck !== null && walked >= end()) cross(pen, rover);
    if (held === "sun") drawSun(pen, wide, high);
    if (cursor) frame(pen, cursor, size, colour.focus, [], 3);
  }

  // Where the light comes from, at the edge of the ground.
  function drawSun(pen, wide, high) {
    const angle = (now.sun[0] * Math.PI) / 180, [east, north] = [Math.sin(angle), Math.cos(angle)], far = 1 / Math.max(Math.abs(east), Math.abs(north));
    const [x, y] = [wide / 2 + (wide / 2 - 18) * far * east, high / 2 - (high / 2 - 18) * far * north];
    const glow = pen.createRadialGradient(x, y, 3, x, y, 90);
    glow.addColorStop(0, "rgba(255,214,96,0.85)");
    glow.addColorStop(0.12, "rgba(255,214,96,0.4)");
    glow.addColorStop(1, "rgba(255,214,96,0)");
    pen.fillStyle = glow;
    pen.fillRect(0, 0, wide, high);
  }

  // Cells that cannot be entered: two strokes from corner to corner, dark below light, so that they show on any colour.
  function hatch(pen, closed) {
    for (const [colour, width] of [["rgba(0,0,0,0.75)", 2.6], ["rgba(255,255,255,0.9)", 1.1]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      for (const i of closed) {
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
