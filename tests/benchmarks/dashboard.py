"""How fast is the dashboard? python tests/benchmarks/dashboard.py [sessions]

Everything is measured in a real browser against a server of its own, and printed as a table.
"""

import re
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pnzoo import gridworld
from tests.browser import serving

SCRUB = """async () => {
  const find = (root, what) => root.querySelector(what) ||
    [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot, what)).find(Boolean);
  const slider = find(document, "input[aria-label^='Step of value']"), times = [];
  for (let k = Number(slider.max); k >= 0; k--) {
    const begin = performance.now();
    slider.value = k;
    slider.dispatchEvent(new Event('input'));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));  // until it is on the screen
    times.push(performance.now() - begin);
  }
  return times;
}"""


def main(sessions=50):
    """Measure and print."""
    rows = []
    with serving.server() as (address, process), serving.browser() as chrome:
        rows.append(("first page, cold (backend import included)", first_page(chrome, address), "6 s"))
        rows.append(("first page, warm", statistics.median(first_page(chrome, address) for _ in range(3)), "1.5 s"))
        scrub = scrub_times(chrome, address)
        rows.append(("moving K, median of the steps", statistics.median(scrub), "100 ms"))
        rows.append(("moving K, slowest step", max(scrub), "100 ms"))
        seen, server = replan_times(chrome, address)
        rows.append(("wall on a 16x16 map: new path on the screen", statistics.median(seen), ""))
        rows.append(("wall on a 16x16 map: time to plan on the server", statistics.median(server), "300 ms"))
        early, late = memory(chrome, address, process.pid, sessions)
    print("| what | measured | asked |\n|---|---|---|")
    for what, seconds, limit in rows:
        print(f"| {what} | {f'{seconds:.2f} s' if seconds >= 1 else f'{seconds * 1000:.0f} ms'} | {limit} |")
    print(f"| memory of the server after 10 sessions | {early:.0f} MB | |")
    print(f"| memory of the server after {sessions} sessions | {late:.0f} MB | caches are bounded |")


def first_page(chrome, address):
    """Seconds from typing the address to the drawn result."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(address)
    page.locator("[data-testid=stMetric]").first.wait_for(timeout=120_000)
    page.locator("canvas[aria-label^='Map editor']").wait_for(timeout=120_000)
    seconds = time.perf_counter() - begin
    serving.settle(page)
    context.close()
    return seconds


def scrub_times(chrome, address):
    """Seconds that each step of K takes to reach the screen."""
    page = chrome.new_page()
    page.goto(f"{address}/inside?step=1")
    serving.settle(page)
    times = page.evaluate(SCRUB)
    page.close()
    return [each / 1000 for each in times]


def replan_times(chrome, address, count=10):
    """Seconds from lifting the mouse to the new path, and those that planning took on the server."""
    page = chrome.new_page()
    room = gridworld.to_code(
        *gridworld.parse("\n".join(["#" * 16, "#S" + "." * 12 + "G#", *["#" + "." * 14 + "#"] * 13, "#" * 16]))
    )
    page.goto(f"{address}/?map={room}")
    serving.settle(page)
    seen, server = [], []
    canvas = page.locator("canvas[aria-label^='Map editor']")
    canvas.focus()
    for _ in range(count):  # walls down a column: each makes the way longer
        canvas.press("ArrowDown")
        before = page.url
        begin = time.perf_counter()
        canvas.press("Space")
        page.wait_for_function("before => location.href !== before", arg=before, timeout=60_000)
        seen.append(time.perf_counter() - begin)
        page.wait_for_timeout(300)
        server.append(
            int(re.search(r"Planned in (\d+) ms", page.locator("[data-testid=stMain]").inner_text())[1]) / 1000
        )
    page.close()
    return seen, server


def memory(chrome, address, pid, sessions):
    """Megabytes of the server after 10 and after all page sessions."""
    pages = ["", "inside", "inside?view=cell", "few_shot", "zoo"]
    sizes = []
    for i in range(sessions):
        context = chrome.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(f"{address}/{pages[i % len(pages)]}")
        serving.settle(page)
        context.close()
        sizes.append(resident(pid))
    return sizes[min(9, len(sizes) - 1)], sizes[-1]


def resident(pid):
    """Megabytes in memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(own[1]) / 1000 + sum(resident(int(child)) for child in children)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
