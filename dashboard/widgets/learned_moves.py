"""What each learned action does, and where on the map it is the best (learned_moves.js)."""

import numpy as np

from dashboard.compute.packed import bits
from dashboard.figures import planning_svg, theme
from dashboard.widgets import canvas
from pnzoo import analysis, gridworld

_moves = canvas.component("learned_moves", '<div class="moves"></div>', drawing=False)
SURE = 0.75  # share of the weight on one cell that makes an action a move
MOST_ARROWS = 1000  # free cells of a map whose moves are drawn


def show(key: str, trace, walls: np.ndarray, start, goal, dark: bool) -> None:
    """Show the actions that are the best somewhere.

    Args:
        key: of the component.
        trace: `pnzoo.Trace`.
        walls, start, goal: the map.
        dark: theme.
    """
    usage, weights = analysis.action_usage(trace, walls), kernels(trace, walls)
    pushes, look = analysis.displacement(weights), theme.of(dark)
    used = [int(a) for a in np.argsort(-usage.frequency, kind="stable") if usage.frequency[a]]
    shares = dict(zip(used, whole_percents(usage.frequency[used]), strict=True))
    best, names = np.where(walls, -1, trace.greedy[-1]), names_of(used, usage.move)
    _moves(key=key, data={
        "rows": walls.shape[0], "cols": walls.shape[1], "start": [int(x) for x in start],
        "goal": [int(x) for x in goal], "best": best.ravel().tolist(),
        "others": bits(~walls & (usage.move[best] != trace.policy)),
        "rest": rest(len(weights) - len(used), len(weights), trace.transition.ndim != 3),
        "arrows": planning_svg.arrows(trace.policy, walls) if (~walls).sum() <= MOST_ARROWS else [],
        "twins": twins(names),
        "another": any(planning_svg.differs(pushes[a], usage.move[a]) for a in used),
        "colours": {name: getattr(look, name)
                    for name in ("floor", "wall", "ink", "edge", "path", "good", "move", "weight", "text")},
        "actions": [action(a, f"{names[a]} · best in {shares[a]}", usage, weights[a], pushes[a], dark) for a in used],
    })


def sheet(usage, weights) -> str:
    """The same kernels as markup, to keep."""
    pushes = analysis.displacement(weights)
    used = [int(a) for a in np.argsort(-usage.frequency, kind="stable") if usage.frequency[a]]
    shares = dict(zip(used, whole_percents(usage.frequency[used]), strict=True))
    shown = [action(a, f"{title} · best in {shares[a]}", usage, weights[a], pushes[a], False)
             for a, title in names_of(used, usage.move).items()]
    parts = (f'<figure style="width: 11rem; margin: 0.5rem">{each["svg"]}<figcaption>{each["title"]}</figcaption>'
             "</figure>" for each in sorted(shown, key=lambda each: used.index(each["action"])))
    return f'<h1>What its actions do</h1><div style="display: flex; flex-wrap: wrap">{"".join(parts)}</div>'


def kernels(trace, walls) -> np.ndarray:
    """The weights of each action, [A, 3, 3]: where every cell has its own, the mean over those it is the best in."""
    if trace.transition.ndim == 3:
        return trace.transition
    best = np.where(walls, -1, trace.greedy[-1])
    means = analysis.mean_kernels(trace, walls).copy()
    for action in np.unique(best[~walls]):
        means[action] = trace.transition[best == action][:, action].mean(axis=0)
    return means


def said(usage, weights) -> str:
    """How many of the actions that are used have learned one move, in a sentence."""
    used = np.flatnonzero(usage.frequency)
    sure, count = sum(share_of_move(a, usage, weights[a]) >= SURE for a in used), len(used)
    if not sure:
        return f"The {count} actions that it uses here spread their weight over several cells."
    many = f"All {count}" if sure == count else f"{sure} of the {count}"
    verb, own = ("has", "its") if sure == 1 else ("have", "their")
    return f"**{many} actions** that it uses here {verb} {SURE:.0%} or more of {own} weight on one cell: **one move**."


def share_of_move(number, usage, weights) -> float:
    """The part of an action's weights, by size, that lies on the cell of its move."""
    row, col = gridworld.MOVES[usage.move[number]] + 1
    return float(weights[row, col] / (np.abs(weights).sum() or 1.0))


def rest(idle, count, per_cell):
    """What else there is to say of the actions."""
    parts = []
    if idle:
        verb = "is" if idle == 1 else "are"
        parts.append(f"{idle} more of its {count} actions {verb} the best in no cell of this map.")
    if per_cell:
        parts.append("Every cell has a P of its own: shown is the mean over the cells in which the action is the best.")
    return " ".join(parts)


def names_of(used, moves):
    """The name of each action that is used: its move, with a letter where several have learned the same one."""
    of = {move: [a for a in used if moves[a] == move] for move in set(moves[used])}
    return {a: gridworld.MOVE_NAMES[move] + (f" {chr(97 + i)}" if len(same) > 1 else "")
            for move, same in of.items() for i, a in enumerate(same)}


def twins(names) -> str:
    """What letters behind a name mean, for the first that have some."""
    first = next((name for name in names.values() if name.endswith(" a")), "")
    return f"{first}, {first[:-1]}b: different actions that learned the same move" if first else ""


def whole_percents(shares) -> list[str]:
    """Shares in whole percents that add up to what the shares do: the largest remainders are rounded up.

    Example:
        >>> whole_percents([0.335, 0.335, 0.326, 0.004])
        ['34%', '33%', '33%', 'below 1%']
    """
    parts = 100 * np.asarray(shares, float)
    whole = np.floor(parts + 1e-9).astype(int)
    short = round(parts.sum()) - whole.sum()
    whole[np.argsort(whole - parts, kind="stable")[:short]] += 1
    return [f"{each}%" if each else "below 1%" for each in whole]


def action(number, title, usage, weights, push, dark):
    """What the component shows of an action that is the best somewhere."""
    move = int(usage.move[number])
    name, there = gridworld.MOVE_NAMES[move], share_of_move(number, usage, weights)
    says = (f"where it is lit. {there:.0%} of its weight lies on the cell {name}; the "
            f"agent moves there from {usage.agreement[number]:.0%} of the lit cells"
            + (", not from the pale ones." if usage.agreement[number] < 1 else "."))
    drawn = planning_svg.kernel(weights, push, move if planning_svg.differs(push, move) else -1, dark)
    top = float(np.abs(weights).max()) or 1.0
    return {"action": number, "title": title, "says": says,
            "weights": [round(float(each) / top, 3) for each in np.ravel(weights)],
            "words": f"Action {number}, {title}: {says}", "svg": drawn}
