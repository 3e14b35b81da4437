"""An invented tile world: regions of terrain, each tile a small textured picture, each with a cost to enter."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

TILE = 8  # pixels of a cell's side

# name -> (cost of entering a cell, mean colour, contrast of its textures)
TERRAINS = {
    "path": (0.8, (0.76, 0.66, 0.47), 0.05),
    "grass": (1.2, (0.35, 0.60, 0.25), 0.08),
    "scrub": (2.4, (0.50, 0.52, 0.22), 0.14),
    "forest": (4.0, (0.12, 0.36, 0.16), 0.16),
    "swamp": (6.5, (0.24, 0.34, 0.34), 0.12),
    "rock": (9.2, (0.52, 0.50, 0.50), 0.22),
}
TEXTURES = 6  # pictures of a tile for each kind of terrain


class Tiles(NamedTuple):
    """Pictures of tile worlds and what it costs to cross them.

    pictures: uint8 [N, 8 H, 8 W, 3]
    costs:    float32 [N, H, W], of entering each cell
    terrain:  int8 [N, H, W], index into `list(TERRAINS)`
    """

    pictures: np.ndarray
    costs: np.ndarray
    terrain: np.ndarray


def generate_tiles(n, cells=12, seed=0):
    """Invented worlds in the manner of the Warcraft shortest-path benchmark: 8x8 pixels a cell, a cost on each cell.

    Terrain lies in smooth regions; every cell shows one of several textures of its terrain, the same in all worlds.
    World i depends on the seed and i alone.

    Args:
        n: worlds.
        cells: cells of a side, or (rows, columns).
        seed: int.

    Returns:
        `Tiles`.

    Raises:
        ValueError: n < 0 or fewer than 2 cells a side.

    Example:
        >>> tiles = generate_tiles(3, cells=12, seed=0)
        >>> tiles.pictures.shape, tiles.costs.shape
        ((3, 96, 96, 3), (3, 12, 12))

    Reference: the protocol of Vlastelica et al. 2020, "Differentiation of Blackbox Combinatorial Solvers"; terrain,
    textures and costs are our own.
    """
    rows, columns = (int(side) for side in np.broadcast_to(cells, (2,)))
    if n < 0 or min(rows, columns) < 2:
        raise ValueError(f"n is a number of worlds >= 0 and cells at least 2 a side; got n={n!r}, cells={cells!r}.")
    cost = np.array([terrain[0] for terrain in TERRAINS.values()], np.float32)
    textures = _textures()
    pictures = np.empty((n, rows * TILE, columns * TILE, 3), np.uint8)
    kinds = np.empty((n, rows, columns), np.int8)
    for i in range(n):
        rng = np.random.default_rng((seed, i))
        kinds[i] = _regions(rows, columns, rng)
        which = rng.integers(TEXTURES, size=(rows, columns))
        tiles = textures[kinds[i], which]  # [rows, columns, 8, 8, 3]
        pictures[i] = tiles.swapaxes(1, 2).reshape(rows * TILE, columns * TILE, 3)
    return Tiles(pictures, cost[kinds], kinds)


def _regions(rows, columns, rng):
    """Smooth regions: terrain by the rank of a blurred noise, so that every kind has about its share."""
    noise = ndimage.gaussian_filter(rng.standard_normal((rows + 8, columns + 8)), rng.uniform(1.0, 2.2))[4:-4, 4:-4]
    rank = noise.ravel().argsort().argsort().reshape(noise.shape) / noise.size
    order = rng.permutation(len(TERRAINS))  # which terrain lies beside which
    shares = rng.dirichlet(np.full(len(TERRAINS), 4.0))
    return order[np.searchsorted(np.cumsum(shares)[:-1], rank)].astype(np.int8)


def _textures():
    """uint8 [terrains, textures, 8, 8, 3]: the art of this world, drawn from a seed that never changes."""
    rng = np.random.default_rng(2016)
    tiles = np.empty((len(TERRAINS), TEXTURES, TILE, TILE, 3), np.float32)
    for kind, (_, colour, contrast) in enumerate(TERRAINS.values()):
        for i in range(TEXTURES):
            grain = ndimage.gaussian_filter(rng.standard_normal((TILE, TILE)), rng.uniform(0.4, 1.4), mode="wrap")
            hue = rng.normal(0, 0.02, 3)
            shading = contrast * (grain / grain.std())[..., None] * rng.uniform(0.7, 1.3)
            tiles[kind, i] = np.array(colour) + hue + shading
    return (np.clip(tiles, 0, 1) * 255).astype(np.uint8)
