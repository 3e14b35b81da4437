// What each learned action does: its nine weights, and the cells of the map in which it is the best. Point at an action
// and its cells light up; point at a cell and its action does.

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".moves"), make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name ?? "", textContent: text ?? "" });
  const made = JSON.stringify(data);
  if (box.made === made) return;
  box.made = made;
  for (const [name, colour] of Object.entries(data.colours)) box.style.setProperty(`--${name}`, colour);
  const area = make("div", "area"), left = make("div"), right = make("div"), say = make("p", "say"), kernels = make("div", "kernels");
  say.setAttribute("role", "status");
  const { rows, cols } = data, cells = data.best.map((action, i) => `<rect class="${action < 0 ? "wall" : "cell"}" data-action="${action}" x="${i % cols}" y="${Math.floor(i / cols)}" width="1" height="1"/>`);
  const [[sr, sc], [gr, gc]] = [data.start, data.goal];
  left.innerHTML = `<svg class="map" viewBox="0 0 ${cols} ${rows}" role="img" aria-label="The map: cells in which the chosen action is the best are lit">${cells.join("")}
    <g class="arrows">${data.arrows.map((d) => `<path d="${d}"/>`).join("")}</g><g class="look"></g>
    <circle cx="${sc + 0.5}" cy="${sr + 0.5}" r=".46" style="fill:var(--path);stroke:var(--ink);stroke-width:.08"/><text class="letter" x="${sc + 0.5}" y="${sr + 0.72}">S</text>
    <path d="M${gc + 0.5} ${gr - 0.1}l.6 .6l-.6 .6l-.6 -.6z" style="fill:var(--good);stroke:var(--ink);stroke-width:.08"/><text class="letter" x="${gc + 0.5}" y="${gr + 0.72}">G</text></svg>`;
  const map = left.firstChild, look = map.querySelector(".look"), squares = [...map.querySelectorAll(".cell")], arrows = [...map.querySelectorAll(".arrows path")];
  const buttons = data.actions.map((each) => {
    const button = make("button");
    button.type = "button";
    button.innerHTML = each.svg; // made by dashboard/figures, nothing of a visitor's is in it
    button.append(make("span", "", each.title));
    button.firstChild.setAttribute("aria-hidden", "true");
    button.setAttribute("aria-description", each.words);
    button.onpointerenter = (event) => { if (event.pointerType === "mouse") light(each.action); }; // a thumb that scrolls chooses nothing
    button.onfocus = button.onclick = () => light(each.action);
    kernels.append(button);
    return button;
  });
  map.onpointermove = map.onpointerdown = (event) => {
    const action = Number(event.target.dataset.action);
    if (!(action >= 0)) return;
    light(action);
    lookFrom(Number(event.target.getAttribute("y")), Number(event.target.getAttribute("x")), action);
  };
  map.onpointerleave = (event) => { if (event.pointerType === "mouse") look.innerHTML = ""; };
  const key = make("p", "key");
  key.append(make("span", "push", "━▸ where it pushes"), ...(data.another ? [", ", make("span", "move", "┅▸ the move that is made"), " where that is another"] : []), ". Stronger colour: more weight.", ...(data.twins ? [` ${data.twins}.`] : []));
  left.prepend(say);
  right.append(key, kernels, make("p", "key", data.rest));
  area.append(left, right);
  box.replaceChildren(area);
  if (data.actions.length) light(data.actions[0].action);

  // The nine cells that the best action of a cell weighs, on the map itself.
  function lookFrom(row, col, action) {
    const { weights } = data.actions.find((each) => each.action === action);
    look.innerHTML = weights.map((weight, i) => `<rect class="weight" x="${col - 1 + (i % 3)}" y="${row - 1 + Math.floor(i / 3)}" width="1" height="1" fill-opacity="${Math.abs(weight)}"/>`).join("")
      + `<rect class="nine" x="${col - 1}" y="${row - 1}" width="3" height="3"/>`;
  }

  function light(action) {
    squares.forEach((each, i) => {
      const on = Number(each.dataset.action) === action;
      each.classList.toggle("on", on);
      const other = on && data.others[Number(each.getAttribute("y")) * cols + Number(each.getAttribute("x"))] === "1";
      each.classList.toggle("other", other);
      if (arrows[i]) {
        arrows[i].classList.toggle("on", on);
        arrows[i].classList.toggle("other", other);
      }
    });
    data.actions.forEach((each, i) => {
      buttons[i].setAttribute("aria-pressed", String(each.action === action));
      if (each.action === action) say.replaceChildren(make("b", "", each.title), `: ${each.says}`);
    });
  }
}
