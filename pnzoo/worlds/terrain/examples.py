"""Ground to try things on, without a download."""

import zlib
from typing import NamedTuple

import numpy as np

from pnzoo.worlds.terrain.relief import generate_relief
from pnzoo.worlds.terrain.shading import hillshade

EXAMPLES = {"moon": 474.0, "relief": 100.0}  # name -> metres a pixel


class Example(NamedTuple):
    """Invented ground.

    picture:          float32 [H, W], 0 to 1, lit from the north-west at 45 degrees
    elevation:        float32 [H, W], metres
    metres_per_pixel: float
    """

    picture: np.ndarray
    elevation: np.ndarray
    metres_per_pixel: float


def example(name="relief", seed=0, size=128):
    """Invented ground and its picture.

    Args:
        name: "relief", or "moon" for craters at the resolution that `vin_moon` was trained on.
        seed: int.
        size: pixels of a side, or (height, width).

    Returns:
        `Example`.

    Raises:
        ValueError: no such name.

    Example:
        >>> picture, elevation, metres = example("moon", seed=3)
        >>> picture.shape, metres
        ((128, 128), 474.0)
    """
    if name not in EXAMPLES:
        raise ValueError(f"an example is one of {', '.join(EXAMPLES)}; got {name!r}.")
    metres = EXAMPLES[name]
    elevation = generate_relief(1, size, metres, (seed, zlib.crc32(name.encode())))[0]
    return Example(hillshade(elevation, metres), elevation, metres)
