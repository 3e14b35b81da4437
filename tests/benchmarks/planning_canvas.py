"""How fast the planning canvas answers to the hand: rows of tests.benchmarks.dashboard, in a real browser.

python -m tests.benchmarks.planning_canvas [--write] measures them alone and puts them into dashboard.json.
"""

import argparse
import json
import os
import time

import numpy as np

from pnzoo import gridworld
from tests.browser import serving
from train.readme.benchmark_tables import BENCHMARKS, dashboard_table

RESULTS = BENCHMARKS / "dashboard.json"
MARK = "canvas: "  # how the rows begin
PHONE_SLOWER = 4

FIND = """const find = (what, root = document) => root.querySelector(what) ||
  [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(what, e.shadowRoot)).find(Boolean);
const frame = () => new Promise(requestAnimationFrame);"""
# A stroke over the map, one cell a frame: frames and plans a second, and what a frame takes of the processor.
STROKE = """async ({columns, cells}) => {
  FIND
  const canvas = find('canvas.map'), host = find('.plan');
  const box = canvas.getBoundingClientRect(), size = box.width / columns;
  canvas.setPointerCapture = () => {};
  const send = (type, [r, c]) => canvas.dispatchEvent(new PointerEvent(type, {pointerId: 1, button: 0, buttons: 1,
    bubbles: true, clientX: box.x + (c + 0.5) * size, clientY: box.y + (r + 0.5) * size}));
  send('pointerdown', cells[0]);
  for (let i = 0; i < 5; i++) await frame();
  const plans = Number(host.dataset.plans), begin = performance.now();
  for (const cell of cells) { send('pointermove', cell); await frame(); }
  const seconds = (performance.now() - begin) / 1000, made = Number(host.dataset.plans) - plans;
  send('pointerup', cells[cells.length - 1]);
  return {frames: cells.length / seconds, plans: made / seconds};
}""".replace("FIND", FIND)
LENS = """async ({columns, cells}) => {
  FIND
  const canvas = find('canvas.map'), title = find('.lens-title');
  const box = canvas.getBoundingClientRect(), size = box.width / columns;
  const times = [];
  for (const [r, c] of cells) {
    const begin = performance.now();
    canvas.dispatchEvent(new PointerEvent('pointermove', {bubbles: true,
      clientX: box.x + (c + 0.5) * size, clientY: box.y + (r + 0.5) * size}));
    while (!title.textContent.startsWith(`Row ${r}, column ${c}`)) await frame();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}""".replace("FIND", FIND)
SHIFTS = """() => new Promise((done) => { let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => {
    if (each.startTime > window.canvasAt) sum += each.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300); })"""


def main(arguments=None):
    """Measure, print, and keep if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"keep the numbers in {RESULTS.name}")
    options = parser.parse_args(arguments)
    with serving.server() as (address, _), serving.browser() as chrome:
        measured = json.loads(RESULTS.read_text(encoding="utf-8"))
        others = [row for row in measured["rows"] if not row["what"].startswith(MARK)]
        measured["rows"] = [*others, *rows(chrome, address)]
    print(dashboard_table(measured))
    if options.write:
        RESULTS.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def rows(chrome, address):
    """List of {"what", "value", "unit", "asked"}."""
    busy = f", load {os.getloadavg()[0]:.0f}" if os.getloadavg()[0] > 2 else ""
    small, large = open_map(28), braided(101)
    strokes = {}
    for name, code, side in (("vin28", small, 28), ("vin28_paper", small, 28), ("vin_maze", large, 101)):
        page = opened(chrome, f"{address}/?model={name}&map={code}")
        cells = [[1 + i // (side - 3), 1 + i % (side - 3)] for i in range(120)]
        strokes[name] = page.evaluate(STROKE, {"columns": side, "cells": cells})
        page.context.close()
    page = opened(chrome, f"{address}/?model=vin16&map={open_map(16)}")
    lens = page.evaluate(LENS, {"columns": 16, "cells": [[r, c] for r in range(3, 9) for c in range(3, 9)]})
    page.context.close()
    first, shift = phone(chrome, address)
    return [
        _row(f"drag on a 28x28 map, vin28{busy}", strokes["vin28"]["frames"], "frames/s", "30 frames/s"),
        _row(f"whole plans on that drag, K = 80{busy}", strokes["vin28"]["plans"], "plans/s", ""),
        _row(f"drag on a 28x28 map, vin28_paper{busy}", strokes["vin28_paper"]["frames"], "frames/s", "30 frames/s"),
        _row(f"drag on a 101x101 maze, vin_maze{busy}", strokes["vin_maze"]["frames"], "frames/s", ""),
        _row(f"one cell under the lens, 16x16{busy}", lens / 1000, "s", "60 ms"),
        _row(f"first canvas on a phone of a {PHONE_SLOWER}x slower processor{busy}", first, "s", "2.5 s"),
        _row("layout shift after it", shift, "", "0"),
    ]


def _row(what, value, unit, asked):
    return {"what": MARK + what, "value": round(value, 3), "unit": unit, "asked": asked}


def open_map(side):
    """Open ground, as the planners of the paper were trained on."""
    walls, goal = gridworld.generate(1, side, seed=3)
    return gridworld.to_string(walls[0], gridworld.farthest_starts(walls, goal)[0], goal[0])


def braided(side):
    """A maze with loops."""
    walls, goal = gridworld.generate_family("braided", 1, side, seed=0)
    return gridworld.to_string(walls[0], gridworld.farthest_starts(walls, goal)[0], goal[0])


def opened(chrome, url):
    """A page whose canvas has planned and plays nothing."""
    page = chrome.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    page.set_default_timeout(serving.PATIENCE)
    page.goto(url)
    serving.settle(page)
    page.locator(".plan[data-plans]").wait_for()
    return page


def phone(chrome, address):
    """(seconds until the first canvas is drawn, layout shift after it) on a warm server, as a phone would see it."""
    found = []
    for _ in range(3):
        context = chrome.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        page = context.new_page()
        page.set_default_timeout(serving.PATIENCE)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": PHONE_SLOWER})
        begin = time.perf_counter()
        page.goto(address)
        page.locator(".plan[data-plans]").wait_for()
        seconds = time.perf_counter() - begin
        page.evaluate("() => { window.canvasAt = performance.now(); }")
        serving.settle(page)
        found.append((seconds, page.evaluate(SHIFTS)))
        context.close()
    return np.median([each[0] for each in found]), np.median([each[1] for each in found])


if __name__ == "__main__":
    main()
