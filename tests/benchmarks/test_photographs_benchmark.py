"""The benchmark of photographs compares the same network on all sides, and measures what it names."""

import keras
import numpy as np
import pytest

from pnzoo.models.backbones import EfficientNetLite
from tests.benchmarks import photographs, race
from train.readme import benchmark_tables

pytestmark = pytest.mark.integration


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="Keras exports both files from TensorFlow")
def test_all_sides_give_the_same_features(tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    pytest.importorskip("ai_edge_litert")
    model = EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=16, image_size=64)
    photographs.export(tmp_path, 2, model)
    images = photographs.pictures(2, 64)
    wanted = keras.ops.convert_to_numpy(model.embed(images))
    for side in (photographs.onnx_side, photographs.litert_side):
        ending = photographs.ENDINGS[side.__name__.removesuffix("_side")]
        np.testing.assert_allclose(side(str(tmp_path / f"2{ending}"), 1)(images), wanted, rtol=1e-3, atol=1e-4)


def test_a_ratio_is_of_turns_of_the_same_round(monkeypatch, tmp_path):
    turns = {"pnzoo": [2.0, 4.0, 30.0], "onnx": [1.0, 2.0, 30.0]}  # the machine was busy in the last round
    monkeypatch.setattr(photographs, "race", lambda commands, seconds: turns)
    assert photographs.measure(1, tmp_path, 1, 2) == {"batch": 1, "pnzoo_ms": 4000, "onnx_ms": 2000, "to_onnx": 2.0}
    assert race.WARM_UP >= 1  # compiling is not measured


def test_the_table_shows_what_was_measured():
    row = {"batch": 32, "pnzoo_ms": 1234.5, "onnx_ms": 1000.0, "to_onnx": 1.25}
    table = benchmark_tables.photographs_table({"hardware": "2 CPU cores", "backend": "jax", "rows": [row]})
    assert table.startswith("EfficientNet-Lite0, 224x224 pixels, jax, on 2 CPU cores:")
    assert "| 32 | 1,234 ms | 1,000 ms; ours 1.25x |  | at most 1.3x |" in table
