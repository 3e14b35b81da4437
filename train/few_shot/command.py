"""Episodic training, as `python -m train` calls it."""

from train.few_shot import distillation, evaluation, training
from train.few_shot.recipes import DistillationRecipe
from train.shared.entry import Trainer


def train(recipe, *arguments, **options):
    """Train by a recipe of either kind; see `entry.Trainer`."""
    room = distillation if isinstance(recipe, DistillationRecipe) else training
    return room.train(recipe, *arguments, **options)


TRAINER = Trainer(
    train=train,
    evaluate=evaluation.evaluate,
    flops=evaluation.flops,
    validate=evaluation.validate,
)
