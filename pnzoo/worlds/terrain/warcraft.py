"""The Warcraft shortest-path benchmark, whose files users download themselves."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from pnzoo.worlds.terrain.readers import existing, read_npy

NAMES = ("maps", "vertex_weights", "shortest_paths")
SPLITS = ("train", "val", "test")


class PathData(NamedTuple):
    """Pictures, costs of cells and shown paths of one part of a path benchmark.

    pictures: uint8 [N, H, W, 3]
    costs:    float32 [N, rows, columns]
    paths:    bool [N, rows, columns], the cells of a cheapest path from the first cell to the last
    """

    pictures: np.ndarray
    costs: np.ndarray
    paths: np.ndarray


def read_warcraft(folder, split="train"):
    """Read one part of the Warcraft shortest-path benchmark.

    Args:
        folder: holds `{split}_maps.npy` uint8 [N, 96, 96, 3], `{split}_vertex_weights.npy` [N, 12, 12] and
            `{split}_shortest_paths.npy` [N, 12, 12] (sides of 18, 24 and 30 cells likewise).
        split: `"train"`, `"val"` or `"test"`.

    Returns:
        `PathData`; `fit_paths(data.pictures, data.paths)` learns from it.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: no such split, the files do not belong together, or hold NaN, costs that are not above 0, or masks
            that are no path from the first cell to the last.

    Reference: Vlastelica et al. 2020, "Differentiation of Blackbox Combinatorial Solvers".
    """
    if split not in SPLITS:
        raise ValueError(f"a split is one of {', '.join(SPLITS)}; got {split!r}.")
    folder = Path(folder)
    missing = [f"{split}_{name}.npy" for name in NAMES if not (folder / f"{split}_{name}.npy").is_file()]
    if missing:
        raise FileNotFoundError(
            f"{folder} lacks {', '.join(missing)}. Download the Warcraft shortest-path data of Vlastelica et al. 2020, "
            "unpack it, and give the folder of one size, such as 12x12."
        )
    pictures, costs, paths = (read_npy(existing(folder / f"{split}_{name}.npy")) for name in NAMES)
    _check_shapes(folder, pictures, costs, paths)
    _check_values(folder, split, pictures, costs, paths)
    return PathData(pictures, costs.astype(np.float32), paths.astype(bool))


def _check_shapes(folder, pictures, costs, paths):
    fits = (
        pictures.ndim == 4
        and pictures.shape[-1] == 3
        and costs.ndim == 3
        and min(costs.shape) > 0
        and costs.shape == paths.shape
        and len(pictures) == len(costs)
        and pictures.shape[1] % costs.shape[1] == 0
        and pictures.shape[2] % costs.shape[2] == 0
    )
    if not fits:
        raise ValueError(
            f"{folder}: expected maps [N, H, W, 3], and vertex_weights and shortest_paths [N, rows, columns] that "
            f"divide H and W; got {list(pictures.shape)}, {list(costs.shape)} and {list(paths.shape)}."
        )


def _check_values(folder, split, pictures, costs, paths):
    if pictures.dtype != np.uint8:
        raise ValueError(f"{folder}: {split}_maps.npy holds uint8 0..255; got {pictures.dtype}.")
    if costs.dtype.kind not in "uif" or paths.dtype.kind not in "buif":
        raise ValueError(f"{folder}: costs and paths are numbers; got {costs.dtype} and {paths.dtype}.")
    wrong = {
        "vertex_weights": ~(np.isfinite(costs) & (costs > 0)).all(axis=(1, 2)),
        "shortest_paths": ~((paths == 0) | (paths == 1)).all(axis=(1, 2)),
    }
    what = {"vertex_weights": "numbers above 0, NaN is none", "shortest_paths": "0 or 1"}
    for name, flags in wrong.items():
        if flags.any():
            raise ValueError(
                f"{folder}: {split}_{name}.npy holds {what[name]}; {flags.sum():,} of {len(flags):,} examples do not, "
                f"the first is {flags.argmax()}."
            )
    open_ended = ~((paths[:, 0, 0] == 1) & (paths[:, -1, -1] == 1))
    if open_ended.any():
        raise ValueError(
            f"{folder}: {split}_shortest_paths.npy leads from the first cell to the last; {open_ended.sum():,} of "
            f"{len(open_ended):,} do not, the first is {open_ended.argmax()}."
        )
