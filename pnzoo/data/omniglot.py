"""Omniglot as 28x28 NumPy arrays: preparation, the two splits, Lake's one-shot runs.

1,623 handwritten characters from 50 alphabets, each drawn once by 20 people (Lake, Salakhutdinov and Tenenbaum,
Science 2015). `prepare` reads the images once through `tensorflow_datasets` and writes a small `.npz`; everything
else, training included, only needs NumPy and that file.

Two splits are in use and they overlap, so results on one say nothing about a model trained on the other:

* `"vinyals"` (`train`, `val`, `test`): the split most few-shot papers report on, with 1028 / 172 / 423 characters.
* `"background"` (`train`, `test`): Lake's own, 964 background characters from 30 alphabets to learn from, 659
  evaluation characters from 20 alphabets. Only a model trained on its `train` may be tested on Lake's runs.
"""

import hashlib
import os
import pathlib
from typing import NamedTuple

import numpy as np

IMAGE_SIZE = 28
PREPARED = "omniglot28.npz"

# SHA-256 over the prepared arrays (not over the .npz, whose bytes depend on the zlib that wrote it).
CHECKSUM = "fb72b9f9ef3013588cf549d88d9d986adf43acdf5586b1404daae7157d750575"

# The vinyals split in our own form. The validation split is five whole alphabets of the background set; the test
# split is twelve alphabets of the evaluation set, of which Gurmukhi lends only its last four characters; whatever
# is left is for training. Alphabets carry TFDS's names and characters its `alphabet_char_id`, which counts from 0
# (Lake's folder `character01` is 0).
VINYALS_VAL = (
    "Armenian",
    "Bengali",
    "Early_Aramaic",
    "Hebrew",
    "Mkhedruli_(Georgian)",
)
VINYALS_TEST = (
    "Kannada",
    "Keble",
    "Malayalam",
    "Manipuri",
    "Mongolian",
    "Old_Church_Slavonic_(Cyrillic)",
    "Oriya",
    "Sylheti",
    "Syriac_(Serto)",
    "Tengwar",
    "Tibetan",
    "ULOG",
)
VINYALS_TEST_PART = {"Gurmukhi": range(41, 45)}
SPLITS = {"vinyals": ("train", "val", "trainval", "test"), "background": ("train", "test")}


class Drawings(NamedTuple):
    """Every drawing of Omniglot, sorted by alphabet, then character.

    Attributes:
        images: uint8 `[32460, 28, 28]`, 255 where there is ink.
        alphabet: int16 `[32460]`, index into `alphabets`.
        character: int16 `[32460]`, the character's number in its alphabet, from 0.
        background: bool `[32460]`, True in Lake's background set (TFDS `train`).
        alphabets: str `[50]`, the alphabets' names, sorted.
    """

    images: np.ndarray
    alphabet: np.ndarray
    character: np.ndarray
    background: np.ndarray
    alphabets: np.ndarray


class Characters(NamedTuple):
    """Images grouped by class: what an episode is drawn from.

    Attributes:
        images: uint8 `[classes, drawings, 28, 28]`, 255 where there is ink.
        alphabet: int `[classes]`, which alphabet a class belongs to.
        names: str `[classes]`, such as `"Greek/03"` or `"Greek/03 turned 90"`.
    """

    images: np.ndarray
    alphabet: np.ndarray
    names: np.ndarray


def cache_path():
    """Where the prepared file lies: `$PNZOO_DATA`, or `pnzoo` in the user's cache folder.

    Returns:
        A `pathlib.Path` of the `.npz`; the file need not exist.
    """
    folder = os.environ.get("PNZOO_DATA")
    if not folder:
        cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        folder = pathlib.Path(cache) / "pnzoo"
    return pathlib.Path(folder) / PREPARED


def shrink(images, size=IMAGE_SIZE):
    """Resize images by area averaging, exactly and without a library.

    An output pixel is the mean of the input area that it covers, so a thin stroke becomes grey and never vanishes.
    Enlarging repeats pixels with the same rule.

    Args:
        images: array `[..., H, W]`.
        size: the output's height and width, in pixels.

    Returns:
        float32 `[..., size, size]`.

    Example:
        >>> import numpy as np
        >>> shrink(np.arange(16.0).reshape(4, 4), 2).tolist()
        [[2.5, 4.5], [10.5, 12.5]]
    """
    images = np.asarray(images, "float32")
    rows, columns = _area_weights(images.shape[-2], size), _area_weights(images.shape[-1], size)
    return rows @ images @ columns.T


def _area_weights(length, size):
    """[size, length]: the share of input pixel j in output pixel i."""
    edges = np.arange(size + 1) * (length / size)
    left, right = edges[:-1, None], edges[1:, None]
    cell = np.arange(length)
    overlap = np.clip(np.minimum(right, cell + 1) - np.maximum(left, cell), 0, None)
    return (overlap / overlap.sum(1, keepdims=True)).astype("float32")


def prepare(path=None, data_dir=None):
    """Read Omniglot through `tensorflow_datasets` and write the prepared `.npz`.

    Args:
        path: the file to write. Defaults to `cache_path()`.
        data_dir: where TFDS keeps its data. Defaults to its own rule (`TFDS_DATA_DIR`, else the home folder); the
            data set is downloaded there if it is missing.

    Returns:
        The path written.

    Raises:
        ImportError: if `tensorflow_datasets` is not installed.
        ValueError: if what was read is not the Omniglot that our numbers were measured on.
    """
    path = pathlib.Path(path) if path else cache_path()
    drawings = _read_tfds(data_dir)
    found = checksum(drawings)
    if found != CHECKSUM:
        raise ValueError(
            f"Omniglot read from TFDS has checksum {found}, expected {CHECKSUM}. Delete the data set's folder "
            "under TFDS_DATA_DIR and run `python -m train.few_shot.prepare_omniglot` again."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial.npz")
    np.savez_compressed(partial, **drawings._asdict())
    os.replace(partial, path)  # a killed run never leaves half a file under the final name
    return path


def _read_tfds(data_dir):
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            "preparing Omniglot needs tensorflow_datasets: type `pip install 'pnzoo[data]'`, or copy a prepared "
            f"{PREPARED} from another machine to {cache_path()} (or set PNZOO_DATA to its folder)."
        ) from error
    images, where = [], []
    for split in ("train", "test"):
        data, info = tfds.load("omniglot", split=split, data_dir=data_dir, with_info=True)
        for example in tfds.as_numpy(data):
            ink = 255 - example["image"][..., 0]  # paper is white in the files
            # 105 pixels become 28 in steps of 3.75, so means of 0s and 255s are multiples of 17/15: none lies half
            # way between two integers, and rounding gives the same bytes on every machine.
            images.append(np.rint(shrink(ink)).astype("uint8"))
            where.append((example["alphabet"], example["alphabet_char_id"], split == "train"))
        alphabets = info.features["alphabet"].names
    images, where = np.stack(images), np.array(where)
    # Within a character TFDS's order is that of its shards; sorting by the pixels makes it ours.
    order = sorted(range(len(images)), key=lambda i: (where[i, 0], where[i, 1], images[i].tobytes()))
    images, where = images[order], where[order]
    return Drawings(
        images, where[:, 0].astype("int16"), where[:, 1].astype("int16"), where[:, 2].astype(bool), np.array(alphabets)
    )


def checksum(drawings):
    """SHA-256 over a `Drawings`' arrays, as hexadecimal digits."""
    digest = hashlib.sha256()
    for array in drawings[:4]:
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update("\n".join(drawings.alphabets.tolist()).encode())
    return digest.hexdigest()


def load(path=None):
    """Read the prepared file and check it.

    Args:
        path: the prepared `.npz`. Defaults to `cache_path()`.

    Returns:
        `Drawings`.

    Raises:
        FileNotFoundError: if it has not been prepared.
        ValueError: if the file is cut short, is something else, or its checksum differs.
    """
    path = pathlib.Path(path) if path else cache_path()
    again = "Type `python -m train.few_shot.prepare_omniglot` to make it (needs tensorflow_datasets)"
    if not path.exists():
        raise FileNotFoundError(
            f"no prepared Omniglot at {path}. {again}, or set PNZOO_DATA to the folder that holds {PREPARED}. "
            "Without any download, `pnzoo.data.glyphs` invents characters to try things on."
        )
    try:
        with np.load(path) as stored:
            drawings = Drawings(*(stored[field] for field in Drawings._fields))
    except Exception as error:  # zipfile, zlib, numpy and KeyError all report a damaged file in their own way
        raise ValueError(f"{path} is not a whole prepared Omniglot ({error}). Delete it. {again}.") from error
    found = checksum(drawings)
    if found != CHECKSUM:
        raise ValueError(f"{path} has checksum {found}, expected {CHECKSUM}. Delete it. {again}.")
    return drawings


def split(drawings, which, *, protocol="vinyals", rotations=True):
    """The classes of one part of a split.

    Args:
        drawings: what `load` returned.
        which: `"train"`, `"val"`, `"trainval"` or `"test"` (`"background"` has no `"val"`).
        protocol: `"vinyals"` or `"background"`.
        rotations: whether each character turned by 90, 180 and 270 degrees is three more classes, as few-shot
            papers have it. A turned class turns all of its drawings alike.

    Returns:
        `Characters`; the vinyals parts have 1028 / 172 / 1200 / 423 characters, times 4 with rotations.

    Raises:
        ValueError: for an unknown protocol or part.
    """
    if protocol not in SPLITS or which not in SPLITS[protocol]:
        options = "; ".join(f"protocol={p!r} with {', '.join(map(repr, w))}" for p, w in SPLITS.items())
        raise ValueError(f"no part {which!r} in protocol {protocol!r}. Choose from: {options}.")
    chosen = _members(drawings, which, protocol)
    images, alphabet, character = (a[chosen] for a in (drawings.images, drawings.alphabet, drawings.character))
    starts = np.flatnonzero(np.r_[True, (np.diff(alphabet) != 0) | (np.diff(character) != 0)])
    images = images.reshape(len(starts), -1, *images.shape[1:])
    alphabet, character = alphabet[starts].astype(int), character[starts]
    names = np.array([f"{drawings.alphabets[a]}/{c:02d}" for a, c in zip(alphabet, character, strict=True)])
    characters = Characters(images, alphabet, names)
    return with_rotations(characters) if rotations else characters


def _members(drawings, which, protocol):
    """bool [drawings]: which drawings belong to the part."""
    if protocol == "background":
        return drawings.background == (which == "train")
    name = drawings.alphabets[drawings.alphabet]
    val = np.isin(name, VINYALS_VAL)
    test = np.isin(name, VINYALS_TEST)
    for alphabet, characters in VINYALS_TEST_PART.items():
        test |= (name == alphabet) & np.isin(drawings.character, characters)
    return {"train": ~val & ~test, "val": val, "trainval": ~test, "test": test}[which]


def with_mirrors(characters):
    """Add each class seen in a mirror as a class of its own: more classes to train on, never to test on.

    Args:
        characters: `Characters` with C classes.

    Returns:
        `Characters` with 2 C classes: all as they were, then all mirrored left to right.
    """
    images = np.concatenate([characters.images, characters.images[..., ::-1]])
    names = np.concatenate([characters.names, [f"{name} mirrored" for name in characters.names]])
    return Characters(images, np.tile(characters.alphabet, 2), names)


def with_rotations(characters):
    """Add each class turned by 90, 180 and 270 degrees as a class of its own.

    Args:
        characters: `Characters` with C classes.

    Returns:
        `Characters` with 4 C classes: all of them upright, then all turned by 90 degrees, and so on.
    """
    images = np.concatenate([np.rot90(characters.images, turn, axes=(2, 3)) for turn in range(4)])
    turned = [[f"{name} turned {90 * turn}" if turn else name for name in characters.names] for turn in range(4)]
    return Characters(np.ascontiguousarray(images), np.tile(characters.alphabet, 4), np.concatenate(turned))
