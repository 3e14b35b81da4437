// Tiles that are links: a click opens one in this page, a middle click in a page of its own. A film plays when it comes
// into view, and again and again under the pointer or the focus, unless the visitor asked for less motion. What a tile opens takes the focus;
// Escape closes it, and the tile has the focus again.

const PLAYED = new WeakMap(), OPENED = {}, LISTS = new Set(), teller = makeTeller();
const CARD = "[class*=st-key-opened_]", CLOSE = "[class*=st-key-close_] button"; // what is opened, and what closes it
const LASTS = 5200; // ms that a film takes, with the rest at its end
const ENDS = new WeakMap(); // timers of the films that play
const UNFOLDED = new Set(); // groups, by name
const FIRST = 4, FIRST_NARROW = 2; // what a folded group shows, as tiles.css has them
const WAITS = 5000; // ms until what was opened or closed counts as lost
document.addEventListener("keydown", escape);
document.addEventListener("click", closing, true);

export default function ({ parentElement, data, setTriggerValue }) {
  teller.answered(setTriggerValue);
  const list = parentElement.querySelector(".tiles");
  LISTS.add(list);
  const text = (name, words, tag = "span") => Object.assign(document.createElement(tag), { className: name, textContent: words });
  const made = JSON.stringify([data, document.body.clientWidth > 0]);
  if (PLAYED.get(list) === made) return;
  PLAYED.set(list, made);
  list.classList.toggle("wide", Boolean(data.wide));
  list.classList.toggle("roomy", Boolean(data.roomy));
  list.classList.toggle("plain", !data.wide && !data.roomy);
  if (data.tiles[0]?.alone) {
    list.replaceChildren(Object.assign(document.createElement("li"), { className: "alone" }));
    const [tile] = data.tiles, box = document.createElement("div"), words = document.createElement("p"), shown = picture(tile);
    words.append(...["number", "line", "more"].filter((part) => tile[part]).map((part) => text(part, tile[part])));
    box.append(shown, ...(words.childElementCount ? [words] : []));
    return list.firstChild.append(box);
  }
  const open = data.tiles.find((tile) => tile.open)?.id;
  if (data.name in OPENED && open && OPENED[data.name] !== open) toTop(); // again: what is above the tiles has grown
  if (!data.rest) OPENED[data.name] = open;
  const bunches = [];
  data.tiles.forEach((tile, at) => {
    const item = document.createElement("li"), link = document.createElement("a"), address = new URL(location.href);
    address.searchParams.set(data.name, tile.id);
    link.dataset.id = tile.id;
    link.href = tile.href ? new URL(tile.href, location.href).href : address.href;
    if (tile.open) link.setAttribute("aria-current", "true");
    link.append(framed(picture(tile)), ...(tile.tag ? [text("tag", tile.tag)] : []), ...(tile.title ? [text("title", tile.title.replaceAll("_", "_\u200b"))] : []),
      ...(tile.number ? [text("number", tile.number)] : []), ...(tile.strip ? [strip(tile.strip)] : []), text("line", tile.line), ...(tile.paper ? [text("paper", tile.paper)] : []), ...(tile.more ? [text("more", tile.more)] : []),
      ...(tile.press ? [text(tile.quiet ? "press quiet" : "press", tile.press)] : []));
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      teller.tell("opened", tile.id);
      toTop(); // it opens there
      if (!tile.href) focusWhen(() => document.querySelector(`.st-key-opened_${tile.id}`));
    };
    const films = [...link.querySelectorAll(".film")];
    link.onpointerenter = link.onfocus = () => films.forEach((each) => play(each, true));
    item.append(link);
    if (!tile.group) return bunches.push(item);
    if (tile.group !== data.tiles[at - 1]?.group) {
      const bunch = document.createElement("li"), inner = Object.assign(document.createElement("ul"), { role: "list" });
      bunch.className = "bunch";
      bunch.dataset.group = tile.group;
      const head = text("head", "", "div");
      head.append(text("", tile.group, "h2"));
      bunch.append(head, ...(tile.about ? [text("about", tile.about, "p")] : []), inner);
      bunches.push(bunch);
    }
    const bunch = bunches.at(-1);
    bunch.lastChild.append(item);
    bunch.style.setProperty("--n", bunch.lastChild.childElementCount);
  });
  if (data.fold) bunches.filter((each) => each.matches(".bunch")).forEach(fold);
  list.replaceChildren(...bunches);

  function fold(bunch) {
    const all = bunch.lastChild.childElementCount;
    if (all <= FIRST_NARROW || UNFOLDED.has(bunch.dataset.group)) return;
    const more = text("unfold", `All ${all}`, "button");
    more.setAttribute("aria-label", `All ${all}: ${bunch.dataset.group}`);
    bunch.classList.add("folded");
    bunch.classList.toggle("fits", all <= FIRST); // a wide page shows them all
    more.onclick = () => {
      const next = [...bunch.querySelectorAll("a")].find((link) => !link.offsetParent);
      unfold(bunch);
      next?.focus({ preventScroll: true });
    };
    bunch.firstChild.append(more);
  }

  function strip({ value, low, high, paper }) {
    const line = text("strip", ""), part = (from, to) => {
      const made = document.createElement("i");
      Object.assign(made.style, { left: `${100 * from}%`, width: `${100 * (to - from)}%` });
      line.append(made);
    };
    line.setAttribute("aria-hidden", "true"); // the line below says it
    part(0, value);
    part(low, high);
    if (paper !== null) part(paper, paper);
    return line;
  }

  // Where pictures are large, a film has the ground that the others have beside it.
  function framed(shown) {
    if (!data.roomy || !shown.matches(".film")) return shown;
    const box = Object.assign(document.createElement("div"), { className: "picture" });
    box.append(shown);
    return box;
  }

  function picture(tile) {
    const box = document.createElement("div");
    box.className = "picture";
    box.setAttribute("aria-hidden", "true");
    if (tile.svg) box.innerHTML = tile.svg; // made by dashboard/figures, nothing of a visitor's is in it
    if (tile.film) {
      box.classList.add("film");
      box.classList.toggle("turned", Boolean(tile.turned));
      box.classList.toggle("dark", Boolean(tile.dark));
      box.innerHTML = tile.film; // one of dashboard/thumbnails
    }
    for (const film of [...(tile.film ? [box] : []), ...box.querySelectorAll(".film")]) {
      new IntersectionObserver(([seen]) => seen.isIntersecting && play(film), { threshold: 0.8 }).observe(film);
      film.onpointerenter = () => film.closest("a") || play(film, true); // a link plays all of its own
    }
    return box;
  }
}

// The focus goes where `find` says, once that is there; rows of the page come one after the other.
function focusWhen(find, scroll = false, till = performance.now() + WAITS) {
  const found = find();
  if (!found && performance.now() < till) return setTimeout(() => focusWhen(find, scroll, till), 50);
  if (!found) return;
  if (found.matches(CARD)) {
    found.tabIndex = -1;
    found.setAttribute("role", "region");
    found.setAttribute("aria-label", found.querySelector("h2")?.textContent ?? "");
  }
  found.focus({ preventScroll: !scroll });
}

function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || event.target.closest?.("input, textarea, [role=dialog], [data-testid=stPopoverBody]")) return;
  const close = document.querySelector(`${CARD} ${CLOSE}`);
  if (!close) return;
  event.preventDefault();
  close.click();
}

// Whoever closes a card is back at the tile that opened it.
function closing(event) {
  const card = event.target.closest?.(CLOSE)?.closest(CARD);
  if (!card) return;
  const id = [...card.classList].find((name) => name.startsWith("st-key-opened_")).slice("st-key-opened_".length);
  focusWhen(() => {
    for (const list of LISTS) if (!list.isConnected) LISTS.delete(list);
    const tiles = [...LISTS].flatMap((list) => [...list.querySelectorAll("a")]);
    const found = document.querySelector(CARD) ? null : tiles.find((link) => link.dataset.id === id && !link.hasAttribute("aria-current"));
    if (found && !found.offsetParent) unfold(found.closest(".bunch"));
    return found;
  }, true);
}

function toTop() {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0, behavior: still ? "instant" : "smooth" });
}

function unfold(bunch) {
  UNFOLDED.add(bunch.dataset.group);
  bunch.classList.remove("folded");
  bunch.querySelector(".unfold")?.remove();
}

// `anew`: from its first moment, even where it has just played and rests.
function play(box, anew = false) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || (box.matches(".play") && !anew)) return;
  clearTimeout(ENDS.get(box));
  box.classList.remove("play");
  void box.offsetWidth; // what the class moves begins again
  box.classList.add("play");
  ENDS.set(box, setTimeout(() => {
    box.classList.remove("play");
    if (box.matches("a:is(:hover, :focus-visible) *, :hover")) requestAnimationFrame(() => play(box));
  }, LASTS));
}
