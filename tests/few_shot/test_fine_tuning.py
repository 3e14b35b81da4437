import keras
import numpy as np
import pytest

from pnzoo.data import glyphs
from pnzoo.data.classes import ImageClasses
from pnzoo.few_shot.fine_tuning import copy, fine_tune
from pnzoo.models import MatchingNetwork

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    network = MatchingNetwork(backbone_options={"filters": 8})
    return network


def loss(model, characters):
    """-log p of one drawing of each class by another."""
    inputs = {
        "support": characters.images[None, :, 0, :, :, None] / np.float32(255),
        "labels": np.eye(len(characters.images), dtype="float32")[None],
        "query": characters.images[None, :, 1, :, :, None] / np.float32(255),
    }
    return -np.diagonal(keras.ops.convert_to_numpy(model(inputs))[0]).mean()


def test_on_a_data_set_of_ones_own(network):
    characters = glyphs.generate(2, 10, 8, seed=1)
    before = [w.copy() for w in network.get_weights()]
    tuned = fine_tune(network, characters, steps=40, learning_rate=5e-3)
    assert loss(tuned, characters) < 0.8 * loss(network, characters)
    assert all((a == b).all() for a, b in zip(before, network.get_weights(), strict=True))


def test_on_one_image_a_class(network):
    images = glyphs.generate(1, 6, 1, seed=2).images[:, 0]
    tuned = fine_tune(network, images, list("abcdef"), steps=5)
    assert any((a != b).any() for a, b in zip(tuned.get_weights(), network.get_weights(), strict=True))


def test_statistics_are_kept(network):
    tuned = fine_tune(network, glyphs.generate(1, 6, 4, seed=2), steps=3)
    moving = [(a, b) for a, b in zip(tuned.weights, network.weights, strict=True) if "moving" in a.path]
    assert len(moving) == 8
    assert all(np.array_equal(keras.ops.convert_to_numpy(a), keras.ops.convert_to_numpy(b)) for a, b in moving)


def test_a_copy_can_change_what_needs_no_weights(network):
    other = copy(network, tta_views=3)
    assert other.tta_views == 3
    assert all((a == b).all() for a, b in zip(other.get_weights(), network.get_weights(), strict=True))


def test_classes_of_any_label_are_grouped():
    images = np.arange(4)[:, None, None] * np.ones((1, 28, 28), "uint8")
    groups = ImageClasses.from_arrays(images, ["b", "a", "b", "a"])
    assert [g[:, 0, 0].tolist() for g in groups.images] == [[1, 3], [0, 2]]


def test_impossible_requests_are_explained(network):
    with pytest.raises(ValueError, match="got 1 class"):
        fine_tune(network, np.zeros((3, 28, 28), "uint8"), ["a"] * 3)
    with pytest.raises(ValueError, match="3 images and 2 labels"):
        fine_tune(network, np.zeros((3, 28, 28), "uint8"), ["a", "b"])
    for wrong in ({"steps": 0}, {"steps": 1.5}, {"shot": 0}, {"n_query": -1}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* whole number"):
            fine_tune(network, np.zeros((4, 28, 28), "uint8"), ["a", "b"] * 2, **wrong)
