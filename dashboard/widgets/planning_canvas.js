// One canvas for planning: draw walls, drag S and G, and see R, P, V, Q and the policy of every step at once.
// Small planners run here (planner.js), on every frame of a drag; the server plans for the others and hears of each
// finished gesture. Nothing is asked of any other place.

export default keep(".plan", makePlanning);

const KNOWN = new Map(); // planners whose weights the server has sent, by name
const BUDGET = 12; // milliseconds of planning in a frame
const FIRST_BUDGET = 100; // of the first plan: nothing is drawn yet that could falter
const KS = [8, 16, 32, 64, 128]; // that are offered
const PATIENT = 5000; // milliseconds after which a silent server is mentioned

function makePlanning(host) {
  const find = (what) => host.querySelector(what), all = (what) => [...host.querySelectorAll(what)];
  const canvas = find("canvas.map"), curve = find("canvas.curve"), sentence = find(".sentence"), say = find(".say");
  const slider = find(".film input"), count = find(".film output"), play = find(".play");
  const scratch = document.createElement("canvas"), widget = { send: null, show, stop };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const lens = makeLens(find(".lens"), { onSymbol: point, onReward: adjust, onLearned: forgetReward });

  let data = null, map = null, paint = new Map(), planner = null, size = 10, ratio = 1;
  let work = null, shown = null, silent = null, dirty = false, ticking = false;
  let at = null, layer = "V", symbol = null, tool = "wall", speed = 1, loop = false;
  let repaid = null; // the cell whose reward was changed last, until something else is
  let cursor = null, hover = null, drag = null, past = [], focused = false, corner = null, pinned = null;
  let plans = 0, walked = null, note = "", before = null;
  let stepTold; // the step that the server was told and has not answered
  let sent = 0, pushed = 0, pending = null, adjusting = false, lensAt = 0, asked = new Set(), resend = null, told = null;

  // What film, race and sentence may see of all this, change, and do.
  const board = {
    host, find, calm,
    get data() { return data; }, get map() { return map; }, get shown() { return shown; }, get planner() { return planner; },
    get size() { return size; }, get speed() { return speed; }, get loop() { return loop; }, get drag() { return drag; },
    get film() { return film; }, get repaid() { return repaid; }, get before() { return before; },
    get undoable() { return past.length > 0; }, get busy() { return Boolean(work || dirty); },
    get heard() { return Boolean(silent && silent.plan.done); }, // whether news of G is told apart
    get at() { return at; }, set at(k) { at = k; },
    get walked() { return walked; }, set walked(cells) { walked = cells; },
    get note() { return note; }, set note(words) { note = words; },
    whole: () => whole(), code: () => codeOf(), step: () => stepNow(), frame: (k) => frameAt(k), pair: (cell) => pair(cell),
    cellOf: (place) => cellOf(place), locked: (place) => locked(place),
    send: (name, value) => widget.send(name, value), replan: () => replan(), rest: () => rest(), tick: () => tick(),
    controls: () => drawControls(), toMap: () => toMap(), clear: () => { film.touch(); at = null; },
  };
  const race = makeRace(board), film = makeFilm(board);

  // -- what the server sends -----------------------------------------------------------------------------

  function show(next) {
    const first = !data, other = first || data.rows !== next.rows || data.cols !== next.cols;
    const known = next.seq !== null && next.seq >= sent;
    // A server that does not know of an edit long after it was sent has lost it, and gets it again.
    const lost = pending && !known && !other && Date.now() - pushed > 1500 && pending.rows === next.rows && pending.cols === next.cols;
    const elsewhere = first || next.map !== data.map || (next.model.name !== data.model.name) || next.k !== data.k;
    const settled = known && !pending && !drag; // it has been told of all that was done here: another map is the visitor's way back
    if (known) pending = null;
    const foreign = (next.seq === null || settled) && (first || next.map !== codeOf());
    if (stepTold === next.step) stepTold = undefined;
    else if (stepTold === undefined && !first && !foreign && !pending && !drag && next.step !== data.step) { film.stop(); at = next.step; }
    const raced = !first && names(next) !== names(data);
    if (!first && (next.model.name !== data.model.name || next.k !== data.k)) note = ""; // it was said of another plan
    if (!first && next.lesson !== data.lesson) tool = "wall"; // of the lesson before nothing is kept
    if (!next.model.live && tool === "reward") tool = "wall"; // there is none
    data = next;
    for (const each of [next.model, ...next.race]) if (each.plain) KNOWN.set(each.name, makePlanner(each.plain));
    planner = next.model.live ? KNOWN.get(next.model.name) || null : null;
    need();
    canvas.setAttribute("aria-label", next.label);
    if (next.layer) layer = next.layer;
    if (first || other) { cursor = (next.start || [1, 1]).slice(); past = []; corner = null; pinned = null; }
    if (lost) return push(pending);
    if ((known || next.seq === null) && !drag) {
      const same = map && codeOf() === next.map && paintOf() === JSON.stringify(next.paint);
      if (!same) adopt();
      if (foreign) { note = ""; repaid = null; before = null; pinned = hover = null; at = next.step === null ? null : next.step; film.stop(); walked = null; race.forget(); }
    }
    drawControls();
    layout();
    if (elsewhere || foreign || !shown) {
      replan();
      if (foreign && next.step === null && !calm.matches) film.arrive(first);
    } else if (raced || race.waits) race.refresh();
    race.ask(next.go);
    race.begin();
  }

  const names = ({ race }) => race.map((each) => each.name).join();

  function need() {
    const missing = [data.model, ...data.race].filter((each) => each.live && !KNOWN.has(each.name) && !asked.has(each.name));
    if (!missing.length) return;
    missing.forEach((each) => asked.add(each.name));
    widget.send("need", { names: missing.map((each) => each.name) });
  }

  const pair = (cell) => (cell === null || cell < 0 ? null : [Math.floor(cell / map.cols), cell % map.cols]);
  const cellOf = (place) => (place ? place[0] * data.cols + place[1] : -1);

  function adopt() {
    map = { rows: data.rows, cols: data.cols, walls: Uint8Array.from(data.walls, (mark) => (mark === "1" ? 1 : 0)),
      start: cellOf(data.start), goal: cellOf(data.goal) };
    paint = new Map(data.paint.map(([r, c, v]) => [r * data.cols + c, v]));
  }

  const codeOf = () => map && `${map.rows}x${map.cols}:${map.start}:${map.goal}:${map.walls.join("")}`;
  const paintOf = () => JSON.stringify(Array.from(paint, ([i, v]) => [...pair(i), v]));

  // The finished gesture, or one of a drag for a planner that the server runs: one message in flight.
  function commit() {
    sent = Math.max(sent + 1, Date.now());
    push({ walls: map.walls.join(""), start: pair(map.start), goal: pair(map.goal), rows: map.rows, cols: map.cols,
      paint: Array.from(paint, ([i, v]) => [...pair(i), Math.round(v * 1000) / 1000]), seq: sent });
  }

  function push(message) {
    pending = { ...message };
    pushed = Date.now();
    widget.send("edit", pending);
    clearTimeout(resend);
    resend = setTimeout(() => {
      if (!pending) return;
      note = "The server does not answer. Your map is kept here and sent again.";
      tellNow();
      push(pending);
    }, PATIENT);
  }

  // -- planning ------------------------------------------------------------------------------------------

  const whole = () => map && map.start >= 0 && map.goal >= 0;

  function stepsOf(known, solved) {
    if (known.hard) return data.k || null;
    return data.k || enoughSteps(known.plain.k, solved, data.mostK);
  }

  function replan() {
    dirty = true;
    if (!planner) begin(); // the server has planned: it is drawn in the next frame
    tick();
  }

  function begin() {
    dirty = false;
    if (!whole()) { shown = null; work = null; return; }
    const rule = data.model.rule, exact = solve(map, rule.moves, rule.corner_cutting);
    const ecc = rule.moves === 8 && rule.corner_cutting ? exact.eccentricity : solve(map).eccentricity;
    const own = { ...map, walls: map.walls.slice() };
    if (!planner) {
      work = null;
      shown = { exact, plan: null, map: own, policy: movesOf(data.policy), code: codeOf() };
      finish();
      return;
    }
    work = { exact, map: own, code: codeOf(), plan: makePlan(planner, own, stepsOf(planner, ecc), paint) };
  }

  function finish() {
    if (work) {
      const { plan } = work, { policy, greedy } = plan.decide(plan.last);
      shown = { ...work, policy, greedy };
      work = null;
      silent = null;
    }
    const { exact, map: own, policy, plan } = shown;
    shown.known = policy && (plan || data.policyOf === shown.code);
    shown.cells = [];
    for (let i = 0; i < own.walls.length; i++) if (exact.far[i] < Infinity && i !== own.goal) shown.cells.push(i);
    shown.way = shown.known ? follow(own, policy, data.model.rule.corner_cutting) : null;
    if (shown.way) shown.way.path = Array.from(shown.way.path);
    shown.joined = exact.far[own.start] < Infinity;
    if (plan) {
      shown.first = null;
      const v = plan.last;
      let [low, top] = [Infinity, -Infinity];
      for (const i of [...shown.cells, own.goal]) { low = Math.min(low, v[i]); top = Math.max(top, v[i]); }
      shown.span = Math.max(1e-6, top - low);
      shown.most = rewardEnd(plan);
      slider.max = plan.k;
      if (at !== null && at > plan.k) at = null;
      frameCache.clear();
    }
    plans++;
    host.dataset.plans = plans;
    host.dataset.known = Boolean(shown.known);
    if (drag) race.follow(data.model.name, shown.way);
    else race.refresh();
  }

  // The end of R's scale: the largest inside the rim that is no wall by design.
  function rewardEnd({ world: { reward, learned }, map: own }) {
    let most = 1e-6;
    for (let i = 0; i < reward.length; i++) {
      const r = Math.floor(i / own.cols), c = i % own.cols;
      if (r && c && r < own.rows - 1 && c < own.cols - 1 && learned[i] > WALL_NUMBER) most = Math.max(most, Math.abs(learned[i]));
    }
    return most;
  }

  // Where V differs from what it would be on the same map without G, news of G has been: a plan without G, made when
  // nobody draws.
  function listen(until) {
    if (!shown || !shown.plan || drag) return true;
    if (!silent || silent.of !== shown.plan)
      silent = { of: shown.plan, plan: makePlan(shown.plan.planner, { ...shown.map, goal: -1 }, shown.plan.k, paint) };
    if (!silent.plan.done) silent.plan.advance(until);
    if (silent.plan.done && shown.first === null) {
      const [a, b] = [shown.plan.valuesAt(1), silent.plan.valuesAt(1)];
      shown.first = 0;
      for (const i of shown.cells) shown.first = Math.max(shown.first, Math.abs(a[i] - b[i]));
      frameCache.clear();
    }
    return silent.plan.done;
  }

  // Whether V of a cell knows of G: it differs from what it would be without one.
  const tells = (value, without) => Math.abs(value - without) > 0.02 * shown.first;

  // The first step, up to k, after which S has heard of G; 0 where it has not.
  function heardAt(k) {
    if (!shown || !shown.plan || !frameAt(k).heard?.[map.start]) return 0;
    const { plan } = shown;
    for (let first = 1; first < k; first++) if (tells(plan.valuesAt(first)[map.start], silent.plan.valuesAt(first)[map.start])) return first;
    return k;
  }

  const frameCache = new Map();

  // What is on the map after k steps: V, its policy, the cells that news has reached, the settled end of the way.
  function frameAt(k) {
    if (frameCache.has(k)) return frameCache.get(k);
    const { plan, cells, map: own } = shown, v = plan.valuesAt(k), end = k >= plan.k;
    const { policy, greedy } = end ? shown : plan.decide(v);
    let heard = null, number = cells.length + 1; // G too
    if (silent && silent.of === plan && silent.plan.done && shown.first) {
      const other = silent.plan.valuesAt(k);
      heard = new Uint8Array(v.length);
      number = 1;
      for (const i of cells) if (tells(v[i], other[i])) { heard[i] = 1; number++; }
      heard[own.goal] = 1;
    }
    let top = -Infinity;
    for (const i of cells) top = Math.max(top, v[i]);
    top = Math.max(top, v[own.goal]);
    const way = shown.way ? shown.way.path : [];
    let settled = way.length - 1;
    if (!end) while (settled > 0 && policy[way[settled - 1]] === shown.policy[way[settled - 1]] && (!heard || heard[way[settled - 1]])) settled--;
    else settled = 0;
    if (frameCache.size > 60) frameCache.clear();
    const made = { k, v, policy, greedy, heard, number, top, settled };
    frameCache.set(k, made);
    return made;
  }

  const stepNow = () => (shown && shown.plan ? (at === null ? shown.plan.k : Math.min(Math.round(at), shown.plan.k)) : null);

  // -- the clock -----------------------------------------------------------------------------------------

  function tick() {
    if (ticking) return;
    ticking = true;
    requestAnimationFrame(turn);
  }

  function turn(time) {
    ticking = false;
    if (!data || !map) return;
    const first = !shown, until = performance.now() + (first ? FIRST_BUDGET : BUDGET);
    if (dirty && !work) begin();
    if (work && work.plan.advance(until)) finish();
    const listening = work || first || !listen(until);
    const moving = film.advance(time) | race.advance(time);
    draw(first);
    if (data.tell && !dirty && !work && told !== data) { told = data; widget.send("drawn", true); }
    if (dirty || work || listening || moving) tick();
  }

  // -- k ------------------------------------------------------------------------------------------------

  // Where k comes to rest is the page's, so that the link shows the same.
  function rest() {
    const k = stepNow() === (shown && shown.plan && shown.plan.k) ? null : stepNow();
    stepTold = k === null ? null : Math.max(1, k); // as the address has it
    widget.send("step", { k, heard: heardAt(stepNow()) });
  }

  function go(k) {
    if (!shown || !shown.plan) return;
    film.stop();
    walked = null;
    k = Math.max(0, Math.min(shown.plan.k, k));
    at = k >= shown.plan.k ? null : k;
    note = "";
    tick();
  }

  play.onclick = film.toggle;
  find(".back").onclick = () => { go(stepNow() - 1); rest(); };
  find(".forth").onclick = () => { go(stepNow() + 1); rest(); };
  find(".speed").onchange = ({ target }) => { loop = target.value === "again"; speed = loop ? 1 : Number(target.value); };
  find(".most").onchange = ({ target }) => {
    film.stop();
    race.stop();
    [walked, at, note] = [null, null, ""];
    data.k = Number(target.value) || null;
    widget.send("most", { k: data.k });
    replan();
  };

  // What K may be, of which the closed menu says what it is.
  function listSteps() {
    const menu = find(".most"), { k } = shown.plan, own = data.k || "", id = `${own} ${own ? "" : k}`;
    if (menu.dataset.of === id) return;
    menu.dataset.of = id;
    const numbers = [...new Set([...KS, ...(own ? [own] : [])])].sort((a, b) => a - b).filter((n) => n <= data.mostK);
    menu.replaceChildren(new Option(own ? "K by the map" : `K = ${k} (auto)`, ""), ...numbers.map((n) => new Option(`K = ${n}`, n)));
    menu.value = own;
  }

  slider.oninput = () => go(Number(slider.value));
  slider.onchange = rest;
  curve.onpointerdown = (event) => { curve.setPointerCapture(event.pointerId); scrub(event); };
  curve.onpointermove = (event) => { if (event.buttons) scrub(event); };
  curve.onpointerup = rest;
  const scrub = (event) => { const box = curve.getBoundingClientRect(); if (shown && shown.plan) go(Math.round(((event.clientX - box.left - THUMB) / (box.width - 2 * THUMB)) * shown.plan.k)); };

  // -- changing the map ----------------------------------------------------------------------------------

  const locked = ([r, c]) => r === 0 || c === 0 || r === map.rows - 1 || c === map.cols - 1;
  const same = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];

  function remember() {
    past.push({ walls: map.walls.slice(), start: map.start, goal: map.goal, paint: new Map(paint) });
    if (past.length > 100) past.shift();
    before = shown && shown.way;
  }

  function undo() {
    const last = past.pop();
    if (!last) return tell("Nothing to undo.");
    Object.assign(map, { walls: last.walls, start: last.start, goal: last.goal });
    paint = last.paint;
    changed();
    commit();
    tell("Undone.");
  }

  function changed() {
    note = "";
    repaid = null;
    stepTold = undefined;
    walked = null;
    at = null;
    race.stop();
    replan();
  }

  function setWall(place, wall) {
    const i = cellOf(place);
    if (locked(place) || i === map.start || i === map.goal || map.walls[i] === Number(wall)) return;
    map.walls[i] = Number(wall);
    paint.delete(i);
  }

  function put(what, place) {
    const i = cellOf(place);
    if (locked(place) || i === map[what === "start" ? "goal" : "start"]) return;
    map.walls[i] = 0;
    map[what] = i;
  }

  function fill(a, b, wall) {
    for (let r = Math.min(a[0], b[0]); r <= Math.max(a[0], b[0]); r++)
      for (let c = Math.min(a[1], b[1]); c <= Math.max(a[1], b[1]); c++) setWall([r, c], wall);
  }

  // A cell's reward in units of the largest learned one: up is what makes V rise.
  const unitOf = () => Math.min(data.mostReward / 8, shown ? shown.most : 1);

  function setReward(cell, amount, ended) {
    film.touch();
    if (!shown || !shown.plan) return;
    if (!paint.has(cell) && paint.size >= data.mostPainted) return tell(`At most ${data.mostPainted} cells can have a reward of their own.`);
    if (!before) before = shown.way;
    const { learned } = shown.plan.world, value = learned[cell] + (planner.sign || 1) * amount * unitOf();
    if (Math.abs(amount) < 0.05) paint.delete(cell);
    else paint.set(cell, Math.max(-data.mostReward, Math.min(data.mostReward, value)));
    pinned = cell;
    changed();
    repaid = cell;
    if (ended) commit();
  }

  // The slider under the lens: one stroke from the first move to its rest.
  function adjust(cell, amount, ended) {
    if (!adjusting) remember();
    adjusting = !ended;
    setReward(cell, amount, ended);
  }

  function forgetReward(cell) {
    remember();
    paint.delete(cell);
    changed();
    commit();
  }

  // -- mouse and touch -----------------------------------------------------------------------------------

  function placeOf(event) {
    const box = canvas.getBoundingClientRect(), clamp = (value, most) => Math.max(0, Math.min(most - 1, Math.floor(value)));
    return [clamp((event.clientY - box.top) / size, map.rows), clamp((event.clientX - box.left) / size, map.cols)];
  }

  host.addEventListener("pointerdown", film.touch, true);
  host.addEventListener("keydown", film.touch, true);

  canvas.onpointerdown = (event) => {
    if (event.button > 0 || !map) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    cursor = placeOf(event);
    const i = cellOf(cursor), what = i === map.start ? "start" : i === map.goal ? "goal" : tool;
    if (what === "reward" && map.walls[i]) note = "A wall keeps its reward: drag a free cell.";
    if (what === "look" || (what === "reward" && map.walls[i])) { pinned = pinned === i ? null : i; return look(i); }
    remember();
    // The first cell decides whether a stroke draws walls or takes them away.
    drag = { kind: what, wall: !map.walls[i], from: cursor, y: event.clientY, cell: i,
      was: shown && shown.plan ? (shown.plan.world.reward[i] - shown.plan.world.learned[i]) * (planner.sign || 1) / unitOf() : 0 };
    note = "";
    if (what === "reward") pinned = i; // only a drag pays: a press alone shows the cell
    else apply(cursor, cursor, event);
    tick();
  };

  canvas.onpointermove = (event) => {
    if (!map) return;
    const place = placeOf(event);
    hover = cellOf(place);
    if (drag && drag.kind === "reward") drag.moved ||= Math.abs(event.clientY - drag.y) > 3;
    if (drag && (drag.kind === "reward" ? drag.moved : !same(place, cursor))) {
      apply(cursor, place, event);
      if (drag.kind !== "reward") cursor = place;
    }
    tick();
  };

  canvas.onpointerleave = () => { hover = null; tick(); };

  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!drag) return;
    if (drag.kind === "rectangle") { fill(drag.from, cursor, drag.wall); changed(); }
    const { kind, moved } = drag;
    drag = null;
    if (kind === "reward" && !moved) {
      past.pop();
      note = "Drag the cell up or down: up pays more, down costs more.";
      tell(note);
      return tick();
    }
    if (kind !== "reward") changed();
    commit();
    race.refresh();
    tell(kind === "start" || kind === "goal" ? `${kind} moved.` : kind === "reward" ? "Reward changed." : "Map changed.");
    tick();
  };

  function apply(from, to, event) {
    if (drag.kind === "start" || drag.kind === "goal") put(drag.kind, to);
    else if (drag.kind === "rectangle") return;
    else if (drag.kind === "reward") return setReward(drag.cell, Math.max(-8, Math.min(4, drag.was + (drag.y - event.clientY) / 30)), false);
    else {
      const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1);
      for (let i = 0; i <= steps; i++)  // a fast stroke skips cells
        setWall([0, 1].map((axis) => Math.round(from[axis] + ((to[axis] - from[axis]) * i) / steps)), drag.wall);
    }
    changed();
    if (!planner && !pending) commit(); // the server plans: one message in flight
  }

  function look(i) {
    hover = i;
    tell(describe(pair(i)));
    find(".sum-rows").scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" }); // where it stands below
    tick();
  }

  // -- keyboard ------------------------------------------------------------------------------------------

  const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  canvas.onkeydown = (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!map) return;
    if (KEYS[key]) step(KEYS[key]);
    else if (key === " " || key === "Enter") press();
    else if (key === "z" && (event.ctrlKey || event.metaKey)) undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (key === "s" || key === "g") { remember(); put(key === "s" ? "start" : "goal", cursor.slice()); done(`${key === "s" ? "start" : "goal"} at row ${cursor[0]}, column ${cursor[1]}`); }
    else if (key === "r") rectangle();
    else if (key === "u") undo();
    else if (key === "p") film.toggle();
    else if (key === "," || key === ".") { go(stepNow() + (key === "." ? 1 : -1)); rest(); }
    else if (key === "+" || key === "-") { remember(); nudge(key === "+" ? 0.5 : -0.5); }
    else if ("12345".includes(key)) chooseLayer(Object.keys(LAYERS)[Number(key) - 1]);
    else if (key === "Escape" && (corner || pinned !== null)) { corner = null; pinned = null; }
    else return;
    event.preventDefault();
    tick();
  };

  function nudge(amount) {
    if (!shown || !shown.plan) return;
    const i = cellOf(cursor), { reward, learned } = shown.plan.world;
    setReward(i, Math.max(-8, Math.min(4, ((reward[i] - learned[i]) * (planner.sign || 1)) / unitOf() + amount)), true);
  }

  function step([down, right]) {
    cursor = [(cursor[0] + down + map.rows) % map.rows, (cursor[1] + right + map.cols) % map.cols];
    pinned = null;
    tell(describe(cursor));
  }

  function press() {
    if (tool === "look") { pinned = cellOf(cursor); return; }
    if (tool === "reward") { remember(); return nudge(-1); }
    remember();
    setWall(cursor, !map.walls[cellOf(cursor)]);
    done(describe(cursor));
  }

  function done(words) {
    changed();
    commit();
    tell(words);
  }

  function rectangle() {
    if (!corner) {
      corner = cursor.slice();
      return tell("First corner. Move and press R again to fill.");
    }
    remember();
    fill(corner, cursor, !map.walls[cellOf(corner)]);
    corner = null;
    done("Rectangle filled.");
  }

  function describe(place) {
    const i = cellOf(place), what = i === map.start ? "start" : i === map.goal ? "goal" : map.walls[i] ? "wall" : "free";
    const number = shown && shown.plan && !map.walls[i] ? `, V ${frameAt(stepNow()).v[i].toFixed(2)}, R ${shown.plan.world.reward[i].toFixed(2)}` : "";
    return `Row ${place[0]}, column ${place[1]}: ${what}${number}.`;
  }

  function tell(words) {
    say.textContent = words;
  }

  canvas.onfocus = () => { focused = true; tick(); };
  canvas.onblur = () => { focused = false; corner = null; tick(); };

  // -- controls ------------------------------------------------------------------------------------------

  function point(name) {
    if (symbol === name) return;
    symbol = name;
    drawLayer();
    tick();
  }

  function chooseLayer(name) {
    layer = name;
    note = "";
    drawControls();
    widget.send("look", { layer: name });
    tick();
  }

  for (const button of all(".layers button")) {
    button.onclick = () => chooseLayer(button.dataset.layer);
    button.onpointerenter = () => { find(".about").textContent = LAYERS[button.dataset.layer][2]; };
    button.onpointerleave = () => data && drawLayer();
  }
  for (const button of all(".tools button")) button.onclick = () => {
    if (button.dataset.tool === "undo") return undo();
    tool = button.dataset.tool;
    corner = null;
    note = "";
    if (tool === "look" && host.clientWidth <= 760) toMap("start"); // the lens stands below it
    drawControls();
    tick();
  };
  // What is watched moves into view; on a phone these buttons stand far below the map.
  const toMap = (block = "nearest") => find(".board").scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });
  find(".break").onclick = () => { toMap(); pending = null; widget.send("break", Date.now()); };
  find(".fresh").onclick = () => { pending = null; widget.send("fresh", Date.now()); };

  // The layer that is shown: the chosen one, or that of the part of the equation which is pointed at.
  function drawLayer() {
    const open = !data.model.live ? ["pi"] : Object.keys(LAYERS), looked = symbol || layer;
    const now = open.includes(looked) ? looked : "pi";
    for (const button of all(".layers button")) {
      button.setAttribute("aria-pressed", String(button.dataset.layer === now));
      button.disabled = !open.includes(button.dataset.layer);
    }
    find(".about").textContent = data.model.live ? LAYERS[now][2] : data.hues[0] === "reacts" ? `${data.model.name} only reacts, without R, P, V or Q; bold moves: another is better` : `${data.model.name} plans on the server: its moves alone are shown`;
  }

  function drawControls() {
    if (!data) return;
    drawLayer();
    for (const button of all(".tools button")) {
      if (button.dataset.tool !== "undo") button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
      if (button.dataset.tool === "reward") button.disabled = !data.model.live;
    }
    play.textContent = film.stage ? "❚❚" : "▶";
    play.setAttribute("aria-label", film.stage ? "Pause" : "Play");
    find(".film").classList.toggle("still", !data.model.live);
    host.dataset.tool = tool; // its style brings the lens near where one looks
    canvas.style.touchAction = tool === "look" ? "pan-y" : "none";
    find(".lens").hidden = !data.model.live;
    find(".break").hidden = !data.rival;
    find(".break").textContent = `Break ${data.rival}`;
    host.dataset.lesson = data.lesson ?? ""; // its style brings what is asked for near
    find(".glow")?.classList.remove("glow");
    find(".terms").replaceChildren(...Object.entries(data.terms).flatMap(([word, meaning]) => [["dt", word], ["dd", meaning]].map(([tag, words]) => Object.assign(document.createElement(tag), { textContent: words }))));
    if (data.glow) find(data.glow)?.classList.add("glow"); // what a lesson asks for
    find(".rival").textContent = data.rival ? `${data.rival} only reacts to what it sees, without R, V or K. Break finds a map where it fails.` : "";
    find(".break").title = `Search a map on which ${data.rival}, which only reacts, fails and ${data.rival === data.model.name ? "a planner" : data.model.name} does not`;
    race.list();
  }

  // -- the sentence --------------------------------------------------------------------------------------

  function tellNow() {
    const words = sentenceOf(board);
    if (sentence.textContent !== words) sentence.textContent = words;
  }

  // -- drawing -------------------------------------------------------------------------------------------

  function layout() {
    const narrow = host.clientWidth <= 760, wide = narrow ? host.clientWidth : host.clientWidth - 390;
    const high = Math.max(280, Math.min(680, window.innerHeight - (narrow ? 330 : data.lesson ? 385 : 336)));
    const across = Math.floor(Math.min(wide, (high * data.cols) / data.rows));
    if (across < 20) return;
    host.style.setProperty("--board", `${across}px`);
    size = across / data.cols;
    ratio = window.devicePixelRatio || 1;
    fit(canvas, Math.round(across), Math.round(size * data.rows));
    widths = widthsNow();
    fit(curve, Math.max(40, slider.clientWidth || wide), narrow ? 22 : 34);
    showCurve();
    tick();
  }

  function showCurve() {
    if (!shown || !shown.plan || !curve.width) return;
    if (!shown.changes && !drag) shown.changes = changesOf(shown);
    drawCurve(curve, palette(host), shown.changes || [], shown.plan.k, stepNow());
  }

  let ramps = null;

  function colours() {
    const colour = palette(host), key = data.id + colour.wall;
    if (!ramps || ramps.key !== key) {
      const scale = colour.wall === DARK.wall ? data.rStopsDark : data.rStops;
      let reward = null;
      ramps = { key, value: ramp(data.vStops),
        get reward() { return (reward ??= ramp(planner && planner.sign < 0 ? [...scale].reverse() : scale)); },
        wall: solid(colour.wall), floor: solid(colour.floor), ink: solid(colour.text), orange: solid(colour.path), blue: solid(colour.best) };
    }
    return ramps;
  }

  const pick = (scale, share) => scale[Math.max(0, Math.min(255, Math.round(share * 255)))];

  // The first plan is drawn at once; the curve, and which way round R's colours are, come a frame later.
  function draw(first) {
    if (!canvas.width) return;
    const pen = canvas.getContext("2d"), colour = palette(host), paints = colours();
    const looked = symbol || layer, plan = shown && shown.plan, now = plan ? (looked in LAYERS && data.model.live ? looked : "V") : "pi";
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const frame_ = plan ? frameAt(stepNow()) : null, same = shown && shown.map.walls.length === map.walls.length;
    const share = (i) => 1 - (frame_.top - frame_.v[i]) / shown.span;
    paintCells(pen, scratch, map, size, (i) => {
      if (now === "R" && plan && same && plan.world.learned[i] > WALL_NUMBER) return pick(paints.reward, 0.5 + plan.world.reward[i] / (2 * shown.most));
      if (map.walls[i]) return paints.wall;
      if (now !== "V" || !plan || !same) return paints.floor;
      if (shown.exact.far[i] === Infinity || (frame_.heard && !frame_.heard[i])) return paints.floor;
      return pick(paints.value, share(i));
    });
    drawGridLines(pen, map, size, colour);
    if (now === "R") hatch(pen, map, [...map.walls.keys()].filter((i) => map.walls[i]), size, colour);
    if (shown && same) drawThoughts(pen, now, frame_, colour, paints, share);
    drawPainted(pen, colour);
    drawWays(pen, frame_, colour);
    const spot = (i, letter) => { if (i >= 0) mark(pen, pair(i), size, letter, colour); };
    if (!race.draw(pen, colour) && walked !== null && shown && shown.way)
      drawAgent(pen, pointOn(shown.way.path, walked, map.cols, size), size, race.colourOf(0, colour), colour.ink);
    spot(map.start, "S"); // above those who stand there: letters stay readable
    spot(map.goal, "G");
    drawCursor(pen, colour);
    tellNow();
    if (plan) {
      const k = stepNow();
      slider.value = k;
      slider.setAttribute("aria-valuetext", `after step ${k} of ${plan.k}`);
      count.textContent = `k = ${k} of`;
      listSteps();
      if (!first) showCurve();
      // The numbers follow more slowly than the map while it moves: nobody reads them sixty times a second.
      const busy = drag || film.stage;
      if (first) showLens(frame_, Object.create(paints, { reward: { value: Array(256).fill(paints.floor) } }));
      else if (!busy || (drag && drag.kind === "reward") || performance.now() - lensAt > 120) { lensAt = performance.now(); showLens(frame_, paints); }
    } else count.textContent = "";
    drawKey(now, paints, frame_);
  }

  function drawThoughts(pen, now, frame_, colour, paints, share) {
    const { plan, exact } = shown;
    const free = (i) => !map.walls[i] && i !== map.goal && exact.far[i] < Infinity;
    if (now === "P") return drawPushes(pen, plan, frame_.greedy, size, colour);
    if (now === "Q") return drawPetals(pen, plan, frame_.v, size, colour, Math.max(1e-6, 4 * shown.span / Math.max(8, exact.eccentricity)));
    if (now === "R" || data.hide.includes("moves")) return;
    const policy = frame_ ? frame_.policy : shown.known ? shown.policy : null;
    if (!policy) return;
    const heard = (i) => free(i) && (!frame_ || !frame_.heard || frame_.heard[i]);
    const wrong = now === "pi" ? (i) => !isBest(i, policy[i]) : null;
    drawMoves(pen, map, policy, heard, wrong, size, colour, (i) => (now === "V" ? inkOn(share(i), data.vStops) : colour.text));
  }

  function isBest(i, move) {
    const { far } = shown.exact, rule = data.model.rule, to = afterMove(map, i, move, rule.corner_cutting);
    return to >= 0 && far[to] + MOVE_COSTS[move] <= far[i] + 1e-6;
  }

  function drawPainted(pen, colour) {
    for (const i of paint.keys()) frame(pen, pair(i), size, colour.text, [], 2);
  }

  function drawWays(pen, frame_, colour) {
    if (!shown || race.runs) return;
    const { exact, way } = shown, cutting = data.model.rule.corner_cutting;
    const looked = symbol || layer;
    if (looked === "pi" && shown.joined && !data.hide.includes("best"))
      drawWay(pen, follow(shown.map, exact.best, cutting).path, map.cols, size, colour.best, size * 0.16, [size * 0.22, size * 0.2]);
    if (!way || looked === "P" || looked === "Q") return;
    const path = frame_ ? way.path.slice(way.reached ? frame_.settled : 0) : way.path;
    if (frame_ && !way.reached && frame_.k < shown.plan.k) return;
    // A piece of it beside G would say nothing before S knows where to go.
    if (frame_ && frame_.k < shown.plan.k && frame_.heard && !frame_.heard[map.start]) return;
    drawWay(pen, path, map.cols, size, "rgba(255,255,255,0.75)", size * 0.3);
    drawWay(pen, path, map.cols, size, race.colourOf(0, colour), size * 0.18);
    if (!way.reached && path.length && !film.stage) drawStop(pen, pointOn(path, path.length - 1, map.cols, size), size, race.colourOf(0, colour));
  }

  function drawCursor(pen, colour) {
    const cell = looked(), under = colour.dark ? "#000" : "#fff"; // two tones: one of them is seen on any ground
    const framed = (place, dashes, wide) => { frame(pen, place, size, under, [], wide + 3); frame(pen, place, size, colour.focus, dashes, wide); };
    if (cell !== null && shown && shown.plan && !film.stage) {
      const [r, c] = pair(cell);
      for (const [ink, wide] of [[under, 5], [colour.focus, 2]]) {
        pen.strokeStyle = ink;
        pen.lineWidth = wide;
        pen.strokeRect((c - 1) * size, (r - 1) * size, 3 * size, 3 * size);
      }
      if (pinned === cell) framed([r, c], [], 3);
    }
    if (cell !== null && !film.stage && size >= 12) number(pen, pair(cell), colour);
    const outline = (a, b) => {
      pen.strokeStyle = colour.focus;
      pen.lineWidth = 2;
      pen.setLineDash([4, 3]);
      pen.strokeRect(Math.min(a[1], b[1]) * size + 1, Math.min(a[0], b[0]) * size + 1, (Math.abs(a[1] - b[1]) + 1) * size - 2, (Math.abs(a[0] - b[0]) + 1) * size - 2);
      pen.setLineDash([]);
    };
    if (drag && drag.kind === "rectangle") outline(drag.from, cursor);
    if (corner) outline(corner, cursor);
    else if (focused && !drag && hover === null && pinned !== cellOf(cursor)) framed(cursor, [4, 2], 2.5);
  }

  // Which row and column a cell is in, written on the wall around the map: so one sees that both count from 0.
  function number(pen, [r, c], colour) {
    pen.font = `700 ${Math.round(Math.min(15, size * 0.56))}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const [text, y, x] of [[r, r, 0], [c, 0, c]]) {
      pen.fillStyle = colour.focus;
      pen.fillRect(x * size, y * size, size, size);
      pen.fillStyle = colour.dark ? "#000" : "#fff";
      pen.fillText(text, (x + 0.5) * size, (y + 0.54) * size);
    }
  }

  // The cell under the lens: pinned, pointed at, or the keyboard's.
  function looked() {
    if (pinned !== null) return pinned;
    if (hover !== null) return hover;
    return focused && cursor ? cellOf(cursor) : null;
  }

  function showLens(frame_, paints) {
    const cell = looked() ?? (map.start >= 0 ? map.start : null), { plan } = shown;
    if (cell === null || cell >= plan.map.walls.length) return;
    const k = Math.max(1, stepNow()), previous = plan.valuesAt(k - 1);
    const weight = (x) => [0, 1, 2].map((j) => Math.round(paints.floor[j] + ((x < 0 ? paints.orange : paints.blue)[j] - paints.floor[j]) * Math.min(1, Math.abs(x)) * 0.8));
    lens.show({ cell, k, plan, before: previous, priced: plan.world.learned[cell] > WALL_NUMBER, painted: paint.has(cell), unit: unitOf(),
      colours: { weight, wall: paints.wall, reward: (x) => (x < WALL_NUMBER ? paints.wall : pick(paints.reward, 0.5 + x / (2 * shown.most))),
        value: (x) => (x < WALL_NUMBER ? paints.wall : pick(paints.value, 1 - (frame_.top - x) / shown.span)) } });
  }

  function drawKey(now, paints, frame_) {
    const key = find(".key"), scale = now === "V" ? paints.value : now === "R" ? paints.reward : null;
    const seen = now === "R" ? rewardsSeen() : now === "V" && frame_ ? [frame_.top - shown.span, frame_.top] : null, id = now + paints.key + (shown && shown.most) + seen;
    if (key.dataset.id === id) return;
    key.dataset.id = id;
    key.hidden = !scale;
    if (!scale) return;
    const [from, to] = now === "R" ? seen.map((x) => Math.max(0, Math.min(1, 0.5 + x / (2 * shown.most)))) : [0, 1];
    key.querySelector(".ramp").style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map((share) => `rgb(${pick(scale, from + (to - from) * share)})`)})`;
    const said = (x) => `${x * (planner.sign || 1) > 0 ? "pays" : "costs"}: R ${short(x)}${x === shown.plan.world.reward[map.goal] ? " (G)" : ""}`;
    const ends = now === "R" ? seen.map(said) : seen.map((x, i) => `${["far from", "near"][i]} G: V ${short(x)}`);
    key.querySelector(".low").textContent = ends[0];
    key.querySelector(".high").textContent = ends[1];
  }

  // The least and the most reward in the cells that are coloured by it: a scale of more would promise what is nowhere.
  function rewardsSeen() {
    const { reward, learned } = shown.plan.world;
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < reward.length; i++) {
      if (learned[i] <= WALL_NUMBER) continue;
      low = Math.min(low, reward[i]);
      high = Math.max(high, reward[i]);
    }
    return [low, high];
  }

  const widthsNow = () => `${host.clientWidth} ${slider.clientWidth}`;
  let widths = null; // of the last layout
  const watcher = new ResizeObserver(() => data && widthsNow() !== widths && layout());
  watcher.observe(host);
  const looks = matchMedia("(prefers-color-scheme: dark)"), again = () => tick();
  looks.addEventListener("change", again);

  const back = () => { pending = null; clearTimeout(resend); };
  window.addEventListener("pnzoo-back", back);

  function stop() {
    back();
    window.removeEventListener("pnzoo-back", back);
    watcher.disconnect();
    looks.removeEventListener("change", again);
  }

  return widget;
}
