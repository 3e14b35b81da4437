"""What the head of a photograph network is trained on: Tiny-ImageNet's photographs, or invented pictures."""

import csv
import io
import os
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from pnzoo.data.classes import ImageClasses

FOLDER = "tiny_imagenet"
ARCHIVE, CLASSES = "tiny_imagenet_200x120.zip", "classes.csv"
HELD_OUT = ("val", "test")  # of miniImageNet: never trained on
SIZES = {"train": None, "val": 20, "test": 30}  # classes of the parts of `tiny_imagenet`; training takes the rest


def load(name, n_images):
    """Pictures of training classes.

    Args:
        name: "tiny_imagenet", in the folder of that name in PNZOO_DATA_DIR, or "invented".
        n_images: of a class, at most.

    Returns:
        A list with an array uint8 `[N, 64, 64, 3]` for each class.

    Raises:
        ValueError: an unknown name, or the files are not there; says where they belong.
    """
    if name == "invented":
        return invented(24, n_images)
    if name != FOLDER:
        raise ValueError(f"data is 'tiny_imagenet' or 'invented', not {name!r}")
    kept = [wnid for wnid, split in mini_imagenet_splits().items() if split not in HELD_OUT]
    return list(_read_classes(kept, n_images).values())


def mini_imagenet_splits():
    """dict of every class (its WordNet number) and the part of miniImageNet that it belongs to, or ""."""
    with _file(CLASSES).open(newline="") as file:
        return {row["wnid"]: row["mini_imagenet_split"] for row in csv.DictReader(file)}


def tiny_imagenet(part):
    """Tiny-ImageNet's classes of one part of a split of our own.

    A class that is in miniImageNet's train, val or test part is in the same part here. Of the 175 others, a seed
    chooses as many as fill up "val" and "test".

    Args:
        part: "train" (150 classes), "val" (20) or "test" (30).

    Returns:
        `ImageClasses` of uint8 `[classes, 120, 64, 64, 3]`, named by their WordNet numbers.

    Raises:
        ValueError: as for `load`.
    """
    chosen = parts_of(mini_imagenet_splits())[part]
    images = _read_classes(chosen, None)
    return ImageClasses(np.stack(list(images.values())), np.arange(len(images)), np.array(list(images)))


def parts_of(splits, sizes=SIZES, seed=0):
    """Which classes are in which part; see `tiny_imagenet`.

    Args:
        splits: dict of classes and parts of miniImageNet, or "".
        sizes: dict of the numbers of classes of parts; the first part takes all that are left.
        seed: of the choice.

    Returns:
        dict of parts, each a sorted list of classes.

    Example:
        >>> parts_of({"n1": "test", "n2": "", "n3": "", "n4": "train"}, {"train": None, "test": 2})
        {'train': ['n2', 'n4'], 'test': ['n1', 'n3']}
    """
    free = np.random.default_rng(seed).permutation(sorted(name for name, part in splits.items() if not part)).tolist()
    parts = {part: [name for name, its in splits.items() if its == part] for part in sizes}
    for part, size in list(sizes.items())[1:]:
        missing = size - len(parts[part])
        parts[part], free = parts[part] + free[:missing], free[missing:]
    first = next(iter(sizes))
    parts[first] += free
    return {part: sorted(names) for part, names in parts.items()}


def _read_classes(wnids, n_images):
    with zipfile.ZipFile(_file(ARCHIVE)) as archive:
        members, kept = {}, set(wnids)
        for member in sorted(archive.namelist()):
            wnid = member.rpartition("/")[0].rpartition("/")[2]
            if wnid in kept and not member.endswith("/"):
                members.setdefault(wnid, []).append(member)
        return {
            wnid: np.stack([_read(archive, file) for file in files[:n_images]])
            for wnid, files in sorted(members.items())
        }


def _file(name):
    file = Path(os.environ.get("PNZOO_DATA_DIR", "data")) / FOLDER / name
    if not file.is_file():
        raise ValueError(f"{file} is not there. Set PNZOO_DATA_DIR to the folder that holds {FOLDER}/.")
    return file


def invented(n_classes, n_images, seed=0):
    """Pictures of blobs: a class has its colour, its stripes and its outline.

    Returns:
        As `load`.

    Example:
        >>> [part.shape for part in invented(2, 3)]
        [(3, 64, 64, 3), (3, 64, 64, 3)]
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    return [np.stack([_blob(x, y, kind, rng) for _ in range(n_images)]) for kind in rng.uniform(size=(n_classes, 6))]


def _blob(x, y, kind, rng):
    color, (stripes, lobes, size) = kind[:3], kind[3:]
    x, y = x + rng.normal(0, 0.1), y + rng.normal(0, 0.1)
    turn = np.arctan2(y, x) + rng.uniform(0, 2 * np.pi)
    inside = np.hypot(x, y) < (0.4 + 0.3 * size) * (1 + 0.2 * np.cos(int(2 + 5 * lobes) * turn))
    shade = 0.8 + 0.2 * np.sin((5 + 25 * stripes) * x)
    thing = (color * shade[..., None]) * np.exp(rng.normal(0, 0.1, 3))
    picture = np.where(inside[..., None], thing, rng.uniform(size=3)) + rng.normal(0, 0.03, (64, 64, 3))
    return (np.clip(picture, 0, 1) * 255).astype("uint8")


def _read(archive, member):
    with Image.open(io.BytesIO(archive.read(member))) as image:
        return np.asarray(image.convert("RGB"))
