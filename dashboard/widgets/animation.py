"""R, P and V step by step: an animation that runs in the page (animation.js)."""

import base64
import hashlib
from collections.abc import Callable

import numpy as np
import streamlit as st

from dashboard.figures import planning as planning_figures
from dashboard.figures import theme
from dashboard.widgets import canvas
from dashboard.widgets.map_grid import bits

_PANEL = """<figure class="{0}"><figcaption><b>{1}</b>: {2}<small>{3}</small></figcaption>
<canvas data-panel="{0}" tabindex="0" role="img" aria-label="Map of {1}: {2}. Arrow keys read the cells."></canvas>
<div class="key" data-panel="{0}">{4}</div></figure>"""
_KEY = ('<span class="low"></span><span class="ramp"></span><span class="high"></span>'
        '<span class="marks"></span>')
_WAVE_KEY = """<span class="low">step 0</span><span class="ramp"><i class="here"></i></span><span class="high"></span>
<span class="marks"><span><i class="now"></i> this step</span> <span><i class="open"></i> not yet</span>
<span><i class="early"></i> a guess before news of G, that held</span></span>"""
_HTML = f"""<div class="animation"><div class="panels">
{_PANEL.format("R", "R", "the reward it sees", "", _KEY)}
{_PANEL.format("P", "P", "what it does there", "where each cell's best action pushes", "")}
{_PANEL.format("V", "V", "how good each cell is", "bright is near the best cell", _KEY)}
{_PANEL.format("wave", "The wave", "which moves are final", "", _WAVE_KEY)}
</div>
<div class="control"><button type="button" class="play" aria-label="Play">▶</button>
<button type="button" class="back" aria-label="One step back">‹</button>
<button type="button" class="forth" aria-label="One step on">›</button><output></output>
<div class="say" role="status" aria-live="polite"></div>
<select aria-label="Speed"><option value="0.4">slow</option><option value="1" selected>1 ×</option>
<option value="2.5">fast</option></select>
<button type="button" class="loop" aria-label="Repeat" aria-pressed="false">⟳</button>
<input type="range" min="0" value="0" step="1" aria-label="Step of value iteration"></div>
<figure class="below"><canvas data-panel="change" role="img"></canvas>
<figcaption><b>How much V still changes</b>: <span class="largest">━ largest</span> <span class="mean">┅ mean</span>
<span class="read"></span></figcaption></figure></div>"""

SEES = 2  # cells beyond a step from which R and P may know of the goal
_animation = canvas.component("animation", _HTML)


def draw(key: str, data: dict, *, step: int | None, on_step: Callable[[int], None]) -> None:
    """Show a trace.

    Args:
        key: of the component.
        data: what `animation_data` returned.
        step: the step shown first; None plays all of them once.
        on_step: called with the step where the slider came to rest.
    """
    steps = data["steps"]
    shown = steps if step is None else [s for s in steps if s <= step] or steps[:1]

    def moved():
        value = getattr(st.session_state.get(key), "step", None)
        if type(value) is int and 0 <= value <= steps[-1]:
            on_step(value)

    _animation(key=key, data={**data, "autoplay": step is None, "first": len(shown) - 1}, on_step_change=moved)


def animation_data(trace, behind, push, cells, walls, start, goal, steps, settled, change, sign=1):
    """What the page needs: whole numbers in base64, a few bytes a cell and step.

    Args:
        trace: `pnzoo.Trace` of F of its steps, the frames.
        behind: [F, H, W], `pnzoo.analysis.value_gap(trace, cells)`.
        push: [F, H, W, 2], `pnzoo.analysis.mean_displacement(trace)`.
        cells: bool [H, W], those that the colours of V must tell apart.
        walls, start, goal: the map.
        steps: which steps the frames are.
        settled: int [H, W], `pnzoo.analysis.convergence_step` of the whole trace.
        change: `pnzoo.analysis.value_change` of the whole trace, (largest [K], mean [K]).
        sign: `pnzoo.analysis.reward_sign` of the planner.
    """
    low, high = planning_figures.value_range(behind, cells, len(steps) - 1)
    share = np.clip((behind - low) / (high - low), 0, 1)
    values = _base64(np.round(share * 65535).astype("<u2"))
    top = planning_figures.reward_end(trace)
    largest, mean = ([float(f"{x:.4g}") for x in each] for each in change)
    return {"rows": walls.shape[0], "cols": walls.shape[1], "walls": bits(walls), "start": [int(x) for x in start],
            "goal": [int(x) for x in goal], "steps": steps, "values": values, "vRange": [low, high],
            "push": _base64(np.round(push * 127).astype("i1")),
            "reward": [round(float(x), 3) for x in trace.reward.ravel()], "rRange": [-top, top],
            "rSeen": planning_figures.reward_seen(trace), "rSaid": reward_in_words(trace, walls, goal, sign),
            "rStops": theme.stops(theme.reward_scale(sign)),
            "rStopsDark": theme.stops(theme.reward_scale(sign, dark=True)), "vStops": theme.stops(theme.VALUE_SCALE),
            "largest": largest, "mean": mean, "last": int(steps[-1]),
            "settled": np.where(cells, settled, -1).ravel().tolist(),
            "early": bits(before_news(settled, walls, goal)),
            "id": hashlib.sha256((values + bits(walls)).encode()).hexdigest()[:16]}


def before_news(settled, walls, goal):
    """The cells whose move was final before anything of the goal could come to them: bool [H, W].

    News travels a cell a step, and R and P see a cell or two further; no path has fewer moves than its length by the
    length of a diagonal move.
    """
    from pnzoo.worlds.gridworld import distances

    return (settled + SEES) * np.sqrt(2) < distances(walls, goal)


def reward_in_words(trace, walls, goal, sign) -> list[str]:
    """What the colours of R mean here, and what a free cell, a wall and the goal cost or pay."""
    gain, inner = trace.reward * (sign or 1), np.zeros_like(walls)
    inner[1:-1, 1:-1] = walls[1:-1, 1:-1]
    free = ~walls
    free[tuple(goal)] = False
    typical = {"a free cell about": free, "a wall about": inner if inner.any() else walls}
    amounts = {name: float(np.median(gain[cells])) for name, cells in typical.items() if cells.any()}
    amounts["G"] = float(gain[tuple(goal)])
    costs = [f"{name} {_amount(-each)}" for name, each in amounts.items() if each <= 0]
    pays = [f"{name} {_amount(each)}" for name, each in amounts.items() if each > 0]
    colours = [*(["orange costs"] if costs else []), *(["purple pays"] if pays else []),
               *(["here a low R pays"] if sign < 0 else [])]
    said = [f"{verb}: {', '.join(parts)}" for verb, parts in (("Costs", costs), ("Pays", pays)) if parts]
    return [", ".join(colours), ". ".join(said).replace("about ", "about\u00a0").replace("G ", "G\u00a0")]


def _amount(number):
    return f"{number:,.0f}" if abs(number) >= 100 else f"{abs(number):.2f}"


def _base64(array):
    return base64.b64encode(array.tobytes()).decode()
