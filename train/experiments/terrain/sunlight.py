"""Q24: what does the sun's direction hide?"""

import numpy as np

from pnzoo.evaluation import terrain
from pnzoo.worlds.terrain import SLOPE_LIMIT, Scenes, cell_means, draw_tasks, gradients
from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, mean, select
from train.experiments.terrain import common

MODEL = "vin_moon"
SCENES, SEED = 400, 9_624
AZIMUTHS, ALTITUDES = (315, 0, 45, 90, 135, 180, 225, 270), (15, 30, 60, 75)
SUN = (315, 45)  # of all pictures in training
ANGLES = (0, 30, 60, 75, 90, 105, 120, 150, 180)  # edges of bins
BAND = (4.0, 10.0)  # degrees of slope: cells that are neither plainly flat nor plainly steep
ONE_WAY = 0.5  # how much of its steepness a cell has in common, where its aspect means anything
WRONG = "cells told wrong"


def conditions(quick):
    suns = [(azimuth, 45) for azimuth in AZIMUTHS] + [(315, altitude) for altitude in ALTITUDES]
    return [{"model": MODEL, "world": common.world(quick), "azimuth": azimuth, "altitude": altitude}
            for azimuth, altitude in (suns[:2] if quick else suns)]


def run(condition, quick):
    world, sun = condition["world"], (condition["azimuth"], condition["altitude"])
    ground = common.ground(world, quick, 6 if quick else SCENES, SEED)
    pictures, side = common.lit(ground, *sun), common.cells(quick)
    steep = common.steepness(ground, side)
    costs = np.where(steep > SLOPE_LIMIT, np.inf, 1.0)
    tasks = draw_tasks(costs, np.random.default_rng(SEED))
    measured = terrain.TerrainSet(Scenes(pictures[..., None], costs), tasks, True, {})
    model = common.planner(condition["model"], quick)
    doubt = model.cost(pictures, caution=1.0) - 1.0
    rows = common.judged(1.0 + model.caution * doubt[tasks.scene], measured)
    wrong = (1 - np.exp(-doubt) > 0.5) != (steep > SLOPE_LIMIT)
    rows.append(mean(WRONG, wrong.mean(axis=(1, 2)), "%"))
    return rows + (by_aspect(ground, steep, wrong, sun) if sun == SUN else [])


def by_aspect(ground, steep, wrong, sun):
    """Rows of cells told wrong by the angle between the way their ground looks and the sun: 0 looks at the sun."""
    both = [gradients(z, metres) for z, metres in zip(ground.z, ground.metres, strict=True)]
    east, north = (np.stack([cell_means(pair[i], steep.shape[-1]) for pair in both]) for i in (0, 1))
    looks = np.degrees(np.arctan2(-east, -north))  # downhill, clockwise from north
    angle = np.abs((looks - sun[0] + 180) % 360 - 180)  # from 0 to 180
    common_slope = np.degrees(np.arctan(np.hypot(east, north)))
    chosen = (steep > BAND[0]) & (steep < BAND[1]) & (common_slope > ONE_WAY * steep)
    angle[~chosen] = -1
    return [mean(WRONG, common.by_picture(wrong, inside), "%", angle=(low + high) / 2)
            for low, high, inside in common.bins(angle, ANGLES)]


def suns(table, **wanted):
    return [row for row in select(table, **wanted) if "angle" not in row]


def conclusion(table):
    aspect = [row for row in table if "angle" in row]
    across = min(aspect, key=lambda row: abs(row["angle"] - 90), default=None)
    toward = min(aspect, key=lambda row: row["angle"], default=None)
    (own,) = suns(table, azimuth=SUN[0], altitude=SUN[1], name="success_rate")
    others = [row for row in suns(table, name="success_rate") if row is not own]
    worst = min(others, key=lambda row: row["value"])
    hidden = ""
    if across:
        says = "Slopes across its light" if above(across, toward) else "Not certainly slopes across its light"
        hidden = (f"{says}: of cells of 4 to 10 degrees it tells {format_ci(across)} wrong where the ground looks "
                  f"across the light and {format_ci(toward)} where it looks at the sun. ")
    return (f"{hidden}Under the sun of its training it arrives in {format_ci(own)}; worst of the others is azimuth "
            f"{worst['azimuth']}, altitude {worst['altitude']} with {format_ci(worst)}.")


def details(table):
    aspect = ", ".join(f"{100 * row['value']:.0f} % at {row['angle']:g}" for row in table if "angle" in row)
    lights = ", ".join(f"{100 * row['value']:.0f} % from azimuth {row['azimuth']}, altitude {row['altitude']}"
                       for row in suns(table, name="success_rate"))
    return f"Told wrong by the angle to the sun in degrees: {aspect or 'too few cells'}. Success: {lights}."


EXPERIMENTS = {
    24: Experiment(
        number=24,
        question="Planning from pictures: what does the sun's direction hide?",
        hypothesis=(
            "Ground that looks across the light is as bright as flat ground, so it is told wrong twice as often as "
            "ground that looks at the sun or away from it. Lit from the opposite side hills become pits, yet steep "
            "stays steep: success falls by some ten points; a low sun costs more, as flat ground has another grey."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "angle", "by": ["name"], "y_title": "cells told wrong",
                "x_title": "angle between the way the ground looks and the sun, degrees"},
        columns=("model", "azimuth", "altitude", "angle"),
        links=(("zoo", "The zoo", {}),),
        notes=(
            "The same 400 pieces of ground of the test part, lit from eight azimuths at an altitude of 45 degrees and "
            "from four more altitudes at azimuth 315; no shadows are cast. Exact plans at the entry's own caution.",
            "By angle: cells with a mean slope of 4 to 10 degrees (impassable above 7), at least half of it in one "
            "direction, under the sun of training; intervals are Student's over pictures.",
        ),
    )
}
