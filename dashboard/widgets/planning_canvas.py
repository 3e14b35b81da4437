"""The canvas of the page Plan: planning_canvas.js, plan_*.js, pnzoo's planner.js; its messages."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from dashboard.compute.packed import bits
from dashboard.figures import theme
from dashboard.widgets import canvas
from dashboard.widgets.map_grid import MOST_PAINTED, MOST_REWARD, read_edit, read_paint

LAYERS = ("V", "R", "P", "Q", "pi")
KEYS = ("Arrow keys move, space draws or erases a wall, S and G put start and goal, R twice fills a rectangle, + and - "
        "change the reward of a cell, 1 to 5 choose a layer, P plays, comma and full stop step, U takes back.")
MOST_RACERS = 2  # beside the page's own planner and the exact solver

_HAND = """<svg class="hand" hidden viewBox="0 0 34 34" aria-hidden="true"><path d="M10 3c2 0 3 1 3 3v9l1 0v-3c0-2 4-2
4 0v3l1 0v-2c0-2 4-2 4 0v3l1 0v-1c0-2 4-2 4 0v6c0 6-3 10-9 10-5 0-7-3-9-7l-4-7c-1-3 2-4 4-2l0 1V6c0-2 0-3 0-3z"
fill="#fff" stroke="#12161c" stroke-width="1.6" stroke-linejoin="round"/></svg>"""
_LAYERS = "".join(
    f'<button type="button" data-layer="{name}" aria-label="Layer {sign}: {words}" title="{words}">{sign} '
    f"<small>{words}</small></button>"
    for name, sign, words in (("V", "V", "value"), ("R", "R", "reward"), ("P", "P", "transition"),
                              ("Q", "Q", "actions"), ("pi", "π", "policy")))
_TOOLS = "".join(
    f'<button type="button" data-tool="{name}" title="{words}">{label}</button>'
    for name, label, words in (
        ("wall", "Walls", "Drag over cells: the first one decides whether you draw or erase"),
        ("rectangle", "Rectangle", "Drag from a corner to the opposite one"),
        ("reward", "Reward", "Drag a cell up or down: what it pays or costs to enter it"),
        ("look", "Look", "Point at a cell, or tap it to keep it under the lens"),
        ("undo", "Undo", "Take back the last change (U)")))
_HTML = f"""<div class="plan"><div class="area"><div class="stage">
<div class="board"><canvas class="map" tabindex="0" role="application"></canvas>{_HAND}</div>
<p class="sentence"></p>
<div class="film">
<button type="button" class="play" aria-label="Play">▶</button>
<button type="button" class="back" aria-label="One step back">‹</button>
<div class="scrub"><input type="range" min="0" value="0" step="1" aria-label="Step of value iteration">
<canvas class="curve" aria-hidden="true" title="How much V changed at each step"></canvas></div>
<button type="button" class="forth" aria-label="One step on">›</button>
<output title="k: how often every cell has looked at the cells around it so far"></output>
<select class="most" aria-label="K, steps ahead" title="K: how many steps it thinks ahead"></select>
<select class="speed" aria-label="Speed"><option value="0.4">slow</option><option value="1" selected>1 ×</option>
<option value="2.5">fast</option><option value="again">repeat</option></select></div>
</div><div class="side">
<div class="row tools" role="toolbar" aria-label="Tools of the map">
<span class="of">Draw</span>{_TOOLS}
<button type="button" class="fresh" title="Another random map of the chosen kind">New map</button></div>
<div class="row layers" role="group" aria-label="Layer of the map">
<span class="of">Show</span>{_LAYERS}</div><p class="about"></p>
<div class="key"><span class="low"></span><span class="ramp"></span><span class="high"></span></div>
<dl class="terms"></dl>
<section class="lens"><h2>Under the lens</h2><p class="lens-title"></p>
<div class="blocks"></div><table class="sum-rows"></table><p class="lens-sum"></p>
<div class="whatif"><label>What if it paid less or more?
<input type="range" min="-8" max="4" step="0.25" value="0" aria-label="Reward of the cell under the lens"></label>
<output></output><button type="button" hidden>As learned</button></div></section>
<section class="race"><h2>Race</h2><ul class="racers"></ul><div class="row">
<button type="button" class="start-race">Start the race</button>
<button type="button" class="break" hidden></button>
<select class="entrant" aria-label="Add a planner to the race"></select></div>
<p class="rival"></p></section>
<details class="keys"><summary>Keyboard</summary>{KEYS}</details>
</div></div><div class="say" role="status" aria-live="polite"></div></div>"""

_FILES = ("plan_layers", "sum_rows", "plan_lens", "plan_words", "plan_curve", "plan_film", "plan_race")
_canvas = canvas.component("planning_canvas", _HTML, before=_FILES, planning=True)


class Entry(NamedTuple):
    """A planner on the canvas.

    name:    of the entry
    rule:    its moves, as `dashboard.compute.rule` gives them
    live:    whether it runs in the page
    plain:   `pnzoo.analysis.plain_planner` of it, sent where the page has not got it yet
    policy:  int [H, W], moves on this map, of one that the server runs
    problem: why it does not plan on this map
    """

    name: str
    rule: dict
    live: bool
    plain: dict | None = None
    policy: np.ndarray | None = None
    problem: str | None = None


def draw(
    key: str, walls: np.ndarray, start, goal, model: Entry, race: list[Entry], *,
    planners: list[tuple[str, str, str]], label: str,
    on_edit: Callable[[dict], None], on_need: Callable[[list[str]], None], on_step: Callable[[int | None, int], None],
    on_layer: Callable[[str], None], on_race: Callable[[str | None, str | None], None], on_fresh: Callable[[], None],
    on_break: Callable[[], None], on_k: Callable[[int | None], None],
    on_drawn: Callable[[], None] | None = None, rival: str | None = None,
    paint=(), k: int | None = None, step: int | None = None, layer: str = "V",
    seq: int | None = None, hide=(), greet: bool = False, go: int = 0, problem: str | None = None, most_k: int = 4000,
    lesson: int | None = None, glow: str | None = None, terms: dict | None = None, hues=("path", "reacts", "third"),
) -> None:  # fmt: skip
    """Show the canvas.

    Args:
        key: of the component.
        walls, start, goal: bool [H, W], (row, col) or None.
        model, race: the planner, and those that race against it and the exact solver.
        planners: (name, group, half a line about it) of those that may be added to the race.
        label: what a screen reader says.
        on_edit: called with {"walls", "start", "goal", "paint", "seq"} after each gesture.
        on_need: called with the names of planners whose numbers the page has not got.
        on_step: called with the step where the slider came to rest, None for the last, and the first one, up to it,
            after which news of G has reached S, 0 where it has not.
        on_layer: called with one of `LAYERS`.
        on_race: called with the name to add and the name to drop.
        on_fresh: called when another random map is asked for.
        on_break: called when a map shall be found on which `rival` fails.
        on_k: called with the K that was chosen, None for as many steps as the map needs.
        on_drawn: called once the canvas shows its first plan.
        paint: [(row, col, reward)] of cells whose reward is not the learned one.
        k: steps that were asked for; None: as many as the map needs.
        step, layer: what is shown first; step None plays.
        seq: number of the edit that this map came from, None where it came from elsewhere.
        hide: what is not drawn, "best" and "moves".
        greet: whether the hand shows what can be done.
        go: a new number starts the race.
        problem: why nothing is planned here.
        most_k: bound of K.
        lesson: number of the lesson whose strip stands above, which needs room.
        glow: selector of the control that is asked for.
        terms: words of the lesson, with what they mean.
        hues: colour of each planner, the model first, as `theme.of_models` has them.
    """
    height, width = walls.shape
    map_code = f"{height}x{width}:{_index(start, width)}:{_index(goal, width)}:{bits(walls)}"
    data = {
        "rows": height, "cols": width, "walls": bits(walls), "start": _pair(start), "goal": _pair(goal),
        "map": map_code, "model": _sent(model, map_code), "policy": _sent(model, map_code)["policy"],
        "policyOf": map_code, "race": [_sent(each, map_code) for each in race], "planners": planners, "label": label,
        "paint": [[int(r), int(c), float(v)] for r, c, v in paint], "k": k, "step": step, "layer": layer, "seq": seq,
        "hide": list(hide), "greet": greet, "go": go, "tell": on_drawn is not None, "problem": problem,
        "mostK": most_k, "mostReward": MOST_REWARD, "mostPainted": MOST_PAINTED,
        "vStops": theme.stops(theme.VALUE_SCALE), "rStops": theme.stops(theme.REWARD_SCALE),
        "rStopsDark": theme.stops(theme.REWARD_SCALE_DARK),
        "hues": list(hues), "id": model.name, "rival": rival,
        "lesson": lesson, "glow": glow, "terms": terms or {},
    }  # fmt: skip

    def told(name, read, then):
        def changed():
            message = getattr(st.session_state.get(key), name, None)
            if (value := read(message)) is not None:
                then(*value)

        return changed

    _canvas(
        key=key, data=data,
        on_edit_change=told("edit", lambda message: (message,) if isinstance(message, dict) else None, on_edit),
        on_need_change=told("need", _read_names, on_need), on_step_change=told("step", _read_step, on_step),
        on_break_change=told("break", lambda message: () if type(message) is int else None, on_break),
        on_drawn_change=told("drawn", lambda message: () if on_drawn and message is True else None, on_drawn),
        on_most_change=told("most", lambda message: _read_k(message, most_k), on_k),
        on_fresh_change=told("fresh", lambda message: () if type(message) is int else None, on_fresh),
        on_look_change=told("look", _read_layer, on_layer), on_race_change=told("race", _read_race, on_race),
    )  # fmt: skip


def read_change(message: dict, shape: tuple[int, int]):
    """What an edit says: (walls, start, goal, paint), or None where it is not one of this map."""
    edit = read_edit(message, shape)
    if edit is None:
        return None
    return (*edit, read_paint({"cells": message.get("paint")}, shape) or [])


def _read_names(message: Any):
    names = message.get("names") if isinstance(message, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) and len(name) < 80 for name in names):
        return None
    return (names[:8],)


def _read_step(message: Any):
    if not isinstance(message, dict):
        return None
    k, heard = message.get("k", ""), message.get("heard")
    steps = [heard] if k is None else [k, heard]
    return (k, heard) if all(type(each) is int and 0 <= each < 10**6 for each in steps) else None


def _read_k(message: Any, most: int):
    k = message.get("k", 0) if isinstance(message, dict) else 0
    return (k,) if k is None or (type(k) is int and 1 <= k <= most) else None


def _read_layer(message: Any):
    layer = message.get("layer") if isinstance(message, dict) else None
    return (layer,) if layer in LAYERS else None


def _read_race(message: Any):
    if not isinstance(message, dict):
        return None
    pair = tuple(message.get(name) for name in ("add", "drop"))
    return pair if all(name is None or isinstance(name, str) for name in pair) else None


def _sent(entry, map_code):
    moves = None if entry.policy is None else "".join(map(str, entry.policy.ravel()))
    return {"name": entry.name, "live": entry.live, "rule": entry.rule, "plain": entry.plain, "policy": moves,
            "policyOf": map_code, "problem": entry.problem}


def _index(cell, width):
    return -1 if cell is None else int(cell[0]) * width + int(cell[1])


def _pair(cell):
    return None if cell is None else [int(x) for x in cell]
