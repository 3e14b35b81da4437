// Walks on a web: each page appears as it is visited, and the words that it shares with the sought one light up above;
// a line shows how far from it each still is.
// A page that is touched lights its words and opens its links. Who asked for less motion sees the whole walks.

const KEPT = new WeakMap(); // box -> {made, timer}
const SIDES = ["first", "second"], LIGHTS = ["one", "two"], PACE = 850;

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
  box.replaceChildren(words, make("p", "about", "The bold words are on few pages; they light up where a page on the way has them."),
    way.whole, again, walks, make("p", "about", "Touch a page for the links it weighed."));
  still ? finish() : play(0);

  function side(walk, place) {
    const section = make("section", SIDES[place]), title = make("h2"), list = make("ol");
    title.append(make("i"), walk.name, make("small", "", walk.role));
    const ending = make("p", `ending ${walk.good ? "good" : "bad"}`, `${walk.good ? "✓" : "✗"} ${walk.ending}`);
    const items = walk.pages.map((page, at) => {
      const item = make("li", walk.good && at === walk.pages.length - 1 ? "goal" : "");
      const button = make("button", "page"), links = make("ul", "links");
      button.type = "button";
      button.setAttribute("aria-expanded", "false");
      button.append(make("b", "", page.title), meter(page.found.length / Math.max(1, data.rare.length), `${page.found.length} of ${data.rare.length} words`));
      button.title = page.title;
      links.hidden = true;
      links.setAttribute("role", "list");
      if (!page.links.length) links.append(make("p", "", "It went no further."));
      for (const [name, share, taken] of page.links) {
        const line = make("li", taken ? "taken" : "");
        line.append(make("span", "", name), meter(share, `${Math.round(100 * share)} %`));
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
    section.append(title, ending, list, ...(walk.guess ? [make("p", "guess", `Which page do the words mean? Its first guesses: ${walk.guess}.`)] : []));
    return { section, items, ending, walk };
  }

  // How many links each still is from the page: the nearer to G, the better.
  function track() {
    const whole = make("div", "track"), most = Math.max(1, ...data.walks.flatMap((walk) => walk.pages.map((page) => page.left ?? 0)));
    const x = (left) => 36 + ((most - left) / most) * 340, down = (place) => 22 + 30 * place;
    const ticks = Array.from({ length: most + 1 }, (_, left) => `<line x1="${x(left)}" x2="${x(left)}" y1="8" y2="66"/><text x="${x(left)}" y="84">${left ? (left === most ? `${left} links left` : left) : ""}</text>`);
    const lanes = data.walks.map((walk, place) => `<path class="${SIDES[place]}" d="M36 ${down(place)}H376"/><circle class="${SIDES[place]}" r="8"/>`);
    whole.innerHTML = `<svg viewBox="0 0 400 92" role="img" aria-label="How many links each is from the page, step by step">${ticks.join("")}<path class="flag" d="M376 25l12 12l-12 12l-12 -12z"/><text class="letter" x="376" y="42">G</text>${lanes.join("")}</svg>`;
    const dots = [...whole.querySelectorAll("circle")];
    return { whole, to: (place, page) => { dots[place].style.transform = `translate(${x(page.left ?? most)}px, ${down(place)}px)`; } };
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
    each.ending.style.visibility = step >= each.items.length - 1 ? "" : "hidden";
    light(place, each.walk.pages[last]);
    way.to(place, each.walk.pages[last]);
  }

  function play(step) {
    clearTimeout(self.timer);
    sides.forEach((each, place) => show(each, place, step));
    const longest = Math.max(...sides.map((each) => each.items.length));
    self.timer = step < longest - 1 ? setTimeout(() => box.isConnected && play(step + 1), PACE) : null;
  }

  return () => clearTimeout(self.timer);
}
