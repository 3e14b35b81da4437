// Walks on a web: each page appears as it is visited, and the words that it shares with the sought one light up above;
// a line shows how far from it each still is.
// A page that is touched lights its words and opens its links. Who asked for less motion sees the whole walks.

const KEPT = new WeakMap(); // box -> {made, timer}
const SIDES = ["first", "second"], LIGHTS = ["one", "two"], PACE = 700;

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".web"), made = JSON.stringify(data), kept = KEPT.get(box) ?? {};
  if (kept.made === made) return;
  clearTimeout(kept.timer);
  const self = { made, timer: null };
  KEPT.set(box, self);
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const words = make("p", "words"), spans = data.words.map((word, at) => make("span", data.rare.includes(at) ? "rare" : "", word));
  spans.forEach((span) => words.append(span, " "));
  const walks = make("div", "walks"), sides = data.walks.map(side);
  sides.forEach((each) => walks.append(each.section));
  const again = make("button", "again", "▶ Walk again"), way = track();
  again.type = "button";
  again.onclick = () => play(0);
  const guesses = data.walks.filter((walk) => walk.guess).map((walk) => make("p", "guess", `Before it went, ${walk.name} guessed which page the words mean: ${walk.guess}.`));
  box.replaceChildren(words, make("p", "about", "The bold words are on few pages. The more of them a page has, the nearer it is to the one that is meant: they light up."),
    way.whole, again, make("p", "about", "Touch a page for the links it weighed."), walks, ...guesses);
  still ? finish() : play(0);

  function side(walk, place) {
    const section = make("section", SIDES[place]), title = make("h2"), list = make("ol");
    title.append(make("i"), walk.name, make("small", "", walk.role));
    const ending = make("p", "ending");
    const items = walk.pages.map((page, at) => {
      const item = make("li", walk.good && at === walk.pages.length - 1 ? "goal" : "");
      const button = make("button", "page"), links = make("ul", "links");
      button.type = "button";
      button.setAttribute("aria-expanded", "false");
      button.append(make("b", "", page.title), meter(page.found.length / Math.max(1, data.rare.length), `${page.found.length} of ${data.rare.length} bold words`));
      button.title = page.title;
      links.hidden = true;
      links.setAttribute("role", "list");
      if (!page.links.length) links.append(make("p", "", "It went no further."));
      for (const [name, share, taken] of page.links) {
        const line = make("li", taken ? "taken" : "");
        line.append(make("span", "", name), meter(share, `${Math.round(100 * share)}%`));
        links.append(line);
      }
      button.onclick = () => {
        stop();
        links.hidden = !links.hidden;
        button.setAttribute("aria-expanded", String(!links.hidden));
        light(place, page);
      };
      button.onpointerenter = button.onfocus = () => { if (!self.timer) light(place, page); };
      item.append(button, links);
      list.append(item);
      return item;
    });
    section.append(title, ending, list);
    return { section, items, ending, walk };
  }

  // The pages that were visited, the nearer to G the fewer links are left; a step back is a bow back.
  function track() {
    const whole = make("div", "track"), most = Math.max(1, ...data.walks.flatMap((walk) => walk.pages.map((page) => page.left ?? 0)));
    const x = (page) => 50 + ((most - (page.left ?? most)) / most) * 880, middle = (place) => 46 + 78 * place;
    const ticks = Array.from({ length: most + 1 }, (_, left) => `<line x1="${x({ left })}" x2="${x({ left })}" y1="6" y2="166"/><text x="${x({ left })}" y="186">${left ? (left === most ? `${left} links left` : left) : "there"}</text>`);
    const lanes = data.walks.map((walk, place) => {
      const nodes = walk.pages.map((page, at) => { // pages as far from G as an earlier one stand a little lower
        const same = walk.pages.slice(0, at).filter((other) => other.left === page.left).length;
        return [x(page), middle(place) + (same % 3 ? (same % 3 === 1 ? 22 : -22) : 0)];
      });
      const links = nodes.slice(1).map(([cx, cy], i) => {
        const [ax, ay] = nodes[i], bow = cx > ax ? 0 : 26;
        return `<path class="hop ${SIDES[place]}" d="M${ax} ${ay}Q${(ax + cx) / 2 - (cx === ax ? 40 : 0)} ${(ay + cy) / 2 - bow} ${cx} ${cy}"/>`;
      });
      return { nodes, svg: `${links.join("")}${nodes.map(([cx, cy]) => `<circle class="node ${SIDES[place]}" cx="${cx}" cy="${cy}" r="6"/>`).join("")}<circle class="walker ${SIDES[place]}" r="12"/>` };
    });
    whole.innerHTML = `<svg viewBox="0 0 980 192" role="img" aria-label="The pages that each visits; the farther right, the fewer links are left to the page that is meant">${ticks.join("")}<path class="flag" d="M930 63l22 22l-22 22l-22 -22z"/><text class="letter" x="930" y="92">G</text>${lanes.map((lane) => lane.svg).join("")}</svg>`;
    const walkers = [...whole.querySelectorAll(".walker")];
    const parts = SIDES.map((side) => ["hop", "node"].map((kind) => [...whole.querySelectorAll(`.${kind}.${side}`)]));
    return { whole, to: (place, at) => {
      const [cx, cy] = lanes[place].nodes[at], [hops, nodes] = parts[place];
      walkers[place].style.transform = `translate(${cx}px, ${cy}px)`;
      hops.forEach((each, i) => each.classList.toggle("ahead", i >= at));
      nodes.forEach((each, i) => each.classList.toggle("ahead", i > at));
    } };
  }

  function meter(share, text) {
    const whole = make("span", "meter", text), bar = make("i");
    bar.style.setProperty("--part", `${Math.min(100, 100 * share)}%`);
    whole.append(bar);
    return whole;
  }

  function light(place, page) {
    spans.forEach((span, at) => span.classList.toggle(LIGHTS[place], page.found.includes(at)));
  }

  function stop() {
    clearTimeout(self.timer);
    self.timer = null;
    finish();
  }

  function finish() {
    sides.forEach((each, place) => show(each, place, each.items.length));
  }

  function show(each, place, step) {
    const last = Math.min(step, each.items.length - 1);
    each.items.forEach((item, at) => {
      item.classList.toggle("ahead", at > last);
      item.classList.toggle("now", at === last && step < each.items.length);
      item.firstChild.tabIndex = at > last ? -1 : 0;
    });
    const over = step >= each.items.length - 1, { left } = each.walk.pages[last], { good } = each.walk;
    each.ending.className = `ending ${over ? (good ? "good" : "bad") : ""}`;
    each.ending.textContent = over ? `${good ? "✓" : "✗"} ${each.walk.ending}` : `${last} link${last === 1 ? "" : "s"} followed, ${left ?? "no way"} left`;
    light(place, each.walk.pages[last]);
    way.to(place, last);
  }

  function play(step) {
    clearTimeout(self.timer);
    sides.forEach((each, place) => show(each, place, step));
    const longest = Math.max(...sides.map((each) => each.items.length));
    self.timer = step < longest - 1 ? setTimeout(() => box.isConnected && play(step + 1), PACE) : null;
  }

  return () => clearTimeout(self.timer);
}
