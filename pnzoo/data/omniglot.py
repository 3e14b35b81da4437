"""Omniglot as 28x28 NumPy arrays: preparation and the two splits.

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

from pnzoo.core.deprecation import renamed, renamed_arguments
from pnzoo.core.resize import resize_area
from pnzoo.data.classes import ImageClasses, with_mirrors, with_rotations

__all__ = [
    "ImageClasses",
    "OmniglotData",
    "cache_path",
    "checksum",
    "load",
    "prepare",
    "split",
    "with_mirrors",
    "with_rotations",
]

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


class OmniglotData(NamedTuple):
    """Every image of Omniglot, sorted by alphabet, then character.

    Attributes:
        images: uint8 `[32460, 28, 28]`, 255 where there is a stroke.
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
    data = _read_tfds(data_dir)
    digest = checksum(data)
    if digest != CHECKSUM:
        raise ValueError(
            f"Omniglot read from TFDS has checksum {digest}, expected {CHECKSUM}. Delete the data set's folder "
            "under TFDS_DATA_DIR and run `python -m train.few_shot.prepare_omniglot` again."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial.npz")
    np.savez_compressed(partial, **data._asdict())
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
            strokes = 255 - example["image"][..., 0]  # paper is white in the files
            # 105 pixels become 28 in steps of 3.75, so means of 0s and 255s are multiples of 17/15: none lies half
            # way between two integers, and rounding gives the same bytes on every machine.
            images.append(np.rint(resize_area(strokes, IMAGE_SIZE)).astype("uint8"))
            where.append((example["alphabet"], example["alphabet_char_id"], split == "train"))
        alphabets = info.features["alphabet"].names
    images, where = np.stack(images), np.array(where)
    # Within a character TFDS's order is that of its shards; sorting by the pixels makes it ours.
    order = sorted(range(len(images)), key=lambda i: (where[i, 0], where[i, 1], images[i].tobytes()))
    images, where = images[order], where[order]
    return OmniglotData(
        images, where[:, 0].astype("int16"), where[:, 1].astype("int16"), where[:, 2].astype(bool), np.array(alphabets)
    )


def checksum(data):
    """SHA-256 over an `OmniglotData`'s arrays, as hexadecimal digits."""
    digest = hashlib.sha256()
    for array in data[:4]:
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update("\n".join(data.alphabets.tolist()).encode())
    return digest.hexdigest()


def load(path=None):
    """Read the prepared file and check it.

    Args:
        path: the prepared `.npz`. Defaults to `cache_path()`.

    Returns:
        `OmniglotData`.

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
            data = OmniglotData(*(stored[field] for field in OmniglotData._fields))
    except Exception as error:  # zipfile, zlib, numpy and KeyError all report a damaged file in their own way
        raise ValueError(f"{path} is not a whole prepared Omniglot ({error}). Delete it. {again}.") from error
    digest = checksum(data)
    if digest != CHECKSUM:
        raise ValueError(f"{path} has checksum {digest}, expected {CHECKSUM}. Delete it. {again}.")
    return data


@renamed_arguments(drawings="data", which="part", protocol="split_scheme")
def split(data, part, *, split_scheme="vinyals", rotations=True):
    """The classes of one part of a split.

    Args:
        data: what `load` returned.
        part: `"train"`, `"val"`, `"trainval"` or `"test"` (`"background"` has no `"val"`).
        split_scheme: `"vinyals"` or `"background"`.
        rotations: whether each character turned by 90, 180 and 270 degrees is three more classes, as few-shot
            papers have it. A turned class turns all of its images alike.

    Returns:
        `ImageClasses`; the vinyals parts have 1028 / 172 / 1200 / 423 characters, times 4 with rotations.

    Raises:
        ValueError: for an unknown scheme or part.
    """
    if split_scheme not in SPLITS or part not in SPLITS[split_scheme]:
        options = "; ".join(f"split_scheme={s!r} with {', '.join(map(repr, parts))}" for s, parts in SPLITS.items())
        raise ValueError(f"no part {part!r} in split scheme {split_scheme!r}. Choose from: {options}.")
    chosen = _members(data, part, split_scheme)
    images, alphabet, character = (a[chosen] for a in (data.images, data.alphabet, data.character))
    starts = np.flatnonzero(np.r_[True, (np.diff(alphabet) != 0) | (np.diff(character) != 0)])
    images = images.reshape(len(starts), -1, *images.shape[1:])
    alphabet, character = alphabet[starts].astype(int), character[starts]
    names = np.array([f"{data.alphabets[a]}/{c:02d}" for a, c in zip(alphabet, character, strict=True)])
    classes = ImageClasses(images, alphabet, names)
    return with_rotations(classes) if rotations else classes


def _members(data, part, split_scheme):
    """bool [images]: which images belong to the part."""
    if split_scheme == "background":
        return data.background == (part == "train")
    name = data.alphabets[data.alphabet]
    val = np.isin(name, VINYALS_VAL)
    test = np.isin(name, VINYALS_TEST)
    for alphabet, characters in VINYALS_TEST_PART.items():
        test |= (name == alphabet) & np.isin(data.character, characters)
    return {"train": ~val & ~test, "val": val, "trainval": ~test, "test": test}[part]


__getattr__ = renamed(
    __name__,
    {
        "Characters": "pnzoo.data.classes:ImageClasses",
        "Drawings": "OmniglotData",
        "shrink": "pnzoo.core.resize:resize_area",
    },
)
