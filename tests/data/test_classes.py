"""Images grouped by class."""

import numpy as np
import pytest

from pnzoo.data import glyphs, omniglot
from pnzoo.data.classes import ImageClasses

IMAGES = np.arange(5)[:, None, None] * np.ones((1, 4, 4), "uint8")


def test_labelled_images_become_classes():
    classes = ImageClasses.from_arrays(IMAGES, ["b", "a", "b", "c", "a"])
    assert [members[:, 0, 0].tolist() for members in classes.images] == [[1, 4], [0, 2], [3]]
    assert classes.counts.tolist() == [2, 2, 1]
    assert classes.names.tolist() == ["a", "b", "c"]
    assert classes.group.tolist() == [0, 1, 2]


def test_classes_may_have_groups():
    classes = ImageClasses.from_arrays(IMAGES, [7, 3, 7, 9, 3], ["x", "y", "x", "y", "y"])
    assert classes.group.tolist() == ["y", "x", "y"]
    with pytest.raises(ValueError, match=r"class 3 lies in groups \['x', 'y'\]"):
        ImageClasses.from_arrays(IMAGES, [7, 3, 7, 9, 3], ["x", "y", "x", "y", "x"])
    with pytest.raises(ValueError, match="5 images and 4 labels"):
        ImageClasses.from_arrays(IMAGES, [1, 2, 3, 4])


def test_former_names():
    with pytest.warns(DeprecationWarning, match="ImageClasses"):
        assert omniglot.Characters is ImageClasses
    with pytest.warns(DeprecationWarning, match="OmniglotData"):
        assert omniglot.Drawings is omniglot.OmniglotData
    classes = glyphs.generate(2, 3, 4)
    with pytest.warns(DeprecationWarning, match="group"):
        assert (classes.alphabet == classes.group).all()
    with pytest.warns(DeprecationWarning, match="resize_area"):
        assert omniglot.shrink(IMAGES, 2).shape == (5, 2, 2)
