// What a planner thinks, drawn on its map: one image of a pixel a cell, and marks on top of it.

const LAYERS = {
  V: ["V", "value", "V, value: how good a cell is; each of the K steps passes it on. Its scale is the net's own: only differences count."],
  R: ["R", "reward", "R, reward: what entering a cell costs or pays, as it learned it."],
  P: ["P", "transition", "P, transition: where an action leads, as learned weights of nine cells. Arrows: each cell's best action."],
  Q: ["Q", "actions", "Q: how good each action is there, a petal each. The best, orange, becomes V."],
  pi: ["π", "policy", "π, policy: the move it makes in each cell. Bold: another is better."],
};

// 256 colours of a scale, as [red, green, blue] each.
const ramp = (stops) => Array.from({ length: 256 }, (_, i) => mix(i / 255, stops));

const rgbOf = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function solid(colour) {
  if (colour.startsWith("#")) return rgbOf(colour.length === 4 ? `#${[...colour.slice(1)].map((x) => x + x).join("")}` : colour);
  return colour.match(/\d+(\.\d+)?/g).slice(0, 3).map(Number);
}

// Cells as an image: colourOf(cell) -> [r, g, b].
function paintCells(pen, scratch, { rows, cols }, size, colourOf) {
  if (scratch.width !== cols || scratch.height !== rows) [scratch.width, scratch.height] = [cols, rows];
  const small = scratch.getContext("2d"), image = small.createImageData(cols, rows);
  for (let i = 0; i < rows * cols; i++) {
    const [r, g, b] = colourOf(i);
    image.data[4 * i] = r;
    image.data[4 * i + 1] = g;
    image.data[4 * i + 2] = b;
    image.data[4 * i + 3] = 255;
  }
  small.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(scratch, 0, 0, cols * size, rows * size);
}

function drawGridLines(pen, { rows, cols }, size, colour) {
  if (size < 8) return;
  pen.strokeStyle = colour.text;
  pen.globalAlpha = 0.1;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let r = 1; r < rows; r++) { pen.moveTo(0, r * size); pen.lineTo(size * cols, r * size); }
  for (let c = 1; c < cols; c++) { pen.moveTo(c * size, 0); pen.lineTo(c * size, size * rows); }
  pen.stroke();
  pen.globalAlpha = 1;
}

// A wall whose own number is shown: hatched.
function hatch(pen, { cols }, cells, size, colour) {
  pen.strokeStyle = colour.wall;
  pen.lineWidth = Math.max(1, size * 0.14);
  pen.beginPath();
  for (const i of cells) {
    const x = (i % cols) * size, y = Math.floor(i / cols) * size;
    pen.moveTo(x, y + size / 2); pen.lineTo(x + size / 2, y);
    pen.moveTo(x, y + size); pen.lineTo(x + size, y);
    pen.moveTo(x + size / 2, y + size); pen.lineTo(x + size, y + size / 2);
  }
  pen.stroke();
}

// Arrows of moves; wrong ones bold. inkOf(cell) -> colour, so that they are read on any ground.
function drawMoves(pen, { cols }, policy, told, wrong, size, colour, inkOf) {
  if (size < 9) return;
  const strokes = new Map();
  for (let i = 0; i < policy.length; i++) {
    if (!told(i)) continue;
    const bad = wrong && wrong(i), style = bad ? "wrong" : inkOf(i);
    if (!strokes.has(style)) strokes.set(style, new Path2D());
    const [down, right] = MOVES[policy[i]], long = size * (down && right ? 0.22 : 0.29);
    const x = ((i % cols) + 0.5) * size, y = (Math.floor(i / cols) + 0.5) * size;
    arrow(strokes.get(style), x, y, right * long, down * long, size * 0.16);
  }
  pen.lineCap = "round";
  for (const [style, path] of strokes) {
    const bad = style === "wrong";
    pen.strokeStyle = bad ? colour.text : style;
    pen.globalAlpha = bad ? 1 : 0.55;
    pen.lineWidth = bad ? Math.max(1.8, size * 0.1) : Math.max(1, size * 0.055);
    pen.stroke(path);
  }
  pen.globalAlpha = 1;
}

// Where the weights of an action push: [down, right].
function pushOf(p, action) {
  let down = 0, right = 0;
  for (let j = 0; j < 9; j++) {
    down += p[action * 9 + j] * (Math.floor(j / 3) - 1);
    right += p[action * 9 + j] * ((j % 3) - 1);
  }
  return [down, right];
}

function drawPushes(pen, plan, greedy, size, colour) {
  const { map } = plan;
  if (size < 6) return;
  pen.strokeStyle = colour.text;
  pen.lineWidth = Math.max(0.8, size * 0.06);
  pen.lineCap = "round";
  pen.beginPath();
  for (let i = 0; i < greedy.length; i++) {
    if (map.walls[i] || i === map.goal) continue;
    let [down, right] = pushOf(transitionAt(plan, i), greedy[i]);
    const long = Math.hypot(down, right), scale = plan.planner.free ? 1 / Math.max(1, long) : 1;
    const x = ((i % map.cols) + 0.5) * size, y = (Math.floor(i / map.cols) + 0.5) * size;
    if (long < 0.08) pen.rect(x - 0.5, y - 0.5, 1, 1);
    else arrow(pen, x, y, right * scale * size * 0.36, down * scale * size * 0.36, size * 0.17);
  }
  pen.stroke();
}

// A petal for each action, long where it is nearly as good as the best; the best in the colour of paths.
function drawPetals(pen, plan, v, size, colour, span) {
  const { map, planner } = plan;
  if (size < 12) return drawPushes(pen, plan, plan.decide(v).greedy, size, colour);
  const usual = new Path2D(), best = new Path2D();
  for (let i = 0; i < map.walls.length; i++) {
    if (map.walls[i] || i === map.goal) continue;
    const q = plan.qAt(v, i), p = transitionAt(plan, i), top = Math.max(...q);
    const x = ((i % map.cols) + 0.5) * size, y = (Math.floor(i / map.cols) + 0.5) * size;
    for (let a = 0; a < planner.channels; a++) {
      const [down, right] = pushOf(p, a), long = Math.hypot(down, right);
      if (long < 0.08) continue;
      const reach = size * 0.46 * Math.max(0.12, 1 - (top - q[a]) / span), path = q[a] === top ? best : usual;
      path.moveTo(x, y);
      path.lineTo(x + (right / long) * reach, y + (down / long) * reach);
    }
  }
  pen.lineCap = "round";
  pen.lineWidth = Math.max(1, size * 0.06);
  pen.strokeStyle = colour.text;
  pen.globalAlpha = 0.45;
  pen.stroke(usual);
  pen.globalAlpha = 1;
  pen.lineWidth = Math.max(2, size * 0.12);
  pen.strokeStyle = colour.path;
  pen.stroke(best);
}

// A line through cells; the last stretch may end between two of them.
function drawWay(pen, cells, cols, size, colour, width, dashes = []) {
  if (cells.length < 2) return;
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1.8, width);
  pen.lineJoin = pen.lineCap = "round";
  pen.setLineDash(dashes);
  pen.beginPath();
  for (const cell of cells) pen.lineTo(((cell % cols) + 0.5) * size, (Math.floor(cell / cols) + 0.5) * size);
  pen.stroke();
  pen.setLineDash([]);
}

function pointOn(path, at, cols, size) {
  const i = Math.min(path.length - 1, Math.floor(at)), j = Math.min(path.length - 1, i + 1), share = at - i;
  const xy = (cell) => [((cell % cols) + 0.5) * size, (Math.floor(cell / cols) + 0.5) * size];
  const [a, b] = [xy(path[i]), xy(path[j])];
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
}

// The points of a way moved to its side by so many pixels: at a bend along the middle of both directions.
function laneOf(path, cols, size, shift) {
  const points = path.map((cell) => [((cell % cols) + 0.5) * size, (Math.floor(cell / cols) + 0.5) * size]);
  const side = (i) => {
    if (i < 0 || i >= points.length - 1) return [0, 0];
    const [dx, dy] = [points[i + 1][0] - points[i][0], points[i + 1][1] - points[i][1]], long = Math.hypot(dx, dy) || 1;
    return [-dy / long, dx / long];
  };
  return points.map(([x, y], i) => {
    const [a, b] = [side(i - 1), side(i)], both = [a[0] + b[0], a[1] + b[1]], long = Math.hypot(...both);
    const [u, v] = long > 0.1 ? both.map((each) => each / long) : b; // straight back: the side of the way on
    return [x + u * shift, y + v * shift];
  });
}

// A lane up to a place on it, which is returned.
function drawLane(pen, points, at, colour, width) {
  const i = Math.min(points.length - 1, Math.floor(at)), next = points[Math.min(points.length - 1, i + 1)], share = at - i;
  const place = points[i].map((x, axis) => x + (next[axis] - x) * share);
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(1.8, width);
  pen.lineJoin = pen.lineCap = "round";
  pen.beginPath();
  for (const [x, y] of [...points.slice(0, i + 1), place]) pen.lineTo(x, y);
  pen.stroke();
  return place;
}

function drawAgent(pen, [x, y], size, fill, ink) {
  pen.fillStyle = fill;
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, Math.max(4.5, size * 0.3), 0, 7);
  pen.fill();
  pen.stroke();
}

function drawStop(pen, [x, y], size, colour) {
  const reach = Math.max(4, size * 0.36);
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(2, size * 0.14);
  pen.lineCap = "round";
  pen.beginPath();
  for (const side of [1, -1]) { pen.moveTo(x - reach, y - side * reach); pen.lineTo(x + reach, y + side * reach); }
  pen.stroke();
}
