"""A planner that needs no training: it asks the solver. Its only weights are there to be saved and loaded."""

import keras
import numpy as np

from pnzoo import gridworld
from pnzoo.models.planning.planner import Planner

CARD = {
    "summary": "A planner that asks the solver.",
    "paper": "None",
    "command": "python -m tests.toys",
    "seed": 0,
    "backend": "tensorflow",
    "data": "none",
    "hardware": "any",
    "wall_seconds": 95.0,
    "recipe": {"width": 5},
    "flops": {"value": 80, "per": "map"},
    "metrics": [
        {
            "name": "success",
            "value": 0.99,
            "n": 100,
            "interval": [0.9455, 0.9982],
            "on": "fresh 8x8 maps, data seed 9008",
            "seeds": [0],
            "command": "pnzoo evaluate guide8",
            "paper": 0.996,
        }
    ],
    "limits": ["It is a toy."],
    "history": {"epoch": [1], "val_loss": [0.5]},
}


@keras.saving.register_keras_serializable("pnzoo-tests")
class Guide(Planner):
    """Goes the shortest way; `call` is a dense layer from cells to logits.

    Args:
        width: inputs of the dense layer.
        lost: follow the opposite of every move instead, and so hit a wall or circle.
    """

    def __init__(self, width=5, lost=False, k=3, **kwargs):
        super().__init__(**kwargs)
        self.width, self.lost, self.k = width, lost, k
        self.dense = keras.layers.Dense(8, use_bias=False)

    def call(self, inputs):
        return self.dense(inputs)

    def build_weights(self):
        self(np.zeros((1, self.width), "float32"))
        return self

    def scores(self, walls, goal):
        best = gridworld.optimal_moves(walls, goal).astype("float32")
        return -best if self.lost else best

    def get_config(self):
        return {**super().get_config(), "width": self.width, "lost": self.lost, "k": self.k}
