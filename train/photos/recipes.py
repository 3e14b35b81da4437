"""Recipes of the networks for photographs. A recipe is frozen: what a card records is what ran."""

import dataclasses

from train.photos.views import VIEWS
from train.shared.recipe import Recipe

SOURCES = ("classes", *VIEWS)
TINY = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16, "color_bins": 6}


@dataclasses.dataclass(frozen=True)
class PhotoRecipe(Recipe):
    """How the head over a frozen backbone is trained on episodes. Every field is an option of the command line."""

    model: str = "PhotoMatchingNetwork"
    variant: str = "lite0"  # of the published weights, see `train.photos.convert`; "" for random ones
    data: str = "tiny_imagenet"  # or "invented"
    sources: tuple = SOURCES  # of episodes, in turn: Tiny-ImageNet's classes, or single pictures by invented views
    images_per_class: int = 15
    instances_per_class: int = 5
    n_views: int = 2
    shapes: tuple = ((5, 1, 5), (20, 1, 5), (5, 5, 5), (20, 5, 5))  # [way, shot, n_query] of episodes of classes
    # of episodes of single pictures, one shot and one query; Keras looks at the first two batches for what may vary
    instance_ways: tuple = (20, 5)
    batch_size: int = 2  # episodes a step
    steps_per_epoch: int = 60
    epochs: int = 15
    learning_rate: float = 0.05
    evaluation_images: str = "grocery"
    notes: str = ""

    def __post_init__(self):
        super().__post_init__()
        if not self.sources or not set(self.sources) <= set(SOURCES):
            raise ValueError(f"sources are some of {', '.join(SOURCES)}; got {list(self.sources)}")

    def quick(self):
        """The same on a few invented pictures with a tiny random backbone, to see that everything works."""
        config = {**self.config, "backbone_options": TINY, "image_size": 64}
        few = {"images_per_class": 10, "instances_per_class": 1, "steps_per_epoch": 6, "epochs": 2}
        invented = {"variant": "", "data": "invented", "evaluation_images": "invented"}
        return dataclasses.replace(self, config=config, **few, **invented)


RECIPES = {
    "matching_photo": PhotoRecipe(
        summary="Names photographs from one to five pictures of each class: EfficientNet-Lite0, frozen, and a matching "
        "head trained on other photographs",
        limitations=(
            "The backbone was trained on ImageNet, so figures on classes of ImageNet are not those of unseen ones.",
            "The head has ten numbers, learned on Tiny-ImageNet and on invented views of its pictures. The form of the "
            "colour histogram (its bins and smoothing) comes from a trial on the groceries that it is measured on, "
            "and these were looked at four times on the way.",
            "It looks at the middle of a picture: crop what you mean if it stands elsewhere.",
        ),
    ),
}
