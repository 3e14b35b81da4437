"""Models on a web, as `python -m train` calls them."""

from train.shared.entry import Trainer
from train.webgraph import evaluation, training

TRAINER = Trainer(
    train=training.train, evaluate=evaluation.evaluate, flops=evaluation.flops, validate=evaluation.validate
)
