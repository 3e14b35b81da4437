// The film on the canvas of the page Plan: V floods from the goal, the agent walks, and on a first visit a hand draws a
// wall into its way. `board` is what planning_canvas.js lets it see and change.

const FLOOD = 3000; // milliseconds

function makeFilm(board) {
  const hand = board.find(".hand");
  let film = null; // {stage, since, show: whether the hand comes, from: step, hand: its cells, saved: walls before it drew}

  function arrive(first) {
    if (!board.whole()) return;
    film = { stage: "flood", since: null, show: Boolean(board.data.greet && first), from: 0 };
    board.at = 0;
    board.walked = null;
    board.controls();
    board.tick();
  }

  function advance(time) {
    if (!film || !board.shown || board.busy) return Boolean(film);
    if (film.since === null) film.since = time;
    const { shown } = board, past = (time - film.since) * board.speed;
    const next = (stage) => { film.stage = stage; film.since = time; };
    if (film.stage === "flood") {
      if (!shown.plan) return next("walk"), true;
      if (!board.heard) { film.since = time; return true; }
      board.at = Math.min(shown.plan.k, film.from + (past / FLOOD) * shown.plan.k);
      if (board.at >= shown.plan.k) { board.at = null; next("walk"); }
    } else if (film.stage === "walk") {
      const last = shown.way ? shown.way.path.length - 1 : 0;
      board.walked = Math.min(last, (past / STRIDE) * Math.max(1, last / 40));
      if (board.walked >= last) next(film.show ? "rest" : board.loop ? "again" : "end");
    } else if (film.stage === "rest" && past > 500) {
      film.hand = cellsAcross();
      if (!film.hand) next("end"); else next("reach");
    } else if (["reach", "drag", "look", "undo"].includes(film.stage)) runHand(past, next);
    else if (film.stage === "again" && past > 900) { board.at = 0; board.walked = null; next("flood"); film.from = 0; }
    else if (film.stage === "end") { stop(); if (board.data.step !== null) board.rest(); return false; }
    return true;
  }

  function stop() {
    if (film && film.saved) { board.map.walls = film.saved; board.replan(); }
    if (film && board.at !== null && board.shown?.plan && board.at >= board.shown.plan.k) board.at = null;
    film = null;
    hand.setAttribute("hidden", "");
    board.controls();
  }

  // Cells across the way, such that another way stays open.
  function cellsAcross() {
    const { map, pair, shown: { way } } = board;
    if (!board.planner || !way || !way.reached) return null;
    const open = (place) => !board.locked(place) && ![map.start, map.goal].includes(board.cellOf(place));
    for (const share of [0.5, 0.4, 0.6, 0.3, 0.7]) {
      const i = Math.floor(way.path.length * share), cell = way.path[i];
      if (i < 1 || i >= way.path.length - 1) continue;
      const [r, c] = pair(cell), [[top, left], [down, right]] = [pair(way.path[i - 1]), pair(way.path[i + 1])];
      const [y, x] = Math.abs(down - top) >= Math.abs(right - left) ? [0, 1] : [1, 0];
      const cells = [-1, 0, 1].map((step) => [r + y * step, c + x * step]).filter(open);
      const walls = map.walls.slice();
      cells.forEach((place) => { walls[board.cellOf(place)] = 1; });
      if (cells.length && solve({ ...map, walls }).far[map.start] < Infinity) return cells;
    }
    return null;
  }

  function runHand(past, next) {
    const { map, size, shown } = board, cells = film.hand, centre = ([r, c]) => [(c + 0.5) * size, (r + 0.5) * size];
    const [from, to] = [centre(cells[0]), centre(cells[cells.length - 1])];
    const place = ([x, y]) => { hand.removeAttribute("hidden"); hand.style.transform = `translate(${x}px, ${y}px)`; };
    const slide = (a, b, share) => place([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]);
    const wide = [size * map.cols * 0.95, size * map.rows * 0.95];
    const mark = (wall) => {
      const many = Math.min(cells.length, Math.floor((past / 900) * cells.length) + 1);
      for (const place of cells.slice(0, many)) {
        if (map.walls[board.cellOf(place)] === wall) continue;
        if (!wall && film.saved[board.cellOf(place)]) continue;
        map.walls[board.cellOf(place)] = wall;
        board.walked = null;
        board.replan();
      }
    };
    if (film.stage === "reach") {
      slide(wide, from, Math.min(1, past / 900));
      if (past > 900) { film.saved = map.walls.slice(); next("drag"); }
    } else if (film.stage === "drag") {
      slide(from, to, Math.min(1, past / 900));
      mark(1);
      if (past > 1000) { board.at = 0; next("look"); }
    } else if (film.stage === "look") {
      board.at = Math.min(shown.plan.k, (past / 1600) * shown.plan.k);
      if (board.at >= shown.plan.k) board.at = null;
      if (past > 3200) next("undo");
    } else if (film.stage === "undo") {
      slide(from, to, Math.min(1, past / 900));
      mark(0);
      if (past > 1100) { film.saved = null; next("end"); }
    }
  }

  // Any touch ends the show, and the map is again the visitor's; one on the map or its tools pauses the film too.
  function touch(event) {
    if (!film) return;
    const { stage, saved } = film, beside = event && event.target.closest(".film, .layers, .keys");
    film.show = false;
    if (beside && (stage === "flood" || stage === "walk" || stage === "again")) return;
    stop();
    board.at = stage === "flood" || (stage === "look" && !saved) ? board.at : null;
    board.walked = null;
  }

  function toggle() {
    if (film) {
      const step = board.step();
      stop();
      board.at = step;
      board.rest();
      return board.tick();
    }
    const { shown, at } = board;
    if (!shown || !board.whole()) return;
    const begin = at === null || !shown.plan || at >= shown.plan.k ? 0 : at;
    board.walked = null;
    film = { stage: "flood", since: null, show: false, from: begin };
    board.at = begin;
    board.controls();
    board.tick();
  }

  return { arrive, advance, stop, touch, toggle, get stage() { return film && film.stage; } };
}
