"""A person's own images to what the few-shot models were trained on: 28x28, 1 for strokes on 0 for background."""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_arguments
from pnzoo.core.image_list import as_list
from pnzoo.core.images import to_grey
from pnzoo.core.resize import area_weights
from pnzoo.data.omniglot import IMAGE_SIZE

FOREGROUNDS = ("auto", "dark", "light")
FLAT = 1e-6  # a range of grey smaller than this holds no strokes
MARGIN = 0.12  # of the side, left free around cropped strokes
LEAST = 512  # pixels along a side that finding strokes needs; longer sides are averaged down to it
FRAMED = 105  # images up to this size, Omniglot's own, keep their frame


@renamed_arguments(ink="foreground")
def preprocess_images(images, *, foreground="auto", crop="auto", size=IMAGE_SIZE):
    """Convert images of any size and kind to 28x28 pixels with 1 for strokes.

    Each image on its own: it is turned upright, colours become grey on white paper, the paper's grey level is taken
    as the median, the strokes' as the farthest from it, and the two are stretched to 0 and 1; then the image is cropped
    if asked, padded to a square, resized by area averaging, and stretched to 1 again.

    Args:
        images: several images: an array `[N, H, W]`, `[N, H, W, C]` or `[N, H*H]`; a data frame of flattened squares
            or with a column of paths; or a list of arrays `[H, W]` or `[H, W, C]` of any sizes and numbers, PIL
            images of any mode, paths, bytes of image files, or binary file objects.
        foreground: `"dark"` (a pen on paper), `"light"` (chalk on a board; MNIST), or `"auto"`: the side of the
            median grey on which the extreme lies farther away.
        crop: True moves and scales the strokes to fill the frame, except for a margin; False keeps the frame;
            `"auto"` crops images larger than 105x105 (a photograph or a canvas, where the frame means nothing) and
            leaves smaller ones, such as Omniglot's and MNIST's, as they are.
        size: height and width of the result, in pixels.

    Returns:
        float32 `[N, size, size]`, 0 to 1.

    Raises:
        ValueError: for a single image instead of several, or an image that cannot be read, is too large, holds NaN
            or has nothing drawn on it; the message names the image by its place and path.

    Example:
        >>> page = np.full((60, 40, 3), 255, "uint8")
        >>> page[10:50, 18:22] = 30                              # one dark stroke
        >>> small = preprocess_images([page])
        >>> small.shape, bool(small[0, 14, 13] > 0.9), float(small[0, 0, 0])
        ((1, 28, 28), True, 0.0)
    """
    if not isinstance(foreground, str) or foreground not in FOREGROUNDS:
        raise ValueError(f"foreground={foreground!r} is not one of {', '.join(map(repr, FOREGROUNDS))}.")
    if not (isinstance(crop, bool | np.bool_) or (isinstance(crop, str) and crop == "auto")):
        raise ValueError(f"crop={crop!r} is not True, False or 'auto'.")
    crop = crop if isinstance(crop, str) else bool(crop)
    return np.stack(
        [_preprocess(f"image {i}", image, foreground, crop, size) for i, image in enumerate(as_list(images))]
    )


class _Frame(NamedTuple):
    """A square part of an image, in its pixels."""

    top: float
    left: float
    side: float


def _preprocess(name, image, foreground, crop, size):
    grey = to_grey(image, name, least=LEAST)
    strokes = _strokes(name, grey.values, foreground)
    frame = _frame(grey.rows[-1], grey.columns[-1])
    if crop is True or (crop == "auto" and frame.side > FRAMED):
        strokes, frame = _cropped(strokes, grey.rows, grey.columns)
    down = area_weights(grey.rows, frame.top, frame.side, size)
    across = area_weights(grey.columns, frame.left, frame.side, size)
    small = (down @ strokes @ across.T).astype("float32")
    return np.clip(small / small.max(), 0, 1)  # a thin pen on a large page came out faint


def _strokes(name, grey, foreground):
    """Strokes from 0 (background) to 1 (the darkest, or lightest, stroke)."""
    paper, low, high = float(np.median(grey)), float(grey.min()), float(grey.max())
    if high - low <= FLAT * max(1.0, abs(high)):
        raise ValueError(f"{name} is constant (every pixel is {low:g}): nothing is drawn on it. Leave it out.")
    dark = paper - low >= high - paper if foreground == "auto" else foreground == "dark"
    grey = grey.astype("float64")
    strokes = paper - grey if dark else grey - paper
    if strokes.max() <= 0:  # told the wrong side, or more strokes than background: measure from the other end
        strokes = (high - grey) if dark else (grey - low)
    return np.clip(strokes / strokes.max(), 0, 1)


def _frame(height, width, top=0.0, left=0.0):
    """The square around a part of an image."""
    side = max(height, width)
    return _Frame(top - (side - height) // 2, left - (side - width) // 2, side)


def _cropped(strokes, rows, columns):
    """Nothing but what lies in the strokes' bounding box, and the box's frame with a margin."""
    is_stroke = strokes > 0.3
    down, across = np.flatnonzero(is_stroke.any(1)), np.flatnonzero(is_stroke.any(0))
    top, bottom, left, right = down[0], down[-1] + 1, across[0], across[-1] + 1
    box = np.zeros_like(strokes)
    box[top:bottom, left:right] = strokes[top:bottom, left:right]
    top, bottom, left, right = rows[top], rows[bottom], columns[left], columns[right]
    frame = _frame(bottom - top, right - left, top, left)
    margin = round(max(bottom - top, right - left) * MARGIN / (1 - 2 * MARGIN)) + 1
    return box, _Frame(frame.top - margin, frame.left - margin, frame.side + 2 * margin)


__getattr__ = renamed(__name__, {"INK": "FOREGROUNDS", "as_drawings": "preprocess_images"})
