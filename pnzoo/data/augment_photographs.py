"""Random views of small photographs: training's augmentation."""

import numpy as np


def random_views(photographs, rng, *, shift=0.0, flip=False, color=0.0):
    """Each photograph moved, mirrored and tinted in its own way.

    Args:
        photographs: uint8 or float `[n, H, W, 3]`, 0 to 255.
        rng: a `numpy.random.Generator`.
        shift: largest shift either way, as a share of the side; the edge's pixels are repeated beyond it.
        flip: whether half of them are mirrored left to right.
        color: largest change of brightness, of contrast and of each colour, as a share.

    Returns:
        float32 `[n, H, W, 3]`, 0 to 255.

    Example:
        >>> random_views(np.zeros((2, 8, 8, 3), "uint8"), np.random.default_rng(0), shift=0.1, flip=True).shape
        (2, 8, 8, 3)
    """
    n, height, width, _ = photographs.shape
    images = np.asarray(photographs, "float32")
    most = [round(shift * side) for side in (height, width)]
    moves = [rng.integers(-far, far + 1, n) for far in most]
    rows, columns = (
        np.clip(np.arange(side) + move[:, None], 0, side - 1) for side, move in zip((height, width), moves, strict=True)
    )
    if flip:
        mirrored = rng.random(n) < 0.5
        columns = np.where(mirrored[:, None], columns[:, ::-1], columns)
    images = images[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]
    if color:
        gain = 1 + rng.uniform(-color, color, (n, 1, 1, 3)) / 2 + rng.uniform(-color, color, (n, 1, 1, 1))
        contrast = 1 + rng.uniform(-color, color, (n, 1, 1, 1))
        mean = images.mean((1, 2), keepdims=True)
        images = np.clip(((images - mean) * contrast + mean) * gain, 0, 255)
    return images.astype("float32")
