"""Imitation, as `python -m train` calls it."""

from train.planning import evaluation, imitation
from train.shared.entry import Trainer

TRAINER = Trainer(
    train=imitation.train,
    evaluate=evaluation.evaluate,
    flops=evaluation.flops,
    score_seed=evaluation.score_seed,
)
