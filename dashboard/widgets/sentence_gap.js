// A sentence with a gap: the answer stands in it, and lines lead from the examples, the thicker the more it looked there. A word that is touched is cut out; the more an answer hangs on a word, the more it glows.

export default keep(".gap", makeGap);

const SPIN = 80, TURNS = 9, MOST_LINES = 12; // milliseconds of a word while it looks, and how many of them

function makeGap(host) {
  const asked = host.querySelector(".asked"), list = host.querySelector(".rows"), lines = host.querySelector(".lines"), status = host.querySelector(".status");
  const widget = { send: null, show, stop: () => { clearInterval(timer); watcher.disconnect(); } };
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const percent = (share) => `${Math.round(100 * share)}%`;
  let data = null, timer = null, chip = null, rows = [], note = null;

  function show(next) {
    if (data?.id === next.id) return;
    const focused = host.getRootNode().activeElement?.closest?.(".word, .chip");
    data = next;
    clearInterval(timer);
    build();
    if (focused) (chip ?? asked.querySelector(".word"))?.focus({ preventScroll: true });
    matchMedia("(prefers-reduced-motion: reduce)").matches || !data.answer ? settle() : spin();
  }

  function build() {
    const sentence = make("p", "sentence"), { answer } = data;
    chip = null;
    data.words.forEach((word, at) => {
      const own = make(word.gap ? "span" : "button", word.gap ? "chip" : "word", word.gap ? "" : word.text);
      if (word.gap) {
        chip = own;
        chip.tabIndex = -1;
        chip.style.minWidth = `${Math.max(3, ...data.answer.chances.map(([each]) => each.length)) * 0.5 + 0.7}em`;
        sentence.append(word.before, own, word.after, " ");
        return;
      }
      own.type = "button";
      own.style.setProperty("--glow", `${Math.round(100 * weight(word))}%`);
      own.setAttribute("aria-label", `${word.text}: cut it out`);
      own.onclick = () => widget.send("cut", { asked: data.asked, at });
      own.onpointerenter = own.onfocus = () => tell(word);
      own.onpointerleave = own.onblur = () => tell(null);
      sentence.append(own, " ");
    });
    note = make("p", "note");
    asked.replaceChildren(sentence, ...(answer ? [verdict(answer), stack(answer)] : []), note);
    rows = data.rows.map((row) => {
      const line = make("div", `row ${row.own ? "own" : third(row)}`), text = make("p"), bar = make("span", "bar"), part = make("i");
      text.append(row.before, make("b", "", row.word), row.after);
      part.style.setProperty("--part", percent(row.share));
      bar.append(part);
      line.append(make("span", "share", percent(row.share)), text, bar);
      return line;
    });
    list.replaceChildren(...(rows.length ? [make("h2", "", "It looked at these examples")] : []), ...rows);
    tell(null);
  }

  // How much less likely its answer would be without a word, as a share of the likelihood.
  const weight = ({ without }) => (without && data.answer ? Math.max(0, 1 - without[2] / data.answer.chances[0][1]) : 0);

  // Words of an example have the colour of their part of the bar.
  const third = ({ word }) => (data.answer.chances.findIndex(([each]) => [each, `(${each})`].includes(word)) % 3 === 2 ? "third" : "");

  function verdict({ word, chances, mark, verdict: said }) {
    const whole = make("p", `verdict ${mark}`);
    whole.append(make("b", "", `${{ right: "✓ ", wrong: "✗ " }[mark] ?? ""}${percent(chances[0][1])} sure of ${word}`), make("span", "", said));
    return whole;
  }

  function stack({ chances }) {
    const whole = make("div"), bar = make("div", "stack"), names = make("p", "names");
    chances.forEach(([word, chance], at) => {
      const part = make("i", at ? "" : "own");
      part.style.flexGrow = String(chance);
      bar.append(part);
      names.append(make("span", at ? "" : "own", `${word} ${percent(chance)}`), " ");
    });
    whole.append(bar, names);
    return whole;
  }

  // What a word did; of all of them the one that counts most, where none is under the hand.
  function tell(word) {
    const told = data.words.filter((each) => !each.gap && each.without), most = told.sort((a, b) => weight(b) - weight(a))[0], one = word ?? (most && weight(most) > 0.02 ? most : null);
    note.replaceChildren();
    if (!data.answer) return note.append("Touch the word that shall be cut out.");
    if (one?.without) {
      const [other, chance] = one.without;
      note.append(word ? "Without " : "The word that counts most is ", make("b", "", one.text.replace(/[.,;:!?]+$/, "")), word ? `: ${percent(chance)} ${other}. ` : `: without it, ${percent(chance)} ${other}. `);
    }
    note.append("Touch a word to cut that one out.");
  }

  function spin() {
    const words = [...new Set(data.answer.chances.map(([word]) => word))];
    let turn = 0;
    host.classList.add("looking");
    lines.replaceChildren();
    timer = setInterval(() => {
      if (!host.isConnected || turn >= TURNS) return settle();
      chip.textContent = words[turn++ % words.length];
    }, SPIN);
    chip.textContent = words[words.length - 1];
  }

  function settle() {
    clearInterval(timer);
    host.classList.remove("looking");
    if (!data.answer) { lines.replaceChildren(); status.textContent = "The sentence has no gap."; return; }
    chip.textContent = data.answer.word;
    chip.className = `chip ${data.answer.mark}`;
    status.textContent = `${data.answer.word}, ${percent(data.answer.chances[0][1])} sure. ${data.answer.verdict}`;
    join();
  }

  // What each example gave runs together in the bar, where the examples stand beside it.
  function join() {
    lines.replaceChildren();
    const whole = host.getBoundingClientRect(), bar = asked.querySelector(".stack")?.getBoundingClientRect();
    if (!bar || !rows[0] || rows[0].getBoundingClientRect().left < bar.right) return;
    const [x, y] = [bar.right - whole.left + 3, (bar.top + bar.bottom) / 2 - whole.top];
    rows.slice(0, MOST_LINES).forEach((row, at) => {
      const { share, own } = data.rows[at], box = row.getBoundingClientRect(), line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      const [ax, ay] = [box.left - whole.left, (box.top + box.bottom) / 2 - whole.top], bend = (ax - x) * 0.55;
      line.setAttribute("d", `M${x} ${y}C${x + bend} ${y} ${ax - bend} ${ay} ${ax} ${ay}`);
      line.setAttribute("stroke-width", String(Math.max(1, 22 * share)));
      line.setAttribute("class", own ? "own" : third(data.rows[at]));
      lines.append(line);
    });
  }

  const watcher = new ResizeObserver(() => data?.answer && !host.classList.contains("looking") && join());
  watcher.observe(host);

  return widget;
}
