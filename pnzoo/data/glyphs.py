"""Invented handwritten characters: a seeded stand-in for Omniglot that needs no download.

Each alphabet samples stroke statistics (how many, how curved, on what grid of anchor points); a character is a list
of strokes with these statistics; each writer samples slant, stroke width and jitter, and draws every character once.
Good for the dashboard, quick tests and CI. It says nothing about real handwriting: never mix it into a claim about
Omniglot.
"""

import numpy as np

from pnzoo.data.classes import ImageClasses
from pnzoo.data.omniglot import IMAGE_SIZE

POINTS = 24  # samples of a stroke's curve when it is drawn


def generate(alphabets=5, characters=20, drawers=20, *, seed=0, size=IMAGE_SIZE):
    """Invent alphabets and have people draw them.

    Args:
        alphabets: how many.
        characters: in each alphabet.
        drawers: who draw every character once; drawing i is drawer i's.
        seed: same seed, same images.
        size: of the images, in pixels.

    Returns:
        `ImageClasses`: images uint8 `[alphabets * characters, drawers, size, size]`, 255 for strokes.

    Raises:
        ValueError: if a count is not positive.

    Example:
        >>> generate(2, 3, 4, seed=1).images.shape
        (6, 4, 28, 28)
    """
    for name, value in (("alphabets", alphabets), ("characters", characters), ("drawers", drawers), ("size", size)):
        if value < 1:
            raise ValueError(f"{name}={value} must be 1 or more.")
    hands = _drawers(drawers, np.random.default_rng((seed, 0)))
    images, names = [], []
    for a in range(alphabets):
        rng = np.random.default_rng((seed, 1, a))
        style = _stroke_statistics(rng)
        for c in range(characters):
            strokes = _character(style, rng)
            images.append([_draw(strokes, hand, size, rng) for hand in hands])
            names.append(f"invented {a}/{c:02d}")
    images = np.rint(np.array(images) * 255).astype("uint8")
    return ImageClasses(images, np.repeat(np.arange(alphabets), characters), np.array(names))


def _stroke_statistics(rng):
    grid = int(rng.integers(3, 5))
    return {
        "anchors": np.stack(np.meshgrid(*[np.linspace(-0.62, 0.62, grid)] * 2), -1).reshape(-1, 2),
        "strokes": rng.dirichlet([0.4, 2.5, 3.0, 1.5]),  # chances of 1 to 4 strokes
        "curved": rng.uniform(0.2, 0.9),
        "joined": rng.uniform(0.3, 0.9),
    }


def _character(style, rng):
    """A list of strokes; a stroke is the control points of a cubic Bezier curve, [4, 2] as (x, y) in -1 .. 1."""
    strokes, count = [], 1 + rng.choice(4, p=style["strokes"])
    for _ in range(count):
        start, end = style["anchors"][rng.choice(len(style["anchors"]), 2, replace=False)]
        if strokes and rng.random() < style["joined"]:  # begin somewhere on an earlier stroke
            start = _curve(strokes[rng.integers(len(strokes))], np.array([rng.choice([0.0, 0.5, 1.0])]))[0]
        if np.hypot(*(end - start)) < 0.4:
            end = -end if np.hypot(*end) > 0.3 else end + 0.6
        bend = (rng.uniform(-1.3, 1.3, 2) if rng.random() < style["curved"] else np.zeros(2))[:, None]
        across = np.array([start[1] - end[1], end[0] - start[0]])
        inner = start + (end - start) * np.array([[1 / 3], [2 / 3]]) + bend * across
        strokes.append(np.clip(np.concatenate([start[None], inner, end[None]]), -0.95, 0.95))
    return strokes


def _curve(stroke, t):
    """Points [len(t), 2] of a cubic Bezier curve."""
    t = t[:, None]
    return (
        (1 - t) ** 3 * stroke[0] + 3 * (1 - t) ** 2 * t * stroke[1] + 3 * (1 - t) * t**2 * stroke[2] + t**3 * stroke[3]
    )


def _drawers(count, rng):
    """Each writer's slant, width, stroke width and jitter."""
    return [
        {
            "slant": rng.normal(0, 0.12),
            "turn": rng.normal(0, 0.08),
            "wide": np.exp(rng.normal(0, 0.1)),
            "large": np.exp(rng.normal(0, 0.08)),
            "pen": rng.uniform(0.05, 0.085),
            "careless": rng.uniform(0.02, 0.07),
        }
        for _ in range(count)
    ]


def _draw(strokes, hand, size, rng):
    """float [size, size], 1 for strokes."""
    t = np.linspace(0, 1, POINTS)
    shift = rng.normal(0, 0.05, 2)
    sketch = [_curve(stroke + rng.normal(0, hand["careless"], stroke.shape), t) for stroke in strokes]
    points = np.concatenate(sketch) * hand["large"] * [hand["wide"], 1 / hand["wide"]]
    turn = hand["turn"] + rng.normal(0, 0.05)
    lean = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ [[1, hand["slant"]], [0, 1]]
    points = points @ lean.T + shift
    centres = (np.arange(size) + 0.5) * 2 / size - 1
    # distance of each pixel to the nearest of the curve's points, [size, size]
    across = (centres[None, :, None] - points[:, 0]) ** 2 + (centres[:, None, None] - points[:, 1]) ** 2
    distance = np.sqrt(across.min(-1))
    return np.clip((hand["pen"] - distance) * size / 2 + 0.5, 0, 1)
