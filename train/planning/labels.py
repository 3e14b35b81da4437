"""What planners learn from: maps, the shortest paths on them, and batches whose content only the seed decides."""

import keras
import numpy as np

from pnzoo import gridworld


def data(recipe, stage, seed, maps):
    """Images, targets and weights: every reachable cell with its set of optimal moves, or what the recipe asks for.

    Args:
        recipe: `recipes.ImitationRecipe`.
        stage: `recipes.Stage`.
        seed: of the maps.
        maps: how many.

    Returns:
        images [B, H, W, 2], targets [B, H, W, 8] (or distances [B, H, W, 1]), weights [B, H, W].
    """
    walls, goal = generate(stage, seed, maps)
    images = gridworld.encode(walls, goal)
    if recipe.paths_per_map:
        return (images, *path_labels(walls, goal, recipe.paths_per_map, seed))
    rule = {"moves": recipe.moves, "corner_cutting": recipe.corner_cutting}
    distance = gridworld.distances(walls, goal, **rule)
    # Nothing is known of a goal farther than k moves: labels of such cells would teach noise.
    known = distance <= (stage.k or np.inf)
    if stage.target == "distance":
        return images, np.where(known, distance, 0.0)[..., None].astype("float32"), known.astype("float32")
    targets, weights = gridworld.expert_policy(walls, goal, **rule)
    return images, targets, weights * known


def generate(stage, seed, maps):
    """Walls [B, H, W] and goals [B, 2] of the stage's families, in turn."""
    count = len(stage.families)
    shares = [len(range(i, maps, count)) for i in range(count)]
    parts = [
        gridworld.generate_family(family, share, stage.size, seed=np.random.default_rng((seed, i)) if i else seed)
        for i, (family, share) in enumerate(zip(stage.families, shares, strict=True))
        if share
    ]
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


def path_labels(walls, goal, paths, seed):
    """The paper's labels: some shortest paths on each map, one move for each state on them.

    Args:
        walls: bool [B, H, W].
        goal: int [B, 2].
        paths: how many on each map.
        seed: of the paths.

    Returns:
        targets [B, H, W, 8], one-hot on the paths and zero elsewhere; weights [B, H, W], 1 on the paths.
    """
    rng = np.random.default_rng(seed)
    distance = gridworld.distances(walls, goal)
    best = gridworld.optimal_actions(walls, goal, distances=distance)
    # One optimal move for each cell, drawn once: paths that meet go on together, as one expert's do.
    move = np.where(best, rng.random(best.shape), -1.0).argmax(axis=-1)
    weights = np.zeros(walls.shape, "float32")
    for _ in range(paths):
        _walk(walls, goal, gridworld.random_starts(walls, goal, rng, distances=distance), move, weights)
    return np.eye(8, dtype="float32")[move] * weights[..., None], weights


def _walk(walls, goal, at, move, weights):
    """Set the weight of every state on the path of `move` [B, H, W] from `at` [B, 2] to the goal."""
    rows = np.arange(len(walls))
    for _ in range(walls[0].size):
        under_way = (at != goal).any(axis=1)
        if not under_way.any():
            return
        weights[rows[under_way], at[under_way, 0], at[under_way, 1]] = 1.0
        moved, _ = gridworld.step(walls, at, move[rows, at[:, 0], at[:, 1]])
        at = np.where(under_way[:, None], moved, at)


class Batches(keras.utils.PyDataset):
    """One epoch: whole maps or, for models that see one cell at a time, some random labelled cells of each.

    The order of the maps and the cells of a batch are functions of the seed alone, whichever batch is asked for first.

    Args:
        images, targets, weights: as `data` returns them.
        batch_size: maps a batch; the last batch is filled up with the first maps, so that all have one shape.
        cells_per_map: labelled cells drawn from each map; 0: all of them in one pass.
        seed: int, or a tuple of ints such as (seed, stage, epoch).
        shuffle: whether the maps change their order.
    """

    def __init__(self, images, targets, weights, batch_size, cells_per_map=0, seed=0, shuffle=True):
        super().__init__()
        self.images, self.targets, self.weights = images, targets, weights
        self.batch_size, self.cells_per_map = batch_size, cells_per_map
        self.seed = seed if isinstance(seed, tuple) else (seed,)
        self.order = self._rng(0).permutation(len(images)) if shuffle else np.arange(len(images))

    def __len__(self):
        return -(-len(self.order) // self.batch_size)

    def __getitem__(self, index):
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        if len(chosen) < self.batch_size:  # one shape, one compilation
            chosen = np.concatenate([chosen, self.order[: self.batch_size - len(chosen)]])
        images, targets, weights = self.images[chosen], self.targets[chosen], self.weights[chosen]
        if not self.cells_per_map:
            # The mean over labelled cells, whatever the share of walls.
            return images, targets, weights * (weights.size / weights.sum())
        return self._some_cells(images, targets, weights, self._rng(1 + index))

    def _some_cells(self, images, targets, weights, rng):
        keys = np.where(weights > 0, rng.random(weights.shape), -1.0).reshape(len(images), -1)
        flat = np.argsort(-keys, axis=1)[:, : self.cells_per_map]
        positions = np.stack(np.divmod(flat, weights.shape[2]), axis=-1).astype("int32")
        at = (np.arange(len(images))[:, None], positions[..., 0], positions[..., 1])
        return (images, positions), targets[at], weights[at]

    def _rng(self, index):
        return np.random.default_rng((*self.seed, 1 + index))  # a zero at the end would change nothing
