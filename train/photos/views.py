"""Invented views of a photograph: the same thing from elsewhere, in other light, before something else.

With them, every photograph is a class by itself, and nothing is taken from what its classes are called. What a backbone
knows of the classes that it was trained on cannot help here, so these episodes teach how much colours and places count.
"""

import numpy as np
from PIL import Image, ImageFilter

# Everyday differences between two photographs of one thing, chosen before anything was measured.
WHITE_BALANCE, EXPOSURE, CONTRAST = 0.08, 0.25, 0.15  # standard deviations of logarithms
CROP_AREA = (0.2, 1.0)  # share of a picture that a crop shows
OUTLINE = 0.42  # radius of what is cut out, as a share of the side


def crop(image, background, rng):
    """A part of the picture, mirrored or not, in other light.

    Args:
        image: float32 `[S, S, 3]`, 0 to 1.
        background: another picture, not used here.
        rng: `numpy.random.Generator`.

    Returns:
        float32 `[S, S, 3]`, 0 to 1.
    """
    size = len(image)
    area, ratio = rng.uniform(*CROP_AREA), np.exp(rng.uniform(-0.3, 0.3))
    width, height = (min(size, size * np.sqrt(area * r)) for r in (ratio, 1 / ratio))
    left, top = rng.uniform(0, size - width), rng.uniform(0, size - height)
    box = (left, top, left + width, top + height)
    part = _picture(image).resize((size, size), Image.Resampling.BILINEAR, box)
    return _seen(_mirrored(part, rng), rng)


def cutout(image, background, rng):
    """The middle of the picture, turned, nearer or farther, before another picture that is out of focus."""
    size = len(image)
    matrix = _affine(size, rng, 30, (0.7, 1.3))
    thing = _moved(_picture(image), matrix)
    y, x = np.mgrid[:size, :size]
    a, b, c, d, e, f = matrix
    distance = np.hypot(a * x + b * y + c - size / 2, d * x + e * y + f - size / 2) / (OUTLINE * size)
    opaque = np.clip((1 - distance) * 12 + 0.5, 0, 1)[..., None]
    behind = _moved(_picture(background), _affine(size, rng, 0, (1.1, 1.6))).filter(ImageFilter.GaussianBlur(1.5))
    mixed = opaque * np.asarray(thing, "float32") + (1 - opaque) * np.asarray(behind, "float32")
    return _seen(_mirrored(_picture(mixed / 255), rng), rng)


VIEWS = {"crops": crop, "cutouts": cutout}


def _seen(picture, rng):
    """As another camera shows it: light, colour of the light, contrast, and sometimes out of focus."""
    if rng.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5)))
    gain = np.exp(rng.normal(0, WHITE_BALANCE, 3) + rng.normal(0, EXPOSURE))
    bright = np.clip(np.asarray(picture, "float32") / 255 * gain, 0, 1)
    return (bright ** np.exp(rng.normal(0, CONTRAST))).astype("float32")


def _affine(size, rng, degrees, zoom):
    """Numbers of Pillow's affine transform about the centre: from a place of the result to one of the source."""
    turn, scale = np.deg2rad(rng.uniform(-degrees, degrees)), np.exp(rng.uniform(*np.log(zoom)))
    shear, stretch = rng.normal(0, 0.15), np.diag(np.exp(rng.normal(0, 0.1, 2)))
    cos, sin = np.cos(turn) / scale, np.sin(turn) / scale
    matrix = np.array([[cos, sin + shear], [-sin, cos]]) @ stretch
    centre = np.array([size / 2, size / 2])
    shift = centre - matrix @ (centre + rng.normal(0, 0.06 * size, 2))
    return (*matrix[0], shift[0], *matrix[1], shift[1])


def _moved(picture, matrix):
    return picture.transform(picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _mirrored(picture, rng):
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else picture


def _picture(image):
    return Image.fromarray((np.clip(image, 0, 1) * 255).astype("uint8"))
