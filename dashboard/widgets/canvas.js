// Drawing that the map editor and the animation share. Joined in front of each by widgets/canvas.py.

let colours_ = null; // of one frame: to read a style makes the browser lay out anew what has changed on the page

function palette(host) {
  if (!colours_ || colours_.host !== host) {
    colours_ = { host, colour: readPalette(host) };
    requestAnimationFrame(() => { colours_ = null; });
  }
  return colours_.colour;
}

function readPalette(host) {
  const css = getComputedStyle(host), of = (name, other) => css.getPropertyValue(name).trim() || other;
  const back = of("--st-background-color", "#ffffff");
  const light = /^#[0-9a-f]{6}/i.test(back) ? [1, 3, 5].reduce((sum, i) => sum + parseInt(back.substr(i, 2), 16), 0) : 700;
  const theme = light < 380 ? DARK : LIGHT; // of figures/theme.py
  return {
    dark: theme === DARK,
    floor: of("--st-secondary-background-color", theme.floor), text: of("--st-text-color", theme.text),
    focus: of("--st-primary-color", "#00659e"), wall: theme.wall, path: theme.path, best: theme.best,
    reacts: theme.reacts, third: theme.third, fourth: theme.fourth,
    start: theme.path, goal: theme.good, ink: theme.ink, edge: theme.edge,
  };
}

function mix(share, stops) {
  const place = Math.max(0, Math.min(1, share)) * (stops.length - 1), first = Math.min(stops.length - 2, Math.floor(place));
  return stops[first].map((x, i) => Math.round(x + (stops[first + 1][i] - x) * (place - first)));
}

const shade = (share, stops) => `rgb(${mix(share, stops).join()})`;

// Black or white, whichever is read more easily on a shade.
const inkOn = (share, stops) => (mix(share, stops).reduce((sum, x, i) => sum + x * [0.3, 0.59, 0.11][i], 0) > 120 ? "#000" : "#fff");

// Black or white, whichever contrasts more: at least 4.5 to 1 on any colour.
function readable(...rgb) {
  const [r, g, b] = rgb.map((x) => (x <= 10 ? x / 3294.6 : ((x / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

// Size a canvas in CSS pixels and give a pen whose unit is one of them.
function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

function mark(pen, [row, col], size, letter, colour) {
  const diamond = letter === "G", [x, y] = [(col + 0.5) * size, (row + 0.5) * size];
  const reach = Math.max(diamond ? 8 : 6.5, size * (diamond ? 0.56 : 0.44));
  pen.fillStyle = diamond ? colour.goal : colour.start;
  pen.strokeStyle = colour.ink;
  pen.lineWidth = 1.5;
  pen.beginPath();
  if (diamond) [[0, -1], [1, 0], [0, 1], [-1, 0]].forEach(([i, j]) => pen.lineTo(x + i * reach, y + j * reach));
  else pen.arc(x, y, reach, 0, 7);
  pen.closePath();
  pen.fill();
  pen.stroke();
  pen.fillStyle = colour.ink;
  pen.font = `700 ${Math.max(8, Math.round(size * 0.5))}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, x, y + size * 0.03);
}

function arrow(pen, x, y, dx, dy, head) {
  const angle = Math.atan2(dy, dx);
  pen.moveTo(x - dx, y - dy);
  pen.lineTo(x + dx, y + dy);
  for (const turn of [2.55, -2.55]) {
    pen.moveTo(x + dx, y + dy);
    pen.lineTo(x + dx + head * Math.cos(angle + turn), y + dy + head * Math.sin(angle + turn));
  }
}

function frame(pen, [row, col], size, colour, dashes, width) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dashes);
  pen.strokeRect(col * size + 1, row * size + 1, size - 2, size - 2);
  pen.setLineDash([]);
}

// A component's function is called again with every new data, and sometimes ended in between while its element stays;
// what it keeps between calls lives in its host element, until that has left the page.
function keep(selector, make) {
  const made = new WeakMap(), ends = new WeakMap();
  const joined = (widget, teller = makeTeller()) => {
    widget.send = teller.tell;
    return { widget, teller };
  };
  return (component) => {
    const host = component.parentElement.querySelector(selector);
    clearTimeout(ends.get(host));
    if (!made.has(host)) made.set(host, joined(make(host)));
    const { widget, teller } = made.get(host);
    teller.answered(component.setTriggerValue);
    widget.show(component.data);
    const end = () => {
      if (host.isConnected) return ends.set(host, setTimeout(end, 1000));
      widget.stop();
      teller.stop();
      made.delete(host);
    };
    return () => { clearTimeout(ends.get(host)); ends.set(host, setTimeout(end, 0)); };
  };
}
