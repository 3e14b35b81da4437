"""Queries on an invented web as a TensorFlow data set: import this module, then `tfds.load("pnzoo_web/3000")`.

Nothing is downloaded; one process or Apache Beam draws the same examples (`pnzoo.core.seeded_builder`).
"""

import dataclasses
import functools

import numpy as np

from pnzoo.core.seeded_builder import ATTEMPTS, SeededBuilder, SeededConfig, generator, tfds
from pnzoo.worlds.webgraph.distances import distances
from pnzoo.worlds.webgraph.generator import generate
from pnzoo.worlds.webgraph.queries import draw_queries
from pnzoo.worlds.webgraph.queries import split as goal_pages

PARTS = {"train": "train", "validation": "val", "test": "test"}


@dataclasses.dataclass(kw_only=True)
class WebConfig(SeededConfig):
    """The size of the web.

    Attributes:
        pages: of the web, `pnzoo.graphs.generate(pages, web_seed)`.
        web_seed: of the web; `seed` draws the queries.
    """

    pages: int
    web_seed: int = 0


class PnzooWeb(SeededBuilder):
    """A few sentences of a page, a page to start from, and a shortest way of links between them.

    Configs: "3000" (pages; 5,000 / 1,000 / 1,000 queries) and "tiny" (96 pages, 12 / 4 / 4, for tests). For others
    pass a `WebConfig`. No page is a goal in two splits.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_web/3000", data_dir=folder)
        >>> builder.builder_config.pages
        3000
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    BUILDER_CONFIGS = [
        WebConfig(name="3000", description="3,000 pages", pages=3000),
        WebConfig(name="tiny", description="a small web for tests", pages=96, train=12, validation=4, test=4),
    ]

    def _info(self):
        tensor = tfds.features.Tensor
        return tfds.core.DatasetInfo(
            builder=self,
            description="Queries on the web that pnzoo.graphs.generate(pages, web_seed) draws: its pages are numbers.",
            features=tfds.features.FeaturesDict({
                "query": tfds.features.Text(),
                "start": tensor(shape=(), dtype=np.int32),
                "goal": tensor(shape=(), dtype=np.int32),
                "path": tensor(shape=(None,), dtype=np.int32),
            }),
        )  # fmt: skip

    @staticmethod
    def draw(config, split, index):
        web, rng = _web(config.pages, config.web_seed), generator(config, split, index)
        goals = goal_pages(web, PARTS[split], config.web_seed)
        for _ in range(ATTEMPTS):
            try:
                queries = draw_queries(web, [rng.choice(goals)], 1, rng)
                break
            except ValueError:  # a page that cannot be a goal
                continue
        else:
            raise ValueError(f"no page of {split} can be a goal in a web of {config.pages} pages; ask for more pages")
        start, goal = int(queries.start[0]), int(queries.goal[0])
        path = _path(web, start, goal)
        yield index, {"query": queries.text[0], "start": start, "goal": goal, "path": np.array(path, np.int32)}


@functools.lru_cache(maxsize=2)
def _web(pages, seed):
    """Drawn once in each process; the same in all."""
    return generate(pages, seed)


def _path(web, start, goal):
    """Pages of a shortest way; of several, the first in the order of the links."""
    away, path = distances(web, [goal])[0], [start]
    while path[-1] != goal:
        links = web.links_of(path[-1])
        path.append(int(links[away[links].argmin()]))
    return path
