"""Learning what ground costs from shown paths: through value iteration, from pictures and paths alone."""

import warnings

import keras
import numpy as np
from keras import ops

from pnzoo.worlds.terrain.pictures import as_pictures
from pnzoo.worlds.terrain.shown_paths import as_path, has_detour, path_moves

FEW = 200  # pictures below which the encoder keeps the statistics that it was trained with
PATIENCE = 5  # epochs without a better validation loss


class PathsModel(keras.Model):
    """A planner that answers for several goals on each picture, which it looks at once.

    Args:
        planner: a planner over terrain, whose weights are trained.
        adapt: whether the encoder's batch normalization follows the new pictures.
        doubt: whether it also answers with the encoder's log odds that each cell cannot be entered.

    Call args:
        inputs: dict of picture [B, h, w, C] and goals int [B, G, 2].

    Returns:
        logits [B, G, H, W, 8]; or a dict of moves, those logits, and doubt [B, H, W, 1].
    """

    def __init__(self, planner, adapt=True, doubt=False, **kwargs):
        super().__init__(**kwargs)
        self.planner, self.adapt, self.doubt, self.built = planner, adapt, doubt, True

    def call(self, inputs, training=None):
        logits, z = self.planner.path_logits(inputs["picture"], inputs["goals"], training, self.adapt)
        return {"moves": logits, "doubt": z} if self.doubt else logits


def optimal_set_loss(actions, logits):
    """-log of the chance to make one of the right moves, over the cells that have any.

    Args:
        actions: bool [..., H, W, 8], the moves that are right; none in cells of which nothing is known.
        logits: [..., H, W, 8].

    Returns:
        A scalar.
    """
    right = ops.cast(actions, "float32")
    shown = ops.cast(ops.any(right > 0, axis=-1), "float32")
    chances = ops.log_softmax(logits, axis=-1)
    chance = ops.logsumexp(ops.where(right > 0, chances, -1e4), axis=-1)
    return -ops.sum(chance * shown) / ops.maximum(ops.sum(shown), 1.0)


def fit_paths(
    model, pictures, paths, *, validation_split=0.0, epochs=30, batch_size=16, learning_rate=3e-4, callbacks=(),
    seed=0, verbose="auto",
):  # fmt: skip
    """Train a planner over terrain on pictures and the paths that were taken there.

    Args:
        model: `TerrainVIN` or `TerrainCNNPolicy`.
        pictures: [N, h, w] or [N, h, w, C], all of one size.
        paths: N paths in cells, each `(row, col)` in order or a bool mask [H, W].
        validation_split: share of the paths, the last ones, that training is stopped by; the weights that were best
            there are kept.
        epochs, batch_size, learning_rate, callbacks, verbose: as Keras' `fit` and Adam have them.
        seed: of the order of the batches.

    Returns:
        `keras.callbacks.History`.

    Raises:
        ValueError: a path or picture is none; the message names it by its index.
    """
    pictures, _ = as_pictures(pictures, model.cell, model.channels)
    shape = (pictures.shape[1] // model.cell, pictures.shape[2] // model.cell)
    if len(paths) != len(pictures) or not len(pictures):
        raise ValueError(f"give one path a picture, at least one; got {len(paths)} paths, {len(pictures)} pictures.")
    checked = [as_path(path, shape, f"path {i}") for i, path in enumerate(paths)]
    if not any(has_detour(path) for path in checked):
        warnings.warn(
            "these paths teach nothing of the ground: each is as short as if all ground were the same. Show some that "
            "go around what cannot be crossed.",
            stacklevel=3,
        )
    goals = np.array([path[-1:] for path in checked], "int32")
    actions = np.zeros((len(checked), 1, *shape, 8), bool)
    for i, path in enumerate(checked):
        actions[i, 0, path[:-1, 0], path[:-1, 1], path_moves(path)] = True
    held_out = round(len(checked) * validation_split)
    if not 0 <= validation_split < 1 or held_out >= len(checked):
        raise ValueError(f"validation_split is a share of the paths, 0 <= share < 1; got {validation_split!r}.")
    cut = len(checked) - held_out
    inputs = {"picture": pictures, "goals": goals}
    training, validation = ({k: x[i] for k, x in inputs.items()} for i in (slice(cut), slice(cut, None)))
    learner = PathsModel(model, adapt=cut >= FEW)
    learner.compile(keras.optimizers.Adam(learning_rate, global_clipnorm=1.0), optimal_set_loss, jit_compile=False)
    callbacks = list(callbacks or ())
    if held_out:
        callbacks.append(keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True))
    order = np.random.default_rng(seed).permutation(cut)
    history = learner.fit(
        {k: x[order] for k, x in training.items()},
        actions[:cut][order],
        batch_size=min(batch_size, cut),
        epochs=epochs,
        shuffle=False,
        validation_data=(validation, actions[cut:]) if held_out else None,
        callbacks=callbacks,
        verbose=verbose,
    )
    model._recompile()
    return history
