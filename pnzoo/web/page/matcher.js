// A Matching Network in plain JavaScript: a Conv-4 embeds drawings, attention over the examples names them.
//
//   a(x, x_i) = softmax_i(scale cos(f(x), f(x_i)))        P(y | x) = sum_i a(x, x_i) [y_i = y]

import { convolve } from "./model.js";

const SIZE = 28, MARGIN = 0.12; // pixels of a drawing's side; share of it left free around the strokes

// The embedding of a drawing, Float32Array [28 * 28], 1 at strokes; of length 1, so that products are cosines.
export function embed({ config, arrays }, image) {
  let x = image, side = SIZE;
  for (let block = 1; block <= 4; block++) {
    x = convolve(x, side, side, arrays[`block${block}/kernel`], config.filters, arrays[`block${block}/bias`]);
    x = pooled(x, side, config.filters);
    side = Math.floor(side / 2);
  }
  const length = Math.sqrt(Math.max(x.reduce((sum, value) => sum + value * value, 0), 1e-12));
  return x.map((value) => value / length);
}

// The highest of each 2x2 pixels; a last odd row and column are dropped.
function pooled(x, side, channels) {
  const half = Math.floor(side / 2), y = new Float32Array(half * half * channels).fill(-Infinity);
  for (let row = 0; row < 2 * half; row++) {
    for (let column = 0; column < 2 * half; column++) {
      const from = (row * side + column) * channels, to = ((row >> 1) * half + (column >> 1)) * channels;
      for (let c = 0; c < channels; c++) if (x[from + c] > y[to + c]) y[to + c] = x[from + c];
    }
  }
  return y;
}

// support: [{label, embedding}] -> [{label, probability}], the most probable first.
export function classify({ config }, support, query) {
  const logits = support.map(({ embedding }) => config.scale * embedding.reduce((sum, x, i) => sum + x * query[i], 0));
  const top = Math.max(...logits), weights = logits.map((z) => Math.exp(z - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0), classes = new Map();
  support.forEach(({ label }, i) => classes.set(label, (classes.get(label) ?? 0) + weights[i] / total));
  return [...classes].map(([label, probability]) => ({ label, probability }))
    .sort((one, other) => other.probability - one.probability);
}

// Grey pixels [side * side] from 0 (black strokes) to 255 (paper) -> a drawing as the network knows them, or null.
// As `pnzoo.data.preprocessing`: cropped to the strokes with a margin, resized by area averaging, stretched to 1.
export function toDrawing(grey, side) {
  const sorted = Float32Array.from(grey).sort(), paper = (sorted[(grey.length >> 1) - 1] + sorted[grey.length >> 1]) / 2;
  const deepest = paper - sorted[0];
  if (deepest <= 0) return null;
  const strokes = Float64Array.from(grey, (value) => Math.max(0, (paper - value) / deepest));
  let top = side, bottom = 0, left = side, right = 0;
  strokes.forEach((stroke, i) => {
    if (stroke <= 0.3) return;
    const row = Math.floor(i / side), column = i % side;
    top = Math.min(top, row); bottom = Math.max(bottom, row + 1);
    left = Math.min(left, column); right = Math.max(right, column + 1);
  });
  const height = bottom - top, width = right - left, length = Math.max(height, width);
  const margin = roundedEven((length * MARGIN) / (1 - 2 * MARGIN)) + 1, frame = length + 2 * margin;
  const down = shares(top - Math.floor((length - height) / 2) - margin, frame, side);
  const across = shares(left - Math.floor((length - width) / 2) - margin, frame, side);
  const rows = new Float64Array(SIZE * side), small = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < SIZE; i++) {
    for (let r = top; r < bottom; r++) {
      const share = down[i * side + r];
      if (share) for (let c = left; c < right; c++) rows[i * side + c] += share * strokes[r * side + c];
    }
    for (let j = 0; j < SIZE; j++) {
      let sum = 0;
      for (let c = left; c < right; c++) sum += rows[i * side + c] * across[j * side + c];
      small[i * SIZE + j] = sum;
    }
  }
  const peak = Math.max(...small);
  return small.map((value) => Math.min(1, Math.max(0, value / peak)));
}

// How much of each output pixel each input pixel covers, along one axis: [28 * side].
function shares(start, length, side) {
  const step = length / SIZE, table = new Float64Array(SIZE * side);
  for (let i = 0; i < SIZE; i++) {
    for (let n = 0; n < side; n++) {
      const overlap = Math.min(start + (i + 1) * step, n + 1) - Math.max(start + i * step, n);
      if (overlap > 0) table[i * side + n] = overlap / step;
    }
  }
  return table;
}

// Half to even, as Python rounds.
function roundedEven(x) {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}
