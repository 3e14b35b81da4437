"""Draw how value spreads from the goal while a network plans: the picture at the top of README.

    python -m train.readme.picture [--model vin16] [--map FILE] [--steps 1 4 8 16 32] [--to FILE.svg]

Each panel is V_k of one map, in a colour scale of its own: cells that know the way are bright, and those that the
goal has not reached in k steps are all equally dark. The last panel also has the path that the final policy takes.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

import pnzoo
from pnzoo import gridworld

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
WIDTH, GAP, LABEL = 160, 15, 24  # points: width of a panel, space between panels, height of a caption
# The page behind may be white or black: walls and captions are greys that stand out on both.
WALL, CAPTION, INK, GOAL = "#a3adba", "#76808d", "#14213d", "#f0562b"
# From dark blue to yellow, brighter at each point, so that the order needs no colour vision.
SCALE = np.array([(15, 27, 66), (36, 75, 128), (33, 133, 141), (94, 190, 108), (188, 223, 60), (254, 236, 80)])
SHADES = 48  # more can't be told apart, and neighbours of one shade are drawn as one


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
    if not hasattr(model, "trace"):
        parser.error(f"{options.model} does not plan by value iteration; take a vin, such as vin16")
    model = pnzoo.load(options.model, k=steps[-1])
    values = model.trace(walls, goal).values[steps]
    plan = model.plan(walls, start, goal)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(picture(walls, start, goal, values, steps, plan), encoding="utf-8")
    print(f"wrote {options.to.name}: {plan.reason}, {len(plan.actions)} moves")


def picture(walls, start, goal, values, steps, plan):
    """The whole picture as SVG text: a panel for each of values [N, H, W], and the plan over the last."""
    side = WIDTH / walls.shape[1]  # of a cell
    captions = [f"k = {k}" for k in steps]
    captions[-1] += f": the path, {len(plan.actions)} moves" if plan.reached else ": no path"
    height = walls.shape[0] * side
    whole = (len(steps) * (WIDTH + GAP) + GAP, round(height + GAP + LABEL, 2))
    body = [
        f'<g transform="translate({GAP + i * (WIDTH + GAP)} {GAP})">{cells(shades(v, ~walls), walls, side)}'
        f"{line(plan.path, side) if i == len(steps) - 1 else ''}{marks(start, goal, side)}"
        f'<text x="{WIDTH / 2:g}" y="{height + 17:g}">{caption}</text></g>'
        for i, (v, caption) in enumerate(zip(values, captions, strict=True))
    ]
    font = "font-family=\"-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\" font-size=\"12\""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole[0]} {whole[1]}" width="{whole[0]}" '
        f'height="{whole[1]}" {font} text-anchor="middle" fill="{CAPTION}">\n' + "\n".join(body) + "\n</svg>\n"
    )


def shades(values, free):
    """Colours [H, W, 3] of values [H, W], from the lowest free cell to the highest."""
    low, high = values[free].min(), values[free].max()
    place = np.round(np.clip((values - low) / max(high - low, 1e-9), 0, 1) * SHADES) / SHADES * (len(SCALE) - 1)
    channels = [np.interp(place, np.arange(len(SCALE)), SCALE[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).round().astype(int)


def cells(colours, walls, side):
    """Squares of free cells on a plate of wall; neighbours of one colour in a row are one rectangle."""
    height, width = walls.shape
    parts = [f'<rect width="{width * side:g}" height="{height * side:g}" rx="3" fill="{WALL}"/>']
    for row, (shade, wall) in enumerate(zip(colours, walls, strict=True)):
        ends = [0, *(np.flatnonzero((np.diff(shade, axis=0) != 0).any(axis=1) | np.diff(wall)) + 1), width]
        for a, b in pairwise(ends):
            if not wall[a]:
                place = f'x="{a * side:g}" y="{row * side:g}" width="{(b - a) * side:g}" height="{side:g}"'
                parts.append(f'<rect {place} fill="#{bytes(shade[a].tolist()).hex()}"/>')
    return '<g shape-rendering="crispEdges">' + "".join(parts) + "</g>"


def line(path, side):
    """A path of cells as a white line through their middles, with a dark edge that bright cells need."""
    points = " ".join(f"{(col + 0.5) * side:g},{(row + 0.5) * side:g}" for row, col in path)
    style = f'points="{points}" fill="none" stroke-linejoin="round" stroke-linecap="round"'
    return "".join(
        f'<polyline {style} stroke="{colour}" stroke-width="{side * wide:g}"/>'
        for colour, wide in ((INK, 0.5), ("#ffffff", 0.26))
    )


def marks(start, goal, side):
    """The start as a white disc and the goal as a red one, whatever lies under them."""
    discs = ((start, "#ffffff", INK), (goal, GOAL, "#ffffff"))
    return "".join(
        f'<circle cx="{(col + 0.5) * side:g}" cy="{(row + 0.5) * side:g}" r="{side * 0.42:g}" fill="{fill}" '
        f'stroke="{edge}" stroke-width="{side * 0.16:g}"/>'
        for (row, col), fill, edge in discs
    )


if __name__ == "__main__":
    main()
