// The frame of a page: a bar with the names of all pages; and the page is drawn anew when its theme changes, as the
// pictures and figures that the server draws have the colours of one.

const dark = matchMedia("(prefers-color-scheme: dark)");
const teller = makeTeller();
let tell = null, drawn = null, told = 0, timer = null;

function looks() {
  const back = getComputedStyle(document.querySelector("[data-testid=stApp]") || document.body).backgroundColor;
  document.documentElement.style.setProperty("--pnzoo-page", back); // for what lies over the page
  return (back.match(/\d+/g) || []).slice(0, 3).reduce((sum, x) => sum + Number(x), 0) < 380 ? "dark" : "light";
}

// For some seconds, as Streamlit takes a new theme over after the browser has it.
function watch() {
  let tries = 0;
  clearInterval(timer);
  timer = setInterval(() => {
    if (tries++ > 40) clearInterval(timer);
    const now = looks();
    if (now === drawn || !tell || Date.now() - told < 1500) return;
    told = Date.now(); // and again, should the page have been drawn before Streamlit knew
    tell("theme", now);
  }, 150);
}
dark.addEventListener("change", watch);

// A page writes its whole state into its address. What it writes after it was opened or gone back to is another name
// of the same state: as an entry of its own in the history it would stop whoever goes back.
if (!history.kept) {
  let arrived = true;
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => { arrived = false; }, true);
  window.addEventListener("popstate", (event) => {
    arrived = true;
    const same = location.pathname === history.here;
    history.here = location.pathname;
    if (!same) return;
    event.stopImmediatePropagation(); // Streamlit would ask for the address and not say that somebody went back to it
    window.dispatchEvent(new Event("pnzoo-back")); // canvases forget what the server has not answered yet
    history.tell("back", Date.now());
  }, true);
  const push = history.kept = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const same = new URL(address ?? location.href, location.href).pathname === location.pathname;
    if (arrived && same) return history.replaceState(state, title, address);
    arrived ||= !same; // a page that was just gone to has yet to write its address
    push(state, title, address);
    history.here = location.pathname;
  };
}

// What a key unfolds over the page stands at the document's end, a whole page of tab stops away: the focus goes there.
// Escape folds it and brings the focus back, which Streamlit does itself.
document.addEventListener("click", (event) => {
  if (event.detail || !event.target.closest?.("[data-testid=stPopover]")) return; // a key's click counts no presses
  let tries = 0;
  const wait = setInterval(() => {
    const first = document.querySelector("[data-testid=stPopoverBody] :is(input, button, select, textarea, a[href])");
    if (first || tries++ > 40) clearInterval(wait);
    first?.focus();
  }, 50);
});

// Whose pages these are, and what they have in common; on a phone there is no room for either.
function barOf(groups, base) {
  const name = element("span", "brand", "pnzoo"), names = element("div", "names");
  names.append(...groups.map(([title, pages]) => {
    const group = element("div", "group"), about = element("span", "about", title);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", title);
    about.setAttribute("aria-hidden", "true"); // it is the group's name
    group.append(about, ...pages.map(([page, path]) => linkTo(page, base + path)));
    return group;
  }));
  return [name, names];
}

// All pages with a line each: a phone's bar has room for four of them.
function sheetOf(groups, base, sheet) {
  const head = element("p", "brand", "pnzoo"), close = element("button", "close", "Close");
  head.append(element("span", "", "neural networks that plan, and that learn from a few examples"));
  close.onclick = () => sheet.close();
  sheet.onclick = (event) => { if (event.target === sheet || event.target.closest("a")) sheet.close(); }; // or beside it
  return [head, ...groups.flatMap(([title, pages]) => {
    const list = element("ul");
    list.append(...pages.map(([page, path, line]) => {
      const item = element("li"), link = linkTo(page, base + path);
      link.append(element("span", "", line));
      item.append(link);
      return item;
    }));
    return [element("h2", "", title), list];
  }), close];
}

function element(tag, name = "", words = "") {
  return Object.assign(document.createElement(tag), { className: name, textContent: words });
}

function linkTo(name, address) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = link.dataset.page = name;
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another window
    event.preventDefault();
    teller.tell("page", name);
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  };
  return link;
}

export default function ({ parentElement, data, setTriggerValue }) {
  teller.answered(setTriggerValue);
  history.tell = tell = teller.tell;
  history.here = location.pathname;
  drawn = data.theme;
  looks();
  watch();
  const header = document.querySelector("[data-testid=stHeader]");
  const at = (what) => header?.querySelector(what) || parentElement.querySelector(what);
  const bar = at(".pnzoo-tabs"), sheet = at(".pnzoo-sheet");
  // Before the page, so that whoever skips to the page has skipped the bar.
  if (header && bar.parentElement !== header) header.prepend(bar, sheet);
  const paths = data.pages.flatMap(([, pages]) => pages.map(([, path]) => path)); // behind a proxy another may stand before them
  const base = location.pathname.replace(/[^/]*$/, (last) => (paths.includes(last) ? "" : `${last}/`));
  // Links that stand stay: a click on one that was taken away between press and release would be lost.
  const made = JSON.stringify([base, data.pages]);
  if (bar.made !== made) {
    const all = element("button", "all", "All");
    all.setAttribute("aria-haspopup", "dialog");
    all.onclick = () => sheet.showModal();
    bar.replaceChildren(...barOf(data.pages, base), all);
    sheet.replaceChildren(...sheetOf(data.pages, base, sheet));
  }
  bar.made = made;
  const names = bar.querySelector(".names");
  for (const link of document.querySelectorAll(`:is(.pnzoo-tabs, .pnzoo-sheet) a`)) {
    const here = link.dataset.page === data.current;
    if (here === link.hasAttribute("aria-current")) continue; // and a bar that a visitor moved stays where it is
    link.toggleAttribute("aria-current", here);
    if (here) link.setAttribute("aria-current", "page");
    if (here && names.contains(link)) {
      const place = link.getBoundingClientRect(), around = names.getBoundingClientRect();
      names.scrollLeft += place.x + place.width / 2 - around.x - around.width / 2;
    }
  }
  if (names.onscroll) return;
  names.onscroll = () => {
    bar.classList.toggle("before", names.scrollLeft > 8);
    bar.classList.toggle("after", names.scrollLeft + names.clientWidth < names.scrollWidth - 8);
  };
  new ResizeObserver(names.onscroll).observe(names);
}
