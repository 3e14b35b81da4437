// Walks on a web, step by step from left to right: the higher a dot, the fewer links are left from its page to the one
// that is meant. The words of that page light up where a page has them, and a card has the links that were weighed
// there. A dot that is touched says all that of its page. Who asked for less motion sees the whole walks.

const KEPT = new WeakMap(); // box -> {made, stop}
const SIDES = ["first", "second"], LIGHTS = ["one", "two"], MOVE = 550, REST = 550, NARROW = 640; // ms; px

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".web"), made = JSON.stringify(data), kept = KEPT.get(box);
  if (kept?.made === made) return;
  kept?.stop();
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer = null, narrow = box.clientWidth < NARROW, way = null;

  const parting = data.walks[1]?.pages.findIndex((page, at) => { // on one and the same page they chose otherwise
    const other = data.walks[0].pages[at], taken = (each) => each.links.find((link) => link[2])?.[0];
    return other?.title === page.title && taken(other) !== taken(page);
  }) ?? -1;
  const found = (page) => `has ${page.found.length} of the ${data.rare.length} words`;
  const left = (page) => (page.left === 0 ? "the page that is meant" : page.left === null ? "no way from here" : `${page.left} link${page.left === 1 ? "" : "s"} left`);

  const words = make("p", "words"), all = make("button", "all"), spans = data.words.map((word, at) => make("span", data.rare.includes(at) ? "rare" : "", word));
  words.append(make("b", "", "They are told"));
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
  keys.append(again, another, make("span", "", "Touch a dot to see what was weighed there."));
  const guesses = data.walks.filter((walk) => walk.guess).map((walk) => `${walk.name} guesses which page they mean: ${walk.guess}.`);
  way = track();
  whole(!data.rare.length);
  all.hidden = !data.rare.length || data.rare.length === spans.length;
  box.replaceChildren(words, make("p", "guess", ["The words are invented.", ...guesses].join(" ")), way.whole, keys, walks,
    make("p", "about", `The words above are on few of its pages. Names such as ${data.goal} are ours: a name for each page, by what its words are about. Neither network sees them.`));
  still ? finish() : play(0);

  // The telling words alone, or the whole text.
  function whole(shown) {
    words.classList.toggle("whole", shown);
    all.textContent = shown ? "The telling words alone" : `All ${spans.length} words`;
    all.setAttribute("aria-expanded", String(shown));
  }

  function side(walk, place) {
    const section = make("section", SIDES[place]), title = make("h2"), ending = make("p", "ending"), card = make("div", "card");
    title.append(make("i"), walk.name, make("small", "", walk.role));
    section.append(title, ending, card);
    return { section, ending, walk, card };
  }

  // What stands on the card of a walk: a page, and the links that were weighed on it.
  function tell(place, at) {
    const { card, walk } = sides[place], page = walk.pages[at], list = make("ul", "links"), head = make("li", "head"), name = make("b", "name", page.name);
    name.append(make("small", "", page.field));
    name.title = `On its web it is called ${page.title}; ${page.linked} page${page.linked === 1 ? " links" : "s link"} to it.`;
    head.append(make("span", "", "its links"), make("span", "", "as it rates them"), make("span", "", "from there"));
    if (page.links.length) list.append(head);
    if (page.links.length < page.offered) head.firstChild.textContent = `${page.links.length} of ${page.offered} links`;
    for (const [linked, share, taken, after] of page.links) {
      const line = make("li", taken ? "taken" : ""), title = make("span", "", linked);
      if (taken) title.prepend(make("i", "arrow", "→ "));
      line.append(title, meter(share), make("span", after !== null && page.left !== null && after < page.left ? "nearer" : "", after === null ? "no way" : after ? `${after} left` : "there"));
      list.append(line);
    }
    const where = at === parting ? "Here they part" : left(page);
    card.replaceChildren(name, make("p", "", `${where[0].toUpperCase()}${where.slice(1)}; ${found(page)}`), page.links.length ? list : make("p", "", "It has no links."));
  }

  function meter(share) {
    const whole = make("span", "meter"), bar = make("i");
    bar.style.setProperty("--part", `${Math.min(100, 100 * share)}%`);
    whole.append(bar, `${Math.round(100 * share)}%`);
    return whole;
  }

  // The pages that were visited: a column for each link that was followed, a row for each that is left.
  function track() {
    const [wide, edge, after, row, top] = narrow ? [Math.max(300, box.clientWidth), 30, 22, 31, 34] : [Math.max(700, box.clientWidth), 92, 60, 36, 30];
    const pages = data.walks.flatMap((walk) => walk.pages), most = Math.max(1, ...pages.map((page) => page.left ?? 0));
    const longest = Math.max(2, ...data.walks.map((walk) => walk.pages.length)), high = top + row * most + (narrow ? 44 : 62);
    const x = (at) => edge + 20 + (at / (longest - 1)) * (wide - edge - after - 20), level = (page) => page.left ?? most;
    const together = data.walks[0].pages.map((page, at) => data.walks[1]?.pages[at] && level(data.walks[1].pages[at]) === level(page));
    const nodes = data.walks.map((walk, place) => walk.pages.map((page, at) => [x(at), top + row * level(page) + (together[at] ? [-12, 12][place] : 0)]));
    const capsules = data.walks[0].pages.map((page, at) => (together[at] ? `<rect class="shell" data-at="${at}" x="${x(at) - 15}" y="${top + row * level(page) - 27}" width="30" height="54" rx="15"/>` : ""));
    const whole = make("div", "track"), tag = make("div", "tag");
    const lines = Array.from({ length: most + 1 }, (_, n) => {
      const y = top + row * n, words = n === 0 ? "" : narrow ? n : n === 1 ? "1 link left" : `${n} left`;
      return `<line class="${n ? "" : "home"}" x1="${edge}" x2="${wide}" y1="${y}" y2="${y}"/><text class="row" x="${edge - 10}" y="${y + 4}">${words}</text>`;
    });
    const across = narrow ? "" : `<text class="row" x="${edge - 4}" y="${high - 8}">links followed</text>`;
    const counts = Array.from({ length: longest }, (_, at) => `<text class="count" x="${x(at)}" y="${high - 8}">${at || (narrow ? "" : "start")}</text>`);
    const shape = (place, at, [cx, cy]) => (data.walks[place].pages[at].left === 0
      ? `<path class="node goal" d="M${cx} ${cy - 12}l12 12l-12 12l-12 -12z"/>` : `<circle class="node" cx="${cx}" cy="${cy}" r="7"/>`);
    const drawn = data.walks.map((walk, place) => {
      const own = nodes[place], hops = own.slice(1).map(([cx, cy], i) => `<path class="hop ${SIDES[place]}" pathLength="1" d="M${own[i]}L${cx} ${cy}"/>`);
      const below = (at) => (nodes[1 - place]?.[at] ? own[at][1] > nodes[1 - place][at][1] : place); // names on the outer side
      const dots = own.map(([cx, cy], at) => `<g class="dot ${SIDES[place]}" data-place="${place}" data-at="${at}" role="button" tabindex="-1"><circle class="hit" cx="${cx}" cy="${cy}" r="12"/>${shape(place, at, [cx, cy])}<text class="label${at ? "" : " begin"}" x="${at ? cx : cx - 8}" y="${cy + (below(at) ? 27 : at ? -16 : -19)}"></text></g>`);
      return [hops.join(""), dots.join(""), `<circle class="walker ${SIDES[place]}" r="11"/>`];
    });
    whole.innerHTML = `<svg viewBox="0 0 ${wide} ${high}" role="group" aria-label="The pages that each visits, one after the other; the higher, the fewer links are left to the page that is meant. Arrow keys go from page to page.">${lines.join("")}${capsules.join("")}${counts.join("")}${across}<path class="flag" d="M${edge - 18} ${top - 15}l15 15l-15 15l-15 -15z"/><text class="letter" x="${edge - 18}" y="${top + 5}">G</text><text class="homeward" x="${edge + 8}" y="${top - (narrow ? 17 : 8)}"></text>${narrow ? `<text class="row" x="${wide}" y="${top - 17}">higher: fewer links left</text>` : ""}${[0, 2, 1].flatMap((part) => drawn.map((each) => each[part])).join("")}</svg>`;
    whole.querySelector(".homeward").textContent = data.goal;
    whole.append(tag);
    const walkers = [...whole.querySelectorAll(".walker")], every = [...whole.querySelectorAll(".dot")];
    const dots = data.walks.map((_, place) => every.filter((dot) => dot.dataset.place === String(place)));
    const shells = [...whole.querySelectorAll(".shell")];
    const hops = SIDES.map((side) => [...whole.querySelectorAll(`.hop.${side}`)]);
    every.forEach((dot) => {
      const [place, at] = [Number(dot.dataset.place), Number(dot.dataset.at)], walk = data.walks[place], page = walk.pages[at];
      dot.setAttribute("aria-label", `${walk.name}, page ${at + 1}: ${page.name}, ${left(page)}`);
      dot.querySelector(".label").textContent = narrow || (place && !at) || page.left === 0 ? "" : page.name; // both begin on one page; the line has the goal's name
      dot.onpointerenter = () => { if (!timer) choose(place, at); };
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
    every[0].setAttribute("tabindex", "0");
    tag.hidden = true;
    return { whole, unname: () => { tag.hidden = true; },
      name: (place, at) => {
        if (!narrow) return; // there the name stands beside the dot
        const [cx, cy] = nodes[place][at], shift = cx < wide * 0.25 ? "-12%" : cx > wide * 0.75 ? "-88%" : "-50%", page = data.walks[place].pages[at];
        tag.textContent = `${page.name}, ${page.field}`;
        tag.style.cssText = `left:${(100 * cx) / wide}%;top:${cy}px;transform:translate(${shift}, ${cy < 60 ? "16px" : "calc(-100% - 14px)"})`;
        tag.hidden = false;
      },
      mark: (place, at) => {
        dots[place].forEach((dot, i) => dot.classList.toggle("shown", i === at));
        every.forEach((dot) => dot.setAttribute("tabindex", dot === dots[place][at] ? "0" : "-1"));
      },
      to: (place, at) => {
        const [cx, cy] = nodes[place][at];
        walkers[place].style.transform = `translate(${cx}px, ${cy}px)`;
        hops[place].forEach((each, i) => each.classList.toggle("ahead", i >= at));
        dots[place].forEach((each, i) => each.classList.toggle("ahead", i > at));
        shells.forEach((each) => each.classList.toggle("ahead", Number(each.dataset.at) > at));
      } };
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

  function steps() { return Math.max(...data.walks.map((walk) => walk.pages.length)) - 1; }

  function last(walk, step) { return Math.min(step, walk.pages.length - 1); }

  function finish() {
    sides.forEach(({ walk }, place) => way.to(place, last(walk, steps())));
    sides.forEach((each, place) => arrive(each, place, steps()));
    part();
  }

  // In the end both cards have the page on which the two parted: the same links, rated by each.
  function part() {
    if (parting < 0) return;
    sides.forEach((_, place) => {
      light(place, data.walks[place].pages[parting]);
      tell(place, parting);
      way.mark(place, parting);
    });
  }

  // What is said of a walk once it has come to a page.
  function arrive({ walk, ending }, place, step) {
    const at = last(walk, step), over = step >= walk.pages.length - 1, page = walk.pages[at];
    ending.className = `ending ${over ? (walk.good ? "good" : "bad") : ""}`;
    ending.textContent = over ? `${walk.good ? "✓" : "✗"} ${walk.ending}` : `${at} link${at === 1 ? "" : "s"} followed, ${page.left ?? "no way"} left`;
    light(place, page);
    tell(place, at);
    way.mark(place, at);
  }

  // The dots go, and when they are there the words follow.
  function play(step) {
    clearTimeout(timer);
    way.unname();
    const going = sides.map((each, place) => [each, place]).filter(([{ walk }]) => !step || step < walk.pages.length);
    going.forEach(([{ walk }, place]) => way.to(place, last(walk, step)));
    timer = setTimeout(() => {
      if (!box.isConnected) return;
      going.forEach(([each, place]) => arrive(each, place, step));
      timer = step < steps() ? setTimeout(() => play(step + 1), REST) : setTimeout(() => { timer = null; part(); }, 3 * REST);
    }, step ? MOVE : 0);
    if (!step) going.forEach(([each, place]) => arrive(each, place, 0));
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
