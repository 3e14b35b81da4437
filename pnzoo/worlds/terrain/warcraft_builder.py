"""The Warcraft benchmark as a TensorFlow data set: import this module, then `tfds.load("pnzoo_warcraft/12")`.

Nothing is downloaded: users put the benchmark's files into TFDS's `manual_dir`.
"""

import dataclasses

import numpy as np

from pnzoo.worlds.terrain.shown_paths import as_path
from pnzoo.worlds.terrain.warcraft import SPLITS, read_warcraft

try:
    import tensorflow_datasets as tfds
except ImportError as error:
    raise ImportError("the Warcraft benchmark as a TensorFlow data set needs tensorflow-datasets; "
                      "type: pip install 'pnzoo[data]'") from error

_CITATION = """@inproceedings{vlastelica2020differentiation,
  title={Differentiation of Blackbox Combinatorial Solvers},
  author={Vlastelica, Marin and Paulus, Anselm and Musil, V{\\'i}t and Martius, Georg and Rol{\\'i}nek, Michal},
  booktitle={International Conference on Learning Representations},
  year={2020}
}"""
CELL = 8  # pixels of a tile's side


@dataclasses.dataclass(kw_only=True)
class WarcraftConfig(tfds.core.BuilderConfig):
    """One size of the benchmark.

    Attributes:
        cells: tiles of a side.
    """

    cells: int


class PnzooWarcraft(tfds.core.GeneratorBasedBuilder):
    """Pictures of tile worlds, the cost of each tile, and a cheapest path from the upper left to the lower right.

    Configs: "12", "18", "24", "30", the tiles of a side.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     builder = tfds.builder("pnzoo_warcraft/12", data_dir=folder)
        >>> builder.info.features["picture"].shape
        (96, 96, 3)

    Reference: Vlastelica et al. 2020.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Download the Warcraft shortest-path data of Vlastelica et al. 2020 and put {train,val,test}_maps.npy, "
        "_vertex_weights.npy and _shortest_paths.npy of one size into manual_dir."
    )
    BUILDER_CONFIGS = [
        WarcraftConfig(name=str(cells), description=f"{cells}x{cells} tiles", cells=cells) for cells in (12, 18, 24, 30)
    ]

    def _info(self):
        cells = self.builder_config.cells
        return tfds.core.DatasetInfo(
            builder=self,
            description="Pictures of tile worlds whose cheapest path from the upper left to the lower right is known. "
                        "A path costs the sum of its tiles; it moves in eight directions.",
            features=tfds.features.FeaturesDict({
                "picture": tfds.features.Image(shape=(cells * CELL, cells * CELL, 3), encoding_format="png"),
                "cost": tfds.features.Tensor(shape=(cells, cells), dtype=np.float32),
                "mask": tfds.features.Tensor(shape=(cells, cells), dtype=np.bool_),
                "path": tfds.features.Tensor(shape=(None, 2), dtype=np.int32),
            }),
            homepage="https://arxiv.org/abs/1912.02175",
            citation=_CITATION,
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(dl_manager.manual_dir, split) for split in SPLITS}

    def _generate_examples(self, folder, split):
        cells = self.builder_config.cells
        data = read_warcraft(folder, split)
        if data.pictures.shape[1:3] != (cells * CELL, cells * CELL) or data.costs.shape[1:] != (cells, cells):
            raise ValueError(
                f"{folder} holds pictures of {data.pictures.shape[1]}x{data.pictures.shape[2]} pixels and "
                f"{data.costs.shape[1]}x{data.costs.shape[2]} tiles, which are not those of pnzoo_warcraft/{cells}."
            )
        for i, mask in enumerate(data.paths):
            path = as_path(mask, mask.shape, f"path {i} of {split}").astype(np.int32)
            yield i, {"picture": data.pictures[i], "cost": data.costs[i], "mask": mask, "path": path}
