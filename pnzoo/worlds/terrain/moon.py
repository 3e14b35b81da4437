"""The Moon, parted by longitude: training keeps a patch's width and more away from what is tested.

Elevation is LRO WAC GLD100, 64 pixels a degree, in tiles of 4 degrees.
"""

from functools import lru_cache

import numpy as np

from pnzoo.worlds.terrain.data_folder import elevation_file

FILE = "moon/gld100_64ppd.npz"
METRES = 474.0  # a pixel, on the equator

# Columns of 4 degrees of longitude, 0 to 59. Column 0 lies beside 59, so it belongs to no part.
COLUMNS = {"train": range(1, 48), "val": range(48, 52), "test": range(52, 60)}


def patches(part, n, size, rng):
    """Elevation at random places of one part.

    Args:
        part: "train", "val" or "test".
        n: patches.
        size: pixels of a side, up to 256.
        rng: `numpy.random.Generator`.

    Returns:
        A tuple: list of n float32 [size, size], metres plus a constant; list of n (north-south, east-west), metres
        a pixel in the middle of the patch's tile.

    Raises:
        ValueError: a tile is smaller than that.
        FileNotFoundError: the file is not there.
    """
    tiles, columns, rows = elevation()
    chosen = rng.choice(np.flatnonzero(np.isin(columns, list(COLUMNS[part]))), n)
    side = tiles.shape[1]
    if size > side:
        raise ValueError(f"tiles of the Moon have {side} pixels a side; a scene of {size} does not fit.")
    corner = rng.integers(0, side - size + 1, (n, 2))
    z = [tiles[t, r : r + size, c : c + size].astype(np.float32) for t, (r, c) in zip(chosen, corner, strict=True)]
    latitude = np.radians(88.0 - 4.0 * rows[chosen])  # of the tile's middle
    return z, [(METRES, METRES * float(np.cos(angle))) for angle in latitude]


@lru_cache(maxsize=1)
def elevation():
    """Elevation uint16 [tiles, 256, 256], column and row of each tile."""
    path = elevation_file(FILE, "elevation of the Moon (LRO WAC GLD100, 64 pixels a degree, tiles of 4 degrees)")
    with np.load(path) as file:
        tiles = np.cumsum(file["column_differences"], axis=2, dtype=np.uint16)
        return tiles, file["column"], file["row"]
