"""Invented photographs as a TensorFlow data set: import this module, then `tfds.load("pnzoo_still_lifes")`.

Nothing is downloaded; one process or Apache Beam draws the same examples (`pnzoo.core.seeded_builder`).
"""

import dataclasses

import numpy as np

from pnzoo.core.seeded_builder import SeededBuilder, SeededConfig, stream, tfds
from pnzoo.data.still_lifes import generate


@dataclasses.dataclass(kw_only=True)
class StillLifesConfig(SeededConfig):
    """How many pictures. `train`, `validation` and `test` are numbers of kinds of things.

    Attributes:
        images: of each kind.
        size: pixels of a side.
    """

    images: int = 100
    size: int = 96


class PnzooStillLifes(SeededBuilder):
    """Things before walls. A draw is a kind of thing.

    Configs: "96" (64 / 16 / 20 kinds, 100 pictures of 96 x 96 pixels each) and "tiny" (3 / 2 / 2 of 2 pictures of 16
    x 16, for tests). For others pass a `StillLifesConfig`. No kind is in two splits.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_still_lifes/96", data_dir=folder)
        >>> builder.info.features["image"].shape
        (96, 96, 3)
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        StillLifesConfig(name="96", description="96x96 pixels", train=64, validation=16, test=20),
        StillLifesConfig(name="tiny", description="a few for tests", train=3, validation=2, test=2, images=2, size=16),
    ]

    def _info(self):
        size = self.builder_config.size
        return tfds.core.DatasetInfo(
            builder=self,
            description="Invented photographs. `label` counts the kinds of a split.",
            features=tfds.features.FeaturesDict({
                "image": tfds.features.Image(shape=(size, size, 3), encoding_format="png"),
                "label": tfds.features.Tensor(shape=(), dtype=np.int32),
            }),
            supervised_keys=("image", "label"),
        )  # fmt: skip

    @staticmethod
    def draw(config, split, index):
        (images,) = generate(1, config.images, seed=(config.seed, stream(split), index), size=config.size)
        for i, image in enumerate(images):
            yield index * config.images + i, {"image": image, "label": index}
