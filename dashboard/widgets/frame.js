// The frame of a page: on phones a bar with the names of all pages.

export default function ({ parentElement, data, setTriggerValue }) {
  const bar = parentElement.querySelector(".pnzoo-tabs");
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
