"""Several images, from whatever holds them: arrays, lists, data frames, series, tensors."""

import math
import os
from typing import Any

import numpy as np

from pnzoo.core.images import is_pil, kind


def as_list(images: Any) -> list[Any]:
    """One image after the other, from whatever holds several.

    Args:
        images: an array `[N, H, W]`, `[N, H, W, C]` or `[N, H*H]` (flattened squares); a data frame of flattened
            squares or with one column of paths; or a list, array or series of anything that `open_image` takes.

    Returns:
        A list, not empty.

    Raises:
        ValueError: for a single image, no image, or something else.

    Example:
        >>> len(as_list(np.zeros((5, 784)))), as_list(["a.png", "b.png"])
        (5, ['a.png', 'b.png'])
    """
    _refuse_one(images)
    if hasattr(images, "to_numpy"):  # a data frame or a series
        return _from_frame(images)
    if _is_nested(images) or (hasattr(images, "__array__") and not isinstance(images, np.ndarray)):
        images = _as_array(images)
    if isinstance(images, np.ndarray):
        return _from_array(images)
    try:
        images = list(images)
    except TypeError:
        raise ValueError(f"got {kind(images)}, expected a list or an array of images.") from None
    if not images:
        raise ValueError("got no images, expected at least one.")
    return images


def _refuse_one(images):
    if isinstance(images, str | bytes | bytearray | os.PathLike):
        short = repr(images) if len(repr(images)) < 200 else kind(images)
        raise ValueError(f"got one image, {short}, expected a list of images. Write [{short}].")
    if is_pil(images) or hasattr(images, "read"):
        raise ValueError(f"got one image, {kind(images)}, expected a list of images. Write [image].")
    if hasattr(images, "toarray"):
        raise ValueError(f"got {kind(images)}, and sparse input is not supported. Write images.toarray().")
    if isinstance(images, dict):
        raise ValueError("got a dict, expected a list of images. Write list(images.values()).")


def _is_nested(images):
    return isinstance(images, list | tuple) and len(images) > 0 and isinstance(images[0], list | tuple)


def _as_array(images):
    try:
        return np.asarray(images)
    except ValueError as error:  # rows of unequal length
        raise ValueError(f"got lists that make no array of images ({error}). Give arrays [H, W].") from error


def _from_frame(frame):
    values = frame.to_numpy()
    if values.ndim == 1 or values.shape[1] == 1:
        return _from_array(values.ravel())
    try:
        return list(_squares(values.astype("float64") if values.dtype == object else values))
    except (TypeError, ValueError) as error:
        columns = ", ".join(map(str, list(frame.columns)[:5]))
        raise ValueError(
            f"got a data frame of {values.shape[1]} columns ({columns} ...), expected flattened squares of numbers or "
            f"one column of paths: {error}"
        ) from error


def _from_array(images):
    if images.dtype.kind in "OUS":
        images = _numbers(images)
        if images.dtype == object and (images.ndim == 1 or images.shape[1:] == (1,)):
            images = list(images.ravel())
            return images if images else as_list(images)
    if not images.size and not len(np.atleast_1d(images)):
        raise ValueError("got no images, expected at least one.")
    if images.ndim == 2:
        if images.shape[0] == images.shape[1] > 1 and math.isqrt(len(images)) ** 2 == len(images):
            side = math.isqrt(len(images))
            raise ValueError(
                f"got an array of shape {images.shape}, which is one image or {len(images)} flattened ones. Write "
                f"[image], or images.reshape(-1, {side}, {side})."
            )
        return list(_squares(images))
    if images.ndim == 3 and images.shape[2] <= 4:
        raise ValueError(f"got one image, an array of shape {images.shape}, expected several. Write [image].")
    if images.ndim not in (3, 4):
        expected = "expected [N, H, W] or [N, H, W, C]. Reshape your data"
        raise ValueError(f"got an array of shape {images.shape}, {expected}.")
    return list(images)


def _numbers(images):
    """An array of objects as numbers, if that is what they are; as objects otherwise."""
    if images.dtype.kind == "O" and images.ndim > 1:
        try:
            return images.astype("float64")
        except (TypeError, ValueError):
            pass
    return images.astype(object)


def _squares(rows):
    """[N, H, H] of [N, H*H]."""
    side = math.isqrt(rows.shape[1])
    if side * side != rows.shape[1] or not side:
        raise ValueError(
            f"got an array of shape {rows.shape}: rows of {rows.shape[1]} are no flattened squares. "
            "Give [N, H, W], or [image] for a single image."
        )
    return rows.reshape(-1, side, side)
