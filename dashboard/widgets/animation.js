// R, P, V and the wave in the order in which they are computed, one frame a step: by hand or played slowly, a step goes
// through them one after the other. Play, scrub and point at cells: nothing asks the server.

export default keep(".animation", makeAnimation);

function makeAnimation(host) {
  const [slider, play, count, say] = ["input", ".play", "output", ".say"].map((name) => host.querySelector(name));
  const panels = Object.fromEntries(["R", "P", "V", "wave"].map((name) => [name, host.querySelector(`canvas[data-panel=${name}]`)]));
  const change = host.querySelector("canvas[data-panel=change]");
  const read = host.querySelector(".read"), here = host.querySelector(".here");
  const animation = { send: null, show, stop };
  const chips = [...host.querySelectorAll(".flow button")], ORDER = ["P", "V", "wave"], FELT = 240; // milliseconds that a part is lit
  let parts = null; // what is still to be drawn of this step
  let told = null; // the frame that the server was told and has not answered
  let speed = 1, loop = false, data = null, at = 0, timer = null, cell = null, pens = {}, sizes = {};

  function show(next) {
    const same = data && data.id === next.id, back = same && told === null && next.first !== data.first;
    if (told === next.first) told = null;
    data = next;
    data.v = decode(next.values, Uint16Array);
    data.p = decode(next.push, Int8Array);
    slider.max = data.steps.length - 1;
    host.querySelector(".wave .high").textContent = `step ${data.last}`;
    [".R small", ".R .marks"].forEach((name, i) => { host.querySelector(name).textContent = data.rSaid[i]; });
    change.setAttribute("aria-label", `Change of V by step: the largest is ${data.largest[0].toFixed(2)} at step 1 and `
      + `${data.largest[data.last - 1].toFixed(3)} at step ${data.last}.`);
    if (!same) {
      at = data.first;
      cell = null;
      halt();
      if (data.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) start();
    }
    if (back) { halt(); go(data.first); } // the visitor went back to another step
    if (!parts) layout();
  }

  // Where k comes to rest is the page's, whose address has no step 0.
  function tellStep() {
    told = data.steps.filter((step) => step <= Math.max(1, data.steps[at])).length - 1;
    animation.send("step", data.steps[at]);
  }

  const decode = (text, Kind) => new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

  // -- moving through the steps --------------------------------------------------------------------------

  function go(index, staged = false) {
    at = Math.max(0, Math.min(data.steps.length - 1, index));
    slider.value = at;
    slider.setAttribute("aria-valuetext", `after step ${data.steps[at]}`);
    count.textContent = `after step k = ${data.steps[at]} of ${data.steps[data.steps.length - 1]}`;
    clearTimeout(parts);
    parts = null;
    if (staged) computeInTurn(0);
    else {
      light([]);
      draw(ORDER);
    }
    const known = data.settled.filter((step) => step >= 0), k = data.steps[at];
    const guessed = data.settled.filter((step, i) => step >= 0 && step <= k && data.early[i] === "1").length;
    host.querySelector(".wave small").textContent = `${known.filter((step) => step <= k).length} of ${known.length} are${guessed ? `, ${guessed} by a first guess` : ""}; bright: early`;
    here.style.left = `${(100 * k) / data.last}%`;
    [".low", ".high"].forEach((end, i) => { // V's own numbers at this step
      host.querySelector(`.key[data-panel=V] ${end}`).textContent = `${["far from", "near"][i]} G: V ${short(data.vBest[at] + data.vRange[i])}`;
    });
    drawChange();
    if (cell) tell();
  }

  // P, then V, then the wave, each lit while its map takes the new step.
  function computeInTurn(i) {
    light(i < ORDER.length ? [ORDER[i]] : []);
    parts = null;
    if (i === ORDER.length) return;
    draw([ORDER[i]]);
    parts = setTimeout(computeInTurn, FELT, i + 1);
  }

  function light(names) {
    for (const each of [...chips, ...host.querySelectorAll(".panels figure")]) each.classList.toggle("lit", names.includes(each.dataset.panel || each.className.split(" ")[0]));
  }

  // On a phone one map is large.
  function enlarge(name) {
    host.dataset.big = name;
    chips.forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.panel === name)));
    if (data) layout();
  }

  chips.forEach((chip) => { chip.onclick = () => enlarge(chip.dataset.panel); });
  enlarge("V");

  // The wave front: cells whose move is final by now in the colour of their step; those of this very step are framed,
  // those that were final before news of G could come are hatched.
  function waveOf(i, k, colour) {
    const settled = data.settled[i];
    return settled >= 0 && settled <= k && data.early[i] === "0" ? shade(1 - settled / data.last, data.vStops) : colour.floor;
  }

  function drawFront(pen, size, colour) {
    const k = data.steps[at], before = at ? data.steps[at - 1] : -1;
    for (let i = 0; i < data.rows * data.cols; i++) {
      const settled = data.settled[i], place = [Math.floor(i / data.cols), i % data.cols];
      if (data.walls[i] === "1" || settled < 0 || settled > k) continue;
      if (data.early[i] === "1") {
        const [x, y] = [place[1] * size, place[0] * size];
        pen.strokeStyle = colour.text;
        pen.globalAlpha = 0.6;
        pen.lineWidth = 1;
        pen.beginPath();
        for (const [from, to] of [[0.33, 0], [0.67, 0], [1, 0], [1, 0.33], [1, 0.67]]) { // from the left or lower side up
          pen.moveTo(x + to * size, y + from * size);
          pen.lineTo(x + from * size, y + to * size);
        }
        pen.stroke();
        pen.globalAlpha = 1;
      } else if (settled > before && k) frame(pen, place, size, colour.path, [], 2);
    }
  }

  const EDGE = { left: 8, right: 8, top: 8, bottom: 22 }; // as the slider above it, whose thumb is 16 pixels wide

  function drawChange() {
    const pen = pens.change, wide = change.clientWidth, high = change.clientHeight, colour = palette(host);
    if (!pen) return;
    const { largest, mean, last } = data, k = data.steps[at], top = Math.max(1e-6, ...largest);
    const x = (step) => EDGE.left + (step / last) * (wide - EDGE.left - EDGE.right);
    const y = (value) => high - EDGE.bottom - (value / top) * (high - EDGE.top - EDGE.bottom);
    pen.clearRect(0, 0, wide, high);
    pen.font = "12px sans-serif";
    pen.textBaseline = "middle";
    for (const share of [0, 0.5, 1]) {
      pen.globalAlpha = 0.2;
      pen.fillStyle = colour.text;
      pen.fillRect(EDGE.left, Math.round(y(share * top)), wide - EDGE.left - EDGE.right, 1);
      pen.globalAlpha = 1;
      pen.textAlign = share ? (share < 1 ? "center" : "right") : "left";
      pen.fillText(`${share ? "" : "step "}${Math.round(share * last)}`, x(Math.round(share * last)) - (share ? 0 : EDGE.left), high - EDGE.bottom / 2 + 2);
    }
    for (const [values, ink, dashes] of [[largest, colour.path, []], [mean, colour.best, [5, 4]]]) {
      pen.strokeStyle = ink;
      pen.lineWidth = 2.5;
      pen.setLineDash(dashes);
      pen.beginPath();
      values.forEach((value, i) => pen[i ? "lineTo" : "moveTo"](x(i + 1), y(value)));
      pen.stroke();
      pen.setLineDash([]);
    }
    pen.fillStyle = colour.text;
    pen.fillRect(x(k) - 1, EDGE.top, 2, high - EDGE.top - EDGE.bottom);
    for (const [values, ink] of k ? [[largest, colour.path], [mean, colour.best]] : []) {
      pen.fillStyle = ink;
      pen.beginPath();
      pen.arc(x(k), y(values[k - 1]), 5, 0, 7);
      pen.fill();
    }
    pen.textAlign = "right"; // on top of the curves, where V most often hardly changes any more
    pen.strokeStyle = getComputedStyle(host).getPropertyValue("--st-background-color");
    pen.lineWidth = 4;
    pen.fillStyle = colour.text;
    for (const share of [0.5, 1]) {
      const at = [`${share === 1 ? "change of V: " : ""}${(share * top).toPrecision(2)}`, wide - EDGE.right - 6, y(share * top) + 9];
      pen.strokeText(...at);
      pen.fillText(...at);
    }
    read.textContent = k ? `step ${k}: largest ${small(largest[k - 1])}, mean ${small(mean[k - 1])}` : "step 0: nothing has changed yet";
  }

  const small = (x) => (x && x < 0.0005 ? "below 0.001" : x.toFixed(3));

  function start() {
    if (at === data.steps.length - 1) at = -1;
    play.textContent = "❚❚";
    host.classList.add("playing");
    play.setAttribute("aria-label", "Pause");
    timer = setTimeout(turn, pause());
  }

  const pause = () => Math.max(40, Math.min(220, 5000 / data.steps.length)) / speed;

  function turn() {
    const end = at >= data.steps.length - 1;
    if (end && !loop) return rest();
    go(end ? 0 : at + 1, pause() > 3 * FELT);
    timer = setTimeout(turn, pause() * (end ? 4 : 1));
  }

  function step(by) {
    halt();
    go(at + by, !matchMedia("(prefers-reduced-motion: reduce)").matches);
    tellStep();
  }

  function halt() {
    light([]);
    clearTimeout(timer);
    timer = null;
    play.textContent = "▶";
    host.classList.remove("playing");
    play.setAttribute("aria-label", "Play");
  }

  // Where it comes to rest is the page's step, so that the link and the other views show the same.
  function rest() {
    halt();
    tellStep();
  }

  play.onclick = () => (timer ? rest() : start());
  slider.oninput = () => { halt(); go(Number(slider.value)); };
  slider.onchange = tellStep;
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

  // The frame nearest to a share of all steps.
  function goTo(share) {
    halt();
    const wanted = share * data.last, gaps = data.steps.map((step) => Math.abs(step - wanted));
    go(gaps.indexOf(Math.min(...gaps)));
  }

  const shareAt = (event) => (event.offsetX - EDGE.left) / (change.clientWidth - EDGE.left - EDGE.right);
  change.onpointerdown = (event) => { change.setPointerCapture(event.pointerId); goTo(shareAt(event)); };
  change.onpointermove = (event) => { if (event.buttons) goTo(shareAt(event)); };
  change.onpointerup = tellStep;

  for (const canvas of Object.values(panels)) {
    canvas.onpointermove = canvas.onpointerdown = (event) => {
      const box = canvas.getBoundingClientRect();
      const size = box.width / data.cols;
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
    draw(Object.keys(panels));
    tell();
  }

  function tell() {
    const i = cell[0] * data.cols + cell[1], wall = data.walls[i] === "1", settled = data.settled[i];
    const [low, high] = data.vRange, v = data.vBest[at] + low + ((high - low) * data.v[at * data.rows * data.cols + i]) / 65535;
    const since = wall || settled < 0 ? "" : settled > data.steps[at] ? ", its move still changes" : `, its move final since step ${settled}`;
    say.textContent = minus(`Row ${cell[0]}, column ${cell[1]}${wall ? " (wall)" : ""}: R ${data.reward[i].toFixed(2)}, V ${short(v)}${since}`);
  }

  const minus = (text) => text.replace(/-(?=\d)/g, "−");
  const short = (x) => minus(x.toFixed(Math.abs(x) >= 100 ? 0 : Math.abs(x) >= 10 ? 1 : 2).replace(/^-(?=0\.?0*$)/, ""));

  // -- drawing -------------------------------------------------------------------------------------------

  const stopsOf = (name, colour) => (name === "V" ? data.vStops : colour.dark ? data.rStopsDark : data.rStops);

  function layout() {
    const colour = palette(host);
    const scales = {
      R: { ends: data.rSeen, colour: (share) => shade((data.rSeen[0] + (data.rSeen[1] - data.rSeen[0]) * share - data.rRange[0]) / (data.rRange[1] - data.rRange[0]), stopsOf("R", colour)) },
      V: { ends: data.vRange, colour: (share) => shade(share, data.vStops) },
      wave: { colour: (share) => shade(1 - share, data.vStops) },
    };
    for (const [name, { ends, colour: of }] of Object.entries(scales)) {
      const key = host.querySelector(`.key[data-panel=${name}]`);
      key.style.setProperty("--ramp", `linear-gradient(90deg, ${Array.from({ length: 17 }, (_, i) => of(i / 16))})`);
      if (name !== "R") continue;
      key.querySelector(".low").textContent = minus(ends[0].toFixed(2));
      key.querySelector(".high").textContent = minus(ends[1].toFixed(2));
    }
    if (Math.min(...data.reward) < 2 * data.rRange[0]) host.querySelector(".R .low").textContent += " and less";
    if (Math.max(...data.reward) > 2 * data.rRange[1]) host.querySelector(".R .high").textContent += " and more";
    host.style.setProperty("--largest", colour.path);
    host.style.setProperty("--mean", colour.best);
    for (const name in panels) {
      const most = host.clientWidth > 640 ? 420 : Math.max(240, innerHeight - 530); // on a phone the bar with k stands below
      const wide = Math.min(panels[name].parentElement.clientWidth, most, (most * data.cols) / data.rows);
      if (wide < 20) continue; // not shown
      sizes[name] = wide / data.cols;
      pens[name] = fit(panels[name], Math.round(wide), Math.round(sizes[name] * data.rows));
    }
    pens.change = fit(change, Math.max(120, change.parentElement.clientWidth), 104);
    draw(["R"]);
    go(at);
  }

  function draw(names) {
    const colour = palette(host), cells = data.rows * data.cols;
    for (const name of names) {
      const pen = pens[name], size = sizes[name];
      if (!pen) continue;
      for (let i = 0; i < cells; i++) {
        pen.fillStyle = data.walls[i] === "1" && name !== "R" ? colour.wall : name === "P" ? colour.floor
          : name === "wave" ? waveOf(i, data.steps[at], colour) : name === "V"
          ? shade(data.v[at * cells + i] / 65535, data.vStops)
          : shade((data.reward[i] - data.rRange[0]) / (data.rRange[1] - data.rRange[0]), stopsOf("R", colour));
        pen.fillRect((i % data.cols) * size, Math.floor(i / data.cols) * size, size + 0.5, size + 0.5);
      }
      if (name === "P") drawPush(pen, colour, size, at * cells * 2);
      if (name === "wave") drawFront(pen, size, colour);
      if (name === "R") hatchWalls(pen, colour, size);
      mark(pen, data.start, size, "S", colour);
      mark(pen, data.goal, size, "G", colour);
      if (cell) frame(pen, cell, size, colour.path, [], 3);
    }
  }

  // R of walls is learned too, so their colour stays and lines tell them from free cells.
  function hatchWalls(pen, colour, size) {
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

  function drawPush(pen, colour, size, first) {
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
