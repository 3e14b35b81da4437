"""Files of every class run in the other program with the same answers; the whole zoo under `slow`."""

import importlib.util

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo.hub.exporting import FORMATS
from tests.benchmarks import exports, int8
from train.readme import benchmark_tables

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow writes these files"),
]
needs_others = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("onnxruntime", "tf2onnx", "ai_edge_litert"))),
    reason="needs pip install 'pnzoo[export]' onnxruntime",
)
# The smallest entries of what differs most: a loop with a learned P, kernels, a web, drawings.
SAMPLE = {"vin8": "litert", "vin8_paper": "onnx", "vin_web": "litert", "matching_glyphs": "litert"}


@needs_others
@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_the_zoo_gives_the_same_answers_elsewhere(name, entry):
    rows = list(exports.measure(name, [SAMPLE[name]], entry(name)))
    assert len(rows) == (3 if name.startswith("matching") else 1)
    for row in rows:
        assert row["ok"], row
        assert set(row["sizes"]) == {"one", "two", "other"}, row


@needs_others
@pytest.mark.slow
@pytest.mark.parametrize("name", pnzoo.list_models())
def test_every_entry_gives_the_same_answers_elsewhere(name):
    for row in exports.measure(name, list(FORMATS)):
        assert row["ok"], row


def test_another_answer_is_not_the_same():
    wanted = np.array([[[0.0, 1.0], [3.0, 2.0]]])
    assert exports._compared(lambda inputs: wanted, None, wanted) == {"error": 0.0, "same": 1.0}
    assert exports._compared(lambda inputs: wanted[..., ::-1], None, wanted)["same"] == 0.0
    assert exports._compared(lambda inputs: wanted + 0.3, None, wanted) == {"error": 0.1, "same": 1.0}
    assert exports._compared(lambda inputs: wanted[:, :1], None, wanted)["error"] == 1.0


def test_a_row_says_what_a_file_takes_or_why_there_is_none():
    good = {"name": "a", "format": "onnx", "part": "whole", "ok": True, "bytes": 2_500_000, "ms": 1.25, "support": 5,
            "sizes": {"one": {"error": 2e-6, "same": 1.0}}}
    bad = {"name": "a", "format": "litert", "part": "whole", "ok": False, "reason": "no such layer"}
    table = benchmark_tables.exports_table({"hardware": "a machine", "versions": {"keras": "3"}, "rows": [good, bad]})
    assert "| [`a`](zoo/a) | - | 2.5 MB, 1.2 ms, 2e-06, 5 support images | no such layer |" in table


@pytest.mark.slow
def test_weights_of_8_bits_make_a_smaller_file_that_is_nearly_the_same(tmp_path, entry):
    pytest.importorskip("ai_edge_litert")
    model, images = entry("matching_glyphs"), np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")
    sides = int8.files(model, tmp_path, "backbone")
    (large, exact), (small, rounded) = sides["float32"], sides["int8"]
    assert small.stat().st_size < 0.5 * large.stat().st_size
    one, other = exact(images), rounded(images)
    assert 1e-4 < np.abs(one - other).max() / np.abs(one).max() < 0.2
    with pytest.raises(ValueError, match="int8 is for format='litert'"):
        pnzoo.hub.export(model, tmp_path / "model.onnx", "onnx", int8=True)


def test_the_table_of_int8_shows_both_sides():
    kinds = {"float32": {"bytes": 80_000, "5w1s": 0.98}, "int8": {"bytes": 20_000, "5w1s": 0.97}}
    rows = [{"name": "a", "n": 9, "what": "episodes", "kinds": kinds}]
    table = benchmark_tables.int8_table({"rows": rows})
    assert "| 9 episodes | 80 to 20 kB | 5-way 1-shot 98.00 % to 97.00 % |" in table


def test_a_card_says_what_8_bits_cost(toy_zoo, guide):
    from pnzoo.core.metric import Metric

    exact, small = (Metric.of_flags("success_rate", [True] * count + [False]).to_dict() for count in (99, 98))
    sides = {"float32": {"bytes": 80_000, "metrics": [exact]}, "int8": {"bytes": 20_000, "metrics": [small]}}
    int8.publish({"name": "guide8", "n": 100, "kinds": sides})
    page = (toy_zoo / "guide8" / "README.md").read_text()
    assert "20 kB in place of 80 kB" in page
    assert "| success rate | 98.99 % | 94.50 to 99.82 | 99.00 % | 94.55 to 99.82 |" in page
    assert pnzoo.card("guide8")["int8"]["metrics"][0]["int8"]["command"].endswith("int8 guide8 --n 100")
    pnzoo.load("guide8")
