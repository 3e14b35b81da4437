// The race on the canvas of the page Plan: who takes part, where each would go, how far each has come, and their list.
// `board` is what planning_canvas.js lets it see: what is planned on which map, and what starts and ends on it.

const SOLVER = -1; // in place of a racer's number
const STRIDE = 75; // milliseconds of a move in the film
const RACING = 240; // and in a race, which shall have time to be watched
const LONGEST = 7000; // milliseconds of a race
const LOST = { circle: "goes in a circle", wall: "walks into a wall" };

// A policy as it is sent: a digit a cell.
const movesOf = (text) => (text ? Int8Array.from(text, (x) => (x === "-" ? -1 : Number(x))) : null);

function makeRace(board) {
  const { find, pair } = board;
  let racers = [];
  let asked = 0, waiting = false; // number of the race that the server asked for; whether it still waits for somebody's way
  let adding = null; // a planner that was chosen and has not come yet

  find(".start-race").onclick = () => { board.toMap(); run(); };
  find(".entrant").onchange = ({ target }) => {
    board.send("race", { add: target.value });
    adding = target.value;
    list();
  };

  const last = (each) => each.way.path.length - 1;

  function entrants() {
    const { model, race } = board.data;
    return [model, ...race.filter((each) => each.name !== model.name)].slice(0, 3).map((each, i) => ({ ...each, colour: i }));
  }

  function wayOf(each) {
    const { data, map, shown } = board;
    if (!board.whole()) return null;
    if (each.name === data.model.name) return shown.way;
    if (!each.live) {
      if (each.problem) return { path: [map.start], reached: false, reason: each.problem, short: "refuses", cost: 0 };
      return each.policyOf === board.code() ? follow(map, movesOf(each.policy), each.rule.corner_cutting) : null;
    }
    const known = KNOWN.get(each.name);
    if (!known) return null;
    const plan = makePlan(known, shown.map, known.hard ? null : enoughSteps(known.plain.k, solve(map).eccentricity, data.mostK), null);
    plan.advance();
    return follow(map, plan.decide(plan.last).policy, each.rule.corner_cutting);
  }

  // While somebody draws only the first one is planned; the others follow when the hand rests.
  function refresh() {
    const { data, map, shown } = board;
    if (!shown || board.drag) return list();
    const done = shown.joined ? follow(map, shown.exact.best, data.model.rule.corner_cutting) : null;
    const over = racers.length && racers[0].going;
    racers = entrants().map((each) => ({ name: each.name, colour: each.colour, way: wayOf(each), at: 0 }));
    racers.push({ name: "exact solver", colour: SOLVER, way: done || { path: [map.start], reached: false, reason: "no way there", short: "no way", cost: 0 }, at: 0 });
    if (over) racers.forEach((each) => { each.at = each.way ? last(each) : 0; });
    list();
    begin();
  }

  // The race that the server asked for, once everybody's way is known.
  function begin() {
    if (!waiting || !racers.length || racers.some((each) => !each.way)) return;
    waiting = false;
    run();
    const walks = racers.slice(0, -1);
    walks.sort((one, other) => one.way.reached - other.way.reached); // the lost one first
    board.note = `New map: ${walks.map(({ name, way }) => `${name} ${way.reached ? `arrives in ${way.path.length - 1} moves` : LOST[way.short] || inWords(way.reason)}`).join(", ")}.`;
  }

  function run() {
    board.clear();
    racers.forEach((each) => { each.going = true; each.since = null; each.at = board.calm.matches && each.way ? last(each) : 0; });
    list();
    board.tick();
  }

  // All at the same speed: a diagonal takes as much longer as it is long.
  function advance(time) {
    let moving = false;
    const longest = Math.max(1, ...racers.map((each) => (each.way ? each.way.path.length : 1)));
    const between = ([r, c], [row, col]) => Math.hypot(r - row, c - col);
    for (const each of racers) {
      if (!each.going || !each.way) continue;
      each.since ??= time;
      const path = each.way.path, end = last(each);
      let far = ((time - each.since) * board.speed) / Math.min(RACING, LONGEST / longest), i = 0, long = 1;
      for (; i < end; i++) {
        long = between(pair(path[i]), pair(path[i + 1]));
        if (far < long) break;
        far -= long;
      }
      if (each.at >= end) continue;
      each.at = i < end ? i + far / long : end;
      moving = true;
      if (each.at >= end) list();
    }
    return moving;
  }

  const colourOf = (i, colour) => (i === SOLVER ? colour.best : colour[board.data.hues[i] ?? "third"]);

  function list() {
    const { data, shown } = board, menu = find(".entrant");
    const here = [data.model.name, ...data.race.map((each) => each.name)];
    const options = data.planners.filter(([name]) => !here.includes(name));
    if (menu.dataset.of !== options.join()) {
      menu.dataset.of = options.join();
      menu.replaceChildren(new Option("add a planner", ""), ...groupsOf(options));
    }
    menu.disabled = data.race.length >= 2;
    menu.value = "";
    const rows = racers.length ? racers : shown ? entrants().map((each) => ({ ...each, way: null })) : [];
    if (data.race.some((each) => each.name === adding)) adding = null;
    const coming = adding ? [{ name: adding, colour: data.race.length + 1 }] : [];
    find(".racers").replaceChildren(...[...rows.slice(0, -1), ...coming, ...rows.slice(-1)].map(rowOf));
  }

  // [name, group, words] each, one group after another.
  function groupsOf(options) {
    return [...new Set(options.map(([, group]) => group))].map((label) => {
      const group = Object.assign(document.createElement("optgroup"), { label });
      group.append(...options.filter(([, of]) => of === label).map(([name, , words]) => new Option(`${name}: ${words}`, name)));
      return group;
    });
  }

  function rowOf(each) {
    const row = document.createElement("li"), dot = document.createElement("i"), name = document.createElement("span"), end = document.createElement("em");
    dot.style.background = colourOf(each.colour, palette(board.host));
    name.textContent = each.name;
    const arrived = each.way && (!each.going || each.at >= last(each));
    end.textContent = !each.way ? "…" : !arrived ? "runs" : each.way.reached ? `✓ ${each.way.cost.toFixed(1)} long` : `✗ ${inWords(each.way.reason)}`;
    row.append(dot, name, end);
    if (board.data.race.some((one) => one.name === each.name)) {
      const out = document.createElement("button");
      out.type = "button";
      out.textContent = "×";
      out.setAttribute("aria-label", `Take ${each.name} out of the race`);
      out.onclick = () => board.send("race", { drop: each.name });
      row.append(out);
    }
    return row;
  }

  // Each in a lane of its own: where several go the same way each is seen.
  function draw(pen, colour) {
    const { map, size } = board, going = racers.filter((each) => each.going && each.way);
    going.map((each, i) => [each, i]).reverse().forEach(([each, i]) => {
      const own = colourOf(each.colour, colour), lane = laneOf(each.way.path, map.cols, size, (i - (going.length - 1) / 2) * size * 0.2);
      const place = drawLane(pen, lane, each.at, own, size * 0.15);
      if (each.at >= last(each) && !each.way.reached) drawStop(pen, place, size, own);
      else drawAgent(pen, place, size * 0.75, own, colour.ink);
    });
    return going.length > 0;
  }

  return {
    refresh, begin, advance, list, draw, colourOf,
    get waits() { return racers.some((each) => !each.way); },
    get runs() { return racers.some((each) => each.going); },
    ask(number) { if (number && number !== asked) { asked = number; waiting = true; } },
    forget() { racers = []; },
    stop() { racers.forEach((each) => { each.going = false; }); },
    // What the list says of the page's own planner is of the way that is drawn.
    follow(name, way) {
      const own = racers.find((each) => each.name === name);
      if (own) { own.way = way; list(); }
    },
  };
}
