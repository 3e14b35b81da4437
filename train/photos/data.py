"""What the head of a photograph network is trained on: Tiny-ImageNet's photographs, or invented pictures."""

import csv
import io
import os
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = "tiny_imagenet"
ARCHIVE, CLASSES = "tiny_imagenet_200x120.zip", "classes.csv"
HELD_OUT = ("val", "test")  # of miniImageNet: never trained on


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
    folder = Path(os.environ.get("PNZOO_DATA_DIR", "data")) / FOLDER
    for file in (ARCHIVE, CLASSES):
        if not (folder / file).is_file():
            raise ValueError(f"{folder / file} is not there. Set PNZOO_DATA_DIR to the folder that holds {FOLDER}/.")
    with (folder / CLASSES).open(newline="") as file:
        kept = {row["wnid"] for row in csv.DictReader(file) if row["mini_imagenet_split"] not in HELD_OUT}
    with zipfile.ZipFile(folder / ARCHIVE) as archive:
        members = {}
        for member in sorted(archive.namelist()):
            wnid = member.rpartition("/")[0].rpartition("/")[2]
            if wnid in kept and not member.endswith("/"):
                members.setdefault(wnid, []).append(member)
        return [np.stack([_read(archive, file) for file in files[:n_images]]) for _, files in sorted(members.items())]


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
