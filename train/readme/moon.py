"""Draw README's picture of a rover's path over the Moon: `python -m train.readme.moon`.

Ground of the test part, which no training saw; needs the Moon's elevation (`PNZOO_DATA_DIR`).
"""

import pathlib

import numpy as np

import pnzoo
from pnzoo.evaluation import terrain
from train.readme.__main__ import ROOT

FILE = ROOT / "dashboard" / "screenshots" / "moon.png"
PATH, START, GOAL = "#ff7f0e", "white", "#d62728"
SCENES = 200  # of which the one with the longest detour is drawn


def draw(file=FILE):
    """Write the picture.

    Args:
        file: where.

    Returns:
        The path that is drawn, a `pnzoo.Plan`.
    """
    from matplotlib.figure import Figure

    model = pnzoo.load("vin_moon")
    measured = terrain.terrain_set("moon", n=SCENES)
    tasks = measured.tasks
    near, far = np.sort(np.abs(tasks.start - tasks.goal), axis=1).T
    chosen = int((tasks.best - (far + (2**0.5 - 1) * near)).argmax())
    picture = measured.scenes.pictures[tasks.scene[chosen], ..., 0]
    plan = model.plan(picture, tasks.start[chosen], tasks.goal[chosen])
    figure = Figure(figsize=(8, 4), layout="constrained")
    images = (picture, np.log(model.cost(picture)))
    for axes, image, title, colours in zip(
        figure.subplots(1, 2), images, ("what it sees", "what it thinks it costs"), ("gray", "magma"), strict=True
    ):
        height, width = picture.shape
        axes.imshow(image, cmap=colours, extent=(-0.5, width / model.cell - 0.5, height / model.cell - 0.5, -0.5))
        axes.plot(*plan.path.T[::-1], color=PATH, linewidth=3)
        axes.plot(*tasks.start[chosen][::-1], "o", color=START, markersize=9, markeredgecolor="black")
        axes.plot(*tasks.goal[chosen][::-1], "*", color=GOAL, markersize=15, markeredgecolor="white")
        axes.set(title=title, xticks=[], yticks=[])
    figure.savefig(pathlib.Path(file), dpi=110)
    return plan


if __name__ == "__main__":
    print(draw().reason)
