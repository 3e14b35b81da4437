"""What every model of the zoo promises of its copies, files and exports, tried on a tiny one of each class."""

import copy
import importlib.util
import pickle
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest

from pnzoo.core.model import named_layers
from tests.contracts.model_cases import CASES, built, close, compiled, numpy, one_of_each_class, randomise, trained

pytestmark = pytest.mark.integration

TENSORFLOW = keras.backend.backend() == "tensorflow"
needs_tensorflow = pytest.mark.skipif(not TENSORFLOW, reason="TensorFlow's formats")


# -- copies and files -----------------------------------------------------------------------------------


@one_of_each_class
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_answer_the_same_and_share_nothing(way, model, inputs, answer):
    other = way(model)
    assert type(other) is type(model)
    np.testing.assert_array_equal(numpy(other(inputs)), answer)
    randomise(other, 1.0)
    np.testing.assert_array_equal(numpy(model(inputs)), answer)


@one_of_each_class
def test_keras_can_clone_it(model, inputs, answer):
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    # The clone is a plain functional model, and Keras forgets that its input `mask` was optional.
    close(clone({**inputs, "mask": np.ones((3, 6), "bool")} if "support" in inputs else inputs), answer)


def test_it_loads_in_a_new_process_after_import_pnzoo_alone(tmp_path):
    """All classes in one process; beside them a model that a user has built around one."""
    expected = {}
    for i, (name, case) in enumerate(CASES.items()):
        model, inputs = built(name), case.inputs()
        model.save(tmp_path / f"{i}.keras")
        flat = keras.tree.flatten(inputs)
        expected |= {f"{i}/{j}": np.asarray(x) for j, x in enumerate(flat)} | {f"{i}/answer": numpy(model(inputs))}
        names = sorted(inputs) if isinstance(inputs, dict) else None
        expected[f"{i}/names"] = np.array(names or [])
    np.savez(tmp_path / "expected.npz", **expected)
    program = """
import sys, pnzoo
assert "keras" not in sys.modules, "import pnzoo imports Keras"
import keras, numpy as np
from keras import ops
stored = np.load(sys.argv[1] + "/expected.npz")
for i in range(int(sys.argv[2])):
    model = keras.models.load_model(f"{sys.argv[1]}/{i}.keras")
    assert type(model).__module__.startswith("pnzoo."), type(model)
    names = list(stored[f"{i}/names"])
    arrays = [stored[f"{i}/{j}"] for j in range(max(1, len(names)))]
    answer = ops.convert_to_numpy(model(dict(zip(names, arrays)) if names else arrays[0]))
    assert np.abs(answer - stored[f"{i}/answer"]).max() <= 1e-5 * max(1, np.abs(answer).max()), i
old = {"class_name": "LongVIN", "registered_name": "pnzoo>LongVIN", "module": "pnzoo.models.long_vin", "config":
    {"k": 5, "moves": 8, "features": [4], "sharpness": 2.0, "rounded": True, "wall_cost": 3.0}}
model = keras.saving.deserialize_keras_object(old)
assert (type(model).__name__, model.k, model.wall_cost) == ("DeterministicVIN", 5, 3.0)
"""
    command = [sys.executable, "-c", program, str(tmp_path), str(len(CASES))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]


@one_of_each_class
def test_frozen_layers_stay_frozen_and_the_optimizer_goes_on(case, inputs, tmp_path):
    model = trained(case, case.make())
    kept = [layer for _, layer in named_layers(model) if layer.weights][-1]
    for _, layer in named_layers(model):
        if layer is not kept and not any(each is kept for each in layer._flatten_layers()):
            layer.trainable = False
    count = len(model.trainable_weights)
    assert 0 < count < len(model.weights)
    target = compiled(model, inputs)
    model.train_on_batch(inputs, target)
    model.save(tmp_path / "frozen.keras")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*optimizer.*")
        again = keras.models.load_model(tmp_path / "frozen.keras")
    assert len(again.trainable_weights) == count
    for one, other in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(numpy(one), numpy(other))
    losses = [each.train_on_batch(inputs, target) for each in (model, again)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@one_of_each_class
def test_quantized_it_is_saved_and_loaded_or_refused(case, inputs, tmp_path):
    model = randomise(case.make())
    if not case.quantizable:
        with pytest.raises((ValueError, NotImplementedError), match="quantize"):
            model.quantize("int8")
        return
    model.quantize("int8")
    model.save(tmp_path / "int8.keras")
    again = keras.models.load_model(tmp_path / "int8.keras")
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(numpy(again(inputs)), numpy(model(inputs)))


@one_of_each_class
def test_inside_a_functional_model_with_a_name_of_ones_own(case, inputs, answer, tmp_path):
    one, two = randomise(case.make(name="one")), randomise(case.make(name="two"))
    symbols = keras.tree.map_structure(lambda x: keras.Input(x.shape[1:]), inputs)
    both = keras.Model(symbols, keras.layers.Add(name="sum")([one(symbols), two(symbols)]))
    both.summary(print_fn=lambda *args, **kwargs: None, expand_nested=True)
    close(both(inputs), 2 * answer)
    both.save(tmp_path / "both.keras")
    close(keras.models.load_model(tmp_path / "both.keras")(inputs), 2 * answer)


# -- export ---------------------------------------------------------------------------------------------


@needs_tensorflow
@one_of_each_class
def test_it_is_exported_to_a_saved_model_without_a_signature(model, inputs, answer, tmp_path):
    import tensorflow as tf

    model.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    close(loaded.serve(keras.tree.map_structure(tf.constant, inputs)), answer, 1e-3)
    one = keras.tree.map_structure(lambda x: x[:1], inputs)
    close(loaded.serve(keras.tree.map_structure(tf.constant, one)), answer[:1], 1e-3)


@needs_tensorflow
@one_of_each_class
@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
def test_it_is_exported_to_onnx(model, inputs, answer, tmp_path):
    import onnxruntime

    model.export(tmp_path / "model.onnx", format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    close(session.run(None, _named(session.get_inputs(), inputs))[0], answer, 1e-3)


@needs_tensorflow
@one_of_each_class
@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")
def test_it_is_exported_to_litert(model, inputs, answer, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    symbols = keras.tree.map_structure(lambda x: keras.InputSpec(shape=x.shape, dtype=str(x.dtype)), inputs)
    model.export(tmp_path / "model.tflite", format="litert", verbose=False, input_signature=[symbols])
    interpreter = Interpreter(str(tmp_path / "model.tflite"))
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()
    arrays = keras.tree.flatten(inputs)
    for detail, array in zip(sorted(details, key=lambda each: each["name"]), arrays, strict=True):
        interpreter.set_tensor(detail["index"], np.asarray(array).astype(detail["dtype"]))
    interpreter.invoke()
    close(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), answer, 1e-3)


def _named(slots, inputs):
    if not isinstance(inputs, dict):
        return {slots[0].name: inputs}
    return {slot.name: next(inputs[name] for name in inputs if name in slot.name) for slot in slots}
