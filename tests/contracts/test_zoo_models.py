"""The contract of models, on the entries of the zoo. Each is loaded once for all tests (the fixture `entry`)."""

import json

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo.analysis import flops
from pnzoo.core.model import named_layers, named_weights
from tests.make_golden import GOLDEN

NAMES = pnzoo.list_models()


@pytest.mark.parametrize("name", NAMES)
def test_summary_names_and_config(name, entry):
    model, lines = entry(name), []
    model.summary(print_fn=lambda line, line_break=False: lines.append(line), expand_nested=True)
    assert f"{pnzoo.card(name)['parameters']:,}" in "\n".join(lines)
    assert len(named_weights(model)) == len(model.weights)
    paths = [path for path, _ in named_layers(model)]
    assert len(set(paths)) == len(paths)
    config = model.get_config()
    assert json.loads(json.dumps(config)) == config
    assert type(model).from_config(config).get_config() == config
    assert model.dtype_policy.name == keras.config.dtype_policy().name


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_operations_are_those_of_the_model(name, entry):
    card, model = pnzoo.card(name), entry(name)
    assert model.count_params() == card["parameters"]
    assert card["flops"]["per"]
    assert flops(model, card["flops"]["input_shape"]) == card["flops"]["value"]


@pytest.mark.integration
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's format")
@pytest.mark.parametrize("name", ["vin8_paper", "matching_glyphs"])
def test_export_without_a_signature(name, entry, tmp_path):
    import tensorflow as tf

    model = entry(name)
    model.export(tmp_path / "saved", verbose=False)
    with np.load(GOLDEN / f"{name}.npz") as stored:
        inputs = {key: stored[key] for key in stored.files if key != "answer"}
    if "walls" in inputs:
        inputs = pnzoo.gridworld.encode(inputs["walls"], inputs["goal"])
    served = tf.saved_model.load(str(tmp_path / "saved"))
    answer = served.serve(keras.tree.map_structure(tf.constant, inputs)).numpy()
    wanted = keras.ops.convert_to_numpy(model(inputs))
    np.testing.assert_allclose(answer, wanted, rtol=1e-3, atol=5e-4 * max(1.0, np.abs(wanted).max()))


def test_from_preset_checks_the_class():
    assert pnzoo.models.VIN.from_preset("vin8", k=3).k == 3
    with pytest.raises(ValueError, match="is a VIN, not a GPPN"):
        pnzoo.models.GPPN.from_preset("vin8")
