// A map to draw on: V as colour, the path of the network's policy on top.

import { MOVES } from "./planner.js";
import { pathOf, planOn } from "./planning.js";

const CIVIDIS = [[0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120],
                 [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56]];
const WALL = "#1b222c", WALL_EDGE = "#39424f";
const FAR = -1000; // V of a cell from which no path leads to the goal lies below
const TOLD = { VIN: "plans a fixed number of steps", DeterministicVIN: "plans until V has converged" };

export function startMap(models) {
  const find = (id) => document.getElementById(id);
  const canvas = find("map"), slider = find("k"), planner = find("planner"), play = find("play");
  const state = { height: 0, width: 0, walls: null, start: null, goal: null, cursor: null, model: models[0] };
  let answer = null, plan = null, pen = null, timer = 0, focused = false;

  for (const model of models) planner.add(new Option(`${model.name}: ${TOLD[model.class]}`, model.name));

  function set(map) {
    Object.assign(state, map, { cursor: map.start.slice() });
    think();
  }

  // New map, new plan; the slider stays at the last step if it stood there.
  function think() {
    stop();
    const last = Number(slider.value) === Number(slider.max);
    answer = planOn(state.model, state);
    slider.max = answer.k;
    if (last) slider.value = answer.k;
    plan = pathOf(state, answer.policy);
    say();
    draw();
  }

  function say() {
    const moves = plan.path.length - 1, box = find("verdict");
    const title = document.createElement("strong"), more = document.createElement("span");
    title.textContent = plan.reached ? `Reached the goal in ${moves} move${moves === 1 ? "" : "s"}` : "No way found";
    more.textContent = plan.reached
      ? `Length ${plan.cost.toFixed(2)}, after ${answer.k} steps of value iteration.` : `The network ${plan.reason}.`
        .replace("The network walls", "Walls");
    box.replaceChildren(title, more);
    box.dataset.reached = plan.reached;
  }

  // -- drawing ------------------------------------------------------------------------------------------

  function draw() {
    const side = canvas.clientWidth, ratio = window.devicePixelRatio || 1;
    if (!side || !answer) return;
    canvas.style.aspectRatio = `${state.width} / ${state.height}`;
    canvas.width = side * ratio;
    canvas.height = (side * ratio * state.height) / state.width;
    const brush = canvas.getContext("2d"), cell = canvas.width / state.width;
    const k = Number(slider.value), value = answer.valueAt(k), free = [...value.keys()].filter((s) => !state.walls[s]);
    const known = free.filter((s) => value[s] > FAR).map((s) => value[s]);
    const low = Math.min(...known), high = Math.max(...known);
    brush.clearRect(0, 0, canvas.width, canvas.height);
    for (let s = 0; s < value.length; s++) {
      const x = (s % state.width) * cell, y = Math.floor(s / state.width) * cell;
      brush.fillStyle = state.walls[s] ? WALL : colour(value[s] <= FAR ? 0 : (value[s] - low) / (high - low || 1));
      brush.fillRect(x, y, cell + 1, cell + 1);
      if (state.walls[s]) { brush.strokeStyle = WALL_EDGE; brush.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1); }
    }
    if (find("arrows").checked) arrows(brush, cell, k, value);
    route(brush, cell);
    marker(brush, cell, state.start, "start");
    marker(brush, cell, state.goal, "goal");
    if (focused) {
      brush.strokeStyle = "#56b4e9";
      brush.lineWidth = Math.max(2, cell / 8);
      brush.strokeRect(state.cursor[1] * cell, state.cursor[0] * cell, cell, cell);
    }
    find("k-said").textContent = `${k} of ${answer.k}`;
    find("low").textContent = known.length ? low.toFixed(2) : "";
    find("high").textContent = known.length ? `V = ${high.toFixed(2)}` : "";
  }

  function arrows(brush, cell, k, value) {
    const policy = answer.policyAt(k);
    brush.lineWidth = Math.max(1, cell / 14);
    for (let s = 0; s < policy.length; s++) {
      if (state.walls[s] || s === state.goal[0] * state.width + state.goal[1]) continue;
      const [down, right] = MOVES[policy[s]], length = cell * (down && right ? 0.2 : 0.28);
      const x = ((s % state.width) + 0.5) * cell, y = (Math.floor(s / state.width) + 0.5) * cell;
      brush.strokeStyle = brush.fillStyle = value[s] > FAR ? "rgba(255, 255, 255, .75)" : "rgba(255, 255, 255, .2)";
      brush.beginPath();
      brush.moveTo(x - right * length, y - down * length);
      brush.lineTo(x + right * length, y + down * length);
      brush.stroke();
      brush.beginPath();
      brush.arc(x + right * length, y + down * length, cell / 12, 0, 7);
      brush.fill();
    }
  }

  function route(brush, cell) {
    brush.lineJoin = brush.lineCap = "round";
    for (const [width, style] of [[cell * 0.42, "#12161c"], [cell * 0.24, plan.reached ? "#ffffff" : "#ffb000"]]) {
      brush.lineWidth = width;
      brush.strokeStyle = style;
      brush.beginPath();
      plan.path.forEach(([row, column]) => brush.lineTo((column + 0.5) * cell, (row + 0.5) * cell));
      brush.stroke();
    }
  }

  function marker(brush, cell, [row, column], what) {
    const x = (column + 0.5) * cell, y = (row + 0.5) * cell;
    brush.beginPath();
    if (what === "start") brush.arc(x, y, cell * 0.34, 0, 7);
    else {
      for (let i = 0; i < 10; i++) {
        const radius = cell * (i % 2 ? 0.2 : 0.47), angle = (i * Math.PI) / 5 - Math.PI / 2;
        brush.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
      }
      brush.closePath();
    }
    brush.fillStyle = what === "start" ? "#ffffff" : "#e6381a";
    brush.strokeStyle = what === "start" ? "#12161c" : "#ffffff";
    brush.lineWidth = Math.max(1.5, cell * 0.09);
    brush.fill();
    brush.stroke();
  }

  // -- editing ------------------------------------------------------------------------------------------

  const same = (one, other) => one[0] === other[0] && one[1] === other[1];
  const at = ([row, column]) => row * state.width + column;

  function cellOf(event) {
    const box = canvas.getBoundingClientRect();
    const place = [((event.clientY - box.top) / box.height) * state.height, ((event.clientX - box.left) / box.width) * state.width];
    return place.map((x, i) => Math.max(0, Math.min([state.height, state.width][i] - 1, Math.floor(x))));
  }

  function move(what, cell) {
    if (state.walls[at(cell)] || same(cell, state[what === "start" ? "goal" : "start"]) || same(cell, state[what])) return;
    state[what] = cell;
    think();
  }

  function paint(cell, wall) {
    if (same(cell, state.start) || same(cell, state.goal) || state.walls[at(cell)] === wall) return;
    state.walls[at(cell)] = wall;
    think();
  }

  canvas.onpointerdown = (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const cell = cellOf(event);
    pen = same(cell, state.goal) ? "goal" : same(cell, state.start) ? "start" : 1 - state.walls[at(cell)];
    state.cursor = cell;
    drag(event);
  };
  const drag = (event) => {
    if (pen === null) return;
    const cell = cellOf(event);
    if (typeof pen === "string") move(pen, cell);
    else paint(cell, pen);
  };
  canvas.onpointermove = (event) => { for (const each of event.getCoalescedEvents?.() ?? [event]) drag(each); };
  canvas.onpointerup = canvas.onpointercancel = () => { pen = null; };
  canvas.onkeydown = (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      const limits = [state.height, state.width];
      state.cursor = state.cursor.map((x, i) => Math.max(0, Math.min(limits[i] - 1, x + step[i])));
    } else if (event.key === " ") paint(state.cursor, 1 - state.walls[at(state.cursor)]);
    else if (event.key.toLowerCase() === "s") move("start", state.cursor.slice());
    else if (event.key.toLowerCase() === "g") move("goal", state.cursor.slice());
    else return;
    event.preventDefault();
    draw();
  };
  canvas.onfocus = () => { focused = canvas.matches(":focus-visible"); draw(); };
  canvas.onblur = () => { focused = false; draw(); };

  // -- controls -----------------------------------------------------------------------------------------

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "▶";
  }

  play.onclick = () => {
    if (timer) return stop();
    if (slider.value === slider.max) slider.value = 0;
    play.textContent = "❚❚";
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      draw();
      if (slider.value === slider.max) stop();
    }, Math.max(16, 2400 / answer.k));
  };
  slider.oninput = () => { stop(); draw(); };
  find("arrows").onchange = draw;
  planner.onchange = () => {
    state.model = models.find((model) => model.name === planner.value);
    slider.value = slider.max;
    think();
  };
  find("size").onchange = () => set(preset("random", Number(find("size").value)));
  for (const name of ["random", "rooms", "maze", "empty"]) {
    const button = document.createElement("button");
    button.textContent = name[0].toUpperCase() + name.slice(1);
    button.onclick = () => set(preset(name, Number(find("size").value)));
    find("presets").append(button);
  }
  window.addEventListener("resize", draw);
  set(preset("rooms", 16));
  return { state, set, answer: () => answer, plan: () => plan };
}

// A map with a ring of wall: {height, width, walls, start, goal}.
function preset(name, size) {
  const walls = new Uint8Array(size * size), put = (row, column, wall = 1) => { walls[row * size + column] = wall; };
  for (let i = 0; i < size; i++) { put(0, i); put(size - 1, i); put(i, 0); put(i, size - 1); }
  const start = [1, 1], goal = [size - 2, size - 2], random = (n) => Math.floor(Math.random() * n);
  if (name === "random") {
    for (let i = 0; i < (size * size) / 9; i++) {
      const [row, column] = [1 + random(size - 2), 1 + random(size - 2)];
      put(row, column);
      if (random(2)) put(row, Math.min(size - 1, column + 1));
    }
  } else if (name === "rooms") {
    const middle = size >> 1, door = Math.max(2, size >> 2);
    for (let i = 1; i < size - 1; i++) { put(middle, i); put(i, middle); }
    for (const [row, column] of [[middle, door], [middle, size - 1 - door], [size - 1 - door, middle]]) put(row, column, 0);
  } else if (name === "maze") {
    walls.fill(1);
    const odd = (x) => Math.min(x, size - 2 - ((size + 1) % 2)), last = odd(size - 2), way = [[1, 1]];
    goal[0] = goal[1] = last % 2 ? last : last - 1;
    put(1, 1, 0);
    while (way.length) {
      const [row, column] = way[way.length - 1];
      const open = [[-2, 0], [2, 0], [0, -2], [0, 2]].map(([down, right]) => [row + down, column + right])
        .filter(([r, c]) => r > 0 && c > 0 && r < size - 1 && c < size - 1 && walls[r * size + c]);
      if (!open.length) { way.pop(); continue; }
      const [r, c] = open[random(open.length)];
      put(r, c, 0);
      put((row + r) / 2, (column + c) / 2, 0);
      way.push([r, c]);
    }
  }
  put(...start, 0);
  put(...goal, 0);
  return { height: size, width: size, walls, start, goal };
}

function colour(share) {
  const place = Math.max(0, Math.min(1, share)) * (CIVIDIS.length - 1), i = Math.min(Math.floor(place), CIVIDIS.length - 2);
  return `rgb(${CIVIDIS[i].map((x, j) => Math.round(x + (CIVIDIS[i + 1][j] - x) * (place - i))).join(",")})`;
}
