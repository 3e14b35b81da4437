// Trials of two models: one of them large, all of them as squares, from which another is chosen. The walks are drawn
// while they happen; who asked for less motion sees them drawn.

const SHOWN = new WeakMap(), teller = makeTeller(), KINDS = ["both", "first", "second", "neither"];
const SHAPES = ["M.3 .3h.4v.4h-.4z", "M.04 .04h.92v.92h-.92z", "M.5 0l.5 .5l-.5 .5l-.5 -.5z", "M.15 .15l.7 .7m0 -.7l-.7 .7"];

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".trials");
  teller.answered(setTriggerValue);
  const made = JSON.stringify(data);
  if (SHOWN.get(box) === made) return;
  SHOWN.set(box, made);
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const words = data.words, columns = Math.ceil(data.kinds.length / rows()), open = (trial) => teller.tell("opened", trial);

  const held = box.contains(box.getRootNode().activeElement) ? box.getRootNode().activeElement.dataset.as : null;
  const area = make("div", "area"), left = make("div"), right = make("div"), told = make("p", "told", words.touch);
  told.setAttribute("role", "status");
  left.append(picture());
  right.append(...(data.thumbs.length ? [lost()] : []), legend(), squares(), ends(), steps(), folded());
  area.append(left, right);
  data.colours.forEach((colour, i) => box.style.setProperty(["--first", "--second"][i], colour));
  const slid = box.querySelector(".thumbs")?.scrollLeft ?? 0; // the strip of a phone stays where it was
  box.replaceChildren(area);
  if (slid) box.querySelector(".thumbs")?.scrollTo({ left: slid, behavior: "instant" });
  if (held) box.querySelector(`[data-as="${held}"]`)?.focus(); // all is made anew, and the keyboard stays where it was

  function narrow() { return box.clientWidth > 0 && box.clientWidth <= 760; }

  // On a phone they make a square, whose squares are larger.
  function rows() { return Math.max(4, Math.round(Math.sqrt(data.kinds.length / (narrow() ? 1 : 3)))); }

  function picture() {
    const figure = make("figure"), { svg, alt, lines } = data.picture;
    figure.innerHTML = svg; // made by dashboard/figures, nothing of a visitor's is in it
    const drawn = figure.querySelector("svg"), list = make("ul", "lines");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", alt);
    for (const line of lines) {
      const item = make("li", line.colour);
      item.append(make("i"), make("b", "", line.name), make("span", line.good ? "good" : "bad", `${line.good ? "✓" : "✗"} ${line.text}`));
      list.append(item);
    }
    const { width, height } = drawn.viewBox.baseVal; // who was right, and in which colour, shall be in sight at once
    if (height > 1.2 * width || narrow()) figure.prepend(list);
    else figure.append(list);
    if (drawn.querySelector(".walk")) figure.append(again(drawn));
    return figure;
  }

  function again(drawn) {
    const button = make("button", "again", "▶ Walk again");
    button.type = "button";
    button.onclick = () => drawn.getAnimations({ subtree: true }).forEach((each) => { each.cancel(); each.play(); });
    return button;
  }

  function svg(width, height, inside, name) {
    const host = make("div");
    host.innerHTML = `<svg class="${name}" viewBox="0 0 ${width} ${height}">${inside}</svg>`;
    return host.firstChild;
  }

  function legend() {
    const list = make("ul", "legend");
    KINDS.forEach((name, kind) => {
      if (!words[name]) return;
      const item = make("li"), count = [...data.kinds].filter((each) => Number(each) === kind).length;
      const mark = svg(1, 1, `<path class="k${kind}" d="${SHAPES[kind]}"/>`, "squares");
      mark.setAttribute("aria-hidden", "true");
      item.append(mark, make("b", "", count), make("span", "", words[name]));
      list.append(item);
    });
    return list;
  }

  function place(index) { return [Math.floor(index / rows()), index % rows()]; }

  // All trials in one picture, which is one stop of the tab key: arrow keys move over it, Enter opens.
  function squares() {
    const paths = ["", "", "", ""], many = data.order.length;
    [...data.kinds].forEach((kind, index) => {
      const [x, y] = place(index);
      paths[kind] += SHAPES[kind].replace(/M(\.?\d*) (\.?\d*)/, (_, a, b) => `M${x * 1.15 + Number(a)} ${y * 1.15 + Number(b)}`);
    });
    const frame = (name) => `<rect class="${name}" width="1.28" height="1.28" rx=".2"/>`;
    const drawn = svg(columns * 1.15 + 0.3, rows() * 1.15 + 0.3,
      `<g transform="translate(.2 .2)">${paths.map((path, kind) => `<path class="k${kind}" d="${path}"/>`).join("")}${frame("here")}${frame("cursor")}</g>`, "squares");
    const cursor = drawn.querySelector(".cursor"), here = data.order.indexOf(data.shown);
    let at = here;
    const put = (rect, index) => { const [x, y] = place(index); rect.setAttribute("x", x * 1.15 - 0.14); rect.setAttribute("y", y * 1.15 - 0.14); };
    const look = (index) => {
      at = index;
      put(cursor, at);
      drawn.classList.add("looked");
      told.textContent = `${words.each} ${data.order[at]}: ${words[KINDS[data.kinds[at]]]}`;
    };
    const leave = () => { drawn.classList.remove("looked"); told.textContent = words.touch; };
    const under = (event) => {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawn.querySelector("g").getScreenCTM().inverse());
      if (event.pointerType === "touch") { // a finger means what is rare
        const unit = drawn.getBoundingClientRect().width / drawn.viewBox.baseVal.width;
        const far = (index) => { const [a, b] = place(index); return Math.hypot(x - a * 1.15 - 0.5, y - b * 1.15 - 0.5); };
        const rare = [...data.order.keys()].filter((index) => data.kinds[index] !== "0" && far(index) * unit < 16);
        if (rare.length) return rare.reduce((one, other) => (far(other) < far(one) ? other : one));
      }
      const [column, row] = [Math.floor(x / 1.15), Math.floor(y / 1.15)], index = column * rows() + row;
      return row >= 0 && row < rows() && column >= 0 && index < many ? index : null;
    };
    put(drawn.querySelector(".here"), here);
    drawn.dataset.as = "squares";
    drawn.setAttribute("tabindex", "0");
    drawn.setAttribute("role", "application");
    drawn.setAttribute("aria-label", `All ${many}, from ${words.left} to ${words.right}. Arrow keys move, Enter opens.`);
    let slid = false; // a finger that slides looks, and opens where it is lifted
    drawn.onclick = (event) => { const index = under(event); if (index !== null && !slid) open(data.order[index]); };
    drawn.onpointerdown = () => { slid = false; };
    drawn.onpointermove = (event) => {
      const index = under(event);
      if (index === null) return;
      slid = event.pointerType === "touch";
      look(index);
    };
    drawn.onpointerup = () => { if (slid) open(data.order[at]); };
    drawn.onpointerleave = leave;
    drawn.onfocus = () => { if (drawn.matches(":focus-visible")) look(here); };
    drawn.onblur = leave;
    drawn.onkeydown = (event) => {
      const to = { ArrowUp: at - 1, ArrowDown: at + 1, ArrowLeft: at - rows(), ArrowRight: at + rows(), Home: 0, End: many - 1 }[event.key];
      if (event.key === "Enter" || event.key === " ") open(data.order[at]);
      else if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      else if (to >= 0 && to < many) look(to);
      event.preventDefault();
    };
    return drawn;
  }

  function ends() {
    const line = make("div", "axis");
    line.append(make("span", "", `← ${words.left}`), make("span", "", `${words.right} →`));
    return line;
  }

  // What is looked at, between the squares before and after it: a finger may miss a square, and not a button.
  function steps() {
    const line = make("div", "steps"), here = data.order.indexOf(data.shown);
    const step = (sign, by, name) => {
      const button = make("button", "", sign);
      button.type = "button";
      button.dataset.as = name;
      button.setAttribute("aria-label", `${name} ${words.each.toLowerCase()}`);
      button.disabled = data.order[here + by] === undefined;
      button.onclick = () => open(data.order[here + by]);
      return button;
    };
    line.append(step("‹", -1, "Previous"), told, step("›", 1, "Next"));
    return line;
  }

  function lost() {
    const part = make("div", "lost");
    part.append(make("p", "about", words.thumbs), thumbs());
    return part;
  }

  function folded() {
    const part = make("details", "words");
    part.append(make("summary", "", words.more), make("p", "", words.about));
    return part;
  }

  function thumbs() {
    const list = make("ul", "thumbs");
    list.setAttribute("role", "list");
    const many = data.thumbs.length;
    list.style.setProperty("--many", many > 8 ? Math.ceil(many / 2) : many);
    for (const thumb of data.thumbs) {
      const item = make("li"), button = make("button");
      button.type = "button";
      button.dataset.as = thumb.id;
      button.innerHTML = thumb.svg; // of figures of ours too
      button.setAttribute("aria-label", thumb.label);
      button.setAttribute("aria-pressed", String(thumb.id === data.shown));
      button.title = thumb.label;
      button.onclick = () => open(thumb.id);
      item.append(button);
      list.append(item);
    }
    return list;
  }
}
