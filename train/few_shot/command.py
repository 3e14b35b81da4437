"""Episodic training, as `python -m train` calls it."""

from train.few_shot import evaluation, training
from train.shared.entry import Trainer

TRAINER = Trainer(
    train=training.train,
    evaluate=evaluation.evaluate,
    flops=evaluation.flops,
    validate=evaluation.validate,
)
