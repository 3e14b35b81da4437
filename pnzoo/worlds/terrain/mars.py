"""Mars, parted by longitude: what is tested lies farther than a patch's width from all training ground.

Elevation is MOLA MEGDR, 4 pixels a degree, longitudes 0 to 180. A pixel is 14.8 km wide, and over such distances no
ground rises by 7 degrees. So heights are exaggerated 12 times before the ground is lit and its slope is judged: the
limit of 7 degrees then is one of 0.59 degrees (1 in 98) on the true ground. 12 was chosen on training ground, where it
makes 43 % of the cells of the training part impassable (on the Moon 40 %).
"""

from functools import lru_cache

import numpy as np

from pnzoo.worlds.terrain.data_folder import elevation_file

FILE = "mars/mola_4ppd_west.npz"
PIXELS = 4  # a degree
METRES = 14_819.0  # a pixel, on the equator
EXAGGERATION = 12.0
ROWS = range(120, 600)  # 60 degrees north to 60 south: farther on, a pixel is less than half as wide as high

# Columns of pixels. Of patches 64 pixels wide, none of the test part is nearer than 80 pixels to training ground;
# columns 0 and 719 are half of Mars apart.
COLUMNS = {"train": range(496), "val": range(496, 576), "test": range(576, 720)}


def patches(part, n, size, rng):
    """Elevation at random places of one part, exaggerated.

    Args:
        part: "train", "val" or "test".
        n: patches.
        size: pixels of a side, up to 80 ("val") or 144 ("test").
        rng: `numpy.random.Generator`.

    Returns:
        A tuple: list of n float32 [size, size], metres times `EXAGGERATION`; list of n (north-south, east-west),
        metres a pixel in the middle of the patch.

    Raises:
        ValueError: the part is narrower than that.
        FileNotFoundError: the file is not there.
    """
    z, columns = elevation(), COLUMNS[part]
    if size > len(columns):
        raise ValueError(f"part {part} of Mars is {len(columns)} pixels wide; a scene of {size} does not fit.")
    top = rng.integers(ROWS.start, ROWS.stop - size + 1, n)
    left = rng.integers(columns.start, columns.stop - size + 1, n)
    ground = [z[r : r + size, c : c + size] * np.float32(EXAGGERATION) for r, c in zip(top, left, strict=True)]
    latitude = np.radians(90.0 - (top + size / 2) / PIXELS)
    return ground, [(METRES, METRES * float(np.cos(angle))) for angle in latitude]


@lru_cache(maxsize=1)
def elevation():
    """Elevation float32 [720, 720], metres."""
    path = elevation_file(FILE, "elevation of Mars (MOLA MEGDR, 4 pixels a degree, longitudes 0 to 180)")
    with np.load(path) as file:
        return file["elevation"].astype(np.float32)
