// The frame of a page: skip to its content; on phones a bar with the names of all pages.

export default function ({ parentElement, data, setTriggerValue }) {
  const skip = parentElement.querySelector(".pnzoo-skip"), bar = parentElement.querySelector(".pnzoo-tabs");
  skip.onclick = (event) => {
    event.preventDefault();
    const title = document.querySelector("[data-testid=stMain] h1");
    if (!title) return;
    title.tabIndex = -1;
    title.focus();
  };
  bar.replaceChildren(...data.pages.map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    if (name === data.current) button.setAttribute("aria-current", "page");
    button.onclick = () => {
      setTriggerValue("page", name);
      document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
    };
    return button;
  }));
  const here = bar.querySelector("[aria-current]");
  if (here) bar.scrollLeft = here.offsetLeft - bar.clientWidth / 2 + here.offsetWidth / 2;
}
