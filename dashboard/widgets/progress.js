// Which lessons were done is kept in the visitor's own browser, so that a reload does not forget it; and whoever goes to
// a lesson by keyboard goes on at its strip, as the link that led there is gone.

const KEPT = "pnzoo-lessons";
const teller = makeTeller();
let shown = null, told = "", byKey = false;
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => { byKey = kind === "keydown"; }, true);

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT));
    return Array.isArray(found) ? found.filter(Number.isInteger) : [];
  } catch { return []; } // a browser that keeps nothing, or what is no list of ours
}

export default function ({ data, setTriggerValue }) {
  teller.answered(setTriggerValue);
  const done = [...new Set([...kept(), ...data.done])].sort(), all = JSON.stringify(done);
  try { localStorage.setItem(KEPT, all); } catch { /* it is forgotten with the session */ }
  if (done.length > data.done.length && told !== all) { told = all; teller.tell("done", done); }
  const arrived = data.lesson !== null && data.lesson !== shown;
  shown = data.lesson;
  const strip = document.querySelector(".st-key-lesson");
  if (!arrived || !byKey || !strip || document.activeElement !== document.body) return;
  strip.tabIndex = -1;
  strip.focus({ preventScroll: true });
}
