"""Q23: is the learned cost the slope?"""

import numpy as np
from scipy.stats import rankdata

from pnzoo.worlds.terrain import SLOPE_LIMIT, cell_means
from train.experiments.experiment import Experiment
from train.experiments.metrics import exact, format_ci, mean, select, select_one
from train.experiments.terrain import common

MODEL = "vin_moon"
SCENES, SEED = 400, 9_623
SLOPES = (0, 2, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 90)  # degrees, edges of bins
CHANCES = (0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 1)  # edges of bins of the model's chance to be impassable
CHANCE, TRUTH = "the model's chance to be impassable", "impassable in truth"


def conditions(quick):
    return [{"model": MODEL, "world": common.world(quick)}]


def run(condition, quick):
    ground = common.ground(condition["world"], quick, 5 if quick else SCENES, SEED)
    pictures, side = common.lit(ground), common.cells(quick)
    true = common.steepness(ground, side)
    doubt = common.planner(condition["model"], quick).cost(pictures, caution=1.0) - 1.0
    chance, wall = 1 - np.exp(-doubt), true > SLOPE_LIMIT
    contrast = np.sqrt(np.maximum(cell_means(pictures**2, side) - cell_means(pictures, side) ** 2, 0))
    ranked = {"cost": doubt, "slope": true, "contrast": contrast}
    ranks = {name: [rankdata(x) for x in values] for name, values in ranked.items()}
    pairs = {pair: [np.corrcoef(*x)[0, 1] for x in zip(*(ranks[name] for name in pair), strict=True)]
             for pair in (("cost", "slope"), ("contrast", "slope"), ("cost", "contrast"))}
    rows = [mean(f"rank correlation, {a} and {b}", r, limits=(-1, 1)) for (a, b), r in pairs.items()]
    held = [_partial(*r) for r in zip(*pairs.values(), strict=True)]
    rows.append(mean("rank correlation, cost and slope, contrast held", held, limits=(-1, 1)))
    rows.append(mean("cells told right", (chance > 0.5) == wall, "%"))
    rows += _binned(SLOPES, true, {CHANCE: chance, TRUTH: wall}, "slope")
    rows += _binned(CHANCES, chance, {"calibration": wall}, "said")
    gaps = [abs(wall[b].mean() - chance[b].mean()) * b.mean() for _, _, b in common.bins(chance, CHANCES)]
    rows.append(exact("expected calibration error", sum(gaps), "%", wall.size))
    shown = int(np.argsort(wall.mean(axis=(1, 2)))[len(wall) // 2])  # an ordinary picture, by its share of walls
    drawn = {"true slope - 7 degrees": true[shown] - SLOPE_LIMIT, "learned log odds": _log_odds(doubt[shown])}
    return rows + [{"picture": {"title": t, "values": np.round(x, 1).tolist()}} for t, x in drawn.items()]


def _partial(cost_slope, contrast_slope, cost_contrast):
    """Partial correlation of cost and slope with contrast held."""
    spread = np.sqrt(max((1 - contrast_slope**2) * (1 - cost_contrast**2), 1e-12))
    return (cost_slope - contrast_slope * cost_contrast) / spread


def _log_odds(doubt):
    return np.clip(np.log(np.expm1(np.maximum(doubt, 1e-6))), -8, 8)


def _binned(edges, x, values, key):
    """Means of values in bins of x, over pictures; their place is the mean of x in the bin."""
    rows = []
    for _, _, inside in common.bins(x, edges):
        place = {key: round(float(x[inside].mean()), 3)}
        rows += [mean(name, common.by_picture(value, inside), "%", **place) for name, value in values.items()]
    return rows


def conclusion(table):
    get = {row["name"]: row for row in table if "slope" not in row and "said" not in row}
    cost, contrast = get["rank correlation, cost and slope"], get["rank correlation, contrast and slope"]
    curve = sorted(select(table, name=CHANCE), key=lambda row: row["slope"])
    half = next((row["slope"] for row in curve if row["value"] > 0.5), None)
    says = "To a great part" if cost["value"] > 0.7 else "In part" if cost["value"] > 0.4 else "Hardly"
    where = f"it doubts more than not from {half:.1f} degrees on" if half else "it never doubts more than not"
    return (f"{says}: its rank correlation with the true slope is {format_ci(cost)}, that of the picture's contrast "
            f"{format_ci(contrast)}; {where} (limit 7), and its chances are off by "
            f"{100 * get['expected calibration error']['value']:.1f} points on average.")


def details(table):
    held = select_one(table, name="rank correlation, cost and slope, contrast held")
    right = select_one(table, name="cells told right")
    curve = ", ".join(f"{100 * row['value']:.0f} % at {row['slope']:.1f}" for row in select(table, name=CHANCE))
    said = ", ".join(f"{100 * row['value']:.0f} % of those given {100 * row['said']:.0f} %"
                     for row in select(table, name="calibration"))
    return (f"With contrast held the rank correlation is {format_ci(held)}; {format_ci(right)} of cells are told "
            f"right. Chance to be impassable by true slope in degrees: {curve}. Impassable in truth: {said}.")


EXPERIMENTS = {
    23: Experiment(
        number=23,
        question="Planning from pictures: is the learned cost the slope?",
        hypothesis=(
            "Mostly: nobody showed it a slope, but paths avoid steep cells, so the rank correlation is about 0.8, "
            "above the picture's contrast (0.6), and the chance to be impassable passes a half near 7 degrees. It is "
            "overconfident, as cells that no path needs teach nothing: off by some five points."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "slope", "by": ["name"], "x_title": "mean slope of the cell, degrees",
                "y_title": "share of cells"},
        columns=("model", "slope", "said"),
        links=(("zoo", "The zoo", {}),),
        notes=(
            "400 pictures of the test part, 16x16 cells; cost = 1 + caution softplus(z), whose order is that of z; the "
            "chance to be impassable is sigmoid(z). Contrast: standard deviation of the brightness in a cell.",
            "Cells of a picture are not independent: intervals are Student's over pictures.",
        ),
    )
}
