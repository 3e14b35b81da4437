"""Reinforcement, as `python -m train` calls it."""

from train.rl import evaluation, training
from train.shared.entry import Trainer

TRAINER = Trainer(
    train=training.train,
    evaluate=evaluation.evaluate,
    flops=evaluation.flops,
    score_seed=evaluation.score_seed,
    pick_seed=evaluation.pick_seed,
)
