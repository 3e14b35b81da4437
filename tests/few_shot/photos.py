"""Invented photographs and a network of no weight, for the tests of what is done with photographs."""

import numpy as np

COLOURS = {"moss": (60, 120, 40), "brick": (170, 70, 50), "sky": (90, 150, 220)}


def photograph(name, seed, size=(40, 52)):
    """uint8 `[H, W, 3]`: a colour with a blob and noise."""
    rng = np.random.default_rng([seed, len(name)])
    y, x = np.mgrid[: size[0], : size[1]]
    blob = np.hypot(y - rng.uniform(10, 30), x - rng.uniform(10, 40)) < 8
    image = np.array(COLOURS[name]) * rng.uniform(0.85, 1.1) + rng.normal(0, 12, (*size, 3)) - 30 * blob[..., None]
    return np.clip(image, 0, 255).astype("uint8")


def photographs(count=3, first=0):
    """Photographs of three classes in a list, and their labels."""
    names = [name for name in COLOURS for _ in range(count)]
    return [photograph(name, first + i) for i, name in enumerate(names)], np.array(names)


def folder(place, count=3):
    """A folder of PNG files, one folder a class."""
    from PIL import Image

    for i, (image, name) in enumerate(zip(*photographs(count), strict=True)):
        (place / name).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / name / f"{i}.png")
    return place


def network(size=16):
    """A Keras model of mean colours: photographs 0 to 255 to vectors of 12."""
    import keras

    layers = [keras.layers.AveragePooling2D(size // 2), keras.layers.Flatten(), keras.layers.Rescaling(1 / 128, -1)]
    return keras.Sequential([keras.Input((size, size, 3)), *layers])
