"""What the canvases of a trace play, packed for the page: all steps (animation.js), one cell (cell_view.js)."""

import hashlib

import numpy as np

from dashboard.compute.packed import base64_of, bits
from dashboard.figures import planning as planning_figures
from dashboard.figures import q_curves_svg, theme
from pnzoo import analysis, gridworld

SEES = 2  # cells beyond a step from which R and P may know of the goal
FENCE = 100  # times the most that free cells cost: more is the price of a wall by design, not something learned
MOST_COLOURS = 200_000  # of cells in all frames of the map
GREYS = {False: [[238, 241, 245], [29, 39, 51]], True: [[38, 46, 57], [232, 236, 241]]}


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
    values = base64_of(np.round(share * 65535).astype("<u2"))
    top = planning_figures.reward_end(trace)
    largest, mean = ([float(f"{x:.4g}") for x in each] for each in change)
    return {"rows": walls.shape[0], "cols": walls.shape[1], "walls": bits(walls), "start": [int(x) for x in start],
            "goal": [int(x) for x in goal], "steps": steps, "values": values, "vRange": [low, high],
            "vBest": best_values(trace.values, cells),
            "push": base64_of(np.round(push * 127).astype("i1")),
            "reward": [round(float(x), 3) for x in trace.reward.ravel()], "rRange": [-top, top],
            "rSeen": planning_figures.reward_seen(trace), "rSaid": reward_in_words(trace, walls, goal, sign),
            "rStops": theme.stops(theme.reward_scale(sign)),
            "rStopsDark": theme.stops(theme.reward_scale(sign, dark=True)), "vStops": theme.stops(theme.VALUE_SCALE),
            "largest": largest, "mean": mean, "last": int(steps[-1]),
            "settled": np.where(cells, settled, -1).ravel().tolist(),
            "early": bits(before_news(settled, walls, goal)),
            "id": hashlib.sha256((values + bits(walls)).encode()).hexdigest()[:16]}


def best_values(values, cells):
    """V of the best cell at each step, which the colours of that step are measured from: [K]."""
    best = values[:, cells].max(axis=1) if cells.any() else np.zeros(len(values))
    return [round(float(each), 3) for each in best]


def before_news(settled, walls, goal):
    """The cells whose move was final before anything of the goal could come to them: bool [H, W].

    News travels a cell a step, and R and P see a cell or two further; no path has fewer moves than its length by the
    length of a diagonal move.
    """
    return (settled + SEES) * np.sqrt(2) < gridworld.distances(walls, goal)


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


def map_data(values, behind, cells, walls, start, goal, k) -> dict:
    """What the component's map needs, the same for every cell: V of all steps, a byte each.

    Args:
        values: [K + 1, H, W], V of every step.
        behind: [K + 1, H, W], `pnzoo.analysis.value_gap(trace, cells)`.
        cells: bool [H, W], those that the colours of V must tell apart.
        walls, start, goal: the map.
        k: the last step.
    """
    low, _ = planning_figures.value_range(behind, cells, k)
    frames = sorted({round(x) for x in np.linspace(0, k, max(2, min(k + 1, MOST_COLOURS // walls.size)))})
    share = np.clip(1 - behind[frames] / low, 0, 1)
    return {"rows": walls.shape[0], "cols": walls.shape[1], "walls": bits(walls), "last": k,
            "start": [int(x) for x in start], "goal": [int(x) for x in goal], "frames": frames, "low": low,
            "vBest": best_values(values, cells),
            "values": base64_of(np.round(share * 255).astype("u1")),
            "vStops": theme.stops(theme.VALUE_SCALE)}


def cell_data(model, trace, walls, cell, moves, sign, dark, plain=None) -> dict:
    """The backups of one cell in steps 1 ... K.

    Args:
        model, trace: the planner and what it computed.
        walls: bool [H, W].
        cell: (row, col) inside the rim.
        moves: int [A], index of the move that an action stands for, -1 for none.
        sign: of the network's reward.
        dark: theme.
        plain: `pnzoo.analysis.plain_planner` of a planner that runs in the page, which then needs no numbers of the
            cell.

    Raises:
        ValueError: the trace does not hold P of every step.
    """
    history = analysis.q_history(model, trace, cell)[:-1]
    best, values = history.argmax(axis=1), trace.values[1:, *cell]
    names = [gridworld.MOVE_NAMES[move] if move >= 0 else f"action {action}"
             for action, move in enumerate(moves)]
    return {
        "cell": [int(x) for x in cell], "names": names, "best": best.tolist(), "actions": history.shape[1],
        "fence": FENCE * max(planning_figures.reward_top(trace, walls), 1.0),
        "rMost": planning_figures.reward_end(trace), "rStops": theme.stops(theme.reward_scale(sign, dark)),
        "signed": theme.stops(theme.REWARD_SCALE_DARK if dark else theme.REWARD_SCALE), "greys": GREYS[dark],
        "plain": plain, "numbers": None if plain else numbers_of(model, trace, cell, history),
        "ends": bool((np.abs(history.max(axis=1) - values) > 0.01 * (1 + np.abs(values))).any()),
        "curves": q_curves_svg.q_curves(history, moves, dark),
        "plot": [q_curves_svg.LEFT, q_curves_svg.WIDTH - q_curves_svg.RIGHT, q_curves_svg.WIDTH],
        "words": f"After step {len(history)} action {best[-1]} is the best, for the move {names[best[-1]]}; it is so "
                 f"since step {q_curves_svg.best_since(history)}.",
    }


def numbers_of(model, trace, cell, history):
    """All numbers of the backups of a cell, for a planner that the page cannot run."""
    steps, block = len(history), np.s_[:, cell[0] - 1 : cell[0] + 2, cell[1] - 1 : cell[1] + 2]
    copies = [1] if model.value_iteration.tied else range(1, steps + 1)
    each = [analysis.backup(model, trace, cell, k) for k in copies]
    return {
        "q": _short(history.max(axis=1)), "reward": _short(each[0].reward),
        "value": [_short(value) for value in trace.values[block][:-1]], "bias": [_short(one.bias) for one in each],
        "kernel": [[_short(kernel, 4) for kernel in one.kernel] for one in each],
        "rewardKernel": None if each[0].reward_kernel is None else
                        [[_short(kernel, 4) for kernel in one.reward_kernel] for one in each],
    }


def _short(numbers, digits=3):
    return [round(float(each), digits) for each in np.ravel(numbers)]
