// A planner on the page's own map: {height, width, walls: Uint8Array, start, goal}, cells are [row, column].

import { follow, makePlan, makePlanner, solve } from "./planner.js";

// The planner of NAME.json: {name, class, planner}.
export async function loadPlanner(name) {
  const answer = await fetch(`models/${name}.json`);
  if (!answer.ok) throw new Error(`models/${name}.json: ${answer.status} ${answer.statusText}`);
  const card = await answer.json();
  return { ...card, planner: makePlanner(card.plain) };
}

// What a planner thinks of a map after k steps of value iteration, by default the model's own number of them:
// {k, policy, valueAt(k): V of every cell, policyAt(k)}. As in the package, a map whose outer ring is not all wall gets one.
export function planOn({ planner }, { height, width, walls, goal }, k) {
  const margin = hasRing(walls, height, width) ? 0 : 1, cols = width + 2 * margin;
  const map = { rows: height + 2 * margin, cols, walls: margin ? padded(walls, height, width) : walls,
    start: 0, goal: (goal[0] + margin) * cols + goal[1] + margin };
  const plan = makePlan(planner, map, k), own = (array) => (margin ? cropped(array, height, width) : array);
  plan.advance();
  const policyAt = (step) => own(plan.decide(plan.valuesAt(step)).policy);
  return { k: plan.k, policy: policyAt(plan.k), policyAt, valueAt: (step) => own(plan.valuesAt(step)) };
}

// The path that a policy takes: {path: [[row, column] ...], reached, cost, reason}.
export function pathOf({ height, width, walls, start, goal }, policy) {
  const at = ([row, column]) => row * width + column;
  const map = { rows: height, cols: width, walls, start: at(start), goal: at(goal) };
  if (solve(map).far[map.start] === Infinity) {
    return { path: [start], reached: false, cost: 0, reason: "walls separate the start from the goal" };
  }
  const plan = follow(map, policy);
  return { ...plan, path: plan.path.map((cell) => [Math.floor(cell / width), cell % width]) };
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

function cropped(array, height, width) {
  const inner = new array.constructor(height * width);
  for (let row = 0; row < height; row++) {
    const from = (row + 1) * (width + 2) + 1;
    inner.set(array.subarray(from, from + width), row * width);
  }
  return inner;
}
