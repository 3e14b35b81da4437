"""Sentences of the invented language as a TensorFlow data set: import this module, then `tfds.load("pnzoo_language")`.

Nothing is downloaded; one process or Apache Beam draws the same examples (`pnzoo.core.seeded_builder`).
"""

import dataclasses
import functools

import numpy as np

from pnzoo.core.seeded_builder import ATTEMPTS, SeededBuilder, SeededConfig, generator, stream, tfds
from pnzoo.data.language.grammar import KINDS, _sentence, _words

SHARES = {"train": 0.75, "validation": 0.125, "test": 0.125}  # of the nouns


@dataclasses.dataclass(kw_only=True)
class LanguageConfig(SeededConfig):
    """How many sentences. `seed` draws the language, too."""


class PnzooLanguage(SeededBuilder):
    """Sentences, and in each a noun to be blanked out.

    Configs: "sentences" (20,000 / 2,000 / 2,000) and "tiny" (24 / 8 / 8, for tests). For others pass a
    `LanguageConfig`. No noun is asked for in two splits; all are read in all.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_language/sentences", data_dir=folder)
        >>> sorted(builder.info.features)
        ['place', 'sentence', 'word']
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        LanguageConfig(name="sentences", description="sentences", train=20_000, validation=2000, test=2000),
        LanguageConfig(name="tiny", description="a few for tests", train=24, validation=8, test=8),
    ]

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description="Sentences of an invented language. `word` is a noun of the split, and `place` counts the "
                        "words of the sentence before it.",
            features=tfds.features.FeaturesDict({
                "sentence": tfds.features.Text(),
                "word": tfds.features.Text(),
                "place": tfds.features.Tensor(shape=(), dtype=np.int32),
            }),
        )  # fmt: skip

    @staticmethod
    def draw(config, split, index):
        rng = generator(config, split, index)
        language, acts_on, nouns = _language(config.seed)
        mine = nouns[stream(split)]
        for _ in range(ATTEMPTS):
            words = _sentence(language, acts_on, rng)
            places = [place for place, word in enumerate(words) if word in mine]
            if places:
                break
        place = int(rng.choice(places))
        yield index, {"sentence": " ".join(words), "word": words[place], "place": place}


@functools.lru_cache(maxsize=2)
def _language(seed):
    """Words, who acts on whom, and the nouns of each split. Drawn once in each process; the same in all."""
    language, rng = _words(np.random.default_rng((seed, 0))), np.random.default_rng((seed, 1))
    acts_on = rng.permutation(KINDS)
    nouns = rng.permutation([word for kind in language["noun"] for word in kind])
    ends = np.round(np.cumsum(list(SHARES.values()))[:-1] * len(nouns)).astype(int)
    return language, acts_on, [set(part.tolist()) for part in np.split(nouns, ends)]
