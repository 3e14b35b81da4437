"""What few-shot recipes train, validate and test on."""

import numpy as np

from pnzoo.core.dataset import images_in_words
from pnzoo.data import glyphs, omniglot
from pnzoo.data.classes import ImageClasses
from train.photos import data as photos
from train.photos import mini_imagenet

# Invented alphabets of training, validation and test: seed, and how many.
GLYPHS = {"train": (1, 40), "val": (2, 8), "test": (3, 12)}
# Invented photographs: seed, and how many classes.
INVENTED = {"train": (1, 24), "val": (2, 20), "test": (3, 20)}
PHOTOGRAPHS = ("tiny_imagenet", "mini_imagenet", "invented")


def training(recipe):
    """`ImageClasses` that a recipe trains on."""
    characters = part(recipe.data, recipe.split_scheme, recipe.split)
    if recipe.n_validation_alphabets:
        characters = _alphabets(characters, slice(None, -recipe.n_validation_alphabets))
    return omniglot.with_mirrors(characters) if recipe.flip_as_class else characters


def validation(recipe):
    """`ImageClasses` that choose among a run's weights, or None if the recipe trains on them too or has none."""
    if recipe.n_validation_alphabets:
        upright = part(recipe.data, recipe.split_scheme, recipe.split, rotations=False)
        return _alphabets(upright, slice(-recipe.n_validation_alphabets, None))
    if recipe.split != "train" or (recipe.data, recipe.split_scheme) == ("omniglot", "background"):
        return None
    return part(recipe.data, recipe.split_scheme, "val")


def part(data, split_scheme, name, rotations=True):
    """`ImageClasses` of one part of a data set; of photographs, which are never turned."""
    if data == "tiny_imagenet":
        return photos.tiny_imagenet(name)
    if data == "mini_imagenet":
        return mini_imagenet.load(name)
    if data == "invented":
        seed, classes = INVENTED[name]
        images = np.stack(photos.invented(classes, 20, seed))
        return ImageClasses(images, np.arange(classes), np.array([f"invented {i:02d}" for i in range(classes)]))
    if data == "glyphs":
        seed, alphabets = GLYPHS[name]
        return glyphs.generate(alphabets, 20, 12, seed=seed)
    return omniglot.split(omniglot.load(), name, split_scheme=split_scheme, rotations=rotations)


def _alphabets(characters, which):
    """The characters of some alphabets: a slice of them in order."""
    chosen = np.isin(characters.group, np.unique(characters.group)[which])
    return type(characters)(*(field[chosen] for field in characters))


def groups(characters):
    """int `[classes]`: classes of one alphabet, turned and mirrored alike, have one number."""
    ways = [name.partition("/") for name in characters.names]
    turned = [" ".join(character.split(" ")[1:]) for _, _, character in ways]
    both = np.array([f"{a} {turn}" for a, turn in zip(characters.group, turned, strict=True)])
    return np.unique(both, return_inverse=True)[1]


def described(data, split_scheme, name, rotations=True):
    """A part as a card's data sets hold it (see `pnzoo.core.dataset.episodes`)."""
    if data in PHOTOGRAPHS:
        return {"images": data, "image_size": mini_imagenet.SIZE if data == "mini_imagenet" else 64, "split": name}
    if data == "glyphs":
        seed, alphabets = GLYPHS[name]
        return {"images": "glyphs", "image_size": 28, "alphabets": alphabets, "characters": 20, "drawers": 12,
                "images_seed": seed}  # fmt: skip
    return {"images": "omniglot", "image_size": 28, "split_scheme": split_scheme, "split": name, "rotations": rotations}


def describe(data, split_scheme, name, rotations=True):
    """A part in words."""
    return images_in_words(described(data, split_scheme, name, rotations))
