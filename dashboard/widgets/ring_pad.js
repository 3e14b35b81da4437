// The pad in the middle of the ring: the question is drawn on it by mouse, finger or the pen of the keys, and told while
// the pen moves. `ring` is what ring.js lets it see: its data, how large it is, and whom to tell. Here too: drawings.

const BITS = 140, PEN = 28; // side of what is sent, steps of the keyboard's pen

function makePad(ring) {
  const { pad, host } = ring;
  let strokes = [], line = null, cursor = [PEN / 2, PEN / 2], down = false;
  let touched = false; // the pen of the keys is not shown to a hand that draws

  function draw() {
    const across = ring.across(), brush = pad.getContext("2d"), colour = palette(host), { answer, query, photos } = ring.data();
    brush.clearRect(0, 0, across, across);
    brush.fillStyle = colour.floor;
    brush.strokeStyle = answer === null ? colour.wall : colour.path;
    brush.lineWidth = 3;
    brush.beginPath();
    brush.arc(across / 2, across / 2, across / 2 - 2, 0, 7);
    brush.fill();
    brush.stroke();
    if (strokes.length) ink(brush, across, colour.text);
    else if (query && !photos) {
      const inner = across * 0.62, [left, top] = [across * 0.19, across * 0.15], unit = inner / 28, levels = levelsOf(query);
      brush.fillStyle = colour.text;
      levels.forEach((level, i) => {
        if (!level) return;
        brush.globalAlpha = level / 3;
        brush.fillRect(left + (i % 28) * unit, top + Math.floor(i / 28) * unit, unit + 0.4, unit + 0.4);
      });
      brush.globalAlpha = 1;
    }
    if (!strokes.length) {
      brush.fillStyle = colour.text;
      brush.font = `${Math.max(11, across * 0.062)}px sans-serif`;
      brush.textAlign = "center";
      brush.fillText("draw here", across / 2, across * 0.88);
    }
    if (host.getRootNode().activeElement === pad && pad.matches(":focus-visible") && !touched) {
      brush.fillStyle = down ? colour.path : colour.focus;
      brush.beginPath();
      brush.arc((cursor[0] / PEN) * across, (cursor[1] / PEN) * across, 5, 0, 7);
      brush.fill();
    }
  }

  function ink(brush, across, colour) {
    brush.strokeStyle = brush.fillStyle = colour;
    brush.lineWidth = across * 0.055;
    brush.lineCap = brush.lineJoin = "round";
    for (const stroke of strokes) {
      brush.beginPath();
      stroke.forEach(([x, y], i) => brush[i ? "lineTo" : "moveTo"](x * across, y * across));
      if (stroke.length === 1) brush.lineTo(stroke[0][0] * across + 0.01, stroke[0][1] * across);
      brush.stroke();
    }
  }

  function send(live) {
    draw();
    ring.changed();
    if (!strokes.length) return ring.tell({ what: "undraw" });
    const [, brush] = sheet(BITS, BITS);
    ink(brush, BITS, "#000");
    const pixels = brush.getImageData(0, 0, BITS, BITS).data, bytes = new Uint8Array((BITS * BITS) / 8);
    for (let i = 0; i < BITS * BITS; i++) if (pixels[4 * i] < 128) bytes[i >> 3] |= 128 >> (i & 7);
    ring.tell({ what: "draw", bits: btoa(String.fromCharCode(...bytes)), live });
  }

  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((x) => Math.max(0, Math.min(1, x)));
  };
  pad.onpointerdown = (event) => {
    if (event.button > 0) return;
    pad.setPointerCapture(event.pointerId);
    pad.focus({ preventScroll: true });
    event.preventDefault();
    touched = true;
    pad.classList.add("touched");
    line = [place(event)];
    strokes.push(line);
    draw();
  };
  pad.onpointermove = (event) => {
    if (!line) return;
    line.push(...(event.getCoalescedEvents?.().map(place) ?? []), place(event));
    if (line.length > 4) send(true);
    else draw();
  };
  pad.onpointerup = pad.onpointercancel = () => {
    if (!line) return;
    line = null;
    send(false);
  };
  pad.onkeydown = (event) => {
    touched = false;
    pad.classList.remove("touched");
    const by = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (by) {
      cursor = cursor.map((x, i) => Math.max(2, Math.min(PEN - 2, x + by[i])));
      if (down) { strokes[strokes.length - 1].push(cursor.map((x) => x / PEN)); send(true); }
    } else if (event.key === " " || event.key === "Enter") {
      down = !down;
      if (down) strokes.push([cursor.map((x) => x / PEN)]);
      else send(false);
      ring.speak(down ? "Pen down: arrow keys draw." : "Pen up.");
    } else if (event.key === "Backspace" || event.key === "Delete") { down = false; back(); }
    else return;
    event.preventDefault();
    draw();
  };
  pad.onfocus = draw;
  pad.onblur = () => { if (down) { down = false; send(false); } draw(); };

  function back() {
    strokes.pop();
    send(false);
  }

  function empty() { // without telling: another question takes its place
    strokes = [];
    down = false;
  }

  return { draw, back, empty, drawn: () => strokes.length > 0 };
}

// A white canvas and its brush.
function sheet(width, height) {
  const small = document.createElement("canvas"), brush = small.getContext("2d");
  [small.width, small.height] = [width, height];
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, width, height);
  return [small, brush];
}

const drawn = new Map(); // code of a drawing -> its ink as a PNG

function levelsOf(code) {
  const bytes = atob(code.replaceAll("-", "+").replaceAll("_", "/")), levels = [];
  for (const letter of bytes) for (const shift of [6, 4, 2, 0]) levels.push((letter.charCodeAt(0) >> shift) & 3);
  return levels;
}

function inkOf(code) {
  if (!drawn.has(code)) {
    const small = document.createElement("canvas");
    small.width = small.height = 28;
    const pen = small.getContext("2d"), picture = pen.createImageData(28, 28);
    levelsOf(code).forEach((level, i) => { picture.data[4 * i + 3] = level * 85; });
    pen.putImageData(picture, 0, 0);
    if (drawn.size > 600) drawn.clear();
    drawn.set(code, small.toDataURL());
  }
  return drawn.get(code);
}
