"""A small planner as plain numbers, for programs without Keras: all that its forward pass reads, nothing computed."""

import base64
from typing import Any

import numpy as np

from pnzoo.core.model import to_numpy

MOST_PARAMETERS = 200_000  # more is no small planner: a page would wait for it
ACTIVATIONS = ("relu", "linear")


def plain_planner(model: Any) -> dict:
    """The numbers and settings of a planner, in types that JSON has.

    R and P of a cell depend on its 3x3 neighborhood alone, so a reader computes them once for each pattern of walls and
    goal that a map holds, and V by K Bellman backups. Factors that the model applies to its weights are applied here:
    logits of P come multiplied with the inverse temperature, biases as the numbers that are added to Q.

    Args:
        model: `pnzoo.models.VIN` with tied weights, or `pnzoo.models.DeterministicVIN` with a hard transition.

    Returns:
        dict with `kind` ("vin" or "deterministic_vin"), the settings `k`, `moves`, `corner_cutting`, `activation`,
        `transition`, `goal_value`, `wall_cost`, `logit_scale`, and `arrays`: name -> {"shape", "float32"}, the values
        in the order of C, little-endian, in base64. `unpack` gives the arrays back.

    Raises:
        TypeError: another class of model.
        ValueError: untied weights, a policy that reads the state too, an activation other than relu and linear, more
            than 200,000 parameters.

    Example:
        >>> from pnzoo.models import VIN
        >>> numbers = plain_planner(VIN(k=3, filters=(4,), channels=2))
        >>> numbers["kind"], numbers["k"], unpack(numbers)["features_0/kernel"].shape
        ('vin', 3, (3, 3, 2, 4))
    """
    from pnzoo.models import VIN, DeterministicVIN

    if not isinstance(model, VIN | DeterministicVIN):
        raise TypeError(f"plain_planner takes a VIN or a DeterministicVIN; got a {type(model).__name__}.")
    if model.count_params() > MOST_PARAMETERS:
        raise ValueError(f"plain_planner is for at most {MOST_PARAMETERS:,} parameters; got {model.count_params():,}.")
    settings, arrays = (_of_vin if isinstance(model, VIN) else _of_deterministic)(model)
    layer = model.value_iteration
    for i, features in enumerate(model.features):
        arrays[f"features_{i}/kernel"], arrays[f"features_{i}/bias"] = features.kernel, features.bias
    return {
        "k": layer.k, "moves": getattr(model, "moves", 8), "corner_cutting": getattr(model, "corner_cutting", True),
        **settings, "arrays": {name: _packed(array) for name, array in arrays.items()},
    }  # fmt: skip


def unpack(numbers: dict) -> dict[str, np.ndarray]:
    """The arrays of `plain_planner` again: name -> float32.

    Example:
        >>> unpack({"arrays": {"b": {"shape": [1, 2], "float32": "AACAPwAAAEA="}}})
        {'b': array([[1., 2.]], dtype=float32)}
    """
    return {
        name: np.frombuffer(base64.b64decode(each["float32"]), "<f4").reshape(each["shape"]).astype("float32")
        for name, each in numbers["arrays"].items()
    }


def _of_vin(model):
    layer = model.value_iteration
    if not layer.tied:
        raise ValueError("plain_planner takes tied weights; this model has a set for each step.")
    if model.concat_state:
        raise ValueError("plain_planner takes a policy that reads Q alone; this model has concat_state=True.")
    if model.activation not in ACTIVATIONS:
        raise ValueError(f"plain_planner takes {' or '.join(ACTIVATIONS)} features; got {model.activation!r}.")
    arrays = {"reward/kernel": model.reward_head.kernel, "policy/kernel": model.policy_head.kernel}
    if model.nonpositive_reward:
        arrays["reward/bias"] = model.reward_head.bias
        arrays["reward_of_image/kernel"] = model.reward_of_image.kernel
    if layer.transition == "kernel":
        arrays["reward_kernel"], arrays["value_kernel"] = layer.reward_kernel[0], layer.value_kernel[0]
    else:
        arrays |= _transition(layer)
    settings = {
        "kind": "vin", "activation": model.activation, "transition": layer.transition, "goal_value": model.goal_value,
        "wall_cost": 0.0, "logit_scale": model.logit_scale,
    }  # fmt: skip
    return settings, arrays


def _of_deterministic(model):
    if not model.hard_transition:
        raise ValueError("plain_planner takes hard_transition=True; this model has a softmax P.")
    arrays = {
        "reward_of_image/kernel": model.reward_of_image.kernel, "reward_of_image/bias": model.reward_of_image.bias,
        **_transition(model.value_iteration),
    }  # fmt: skip
    settings = {
        "kind": "deterministic_vin", "activation": "relu", "transition": "per_cell", "goal_value": 1.0,
        "wall_cost": float(model.wall_cost), "logit_scale": None,
    }  # fmt: skip
    return settings, arrays


def _transition(layer):
    """Logits of P times the inverse temperature, and the biases b_a as they are added to Q."""
    return {
        "logits/kernel": layer.inverse_temperature * to_numpy(layer.logit_kernel[0]),
        "logits/bias": layer.inverse_temperature * to_numpy(layer.logit_bias[0]),
        "action_bias": layer._bias(0),
    }


def _packed(array):
    values = np.ascontiguousarray(to_numpy(array), dtype="<f4")
    return {"shape": list(values.shape), "float32": base64.b64encode(values.tobytes()).decode()}
