"""Models as files of other programs: whole and in parts, and what stands in the way."""

import importlib.util

import keras
import numpy as np
import pytest

from pnzoo import hub
from pnzoo.cli import main
from pnzoo.hub import exporting
from pnzoo.models import VIN, MatchingNetwork

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow writes these files")
has_onnx = pytest.mark.skipif(importlib.util.find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
IMAGES = np.random.default_rng(0).random((8, 16, 16, 1)).astype("float32")
LABELS = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1]]


@pytest.fixture(scope="module")
def network():
    return MatchingNetwork(backbone_options={"filters": 4}, image_size=16, support_embedding="lstm", query_steps=2)


def test_a_phone_keeps_its_support_set(network, tmp_path):
    import tensorflow as tf

    hub.export(network, tmp_path / "backbone", part="backbone")
    hub.export(network, tmp_path / "matching", part="matching")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backbone", "matching"]
    backbone, matching = (tf.saved_model.load(tmp_path / part) for part in ("backbone", "matching"))
    shelf, query = (backbone.serve(tf.constant(part)) for part in (IMAGES[:5], IMAGES[5:]))
    found = matching.serve({"support": shelf[None], "labels": tf.constant(LABELS[None]), "query": query[None]})
    expected = network({"support": IMAGES[None, :5], "labels": LABELS[None], "query": IMAGES[None, 5:]})
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.std(expected) > 1e-3


@pytest.mark.integration
@has_onnx
def test_the_parts_in_onnx_runtime(network, tmp_path):
    import onnxruntime

    embed, match = (
        onnxruntime.InferenceSession(hub.export(network, tmp_path / f"{part}.onnx", "onnx", part))
        for part in ("backbone", "matching")
    )
    (images,) = embed.get_inputs()
    shelf, query = (embed.run(None, {images.name: part})[0] for part in (IMAGES[:5], IMAGES[5:]))
    inputs = {"support": shelf[None], "labels": LABELS[None], "query": query[None]}
    names = {slot.name: inputs[next(name for name in inputs if name in slot.name)] for slot in match.get_inputs()}
    expected = network({"support": IMAGES[None, :5], "labels": LABELS[None], "query": IMAGES[None, 5:]})
    np.testing.assert_allclose(match.run(None, names)[0], expected, atol=1e-4)


def test_what_stands_in_the_way_is_said_and_nothing_is_left(network, tmp_path, monkeypatch):
    vin = VIN(k=2, filters=(3,), channels=2)
    with pytest.raises(ValueError, match="'onxx' is not one of tf_saved_model, onnx, litert"):
        hub.export(vin, tmp_path / "vin", "onxx")
    with pytest.raises(ValueError, match="'head' is not one of whole, backbone, matching"):
        hub.export(network, tmp_path / "net", part="head")
    with pytest.raises(ValueError, match="only few-shot models have parts; a VIN"):
        hub.export(vin, tmp_path / "vin", part="backbone")
    with pytest.raises(ValueError, match=r"no folder .*nowhere"):
        hub.export(vin, tmp_path / "nowhere" / "vin")
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(FileExistsError, match="taken is there already"):
        hub.export(vin, tmp_path / "taken")
    monkeypatch.setattr(exporting, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"needs tf2onnx, onnx\. Type: pip install 'pnzoo\[export\]'"):
        hub.export(vin, tmp_path / "vin.onnx", "onnx")
    monkeypatch.undo()
    monkeypatch.setattr(keras.Model, "export", lambda *args, **options: 1 / 0)
    with pytest.raises(ValueError, match="tf_saved_model cannot hold this VIN: division by zero"):
        hub.export(vin, tmp_path / "vin")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_file_that_breaks_off_is_not_left(tmp_path, monkeypatch):
    def break_off(self, path, *args, **options):
        path.mkdir()
        (path / "half").write_text("half")
        raise OSError("no space left on device")

    monkeypatch.setattr(keras.Model, "export", break_off)
    with pytest.raises(OSError, match="no space left"):
        hub.export(VIN(k=2, filters=(3,), channels=2), tmp_path / "vin")
    assert not list(tmp_path.iterdir())


def test_the_command_line_writes_a_folder_that_plans(tmp_path, monkeypatch, capsys, entry):
    import tensorflow as tf

    monkeypatch.chdir(tmp_path)
    assert main(["export", "vin8", "--format", "tf_saved_model", "--k", "3"]) == 0
    assert capsys.readouterr().out == "vin8: vin8, 3 steps of value iteration, tf_saved_model\n"
    image = np.zeros((2, 6, 9, 2), "float32")
    image[:, 2, 3, 1] = 1
    vin = hub.load("vin8", k=3)
    loaded = tf.saved_model.load("vin8")
    np.testing.assert_allclose(loaded.serve(image), vin(image), atol=1e-3)
    assert main(["export", "vin8", "--format", "tf_saved_model"]) == 2
    assert "vin8 is there already" in capsys.readouterr().err


class Logarithm(keras.layers.Layer):
    """A layer that ONNX has no operation for."""

    def call(self, x):
        return keras.ops.log1p(x)


@has_onnx
def test_a_layer_that_onnx_cannot_hold_is_named(tmp_path):
    inputs = keras.Input((3,), name="x")
    model = keras.Model(inputs, Logarithm(name="logarithm")(inputs))
    model(inputs)
    with pytest.raises(ValueError, match=r"onnx cannot hold all layers of this Functional: logarithm \(Log1p\)"):
        hub.export(model, tmp_path / "model.onnx", "onnx")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_of_tensorflow_is_an_oserror(tmp_path, monkeypatch):
    def full(*args, **options):
        raise RuntimeError("saved_model.pb; No space left on device")

    monkeypatch.setattr(keras.Model, "export", full)
    with pytest.raises(OSError, match="no room for the tf_saved_model file; make room"):
        hub.export(VIN(k=2, filters=(3,), channels=2), tmp_path / "vin")


@pytest.mark.integration
@pytest.mark.skipif(importlib.util.find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")
def test_a_full_context_in_litert_has_a_fixed_number_of_support_images(network, tmp_path):
    from tests.benchmarks.exports import opened

    with pytest.raises(ValueError, match=r"litert cannot hold .*: g/bidirectional/\w+ \(TensorList\w+\).*support=5"):
        hub.export(network, tmp_path / "any.tflite", "litert", "matching")
    run = opened(hub.export(network, tmp_path / "five.tflite", "litert", "matching", support=5), "litert")
    shelf, query = (keras.ops.convert_to_numpy(network.embed(part))[None] for part in (IMAGES[:5], IMAGES[5:]))
    expected = network({"support": IMAGES[None, :5], "labels": LABELS[None], "query": IMAGES[None, 5:]})
    np.testing.assert_allclose(run({"support": shelf, "labels": LABELS[None], "query": query}), expected, atol=1e-4)
    assert not any(layer.unroll for layer in network._flatten_layers() if isinstance(layer, keras.layers.LSTM))
