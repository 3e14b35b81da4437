// One cell's backup as a sum that is read across: P x (R + V before) + b = Q. Point at one of the nine cells: it is
// framed in every part; else the cell of the largest weight is.

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".backup"), row = document.createElement("div");
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name, textContent: text });
  row.className = "sum";
  for (const part of data.parts) {
    if (typeof part === "string") { row.append(make("span", "op", part)); continue; }
    const whole = make("div", "part", ""), nine = make("div", "nine", "");
    part.cells.forEach(([text, back, ink]) => {
      const cell = make("i", "", text);
      cell.style.background = back;
      cell.style.color = ink;
      nine.append(cell, " ");
    });
    whole.append(make("b", "", part.name), " ", nine);
    row.append(whole);
  }
  const answer = make("div", "part answer", "");
  answer.append(make("b", "", "Q"), " ", make("strong", "", data.answer));
  row.append(answer);
  const frame = (at) => row.querySelectorAll(".nine").forEach((nine) => [...nine.children].forEach((cell, j) => cell.classList.toggle("top", j === at)));
  row.onpointerover = row.onpointerdown = (event) => { if (event.target.matches("i")) frame([...event.target.parentElement.children].indexOf(event.target)); };
  row.onpointerleave = () => frame(data.top);
  box.classList.toggle("four", data.parts.filter((part) => part.cells).length > 3);
  box.replaceChildren(row);
  frame(data.top);
}
