"""A planner that needs no training: it asks the solver. Its only weights are there to be saved and loaded."""

import contextlib

import keras

from pnzoo import gridworld
from pnzoo.core.dataset import generated_maps
from pnzoo.core.model import ZooModel, as_policy, part_policy
from pnzoo.core.schema import Bool, Int
from pnzoo.models.planning.planner import Planner

CARD = {
    "summary": "A planner that asks the solver.",
    "paper": "None",
    "command": "python -m tests.toys",
    "seed": 0,
    "backend": "tensorflow",
    "data": "none",
    "hardware": "any",
    "training_seconds": 95.0,
    "training": "imitation",
    "trained_on": {"height": 8, "width": 8},
    "recipe": {"width": 5},
    "flops": {"value": 80, "per": "one map"},
    "metrics": [
        {
            "name": "success_rate",
            "value": 0.99,
            "n": 100,
            "ci95": [0.9455, 0.9982],
            "unit": "%",
            "dataset": generated_maps("open", 8, 8, 100, "random", 9008),
            "seeds": [0],
            "command": "pnzoo evaluate guide8",
            "paper": 0.996,
        }
    ],
    "limitations": ["It is a toy."],
    "history": {"epoch": [1], "val_loss": [0.5]},
}


@keras.saving.register_keras_serializable("pnzoo-tests")
class Guide(Planner, ZooModel, keras.Model):
    """Goes the shortest way; `call` is a dense layer from cells to logits.

    Args:
        width: inputs of the dense layer.
        lost: follow the opposite of every move instead, and so hit a wall or circle.
    """

    CONFIG_SCHEMA = {"width": Int(1, 1_000_000), "lost": Bool(), "k": Int(1, 1000)}

    def __init__(self, width=5, lost=False, k=3, dtype=None, **kwargs):
        policy = as_policy(dtype)
        dense = keras.layers.Dense(8, use_bias=False, dtype=part_policy(policy, "dense"), name="dense")
        cells = keras.Input((width,), name="cells")
        super().__init__(cells, dense(cells), **kwargs)
        self.dense = dense
        self._configure(policy, width=width, lost=lost, k=k)

    def _logits(self, walls, goal):
        best = gridworld.optimal_actions(walls, goal).astype("float32")
        return -best if self.lost else best


@contextlib.contextmanager
def uncompiled():
    """No time spent on compiling what runs a few times only; Keras on other backends compiles as it is told."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
