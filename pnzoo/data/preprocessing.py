"""A person's own images to what the few-shot models were trained on: 28x28, ink 1 on paper 0."""

import math
import os

import numpy as np

from pnzoo.data.omniglot import IMAGE_SIZE, shrink

INK = ("auto", "dark", "light")
FLAT = 1e-6  # a range of grey smaller than this holds no drawing
MARGIN = 0.12  # of the side, left free around a cropped drawing


def as_drawings(images, *, ink="auto", crop="auto", size=IMAGE_SIZE):
    """Convert images of any size and kind to drawings.

    Each image on its own: colours become grey (alpha is laid on white), the paper's grey level is taken as the
    median, the ink's as the farthest from it, and the two are stretched to 0 and 1; then the image is cropped if
    asked, padded to a square, shrunk by area averaging, and stretched to 1 again.

    Args:
        images: an array `[N, H, W]`, `[N, H, W, C]` with C = 1, 3 or 4, or `[N, H*H]` (flattened squares); or a list
            of arrays `[H, W]` or `[H, W, C]` of any sizes, PIL images, or paths of image files. uint8, other
            integers, bool or float; the range does not matter.
        ink: `"dark"` (a pen on paper), `"light"` (chalk on a board; MNIST), or `"auto"`: the side of the median grey
            on which the extreme lies farther away.
        crop: True moves and scales the drawing to fill the frame, except for a margin; False keeps the frame;
            `"auto"` crops images larger than 105x105 (a photograph or a canvas, where the frame means nothing) and
            leaves smaller ones, such as Omniglot's and MNIST's, as they are.
        size: height and width of the result, in pixels.

    Returns:
        float32 `[N, size, size]`, 0 to 1.

    Raises:
        ValueError: for NaN, an image without anything drawn on it (a constant image), an empty image, or a shape
            that is not understood; the message names the image.

    Example:
        >>> page = np.full((60, 40, 3), 255, "uint8")
        >>> page[10:50, 18:22] = 30                              # one dark stroke
        >>> drawing = as_drawings([page])
        >>> drawing.shape, bool(drawing[0, 14, 13] > 0.9), float(drawing[0, 0, 0])
        ((1, 28, 28), True, 0.0)
    """
    if ink not in INK:
        raise ValueError(f"ink={ink!r} is not one of {', '.join(map(repr, INK))}.")
    if crop not in (True, False, "auto"):
        raise ValueError(f"crop={crop!r} is not True, False or 'auto'.")
    images = _as_list(images)
    return np.stack([_drawing(i, image, ink, crop, size) for i, image in enumerate(images)])


def _as_list(images):
    if isinstance(images, str | bytes | os.PathLike):
        raise ValueError(f"got one path, {images!r}, expected a list of images. Write [{images!r}].")
    if isinstance(images, np.ndarray):
        if images.ndim == 2 and images.dtype != object:
            side = math.isqrt(images.shape[1])
            if side * side != images.shape[1]:
                raise ValueError(
                    f"got an array of shape {images.shape}: rows of {images.shape[1]} are no flattened squares. "
                    "Give [N, H, W], or [image] for a single image."
                )
            return list(images.reshape(-1, side, side))
        if images.ndim not in (3, 4) and images.dtype != object:
            raise ValueError(f"got an array of shape {images.shape}, expected [N, H, W] or [N, H, W, C].")
    images = list(images)
    if not images:
        raise ValueError("got no images, expected at least one.")
    return images


def _drawing(i, image, ink, crop, size):
    grey = _grey(i, image)
    if min(grey.shape) < 1:
        raise ValueError(f"image {i} has shape {grey.shape}: there is nothing in it.")
    if not np.isfinite(grey).all():
        raise ValueError(f"image {i} holds NaN or infinity. Replace them, for example with numpy.nan_to_num.")
    strokes = _strokes(i, grey, ink)
    if crop is True or (crop == "auto" and max(grey.shape) > 105):
        strokes = _cropped(strokes)
    small = shrink(_square(strokes), size)
    return np.clip(small / small.max(), 0, 1)  # a thin pen on a large page came out faint


def _grey(i, image):
    """float64 [H, W] of anything that is an image."""
    if isinstance(image, str | os.PathLike):
        image = _open(image)
    image = np.asarray(image)
    if image.dtype == object or image.dtype.kind not in "buif":
        raise ValueError(f"image {i} is {type(image).__name__} of {image.dtype}, expected numbers.")
    image = image.astype("float64")
    if image.ndim == 2:
        return image
    if image.ndim != 3 or image.shape[-1] not in (1, 2, 3, 4):
        raise ValueError(f"image {i} has shape {image.shape}, expected [H, W] or [H, W, C] with C = 1, 3 or 4.")
    if image.shape[-1] in (2, 4):  # the last channel says how opaque
        top = 255.0 if image.max() > 1 else 1.0
        opaque = image[..., -1:] / top
        image = image[..., :-1] * opaque + top * (1 - opaque)
    return image @ (np.array([0.299, 0.587, 0.114]) if image.shape[-1] == 3 else np.ones(1))


def _open(path):
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("reading image files needs Pillow: type `pip install 'pnzoo[fewshot]'`.") from error
    with Image.open(path) as file:
        return np.asarray(file.convert("RGBA") if file.mode in ("P", "LA", "PA") else file)


def _strokes(i, grey, ink):
    """Ink from 0 (paper) to 1 (the darkest, or lightest, stroke)."""
    paper, low, high = np.median(grey), grey.min(), grey.max()
    if high - low <= FLAT * max(1.0, abs(high)):
        raise ValueError(f"image {i} is constant (every pixel is {low:g}): nothing is drawn on it. Leave it out.")
    dark = paper - low >= high - paper if ink == "auto" else ink == "dark"
    strokes = paper - grey if dark else grey - paper
    if strokes.max() <= 0:  # told the wrong side, or more ink than paper: measure from the other end
        strokes = (high - grey) if dark else (grey - low)
    return np.clip(strokes / strokes.max(), 0, 1)


def _cropped(strokes):
    """The drawing's bounding box, with a margin."""
    inked = strokes > 0.3
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    box = strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    margin = round(max(box.shape) * MARGIN / (1 - 2 * MARGIN)) + 1
    return np.pad(_square(box), margin)


def _square(strokes):
    height, width = strokes.shape
    side = max(height, width)
    down, right = side - height, side - width
    return np.pad(strokes, ((down // 2, down - down // 2), (right // 2, right - right // 2)))
