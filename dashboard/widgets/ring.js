// The question in the middle, the support pictures on a ring: distance is likeness, width is attention. Draw, open,
// paste or photograph a question; drop a picture on a class to add it, drag one off to leave it out, onto another class
// to give it that one; touch one to look at it. One message is on its way at a time; of later strokes only the newest waits.

export default keep(".ring", makeRing);

const NEAREST = 6, NEAR = 0.7; // pictures that are named by how alike they are; a drawing of its class is seldom less alike
const PATIENCE = 5000, GROWS = 2200; // ms until a message counts as lost, and until all lines have grown
const SIGNS = Object.fromEntries(Object.entries({ // of the key: what near, thick, an arc, a colour and a dashed line look like
  near: '<circle cx="3" cy="7" r="2.5" class="full"/><path d="M7 7h5" stroke-dasharray="1.5 1"/><rect x="13" y="3.5" width="7" height="7" rx="1.5"/>',
  thick: '<path d="M1 3.5h19" stroke-width="1"/><path d="M1 9.5h19" stroke-width="4.5"/>',
  arc: '<path d="M2 11.5A13 13 0 0 1 20 11.5" stroke-width="3" opacity=".3"/><path d="M2 11.5A13 13 0 0 1 13 6.3" stroke-width="3"/>',
  answer: '<path d="M1 7h19" stroke-width="4.5"/>',
  none: '<path d="M1 7h19" stroke-dasharray="4 3"/>',
}).map(([sign, inside]) => [sign, `<svg viewBox="0 0 21 14" aria-hidden="true">${inside}</svg>`]));
const THINKS = 350, TIE = 0.05; // ms until it is said that an answer takes its time; less sure than that by this is a tie

function makeRing(host) {
  const find = (name) => host.querySelector(name);
  const [answer, stage, canvas, rim, pad, middle, film, pictures] =
    [".answer", ".stage", ".lines", ".rim", ".pad", ".middle", ".film", ".pictures"].map(find);
  const [detail, steps, orders, tray, hint, legend, say, letter, least, nearest] = [
    ".detail", ".steps", ".orders", ".tray", ".hint", ".legend", ".say", ".letter", ".least", ".nearest"].map(find);
  const ring = { send: null, show, stop };
  const buttons = new Map(); // number of a picture -> its button, its place now and its place to be
  let data = null, size = 0, frameId = 0;
  let queue = [], onTheWay = null, number = 0, looked = null, step = null, sought = null, drag = null, fanned = null, born = -Infinity, reads = null;
  let kept = null; // the class that was chosen to keep the question in; what it was called, until then
  let room = []; // the width and height that there are, and what of the height is left below what stands above
  let scale = null, slow = null; // cosines at the outermost and the innermost circle as they are shown; the clock of an answer
  const board = { find, host, stage, pad, film, tell, speak, lands, data: () => data, across: () => 2 * padReach(),
    changed: () => controls(), aim: (target) => drawRim(target), emptied: () => question.empty() };
  const question = makePad(board), outside = makeOutside(board);

  // -- messages ---------------------------------------------------------------------------------------------

  function tell(message) {
    if (message.what === "draw") speak(""); // what was said was of another question
    const last = queue.at(-1);
    if (last?.live && last.what === message.what) queue.pop();
    queue.push(message);
    flush();
  }

  function flush() {
    if (!queue.length || onTheWay) return;
    number = Math.max(number, data.heard) + 1;
    post({ ...queue.shift(), number });
  }

  function post(message) {
    onTheWay = { message, at: performance.now() };
    clearTimeout(slow);
    if (!message.live) slow = setTimeout(think, THINKS);
    ring.send("did", message);
  }

  function heard() {
    if (onTheWay && data.heard >= onTheWay.message.number) {
      host.dataset.delay = Math.round(performance.now() - onTheWay.at); // ms from what was done to its answer
      onTheWay = null;
      clearTimeout(slow);
    }
    flush();
  }

  function speak(words, wrong = false) {
    say.textContent = words;
    say.classList.toggle("wrong", wrong);
  }

  // -- what is shown ----------------------------------------------------------------------------------------

  function show(next) {
    if (data && next.turn !== data.turn) question.empty();
    const fresh = !data, elsewhere = !onTheWay && !queue.length; // nothing of it answers what was done here
    if (fresh || (elsewhere && next.look !== data.look)) looked = next.look;
    if (fresh || (elsewhere && next.step !== data.step)) step = next.step;
    if (!fresh && elsewhere && whole(next) !== whole(data)) speak(""); // it was said of another set
    const asked = data && !next.drawn && (next.query !== data.query || next.model !== data.model);
    if ((fresh || asked) && !calm()) born = performance.now();
    data = next;
    if (fresh && looked !== null) fanned = data.pictures[looked]?.class ?? null;
    const colour = palette(host);
    host.style.setProperty("--path", colour.path);
    host.style.setProperty("--best", colour.best);
    host.style.setProperty("--edge", colour.edge);
    if (looked !== null && !data.pictures[looked]) looked = null;
    if (data.say) speak(data.say, true);
    else if (say.classList.contains("wrong") && !fresh) speak("");
    controls(elsewhere);
    makePictures();
    layout();
    describe();
    host.classList.add("ready");
    heard();
  }

  const whole = ({ model, pictures }) => JSON.stringify([model, pictures.map((each) => [each.name, each.source, each.out])]);
  const kind = () => (data.photos ? "photo" : "ink");
  const percent = (share) => `${Math.round(100 * share)}%`;
  const atLeast = () => (sought ? (sought / 100).toFixed(2) : "0: never");
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const className = (index) => data.classes[index]?.name ?? "";

  function controls(elsewhere = false) {
    find(".back").hidden = !question.drawn();
    find(".clear").hidden = !question.drawn() && !data.drawn;
    find(".clear").textContent = data.drawn && !question.drawn() ? "Back to the given question" : "Clear";
    find(".keeping").hidden = !data.drawn;
    least.hidden = data.now === null;
    if (elsewhere || sought === null) sought = data.least;
    least.querySelector("input").value = sought;
    least.querySelector("span").textContent = data.leastWords;
    least.querySelector("b").textContent = atLeast();
    if (data.now !== null) least.querySelector("small").textContent = `(it is ${data.now.toFixed(2)} now)`;
    letter.replaceChildren(...data.letters.map((name) => new Option(name, name)), ...(data.photos ? [new Option("a new thing", "")] : []));
    const wanted = [kept, className(data.answer)].find((name) => name !== null && [...letter.options].some((each) => each.value === name));
    if (wanted !== undefined) letter.value = wanted;
    find(".new").hidden = letter.value !== "";
    host.classList.toggle("photos", data.photos);
    pad.hidden = data.photos;
    middle.hidden = !data.photos;
    pad.setAttribute("aria-label", data.label);
    steps.hidden = !data.steps;
    if (data.steps) {
      const range = steps.querySelector("input");
      range.max = data.steps + 1;
      step = Math.min(step ?? data.steps + 1, data.steps + 1);
      range.value = step;
    }
    orders.hidden = !data.ordered;
    orders.querySelector(".sorted").disabled = !data.order;
    orders.querySelector("span").textContent = data.ordered ? `It reads them in ${data.order ? `the random order number ${data.order}` : "the order of the classes"}.` : "";
    hint.textContent = data.hint;
    const means = [...data.legend, ...(lined() ? [["none", "dashed: none of these"]] : [])];
    legend.replaceChildren(...means.map(([sign, words]) => {
      const each = Object.assign(document.createElement("span"), { className: `sign-${sign}`, innerHTML: SIGNS[sign] });
      each.append(words);
      return each;
    }));
  }

  // What a picture counts at the step that is looked at.
  function share(index) {
    const picture = data.pictures[index];
    if (data.steps && step <= data.steps) return picture.steps?.[step - 1] ?? 0;
    return picture.share ?? 0;
  }

  function image(source) {
    const box = document.createElement("i");
    box.className = kind();
    box.style.setProperty("--picture", `url(${data.photos ? source : inkOf(source)})`);
    return box;
  }

  function makePictures() {
    const here = data.pictures.map((picture, i) => (picture.out || picture.asked ? -1 : i)).filter((i) => i >= 0);
    for (const [index, each] of buttons) if (!here.includes(index)) { each.button.remove(); buttons.delete(index); }
    for (const index of here) {
      const picture = data.pictures[index];
      let each = buttons.get(index);
      if (!each) {
        each = { button: document.createElement("button"), now: null, source: null };
        each.button.type = "button";
        each.button.tabIndex = buttons.size ? -1 : 0;
        listen(each.button, index);
        buttons.set(index, each);
        pictures.append(each.button);
      }
      if (each.source !== picture.source) {
        each.button.replaceChildren(image(picture.source));
        each.source = picture.source;
      }
      const words = [`${picture.name}, class ${className(picture.class)}`];
      if (picture.likeness !== null) words.push(`${data.likeness} ${picture.likeness.toFixed(2)}`);
      if (picture.share !== null) words.push(`counts ${percent(picture.share)}`);
      each.button.setAttribute("aria-label", words.join(", "));
      each.button.title = words.join(", ");
      each.button.setAttribute("aria-pressed", String(looked === index));
      each.button.classList.toggle("chosen", picture.class === data.answer);
      each.button.classList.toggle("looked", looked === index);
    }
    if (here.length && ![...buttons.values()].some((each) => each.button.tabIndex === 0)) buttons.get(here[0]).button.tabIndex = 0;
    const out = data.pictures.map((picture, i) => (picture.out && !picture.asked ? i : -1)).filter((i) => i >= 0);
    refill(tray, out.length ? ["Left out:"] : [], out.map((index) => small(index, `Put ${data.pictures[index].name} back`, () => back(index))));
    const near = here.filter((index) => data.pictures[index].likeness !== null);
    near.sort((a, b) => data.pictures[b].likeness - data.pictures[a].likeness);
    refill(nearest, near.length ? ["Nearest:"] : [], near.slice(0, NEAREST).map((index) => {
      const picture = data.pictures[index], cosine = picture.likeness.toFixed(2);
      const button = small(index, `Look at ${picture.name}: ${data.likeness} ${cosine}`, () => look(index));
      button.setAttribute("aria-pressed", String(looked === index));
      button.classList.toggle("looked", looked === index);
      button.append(Object.assign(document.createElement("span"), { textContent: cosine }));
      return button;
    }));
  }

  // A picture beside the ring that does something when it is pressed.
  function small(index, words, does) {
    const button = Object.assign(document.createElement("button"), { type: "button", title: words, onclick: does });
    button.setAttribute("aria-label", words);
    button.append(image(data.pictures[index].source));
    return button;
  }

  // New buttons in place of old ones; the focus stays on the one of the same words.
  function refill(box, words, made) {
    const name = (button) => button.getAttribute("aria-label") ?? button.textContent, old = host.getRootNode().activeElement;
    const focused = old && box.contains(old) ? name(old) : null;
    box.replaceChildren(...words, ...made);
    if (focused !== null) [...box.querySelectorAll("button")].find((button) => name(button) === focused)?.focus({ preventScroll: true });
  }

  // -- geometry ---------------------------------------------------------------------------------------------

  const half = () => size / 2;
  const phone = () => size < 420;
  const padReach = () => size * (phone() && !data.photos ? 0.155 : 0.14);
  const rimReach = () => half() - (phone() ? 31 : 38) - (data.photos ? 8 : 0); // labels of two lines lie outside it
  const count = () => Math.max(1, buttons.size);
  const crowded = () => count() > (phone() ? 24 : 30);
  const shots = () => Math.max(1, ...data.classes.map((_, c) => [...buttons.keys()].filter((index) => data.pictures[index].class === c).length));
  function side() { // of a picture: as wide as its place
    const places = data.classes.length * (crowded() ? 1 : shots()), round = Math.PI * (padReach() + rimReach());
    return Math.max(24, Math.min(size * (crowded() ? 0.06 : 0.1), (0.66 * round) / places));
  }

  function sector(index) { // the class at an angle, and the middle of a class
    const n = data.classes.length;
    return -Math.PI / 2 + ((index + 0.5) / n) * 2 * Math.PI;
  }

  function classAt(x, y) {
    const turn = (Math.atan2(y - half(), x - half()) + Math.PI / 2 + 4 * Math.PI) % (2 * Math.PI);
    return Math.floor((turn / (2 * Math.PI)) * data.classes.length) % data.classes.length;
  }

  // The circles are the same for every question, so that near always means alike; only what is alike below zero widens them.
  function circles() {
    const here = [...buttons.keys()].map((index) => data.pictures[index].likeness).filter((each) => each !== null);
    if (!here.length) return null;
    const step = phone() ? 0.5 : 0.25, low = Math.min(0, step * Math.floor(Math.min(...here) / step + 0.4)), high = 1;
    return { low, high, marks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => low + i * step) };
  }

  function radius(likeness, { low, high } = circles() ?? { low: 0, high: 1 }) {
    const inner = padReach() + side() * 0.5 + size * 0.03, outer = rimReach() - 8 - side() * 0.55;
    const share = likeness === null ? 0.5 : (high - likeness) / (high - low);
    return inner + Math.max(-0.15, Math.min(1.1, share)) * (outer - inner);
  }

  // Whether the line of "none of these" is a circle: where it is drawn, an answer needs a picture within it.
  const lined = () => data.lined && sought > 0;

  function targets() {
    const members = data.classes.map(() => []);
    for (const index of buttons.keys()) members[data.pictures[index].class]?.push(index);
    const most = [...buttons.keys()].sort((a, b) => share(b) - share(a)), crowd = crowded(), on = circles() ?? undefined;
    const places = new Map(); // number of a picture -> where it would lie, by itself
    members.forEach((mine, c) => {
      const width = (2 * Math.PI) / data.classes.length, fans = c === fanned;
      const like = [...mine].sort((a, b) => (data.pictures[b].likeness ?? 0) - (data.pictures[a].likeness ?? 0));
      const near = like.length ? radius(data.pictures[like[0]].likeness, on) : 0; // of the one most alike
      mine.forEach((index, i) => {
        const rank = most.indexOf(index), deep = like.indexOf(index), each = buttons.get(index);
        let angle = sector(c) + ((i + 0.5) / mine.length - 0.5) * width * 0.86, r = radius(data.pictures[index].likeness, on);
        let grow = crowd ? (phone() ? 1.05 : 1.2) : 1 + 0.15 * share(index);
        if (crowd && !fans) { // a pile: on top, where it belongs, the one most alike
          angle = sector(c);
          r = Math.min(near + (phone() ? 2 : 4) * deep, rimReach() - side() * 0.6);
        } else if (crowd) { // a fan, wide enough to touch each, aslant too
          grow = 1.55;
          angle = sector(c) + (i - (mine.length - 1) / 2) * Math.min(0.5, (side() * grow * 1.3) / near);
        }
        places.set(index, { angle, r, side: side() * grow, from: sector(c) - 0.47 * width, to: sector(c) + 0.47 * width });
        each.button.style.zIndex = String(crowd ? (fans ? 300 - deep : 200 - deep) : 200 - rank);
      });
    });
    const part = crowd || !places.size ? 1 : spread([...places.values()]);
    for (const [index, { angle, r, side: width }] of places) {
      const each = buttons.get(index), [right, down] = [Math.cos(angle), Math.sin(angle)];
      each.to = { x: half() + r * right, y: half() + r * down, share: share(index), side: part * width };
      each.now ??= { x: half() + rimReach() * right, y: half() + rimReach() * down, share: 0, side: 0.6 * width };
    }
  }

  // In a crowd the pictures of a class lie on a pile; this one is fanned out.
  function fan(c) {
    if (c === fanned || !crowded() || drag) return;
    fanned = c;
    targets();
    frameId ||= requestAnimationFrame(move);
  }

  function layout() {
    const width = host.clientWidth;
    if (width < 40 || !data) return;
    if (room[0] !== width || room[1] !== innerHeight) { // not while the page scrolls or a message comes
      const top = stage.getBoundingClientRect().top + (document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0);
      room = [width, innerHeight, innerHeight - top - 40];
    }
    const wanted = Math.floor(Math.min(width, 640, Math.max(340, room[2])));
    if (wanted !== size) {
      size = wanted;
      stage.style.width = stage.style.height = `${size}px`;
      fit(canvas, size, size);
      for (const each of buttons.values()) each.now = null;
    }
    stage.classList.toggle("crowd", crowded());
    const across = 2 * padReach();
    fit(pad, across, across);
    for (const each of [middle, film]) each.style.width = each.style.height = `${across}px`;
    middle.dataset.words = data.middle ?? "";
    if (data.photos && data.query) middle.style.backgroundImage = `url(${data.query})`;
    middle.setAttribute("aria-label", "The photograph that is asked about");
    question.draw();
    drawRim();
    targets();
    frameId ||= requestAnimationFrame(move);
  }

  function drawRim(target = null) {
    const shown = data.classes.length, em = phone() ? 12 : 13.6;
    rim.replaceChildren(...data.classes.map((each, index) => {
      const label = document.createElement("span"), angle = sector(index), [right, down] = [Math.cos(angle), Math.sin(angle)];
      const short = each.name.length > 10 ? `${each.name.slice(0, 9)}…` : each.name;
      label.textContent = shown > 8 && each.chance < 0.005 && index !== data.answer ? short : `${short}\n${percent(each.chance)}`;
      const lines = label.textContent.split("\n"), wide = em * 0.29 * Math.max(...lines.map((line) => line.length)), high = em * 0.58 * lines.length;
      const reach = rimReach() + 6 + Math.abs(right) * wide + Math.abs(down) * high; // outside the arc, and in the page
      label.style.left = `${Math.max(wide - 12, Math.min(size - wide + 12, half() + reach * right))}px`;
      label.style.top = `${half() + reach * down}px`;
      label.className = index === data.answer ? "chosen" : "";
      label.classList.toggle("target", index === target);
      return label;
    }));
  }

  function move() {
    frameId = 0;
    if (!host.isConnected) return;
    const still = calm();
    let moving = performance.now() < born + GROWS;
    for (const [index, each] of buttons) {
      if (!each.to || !each.now) continue;
      for (const part of ["x", "y", "share", "side"]) {
        const gap = each.to[part] - each.now[part];
        each.now[part] += still || Math.abs(gap) < (part === "share" ? 0.002 : 0.2) ? gap : gap * 0.16;
        moving ||= each.now[part] !== each.to[part];
      }
      const { x, y, side: width } = each.now, at = drag?.index === index && drag.moved ? drag : { x, y };
      each.button.style.width = each.button.style.height = `${width}px`;
      each.button.style.transform = `translate(${at.x - width / 2}px, ${at.y - width / 2}px)`;
    }
    const wanted = circles();
    if (!wanted) scale = null;
    else if (!scale || still) scale = { ...wanted };
    for (const end of wanted && scale ? ["low", "high"] : []) { // the circles move as the pictures do
      const gap = wanted[end] - scale[end];
      scale[end] += Math.abs(gap) < 0.002 ? gap : gap * 0.16;
      moving ||= scale[end] !== wanted[end];
    }
    drawLines();
    if (moving) frameId = requestAnimationFrame(move);
  }

  // On arrival, and when another question is asked, the lines grow class by class out of the question.
  function grown(c, later = 0) {
    const past = performance.now() - born - 350 - later - (900 * c) / data.classes.length;
    return 1 - (1 - Math.max(0, Math.min(1, past / 550))) ** 2;
  }

  function drawLines() {
    const pen = canvas.getContext("2d"), colour = palette(host), c = half();
    pen.clearRect(0, 0, size, size);
    drawCircles(pen, colour);
    pen.lineCap = "round";
    for (const [index, part] of lines()) {
      const { x, y } = buttons.get(index).now, far = Math.hypot(x - c, y - c) || 1, from = padReach();
      const mine = looked === null || looked === index || (crowded() && data.pictures[looked]?.class === data.pictures[index].class);
      pen.globalAlpha = (0.22 + 0.7 * part) * (mine ? 1 : 0.3);
      pen.strokeStyle = data.pictures[index].class === data.answer ? colour.path : colour.best;
      pen.lineWidth = 1 + 17 * part + (looked === index ? 1.5 : 0);
      pen.beginPath();
      const till = from + Math.max(0, far - from) * grown(data.pictures[index].class);
      if (till === from) continue;
      pen.moveTo(c + ((x - c) / far) * from, c + ((y - c) / far) * from);
      pen.lineTo(c + ((x - c) / far) * till, c + ((y - c) / far) * till);
      pen.stroke();
    }
    pen.globalAlpha = 0.9;
    data.classes.forEach((each, index) => { // an arc on the rim as long as the class is probable
      const width = (2 * Math.PI) / data.classes.length, begin = sector(index) - width * 0.47;
      for (const [length, strong] of [[width * 0.94, false], [width * 0.94 * each.chance * grown(index, 300), true]]) {
        if (strong && each.chance < 0.005) continue;
        pen.strokeStyle = strong ? (index === data.answer ? colour.path : colour.best) : colour.wall;
        pen.globalAlpha = strong ? 1 : 0.25;
        pen.lineWidth = 5;
        pen.beginPath();
        pen.arc(c, c, rimReach(), begin, begin + length);
        pen.stroke();
      }
    });
    pen.globalAlpha = 1;
  }

  // What a line leads to and how much it counts: [number, share]. To a pile leads one line, as wide as all in it.
  function lines() {
    const here = [...buttons].filter(([index, each]) => each.now && data.pictures[index].share !== null);
    if (!crowded()) return here.map(([index, each]) => [index, each.now.share]);
    const piles = new Map();
    for (const [index, each] of here) {
      const { class: c, likeness } = data.pictures[index], pile = piles.get(c) ?? { top: index, sum: 0 };
      if (c === fanned) { piles.set(`one ${index}`, { top: index, sum: each.now.share }); continue; }
      if ((likeness ?? 0) > (data.pictures[pile.top].likeness ?? 0)) pile.top = index;
      pile.sum += each.now.share;
      piles.set(c, pile);
    }
    return [...piles.values()].map(({ top, sum }) => [top, sum]);
  }

  function drawCircles(pen, colour) {
    if (!scale) return;
    const c = half(), { marks } = circles(), digits = Number.isInteger(Math.round(100 * (marks[1] - marks[0])) / 10) ? 1 : 2;
    // A number stands at 12 o'clock, where no class lies, unless a picture reaches there.
    const free = (y) => [...buttons.values()].every(({ to }) => !to || Math.abs(to.y - y) > to.side / 2 + 6 || Math.abs(to.x - c) > to.side / 2 + 11);
    pen.strokeStyle = pen.fillStyle = colour.text;
    pen.lineWidth = 1;
    pen.font = "11px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const mark of marks) {
      pen.globalAlpha = 0.2;
      pen.beginPath();
      pen.arc(c, c, radius(mark, scale), 0, 7);
      pen.stroke();
    }
    if (lined()) {
      pen.globalAlpha = 0.9;
      pen.lineWidth = 1.5;
      pen.setLineDash([5, 5]);
      pen.beginPath();
      pen.arc(c, c, radius(sought / 100, scale), 0, 7);
      pen.stroke();
      pen.setLineDash([]);
    }
    pen.globalAlpha = 1;
    for (const mark of marks.filter((each) => free(c - radius(each, scale)))) {
      const words = mark.toFixed(digits).replace("-0.0", "0.0"), width = pen.measureText(words).width + 6;
      pen.clearRect(c - width / 2, c - radius(mark, scale) - 7, width, 14);
      pen.fillText(words, c, c - radius(mark, scale));
    }
  }

  // The picture whose line is under a point of the stage, or null.
  function lineAt(x, y) {
    const dx = x - half(), dy = y - half(), far = Math.hypot(dx, dy);
    let found = null, least = 9;
    for (const [index, part] of lines()) {
      const at = buttons.get(index).now, reach = Math.hypot(at.x - half(), at.y - half()) || 1;
      const along = (dx * (at.x - half()) + dy * (at.y - half())) / reach, off = Math.abs(dx * (at.y - half()) - dy * (at.x - half())) / reach;
      if (along > 0 && far > padReach() && far < reach && off - 8 * part < least) [found, least] = [index, off - 8 * part];
    }
    return found;
  }
  stage.onclick = (event) => {
    if (event.target.closest("button, .pad")) return;
    const box = stage.getBoundingClientRect(), index = lineAt(event.clientX - box.left, event.clientY - box.top);
    if (index !== null) look(index);
  };
  stage.onpointermove = (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    const box = stage.getBoundingClientRect();
    stage.style.cursor = lineAt(event.clientX - box.left, event.clientY - box.top) === null ? "" : "pointer";
  };

  // -- the tools of the question ---------------------------------------------------------------------------

  find(".back").onclick = question.back;
  find(".clear").onclick = () => { question.empty(); tell({ what: "undraw" }); question.draw(); };
  letter.onchange = () => {
    kept = letter.value;
    find(".new").hidden = letter.value !== "";
    if (letter.value === "") find(".new").focus();
  };
  find(".new").onkeydown = (event) => { if (event.key === "Enter") find(".keep").click(); };
  find(".keep").onclick = () => {
    const name = letter.value || find(".new").value.trim();
    if (!name) { find(".new").focus(); return speak("Say what it shows.", true); }
    find(".new").value = "";
    speak(`It is an example of ${name} now.`);
    tell({ what: "add", class: name });
  };

  // -- the pictures: drag, touch, keys ----------------------------------------------------------------------

  function listen(button, index) {
    button.onpointerdown = (event) => {
      if (event.button > 0) return;
      button.setPointerCapture(event.pointerId);
      drag = { index, from: [event.clientX, event.clientY], moved: false, x: 0, y: 0 };
    };
    button.onpointermove = (event) => {
      if (drag?.index !== index) return;
      const box = stage.getBoundingClientRect();
      drag.moved ||= Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) > 7;
      [drag.x, drag.y] = [event.clientX - box.left, event.clientY - box.top];
      if (!drag.moved) return;
      const goes = lands(drag.x, drag.y);
      button.classList.add("dragged");
      button.classList.toggle("leaving", goes === "out");
      drawRim(typeof goes === "number" ? goes : null);
      frameId ||= requestAnimationFrame(move);
    };
    button.onpointerup = () => {
      if (drag?.index !== index) return;
      const { moved, x, y } = drag, each = buttons.get(index);
      drag = null;
      button.classList.remove("dragged", "leaving");
      drawRim();
      if (!moved) return;
      button.dataset.dragged = "1";
      Object.assign(each.now, { x, y });
      frameId ||= requestAnimationFrame(move);
      const goes = lands(x, y);
      if (goes === "out") leave(index);
      else if (typeof goes === "number" && goes !== data.pictures[index].class) relabel(index, goes);
    };
    button.onpointercancel = () => { drag = null; button.classList.remove("dragged", "leaving"); layout(); };
    button.onclick = () => {
      if (button.dataset.dragged) { delete button.dataset.dragged; return; }
      look(looked === index ? null : index);
    };
    button.onpointerenter = (event) => { if (event.pointerType === "mouse") fan(data.pictures[index].class); };
    button.onfocus = () => { fan(data.pictures[index]?.class ?? null); for (const each of buttons.values()) each.button.tabIndex = each.button === button ? 0 : -1; };
    button.onkeydown = (event) => {
      const order = [...buttons.keys()].sort((a, b) => data.pictures[a].class - data.pictures[b].class || a - b);
      const turn = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const own = data.pictures[index].class, named = (c) => data.classes[c].name.toLowerCase().startsWith(event.key.toLowerCase());
      const to = data.classes.map((_, i) => (own + 1 + i) % data.classes.length).find(named) ?? own; // the next one of that letter
      if (turn) buttons.get(order[(order.indexOf(index) + turn + order.length) % order.length]).button.focus();
      else if (event.key === "Delete" || event.key === "Backspace") {
        buttons.get(order[(order.indexOf(index) + 1) % order.length]).button.focus(); // it will be gone
        leave(index);
      } else if (to !== own) relabel(index, to);
      else return;
      event.preventDefault();
    };
  }

  // Where a picture would land: a class, "out" beyond the rim, or null in the middle.
  function lands(x, y) {
    const far = Math.hypot(x - half(), y - half());
    return far > rimReach() + 8 ? "out" : far < padReach() ? null : classAt(x, y);
  }

  function leave(index, here = false) {
    if (looked === index) looked = null;
    speak(`${data.pictures[index].name} is left out.`);
    tell({ what: "out", index });
    data.pictures[index].out = true; // at once, as the hand has taken it away: photographs are answered for later
    makePictures();
    layout();
    if (here) tray.querySelector("button:last-of-type")?.focus({ preventScroll: true }); // the button is gone that did it
  }

  function back(index) {
    speak(`${data.pictures[index].name} is back.`);
    tell({ what: "back", index });
    data.pictures[index].out = false;
    makePictures();
    layout();
    buttons.get(index).button.focus({ preventScroll: true });
  }

  function relabel(index, to) {
    speak(`${data.pictures[index].name} is now shown as an example of ${className(to)}.`);
    tell({ what: "move", index, class: className(to) });
  }

  function look(index) {
    looked = index;
    if (index !== null) fan(data.pictures[index].class);
    makePictures();
    describe();
    drawLines();
    tell({ what: "look", index });
  }

  // -- words ------------------------------------------------------------------------------------------------

  function describe() {
    const said = data.answer === null ? null : data.classes[data.answer];
    const absent = data.truth !== null && !data.classes.some((each) => each.name === data.truth), known = data.truth !== null && said && !absent, right = known && data.truth === said.name;
    const [bold, comma, rest, model] = ["b", "span", "small", "code"].map((name) => document.createElement(name));
    model.textContent = data.model;
    const parts = [!known ? "" : right ? "✓ Right: " : "✗ Wrong: ", model, " says "];
    bold.textContent = data.problem ? "No answer" : said ? said.name : "none of these";
    comma.textContent = data.problem || !said ? ": " : ", "; // on a phone the rest has a line of its own
    rest.textContent = data.problem || !said ? data.problem || data.none : `${percent(said.chance)} sure${tie(said) || nearer()}${absent ? `; it is ${data.truth}, which is left out` : !known || right ? far() : `; it is ${data.truth}`}.`;
    answer.replaceChildren(...(data.problem ? [] : parts), bold, comma, rest);
    steps.querySelector(".at").textContent = data.steps ? (step > data.steps ? "all done, the answer" : `${step} of ${data.steps}${step === 1 ? " (even)" : ""}`) : "";
    const index = buttons.has(looked) ? looked : data.top; // the one that counts most, until one is touched
    if (index === null || !buttons.has(index) || !data.query) {
      const note = document.createElement("p");
      note.textContent = data.note;
      refill(detail, [note], []);
      return;
    }
    const picture = data.pictures[index], pair = document.createElement("div"), words = document.createElement("p");
    pair.className = "pair";
    const by = document.createElement("div");
    by.className = "by";
    if (picture.likeness !== null) by.append(picture.likeness.toFixed(2), Object.assign(document.createElement("small"), { textContent: `alike (${data.likeness})` }));
    pair.append(shown(data.query, "the question"), by, shown(picture.source, titled(picture)));
    const says = [];
    if (picture.share !== null) says.push(`${picture.name} counts ${percent(picture.share)} (attention).`);
    if (data.without?.index === index) says.push(data.without.words);
    says.push(data.note, data.how ?? "");
    words.textContent = says.join(" ");
    refill(detail, [pair, words], [row(index, picture)]);
  }

  // How alike the nearest picture is, where that is little: what is sure of the best of its classes may be like none.
  function far() {
    const nearest = Math.max(...data.pictures.filter((each) => !each.out).map((each) => each.likeness ?? -1));
    return data.likeness === "cosine" && !data.photos && nearest > -1 && nearest < NEAR ? `, but the nearest is only ${nearest.toFixed(2)} alike` : "";
  }

  // The nearest picture, where it is of another class than the answer: then attention is not by likeness to one alone.
  function nearer() {
    const like = (of) => Math.max(-1, ...of.map((each) => each.likeness ?? -1)).toFixed(2);
    const here = [...buttons.keys()].map((index) => data.pictures[index]), mine = here.filter((each) => each.class === data.answer);
    const nearest = here.find((each) => each.likeness !== null && each.likeness.toFixed(2) === like(here));
    return nearest && Number(like(mine)) < Number(like(here)) ? `, though ${nearest.name} is nearer` : "";
  }

  // Whether another class is as good as the answer.
  function tie(said) {
    const next = data.classes.filter((each) => each !== said).sort((a, b) => b.chance - a.chance)[0];
    return next && said.chance - next.chance < TIE ? `, a near tie with ${next.name}, ${percent(next.chance)}` : "";
  }

  function think() {
    answer.replaceChildren(Object.assign(document.createElement("span"), { className: "thinks", textContent: `${data.model} is thinking` }));
  }

  function row(index, picture) {
    const box = document.createElement("div");
    box.className = "tools";
    const doing = [["Leave it out", () => leave(index, true)]];
    if (picture.given && !data.photos) doing.push(["Another drawing of it", () => tell({ what: "swap", index })]);
    box.append(...doing.map(([words, does]) => Object.assign(document.createElement("button"), { type: "button", textContent: words, onclick: does })));
    return box;
  }

  // Its name, and its class where the name does not give it away.
  const titled = ({ name, class: c }) => (name.startsWith(className(c)) ? name : `${name}, shown as ${className(c)}`);

  function shown(source, words) {
    const figure = document.createElement("figure"), box = document.createElement("div"), caption = document.createElement("figcaption");
    box.className = "box";
    box.append(image(source));
    caption.textContent = words;
    figure.append(box, caption);
    return figure;
  }

  least.querySelector("input").oninput = (event) => {
    sought = Number(event.target.value);
    least.querySelector("b").textContent = atLeast();
    controls();
    drawLines();
    tell({ what: "least", least: sought, live: true });
  };
  least.querySelector("input").onchange = () => tell({ what: "least", least: sought });

  function readTo(at) {
    step = at;
    steps.querySelector("input").value = step;
    targets();
    describe();
    frameId ||= requestAnimationFrame(move);
  }
  steps.querySelector("input").oninput = (event) => { clearInterval(reads); readTo(Number(event.target.value)); };
  steps.querySelector("input").onchange = () => tell({ what: "step", step });
  steps.querySelector(".play").onclick = () => {
    clearInterval(reads);
    readTo(1);
    reads = setInterval(() => {
      if (data.steps && step <= data.steps) return readTo(step + 1);
      clearInterval(reads);
      tell({ what: "step", step });
    }, 450);
  };
  find(".shuffle").onclick = () => tell({ what: "order" });
  find(".sorted").onclick = () => tell({ what: "order", seed: 0 });

  const watcher = new ResizeObserver(() => data && layout());
  watcher.observe(host);
  const clock = setInterval(() => { // what was lost, such as by a closed socket, is sent again; the server knows its number
    if (onTheWay && performance.now() - onTheWay.at > PATIENCE) post(onTheWay.message);
  }, 1000);

  function stop() {
    watcher.disconnect();
    clearInterval(clock);
    clearInterval(reads);
    clearTimeout(slow);
    outside.stop();
    cancelAnimationFrame(frameId);
  }

  return ring;
}
