"""Policies of a body that moves continuously, as `python -m train` calls them."""

from train.navigation import evaluation, reinforcement, training
from train.navigation.recipes import NavigationReinforcementRecipe
from train.shared.entry import Trainer


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """By the expert or by reward, as the recipe says: see `entry.Trainer`."""
    by = reinforcement if isinstance(recipe, NavigationReinforcementRecipe) else training
    return by.train(recipe, folder, command, overwrite, tensorboard)


TRAINER = Trainer(train=train, evaluate=evaluation.evaluate, flops=evaluation.flops, validate=evaluation.validate)
