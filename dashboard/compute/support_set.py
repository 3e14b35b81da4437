"""The support set and the query of the few-shot page, from the few words that an address carries."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from dashboard.compute import drawings
from pnzoo.data import episodes, glyphs, omniglot

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_OWN = 24  # drawings of the visitor's that an address carries
IN_PYTHON = {  # source -> (module of pnzoo, what gives the images of `characters`)
    "invented": ("glyphs", "glyphs.generate(5, 20, 20, seed=0).images"),
    "omniglot": ("omniglot", 'omniglot.split(omniglot.load(), "test", rotations=False).images'),
}
ON_CARDS = {"invented": "glyphs", "omniglot": "omniglot"}  # source -> what a card calls its images


class Episode(NamedTuple):
    """A support set and a query.

    images:  float32 [S, 28, 28], 1 for ink
    labels:  int [S], index into `classes`
    classes: letters
    names:   of the images, such as "A1"; those of the whole set, whether left out or not
    kept:    int [S], which of `names` they are
    query:   float32 [28, 28]
    true_label: the query's letter, or None where the visitor drew it
    """

    images: np.ndarray
    labels: np.ndarray
    classes: list
    names: list
    kept: np.ndarray
    query: np.ndarray
    true_label: str | None


@st.cache_data(max_entries=2, show_spinner="Inventing characters")
def characters(source: str) -> np.ndarray:
    """uint8 [classes, drawings, 28, 28] to draw episodes from."""
    if source == "omniglot":
        return omniglot.split(omniglot.load(), "test", rotations=False).images
    return glyphs.generate(5, 20, 20, seed=0).images


def sources() -> dict[str, str]:
    """Where characters can come from here."""
    found = {"invented": "Invented characters"}
    if omniglot.cache_path().is_file():
        found["omniglot"] = "Omniglot"
    return found


def episode(source: str, way: int, shot: int, seed: int) -> episodes.Episode:
    """An episode with one query of each class."""
    images = characters(source)
    return episodes.sample([images.shape[1]] * len(images), way, shot, 1, np.random.default_rng(seed))


def with_query(source, way, shot, seed, ask, drop=(), swap=(), own=(), drawn=None, moved=(), order=0) -> Episode | None:
    """The set after the visitor's changes.

    Args:
        source, way, shot, seed: of the episode.
        ask: which of its queries.
        drop: numbers of support images left out.
        swap: (number, times): support images replaced by another drawing of the same character.
        own: (letter, code): drawings of the visitor's in the support set.
        drawn: code of the visitor's query, or None for the episode's.
        moved: (number, letter): support images that the visitor gave another class.
        order: seed of the order in which a model reads the images; 0 for class after class.

    Returns:
        `Episode`, or None where fewer than two classes are left.
    """
    images, drawn_from = characters(source), episode(source, way, shot, seed)
    pictures, letters = pictures_of(source, way, shot, seed, swap, own), labels_of(source, way, shot, seed, own, moved)
    labels, names = np.array([LETTERS.index(letter) for letter in letters]), names_of(source, way, shot, seed, own)
    kept = np.array([i for i in range(len(labels)) if i not in drop], dtype=int)
    if order:
        kept = np.random.default_rng(order).permutation(kept)
    used, new_labels = np.unique(labels[kept], return_inverse=True)
    if len(used) < 2:
        return None
    query, true_label = _query(images, drawn_from, ask % way, drawn)
    return Episode(np.stack(pictures)[kept].astype("float32"), new_labels, [LETTERS[i] for i in used], names, kept,
                   query, true_label)


def pictures_of(source, way, shot, seed, swap=(), own=()) -> list[np.ndarray]:
    """All pictures of the set [28, 28], whether left out or not, as `Episode.names` counts them."""
    images, drawn_from = characters(source), episode(source, way, shot, seed)
    rows = _swapped(_ordered(drawn_from)[0], drawn_from, images.shape[1], dict(swap))
    return [images[c, d] / np.float32(255) for c, d in rows] + [drawings.from_code(code) for _, code in own]


def labels_of(source, way, shot, seed, own=(), moved=()) -> list[str]:
    """Their letters, after the visitor moved some to another class."""
    letters = [LETTERS[i] for i in _ordered(episode(source, way, shot, seed))[1]] + [letter for letter, _ in own]
    for index, letter in moved:
        if index < len(letters):
            letters[index] = letter
    return letters


def names_of(source, way, shot, seed, own=()) -> list[str]:
    """Their names, such as "A1"; a picture keeps its name when it is moved to another class."""
    counts, names = {}, []
    for letter in labels_of(source, way, shot, seed, own):
        counts[letter] = counts.get(letter, 0) + 1
        names.append(f"{letter}{counts[letter]}")
    return names


def _ordered(drawn):
    """Support rows by class, for people to read; the label is not given away by it, the model is told it anyway."""
    order = np.argsort(drawn.support_label, kind="stable")
    return drawn.support[order], drawn.support_label[order]


def _swapped(rows, drawn, drawings, swap):
    rows = rows.copy()
    for index, times in swap.items():
        if index < len(rows):
            character = rows[index, 0]
            taken = {d for c, d in [*drawn.support.tolist(), *drawn.query.tolist()] if c == character}
            spare = [d for d in range(drawings) if d not in taken]
            rows[index, 1] = spare[(times - 1) % len(spare)] if times and spare else rows[index, 1]
    return rows


def _query(images, drawn, ask, code):
    if code is not None:
        return drawings.from_code(code), None
    row = drawn.query[drawn.query_label == ask][0]
    return (images[row[0], row[1]] / np.float32(255)).astype("float32"), LETTERS[ask]
