"""From pixels to cells: which squares of the ground a rover may enter, and at what cost."""

import numpy as np

from pnzoo.worlds.terrain.shading import slope

SLOPE_LIMIT = 7.0  # degrees: a cell whose mean slope exceeds it is impassable


def cell_means(image, cells):
    """Mean over the pixels of each cell.

    Args:
        image: `[..., H, W]`.
        cells: how many cells the grid has: an int for a square grid, or (rows, columns).

    Returns:
        float32 `[..., rows, columns]`.

    Raises:
        ValueError: the picture's sides are no multiples of the grid's; the two nearest sizes are named.

    Example:
        >>> cell_means(np.arange(16.0).reshape(4, 4), 2).tolist()
        [[2.5, 4.5], [10.5, 12.5]]
    """
    image = np.asarray(image, dtype=np.float32)
    rows, columns = _pair(cells)
    height, width = image.shape[-2:]
    for side, count, axis in ((height, rows, "high"), (width, columns, "wide")):
        if count < 1 or side < count or side % count:
            below, above = side // max(1, count) * count, (side // max(1, count) + 1) * count
            raise ValueError(
                f"{count} cells need a picture whose side is a multiple of {count} pixels; got {side} pixels {axis}. "
                f"Crop it to {below} or pad it to {above}."
            )
    blocks = image.reshape(*image.shape[:-2], rows, height // rows, columns, width // columns)
    return blocks.mean(axis=(-3, -1))


def cell_cost(elevation, metres_per_pixel, cells, limit=SLOPE_LIMIT):
    """What it costs to enter each cell: 1 where the ground is gentle, infinity where it is too steep.

    A cell is impassable where the mean slope of its pixels exceeds the limit.

    Args:
        elevation: metres, `[..., H, W]`.
        metres_per_pixel: as in `pnzoo.terrain.gradients`.
        cells: an int, or (rows, columns); 128x128 pixels make 16x16 cells of 8x8.
        limit: degrees.

    Returns:
        float32 `[..., rows, columns]`, 1 or inf.

    Raises:
        ValueError: as `cell_means` and `gradients`.

    Example:
        >>> steep = np.tile(np.r_[np.zeros(4), np.arange(4) * 10.0], (8, 1))     # flat, then 45 degrees
        >>> cell_cost(steep, 10, 2).tolist()
        [[1.0, inf], [1.0, inf]]
    """
    mean = cell_means(slope(elevation, metres_per_pixel), cells)
    return np.where(mean > limit, np.float32(np.inf), np.float32(1.0))


def _pair(cells):
    pair = np.broadcast_to(np.asarray(cells), (2,))
    if pair.dtype.kind not in "iu":
        raise ValueError(f"cells is a whole number, or (rows, columns); got {cells!r}.")
    return int(pair[0]), int(pair[1])
