// R, P and V beside each other, one frame a step. Play, scrub and point at cells: nothing asks the server.

export default keep(".animation", makeAnimation);

function makeAnimation(host) {
  const [slider, play, count, say, curve] = ["input", ".play", "output", ".say", ".curve"].map((name) => host.querySelector(name));
  const panels = Object.fromEntries(["R", "P", "V"].map((name) => [name, host.querySelector(`canvas[data-panel=${name}]`)]));
  const animation = { send: null, show, stop };
  let speed = 1, loop = false, data = null, at = 0, timer = null, cell = null, size = 10, pens = {};

  function show(next) {
    const same = data && data.id === next.id;
    data = next;
    data.v = decode(next.values, Uint16Array);
    data.p = decode(next.push, Int8Array);
    slider.max = data.steps.length - 1;
    if (!same) {
      at = data.first;
      cell = null;
      halt();
      if (data.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) start();
    }
    for (const name of ["R", "V"]) {
      const key = host.querySelector(`.key[data-panel=${name}]`), [low, high] = name === "R" ? data.rRange : data.vRange;
      key.style.setProperty("--ramp", `linear-gradient(90deg, ${data[name === "R" ? "rStops" : "vStops"].map((c) => `rgb(${c})`)})`);
      key.querySelector(".low").textContent = low.toFixed(2);
      key.querySelector(".high").textContent = high.toFixed(2);
    }
    const words = host.querySelector("canvas[data-panel=R]").parentElement.querySelector("small");
    words.textContent = "orange costs, purple pays; walls are hatched"
      + (data.turned ? " (here a low R pays)" : "");
    layout();
  }

  const decode = (text, Kind) => new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

  // -- moving through the steps --------------------------------------------------------------------------

  function go(index) {
    at = Math.max(0, Math.min(data.steps.length - 1, index));
    slider.value = at;
    slider.setAttribute("aria-valuetext", `after step ${data.steps[at]}`);
    count.textContent = `after step k = ${data.steps[at]} of ${data.steps[data.steps.length - 1]}`;
    draw(["P", "V"]);
    drawCurve();
    if (cell) tell();
  }

  // How much V changed up to each step, and where we are.
  function drawCurve() {
    const wide = curve.clientWidth, high = curve.clientHeight, pen = curve.getContext("2d"), colour = palette(host);
    if (!wide || !curve.width) return;
    pen.clearRect(0, 0, wide, high);
    const last = data.change.length || 1, top = Math.max(1e-6, ...data.change);
    pen.fillStyle = colour.text;
    pen.globalAlpha = 0.22;
    pen.beginPath();
    pen.moveTo(0, high);
    data.change.forEach((y, i) => pen.lineTo(((i + 1) / last) * wide, high - 1 - Math.sqrt(y / top) * (high - 5)));
    pen.lineTo(wide, high);
    pen.fill();
    pen.globalAlpha = 1;
    pen.fillStyle = colour.path;
    pen.fillRect(Math.max(0, Math.min(wide - 2, (at / last) * wide - 1)), 0, 2, high);
  }

  function start() {
    if (at === data.steps.length - 1) at = -1;
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "Pause");
    timer = setTimeout(turn, pause());
  }

  const pause = () => Math.max(40, Math.min(220, 5000 / data.steps.length)) / speed;

  function turn() {
    const end = at >= data.steps.length - 1;
    if (end && !loop) return rest();
    go(end ? 0 : at + 1);
    timer = setTimeout(turn, pause() * (end ? 4 : 1));
  }

  function step(by) {
    halt();
    go(at + by);
    animation.send("step", data.steps[at]);
  }

  function halt() {
    clearTimeout(timer);
    timer = null;
    play.textContent = "▶";
    play.setAttribute("aria-label", "Play");
  }

  // Where it comes to rest is the page's step, so that the link and the other views show the same.
  function rest() {
    halt();
    animation.send("step", data.steps[at]);
  }

  play.onclick = () => (timer ? rest() : start());
  slider.oninput = () => { halt(); go(Number(slider.value)); };
  slider.onchange = () => animation.send("step", data.steps[at]);
  host.querySelector(".back").onclick = () => step(-1);
  host.querySelector(".forth").onclick = () => step(1);
  host.querySelector("select").onchange = (event) => { speed = Number(event.target.value); };
  host.querySelector(".loop").onclick = (event) => {
    loop = !loop;
    event.currentTarget.setAttribute("aria-pressed", String(loop));
  };
  host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select")) return;
    const key = event.key.toLowerCase();
    if (key === "p") play.click();
    else if (key === "," || key === ".") step(key === "." ? 1 : -1);
    else if (key === "l") host.querySelector(".loop").click();
    else return;
    event.preventDefault();
  });

  // -- pointing at a cell --------------------------------------------------------------------------------

  curve.onpointerdown = (event) => {
    halt();
    go(Math.round((event.offsetX / curve.clientWidth) * (data.steps.length - 1)));
    animation.send("step", data.steps[at]);
  };

  for (const canvas of Object.values(panels)) {
    canvas.onpointermove = canvas.onpointerdown = (event) => {
      const box = canvas.getBoundingClientRect();
      point([Math.floor((event.clientY - box.top) / size), Math.floor((event.clientX - box.left) / size)]);
    };
    canvas.onkeydown = (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      point(cell ? cell.map((x, i) => x + step[i]) : data.start.slice());
    };
  }

  function point(next) {
    if (next[0] < 0 || next[1] < 0 || next[0] >= data.rows || next[1] >= data.cols) return;
    if (cell && cell[0] === next[0] && cell[1] === next[1]) return;
    cell = next;
    draw(["R", "P", "V"]);
    tell();
  }

  function tell() {
    const i = cell[0] * data.cols + cell[1], what = data.walls[i] === "1" ? " (wall)" : "";
    const [low, high] = data.vRange, v = low + ((high - low) * data.v[at * data.rows * data.cols + i]) / 65535;
    say.textContent = `Row ${cell[0]}, column ${cell[1]}${what}: R = ${data.reward[i].toFixed(2)}, `
      + `V after step ${data.steps[at]} is ${(-v).toFixed(2)} behind the best cell`;
  }

  // -- drawing -------------------------------------------------------------------------------------------

  function layout() {
    const wide = Math.min(panels.R.parentElement.clientWidth, 420, (420 * data.cols) / data.rows);
    if (wide < 20) return;
    size = wide / data.cols;
    for (const name in panels) pens[name] = fit(panels[name], Math.round(wide), Math.round(size * data.rows));
    fit(curve, Math.max(40, slider.clientWidth), 26);
    draw(["R"]);
    go(at);
  }

  function draw(names) {
    const colour = palette(host), cells = data.rows * data.cols;
    for (const name of names) {
      const pen = pens[name];
      if (!pen) continue;
      for (let i = 0; i < cells; i++) {
        pen.fillStyle = data.walls[i] === "1" && name !== "R" ? colour.wall : name === "P" ? colour.floor : name === "V"
          ? shade(data.v[at * cells + i] / 65535, data.vStops)
          : shade((data.reward[i] - data.rRange[0]) / (data.rRange[1] - data.rRange[0]), data.rStops);
        pen.fillRect((i % data.cols) * size, Math.floor(i / data.cols) * size, size + 0.5, size + 0.5);
      }
      if (name === "P") drawPush(pen, colour, at * cells * 2);
      if (name === "R") hatchWalls(pen, colour);
      mark(pen, data.start, size, "S", colour);
      mark(pen, data.goal, size, "G", colour);
      if (cell) frame(pen, cell, size, colour.path, [], 3);
    }
  }

  // R of walls is learned too, so their colour stays and lines tell them from free cells.
  function hatchWalls(pen, colour) {
    pen.strokeStyle = colour.wall;
    pen.lineWidth = Math.max(1, size * 0.13);
    pen.beginPath();
    for (let i = 0; i < data.rows * data.cols; i++) {
      if (data.walls[i] !== "1") continue;
      const [x, y] = [(i % data.cols) * size, Math.floor(i / data.cols) * size];
      pen.moveTo(x, y + size / 2); pen.lineTo(x + size / 2, y);
      pen.moveTo(x + size / 2, y + size); pen.lineTo(x + size, y + size / 2);
    }
    pen.stroke();
  }

  function drawPush(pen, colour, first) {
    pen.strokeStyle = colour.text;
    pen.lineWidth = Math.max(0.7, size * 0.06);
    pen.lineCap = "round";
    pen.beginPath();
    for (let i = 0; i < data.rows * data.cols; i++) {
      if (data.walls[i] === "1") continue;
      const [down, right] = [data.p[first + 2 * i] / 127, data.p[first + 2 * i + 1] / 127];
      const long = Math.hypot(down, right), x = ((i % data.cols) + 0.5) * size, y = (Math.floor(i / data.cols) + 0.5) * size;
      if (long < 0.08) pen.rect(x - 0.5, y - 0.5, 1, 1);
      else arrow(pen, x, y, right * size * 0.36, down * size * 0.36, size * 0.17);
    }
    pen.stroke();
  }

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);

  function stop() {
    halt();
    watcher.disconnect();
  }

  return animation;
}
