"""What few-shot recipes train, validate and test on."""

import numpy as np

from pnzoo.data import glyphs, omniglot

# Invented alphabets of training, validation and test: seed, and how many.
GLYPHS = {"train": (1, 40), "val": (2, 8), "test": (3, 12)}


def training(recipe):
    """`Characters` that a recipe trains on."""
    characters = part(recipe.data, recipe.protocol, recipe.part)
    if recipe.held_out:
        characters = _alphabets(characters, slice(None, -recipe.held_out))
    return omniglot.with_mirrors(characters) if recipe.mirrors else characters


def validation(recipe):
    """`Characters` that choose among a run's weights, or None if the recipe trains on them too or has none."""
    if recipe.held_out:
        return _alphabets(part(recipe.data, recipe.protocol, recipe.part, False), slice(-recipe.held_out, None))
    if recipe.part != "train" or (recipe.data, recipe.protocol) == ("omniglot", "background"):
        return None
    return part(recipe.data, recipe.protocol, "val")


def part(data, protocol, name, rotations=True):
    """`Characters` of one part of a data set."""
    if data == "glyphs":
        seed, alphabets = GLYPHS[name]
        return glyphs.generate(alphabets, 20, 12, seed=seed)
    return omniglot.split(omniglot.load(), name, protocol=protocol, rotations=rotations)


def _alphabets(characters, which):
    """The characters of some alphabets: a slice of them in order."""
    chosen = np.isin(characters.alphabet, np.unique(characters.alphabet)[which])
    return type(characters)(*(field[chosen] for field in characters))


def groups(characters):
    """int `[classes]`: classes of one alphabet, turned and mirrored alike, have one number."""
    ways = [name.partition("/") for name in characters.names]
    turned = [" ".join(character.split(" ")[1:]) for _, _, character in ways]
    both = np.array([f"{a} {turn}" for a, turn in zip(characters.alphabet, turned, strict=True)])
    return np.unique(both, return_inverse=True)[1]


def describe(data, protocol, name, rotations=True):
    """A part in words, for a card."""
    if data == "glyphs":
        seed, alphabets = GLYPHS[name]
        return f"invented characters (pnzoo.data.glyphs), {alphabets} alphabets of 20 characters, 12 drawers, seed {seed}"
    turned = "rotations by 90 degrees as classes" if rotations else "upright"
    return f"Omniglot 28x28, {protocol} split, part {name}, {turned}"
