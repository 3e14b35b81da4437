"""How fast is the dashboard? python -m tests.benchmarks.dashboard [--write] [--sessions 50]

Everything is measured in a real browser against servers of its own, and printed as a table. `--write` keeps the numbers
in dashboard.json beside this file; `python -m train.readme` puts them into dashboard/README.md. What answers to the
hand is measured by `tests.benchmarks.planning_canvas`.
"""

import argparse
import json
import os
import platform
import re
import statistics
import time
from pathlib import Path

import numpy as np

from pnzoo import gridworld
from tests.browser import serving
from train.readme.benchmark_tables import BENCHMARKS, dashboard_table

RESULTS = BENCHMARKS / "dashboard.json"

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
ROOM = gridworld.to_string(
    *gridworld.parse("\n".join(["#" * 16, "#S" + "." * 12 + "G#", *["#" + "." * 14 + "#"] * 13, "#" * 16]))
)



def large_maze():
    """A perfect maze of 101 x 101 cells from its upper left corner to the farthest cell."""
    walls = gridworld.generate_family("maze", 1, 101, seed=1)[0][0]
    start = tuple(np.argwhere(~walls)[0])
    far = gridworld.distances(walls, start)
    goal = np.unravel_index(np.where(np.isfinite(far), far, -1).argmax(), walls.shape)
    return gridworld.to_string(walls, start, goal)


def main(arguments=None):
    """Measure, print, and keep if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"keep the numbers in {RESULTS.name}")
    parser.add_argument("--sessions", type=int, default=50, help="page sessions of the memory's row")
    options = parser.parse_args(arguments)
    measured = {"machine": machine(), "rows": rows(options.sessions)}
    print(dashboard_table(measured))
    if options.write:
        RESULTS.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        print(f"\nkept in {RESULTS.name}; python -m train.readme puts it into dashboard/README.md")


def machine():
    """What it was measured on."""
    file = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", file.read_text()) if file.exists() else None
    return f"{os.cpu_count()} cores, {found[1] if found else platform.processor()}"


def rows(sessions):
    """List of {"what", "value", "unit", "asked"}."""
    cold, new, warm, found = [], [], [], []
    for last in (False, False, True):
        with serving.server() as (address, process), serving.browser() as chrome:
            cold += first_pages(chrome, address, 1)
            first, *again = first_pages(chrome, address, 4)
            new.append(first)
            warm += again
            if last:
                found = moving(chrome, address)
                early, late = memory(chrome, address, process.pid, sessions)
    return [
        row("first page in a new server: median of 3", statistics.median(cold), "s", "6 s"),
        row("first page after that, in a browser that was never here: median of 3", statistics.median(new), "s", ""),
        row(f"first page after that, in one that was: median of {len(warm)}", statistics.median(warm), "s", "1.5 s"),
        *found,
        row("memory of the server after 10 page sessions", early, "MB", ""),
        row(f"memory of the server after {sessions} page sessions", late, "MB", "bounded"),
    ]


def moving(chrome, address):
    """The rows that need a page that is open."""
    maze = large_maze()
    scrub, large = scrub_times(chrome, address, "step=1"), scrub_times(chrome, address, f"step=1&map={maze}")
    medians, slow = (
        [statistics.median(each) for each in zip(*replan_times(chrome, address, code, count), strict=True)]
        for code, count in ((ROOM, 10), (maze, 3)))
    return [
        row("moving K on Inside: median of the steps", statistics.median(scrub), "s", "100 ms"),
        row("moving K on Inside: slowest step", max(scrub), "s", "100 ms"),
        row("a wall on a 16x16 map: all of the server's work", medians[0], "s", "300 ms"),
        row("a wall on a 16x16 map: until the new path is on the screen", medians[1], "s", ""),
        row("moving K on a 101x101 maze: median of the steps", statistics.median(large), "s", "100 ms"),
        row("moving K on a 101x101 maze: slowest step", max(large), "s", "100 ms"),
        row("a wall on a 101x101 maze: until the new path is on the screen", slow[1], "s", ""),
    ]


def row(what, value, unit, asked):
    """One measurement; seconds to the millisecond."""
    return {"what": what, "value": round(value, 3 if unit == "s" else 0), "unit": unit, "asked": asked}


def first_pages(chrome, address, visits):
    """Seconds from typing the address to the drawn result, tab after tab in a browser that was new at first."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900})
    seconds = []
    for _ in range(visits):
        page = context.new_page()
        page.set_default_timeout(serving.PATIENCE)
        begin = time.perf_counter()
        page.goto(address)
        page.locator("[data-testid=stMetric]").first.wait_for()
        page.locator("canvas[aria-label^='Map editor']").wait_for()
        seconds.append(time.perf_counter() - begin)
        serving.settle(page)
        page.close()
    context.close()
    return seconds


def scrub_times(chrome, address, state):
    """Seconds that each step of K takes to reach the screen."""
    page = chrome.new_page()
    page.set_default_timeout(serving.PATIENCE)
    page.goto(f"{address}/inside?{state}")
    serving.settle(page)
    times = page.evaluate(SCRUB)
    page.close()
    return [each / 1000 for each in times]


def replan_times(chrome, address, code, count):
    """For each of some walls: seconds of all that the server did, and until the path was on the screen.

    The server's work lasts from the browser's message to the server's last answer.
    """
    page = chrome.new_page()
    page.set_default_timeout(serving.PATIENCE)
    sent, received = [], []
    page.on("websocket", lambda socket: (socket.on("framesent", lambda _: sent.append(time.perf_counter())),
                                         socket.on("framereceived", lambda _: received.append(time.perf_counter()))))
    page.goto(f"{address}/?map={code}")
    serving.settle(page)
    canvas = page.locator("canvas[aria-label^='Map editor']")
    canvas.focus()
    times = []
    for index in range(count + 1):  # walls down a column, each on a map that no cache holds
        canvas.press("ArrowDown")
        before = page.url
        sent.clear()
        begin = time.perf_counter()
        canvas.press("Space")
        page.wait_for_function("before => location.href !== before", arg=before)
        seen = time.perf_counter() - begin
        serving.settle(page)
        if index:  # the first one also compiles what is only compiled once
            times.append((received[-1] - sent[0], seen))
    page.close()
    return times


def memory(chrome, address, pid, sessions):
    """Megabytes of the server after 10 and after all page sessions; from the second round on, each on its own map."""
    pages = ["?", "inside?", "inside?view=cell&", "few_shot?", "zoo?"]
    walls, goal = gridworld.generate(sessions, 16, seed=4)
    sizes = []
    context = chrome.new_context(viewport={"width": 1280, "height": 900})
    for i in range(sessions):
        page = context.new_page()
        page.set_default_timeout(serving.PATIENCE)
        code = gridworld.to_string(walls[i], gridworld.farthest_starts(walls[i], goal[i]), goal[i])
        page.goto(f"{address}/{pages[i % len(pages)]}" + (f"map={code}" if i % len(pages) < 3 else f"episode={i}"))
        serving.settle(page)
        page.close()
        sizes.append(resident(pid))
    context.close()
    return sizes[min(9, len(sizes) - 1)], sizes[-1]


def resident(pid):
    """Megabytes in memory of a process and its children."""
    sizes = [re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{each}/status").read_text()) for each in serving.family(pid)]
    return sum(int(size[1]) for size in sizes) / 1000


if __name__ == "__main__":
    main()
