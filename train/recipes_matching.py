"""Recipes of the few-shot entries. A recipe is frozen: what a card records is what ran."""

import dataclasses

AUGMENT = {"degrees": 14.0, "shift": 0.08, "zoom": 0.12, "shear": 0.1, "stretch": 0.1}


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How one entry is trained. Every field is an option of the command line.

    A loss over all training classes (`class_weight`) compares each code with one learned vector a class, like an
    episode as wide as the training set. Its vectors are thrown away after training.
    """

    summary: str
    model: str = "MatchingNetwork"  # class in pnzoo.hub.CLASSES
    objective: str = "episodes"  # or "neighbours", "pairs": see train.episode_trainer
    config: dict = dataclasses.field(default_factory=dict)  # its arguments
    data: str = "omniglot"  # or "glyphs", the invented characters
    protocol: str = "vinyals"  # split of Omniglot
    part: str = "train"  # part trained on
    way: int = 60  # classes an episode
    shot: int = 1  # support images a class
    queries: int = 3  # query images a class
    batch_size: int = 1  # episodes a step
    steps: int = 100  # steps an epoch
    epochs: int = 60
    minutes: float = 0.0  # budget of time; 0 goes by epochs
    learning_rate: float = 2e-3  # highest; warm-up, then cosine decay over the budget
    weight_decay: float = 0.0
    episode_weight: float = 1.0
    class_weight: float = 0.0
    class_head: str = "cosine"  # "cosine" or "linear"
    margin: float = 0.0  # taken off the right class's cosine while training
    augment: dict = dataclasses.field(default_factory=dict)  # limits of pnzoo.warp.random_affine
    precision: str = "float32"  # or "mixed_bfloat16", while training; weights are float32 either way
    start_from: str = ""  # an entry or folder whose weights of equal name and shape are the start
    validate_every: int = 5  # epochs between validations, which choose the weights kept
    seed: int = 0


RECIPES = {
    "matching_conv4_omniglot": Recipe(
        summary="Matching Network with the paper's Conv-4 encoder and a scaled cosine, for Omniglot-like characters",
        config={"encoder": "conv4"},
        augment={},
        precision="mixed_bfloat16",
        epochs=100,
    ),
}
