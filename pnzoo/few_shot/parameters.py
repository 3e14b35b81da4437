"""The ranges of `FewShotClassifier`'s parameters."""

import numbers

import numpy as np

from pnzoo.data.preprocessing import FOREGROUNDS


def check_parameters(parameters):
    """Check all parameters but the model.

    Args:
        parameters: dict of `FewShotClassifier.get_params`.

    Returns:
        The same without `model`.

    Raises:
        ValueError: one is out of its range; the message names it.
    """
    parameters = {name: value for name, value in parameters.items() if name != "model"}
    for name in ("max_support", "n_subsets", "batch_size"):
        if not (_is_count(parameters[name]) or (name == "max_support" and parameters[name] is None)):
            raise ValueError(f"{name}={parameters[name]!r} is no whole number of 1 or more.")
    reject = parameters["reject"]
    if not (reject is None or (isinstance(reject, str) and reject == "auto") or _is_number(reject)):
        raise ValueError(f"reject={reject!r} is no number. Give the least confidence, 'auto', or None.")
    if np.ndim(parameters["none_label"]):
        raise ValueError(f"none_label={parameters['none_label']!r} is no single label.")
    _check_choice("foreground", parameters["foreground"], FOREGROUNDS)
    _check_choice("crop", parameters["crop"], (True, False, "auto"))
    if not isinstance(parameters["class_weight"], dict):
        _check_choice("class_weight", parameters["class_weight"], (None, "balanced"))
    elif not all(_is_number(weight) and weight > 0 for weight in parameters["class_weight"].values()):
        raise ValueError(f"class_weight={parameters['class_weight']!r} holds what is no positive number.")
    return parameters


def _is_count(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool | np.bool_) and value >= 1


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_) and bool(np.isfinite(value))


def _check_choice(name, value, choices):
    value = bool(value) if isinstance(value, np.bool_) else value
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise ValueError(f"{name}={value!r} is not one of {', '.join(map(repr, choices))}.")
