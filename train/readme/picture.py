"""Draw how value spreads from the goal while a network plans: the picture at the top of README.

    python -m train.readme.picture [--model vin16] [--map FILE] [--steps 1 4 8 16 32] [--to FILE.svg]

Each panel is V_k of one map, in a colour scale of its own: cells that know the way are bright, and those that the
goal has not reached in k steps are all equally dark. The last panel also has the path that the final policy takes.
"""

import argparse
import io
import re
from pathlib import Path

import numpy as np

import pnzoo
from pnzoo import gridworld
from pnzoo.models.planning.value_planner import ValuePlanner

PICTURE = Path(__file__).parents[2] / "dashboard" / "screenshots" / "values.svg"
STEPS = (1, 4, 8, 16, 32)
MAP = """
################
#..............#
#..####.######.#
#..#.........#.#
#..#.###.###.#.#
#..#.#.....#.#.#
#....#.###.#...#
#..#.#.#G..#.#.#
#..#.#.#####.#.#
#..#.#.......#.#
#..#.#########.#
#..#...........#
#..######.######
#..............#
#......S.......#
################
"""
# The page behind may be white or black: walls and captions are greys that stand out on both.
WALL, CAPTION, INK, GOAL = "#a3adba", "#76808d", "#14213d", "#f0562b"
# From dark blue to yellow, brighter at each point, so that the order needs no colour vision.
COLOURS = ("#0f1b42", "#244b80", "#21858d", "#5ebe6c", "#bcdf3c", "#feec50")
STYLE = {"svg.fonttype": "none", "svg.hashsalt": "pnzoo", "font.family": "sans-serif",
         "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"], "font.size": 9.5, "text.color": CAPTION}


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="vin16", help="a Value Iteration Network: an entry of the zoo, or a folder")
    parser.add_argument("--map", type=Path, help="a text file with S and G; by default the map in this file")
    parser.add_argument("--steps", type=int, nargs="+", default=STEPS, help="the k of each panel, in rising order")
    parser.add_argument("--to", type=Path, default=PICTURE)
    options = parser.parse_args(arguments)
    steps = list(options.steps)
    if min(steps) < 1 or steps != sorted(set(steps)):
        parser.error(f"--steps takes whole numbers >= 1 in rising order, such as 1 4 8 16; got {steps}")
    try:
        walls, start, goal = gridworld.parse(options.map.read_text(encoding="utf-8") if options.map else MAP)
        model = pnzoo.load(options.model)
    except (OSError, ValueError) as wrong:
        parser.error(str(wrong))
    if start is None or goal is None:
        parser.error("the map needs an S and a G")
    if not isinstance(model, ValuePlanner):
        parser.error(f"{options.model} does not plan by value iteration; take a vin, such as vin16")
    model = pnzoo.load(options.model, k=steps[-1])
    values = model.trace(walls, goal).values[steps]
    plan = model.plan(walls, start, goal)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(picture(walls, start, goal, values, steps, plan), encoding="utf-8")
    print(f"wrote {options.to.name}: {plan.reason}, {len(plan.actions)} moves")


def picture(walls, start, goal, values, steps, plan):
    """The whole picture as SVG text: a panel for each of values [N, H, W], and the plan over the last."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    height, width = walls.shape
    with matplotlib.rc_context(STYLE):
        size = (2.3 * len(steps), 2 * height / width + 0.3)
        drawing, panels = pyplot.subplots(1, len(steps), figsize=size, squeeze=False, gridspec_kw={"wspace": 0.08})
        for axes, k, value in zip(panels[0], steps, values, strict=True):
            panel(axes, walls, start, goal, value)
            axes.set_title(f"k = {k}", y=-0.14, va="baseline", fontsize=9.5)
        last = panels[0, -1]
        if plan.reached:
            draw_path(last, plan.path, 130 / width)
        last.set_title(f"k = {steps[-1]}: " + (f"the path, {len(plan.actions)} moves" if plan.reached else "no path"),
                       y=-0.14, va="baseline", fontsize=9.5)
        text = io.StringIO()
        metadata = {"Date": None, "Creator": None}
        drawing.savefig(text, format="svg", transparent=True, dpi=300, metadata=metadata, bbox_inches="tight")
        pyplot.close(drawing)
    return re.sub(r"[ \t]+$", "", text.getvalue(), flags=re.MULTILINE)


def panel(axes, walls, start, goal, value):
    """V of the free cells, walls in grey, the start as a white disc and the goal as a red one."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("value", COLOURS).with_extremes(bad=WALL)
    axes.imshow(np.where(walls, np.nan, value), cmap=colours)
    axes.set_axis_off()
    size = 115 / walls.shape[1]
    for (row, col), fill, edge in ((start, "white", INK), (goal, GOAL, "white")):
        axes.plot(col, row, "o", markersize=size, color=fill, markeredgecolor=edge, markeredgewidth=size / 5, zorder=3)


def draw_path(axes, path, size):
    """A path of cells as a white line through their middles, with a dark edge that bright cells need."""
    rows, columns = np.transpose(path)
    for colour, width in ((INK, 0.5), ("white", 0.26)):
        axes.plot(columns, rows, color=colour, linewidth=size * width, solid_capstyle="round",
                  solid_joinstyle="round", zorder=2)


if __name__ == "__main__":
    main()
