"""Invented characters as a TensorFlow data set: import this module, then `tfds.load("pnzoo_glyphs")`.

Nothing is downloaded; one process or Apache Beam draws the same examples (`pnzoo.core.seeded_builder`).
"""

import dataclasses

import numpy as np

from pnzoo.core.seeded_builder import SeededBuilder, SeededConfig, stream, tfds
from pnzoo.data.glyphs import generate
from pnzoo.data.omniglot import IMAGE_SIZE


@dataclasses.dataclass(kw_only=True)
class GlyphsConfig(SeededConfig):
    """How many characters, and of whom. `train`, `validation` and `test` are numbers of alphabets.

    Attributes:
        characters: of an alphabet.
        drawers: of an alphabet, who draw each of its characters once.
        size: pixels of a side.
    """

    characters: int = 20
    drawers: int = 20
    size: int = IMAGE_SIZE


class PnzooGlyphs(SeededBuilder):
    """Invented handwritten characters. A draw is an alphabet with writers of its own.

    Configs: "alphabets" (30 / 5 / 10 alphabets of 20 characters, 20 drawings each) and "tiny" (2 / 1 / 1 of 3, drawn
    by 2, for tests). For others pass a `GlyphsConfig`. No alphabet is in two splits.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_glyphs/alphabets", data_dir=folder)
        >>> builder.info.features["image"].shape
        (28, 28, 1)
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        GlyphsConfig(name="alphabets", description="as many as Omniglot's half", train=30, validation=5, test=10),
        GlyphsConfig(name="tiny", description="a few for tests", train=2, validation=1, test=1, characters=3,
                     drawers=2),
    ]  # fmt: skip

    def _info(self):
        size, number = self.builder_config.size, tfds.features.Tensor(shape=(), dtype=np.int32)
        return tfds.core.DatasetInfo(
            builder=self,
            description="Invented handwritten characters, 255 for strokes. `label` counts the characters of a split.",
            features=tfds.features.FeaturesDict({
                "image": tfds.features.Image(shape=(size, size, 1), encoding_format="png"),
                "alphabet": number,
                "label": number,
                "drawer": number,
            }),
            supervised_keys=("image", "label"),
        )  # fmt: skip

    @staticmethod
    def draw(config, split, index):
        seed = (config.seed, stream(split), index)
        images = generate(1, config.characters, config.drawers, seed=seed, size=config.size).images
        for character, drawings in enumerate(images):
            label = index * config.characters + character
            for drawer, image in enumerate(drawings):
                example = {"image": image[..., None], "alphabet": index, "label": label, "drawer": drawer}
                yield label * config.drawers + drawer, example
