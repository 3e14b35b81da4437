// How careful: a slider whose thumb stands on the curves below it. The newest value waits while one is on its way.

export default keep(".caution", makeCaution);

function makeCaution(host) {
  const [slider, output, svg, tale] = ["input", "output", "svg", ".tale"].map((name) => host.querySelector(name));
  const widget = { send: null, show, stop };
  const EDGE = 8, HIGH = 78, TOP = 26, GAP = 34; // half of the slider's thumb; a panel and what is above it
  let data = null, told = null, late = null;

  function show(next) {
    data = next;
    slider.max = data.most;
    if (told !== null && told !== data.value) return draw(); // the answer to an older one
    const wanted = Number(slider.value), waits = told !== null && wanted !== told;
    settle();
    if (waits) tell();
    else slider.value = data.value;
    draw();
  }

  function settle() {
    clearTimeout(late);
    told = null;
  }

  function tell() {
    told = Number(slider.value);
    late = setTimeout(settle, 5000);
    widget.send("caution", told);
  }

  slider.oninput = () => {
    draw();
    if (told === null) tell();
  };

  // The measured caution that is nearest.
  const nearest = (value) => data.measured.reduce((best, each, i) => (Math.abs(each - value) < Math.abs(data.measured[best] - value) ? i : best), 0);
  const percent = (share, digits) => `${(100 * share).toFixed(digits)}%`;

  function between(value, values) {
    const { measured } = data, last = measured.length - 1;
    if (value <= measured[0]) return values[0];
    if (value >= measured[last]) return values[last];
    const i = measured.findIndex((each) => each > value) - 1;
    return values[i] + ((values[i + 1] - values[i]) * (value - measured[i])) / (measured[i + 1] - measured[i]);
  }

  function draw() {
    const value = Number(slider.value), colour = palette(host), wide = host.clientWidth;
    output.textContent = value.toFixed(1);
    svg.toggleAttribute("hidden", !data.measured.length);
    svg.classList.toggle("other", data.other); // measured under another sun than this one
    if (!data.measured.length || wide < 40) return;
    const high = 2 * (TOP + HIGH) + GAP, x = (at) => EDGE + (at / data.most) * (wide - 2 * EDGE), near = nearest(value), on = data.measured[near];
    const panels = [["success_rate", "arrive", 0], ["excess_cost", "dearer than the cheapest path", 1]].map(([name, words, digits], p) => {
      const rows = data[name], low = Math.min(...rows.map((row) => row[1])), most = Math.max(...rows.map((row) => row[2])), top = p * (TOP + HIGH + GAP / 3) + TOP;
      const y = (share) => top + HIGH - ((share - low) / (most - low || 1)) * HIGH, values = rows.map((row) => row[0]);
      return `<text x="${EDGE}" y="${top - 10}"><tspan class="number">${percent(values[near], digits)}</tspan> ${words}</text>
        <path class="grid" d="M${EDGE} ${top + HIGH}H${wide - EDGE}"/>
        ${rows.map((row, i) => `<path class="spread" d="M${x(data.measured[i])} ${y(row[1])}V${y(row[2])}"/>`).join("")}
        <polyline points="${values.map((each, i) => `${x(data.measured[i])},${y(each)}`).join(" ")}"/>
        ${values.map((each, i) => `<circle class="point" r="3.5" cx="${x(data.measured[i])}" cy="${y(each)}"/>`).join("")}
        <circle class="${on === value ? "now" : "now guess"}" r="6.5" cx="${x(value)}" cy="${y(between(value, values))}"/>`;
    });
    host.style.setProperty("--curve", colour.best);
    host.style.setProperty("--now", colour.path);
    svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    svg.setAttribute("height", high);
    svg.innerHTML = `<path class="at" d="M${x(value)} 0V${high - GAP + 14}"/>${panels.join("")}${[0, 2, 4, 6, 8, 10].filter((each) => each <= data.most).map((each) =>
      `<text class="tick" x="${x(each)}" y="${high - 4}" text-anchor="${each ? (each < data.most ? "middle" : "end") : "start"}">${each}</text>`).join("")}`;
    tale.textContent = `Measured on ${data.n} places that no training saw${data.sun ? `, under the sun of its training${data.other ? ", not this one" : ""}` : ""}${on === value ? "" : `, nearest with caution ${on}`}; lines: 95% intervals.`;
    slider.setAttribute("aria-valuetext", `caution ${value}; measured with ${on}: ${percent(data.success_rate[near][0], 1)} arrive, ${percent(data.excess_cost[near][0], 2)} dearer than the cheapest path`);
  }

  const watcher = new ResizeObserver(() => data && draw());
  watcher.observe(host);

  function stop() {
    settle();
    watcher.disconnect();
  }

  return widget;
}
