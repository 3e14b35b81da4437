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

// Whose pages these are, where there is room for it.
function brand() {
  const line = document.createElement("span"), name = document.createElement("b");
  line.className = "brand";
  name.textContent = "pnzoo";
  line.append(name, " networks that plan, and learn from a few examples");
  return line;
}

function linkTo(name, address) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = name;
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
  const bar = header?.querySelector(".pnzoo-tabs") || parentElement.querySelector(".pnzoo-tabs");
  // Before the page, so that whoever skips to the page has skipped the bar.
  if (header && bar.parentElement !== header) header.prepend(bar);
  const paths = data.pages.map(([, path]) => path); // behind a proxy another one may stand before them
  const base = location.pathname.replace(/[^/]*$/, (last) => (paths.includes(last) ? "" : `${last}/`));
  // Links that stand stay: a click on one that was taken away between press and release would be lost.
  const made = JSON.stringify([base, data.pages]);
  if (bar.made !== made) bar.replaceChildren(...data.pages.map(([name, path]) => linkTo(name, base + path)), brand());
  bar.made = made;
  const current = [...bar.querySelectorAll("a")].find((link) => link.textContent === data.current);
  if (!current.hasAttribute("aria-current")) { // and a bar that a visitor moved stays where it is
    bar.querySelector("[aria-current]")?.removeAttribute("aria-current");
    current.setAttribute("aria-current", "page");
    bar.scrollLeft = current.offsetLeft - bar.clientWidth / 2 + current.offsetWidth / 2;
  }
  if (bar.onscroll) return;
  bar.onscroll = () => {
    bar.classList.toggle("before", bar.scrollLeft > 8);
    bar.classList.toggle("after", bar.scrollLeft + bar.clientWidth < bar.scrollWidth - 8);
  };
  new ResizeObserver(bar.onscroll).observe(bar);
}
