// A sketchpad to draw one character on, with mouse, finger or keyboard. Each finished stroke is sent as a small bitmap.

export default keep(".sketchpad", makeSketchpad);

const SIDE = 140, GRID = 28; // pixels of the bitmap, steps of the keyboard's pen

function makeSketchpad(host) {
  const [canvas, clear, back, say] = ["canvas", ".clear", ".back", ".say"].map((name) => host.querySelector(name));
  const sketchpad = { send: null, show, stop };
  let data = null, strokes = [], pen = null, cursor = [GRID / 2, GRID / 2], down = false, focused = false, width = 280;

  function show(next) {
    if (data && next.turn !== data.turn) { strokes = []; down = false; }
    data = next;
    canvas.setAttribute("aria-label", data.label);
    layout();
  }

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / width, (event.clientY - box.top) / width].map((x) => Math.max(0, Math.min(1, x)));
  };

  canvas.onpointerdown = (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    pen = [place(event)];
    strokes.push(pen);
    draw();
  };
  canvas.onpointermove = (event) => {
    if (!pen) return;
    pen.push(place(event));
    draw();
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!pen) return;
    pen = null;
    commit();
  };

  canvas.onkeydown = (event) => {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (step) {
      cursor = cursor.map((x, i) => Math.max(0, Math.min(GRID, x + step[i])));
      if (down) strokes[strokes.length - 1].push(cursor.map((x) => x / GRID));
    } else if (event.key === " " || event.key === "Enter") {
      down = !down;
      if (down) strokes.push([cursor.map((x) => x / GRID)]);
      else commit();
      say.textContent = down ? "Pen down: arrow keys draw." : "Pen up.";
    } else if (event.key === "Backspace" || event.key === "Delete") undo();
    else return;
    event.preventDefault();
    draw();
  };
  canvas.onfocus = () => { focused = true; draw(); };
  canvas.onblur = () => { focused = false; if (down) { down = false; commit(); } draw(); };

  function undo() {
    strokes.pop();
    down = false;
    commit();
  }

  clear.onclick = () => { strokes = []; down = false; commit(); };
  back.onclick = undo;

  function commit() {
    draw();
    if (!strokes.length) return sketchpad.send("drawn", { bits: "" });
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    const brush = small.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, SIDE, SIDE);
    lines(brush, SIDE, "#000");
    const pixels = brush.getImageData(0, 0, SIDE, SIDE).data, bytes = new Uint8Array((SIDE * SIDE) / 8);
    for (let i = 0; i < SIDE * SIDE; i++) if (pixels[4 * i] < 128) bytes[i >> 3] |= 128 >> (i & 7);
    sketchpad.send("drawn", { bits: btoa(String.fromCharCode(...bytes)) });
    say.textContent = "Drawing sent.";
  }

  function lines(brush, side, colour) {
    brush.strokeStyle = brush.fillStyle = colour;
    brush.lineWidth = side * 0.055;
    brush.lineCap = brush.lineJoin = "round";
    for (const stroke of strokes) {
      brush.beginPath();
      stroke.forEach(([x, y], i) => brush[i ? "lineTo" : "moveTo"](x * side, y * side));
      if (stroke.length === 1) brush.lineTo(stroke[0][0] * side + 0.01, stroke[0][1] * side);
      brush.stroke();
    }
  }

  function layout() {
    width = Math.min(host.clientWidth || 280, 280);
    if (width > 20) fit(canvas, width, width);
    draw();
  }

  function draw() {
    const brush = canvas.getContext("2d"), colour = palette(host);
    brush.clearRect(0, 0, width, width);
    brush.fillStyle = colour.floor;
    brush.fillRect(0, 0, width, width);
    if (!strokes.length && !focused) {
      brush.fillStyle = colour.text;
      brush.globalAlpha = 0.55;
      brush.font = "15px sans-serif";
      brush.textAlign = "center";
      brush.fillText("draw here", width / 2, width / 2);
      brush.globalAlpha = 1;
    }
    lines(brush, width, colour.text);
    if (focused) {
      brush.fillStyle = down ? colour.path : colour.focus;
      brush.beginPath();
      brush.arc((cursor[0] / GRID) * width, (cursor[1] / GRID) * width, 4, 0, 7);
      brush.fill();
    }
  }

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);

  function stop() {
    watcher.disconnect();
  }

  return sketchpad;
}
