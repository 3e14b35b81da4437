"""What a network whose R and P see 3x3 cells has learned, as a table: one row for each of the 5,120 patches.

Made of the network's weights in NumPy alone, so that a program may plan with a Value Iteration Network without Keras.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from pnzoo.worlds.gridworld.neighborhoods import COUNT, local_patches


def _gelu(x):
    from scipy.special import erf  # which takes longer to import than a plan to find

    return x * (1 + erf(x / np.float32(np.sqrt(2)))) / 2


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "gelu": _gelu,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
}


class PatchTables(NamedTuple):
    """R and P of every patch, and how the moves are read from Q.

    reward:      float32 [N]
    transition:  float32 [N, 9, A], P of each neighbour, row by row; over the nine it sums to 1
    bias:        float32 [A], added to Q
    head:        float32 [A, 8], from Q to the logits of the moves
    logit_scale: the head reads logit_scale (Q - max Q); None: it reads Q
    """

    reward: np.ndarray
    transition: np.ndarray
    bias: np.ndarray
    head: np.ndarray
    logit_scale: float | None


def of_vin(weights: Mapping[str, np.ndarray], config: Mapping[str, Any]) -> PatchTables | None:
    """The tables of a `pnzoo.models.VIN`, or None where it has no such tables.

    Args:
        weights: float32 arrays under the names that the files of the zoo have.
        config: the model's arguments.

    Returns:
        `PatchTables`; None with untied weights, the paper's free kernels, or a policy that reads phi beside Q.

    Raises:
        KeyError: a weight or an argument is missing.
        ValueError: shapes that do not fit each other.
    """
    if config["transition"] == "kernel" or config["concat_state"] or not config["tied"]:
        return None
    patches = local_patches()
    image = patches * np.array([1.0, config["goal_value"]], "float32")
    activation = ACTIVATIONS[config["activation"]]
    features = image.reshape(COUNT, -1)
    for i in range(len(config["filters"])):
        kernel = weights[f"features_{i}/kernel"]
        features = activation(features @ kernel.reshape(-1, kernel.shape[-1]) + weights[f"features_{i}/bias"])
    reward = features @ weights["reward/kernel"]
    bias = weights["value_iteration/action_bias"][0]
    if config["nonpositive_reward"]:
        middle = patches[:, 1, 1]
        reward = -_softplus(reward + weights["reward/bias"] + middle @ weights["reward_of_image/kernel"])
        bias = -_softplus(bias)
    logits = weights["value_iteration/logit_bias"][0]
    kernel = weights["value_iteration/logit_kernel"][0]
    logits = logits + (kernel if config["transition"] == "softmax_kernel" else features @ kernel)
    transition = _softmax(np.float32(config["inverse_temperature"]) * logits.reshape(len(logits), -1, 9))
    transition = np.broadcast_to(transition.transpose(0, 2, 1), (COUNT, 9, len(bias)))
    tables = (reward[:, 0], transition, bias, weights["policy/kernel"])
    return PatchTables(*(np.ascontiguousarray(part, "float32") for part in tables), config["logit_scale"])


def _softplus(x):
    return np.logaddexp(x, 0, dtype="float32")


def _softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
