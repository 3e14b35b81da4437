import numpy as np
import pytest

from pnzoo.data import glyphs


def test_seeded_images_with_ink_on_paper():
    a, b, c = (glyphs.generate(2, 6, 5, seed=s) for s in (1, 1, 2))
    assert (a.images == b.images).all()
    assert (a.images != c.images).any()
    assert a.images.shape == (12, 5, 28, 28)
    assert a.images.dtype == np.uint8
    assert a.group.tolist() == [0] * 6 + [1] * 6
    assert len(set(a.names)) == 12
    ink = (a.images > 127).mean((2, 3))
    assert ink.min() > 0.01
    assert ink.max() < 0.4


def test_more_alphabets_leave_the_first_ones_alone():
    few, many = glyphs.generate(1, 4, 3), glyphs.generate(3, 4, 3)
    assert (many.images[:4] == few.images).all()


def test_drawings_of_a_character_look_alike():
    """The nearest drawing, pixel by pixel, is of the same character far more often than chance has it."""
    images = glyphs.generate(2, 10, 8).images.reshape(160, -1).astype("float32")
    images /= np.linalg.norm(images, axis=1, keepdims=True)
    alike = images @ images.T - 2 * np.eye(160)
    right = (alike.argmax(1) // 8 == np.arange(160) // 8).mean()
    assert right > 0.4  # chance: 0.04
    assert len(np.unique(images, axis=0)) == 160  # no drawing is a copy


def test_people_have_habits():
    """The amount of ink differs between drawers more than within one."""
    ink = glyphs.generate(2, 20, 10).images.mean((2, 3))
    ink /= ink.mean(1, keepdims=True)
    assert ink.mean(0).std() > 2 * ink.std(0).mean() / np.sqrt(len(ink))


@pytest.mark.parametrize("size", [14, 105])
def test_other_sizes(size):
    assert glyphs.generate(1, 2, 2, size=size).images.shape == (2, 2, size, size)


@pytest.mark.parametrize("name", ["alphabets", "characters", "drawers", "size"])
def test_counts_must_be_positive(name):
    with pytest.raises(ValueError, match=f"{name}=0"):
        glyphs.generate(**{name: 0})
