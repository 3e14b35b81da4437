"""Worlds to train and to measure on, parted by place: the Moon, invented relief, invented tiles.

Pictures of one part share no pixel with those of another. Of a celestial body, parts are ranges of longitude, and
training keeps a patch's width and more away from what is tested, around the back of the body too.
"""

import os
import pathlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pnzoo.worlds.terrain.cells import cell_cost
from pnzoo.worlds.terrain.relief import generate_relief
from pnzoo.worlds.terrain.shading import hillshade
from pnzoo.worlds.terrain.tiles import generate_tiles

WORLDS = ("moon", "relief", "tiles")
PARTS = ("train", "val", "test")
CELL = 8  # pixels of a cell's side
RELIEF_METRES = 474.0  # a pixel, as on the Moon's equator at 64 pixels a degree
STRETCH, INSIDE_OUT = 1.25, 0.25  # most by which heights are stretched for training; chance that pits become hills
PART_SEEDS = {"train": 0, "val": 1, "test": 2}  # of invented worlds

# Columns of 4 degrees of longitude, 0 to 59. Column 0 lies beside 59, so it belongs to no part.
MOON_COLUMNS = {"train": range(1, 48), "val": range(48, 52), "test": range(52, 60)}
MOON_FILE = "moon/gld100_64ppd.npz"
MOON_METRES = 474.0


class Scenes(NamedTuple):
    """Pictures of ground and what it costs to cross it.

    pictures: float32 [N, h, w, C], 0 to 1
    costs:    float32 [N, H, W], of entering each cell; inf where one cannot go
    """

    pictures: np.ndarray
    costs: np.ndarray


def draw_scenes(world, part, n, rng, cells=16, augmented=False):
    """Scenes of a world, drawn at random.

    Args:
        world: "moon" (needs the elevation file, see `data_folder`), "relief" or "tiles".
        part: "train", "val" or "test".
        n: scenes.
        rng: `numpy.random.Generator`.
        cells: of a side; a cell has 8x8 pixels.
        augmented: mirror, transpose and stretch the ground at random, and sometimes turn it inside out, before it is
            lit from where the sun always stands: new ground for training, for free.

    Returns:
        `Scenes`.

    Raises:
        ValueError: no such world or part.
        FileNotFoundError: the Moon's elevation is not there; the message says where to put it.

    Example:
        >>> scenes = draw_scenes("relief", "train", 2, np.random.default_rng(0), cells=4)
        >>> scenes.pictures.shape, scenes.costs.shape
        ((2, 32, 32, 1), (2, 4, 4))
    """
    if world not in WORLDS or part not in PARTS:
        raise ValueError(f"a world is one of {', '.join(WORLDS)} and a part one of {', '.join(PARTS)}; "
                         f"got {world!r}, {part!r}.")
    if world == "tiles":
        tiles = generate_tiles(n, cells, _part_seed(part, rng))
        return Scenes(tiles.pictures.astype(np.float32) / np.float32(255), tiles.costs)
    size = cells * CELL
    if world == "relief":
        elevation = generate_relief(n, size, RELIEF_METRES, _part_seed(part, rng))
        metres = [(RELIEF_METRES, RELIEF_METRES)] * n
    else:
        elevation, metres = _moon_patches(part, n, size, rng)
    pictures, costs = np.empty((n, size, size, 1), np.float32), np.empty((n, cells, cells), np.float32)
    for i in range(n):
        z, resolution = _augmented(elevation[i], metres[i], rng) if augmented else (elevation[i], metres[i])
        pictures[i, ..., 0] = hillshade(z, resolution)
        costs[i] = cell_cost(z, resolution, cells)
    return Scenes(pictures, costs)


def data_folder():
    """Folder of real data, which the project does not hold: `$PNZOO_DATA_DIR`, or `data/` where one stands."""
    return pathlib.Path(os.environ.get("PNZOO_DATA_DIR", "data"))


def _part_seed(part, rng):
    """A seed for invented ground that no other part draws."""
    return 3 * int(rng.integers(2**31)) + PART_SEEDS[part]


def _augmented(z, metres, rng):
    z = z * np.float32(STRETCH ** rng.uniform(-1, 1) * (-1 if rng.random() < INSIDE_OUT else 1))
    flips = rng.random(3) < 0.5
    z = z[::-1] if flips[0] else z
    z = z[:, ::-1] if flips[1] else z
    return (z.T, metres[::-1]) if flips[2] else (z, metres)


def _moon_patches(part, n, size, rng):
    tiles, columns, rows = _moon()
    chosen = rng.choice(np.flatnonzero(np.isin(columns, list(MOON_COLUMNS[part]))), n)
    side = tiles.shape[1]
    if size > side:
        raise ValueError(f"tiles of the Moon have {side} pixels a side; {size // CELL} cells need {size}.")
    corner = rng.integers(0, side - size + 1, (n, 2))
    z = [tiles[t, r : r + size, c : c + size].astype(np.float32) for t, (r, c) in zip(chosen, corner, strict=True)]
    latitude = np.radians(88.0 - 4.0 * rows[chosen])  # of the tile's middle
    return z, [(MOON_METRES, MOON_METRES * float(np.cos(angle))) for angle in latitude]


@lru_cache(maxsize=1)
def _moon():
    """Elevation uint16 [tiles, 256, 256], column and row of each tile."""
    path = data_folder() / MOON_FILE
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there: elevation of the Moon (LRO WAC GLD100, 64 pixels a degree, tiles of 4 degrees). "
            "Set PNZOO_DATA_DIR to the folder that holds moon/, or take world='relief', which is invented."
        )
    with np.load(path) as file:
        tiles = np.cumsum(file["column_differences"], axis=2, dtype=np.uint16)
        return tiles, file["column"], file["row"]


