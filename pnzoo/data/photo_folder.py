"""A folder of photographs, one folder a class, as `keras.utils.image_dataset_from_directory` reads it."""

import hashlib
import os
import re
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pnzoo.data.photographs import load_photograph

SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".ppm",
    ".pgm",
    ".heic",
    ".heif",
    ".avif",
)
SHOWN = 20  # files that a message lists


class PhotoFolder(NamedTuple):
    """What is in a folder of photographs.

    Attributes:
        paths: N paths.
        labels: `[N]` of str, their classes: the names of their folders.
        class_names: the classes, in natural order (`shelf2` before `shelf10`).
        broken: path -> reason, of the files that were skipped.
    """

    paths: list[str]
    labels: np.ndarray
    class_names: list[str]
    broken: dict[str, str]


def read_photo_folder(directory, *, broken="raise"):
    """Find the photographs of a folder that holds one folder for each class.

    Classes and files come in natural order. What begins with a dot is skipped, and so are files without an ending of
    a picture. Folders inside a class's belong to the class. Every file is read once to see that it can be.

    Args:
        directory: path of the folder.
        broken: `"raise"`, or `"skip"` to go on without the files that cannot be read.

    Returns:
        `PhotoFolder`.

    Raises:
        ValueError: there is no such folder, it has fewer than two classes, a class has no photograph, or files cannot
            be read; all of these are listed, each with its reason.

    Warns:
        UserWarning: the same file is in two classes; names them.

    Example:

    ```python
    folder = read_photo_folder("my_photos", broken="skip")
    classifier.fit(folder.paths, folder.labels)
    ```
    """
    if broken not in ("raise", "skip"):
        raise ValueError(f"broken={broken!r} is not 'raise' or 'skip'.")
    root = Path(directory)
    classes = {name: _photographs(root / name) for name in _class_names(root)}
    reasons, by_content = {}, {}
    for name, paths in classes.items():
        for path in paths:
            if _try(path, reasons):
                by_content.setdefault(_digest(path), []).append((name, path))
    if reasons and broken == "raise":
        listed = _lines(f"{path}: {reason}" for path, reason in reasons.items())
        raise ValueError(
            f"{len(reasons)} of {sum(map(len, classes.values()))} files in {root} cannot be read; mend them, or pass "
            f"broken='skip':{listed}"
        )
    classes = {name: [path for path in paths if path not in reasons] for name, paths in classes.items()}
    if empty := [name for name, paths in classes.items() if not paths]:
        raise ValueError(f"no photographs in {_words(root / name for name in empty)}. Add some, or remove the folder.")
    _warn_of_duplicates(by_content.values())
    labels = np.repeat(list(classes), [len(paths) for paths in classes.values()])
    return PhotoFolder([path for paths in classes.values() for path in paths], labels, list(classes), reasons)


def _class_names(root):
    if not root.is_dir():
        raise ValueError(f"{root} is no folder. Give one that holds a folder of photographs for each class.")
    names = [entry.name for entry in root.iterdir() if entry.is_dir() and not _is_hidden(entry.name)]
    if len(names) < 2:
        held = f"only the class {names[0]!r}" if names else "no folders"
        raise ValueError(f"{root} holds {held}. Put the photographs into two or more folders, one for each class.")
    return sorted(names, key=natural)


def _photographs(folder):
    """Paths of the photographs in a folder and in those inside it."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        shown = [name for name in files if not _is_hidden(name) and name.lower().endswith(SUFFIXES)]
        found += [os.path.join(place, name) for name in shown]
    return sorted(found, key=natural)


def _is_hidden(name):
    return name.startswith(".") or name == "__MACOSX"


def natural(name):
    """A key to sort by in which numbers count as numbers.

    Example:
        >>> sorted(["b10.png", "b9.png"], key=natural)
        ['b9.png', 'b10.png']
    """
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in re.split(r"(\d+)", name) if part]


def _try(path, reasons):
    """Whether a file can be decoded; if not, `reasons` gets why."""
    try:
        load_photograph(path, 32, name="it")  # a JPEG is decoded at an eighth of its size
        return True
    except (ValueError, OSError) as error:
        reasons[path] = str(error).removeprefix(f"it ({path}) ")
        return False


def _digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _warn_of_duplicates(groups):
    doubled = [group for group in groups if len({name for name, _ in group}) > 1]
    if doubled:
        listed = _lines(" = ".join(path for _, path in group) for group in doubled)
        warnings.warn(f"the same photograph is in several classes, which cannot all be right:{listed}", stacklevel=3)


def _lines(texts):
    texts = list(texts)
    more = [f"and {len(texts) - SHOWN} more"] if len(texts) > SHOWN else []
    return "".join(f"\n  {text}" for text in [*texts[:SHOWN], *more])


def _words(paths):
    return ", ".join(str(path) for path in paths)
