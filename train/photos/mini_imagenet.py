"""miniImageNet from a folder of ImageNet's training pictures of your own, which nobody may pass on.

    python -m train.photos.mini_imagenet IMAGENET/train SPLIT.json
    python -m train matching_tiny_imagenet --data mini_imagenet --config '{"backbone": "conv4", "image_size": 84,
        "backbone_options": {"image_channels": 3}}' --run runs/matching_mini_imagenet --evaluate

IMAGENET/train holds a folder for each class, named by its WordNet number; SPLIT.json names the classes of the parts:
`{"train": ["n01532829", ...], "val": [...], "test": [...]}`. The first 600 pictures of a class, in order of names, are
squeezed to 84x84 pixels with antialiasing, as the usual files of miniImageNet are, and written to
PNZOO_DATA_DIR/mini_imagenet/PART.npz. The paper's own choice of pictures was never published.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from pnzoo.core.atomic import temporary
from pnzoo.data.classes import ImageClasses

SIZE, N_IMAGES = 84, 600
SUFFIXES = (".jpeg", ".jpg", ".png")
PARTS = ("train", "val", "test")


def prepare(imagenet, split, folder=None, n_images=N_IMAGES):
    """Write the three parts.

    Args:
        imagenet: folder with a folder of pictures for each class.
        split: a JSON file, or a dict of lists of classes.
        folder: to write to; by default mini_imagenet/ in PNZOO_DATA_DIR.
        n_images: of each class.

    Returns:
        The folder.

    Raises:
        ValueError: a class or a picture is missing, a picture cannot be read, or the split names other parts, or a
            class twice.
    """
    split = split if isinstance(split, dict) else json.loads(Path(split).read_text())
    folder = Path(folder) if folder else _folder()
    named = [wnid for part in PARTS for wnid in split.get(part, [])]
    if set(split) != set(PARTS) or len(set(named)) < len(named):
        raise ValueError(
            f"the split has {sorted(split)} and {len(named)} classes, {len(set(named))} of them different. It is a "
            "JSON file of train, val and test, each a list of classes; no class is in two."
        )
    missing = [wnid for wnid in named if not (Path(imagenet) / wnid).is_dir()]
    if missing:
        raise ValueError(
            f"{imagenet} has no folder {', '.join(missing[:5])}{' ...' if missing[5:] else ''}. It holds a folder of "
            "pictures for each class, named by its WordNet number."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        images = np.stack([_class(Path(imagenet) / wnid, n_images) for wnid in split[part]])
        new = temporary(folder / f"{part}.npz")
        try:
            with new.open("wb") as file:
                np.savez(file, images=images, names=np.array(split[part]))
            new.replace(folder / f"{part}.npz")
        finally:
            new.unlink(missing_ok=True)
        print(f"{folder / part}.npz: {len(images)} classes of {n_images} pictures", flush=True)
    return folder


def load(part):
    """A part that `prepare` has written.

    Returns:
        `ImageClasses` of uint8 `[classes, 600, 84, 84, 3]`.

    Raises:
        ValueError: it is not there; says which command makes it.
    """
    file = _folder() / f"{part}.npz"
    if not file.is_file():
        raise ValueError(f"{file} is not there. python -m train.photos.mini_imagenet makes it from your own ImageNet.")
    with np.load(file) as stored:
        images, names = stored["images"], stored["names"]
    return ImageClasses(images, np.arange(len(images)), names)


def _class(folder, n_images):
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    if len(files) < n_images:
        raise ValueError(f"{folder} has {len(files)} pictures, expected {n_images} or more.")
    return np.stack([_picture(file) for file in files[:n_images]])


def _picture(file):
    try:
        with Image.open(file) as image:
            return np.asarray(image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BICUBIC))
    except (OSError, UnidentifiedImageError) as error:
        raise ValueError(f"{file} cannot be read: {error}") from error


def _folder():
    return Path(os.environ.get("PNZOO_DATA_DIR", "data")) / "mini_imagenet"


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("imagenet", type=Path, help="folder with a folder for each class")
    parser.add_argument("split", type=Path, help="JSON file with the classes of train, val and test")
    parser.add_argument("--out", type=Path, help="folder to write to; mini_imagenet/ in PNZOO_DATA_DIR by default")
    options = parser.parse_args(arguments)
    prepare(options.imagenet, options.split, options.out)


if __name__ == "__main__":
    main()
