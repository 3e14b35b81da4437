"""Invented photographs: things before walls, so that classifiers of photographs run without a download."""

import numpy as np

KINDS = ("pinwheel", "target", "plate", "trefoil", "star", "bean", "button", "mint")  # what those of seed 0 look like
# Things of other seeds look otherwise: they have the names that psychologists give to things that nobody has seen.
NOVEL = ("dax", "wug", "blicket", "toma", "fep", "zup", "lorp", "modi")


def generate(classes=5, images=6, *, seed=0, size=96):
    """Pictures of invented things.

    A kind has its colours, its outline and its stripes; light, place, turn and background differ between pictures.

    Args:
        classes: how many kinds of things.
        images: pictures of each.
        seed: int; kind k depends on the seed and k alone.
        size: pixels of a side.

    Returns:
        uint8 [classes, images, size, size, 3].

    Raises:
        ValueError: a count is not positive, or size below 8.

    Example:
        >>> generate(2, 3, size=32).shape
        (2, 3, 32, 32, 3)
    """
    for name, value, least in (("classes", classes, 1), ("images", images, 1), ("size", size, 8)):
        if value < least:
            raise ValueError(f"{name}={value} must be {least} or more.")
    pictures = np.empty((classes, images, size, size, 3), np.uint8)
    for k in range(classes):
        rng = np.random.default_rng((seed, k))
        kind = rng.uniform(size=9)
        for i in range(images):
            pictures[k, i] = _picture(kind, rng, size)
    return pictures


def names(classes, seed=0):
    """What the kinds of a seed are called: a list of texts.

    Example:
        >>> names(2)
        ['pinwheel', 'target']
        >>> names(2, seed=1)
        ['dax', 'wug']
    """
    known = NOVEL if seed else KINDS
    return [known[k] if k < len(known) else f"thing {k + 1}" for k in range(classes)]


def _picture(kind, rng, size):
    line = np.linspace(-1, 1, size)
    y, x = np.meshgrid(line, line, indexing="ij")
    wall = rng.uniform(0.25, 0.9, 3) * (1 - 0.15 * y + 0.1 * rng.normal() * x)[..., None]
    dx, dy, grown = *rng.normal(0, 0.12, 2), rng.uniform(0.85, 1.2)
    x, y = (x - dx) / grown, (y - dy) / grown
    radius, turn = np.hypot(x, y), np.arctan2(y, x) + rng.uniform(0, 2 * np.pi)
    lobes, depth = int(2 + 6 * kind[6]), 0.3 * kind[7]
    edge = (0.45 + 0.2 * kind[8]) * (1 + depth * np.cos(lobes * turn))
    stripes = 0.5 + 0.5 * np.sin((6 + 14 * kind[8]) * radius / edge + 2 * lobes * turn * (kind[7] > 0.5))
    skin = kind[:3] + (kind[3:6] - kind[:3]) * stripes[..., None]
    light = np.clip(1.1 - 0.7 * radius / edge + 0.25 * (x * np.cos(dx) - y), 0.25, 1.25)
    thing = skin * light[..., None] * np.exp(rng.normal(0, 0.12, 3))
    inside = 1 / (1 + np.exp(np.clip((radius - edge) * size, -50, 50)))
    shadow = 1 - 0.45 * np.exp(-(((x - 0.1) / 0.5) ** 2) - ((y - edge.max()) / 0.12) ** 2)
    picture = wall * shadow[..., None] * (1 - inside[..., None]) + thing * inside[..., None]
    return (255 * np.clip(picture + rng.normal(0, 0.015, picture.shape), 0, 1)).astype(np.uint8)
