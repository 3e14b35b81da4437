"""Q25: how many shown paths are enough?"""

import keras
import numpy as np

import pnzoo
from pnzoo.worlds.terrain import draw_scenes, draw_tasks, optimal_actions
from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, mean_over_seeds, select, select_one
from train.experiments.terrain import common
from train.shared import entry
from train.terrain import training

SEEDS = (0, 1)
COUNTS = (10, 30, 100, 300, 1000)
SCRATCH = "from scratch"
SUCCESS, OPTIMAL = "success_rate", "optimal_rate"


def conditions(quick):
    world, counts, seeds = common.world(quick), (4, 8) if quick else COUNTS, (0,) if quick else SEEDS
    return [{"start": SCRATCH, "world": world, "paths": count, "seed": seed} for seed in seeds for count in counts] + [
        {"start": "no paths", "world": world}]


def run(condition, quick):
    test = common.measured(condition["world"], quick)
    if "paths" not in condition:
        return common.judged(np.ones_like(test.scenes.costs[test.tasks.scene]), test)
    recipe = common.recipe(quick, condition["world"], seed=condition["seed"])
    keras.backend.clear_session()
    keras.utils.set_random_seed(recipe.seed)
    model = entry.build(recipe)
    pictures, _, goals, moves = shown(condition["world"], condition["paths"], recipe.seed, quick)
    training.compiled(model, recipe).fit(Drawn(pictures, goals, moves, recipe), epochs=1, shuffle=False, verbose=0)
    return common.judged(model.cost(test.scenes.pictures[test.tasks.scene], caution=1.0), test)


def shown(world, count, seed, quick):
    """So many pictures of the training part, with one shown path each, from any start to any goal.

    Returns:
        A tuple (pictures [N, h, w, C], paths: a list of int [T, 2], goals [N, 1, 2], moves bool [N, 1, H, W, 8]).
    """
    rng = np.random.default_rng((9_625, seed))
    scenes = draw_scenes(world, "train", 2 * count + 8, rng, common.cells(quick))
    tasks = draw_tasks(scenes.costs, rng)
    pictures = scenes.pictures[tasks.scene[:count]]
    paths = [a_path(scenes.costs[tasks.scene[i]], tasks.start[i], tasks.goal[i], rng) for i in range(count)]
    goals = np.array([path[-1:] for path in paths], "int32")
    moves = np.zeros((count, 1, *scenes.costs.shape[1:], 8), bool)
    for i, path in enumerate(paths):
        actions = [pnzoo.gridworld.MOVES.tolist().index(step) for step in np.diff(path, axis=0).tolist()]
        moves[i, 0, path[:-1, 0], path[:-1, 1], actions] = True
    return pictures, paths, goals, moves


def a_path(cost, start, goal, rng):
    """One of the cheapest paths, drawn at random: int [T, 2]."""
    best, path = optimal_actions(cost, goal), [tuple(start)]
    while path[-1] != tuple(goal):
        move = pnzoo.gridworld.MOVES[rng.choice(np.flatnonzero(best[path[-1]]))]
        path.append((path[-1][0] + move[0], path[-1][1] + move[1]))
    return np.array(path)


class Drawn(keras.utils.PyDataset):
    """Batches drawn at random from a fixed set of shown paths: as many steps for few paths as for many."""

    def __init__(self, pictures, goals, moves, recipe):
        super().__init__()
        self.pictures, self.goals, self.moves, self.recipe = pictures, goals, moves, recipe

    def __len__(self):
        return self.recipe.steps_per_epoch

    def __getitem__(self, index):
        rng = np.random.default_rng((self.recipe.seed, index))
        i = rng.integers(len(self.pictures), size=self.recipe.batch_size)
        return {"picture": self.pictures[i], "goals": self.goals[i]}, self.moves[i]


def table(rows):
    return mean_over_seeds([row for row in rows if "seed" in row], ("start", "world", "paths")) + [
        row for row in rows if "seed" not in row]


def conclusion(table):
    rows = sorted(select(table, start=SCRATCH, name=SUCCESS), key=lambda row: row["paths"])
    blind, most = select_one(table, start="no paths", name=SUCCESS), rows[-1]
    enough = next(row["paths"] for row in rows if not above(most, row))
    steps = ", ".join(f"{100 * row['value']:.1f} % with {row['paths']:,}" for row in rows[:-1])
    return (f"Few tell little: {enough:,} paths cannot be told from {most['paths']:,} here: success is {steps} and "
            f"{format_ci(most)} with {most['paths']:,}; a straight line arrives in {format_ci(blind)}.")


def details(table):
    rows = sorted(select(table, start=SCRATCH, name=OPTIMAL), key=lambda row: row["paths"])
    steps = "; ".join(f"{format_ci(row)} with {row['paths']:,}" for row in rows)
    return f"One path a picture. Optimal rate {steps}."


EXPERIMENTS = {
    25: Experiment(
        number=25,
        question="Planning from pictures: how many shown paths are enough?",
        hypothesis=(
            "From scratch ten paths teach nothing, a hundred teach that dark and bright edges are bad, and every "
            "tenfold after that adds fewer points: about 60, 70 and 78 % with 10, 100 and 1,000, still rising."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "paths", "by": ["name"], "where": {"name": [SUCCESS, OPTIMAL], "start": SCRATCH},
                "x_title": "shown paths, one a picture", "y_title": "share of tasks", "log": True},
        columns=("start", "world", "paths"),
        table=table,
        links=(("zoo", "The zoo", {}),),
        notes=(
            "vin_moon's network at half its width, from scratch, through value iteration, 300 steps of 16 pictures "
            "whatever their number: what varies is data, not work. One cheapest path a picture, from a random start to "
            "a random goal; no augmentation; last weights; caution 1. 600 pictures of the test part; "
            "intervals over two seeds.",
        ),
    )
}
