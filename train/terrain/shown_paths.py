"""What planners over terrain learn from: pictures, and paths that are shown there."""

import keras
import numpy as np

from pnzoo.worlds.terrain import draw_scenes, optimal_actions
from train.terrain.exact_solver import entered
from train.terrain.solver_model import RULES


class ShownPaths(keras.utils.PyDataset):
    """One epoch of scenes, goals and all shortest paths to them; batch i is a function of the seed and i alone.

    Args:
        recipe: `TerrainRecipe`.
        part: "train" or "val".
        seed: tuple of ints.
        batches: how many.
        augmented: see `pnzoo.terrain.draw_scenes`.
    """

    def __init__(self, recipe, part, seed, batches, augmented):
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.recipe, self.part, self.seed, self.batches, self.augmented = recipe, part, seed, batches, augmented

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        recipe, rng = self.recipe, np.random.default_rng((*self.seed, 1 + index))
        scenes = draw_scenes(recipe.world, self.part, recipe.batch_size, rng, recipe.cells, self.augmented)
        if recipe.objective == "obstacles":
            return scenes.pictures, np.isinf(scenes.costs).astype("float32")[..., None]
        goals, actions = shown_paths(scenes.costs, recipe.goals_per_picture, rng, recipe.world != "tiles")
        inputs = {"picture": scenes.pictures, "goals": goals}
        if recipe.objective in RULES:
            return {**inputs, **for_solver(recipe, goals, actions, rng)}, np.zeros(len(goals), "float32")
        if not recipe.crossed_weight:
            return inputs, actions
        return inputs, {"moves": actions, "doubt": 1.0 - crossed(goals, actions)[..., None].astype("float32")}


def shown_paths(costs, goals, rng, lengths=True):
    """Goals on each scene and the optimal moves of every cell from which a path leads there.

    Args:
        costs: float [B, H, W], inf where one cannot go.
        goals: how many on each scene.
        rng: `numpy.random.Generator`.
        lengths: see `pnzoo.terrain.path_costs`.

    Returns:
        goals int32 [B, G, 2]; moves bool [B, G, H, W, 8], all False where no path is shown.
    """
    chosen = np.zeros((len(costs), goals, 2), "int32")
    actions = np.zeros((len(costs), goals, *costs.shape[1:], 8), bool)
    for i, cost in enumerate(costs):
        free = np.argwhere(np.isfinite(cost))
        if len(free):
            chosen[i] = free[rng.integers(len(free), size=goals)]
            # Nobody shows a path that starts where one cannot go.
            actions[i] = optimal_actions(cost, chosen[i], lengths) & np.isfinite(cost)[..., None]
    return chosen, actions


def crossed(goals, actions):
    """Cells that lie on a shown path: every path that is shown starts in one of them.

    Args:
        goals: int [B, G, 2].
        actions: bool [B, G, H, W, 8], the moves that are shown.

    Returns:
        bool [B, H, W].
    """
    seen = actions.any(axis=(1, 4))
    reached = actions.any(axis=(2, 3, 4))  # [B, G]: goals that anybody went to
    batch, goal = np.nonzero(reached)
    seen[batch, goals[batch, goal, 0], goals[batch, goal, 1]] = True
    return seen


def for_solver(recipe, goals, actions, rng):
    """What learning through the solver needs of shown paths, see `train.terrain.solver_model.SolverModel`.

    Args:
        recipe: `TerrainRecipe`.
        goals: int [B, G, 2].
        actions: bool [B, G, H, W, 8], the moves that are shown.
        rng: `numpy.random.Generator`, of the noise.
    """
    starts = actions.any(axis=-1)
    shape = (len(goals), recipe.samples, *starts.shape[2:])
    # Its mean makes that of the factors 1.
    noise = rng.normal(-0.5 * recipe.noise**2, recipe.noise, shape)
    shown = entered(actions, starts, recipe.world != "tiles")
    return {"starts": starts.astype("float32"), "shown": shown.astype("float32"), "noise": noise.astype("float32")}
