// Walks on a web: each page appears as it is visited, and the words that it shares with the sought one light up above;
// on a graph dots stand for the pages, the farther right, the fewer links are left. A dot or a page that is touched says
// its name, what led there and which links were weighed on it. Who asked for less motion sees the whole walks.

const KEPT = new WeakMap(); // box -> {made, stop}
const SIDES = ["first", "second"], LIGHTS = ["one", "two"], PACE = 700, NARROW = 640;

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".web"), made = JSON.stringify(data), kept = KEPT.get(box);
  if (kept?.made === made) return;
  kept?.stop();
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer = null, narrow = box.clientWidth < NARROW, way = null;

  const found = (page) => `${page.found.length} of ${data.rare.length} bold words`;
  const left = (page) => (page.left === 0 ? "the page that is meant" : page.left === null ? "no way from here" : `${page.left} link${page.left === 1 ? "" : "s"} left`);
  const linked = (page) => (page.linked === 1 ? "1 page links here" : `${page.linked} pages link here`);

  const words = make("p", "words"), all = make("button", "all"), spans = data.words.map((word, at) => make("span", data.rare.includes(at) ? "rare" : "", word));
  spans.forEach((span) => words.append(span, " "));
  all.type = "button";
  all.onclick = () => whole(!words.classList.contains("whole"));
  words.append(all);
  const walks = make("div", "walks"), sides = data.walks.map(side), keys = make("div", "keys"), again = make("button", "again", "▶ Walk again"), another = make("button", "", "Another page");
  sides.forEach((each) => walks.append(each.section));
  again.type = another.type = "button";
  another.title = "The next one that the two do not find alike";
  another.onclick = () => {
    another.disabled = true;
    setTimeout(() => { another.disabled = false; }, 5000); // where no answer came
    setTriggerValue("another", true);
  };
  again.onclick = () => play(0);
  keys.append(again, another, make("span", "", "Each dot is a page: touch one."));
  const guesses = data.walks.filter((walk) => walk.guess).map((walk) => make("p", "guess", `Before it went, ${walk.name} guessed which page the words mean: ${walk.guess}.`));
  way = track();
  whole(!data.rare.length);
  all.hidden = !data.rare.length || data.rare.length === spans.length;
  box.replaceChildren(words, make("p", "about", "These words are on few pages: those that a page has light up."), way.whole, keys, walks, ...guesses);
  still ? finish() : play(0);

  // The bold words alone, or the whole text.
  function whole(shown) {
    words.classList.toggle("whole", shown);
    all.textContent = shown ? "Bold words alone" : `All ${spans.length} words`;
    all.setAttribute("aria-expanded", String(shown));
  }

  function side(walk, place) {
    const section = make("section", SIDES[place]), title = make("h2"), list = make("ol"), ending = make("p", "ending"), card = make("div", "card");
    title.append(make("i"), walk.name, make("small", "", walk.role));
    const items = walk.pages.map((page, at) => {
      const item = make("li", walk.good && at === walk.pages.length - 1 ? "goal" : ""), button = make("button", "page");
      button.type = "button";
      button.append(make("b", "", page.title), meter(page.found.length / Math.max(1, data.rare.length), found(page)));
      button.title = page.title;
      button.onclick = () => { stop(); choose(place, at); };
      button.onpointerenter = button.onfocus = () => { if (!timer) choose(place, at); };
      item.append(button);
      list.append(item);
      return item;
    });
    section.append(title, ending, card, list);
    return { section, items, ending, walk, card };
  }

  // What stands on the card of a walk: a page, what led there, and the links that were weighed on it.
  function tell(place, at) {
    const { card, walk, items } = sides[place], page = walk.pages[at], before = walk.pages[at - 1], list = make("ul", "links");
    for (const [name, share, taken] of page.links) {
      const line = make("li", taken ? "taken" : ""), title = make("span", "", `${taken ? "→ " : ""}${name}`);
      title.title = name;
      line.append(title, meter(share, `${Math.round(100 * share)}%`));
      list.append(line);
    }
    const led = before ? `Came from ${before.title}; ${linked(page)}.` : `It started here; ${linked(page)}.`;
    card.replaceChildren(make("b", "name", page.title), make("p", "", `${found(page)}, ${left(page)}`), make("p", "led", led),
      make("p", "weighed", page.links.length ? "Its links, as it rates them" : "It has no links."), list);
    items.forEach((item, i) => item.firstChild.setAttribute("aria-pressed", String(i === at)));
  }

  // The pages that were visited, the farther right the fewer links are left.
  function track() {
    const [wide, edge, top] = narrow ? [430, 42, 34] : [Math.max(700, box.clientWidth), 50, 26], radius = 7, between = 64;
    const most = Math.max(1, ...data.walks.flatMap((walk) => walk.pages.map((page) => page.left ?? 0)));
    const x = (page) => edge + ((most - (page.left ?? most)) / most) * (wide - 2 * edge);
    let bottom = top - between;
    const places = data.walks.map((walk) => { // whoever comes no nearer goes on one row below, so that no line crosses another
      let row = 0;
      const rows = walk.pages.map((page, at) => (at && x(page) <= x(walk.pages[at - 1]) ? ++row : row));
      const begin = bottom + between, apart = row ? Math.min(24, (narrow ? 110 : 96) / row) : 0;
      bottom = begin + apart * row;
      return { bottom, nodes: walk.pages.map((page, at) => [x(page), begin + apart * rows[at]]) };
    });
    const high = bottom + 42;
    const whole = make("div", "track"), tag = make("div", "tag");
    const ticks = Array.from({ length: most + 1 }, (_, n) => `<line x1="${x({ left: n })}" x2="${x({ left: n })}" y1="6" y2="${high - 22}"/><text x="${x({ left: n })}" y="${high - 6}">${n ? (n === most ? `${n} links left` : n) : "there"}</text>`);
    const lanes = data.walks.map((walk, place) => {
      const { nodes } = places[place];
      const hops = nodes.slice(1).map(([cx, cy], i) => `<path class="hop ${SIDES[place]}" d="M${nodes[i]}L${cx} ${cy}"/>`);
      const dots = nodes.map(([cx, cy], at) => `<g class="dot ${SIDES[place]}" data-place="${place}" data-at="${at}" role="button" tabindex="-1"><circle class="hit" cx="${cx}" cy="${cy}" r="${narrow ? 15 : 12}"/><circle class="node ${SIDES[place]}" cx="${cx}" cy="${cy}" r="${radius}"/></g>`);
      return { nodes, svg: `${hops.join("")}<circle class="walker ${SIDES[place]}" r="12"/>${dots.join("")}` };
    });
    const flag = [wide - edge, places[0].bottom + between / 2];
    whole.innerHTML = `<svg viewBox="0 0 ${wide} ${high}" role="group" aria-label="The pages that each visits; the farther right, the fewer links are left to the page that is meant. Arrow keys go from page to page.">${ticks.join("")}<path class="flag" d="M${flag[0]} ${flag[1] - 20}l20 20l-20 20l-20 -20z"/><text class="letter" x="${flag[0]}" y="${flag[1] + 6}">G</text>${lanes.map((each) => each.svg).join("")}</svg>`;
    whole.append(tag);
    const walkers = [...whole.querySelectorAll(".walker")], all = [...whole.querySelectorAll(".dot")];
    const dots = data.walks.map((_, place) => all.filter((dot) => dot.dataset.place === String(place)));
    const hops = SIDES.map((side) => [...whole.querySelectorAll(`.hop.${side}`)]);
    all.forEach((dot) => {
      const [place, at] = [Number(dot.dataset.place), Number(dot.dataset.at)], walk = data.walks[place], page = walk.pages[at];
      dot.setAttribute("aria-label", `${walk.name}, page ${at + 1}: ${page.title}, ${left(page)}`); // titles are no markup
      dot.onpointerenter = () => (timer ? name(place, at) : choose(place, at));
      dot.onpointerleave = () => { if (whole.getRootNode().activeElement !== dot) tag.hidden = true; };
      dot.onclick = () => { stop(); choose(place, at); };
      dot.onfocus = () => { if (!dot.matches(":focus-visible")) return; stop(); choose(place, at); };
      dot.onblur = () => { tag.hidden = true; };
      dot.onkeydown = (event) => {
        const [step, other] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
        const row = dots[place + other], next = row?.[Math.min(at + step, row.length - 1)];
        if (event.ctrlKey || event.metaKey || event.altKey || !next || next === dot) return;
        event.preventDefault();
        next.focus();
      };
    });
    all[0].setAttribute("tabindex", "0");
    tag.hidden = true;

    function name(place, at) {
      const [cx, cy] = lanes[place].nodes[at], shift = cx < wide * 0.25 ? "-12%" : cx > wide * 0.75 ? "-88%" : "-50%";
      tag.textContent = data.walks[place].pages[at].title;
      tag.style.cssText = `left:${(100 * cx) / wide}%;top:${(100 * cy) / high}%;transform:translate(${shift}, calc(-100% - 12px))`;
      tag.hidden = false;
    }

    return { whole, name, unname: () => { tag.hidden = true; },
      mark: (place, at) => {
        dots[place].forEach((dot, i) => dot.classList.toggle("shown", i === at));
        all.forEach((dot) => dot.setAttribute("tabindex", dot === dots[place][at] ? "0" : "-1"));
      },
      to: (place, at) => {
        const [cx, cy] = lanes[place].nodes[at];
        walkers[place].style.transform = `translate(${cx}px, ${cy}px)`;
        hops[place].forEach((each, i) => each.classList.toggle("ahead", i >= at));
        dots[place].forEach((each, i) => each.classList.toggle("ahead", i > at));
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

  // A page under the hand: its words, its card, its name on the graph.
  function choose(place, at) {
    light(place, data.walks[place].pages[at]);
    tell(place, at);
    way.mark(place, at);
    way.name(place, at);
  }

  function stop() {
    if (!timer) return;
    clearTimeout(timer);
    timer = null;
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
    const over = step >= each.items.length - 1, { left: links } = each.walk.pages[last], { good } = each.walk;
    each.ending.className = `ending ${over ? (good ? "good" : "bad") : ""}`;
    each.ending.textContent = over ? `${good ? "✓" : "✗"} ${each.walk.ending}` : `${last} link${last === 1 ? "" : "s"} followed, ${links ?? "no way"} left`;
    light(place, each.walk.pages[last]);
    tell(place, last);
    way.mark(place, last);
    way.to(place, last);
  }

  function play(step) {
    clearTimeout(timer);
    way.unname();
    sides.forEach((each, place) => show(each, place, step));
    const longest = Math.max(...sides.map((each) => each.items.length));
    timer = step < longest - 1 ? setTimeout(() => box.isConnected && play(step + 1), PACE) : null;
  }

  const watcher = new ResizeObserver(() => {
    if (box.clientWidth < NARROW === narrow) return;
    narrow = !narrow;
    const old = way.whole;
    way = track();
    old.replaceWith(way.whole);
    timer ? stop() : finish();
  });
  watcher.observe(box);
  KEPT.set(box, { made, stop: () => { clearTimeout(timer); watcher.disconnect(); } });
}
