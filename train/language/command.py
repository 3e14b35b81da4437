"""Networks for sentences, as `python -m train` calls them."""

from train.language import evaluation, training
from train.shared.entry import Trainer

TRAINER = Trainer(
    train=training.train, evaluate=evaluation.evaluate, flops=evaluation.flops, validate=evaluation.validate
)
