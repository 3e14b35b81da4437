"""A small planner as plain numbers, for programs without Keras: all that its forward pass reads, nothing computed."""

import base64
from os import PathLike
from typing import Any

import numpy as np

MOST_PARAMETERS = 200_000  # more is no small planner: a page would wait for it
ACTIVATIONS = ("relu", "linear")


def plain_planner(model: Any) -> dict:
    """The numbers and settings of a planner, in types that JSON has.

    R and P of a cell depend on its 3x3 neighborhood alone, so a reader computes them once for each pattern of walls and
    goal that a map holds, and V by K Bellman backups. Factors that the model applies to its weights are applied here:
    logits of P come multiplied with the inverse temperature, biases as the numbers that are added to Q.

    Args:
        model: `pnzoo.models.VIN` with tied weights, or `pnzoo.models.DeterministicVIN` with a hard transition; or the
            name or folder of such an entry, which is read without Keras.

    Returns:
        dict with `kind` ("vin" or "deterministic_vin"), the settings `k`, `moves`, `corner_cutting`, `activation`,
        `transition`, `goal_value`, `wall_cost`, `logit_scale`, and `arrays`: name -> {"shape", "float32"}, the values
        in the order of C, little-endian, in base64. `unpack` gives the arrays back.

    Raises:
        TypeError: another class of model.
        ValueError: untied weights, a policy that reads the state too, an activation other than relu and linear, more
            than 200,000 parameters, another dtype than float32; an entry that does not exist or is damaged.

    Example:
        >>> numbers = plain_planner("vin8")
        >>> numbers["kind"], numbers["k"], unpack(numbers)["features_0/kernel"].shape
        ('vin', 16, (3, 3, 2, 64))
    """
    class_name, config, weights = _read(model) if isinstance(model, str | PathLike) else _of_model(model)
    if class_name not in _READERS:
        raise TypeError(f"plain_planner takes a VIN or a DeterministicVIN; got a {class_name}.")
    if config.get("dtype", "float32") != "float32":
        raise ValueError(f"plain_planner takes weights of float32; got dtype {config['dtype']!r}.")
    count = sum(np.size(array) for array in weights.values())
    if count > MOST_PARAMETERS:
        raise ValueError(f"plain_planner is for at most {MOST_PARAMETERS:,} parameters; got {count:,}.")
    settings, arrays = _READERS[class_name](config, weights)
    for i in range(len(config["filters"])):
        for part in ("kernel", "bias"):
            arrays[f"features_{i}/{part}"] = weights[f"features_{i}/{part}"]
    return {
        "k": config["k"], "moves": config.get("moves", 8), "corner_cutting": config.get("corner_cutting", True),
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


def _of_model(model):
    """Class, arguments and weights of a Keras model, as `hub.read_arrays` gives those of an entry."""
    from pnzoo.core.model import named_weights, to_numpy

    if type(model).__name__ not in _READERS:
        raise TypeError(f"plain_planner takes a VIN or a DeterministicVIN; got a {type(model).__name__}.")
    return type(model).__name__, model.get_config(), {n: to_numpy(w) for n, w in named_weights(model).items()}


def _read(entry):
    from pnzoo import hub

    class_name, config, weights = hub.read_arrays(entry)
    if class_name in _READERS and not set(config) - {"dtype"} <= _ARGUMENTS[class_name]:
        raise ValueError(f"{entry}: arguments that plain_planner does not know; give it the loaded model.")
    return class_name, config, weights


def _of_vin(config, weights):
    if not config["tied"]:
        raise ValueError("plain_planner takes tied weights; this model has a set for each step.")
    if config["concat_state"]:
        raise ValueError("plain_planner takes a policy that reads Q alone; this model has concat_state=True.")
    if config["activation"] not in ACTIVATIONS:
        raise ValueError(f"plain_planner takes {' or '.join(ACTIVATIONS)} features; got {config['activation']!r}.")
    arrays = {name: weights[name] for name in ("reward/kernel", "policy/kernel")}
    if config["nonpositive_reward"]:
        arrays |= {name: weights[name] for name in ("reward/bias", "reward_of_image/kernel")}
    if config["transition"] == "kernel":
        arrays |= {name: weights[f"value_iteration/{name}"][0] for name in ("reward_kernel", "value_kernel")}
    else:
        arrays |= _transition(config, weights, config["nonpositive_reward"])
    settings = {
        "kind": "vin", "activation": config["activation"], "transition": config["transition"],
        "goal_value": config["goal_value"], "wall_cost": 0.0, "logit_scale": config["logit_scale"],
    }  # fmt: skip
    return settings, arrays


def _of_deterministic(config, weights):
    if not config["hard_transition"]:
        raise ValueError("plain_planner takes hard_transition=True; this model has a softmax P.")
    arrays = {name: weights[name] for name in ("reward_of_image/kernel", "reward_of_image/bias")}
    arrays |= _transition(config, weights, nonpositive=True)
    groups = (0,) * 4 + (1,) * (config["moves"] - 4)  # straight moves and diagonal ones share a cost each
    arrays["action_bias"] = arrays["action_bias"][np.array(groups)]
    settings = {
        "kind": "deterministic_vin", "activation": "relu", "transition": "per_cell", "goal_value": 1.0,
        "wall_cost": float(config["wall_cost"]), "logit_scale": None,
    }  # fmt: skip
    return settings, arrays


_READERS = {"VIN": _of_vin, "DeterministicVIN": _of_deterministic}
_ARGUMENTS = {
    "VIN": {"k", "channels", "filters", "activation", "transition", "tied", "inverse_temperature", "goal_value",
            "nonpositive_reward", "logit_scale", "concat_state"},
    "DeterministicVIN": {"k", "moves", "filters", "inverse_temperature", "hard_transition", "wall_cost",
                         "corner_cutting"},
}  # fmt: skip


def _transition(config, weights, nonpositive):
    """Logits of P times the inverse temperature, and the biases b_a as they are added to Q."""
    kernel, bias = weights["value_iteration/logit_kernel"][0], weights["value_iteration/logit_bias"][0]
    cost = weights["value_iteration/action_bias"][0]
    temperature = np.float32(config["inverse_temperature"])
    return {
        "logits/kernel": temperature * kernel, "logits/bias": temperature * bias,
        "action_bias": -np.logaddexp(cost, 0, dtype="float32") if nonpositive else cost,
    }  # fmt: skip


def _packed(array):
    values = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": list(values.shape), "float32": base64.b64encode(values.tobytes()).decode()}
