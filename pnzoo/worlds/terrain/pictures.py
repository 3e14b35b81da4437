"""Pictures of ground as planners take them: checked once, in one form."""

import os

import numpy as np

from pnzoo.core import images

GREY = np.array([0.299, 0.587, 0.114], np.float32)  # luma of red, green, blue (ITU-R BT.601)
ELEVATION = "If it is elevation, light it first: pnzoo.terrain.hillshade(elevation, metres_per_pixel)."


def as_pictures(picture, cell, channels):
    """Check a picture, or a batch of pictures of one size.

    Args:
        picture: `[H, W]`, `[H, W, C]`, `[B, H, W]` or `[B, H, W, C]`, uint8 0..255 or float 0..1; or one file's path,
            or a PIL image. Colour becomes grey where one channel is wanted, and grey three equal channels.
        cell: pixels of a cell's side, which H and W are multiples of.
        channels: 1 or 3.

    Returns:
        A tuple (float32 `[B, H, W, channels]` 0..1, whether it was one picture alone).

    Raises:
        ValueError: another rank, size, type or range; NaN; one colour all over. The message says what to type.

    Example:
        >>> pictures, single = as_pictures(np.arange(64, dtype="uint8").reshape(8, 8), 8, 1)
        >>> pictures.shape, single
        ((1, 8, 8, 1), True)
    """
    if isinstance(picture, (str, os.PathLike)) or images.is_pil(picture):
        opened = images.open_image(picture)
        picture = opened if isinstance(opened, np.ndarray) else np.asarray(opened.convert("RGB"))
    array = np.asarray(picture)
    if array.dtype.kind not in "uif" or array.ndim not in (2, 3, 4):
        raise ValueError(
            "a picture is an array [H, W] or [H, W, C], or a batch [B, H, W] or [B, H, W, C], uint8 0..255 or float "
            f"0..1; got {array.dtype} of shape {list(array.shape)}."
        )
    coloured = array.shape[-1] in (1, 3) and array.ndim > 2
    if array.ndim == 4 and not coloured:
        raise ValueError(f"the last axis of a picture is its colour, 1 or 3; got shape {list(array.shape)}.")
    single = array.ndim == (3 if coloured else 2)
    array = _unit_range(array)
    array = array if coloured else array[..., None]
    array = array[None] if single else array
    _check_sides(array.shape[1:3], cell)
    flat = array.reshape(len(array), np.prod(array.shape[1:], dtype=int))
    plain = np.flatnonzero(flat.max(axis=1, initial=0) == flat.min(axis=1, initial=1)) if len(array) else []
    if len(plain):
        which = "the picture" if single else f"picture {plain[0]}"
        raise ValueError(f"{which} has one colour all over ({flat[plain[0], 0]:.3g}), so it shows no ground.")
    if array.shape[-1] == channels:
        return array, single
    return (array @ GREY)[..., None] if channels == 1 else np.repeat(array, 3, axis=-1), single


def _unit_range(array):
    """Numbers as float32 0..1: integers are 0..255, floats are refused where they are not 0..1."""
    if array.dtype.kind in "ui":
        if array.size and (array.min() < 0 or array.max() > 255):
            raise ValueError(f"whole numbers of a picture are 0..255; got {array.min()}..{array.max()}. {ELEVATION}")
        return array.astype(np.float32) / np.float32(255)
    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise ValueError(f"the picture holds NaN or infinity in {count:,} of {array.size:,} numbers; fill them first.")
    low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 1.0)
    if low < -1e-3 or high > 1 + 1e-3:
        if low >= 0 and high <= 255:
            advice = "They look like 0..255: divide by 255, or pass them as uint8."
        else:
            advice = ELEVATION
        raise ValueError(f"floats of a picture are 0 (dark) to 1; got {low:.4g} to {high:.4g}. {advice}")
    return np.clip(array, 0, 1).astype(np.float32)


def _check_sides(shape, cell):
    for side, word in zip(shape, ("high", "wide"), strict=True):
        if side < cell or side % cell:
            below, above = side // cell * cell, (side // cell + 1) * cell
            nearest = f"crop it to {below} or pad it to {above}" if below else f"pad it to {above}"
            raise ValueError(f"a picture's sides are multiples of {cell} pixels; got {side} {word}: {nearest}.")
