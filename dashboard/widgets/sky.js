// The sky from below, its horizon round about and north up: the sun is dragged in it. Its direction is the sun's azimuth, its
// distance from the rim the sun's height. Two sliders beside it do the same for a keyboard.

const LOWEST = 5, HIGHEST = 85; // degrees
const WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

function makeSky(host, { onSun, onEnd, onEvery }) {
  const canvas = host.querySelector(".dome"), [azimuth, altitude] = ["azimuth", "altitude"].map((name) => host.querySelector(`.${name}`));
  const [trained, every, tale] = [".trained", ".every", ".tale"].map((name) => host.querySelector(name));
  let data = null, sun = [315, 45], held = false, touched = null, radius = 60;

  function show(next, now) {
    data = next;
    host.hidden = !data.trained;
    if (host.hidden) return;
    every.disabled = Boolean(data.skies);
    tale.textContent = data.skies ? data.skiesSaid : "";
    place(now);
  }

  function place(next) {
    sun = next;
    const wind = WINDS[Math.round(sun[0] / 45) % 8];
    for (const [input, value, words] of [[azimuth, sun[0], `${sun[0]}°, ${wind}`], [altitude, sun[1], `${sun[1]}°`]]) {
      input.value = value;
      input.setAttribute("aria-valuetext", words);
      input.closest("label").querySelector("output").textContent = words;
    }
    trained.style.visibility = sun[0] === data.trained[0] && sun[1] === data.trained[1] ? "hidden" : "visible";
    draw();
  }

  // -- by hand -------------------------------------------------------------------------------------------

  const spot = ([turn, high]) => {
    const far = radius * (1 - high / 90), angle = ((turn - 90) * Math.PI) / 180;
    return [canvas.clientWidth / 2 + far * Math.cos(angle), canvas.clientHeight / 2 + far * Math.sin(angle)];
  };

  function sunAt(event) {
    const box = canvas.getBoundingClientRect(), x = event.clientX - box.left - box.width / 2, y = event.clientY - box.top - box.height / 2;
    const far = Math.hypot(x, y), turn = far < 2 ? sun[0] : (Math.atan2(y, x) * 180) / Math.PI + 450;
    return [(Math.round(turn / 5) * 5) % 360, Math.max(LOWEST, Math.min(HIGHEST, Math.round(90 * (1 - far / radius))))];
  }

  const near = (touch) => {
    const box = canvas.getBoundingClientRect(), [x, y] = spot(sun);
    return Math.hypot(touch.clientX - box.left - x, touch.clientY - box.top - y) < 40;
  };

  // A thumb scrolls past the sky, unless it has taken hold of the sun.
  canvas.addEventListener("touchstart", (event) => { if (near(event.touches[0])) event.preventDefault(); }, { passive: false });
  canvas.onpointerdown = (event) => {
    if (event.button > 0 || !data) return;
    if (event.pointerType === "touch" && !near(event)) { touched = event; return; }
    held = true;
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    move(sunAt(event));
  };
  canvas.onpointermove = (event) => { if (held) move(sunAt(event)); };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (touched && event.type === "pointerup") move(sunAt(event));
    touched = null;
    held = false;
    onEnd();
  };

  azimuth.oninput = altitude.oninput = () => move([Number(azimuth.value), Number(altitude.value)]);
  azimuth.onchange = altitude.onchange = () => onEnd();
  trained.onclick = () => {
    if (trained.matches(":focus-visible")) altitude.focus(); // the button goes
    move(data.trained.slice());
    onEnd();
  };
  every.onclick = onEvery;

  function move(next) {
    if (next[0] === sun[0] && next[1] === sun[1]) return;
    place(next);
    onSun(next, held);
  }

  // -- drawing -------------------------------------------------------------------------------------------

  function layout() {
    const wide = canvas.parentElement.clientWidth;
    if (host.hidden || wide < 20) return;
    fit(canvas, wide, wide);
    radius = wide / 2 - 17;
    draw();
  }

  function draw() {
    if (!data || !canvas.width || host.hidden) return;
    const pen = canvas.getContext("2d"), colour = palette(host), middle = canvas.clientWidth / 2;
    pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    const air = pen.createRadialGradient(middle, middle, 0, middle, middle, radius);
    air.addColorStop(0, "#2f6ea8");
    air.addColorStop(0.75, "#1f4468");
    air.addColorStop(1, "#3d3350");
    disc(pen, middle, middle, radius, air);
    if (data.skies) drawTried(pen, middle);
    pen.strokeStyle = "rgba(255,255,255,0.35)";
    pen.lineWidth = 1;
    for (const high of [30, 60]) ring(pen, middle, middle, radius * (1 - high / 90));
    pen.fillStyle = colour.text;
    pen.font = "600 12px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    ["N", "E", "S", "W"].forEach((letter, i) => pen.fillText(letter, middle + (radius + 9) * Math.sin((i * Math.PI) / 2), middle - (radius + 9) * Math.cos((i * Math.PI) / 2)));
    const [tx, ty] = spot(data.trained), [x, y] = spot(sun), warm = Math.max(0, 1 - sun[1] / 40);
    pen.strokeStyle = "#fff";
    pen.lineWidth = 1.5;
    pen.setLineDash([3, 3]);
    ring(pen, tx, ty, 12);
    pen.setLineDash([]);
    const glow = pen.createRadialGradient(x, y, 4, x, y, 30);
    glow.addColorStop(0, `rgba(255,${Math.round(225 - 70 * warm)},${Math.round(130 - 60 * warm)},0.75)`);
    glow.addColorStop(1, "rgba(255,200,90,0)");
    disc(pen, x, y, 30, glow);
    disc(pen, x, y, 9, `rgb(255,${Math.round(222 - 70 * warm)},${Math.round(95 - 40 * warm)})`);
    pen.strokeStyle = "#5c3a00";
    ring(pen, x, y, 9);
  }

  // The suns that were tried: light where it arrives, each a piece of a ring.
  function drawTried(pen, middle) {
    const { azimuths, altitudes, arrives } = data.skies, half = Math.PI / azimuths.length, thick = (altitudes[1] - altitudes[0]) / 2;
    const far = (high) => radius * Math.max(0, 1 - high / 90);
    altitudes.forEach((high, i) => azimuths.forEach((turn, j) => {
      const angle = ((turn - 90) * Math.PI) / 180, good = arrives[i * azimuths.length + j] === "1";
      pen.fillStyle = good ? "#7fe0b0" : "#131a26";
      pen.beginPath();
      pen.arc(middle, middle, far(high - thick), angle - half, angle + half + 0.005);
      pen.arc(middle, middle, far(high + thick), angle + half + 0.005, angle - half, true);
      pen.fill();
    }));
  }

  function disc(pen, x, y, reach, fill) {
    pen.fillStyle = fill;
    pen.beginPath();
    pen.arc(x, y, reach, 0, 7);
    pen.fill();
  }

  function ring(pen, x, y, reach) {
    pen.beginPath();
    pen.arc(x, y, reach, 0, 7);
    pen.stroke();
  }

  return { show, layout, place };
}
