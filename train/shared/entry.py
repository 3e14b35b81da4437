"""From a trained model to an entry of the zoo: its card, its numbers, its place in zoo/."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import keras
import numpy as np

from pnzoo import hub
from pnzoo.hub.weights import Stored
from train.shared import run_folder


class Trainer(NamedTuple):
    """What one kind of training brings to `python -m train`.

    Attributes:
        train: function (recipe, folder, command="", overwrite=False, tensorboard=None) that trains by a recipe, or
            goes on with a run that was stopped -> the trained model, saved in `folder / "entry"`. `folder` is the
            run's, `command` is for the card, `overwrite` starts over, `tensorboard` is where to draw the log.
        evaluate: function (model, name, recipe, card, options) -> list of `Metric` for the card.
        flops: function (model, recipe) -> {"value", "per"} for the card.
        validate: the same as `evaluate` on data that may be looked at often, or None.
        score_seed: function (model, name, recipe, folder, options) -> dict of numbers that one seed reached, or None.
        pick_seed: function (results) -> the one whose entry becomes that of the run; by default the first.
    """

    train: Callable
    evaluate: Callable
    flops: Callable
    validate: Callable | None = None
    score_seed: Callable | None = None
    pick_seed: Callable | None = None


def build(recipe):
    """The untrained model of a recipe."""
    model = getattr(import_module(hub.CLASSES[recipe.model]), recipe.model)(**recipe.config)
    return model if model.built else model.build_weights()


def training_card(recipe, *, task, training, paper, data, command, seconds, rows, **more):
    """What is known of a model when its training ends.

    Args:
        recipe: that trained it.
        task: "planning", "terrain" or "few-shot".
        training: "imitation", "reinforcement" or "episodic".
        paper: which paper's model it is.
        data: what it was trained on, in words.
        command: that trains it again.
        seconds: of training, over all starts of the run.
        rows: of its log.
        **more: other keys of the card.
    """
    return {
        "task": task,
        "summary": recipe.summary,
        "paper": paper,
        "command": command,
        "seed": recipe.seed,
        "backend": keras.backend.backend(),
        "data": data,
        "hardware": run_folder.hardware(),
        "training": training,
        "training_seconds": round(seconds, 1),
        "recipe": recipe.recorded(),
        "limitations": list(recipe.limitations),
        "history": run_folder.history(rows),
        **more,
    }


def trained_on(sizes, side):
    """Maps of a planner's training as a card holds them.

    Args:
        sizes: sides of the maps of every stage.
        side: of the maps that the entry is for.
    """
    return {"height": side, "width": side, "sizes": [[size, size] for size in sorted(set(sizes))]}


def save(model, folder, card, weights_dtype="float32"):
    """Write the entry of a run. What was measured stays on its card where the weights are those that were measured.

    Args:
        model: the trained model.
        folder: the run's.
        card: of `training_card`.
        weights_dtype: as `hub.save` takes it.
    """
    place = folder / "entry"
    hub.save(model, place, {**card, **_measured(place, model, weights_dtype)}, weights_dtype=weights_dtype)


def _measured(place, model, weights_dtype):
    """What the card of an entry says of a model's weights, which may be rounded there."""
    try:
        known = hub.card(place)
        measured = {key: known[key] for key in ("metrics", "flops") if known.get(key)}
        stored = hub.load(place).get_weights() if measured else []
    except hub.EntryError:  # there is none, or it is damaged
        return {}
    now = model.get_weights()
    same = len(stored) == len(now) and all(
        any(np.array_equal(old, new.astype(dtype).astype(old.dtype)) for dtype in ("float32", weights_dtype))
        for old, new in zip(stored, now, strict=True)
    )
    return measured if same else {}


def evaluate(folder, name, recipe, trainer, options, more=()):
    """Measure the entry of a run and write the numbers into its card, `more` metrics after them."""
    model, card = hub.load(folder / "entry"), hub.card(folder / "entry")
    metrics = []
    for metric in trainer.evaluate(model, name, recipe, card, options):
        print(said(name, metric), flush=True)
        metrics.append(metric)
    words = {"summary": recipe.summary, "limitations": list(recipe.limitations)}
    hub.update_card(folder / "entry", **words, metrics=[*metrics, *more], flops=trainer.flops(model, recipe))


def validate(folder, name, recipe, trainer, options):
    """Measure the entry of a run on what may be looked at often; writes nothing.

    Raises:
        ValueError: this kind of training has no such data.
    """
    if trainer.validate is None:
        raise ValueError(f"{name} has no validation part; --evaluate measures it on generated maps")
    model = hub.load(folder / "entry", **options["load"])
    for metric in trainer.validate(model, name, recipe, hub.card(folder / "entry"), options):
        print(said(name, metric), flush=True)


def said(name, metric):
    """A metric in one line."""
    return f"{name}: {metric.title()} {metric} on {metric.where()}"


def publish(folder, name):
    """Put the entry of a run into zoo/, with as many bits a weight as it has."""
    place = folder / "entry"
    with Stored((place / hub.WEIGHTS).read_bytes()) as stored:
        dtype = "float16" if any(data.dtype == "float16" for data in stored.datasets.values()) else "float32"
    card = {**hub.card(place), "name": name}
    print("published", hub.save(hub.load(place), hub.zoo_folder() / name, card, weights_dtype=dtype))
