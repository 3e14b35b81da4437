// Small planners on plain numbers (pnzoo.analysis.plain_planner): R, P, V of every step, Q and the policy of a map; and
// what is exactly known of maps. Nothing here knows of a page; the dashboard's and the static one run it.
// A map is {rows, cols, walls: Uint8Array, start, goal}, cells are row * cols + col.

// N, S, E, W, NE, NW, SE, SW
export const MOVES = [[-1, 0], [1, 0], [0, 1], [0, -1], [-1, 1], [-1, -1], [1, 1], [1, -1]];
const NEIGHBOURS = 9; // the 3x3 neighbourhood, row by row; 4 is the cell itself
const PATIENCE = 3; // as in pnzoo's DeterministicValueIteration
const FRAMES = 240; // steps whose V is kept; those between are computed again from the one before

const softplus = (x) => (x > 30 ? x : Math.log1p(Math.exp(x)));

function unpackArrays(arrays) {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape, float32 }]) => {
    const bytes = Uint8Array.from(atob(float32), (letter) => letter.charCodeAt(0));
    return [name, { shape, at: new Float32Array(bytes.buffer) }];
  }));
}

// A planner: what it makes of a 3x3 pattern is computed once and kept, whatever map it is on.
export function makePlanner(plain) {
  const arrays = unpackArrays(plain.arrays), layers = [];
  for (let i = 0; arrays[`features_${i}/kernel`]; i++) layers.push([arrays[`features_${i}/kernel`], arrays[`features_${i}/bias`]]);
  const hard = plain.kind === "deterministic_vin", free = plain.transition === "kernel";
  const channels = free ? arrays.value_kernel.shape[3] : hard ? plain.moves : arrays.action_bias.shape[0];
  const kept = new Map();

  // The features of a middle cell: walls and goal are of its nine cells, 0 beyond the edge of the map.
  function features(bits, goalAt) {
    const width = layers[0][0].shape[3], kernel = layers[0][0].at;
    let x = Float64Array.from(layers[0][1].at);
    for (let j = 0; j < NEIGHBOURS; j++) {
      const seen = hard ? [(bits >> j) & 1] : [(bits >> j) & 1, j === goalAt ? plain.goal_value : 0];
      seen.forEach((value, channel) => {
        if (!value) return;
        const first = (j * seen.length + channel) * width;
        for (let f = 0; f < width; f++) x[f] += value * kernel[first + f];
      });
    }
    activate(x);
    for (const [{ shape, at }, bias] of layers.slice(1)) {
      const before = x, wide = shape[3];
      x = Float64Array.from(bias.at);
      for (let i = 0; i < before.length; i++)
        if (before[i]) for (let f = 0; f < wide; f++) x[f] += before[i] * at[i * wide + f];
      activate(x);
    }
    return x;
  }

  function activate(x) {
    if (plain.activation === "relu") for (let f = 0; f < x.length; f++) if (x[f] < 0) x[f] = 0;
  }

  function rewardOf(x, wall, goal) {
    if (hard) {
      const { at } = arrays["reward_of_image/kernel"], own = wall * at[0] + goal * at[1] + arrays["reward_of_image/bias"].at[0];
      return -softplus(own) - plain.wall_cost * wall;
    }
    let sum = arrays["reward/bias"] ? arrays["reward/bias"].at[0] : 0;
    for (let f = 0; f < x.length; f++) sum += x[f] * arrays["reward/kernel"].at[f];
    const image = arrays["reward_of_image/kernel"];
    return image ? -softplus(sum + wall * image.at[0] + goal * image.at[1]) : sum;
  }

  function transitionOf(x) {
    const { at } = arrays["logits/kernel"], count = channels * NEIGHBOURS;
    const p = Float64Array.from(arrays["logits/bias"].at);
    if (plain.transition === "softmax_kernel") for (let j = 0; j < count; j++) p[j] += at[j];
    else for (let f = 0; f < x.length; f++) if (x[f]) for (let j = 0; j < count; j++) p[j] += x[f] * at[f * count + j];
    for (let a = 0; a < channels; a++) {
      const own = p.subarray(a * NEIGHBOURS, (a + 1) * NEIGHBOURS), most = Math.max(...own);
      if (hard) {
        const best = own.indexOf(most);
        own.fill(0);
        own[best] = 1;
      } else {
        let sum = 0;
        for (let j = 0; j < NEIGHBOURS; j++) sum += own[j] = Math.exp(own[j] - most);
        for (let j = 0; j < NEIGHBOURS; j++) own[j] /= sum;
      }
    }
    return p;
  }

  // {reward, p} of a pattern: nine bits of walls and where in it the goal is, 9 for nowhere.
  function pattern(bits, goalAt) {
    const key = bits * 10 + goalAt;
    if (!kept.has(key)) {
      const x = features(bits, goalAt);
      kept.set(key, { reward: rewardOf(x, (bits >> 4) & 1, goalAt === 4 ? 1 : 0), p: free ? null : transitionOf(x), index: -1 });
    }
    return kept.get(key);
  }

  let sign = null; // found when it is asked for first: two plans of a small map
  return { plain, arrays, channels, hard, free, pattern, moves: plain.moves, get sign() { return (sign ??= signOf(this)); } };
}

// Whether more R means more V, as pnzoo.analysis.reward_sign tries it: the paper's network may turn R over.
function signOf(planner) {
  const side = 8, map = { rows: side, cols: side, walls: new Uint8Array(side * side), start: 0, goal: (side * side + side) / 2 };
  const steps = planner.plain.k || 4 * side, plan = makePlan(planner, map, steps);
  plan.advance();
  const { learned } = plan.world, step = 0.1 * (Math.max(...learned.map(Math.abs)) || 1);
  const raised = makePlan(planner, map, steps, new Map(Array.from(learned, (x, i) => [i, x + step])));
  raised.advance();
  return Math.sign(raised.last.reduce((sum, x, i) => sum + x - plan.last[i], 0));
}

// R and P of a map; `paint` (cell -> reward) takes the place of what was learned.
function lookAt(planner, map, paint) {
  const { rows, cols, walls, goal } = map, cells = rows * cols, { channels } = planner;
  const learned = new Float32Array(cells), which = new Int32Array(cells), patterns = [], at = new Map();
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++, i++) {
      let bits = 0, goalAt = 9;
      for (let down = -1, j = 0; down <= 1; down++)
        for (let right = -1; right <= 1; right++, j++) {
          const y = r + down, x = c + right;
          if (y < 0 || x < 0 || y >= rows || x >= cols) continue;
          if (walls[y * cols + x]) bits |= 1 << j;
          if (y * cols + x === goal) goalAt = j;
        }
      const own = planner.pattern(bits, goalAt), key = bits * 10 + goalAt;
      if (!at.has(key)) { at.set(key, patterns.length); patterns.push(own); }
      which[i] = at.get(key);
      learned[i] = own.reward;
    }
  }
  const reward = learned.slice();
  if (paint) for (const [cell, value] of paint) reward[cell] = value;
  if (planner.free) return { learned, reward, which, p: null };
  const size = channels * NEIGHBOURS, p = new Float64Array(patterns.length * size);
  patterns.forEach((own, i) => p.set(own.p, i * size));
  return { learned, reward, which, p };
}

// K steps of value iteration on a map, as many at a time as a frame has room for: advance(until) -> done.
export function makePlan(planner, map, steps, paint) {
  const { rows, cols, goal } = map, cells = rows * cols, wide = cols + 2, { channels, arrays, hard, free } = planner;
  const world = lookAt(planner, map, paint), { reward, which, p } = world;
  const padded = new Float64Array((rows + 2) * wide), q = new Float64Array(channels);
  const around = [-wide - 1, -wide, -wide + 1, -1, 0, 1, wide - 1, wide, wide + 1];
  const bias = free ? null : channelBias(), ofReward = free ? convolved() : null, costs = hard ? hardCosts() : null;
  const limit = steps || (hard ? 2 * cells : planner.plain.k);
  // Few steps are kept one by one; of many, every so many.
  let stride = 1;
  const plan = { planner, map, world, bias, k: null, done: false, values: [new Float32Array(cells)], advance, valuesAt, qAt,
    decide, kept: () => plan.values.map((_, i) => i * stride) };
  let value = plan.values[0], count = cells + 1, last = 0, now = 0;

  function channelBias() {
    const own = arrays.action_bias.at;
    return Float64Array.from({ length: channels }, (_, a) => (own.length === channels ? own[a] : own[a < 4 ? 0 : 1]));
  }

  // Where rewards are costs, zeros beyond the edge would be a false goal: the edge is repeated. The paper's has zeros.
  function pad(image, other) {
    for (let r = 0; r < rows; r++) {
      const to = (r + 1) * wide + 1, from = r * cols;
      for (let c = 0; c < cols; c++) padded[to + c] = other ? image[from + c] + other[from + c] : image[from + c];
      if (free) continue;
      padded[to - 1] = padded[to];
      padded[to + cols] = padded[to + cols - 1];
    }
    if (free) return padded; // its rim stays 0
    padded.copyWithin(0, wide, 2 * wide);
    padded.copyWithin((rows + 1) * wide, rows * wide, (rows + 1) * wide);
    return padded;
  }

  function convolved() {
    pad(reward);
    const all = new Float64Array(cells * channels), kernel = arrays.reward_kernel.at;
    for (let i = 0; i < cells; i++) {
      const middle = middleOf(i);
      for (let j = 0; j < NEIGHBOURS; j++)
        for (let a = 0; a < channels; a++) all[i * channels + a] += padded[middle + around[j]] * kernel[j * channels + a];
    }
    return all;
  }

  function middleOf(i) {
    const r = Math.floor(i / cols);
    return (r + 1) * wide + 1 + (i - r * cols);
  }

  // The best action that leads to each neighbour: its bias and the reward there; nothing leads to most.
  function hardCosts() {
    pad(reward);
    const all = new Float32Array(cells * NEIGHBOURS);
    for (let i = 0; i < cells; i++) {
      const middle = middleOf(i), own = which[i] * channels * NEIGHBOURS;
      for (let j = 0; j < NEIGHBOURS; j++) {
        let best = -1e9;
        for (let a = 0; a < channels; a++) if (p[own + a * NEIGHBOURS + j] > 0.5 && bias[a] > best) best = bias[a];
        all[i * NEIGHBOURS + j] = best + padded[middle + around[j]];
      }
    }
    return all;
  }

  // Q of one cell from a padded V (or R + V): into q.
  function backup(i, middle) {
    const x0 = padded[middle - wide - 1], x1 = padded[middle - wide], x2 = padded[middle - wide + 1];
    const x3 = padded[middle - 1], x4 = padded[middle], x5 = padded[middle + 1];
    const x6 = padded[middle + wide - 1], x7 = padded[middle + wide], x8 = padded[middle + wide + 1];
    if (free) {
      const w = arrays.value_kernel.at, n = channels;
      for (let a = 0; a < n; a++)
        q[a] = ofReward[i * n + a] + x0 * w[a] + x1 * w[n + a] + x2 * w[2 * n + a] + x3 * w[3 * n + a] + x4 * w[4 * n + a]
          + x5 * w[5 * n + a] + x6 * w[6 * n + a] + x7 * w[7 * n + a] + x8 * w[8 * n + a];
      return;
    }
    for (let a = 0, o = which[i] * channels * NEIGHBOURS; a < channels; a++, o += NEIGHBOURS)
      q[a] = bias[a] + p[o] * x0 + p[o + 1] * x1 + p[o + 2] * x2 + p[o + 3] * x3 + p[o + 4] * x4 + p[o + 5] * x5
        + p[o + 6] * x6 + p[o + 7] * x7 + p[o + 8] * x8;
    if (hard && i === goal) q.fill(0);
  }

  const padFor = (v) => (free ? pad(v) : pad(reward, v));

  // V after one more step; for a hard P the number of cells that changed.
  const step = hard ? stepHard : free ? stepFree : stepSoft;

  function stepHard(before, after) {
    pad(before);
    let changed = 0;
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0, middle = (r + 1) * wide + 1; c < cols; c++, i++, middle++) {
        let best = -Infinity;
        if (i === goal) best = 0;
        else for (let j = 0, o = i * NEIGHBOURS; j < NEIGHBOURS; j++) {
          const sum = costs[o + j] + padded[middle + around[j]];
          if (sum > best) best = sum;
        }
        after[i] = best;
        if (after[i] !== before[i]) changed++;
      }
    }
    return changed;
  }

  function stepFree(before, after) {
    pad(before);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0, middle = (r + 1) * wide + 1; c < cols; c++, i++, middle++) {
        backup(i, middle);
        let best = q[0];
        for (let a = 1; a < channels; a++) if (q[a] > best) best = q[a];
        after[i] = best;
      }
    }
  }

  // The same written out: here nearly all of the time goes.
  function stepSoft(before, after) {
    const x = pad(reward, before), w = wide, n = channels, table = p, b = bias, size = n * NEIGHBOURS;
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0, m = (r + 1) * w + 1; c < cols; c++, i++, m++) {
        const x0 = x[m - w - 1], x1 = x[m - w], x2 = x[m - w + 1], x3 = x[m - 1], x4 = x[m], x5 = x[m + 1];
        const x6 = x[m + w - 1], x7 = x[m + w], x8 = x[m + w + 1];
        let best = -Infinity;
        for (let a = 0, o = which[i] * size; a < n; a++, o += NEIGHBOURS) {
          const sum = b[a] + table[o] * x0 + table[o + 1] * x1 + table[o + 2] * x2 + table[o + 3] * x3 + table[o + 4] * x4
            + table[o + 5] * x5 + table[o + 6] * x6 + table[o + 7] * x7 + table[o + 8] * x8;
          if (sum > best) best = sum;
        }
        after[i] = best;
      }
    }
  }

  function keepStep() {
    if (now % stride) return;
    plan.values.push(value);
    if (plan.values.length <= FRAMES) return;
    plan.values = plan.values.filter((_, i) => i % 2 === 0);
    stride *= 2;
  }

  function advance(until) {
    while (!plan.done) {
      if (now >= limit || (hard && !steps && now - last >= PATIENCE)) {
        plan.done = true;
        plan.k = hard && !steps && now - last >= PATIENCE ? Math.max(last - 1, 1) : now;
        plan.last = plan.k === now ? value : valuesAt(plan.k);
        break;
      }
      const after = new Float32Array(cells), changed = step(value, after);
      value = after;
      now++;
      if (changed < count) last = now;
      count = changed;
      keepStep();
      if (until && performance.now() > until) break;
    }
    return plan.done;
  }

  // V after k steps, k at most those made so far.
  function valuesAt(k) {
    if (k === now) return value;
    const kept = Math.min(Math.floor(k / stride), plan.values.length - 1);
    let v = plan.values[kept];
    for (let at = kept * stride; at < k; at++) {
      const after = new Float32Array(cells);
      step(v, after);
      v = after;
    }
    return v;
  }

  // Q(R, V) of one cell: a copy.
  function qAt(v, i) {
    padFor(v);
    backup(i, middleOf(i));
    return q.slice();
  }

  // The move of each cell under V, and the best of the abstract actions.
  function decide(v) {
    const policy = new Uint8Array(cells), greedy = new Uint8Array(cells), logits = new Float64Array(8);
    const head = hard ? null : arrays["policy/kernel"].at, scale = planner.plain.logit_scale;
    padFor(v);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0, middle = (r + 1) * wide + 1; c < cols; c++, i++, middle++) {
        backup(i, middle);
        let best = 0;
        for (let a = 1; a < channels; a++) if (q[a] > q[best]) best = a;
        greedy[i] = policy[i] = best;
        if (hard) continue;
        const top = q[best];
        logits.fill(0);
        for (let a = 0; a < channels; a++) {
          const x = scale === null ? q[a] : scale * (q[a] - top);
          for (let m = 0; m < 8; m++) logits[m] += x * head[a * 8 + m];
        }
        let move = 0;
        for (let m = 1; m < 8; m++) if (logits[m] > logits[move]) move = m;
        policy[i] = move;
      }
    }
    return { policy, greedy };
  }

  return plan;
}

// P of a cell, [A * 9]; the paper's free kernel of V where all cells share one.
function transitionAt(plan, i) {
  const { planner, world } = plan, size = planner.channels * NEIGHBOURS;
  if (!planner.free) return world.p.subarray(world.which[i] * size, (world.which[i] + 1) * size);
  return kernelsOf(planner, "value_kernel");
}

// [3, 3, 1, A] of the paper's network as [A * 9].
function kernelsOf(planner, name) {
  const kernel = planner.arrays[name].at, n = planner.channels;
  return Float32Array.from({ length: n * NEIGHBOURS }, (_, i) => kernel[(i % NEIGHBOURS) * n + Math.floor(i / NEIGHBOURS)]);
}

// -- the exact solution, and where a policy leads -----------------------------------------------------------

const MOVE_COSTS = [1, 1, 1, 1, Math.SQRT2, Math.SQRT2, Math.SQRT2, Math.SQRT2];
const MOVE_WORDS = ["N", "S", "E", "W", "NE", "NW", "SE", "SW"];

// Where a move leads, or -1 where a wall is, the map ends, or a corner may not be cut.
function afterMove(map, cell, move, cutting) {
  const { rows, cols, walls } = map, r = Math.floor(cell / cols), c = cell - r * cols;
  const [down, right] = MOVES[move], y = r + down, x = c + right;
  if (y < 0 || x < 0 || y >= rows || x >= cols || walls[y * cols + x]) return -1;
  if (!cutting && move > 3 && (walls[y * cols + c] || walls[r * cols + x])) return -1;
  return y * cols + x;
}

// Dijkstra from the goal: lengths, the first best move of each cell, moves of the longest of all shortest paths.
export function solve(map, moves = 8, cutting = true) {
  const cells = map.rows * map.cols, far = new Float64Array(cells).fill(Infinity), best = new Int8Array(cells).fill(-1);
  const heap = [[0, map.goal]];
  far[map.goal] = 0;
  while (heap.length) {
    const [length, cell] = pop(heap);
    if (length > far[cell]) continue;
    for (let m = 0; m < moves; m++) {
      const to = afterMove(map, cell, m, cutting); // moves can be made both ways
      if (to < 0 || length + MOVE_COSTS[m] >= far[to] - 1e-6) continue;
      far[to] = length + MOVE_COSTS[m];
      push(heap, [far[to], to]);
    }
  }
  let farthest = map.goal;
  for (let i = 0; i < cells; i++) {
    if (map.walls[i] || i === map.goal || far[i] === Infinity) continue;
    if (far[i] > far[farthest]) farthest = i;
    for (let m = 0; m < moves && best[i] < 0; m++) {
      const to = afterMove(map, i, m, cutting);
      if (to >= 0 && far[to] + MOVE_COSTS[m] <= far[i] + 1e-6) best[i] = m;
    }
  }
  let count = 0;
  for (let cell = farthest; cell !== map.goal; count++) cell = afterMove(map, cell, best[cell], cutting);
  return { far, best, eccentricity: count };
}

function push(heap, item) {
  let i = heap.push(item) - 1;
  for (; i; ) {
    const up = (i - 1) >> 1;
    if (heap[up][0] <= item[0]) break;
    heap[i] = heap[up];
    i = up;
  }
  heap[i] = item;
}

function pop(heap) {
  const top = heap[0], item = heap.pop();
  if (!heap.length) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1][0] < heap[child][0]) child++;
    if (heap[child][0] >= item[0]) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = item;
  return top;
}

// The path of a policy from the start: {path, reached, cost, reason}, as pnzoo.gridworld's rollout says it.
export function follow(map, policy, cutting = true) {
  const path = [map.start], seen = new Set();
  let cost = 0, cell = map.start;
  const told = (moves) => `${moves} move${moves === 1 ? "" : "s"}`, place = (i) => `(${Math.floor(i / map.cols)}, ${i % map.cols})`;
  while (cell !== map.goal) {
    if (seen.has(cell)) return { path, cost, reached: false, short: "circle", reason: `went in a circle: back at ${place(cell)} after ${told(path.length - 1)}` };
    seen.add(cell);
    const move = policy[cell], to = move < 0 ? -1 : afterMove(map, cell, move, cutting);
    if (to < 0) {
      const wall = move < 0 || afterMove(map, cell, move, true) < 0, into = wall ? "into a wall" : "past the corner of a wall";
      return { path, cost, reached: false, short: "wall", reason: `walked ${MOVE_WORDS[move] || "nowhere"} ${into} at ${place(cell)} after ${told(path.length - 1)}` };
    }
    cost += MOVE_COSTS[move];
    cell = to;
    path.push(cell);
  }
  return { path, cost, reached: true, short: "", reason: "reached the goal" };
}

// K of a plan, as dashboard.compute.enough_steps: the model's own where that is enough for a map, else the next of
// 24, 32, 48, 64 ...
function enoughSteps(own, needed, most) {
  const enough = needed + Math.floor(needed / 4) + 4;
  let k = 24;
  while (k < enough) k = k & (k - 1) ? Math.floor((k * 4) / 3) : Math.floor((k * 3) / 2);
  return own >= enough ? own : Math.min(most, k);
}
