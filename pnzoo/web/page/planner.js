// Value Iteration Networks in plain JavaScript: `VIN` with a P for each cell, and `DeterministicVIN`.
//
//   Q_a(s) = sum_j P_a(j | s) (R_j + V_j) + b_a        V(s) = max_a Q_a(s)
//
// j runs over the 3x3 neighbourhood, row by row. As in the package, a map whose outer ring is not all wall gets one.

import { convolve, dense, softplus } from "./model.js";

// N, S, E, W, NE, NW, SE, SW
export const MOVES = [[-1, 0], [1, 0], [0, 1], [0, -1], [-1, 1], [-1, -1], [1, 1], [1, -1]];
const PATIENCE = 3; // V has converged when for so many steps the number of changing cells has not fallen
const NOWHERE = -1e9; // the value of a neighbour that no action leads to

// What a planner thinks of a map. walls: Uint8Array [height * width]; goal: [row, column].
// k: steps of value iteration; null, where the planner can: until V has converged.
// Returns {values: [V_0 ... V_k], q: [height * width * 8 logits], policy: best move of each cell, k}.
export function solve(model, { height, width, walls, goal }, k = model.config.k) {
  const ringed = hasRing(walls, height, width), margin = ringed ? 0 : 1;
  const map = margin ? padded(walls, height, width) : walls;
  const H = height + 2 * margin, W = width + 2 * margin;
  const answer = run(model, map, H, W, (goal[0] + margin) * W + goal[1] + margin, k);
  if (!margin) return answer;
  return {
    ...answer,
    values: answer.values.map((value) => cropped(value, height, width, 1)),
    logits: cropped(answer.logits, height, width, 8),
    policy: cropped(answer.policy, height, width, 1),
  };
}

function run(model, walls, height, width, goal, k) {
  const cells = height * width, hard = model.class === "DeterministicVIN";
  const planner = hard ? deterministic(model, walls, height, width, goal) : general(model, walls, height, width, goal);
  const limit = k ?? 2 * cells, values = [new Float32Array(cells)];
  let last = 0, count = Infinity, i = 0;
  while (i < limit && (k !== null || i - last < PATIENCE)) {
    const after = planner.best(values[values.length - 1]), before = values[values.length - 1];
    let changed = 0;
    for (let s = 0; s < cells; s++) changed += after[s] !== before[s];
    i += 1;
    if (changed < count) { last = i; count = changed; }
    values.push(after);
  }
  if (k === null && i - last >= PATIENCE) values.length = Math.max(last - 1, 1) + 1; // since then V is what it was
  const logits = planner.logits(values[values.length - 1]);
  return { values, logits, policy: bestOf(logits, 8), k: values.length - 1 };
}

function general({ config, arrays }, walls, height, width, goal) {
  const cells = height * width, actions = config.channels, image = new Float32Array(2 * cells);
  for (let s = 0; s < cells; s++) image[2 * s] = walls[s];
  image[2 * goal + 1] = config.goal_value;
  const phi = features(config, arrays, image, height, width);
  image[2 * goal + 1] = 1;
  const learned = dense(phi, cells, arrays["reward/kernel"], 1, arrays["reward/bias"]);
  const seen = dense(image, cells, arrays["reward_of_image/kernel"], 1);
  const reward = learned.map((value, s) => -softplus(value + seen[s]));
  const p = probabilities(config, arrays, phi, cells, actions);
  const bias = arrays["value_iteration/action_bias"].map((b) => (config.nonpositive_reward ? -softplus(b) : b));
  const around = neighbourhoods(height, width), sum = new Float32Array(cells);

  function backup(value, each) {
    for (let s = 0; s < cells; s++) sum[s] = reward[s] + value[s];
    for (let s = 0; s < cells; s++) {
      for (let a = 0; a < actions; a++) {
        let q = 0;
        const at = (s * actions + a) * 9;
        for (let j = 0; j < 9; j++) q += p[at + j] * sum[around[s * 9 + j]];
        each(s, a, Math.fround(q) + bias[a]);
      }
    }
  }

  function best(value) {
    const after = new Float32Array(cells).fill(-Infinity);
    backup(value, (s, a, q) => { if (q > after[s]) after[s] = q; });
    return after;
  }

  function logits(value) {
    const q = new Float32Array(cells * actions);
    backup(value, (s, a, x) => { q[s * actions + a] = x; });
    if (config.logit_scale !== null) advantages(q, actions, config.logit_scale);
    return dense(q, cells, arrays["policy/kernel"], 8);
  }
  return { best, logits };
}

function deterministic({ config, arrays }, walls, height, width, goal) {
  const cells = height * width, actions = config.moves;
  const phi = features(config, arrays, Float32Array.from(walls), height, width);
  const [ofWall, ofGoal] = arrays["reward_of_image/kernel"], [free] = arrays["reward_of_image/bias"];
  const reward = new Float32Array(cells);
  for (let s = 0; s < cells; s++) {
    reward[s] = -softplus(free + ofWall * walls[s] + ofGoal * (s === goal)) - config.wall_cost * walls[s];
  }
  const p = probabilities(config, arrays, phi, cells, actions);
  const bias = arrays["value_iteration/action_bias"].map((b) => -softplus(b));
  const around = neighbourhoods(height, width);
  const targets = bestOf(p, 9), q = new Float32Array(cells * actions); // each action leads to one neighbour

  function backup(value) {
    for (let s = 0; s < cells; s++) {
      for (let a = 0; a < actions; a++) {
        const beside = around[s * 9 + targets[s * actions + a]];
        q[s * actions + a] = s === goal ? 0 : reward[beside] + value[beside] + bias[a < 4 ? 0 : 1];
      }
    }
    return q;
  }

  function best(value) {
    const after = new Float32Array(cells).fill(NOWHERE);
    backup(value).forEach((x, i) => { const s = Math.floor(i / actions); if (x > after[s]) after[s] = x; });
    return after;
  }

  function logits(value) {
    const known = advantages(backup(value).slice(), actions, Math.exp(arrays["policy/log_scale"][0]));
    const all = new Float32Array(cells * 8).fill(-1e4);
    for (let s = 0; s < cells; s++) all.set(known.subarray(s * actions, (s + 1) * actions), s * 8);
    return all;
  }
  return { best, logits };
}

function features(config, arrays, image, height, width) {
  let x = convolve(image, height, width, arrays["features_0/kernel"], config.filters[0], arrays["features_0/bias"]);
  for (let i = 1; i < config.filters.length; i++) {
    x = dense(x, height * width, arrays[`features_${i}/kernel`], config.filters[i], arrays[`features_${i}/bias`], true);
  }
  return x;
}

// P_a(j | s), [cells * actions * 9]
function probabilities(config, arrays, phi, cells, actions) {
  const z = dense(phi, cells, arrays["value_iteration/logit_kernel"], 9 * actions, arrays["value_iteration/logit_bias"]);
  for (let i = 0; i < z.length; i += 9) {
    let top = -Infinity, total = 0;
    for (let j = i; j < i + 9; j++) top = Math.max(top, z[j]);
    for (let j = i; j < i + 9; j++) total += z[j] = Math.exp(config.inverse_temperature * (z[j] - top));
    for (let j = i; j < i + 9; j++) z[j] /= total;
  }
  return z;
}

// The nine cells around each, the nearest ones on the map where they would lie beyond its edge.
function neighbourhoods(height, width) {
  const around = new Int32Array(9 * height * width);
  const inside = (x, length) => Math.max(0, Math.min(length - 1, x));
  for (let i = 0; i < around.length; i++) {
    const s = Math.floor(i / 9), j = i % 9, row = Math.floor(s / width) + Math.floor(j / 3) - 1;
    around[i] = inside(row, height) * width + inside((s % width) + (j % 3) - 1, width);
  }
  return around;
}

function advantages(q, actions, scale) {
  for (let i = 0; i < q.length; i += actions) {
    let top = -Infinity;
    for (let a = i; a < i + actions; a++) top = Math.max(top, q[a]);
    for (let a = i; a < i + actions; a++) q[a] = scale * (q[a] - top);
  }
  return q;
}

function bestOf(x, count) {
  const best = new Uint8Array(x.length / count);
  for (let s = 0; s < best.length; s++) {
    for (let a = 1; a < count; a++) if (x[s * count + a] > x[s * count + best[s]]) best[s] = a;
  }
  return best;
}

function hasRing(walls, height, width) {
  return walls.every((wall, s) => {
    const row = Math.floor(s / width), column = s % width;
    return wall || (row > 0 && column > 0 && row < height - 1 && column < width - 1);
  });
}

function padded(walls, height, width) {
  const map = new Uint8Array((height + 2) * (width + 2)).fill(1);
  for (let row = 0; row < height; row++) {
    map.set(walls.subarray(row * width, (row + 1) * width), (row + 1) * (width + 2) + 1);
  }
  return map;
}

function cropped(array, height, width, depth) {
  const inner = new array.constructor(height * width * depth);
  for (let row = 0; row < height; row++) {
    const from = ((row + 1) * (width + 2) + 1) * depth;
    inner.set(array.subarray(from, from + width * depth), row * width * depth);
  }
  return inner;
}

// The path that a policy takes: {path: [[row, column] ...], reached, cost, reason}.
export function follow({ height, width, walls }, start, goal, policy) {
  const path = [start], seen = new Set();
  let cost = 0;
  const ended = (reached, reason) => ({ path, reached, cost, reason });
  if (!joined({ height, width, walls }, start, goal)) return ended(false, "walls separate the start from the goal");
  while (path.length <= height * width) {
    const [row, column] = path[path.length - 1], s = row * width + column;
    if (row === goal[0] && column === goal[1]) return ended(true, "reached the goal");
    if (seen.has(s)) return ended(false, `went in a circle after ${path.length - 1} moves`);
    seen.add(s);
    const [down, right] = MOVES[policy[s]], next = [row + down, column + right];
    if (blocked({ height, width, walls }, next)) return ended(false, `walked into a wall after ${path.length - 1} moves`);
    cost += down && right ? Math.SQRT2 : 1;
    path.push(next);
  }
  return ended(false, `gave up after ${path.length - 1} moves`);
}

function blocked({ height, width, walls }, [row, column]) {
  return row < 0 || column < 0 || row >= height || column >= width || Boolean(walls[row * width + column]);
}

function joined(map, start, goal) {
  const seen = new Set([start[0] * map.width + start[1]]), queue = [start];
  while (queue.length) {
    const [row, column] = queue.pop();
    if (row === goal[0] && column === goal[1]) return true;
    for (const [down, right] of MOVES) {
      const next = [row + down, column + right], s = next[0] * map.width + next[1];
      if (!blocked(map, next) && !seen.has(s)) { seen.add(s); queue.push(next); }
    }
  }
  return false;
}
