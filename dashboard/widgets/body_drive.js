// Bodies on their way: each disc is where its body was at that time, its trail grows, and how it ends is said when it
// does. Who asked for less motion sees the whole ways.

const KEPT = new WeakMap(); // box -> {made, stop}
const SIDES = ["first", "second"], MOST = 7; // seconds that the longest way takes here

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".drive"), made = JSON.stringify(data), kept = KEPT.get(box);
  if (kept?.made === made) return;
  kept?.stop();
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const longest = Math.max(0.1, ...data.runs.map((run) => run.seconds)), pace = Math.max(1, longest / MOST);
  let time = 0, last = null, frame = null;

  const area = make("div", "area"), map = make("div", "map"), side = make("div", "side"), keys = make("div", "keys");
  map.innerHTML = data.svg; // made by dashboard/figures, nothing of a visitor's is in it
  const drawn = map.querySelector("svg"), ways = [...map.querySelectorAll(".way")], discs = [...map.querySelectorAll(".body")];
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", data.alt);
  const play = make("button", "play"), again = make("button", "", "↺ Again");
  play.type = again.type = "button";
  play.onclick = () => (frame ? stop() : start(time >= longest ? 0 : time));
  again.onclick = () => start(0);
  keys.append(play, again, make("span", "", pace > 1.05 ? `${pace.toFixed(1)} times as fast as it is` : ""));
  const cards = data.runs.map((run, place) => {
    const card = make("div", `one ${SIDES[place]}`), title = make("h2", "", run.name), now = make("p", "now"), bar = make("span", "bar"), part = make("i");
    title.append(make("small", "", run.role));
    bar.append(part);
    card.append(title, now, bar);
    return { card, now, part };
  });
  side.append(make("p", "", data.about), ...cards.map((each) => each.card), keys, make("p", "about", data.colours));
  area.append(map, side);
  box.replaceChildren(area);

  // Where a body is at a time, [x, y]: places were kept at equal times.
  function at(run, seconds) {
    const place = Math.min(1, seconds / run.seconds) * (run.path.length - 1), first = Math.min(run.path.length - 2, Math.floor(place));
    if (first < 0) return run.path[0];
    const [a, b] = [run.path[first], run.path[first + 1]];
    return a.map((x, i) => x + (b[i] - x) * (place - first));
  }

  const far = ([x, y]) => Math.hypot(x - data.goal[0], y - data.goal[1]);

  function show() {
    data.runs.forEach((run, i) => {
      const here = at(run, time), over = time >= run.seconds, { now, part } = cards[i];
      const passed = run.path.slice(0, 1 + Math.floor(Math.min(1, time / run.seconds) * (run.path.length - 1)));
      ways[i].setAttribute("d", `M${[...passed, here].map((xy) => xy.map((x) => x.toFixed(2)).join(" ")).join("L")}`);
      discs[i].setAttribute("transform", `translate(${here[0].toFixed(3)} ${here[1].toFixed(3)})`);
      now.textContent = over ? `${run.good ? "✓" : "✗"} ${run.ending}` : `${time.toFixed(1)} s: ${far(here).toFixed(1)} cells to go`;
      now.className = `now ${over ? (run.good ? "good" : "bad") : ""}`;
      part.style.width = `${100 * Math.max(0, 1 - (over && run.good ? 0 : far(here)) / (far(run.path[0]) || 1))}%`;
    });
    play.textContent = frame ? "❚❚ Pause" : "▶ Play";
  }

  function turn(stamp) {
    if (!box.isConnected) return;
    time = Math.min(longest, time + (last === null ? 0 : Math.min(0.1, (stamp - last) / 1000)) * pace);
    last = stamp;
    frame = time < longest ? requestAnimationFrame(turn) : null;
    show();
  }

  function start(from) {
    stop();
    time = from;
    last = null;
    frame = requestAnimationFrame(turn);
    show();
  }

  function stop() {
    cancelAnimationFrame(frame);
    frame = null;
    show();
  }

  KEPT.set(box, { made, stop });
  if (still) time = longest;
  still ? show() : start(0);
}
