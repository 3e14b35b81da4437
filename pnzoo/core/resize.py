"""Resizing by area averaging."""

from typing import Any

import numpy as np


def resize_area(images: Any, size: int | tuple[int, int]) -> np.ndarray:
    """Resize images by area averaging, exactly and without a library.

    An output pixel is the mean of the input area that it covers, so a thin stroke becomes grey and never vanishes.
    Enlarging repeats pixels with the same rule.

    Args:
        images: array `[..., H, W]`.
        size: the output's height and width, in pixels: one number, or a pair.

    Returns:
        float32 `[..., size, size]`.

    Example:
        >>> resize_area(np.arange(16.0).reshape(4, 4), 2).tolist()
        [[2.5, 4.5], [10.5, 12.5]]
    """
    images = np.asarray(images, "float32")
    height, width = size if isinstance(size, tuple | list) else (size, size)
    rows, columns = (
        area_weights(np.arange(length + 1), 0, length, out).astype("float32")
        for length, out in ((images.shape[-2], height), (images.shape[-1], width))
    )
    return rows @ images @ columns.T


def area_weights(edges: np.ndarray, start: float, length: float, size: int) -> np.ndarray:
    """How much each input pixel counts in each output pixel, along one axis.

    Args:
        edges: float `[n + 1]`, where the input's pixels begin and end.
        start, length: the part of the axis that the output covers, in the same unit.
        size: output pixels.

    Returns:
        float64 `[size, n]`: the share of the output pixel that the input pixel covers; rows sum to 1 where it is
        covered as a whole.
    """
    out = start + np.arange(size + 1) * (length / size)
    overlap = np.minimum(out[1:, None], edges[1:]) - np.maximum(out[:-1, None], edges[:-1])
    return np.clip(overlap, 0, None) * (size / length)
