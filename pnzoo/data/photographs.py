"""Photographs as people have them to what a backbone was trained on: squares in colour, 0 to 1."""

import numpy as np

from pnzoo.core.image_list import as_list
from pnzoo.core.images import to_rgb

SIZE = 224  # pixels of a side
LEAST = 8  # pixels of a side; a smaller picture shows nothing


def load_photographs(images, *, size=SIZE, fit="crop"):
    """Read photographs of any size and kind.

    Each on its own: it is turned upright as its EXIF says, brought to RGB from any mode (grey, palette, CMYK, 16 bits),
    laid on white where it is transparent, and made `size` x `size` with antialiasing.

    Args:
        images: several: a list of paths, arrays `[H, W]` or `[H, W, C]`, PIL images, bytes of files or binary file
            objects; an array `[N, H, W]` or `[N, H, W, C]`; a series or a data frame with one column of them.
            Whole numbers of 8 bits are 0 to 255, of 16 bits 0 to 65,535; floats are 0 to 1, or 0 to 255 where one is
            above 1.5.
        size: height and width of the result, in pixels.
        fit: `"crop"` brings the shorter side to `size` and keeps the middle, `"pad"` keeps the whole picture between
            bars of grey, `"stretch"` keeps it and changes its proportions.

    Returns:
        float32 `[N, size, size, 3]`, RGB, 0 to 1.

    Raises:
        ValueError: for a single image instead of several, or one that cannot be read, is empty, too small or too
            large; the message names it by its place and path.
        ImportError: Pillow is missing.

    Example:
        >>> load_photographs([np.zeros((300, 400, 3), "uint8"), np.ones((50, 40))], size=64).shape
        (2, 64, 64, 3)
    """
    return np.stack([load_photograph(image, size, fit, f"image {i}") for i, image in enumerate(as_list(images))])


def load_photograph(image, size=SIZE, fit="crop", name="the image"):
    """One photograph, float32 `[size, size, 3]`; see `load_photographs`.

    Args:
        image, size, fit: as there.
        name: what to call it in errors; a path is added.
    """
    return to_rgb(image, size, name, fit, LEAST)
