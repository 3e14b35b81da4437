"""Worlds to train and to measure on, parted by place: the Moon, Mars, invented relief, invented tiles.

Pictures of one part share no pixel with those of another.
"""

from typing import NamedTuple

import numpy as np

from pnzoo.worlds.terrain import mars, moon
from pnzoo.worlds.terrain.cells import cell_cost
from pnzoo.worlds.terrain.relief import generate_relief
from pnzoo.worlds.terrain.shading import hillshade
from pnzoo.worlds.terrain.tiles import generate_tiles

CELLS = {"moon": 8, "mars": 4, "relief": 8, "tiles": 8}  # world -> pixels of a cell's side
WORLDS = tuple(CELLS)
PARTS = ("train", "val", "test")
BODIES = {"moon": moon, "mars": mars}
RELIEF_METRES = 474.0  # a pixel, as on the Moon's equator at 64 pixels a degree
STRETCH, INSIDE_OUT = 1.25, 0.25  # most by which heights are stretched for training; chance that pits become hills
PART_SEEDS = {"train": 0, "val": 1, "test": 2}  # of invented worlds


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
        world: "relief" or "tiles"; or "moon" or "mars", which need elevation (see `pnzoo.worlds.terrain.moon`, `mars`).
        part: "train", "val" or "test".
        n: scenes.
        rng: `numpy.random.Generator`.
        cells: of a side; a cell has 8x8 pixels, on Mars 4x4.
        augmented: mirror, transpose and stretch the ground at random, and sometimes turn it inside out, before it is
            lit from where the sun always stands: new ground for training, for free.

    Returns:
        `Scenes`.

    Raises:
        ValueError: no such world or part, or a part that is smaller than a scene.
        FileNotFoundError: the elevation is not there; the message says where to put it.

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
    size = cells * CELLS[world]
    if world == "relief":
        elevation = generate_relief(n, size, RELIEF_METRES, _part_seed(part, rng))
        metres = [(RELIEF_METRES, RELIEF_METRES)] * n
    else:
        elevation, metres = BODIES[world].patches(part, n, size, rng)
    pictures, costs = np.empty((n, size, size, 1), np.float32), np.empty((n, cells, cells), np.float32)
    for i in range(n):
        z, resolution = _augmented(elevation[i], metres[i], rng) if augmented else (elevation[i], metres[i])
        pictures[i, ..., 0] = hillshade(z, resolution)
        costs[i] = cell_cost(z, resolution, cells)
    return Scenes(pictures, costs)


def _part_seed(part, rng):
    """A seed for invented ground that no other part draws."""
    return 3 * int(rng.integers(2**31)) + PART_SEEDS[part]


def _augmented(z, metres, rng):
    z = z * np.float32(STRETCH ** rng.uniform(-1, 1) * (-1 if rng.random() < INSIDE_OUT else 1))
    flips = rng.random(3) < 0.5
    z = z[::-1] if flips[0] else z
    z = z[:, ::-1] if flips[1] else z
    return (z.T, metres[::-1]) if flips[2] else (z, metres)
