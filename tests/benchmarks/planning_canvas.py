"""How fast the dashboard answers to the hand, in a real browser: python -m tests.benchmarks.planning_canvas [--write]

Each part is measured by a process of its own, with servers of its own and a time bound, and kept at once. Parts can be
run singly: `--only cold_start drag`. `--write` keeps the numbers in planning_canvas.json beside this file and puts
their table into dashboard/README.md. Other work on the machine is a row's `load`, which the table shows.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pnzoo import gridworld
from tests.browser import serving
from train.readme.benchmark_tables import BENCHMARKS, canvas_table

RESULTS = BENCHMARKS / "planning_canvas.json"
PHONE_SLOWER, SESSIONS, EDITS = 4, 20, 200
PLANNERS = ("vin8", "vin16", "vin28", "vin8_paper", "vin16_paper", "vin28_paper", "vin_maze")
NAMES = ("Plan", "Inside", "Terrain", "Worlds", "Few-shot", "Photographs", "Compare", "Zoo", "Answers", "Lessons")
PATHS = ("", "inside", "terrain", "worlds", "few_shot", "photographs", "compare?maps=100", "zoo", "answers", "lessons")
BACKEND = 10  # seconds after the first page, in which the server imports its backend beside what it is asked
SERVED = "cnn16"  # a planner that the server runs

FIND = """const find = (what, root = document) => root.querySelector(what) ||
  [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(what, e.shadowRoot)).find(Boolean);
const frame = () => new Promise(requestAnimationFrame);
const canvas = find('canvas.map'), host = find('.plan');
canvas.setPointerCapture = () => {};
const send = (type, [r, c], columns) => {
  const box = canvas.getBoundingClientRect(), size = box.width / columns;
  canvas.dispatchEvent(new PointerEvent(type, {pointerId: 1, button: 0, buttons: 1, bubbles: true,
    clientX: box.x + (c + 0.5) * size, clientY: box.y + (r + 0.5) * size})); };"""
# A stroke over the map, one cell a frame: frames and plans a second.
STROKE = """async ({columns, cells}) => {
  FIND
  send('pointerdown', cells[0], columns);
  for (let i = 0; i < 5; i++) await frame();
  const plans = Number(host.dataset.plans), begin = performance.now();
  for (const cell of cells) { send('pointermove', cell, columns); await frame(); }
  const seconds = (performance.now() - begin) / 1000, made = Number(host.dataset.plans) - plans;
  send('pointerup', cells[cells.length - 1], columns);
  return {frames: cells.length / seconds, plans: made / seconds};
}""".replace("FIND", FIND)
LENS = """async ({columns, cells}) => {
  FIND
  const title = find('.lens-title'), times = [];
  for (const cell of cells) {
    const begin = performance.now();
    send('pointermove', cell, columns);
    while (!title.textContent.startsWith(`Row ${cell[0]}, column ${cell[1]}`)) await frame();
    times.push(performance.now() - begin);
  }
  return times;
}""".replace("FIND", FIND)
# A tap that draws or erases a wall, until the server's new plan is on the canvas.
EDIT = """async ({columns, cells}) => {
  FIND
  const times = [];
  for (const cell of cells) {
    const begin = performance.now(), until = begin + 20000;
    send('pointerdown', cell, columns);
    send('pointerup', cell, columns);
    do await frame(); while (host.dataset.known !== 'true' && performance.now() < until);
    times.push(performance.now() - begin);
    await new Promise((done) => setTimeout(done, 400));
  }
  return times;
}""".replace("FIND", FIND)
# When the first plan is on the canvas, by the page's own clock: whoever asks from outside waits for a busy page.
FIRST_PLAN = """(() => {
  const roots = [], attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    roots.push(root);
    return root;
  };
  const look = () => {
    if (roots.some((root) => root.querySelector('.plan[data-plans]'))) window.canvasAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
SHIFTS = """() => new Promise((done) => { let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => {
    if (each.startTime > window.canvasAt) sum += each.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300); })"""
SETTLED = """(title) => document.querySelector('h1')?.textContent !== title
  && document.body.innerText.includes('Words used here') && !document.querySelector('[data-stale=true]')
  && !document.querySelector('[data-testid=stSkeleton]')"""


def main(arguments=None):
    """Measure, print, and keep if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure")
    parser.add_argument("--write", action="store_true", help=f"keep the numbers in {RESULTS.name} and the README")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)  # one part, by the process that measures it
    options = parser.parse_args(arguments)
    if options.into:
        function, _ = PARTS[options.only[0]]
        options.into.write_text(json.dumps(function()), encoding="utf-8")
        return 0
    kept, failed = stored(), []
    for number, part in enumerate(options.only, 1):
        print(f"{number} of {len(options.only)}, {part}, at most {PARTS[part][1]} s ... ", end="", flush=True)
        begin = time.perf_counter()
        rows = measured(part)
        print(f"{time.perf_counter() - begin:.0f} s{'' if rows else ', FAILED'}", flush=True)
        if not rows:
            failed.append(part)
            continue
        kept["parts"][part] = rows
        if options.write:
            keep(kept)
    print(canvas_table(kept))
    if options.write:
        from train.readme.__main__ import main as fill

        fill([])
    return int(bool(failed))


def stored():
    """What was measured before, {"machine", "parts": {part: rows}}."""
    from tests.benchmarks.dashboard import machine

    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {"parts": {}}
    return {"machine": machine(), "parts": {part: kept["parts"][part] for part in PARTS if part in kept["parts"]}}


def keep(measured_):
    """Write the numbers, parts in their order."""
    parts = {part: measured_["parts"][part] for part in PARTS if part in measured_["parts"]}
    RESULTS.write_text(json.dumps({**measured_, "parts": parts}, indent=1) + "\n", encoding="utf-8")


def measured(part):
    """Rows of a part, by a process of its own; None where it fails or takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.json"
        process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.planning_canvas", "--only", part,
                                    "--into", str(file)], cwd=serving.ROOT)
        try:
            process.wait(PARTS[part][1])
        except BaseException as error:
            end(process)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            print("ran past its bound, ", end="")
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def end(process):
    """End a process with its browsers and servers, the youngest first."""
    with contextlib.suppress(OSError):
        for each in reversed(serving.family(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
    process.wait()


def row(what, value, unit, asked=""):
    """One measurement; `load` is how much else ran on the machine."""
    return {"what": what, "value": round(float(value), 3), "unit": unit, "asked": asked,
            "load": round(os.getloadavg()[0], 1)}


# -- the parts ----------------------------------------------------------------------------------------------


def cold_start():
    """From the start of the server's process to the drawn page."""
    seconds = []
    with serving.browser() as chrome:
        for _ in range(3):
            begin = time.perf_counter()
            with serving.server() as (address, _):
                page = new_page(chrome, {"width": 1440, "height": 900})
                page.goto(address)
                page.locator(".plan[data-plans]").wait_for()
                page.get_by_text("Words used here").wait_for()
                seconds.append(time.perf_counter() - begin)
                page.context.close()
    return [row("cold start, from the process to the drawn page: median of 3", statistics.median(seconds), "s", "5 s")]


def page_switch():
    """From the click on a page's name to the drawn page, when each was visited before."""
    found = {}
    with serving.server() as (address, _), serving.browser() as chrome:
        page = new_page(chrome, {"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(address)
        serving.settle(page)
        for _ in range(4):  # the first round compiles and draws what is drawn once
            for name in (*NAMES[1:], NAMES[0]):
                title = page.locator("h1").inner_text()
                begin = time.perf_counter()
                page.get_by_role("link", name=name, exact=True).first.click()
                page.wait_for_function(SETTLED, arg=title, polling=20)
                found.setdefault(name, []).append(time.perf_counter() - begin)
                page.wait_for_timeout(300)
    seconds = {name: statistics.median(each[1:]) for name, each in found.items()}
    slowest = max(seconds, key=seconds.get)
    return [row(f"switch to a page that was visited before: median of {len(seconds)} pages",
                statistics.median(seconds.values()), "s", "400 ms"),
            row(f"the slowest of them, {slowest}", seconds[slowest], "s", "400 ms")]


def drag():
    """Frames a second while a wall is drawn, one cell a frame, and whole plans a second."""
    small, large = open_map(28), braided(101)
    found = []
    with serving.server() as (address, _), serving.browser() as chrome:
        for name in PLANNERS:
            stroke = drawn(chrome, address, name, small, 28)
            found.append(row(f"drag on a 28x28 map, {name}", stroke["frames"], "frames/s", "30 frames/s"))
            if name == "vin28":
                found.append(row("whole plans on that drag, K = 80", stroke["plans"], "plans/s"))
        stroke = drawn(chrome, address, "vin_maze", large, 101)
    return [*found, row("drag on a 101x101 maze, vin_maze", stroke["frames"], "frames/s")]


def drawn(chrome, address, name, code, side):
    """{"frames", "plans"} a second."""
    page = opened(chrome, f"{address}/?model={name}&map={code}")
    cells = [[1 + i // (side - 3), 1 + i % (side - 3)] for i in range(120)]
    stroke = page.evaluate(STROKE, {"columns": side, "cells": cells})
    page.context.close()
    return stroke


def server_edit():
    """A wall, until what the server planned is on the canvas: a planner that does not run in the page."""
    with serving.server() as (address, _), serving.browser() as chrome:
        page = opened(chrome, f"{address}/?model={SERVED}&map={open_map(16)}")
        cells = free_cells(16, 13)
        times = page.evaluate(EDIT, {"columns": 16, "cells": cells})[1:]  # the first one compiles
        page.context.close()
    return [row(f"an edit that the server plans, {SERVED}, 16x16: median of {len(times)}",
                statistics.median(times) / 1000, "s", "100 ms")]


def one_cell():
    """A cell under the lens, and on the page Inside."""
    with serving.server() as (address, _), serving.browser() as chrome:
        page = opened(chrome, f"{address}/?model=vin16&map={open_map(16)}")
        lens = page.evaluate(LENS, {"columns": 16, "cells": [[r, c] for r in range(3, 9) for c in range(3, 9)]})
        page.context.close()
        page = new_page(chrome, {"width": 1440, "height": 900})
        page.goto(f"{address}/inside?view=cell&map={open_map(16)}")
        serving.settle(page)
        canvas, times = page.locator("canvas[aria-label^='Map of the value']"), []
        box = canvas.bounding_box()
        for r, c in free_cells(16, 9):
            begin = time.perf_counter()
            page.mouse.click(box["x"] + (c + 0.5) * box["width"] / 16, box["y"] + (r + 0.5) * box["height"] / 16)
            page.locator("b", has_text=re.compile(f"^Row {r}, column {c}$")).wait_for()
            times.append(time.perf_counter() - begin)
            page.wait_for_timeout(300)
        page.context.close()
    return [row(f"one cell under the lens, 16x16: median of {len(lens)}", statistics.median(lens) / 1000, "s",
                "60 ms"),
            row("one cell of Inside, with all numbers of its sum: median of 8", statistics.median(times[1:]), "s",
                "60 ms")]


def phone():
    """A warm server, as a phone of a slower processor sees it: the first plan, and what moves after it."""
    found = []
    with serving.server() as (address, _), serving.browser() as chrome:
        opened(chrome, address).context.close()
        time.sleep(BACKEND)
        for _ in range(3):
            page = new_page(chrome, {"width": 390, "height": 844}, has_touch=True, is_mobile=True)
            page.add_init_script(FIRST_PLAN)
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": PHONE_SLOWER})
            page.goto(address)
            page.wait_for_function("window.canvasAt")
            serving.settle(page)
            found.append((page.evaluate("window.canvasAt") / 1000, page.evaluate(SHIFTS)))
            page.context.close()
    seconds, shift = np.median(found, axis=0)
    return [row(f"first canvas on a phone of a {PHONE_SLOWER}x slower processor: median of 3", seconds, "s", "2.5 s"),
            row("layout shift after it", shift, "", "0")]


def sessions():
    """Memory of the server with many visitors at once, and after they have drawn."""
    from tests.benchmarks.dashboard import resident

    with serving.server() as (address, process), serving.browser() as chrome:
        pages = [opened(chrome, address, {"width": 800, "height": 700}) for _ in range(SESSIONS)]
        time.sleep(3)
        together = resident(process.pid)
        sizes = []
        for turn in range(2):  # the first half warms up what is compiled and cached once
            for page in pages:
                cells = free_cells(16, EDITS // SESSIONS, turn)
                page.evaluate(EDIT.replace("setTimeout(done, 400)", "setTimeout(done, 250)"),
                              {"columns": 16, "cells": cells})
            sizes.append(resident(process.pid))
        for page in pages:
            page.context.close()
    return [row(f"memory of the server, {SESSIONS} sessions at once on the first page", together, "MB", "1,200 MB"),
            row(f"after {EDITS} edits in them", sizes[0], "MB", "1,200 MB"),
            row(f"more after another {EDITS}", sizes[1] - sizes[0], "MB", "flat")]


def console():
    """Errors of the console and requests outside the server, on all pages, wide and narrow."""
    complaints, drawn_pages = [], 0
    with serving.server() as (address, _), serving.browser() as chrome:
        for size in ({"width": 1440, "height": 900}, {"width": 390, "height": 844}):
            page = new_page(chrome, size)
            serving.listen(page, complaints)
            for path in PATHS:
                page.goto(f"{address}/{path}")
                serving.settle(page)
                drawn_pages += 1
            page.context.close()
    outside = [each for each in complaints if each.startswith("asked another site")]
    for each in complaints:
        print(each, file=sys.stderr)
    return [row(f"errors of the console in {drawn_pages} page loads", len(complaints) - len(outside), "errors", "0"),
            row("requests outside the server", len(outside), "requests", "0")]


def first_load():
    """Bytes of the first page in a browser that was never here: Streamlit's own files, and all else."""
    sizes, urls = {"own": 0, "streamlit": 0}, {}
    with serving.server() as (address, _), serving.browser() as chrome:
        opened(chrome, address).context.close()
        page = new_page(chrome, {"width": 1440, "height": 900})
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.responseReceived",
                   lambda event: urls.update({event["requestId"]: event["response"]["url"]}))

        def loaded(event):
            path = urls.get(event["requestId"], "").removeprefix(address)
            own = not path.startswith(("/static/", "/?", "/_stcore/")) and path not in ("", "/")
            sizes["own" if own else "streamlit"] += event["encodedDataLength"]

        def received(event):
            answer = event["response"]
            length = len(answer["payloadData"])
            sizes["own"] += length * 3 // 4 if answer["opcode"] == 2 else length

        network.on("Network.loadingFinished", loaded)
        network.on("Network.webSocketFrameReceived", received)
        page.goto(address)
        page.locator(".plan[data-plans]").wait_for()
        serving.settle(page)
        page.wait_for_timeout(1000)
        page.context.close()
    return [row("bytes of the first load beside Streamlit's own files", sizes["own"] / 1000, "kB", "1,500 kB"),
            row("bytes of Streamlit's own files", sizes["streamlit"] / 1000, "kB")]


PARTS = {"cold_start": (cold_start, 120), "page_switch": (page_switch, 240), "drag": (drag, 240),
         "server_edit": (server_edit, 120), "one_cell": (one_cell, 120), "phone": (phone, 180),
         "sessions": (sessions, 600), "console": (console, 300), "first_load": (first_load, 90)}


# -- maps and pages -----------------------------------------------------------------------------------------


def open_map(side):
    """Open ground, as the planners of the paper were trained on."""
    walls, goal = gridworld.generate(1, side, seed=3)
    return gridworld.to_string(walls[0], gridworld.farthest_starts(walls, goal)[0], goal[0])


def free_cells(side, count, skip=0):
    """Cells of `open_map` that are neither wall nor an end, far from each other."""
    walls, start, goal = gridworld.from_string(open_map(side))
    free = [[int(r), int(c)] for r, c in np.argwhere(~walls) if (r, c) not in (tuple(start), tuple(goal))]
    order = np.random.default_rng(skip).permutation(len(free))
    return [free[i] for i in order[:count]]


def braided(side):
    """A maze with loops."""
    walls, goal = gridworld.generate_family("braided", 1, side, seed=0)
    return gridworld.to_string(walls[0], gridworld.farthest_starts(walls, goal)[0], goal[0])


def new_page(chrome, size, **options):
    """A page in a browser context of its own."""
    page = chrome.new_context(viewport=size, **options).new_page()
    page.set_default_timeout(60_000)
    return page


def opened(chrome, url, size=None):
    """A page whose canvas has planned and plays nothing."""
    page = new_page(chrome, size or {"width": 1440, "height": 900}, reduced_motion="reduce")
    page.goto(url)
    serving.settle(page)
    page.locator(".plan[data-plans]").wait_for()
    return page


if __name__ == "__main__":
    raise SystemExit(main())
