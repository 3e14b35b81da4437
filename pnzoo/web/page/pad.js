// A pad to draw characters on, examples of each class beside it, and a guess while one draws.

import { classify, embed, toDrawing } from "./matcher.js";

const SIDE = 140, PEN = 0.055; // pixels of the bitmap that is read; width of the pen, as a share of the side
const STEPS = 28; // of the keyboard's pen

export function startPad(model, examples) {
  const find = (id) => document.getElementById(id);
  const canvas = find("pad"), label = find("label");
  const shelf = []; // {label, image, embedding}
  let strokes = [], pen = null, drawing = null, guesses = [], cursor = [STEPS / 2, STEPS / 2], down = false, focused = false;

  // -- the drawing --------------------------------------------------------------------------------------

  function lines(brush, side) {
    brush.lineCap = brush.lineJoin = "round";
    brush.strokeStyle = "#000";
    brush.lineWidth = PEN * side;
    for (const stroke of strokes) {
      brush.beginPath();
      for (const [x, y] of stroke) brush.lineTo(x * side, y * side);
      if (stroke.length === 1) brush.lineTo(stroke[0][0] * side + 0.01, stroke[0][1] * side);
      brush.stroke();
    }
  }

  function draw() {
    const side = canvas.clientWidth, ratio = window.devicePixelRatio || 1;
    if (!side) return;
    canvas.width = canvas.height = side * ratio;
    const brush = canvas.getContext("2d");
    lines(brush, canvas.width);
    if (!strokes.length) {
      brush.fillStyle = "#8a94a0";
      brush.textAlign = "center";
      brush.font = `${20 * ratio}px system-ui, sans-serif`;
      brush.fillText("Draw a character here", canvas.width / 2, canvas.width / 2);
    }
    if (focused) {
      brush.fillStyle = down ? "#c8371f" : "#00659e";
      brush.beginPath();
      brush.arc((cursor[0] / STEPS) * canvas.width, (cursor[1] / STEPS) * canvas.width, 6 * ratio, 0, 7);
      brush.fill();
    }
  }

  // Grey pixels of the strokes, black on white: what `pnzoo.data.preprocessing` would be given.
  function pixels() {
    const page = document.createElement("canvas");
    page.width = page.height = SIDE;
    const brush = page.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, SIDE, SIDE);
    lines(brush, SIDE);
    const colours = brush.getImageData(0, 0, SIDE, SIDE).data;
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) => colours[4 * i]);
  }

  function look() {
    drawing = strokes.length ? toDrawing(pixels(), SIDE) : null;
    show(find("small"), drawing);
    draw();
    guess();
  }

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((x) => Math.max(0, Math.min(1, x)));
  };
  canvas.onpointerdown = (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pen = [place(event)];
    strokes.push(pen);
    draw();
  };
  canvas.onpointermove = (event) => {
    if (!pen) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) pen.push(place(each));
    draw();
  };
  canvas.onpointerup = canvas.onpointercancel = () => { if (pen) { pen = null; look(); } };
  canvas.onkeydown = (event) => {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (step) {
      cursor = cursor.map((x, i) => Math.max(0, Math.min(STEPS, x + step[i])));
      if (down) strokes[strokes.length - 1].push(cursor.map((x) => x / STEPS));
    } else if (event.key === " ") {
      down = !down;
      if (down) strokes.push([cursor.map((x) => x / STEPS)]);
    } else if (event.key === "Backspace") strokes.pop();
    else return;
    event.preventDefault();
    if (down) draw();
    else look();
  };
  canvas.onfocus = () => { focused = canvas.matches(":focus-visible"); draw(); };
  canvas.onblur = () => { focused = false; if (down) { down = false; look(); } draw(); };
  find("undo").onclick = () => { strokes.pop(); look(); };
  find("clear").onclick = clear;

  function clear() {
    strokes = [];
    down = false;
    look();
  }

  // -- examples and guesses -----------------------------------------------------------------------------

  function keep(name, image) {
    shelf.push({ label: name, image, embedding: embed(model, image) });
  }

  function guess() {
    guesses = drawing && shelf.length ? classify(model, shelf, embed(model, drawing)) : [];
    const title = document.createElement("strong"), more = document.createElement("span");
    const [best] = guesses;
    if (best) {
      title.textContent = `This is ${best.label}`;
      more.textContent = `${percent(best.probability)} of ${guesses.length} character${guesses.length === 1 ? "" : "s"} known.`;
    } else {
      title.textContent = shelf.length ? "Draw one of these" : "No character known yet";
      more.textContent = shelf.length ? "It is named as soon as the pen is lifted." : "Draw one, give it a name, and keep it.";
    }
    find("guess").replaceChildren(title, more);
    list(best?.label);
  }

  function list(best) {
    const names = [...new Set(shelf.map((each) => each.label))];
    find("classes").replaceChildren(...names.map((name) => {
      const item = document.createElement("li"), title = document.createElement("b"), said = document.createElement("span");
      const shots = document.createElement("div"), away = document.createElement("button");
      const share = guesses.find((each) => each.label === name)?.probability;
      item.className = name === best ? "best" : "";
      title.textContent = name;
      said.textContent = share === undefined ? "" : percent(share);
      away.textContent = "×";
      away.setAttribute("aria-label", `Forget ${name}`);
      away.onclick = () => { forget((each) => each.label === name); };
      shots.className = "shots";
      for (const each of shelf.filter((one) => one.label === name)) {
        const small = document.createElement("canvas");
        small.width = small.height = 28;
        show(small, each.image);
        shots.append(small);
      }
      const left = document.createElement("div");
      left.append(title, shots);
      item.append(left, said, away);
      if (share !== undefined) {
        const bar = document.createElement("div"), filled = document.createElement("i");
        bar.className = "bar";
        filled.style.width = `${100 * share}%`;
        bar.append(filled);
        item.append(bar);
      }
      return item;
    }));
  }

  function forget(which) {
    const kept = shelf.filter((each) => !which(each));
    shelf.splice(0, shelf.length, ...kept);
    guess();
  }

  find("teach").onsubmit = (event) => {
    event.preventDefault();
    const name = label.value.trim();
    if (!drawing) return tell("Draw a character first");
    if (!name) { tell("Give it a name"); return label.focus(); }
    keep(name, drawing);
    label.value = "";
    clear();
  };

  function tell(words) {
    const title = document.createElement("strong");
    title.textContent = words;
    find("guess").replaceChildren(title);
  }

  find("examples").onclick = () => {
    for (const { label: name, image } of examples) keep(name, Float32Array.from(image, (value) => value / 255));
    guess();
  };
  find("forget").onclick = () => forget(() => true);
  window.addEventListener("resize", draw);
  look();
  return { shelf, keep, guess, pixels, drawing: () => drawing, guesses: () => guesses, model };
}

const percent = (share) => `${(100 * share).toFixed(share > 0.9995 || share < 0.0005 ? 0 : 1)} %`;

// A drawing [28 * 28] as black on white, on a canvas of as many pixels.
function show(canvas, image) {
  const brush = canvas.getContext("2d"), pixels = brush.createImageData(28, 28);
  for (let i = 0; i < 28 * 28; i++) {
    pixels.data.set([0, 0, 0, image ? Math.round(255 * image[i]) : 0], 4 * i);
  }
  brush.putImageData(pixels, 0, 0);
}
