"""Names of the last release: recipe fields of stored cards, options and commands. They go with the next release."""

import re
import shlex
import warnings

# Recipe fields of each kind of training. A function gives today's fields from the former value.
RECIPE = {"start_from": "init_from", "limits": "limitations", "compile": "jit_compile"}
FAMILIES = {"traps": "bugtraps", "gaps": "alternating_gaps"}
IMITATION = {
    **RECIPE,
    "rate_from": "initial_learning_rate",
    "rate_to": "end_learning_rate",
    "clip": "global_clipnorm",
    "cells": "cells_per_map",
    "paths": "paths_per_map",
    "same_maps": "reuse_maps",
    "lengths": lambda value: {"target": "distance" if value else "action"},
    "families": lambda value: {"families": [FAMILIES.get(name, name) for name in value]},
    # a stage's dict of arguments; elsewhere the name of a class
    "model": lambda value: {"model_options" if isinstance(value, dict) else "model": value},
}
OBJECTIVES = {"episodes": "episodic", "neighbours": "nca", "pairs": "pairwise"}
EPISODIC = {
    **RECIPE,
    "objective": lambda value: {"objective": OBJECTIVES.get(value, value)},
    "protocol": "split_scheme",
    "part": "split",
    "mirrors": "flip_as_class",
    "held_out": "n_validation_alphabets",
    "whole_alphabets": "within_alphabet",
    "queries": "n_query",
    "steps": "steps_per_epoch",
    "episode_weight": "episodic_loss_weight",
    "class_weight": "classification_loss_weight",
    "class_head": "classification_head",
    "precision": "dtype_policy",
    "frozen_encoder": "frozen_backbone",
    "members": "ensemble",
    "joined": "in_ensemble",
    "kept": "best_checkpoint",
    "augment": lambda value: {"augment": {{"bend": "elastic"}.get(name, name): limit for name, limit in value.items()}},
    "minutes": lambda value: {},  # learning rates follow the epochs, and never the clock
}
REINFORCEMENT = {
    **RECIPE,
    "env_steps": "total_timesteps",
    "worlds": "n_envs",
    "steps": "n_steps",
    "longest": "max_steps_factor",
    "kl_limit": "target_kl",
    "damping": "cg_damping",
    "cg_steps": "cg_max_steps",
    "entropy": "ent_coef",
    "discount": "gamma",
    "trace": "gae_lambda",
    "maps_a_pass": "maps_per_batch",
    "levels": "stages",
    "until": "success_threshold",
    "distance": "max_start_distance",
    "obstacles": "max_obstacles",
}
NESTED = ("stages", "levels", "ensemble", "members")  # fields that hold dicts of fields

# Options that are no recipe fields.
OPTIONS = {"--fresh": "--overwrite", "--seeds": "--num-seeds", "--maps": "--num-maps", "--again": "--force",
           "--paper-files": "--mat-files"}  # fmt: skip
EVALUATE_OPTIONS = {"--n": "--num-maps", "--maps": "--mat-file", "--by-length": "--by-distance"}
COMMANDS = {
    "train.imitation": "train",
    "train.matching": "train",
    "train.rl": "train",
    "train.prepare_omniglot": "train.few_shot.prepare_omniglot",
    "train.baselines": "train.few_shot.baselines",
}


def fields(recipe, table=None):
    """Today's fields of a recipe.

    Args:
        recipe: dict, as a card holds it.
        table: former -> today's names; by default, those of the kind that the fields tell.

    Example:
        >>> fields({"clip": 1.0, "stages": [{"rate_from": 0.1, "lengths": True}]})
        {'global_clipnorm': 1.0, 'stages': [{'initial_learning_rate': 0.1, 'target': 'distance'}]}
    """
    table = table or table_of(recipe)
    today = {}
    for name, value in recipe.items():
        if name in NESTED and isinstance(value, (list, tuple)):
            value = [fields(item, table) if isinstance(item, dict) else item for item in value]
        new = table.get(name, name)
        today |= new(value) if callable(new) else {new: value}
    return today


def table_of(recipe):
    """The table for a recipe's fields: those of reinforcement count steps, episodic ones have an objective."""
    if {"env_steps", "total_timesteps"} & set(recipe):
        return REINFORCEMENT
    return EPISODIC if "objective" in recipe else IMITATION


def options(arguments, recipe):
    """Today's options for those of the last release, with a warning for each.

    Args:
        arguments: list of words, as typed.
        recipe: the recipe that they change; its own fields are left alone.

    Example:
        >>> from train.shared.recipe import Recipe
        >>> import warnings; warnings.simplefilter("ignore")
        >>> options(["vin8", "--fresh", "--start-from=vin16"], Recipe())
        ['vin8', '--overwrite', '--init-from=vin16']
    """
    own = {option(name) for name in vars(recipe)}
    words = []
    for word in arguments:
        flag, equals, value = word.partition("=")
        new = _renamed_option(flag, recipe.FORMER) if flag.startswith("--") and flag not in own else flag
        if new != flag:
            told = f"{flag} is called {new} now; the old name goes with the next release."
            warnings.warn(told, DeprecationWarning, stacklevel=2)
        words.append(new + equals + value)
    return words


def option(name):
    """The option of a recipe field."""
    return "--" + name.replace("_", "-")


def _renamed_option(flag, table=RECIPE):
    if flag in OPTIONS:
        return OPTIONS[flag]
    new = table.get(flag[2:].replace("-", "_"))
    if callable(new):
        return flag
    return option(new) if new else flag


def command(words, config_keys=None):
    """Today's command for one that a card holds.

    Args:
        words: the command, text.
        config_keys: former -> today's names of model arguments in `--config`.

    Example:
        >>> command("python -m train.imitation vin16 --fresh")
        'python -m train vin16'
        >>> command("python -m train.rl vin16_rl --seeds 3")
        'python -m train vin16_rl --num-seeds 3'
        >>> command("pnzoo evaluate vin8 --maps gridworld_8.mat")
        'pnzoo evaluate vin8 --mat-file gridworld_8.mat'
    """
    for old, new in (config_keys or {}).items():
        words = re.sub(rf'"{re.escape(old)}":', f'"{new}":', words)
    parts = shlex.split(words)
    if parts[:2] == ["pnzoo", "evaluate"]:
        return shlex.join(EVALUATE_OPTIONS.get(part, part) for part in parts)
    if parts[:2] != ["python", "-m"] or parts[2] not in COMMANDS:
        return words
    parts[2] = COMMANDS[parts[2]]
    # A published command trains: it need not forget an earlier run.
    return shlex.join(part if part in parts[:4] else _renamed_option(part) for part in parts if part != "--fresh")


def forward(old, arguments):
    """Run `python -m train` for a former command."""
    from train.__main__ import run

    warn(old, "train")
    run(arguments)


def warn(old, new):
    """Say that a former command is another one today."""
    warnings.simplefilter("always", DeprecationWarning)
    words = f"python -m {old} is python -m {new} now; the old command goes with the next release."
    warnings.warn(words, DeprecationWarning, stacklevel=3)
