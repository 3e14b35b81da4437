// Loads the networks, opens a tab, and says where the weights come from.

import { startMap } from "./map.js";
import { loadModel } from "./model.js";
import { startPad } from "./pad.js";
import { loadPlanner } from "./planning.js";

const tabs = [...document.querySelectorAll("[role=tab]")];

function open(tab, focus = false) {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", chosen);
    each.tabIndex = chosen ? 0 : -1;
    document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
  window.dispatchEvent(new Event("resize")); // a canvas that was hidden has no size
}

for (const tab of tabs) {
  tab.onclick = () => { open(tab); history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`); };
  tab.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) open(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], true);
  };
}

async function start() {
  const trouble = document.getElementById("trouble");
  try {
    const site = await (await fetch("site.json")).json();
    const [matcher, ...models] = await Promise.all([loadModel(site.matcher), ...site.planners.map(loadPlanner)]);
    globalThis.pnzoo = { map: startMap(models), pad: startPad(matcher, site.examples) }; // to look inside, and for tests
    document.getElementById("about").textContent =
      `${[...site.planners, site.matcher].join(", ")} of pnzoo ${site.version}, MIT. Weights and code: `
      + `${Math.round(site.bytes / 1000)} kB.`;
    trouble.hidden = true;
    open(tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash) ?? tabs[0]);
  } catch (error) {
    trouble.textContent = `The networks cannot be loaded: ${error.message}.`;
    throw error;
  }
}

start();
