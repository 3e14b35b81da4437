"""What each learned action does, and where on the map it is the best (learned_moves.js)."""

import numpy as np

from dashboard.figures import planning_svg, theme
from dashboard.widgets import canvas
from pnzoo import analysis, gridworld

_moves = canvas.component("learned_moves", '<div class="moves"></div>', drawing=False)


def show(key: str, trace, walls: np.ndarray, start, goal, dark: bool) -> None:
    """Show the actions that are the best somewhere.

    Args:
        key: of the component.
        trace: `pnzoo.Trace`.
        walls, start, goal: the map.
        dark: theme.
    """
    usage, weights = analysis.action_usage(trace, walls), analysis.mean_kernels(trace, walls)
    pushes, look = analysis.displacement(weights), theme.of(dark)
    used = [int(a) for a in np.argsort(-usage.frequency, kind="stable") if usage.frequency[a]]
    best = np.where(walls, -1, trace.greedy[-1])
    idle = len(weights) - len(used)
    rest = f"{idle} more of its {len(weights)} actions are the best in no cell of this map." if idle else ""
    _moves(key=key, data={
        "rows": walls.shape[0], "cols": walls.shape[1], "start": [int(x) for x in start],
        "goal": [int(x) for x in goal], "best": best.ravel().tolist(), "rest": rest,
        "colours": {name: getattr(look, name) for name in ("floor", "wall", "ink", "edge", "path", "good", "move")},
        "actions": [action(a, usage, weights[a], pushes[a], dark) for a in used],
    })


def action(number, usage, weights, push, dark):
    """What the component shows of an action that is the best somewhere."""
    move = int(usage.move[number])
    name, share = gridworld.MOVE_NAMES[move], usage.frequency[number]
    says = (f"lit is where it is the best. {usage.probability_mass[number]:.0%} of its weight lies on the cell {name}; "
            f"the agent moves there from {usage.agreement[number]:.0%} of the lit cells.")
    return {"action": number, "title": f"{name} · best in {share:.0%}", "says": says,
            "words": f"Action {number}, {name}: {says}", "svg": planning_svg.kernel(weights, push, move, dark)}
