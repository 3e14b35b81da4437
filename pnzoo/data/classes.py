"""Images grouped by class: what episodes are drawn from, whether they show characters or photographs."""

from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed_method


class ImageClasses(NamedTuple):
    """Images grouped by class.

    Attributes:
        images: uint8 `[classes, images, H, W]`, 255 for strokes; or a list of one array `[N_c, H, W]` for each class.
        group: int `[classes]`, the superclass of each class: an alphabet of characters, a family of animals.
        names: str `[classes]`, such as `"Greek/03"` or `"Greek/03 turned 90"`.
    """

    images: np.ndarray
    group: np.ndarray
    names: np.ndarray

    @classmethod
    def from_arrays(cls, images, labels, group=None):
        """Group labelled images by class.

        Args:
            images: array `[N, ...]`.
            labels: `[N]`.
            group: `[N]`, the superclass of each image, the same for all images of a class; by default, each class is
                a group by itself.

        Returns:
            `ImageClasses`, with classes in sorted order and a list of one array `[N_c, ...]` for each.

        Raises:
            ValueError: if images and labels differ in number, or a class lies in two groups.

        Example:
            >>> classes = ImageClasses.from_arrays(np.zeros((3, 28, 28), "uint8"), ["b", "a", "b"])
            >>> classes.counts.tolist(), classes.names.tolist()
            ([1, 2], ['a', 'b'])
        """
        images, labels = np.asarray(images), np.asarray(labels)
        if len(images) != len(labels):
            raise ValueError(f"got {len(images)} images and {len(labels)} labels. Give one label for each image.")
        names, index = np.unique(labels, return_inverse=True)
        group = index if group is None else np.asarray(group)
        members = [index == i for i in range(len(names))]
        for name, member in zip(names.tolist(), members, strict=True):
            if len(set(group[member].tolist())) > 1:
                raise ValueError(f"class {name!r} lies in groups {sorted(set(group[member].tolist()))}. Give it one.")
        return cls([images[m] for m in members], np.array([group[m][0] for m in members]), names.astype(str))

    @property
    def counts(self):
        """int `[classes]`, how many images each class has."""
        return np.array([len(images) for images in self.images])

    alphabet = renamed_method("alphabet", "group")


def with_mirrors(classes):
    """Add each class seen in a mirror as a class of its own: more classes to train on, never to test on.

    Args:
        classes: `ImageClasses` with C classes.

    Returns:
        `ImageClasses` with 2 C classes: all as they were, then all mirrored left to right.
    """
    images = np.concatenate([classes.images, classes.images[..., ::-1]])
    names = np.concatenate([classes.names, [f"{name} mirrored" for name in classes.names]])
    return ImageClasses(images, np.tile(classes.group, 2), names)


def with_rotations(classes):
    """Add each class turned by 90, 180 and 270 degrees as a class of its own.

    Args:
        classes: `ImageClasses` with C classes.

    Returns:
        `ImageClasses` with 4 C classes: all of them upright, then all turned by 90 degrees, and so on.
    """
    images = np.concatenate([np.rot90(classes.images, turn, axes=(2, 3)) for turn in range(4)])
    turned = [[f"{name} turned {90 * turn}" if turn else name for name in classes.names] for turn in range(4)]
    return ImageClasses(np.ascontiguousarray(images), np.tile(classes.group, 4), np.concatenate(turned))
