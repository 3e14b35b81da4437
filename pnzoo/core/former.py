"""Names that a configuration of an earlier release may hold, and what they are called today. No Keras.

Files are read with them silently, for one more release; a user who types one as an argument is told the new name.
"""

import functools
import inspect

from pnzoo.core.deprecation import warn

# Class and layer names.
CLASSES = {"LongVIN": "DeterministicVIN", "RoundedValueIteration": "DeterministicValueIteration"}

_BACKBONE = {"encoder": "backbone", "encoder_options": "backbone_options"}
_BACKBONE_OPTIONS = {"widths": "filters", "code": "embedding_dim", "pool": "pool_padding", "encoder": "backbone"}
_VALUE_ITERATION = {"sharpness": "inverse_temperature", "costs": "nonpositive_reward"}

# Arguments, for today's class.
ARGUMENTS = {
    "VIN": {**_VALUE_ITERATION, "features": "filters", "gain": "logit_scale"},
    "DeterministicVIN": {"features": "filters", "sharpness": "inverse_temperature", "rounded": "hard_transition"},
    "GPPN": {"kernel": "kernel_size"},
    "MatchingNetwork": {
        **_BACKBONE,
        "kernel": "similarity",
        "support_context": "support_embedding",
        "views": "tta_views",
    },
    "SiameseNetwork": _BACKBONE,
    "MANN": {
        **_BACKBONE,
        "controller": "controller_units",
        "slots": "memory_slots",
        "width": "memory_dim",
        "late_labels": "shifted_labels",
    },
    "ValueIteration": _VALUE_ITERATION,
    "DeterministicValueIteration": {
        "groups": "action_groups",
        "sharpness": "inverse_temperature",
        "rounded": "hard_transition",
    },
}

# Values: today's class -> today's argument -> former value -> today's.
_TRANSITIONS = {"free": "kernel", "probability": "softmax_kernel", "state": "per_cell"}
_ENSEMBLE = {"backbone": {"joint": "ensemble"}}
VALUES = {
    **dict.fromkeys(("MatchingNetwork", "SiameseNetwork", "MANN"), _ENSEMBLE),
    "VIN": {"transition": _TRANSITIONS},
    "ValueIteration": {"transition": _TRANSITIONS},
}


def updated(class_name, config):
    """The class and the configuration of an earlier release in today's words.

    Example:
        >>> updated("LongVIN", {"k": None, "rounded": True})
        ('DeterministicVIN', {'k': None, 'hard_transition': True})
    """
    class_name = CLASSES.get(class_name, class_name)
    names, values = ARGUMENTS.get(class_name, {}), VALUES.get(class_name, {})
    config = {names.get(key, key): value for key, value in config.items()}
    for name, todays in values.items():
        if isinstance(config.get(name), str):
            config[name] = todays.get(config[name], config[name])
    if isinstance(config.get("backbone_options"), dict):
        config["backbone_options"] = backbone_options(config["backbone_options"])
    return class_name, config


def backbone_options(options):
    """Arguments of a backbone in today's words.

    Example:
        >>> backbone_options({"members": [{"encoder": "residual", "widths": [8], "code": 4}]})
        {'members': [{'backbone': 'residual', 'filters': [8], 'embedding_dim': 4}]}
    """
    options = {_BACKBONE_OPTIONS.get(key, key): value for key, value in options.items()}
    if isinstance(options.get("members"), list):
        options["members"] = [backbone_options(one) if isinstance(one, dict) else one for one in options["members"]]
    return options


def accepts_former_names(class_name):
    """Decorate a constructor: former arguments and values work, with a `DeprecationWarning` that names today's."""
    names, values = ARGUMENTS.get(class_name, {}), VALUES.get(class_name, {})

    def decorate(init):
        order = list(inspect.signature(init).parameters)[1:]

        @functools.wraps(init)
        def wrapper(self, *args, **kwargs):
            kwargs |= dict(zip(order, args, strict=False))
            for old in [key for key in kwargs if key in names]:
                warn(f"{class_name}({old}=...)", f"{names[old]}=...")
                kwargs[names[old]] = kwargs.pop(old)
            for name, todays in values.items():
                value = kwargs.get(name)
                if isinstance(value, str) and value in todays:
                    warn(f"{class_name}({name}={value!r})", f"{name}={todays[value]!r}")
                    kwargs[name] = todays[value]
            given = kwargs.get("backbone_options")
            if isinstance(given, dict) and backbone_options(given) != given:
                kwargs["backbone_options"] = backbone_options(given)
                warn(f"{class_name}(backbone_options={given})", f"backbone_options={kwargs['backbone_options']}")
            return init(self, **kwargs)

        wrapper.__signature__ = inspect.signature(init)  # Keras reads it, and does not look through wrappers
        return wrapper

    return decorate
