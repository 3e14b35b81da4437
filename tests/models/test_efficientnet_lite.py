"""EfficientNet-Lite's stages, sizes and files; tests/train/test_photos_convert.py has the original."""

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo.models.backbones import EfficientNetLite, efficientnet_lite
from pnzoo.models.backbones.efficientnet_lite import VARIANTS, blocks

TINY = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16}


def test_blocks_of_the_variants():
    counts = {variant: len(list(blocks(*VARIANTS[variant][:2]))) for variant in VARIANTS}
    assert counts == {"lite0": 16, "lite1": 21, "lite2": 21}
    assert [block[-1] for block in blocks(1.0, 1.0)] == [16, 24, 24, 40, 40, *[80] * 3, *[112] * 3, *[192] * 4, 320]
    assert next(reversed(list(blocks(1.1, 1.2))))[-1] == 352
    with pytest.raises(ValueError, match="variant='lite9' is not one of 'lite0', 'lite1', 'lite2'"):
        efficientnet_lite("lite9")


@pytest.mark.parametrize("size", [(64, 96), (33, 50), (224, 224)])
def test_a_map_of_places_and_their_mean(size):
    model = EfficientNetLite(**TINY)
    answer = {name: keras.ops.convert_to_numpy(y) for name, y in model(np.ones((2, *size, 3), "float32")).items()}
    assert answer["map"].shape == (2, -(-size[0] // 32), -(-size[1] // 32), 16)
    np.testing.assert_allclose(answer["pooled"], answer["map"].mean((1, 2)), atol=1e-5)
    shapes = model.compute_output_shape((2, *size, 3))
    assert {name: y.shape for name, y in answer.items()} == shapes


def test_an_entry_of_the_zoo_and_a_file_of_keras(tmp_path):
    model = EfficientNetLite(**TINY, image_size=64)
    pnzoo.save(model, tmp_path / "tiny")
    model.save(tmp_path / "tiny.keras")
    images = np.random.default_rng(0).random((2, 64, 64, 3), "float32")
    wanted = keras.ops.convert_to_numpy(model.embed(images))
    for again in (pnzoo.load(tmp_path / "tiny"), keras.models.load_model(tmp_path / "tiny.keras")):
        assert again.get_config() == model.get_config()
        np.testing.assert_allclose(keras.ops.convert_to_numpy(again.embed(images)), wanted, atol=1e-6)


def test_it_can_be_frozen():
    assert EfficientNetLite(**TINY, trainable=False).trainable_weights == []
    assert len(EfficientNetLite(**TINY).trainable_weights) == 50
