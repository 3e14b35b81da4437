"""What few-shot recipes train, validate and test on."""

from pnzoo import glyphs, omniglot

# Invented alphabets of training, validation and test: seed, and how many.
GLYPHS = {"train": (1, 40), "val": (2, 8), "test": (3, 12)}


def training(recipe):
    """`Characters` that a recipe trains on."""
    characters = part(recipe.data, recipe.protocol, recipe.part)
    return omniglot.with_mirrors(characters) if recipe.mirrors else characters


def validation(recipe):
    """`Characters` that choose among a run's weights, or None if the recipe trains on them too or has none."""
    if recipe.part != "train" or (recipe.data, recipe.protocol) == ("omniglot", "background"):
        return None
    return part(recipe.data, recipe.protocol, "val")


def part(data, protocol, name, rotations=True):
    """`Characters` of one part of a data set."""
    if data == "glyphs":
        seed, alphabets = GLYPHS[name]
        return glyphs.generate(alphabets, 20, 12, seed=seed)
    return omniglot.split(omniglot.load(), name, protocol=protocol, rotations=rotations)


def describe(data, protocol, name):
    """A part in words, for a card."""
    if data == "glyphs":
        seed, alphabets = GLYPHS[name]
        return f"invented characters (pnzoo.glyphs), {alphabets} alphabets of 20 characters, 12 drawers, seed {seed}"
    return f"Omniglot 28x28, {protocol} split, part {name}, rotations by 90 degrees as classes"
