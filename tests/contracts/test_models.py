"""What every model of the zoo promises as a Keras model, tried on a tiny one of each class (`model_cases.CASES`)."""

import json
import re
import threading
import warnings

import keras
import numpy as np
import pytest

from pnzoo.core.model import named_layers, named_weights
from pnzoo.models import Planner
from tests.contracts.model_cases import close, compiled, maps, numpy, one_of_each_class, randomise, trained

# -- what it looks like ---------------------------------------------------------------------------------


def test_summary_is_a_table_with_shapes(model):
    lines = []
    model.summary(print_fn=lambda line, line_break=False: lines.append(line), expand_nested=True)
    text = "\n".join(lines)
    assert all(layer.name[:8] in text for layer in model.layers)
    assert f"{model.count_params():,}" in text


def test_names_are_unique(model):
    assert len(named_weights(model)) == len(model.weights)
    paths = [path for path, _ in named_layers(model)]
    assert len(set(paths)) == len(paths)
    assert len({weight.path for weight in model.weights}) == len(model.weights)


def test_names_do_not_depend_on_what_was_built_before(case, model):
    assert list(named_weights(case.make())) == list(named_weights(model))


def test_nothing_is_printed_and_nothing_warned(case, inputs, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="keras|tensorflow|jax|torch")
        model = case.make()
        model(inputs)
        model.predict_on_batch(inputs)
        if isinstance(model, Planner):
            model.policy(*maps())
    # TensorFlow's own C++ code writes lines such as "E0000 00:00:... util.cc:131]", on some processors only
    lines = [line for text in capfd.readouterr() for line in text.splitlines() if not re.match(r"[IWE]0000 ", line)]
    assert lines == []


def test_symbolic_shapes_are_those_of_numbers(model, inputs, answer):
    symbols = keras.tree.map_structure(lambda x: keras.Input(x.shape[1:], dtype=str(x.dtype)), inputs)
    symbolic = model(symbols)
    assert symbolic.shape == (None, *answer.shape[1:])
    assert symbolic.dtype == "float32"
    shapes = keras.tree.map_structure(lambda x: x.shape, inputs)
    assert tuple(model.compute_output_shape(shapes)) == answer.shape


# -- configuration --------------------------------------------------------------------------------------


def test_the_config_is_plain_json_and_fresh(model):
    config = model.get_config()
    assert json.loads(json.dumps(config)) == config
    for value in config.values():
        if isinstance(value, list):
            value.append("changed")
        if isinstance(value, dict):
            value["changed"] = True
    assert model.get_config() == json.loads(json.dumps(model.get_config())) != {**config, "changed": 1}
    assert "changed" not in json.dumps(model.get_config())


def test_a_model_of_the_config_has_the_same_config(model):
    assert type(model).from_config(model.get_config()).get_config() == model.get_config()
    schema = type(model).CONFIG_SCHEMA
    assert set(schema) == set(type(model).arguments())


def test_options_that_were_set_are_in_the_config_and_count_at_once(case, inputs):
    model = randomise(case.make())
    assert set(case.changes) <= set(model.options())
    before = model.predict_on_batch(inputs)
    for name, value in case.changes.items():
        setattr(model, name, value)
        if name == "hard_transition":
            model.k = 3
        assert model.get_config()[name] == value
        after = model.predict_on_batch(inputs)
        close(after, model(inputs))
        again = type(model).from_config(model.get_config())
        again.set_weights(model.get_weights())
        close(again(inputs), after)
        if name in ("k", "wall_cost"):
            assert np.abs(after - before).max() > 1e-6, f"{name} changed nothing"
        before = after


def test_what_weights_depend_on_can_not_be_set(model):
    fixed = [name for name in model.arguments() if name not in model.options()]
    for name in fixed:
        with pytest.raises(AttributeError, match="with_options"):
            setattr(model, name, getattr(model, name))


def test_with_options_copies_the_weights(case, model, inputs, answer):
    copy = model.with_options()
    close(copy(inputs), answer)
    copy.predict_on_batch(inputs)  # on JAX it takes its own buffers away, and nobody else's
    close(model(inputs), answer)
    for name, value in case.changes.items():
        if name != "hard_transition":
            other = model.with_options(**{name: value})
            assert getattr(other, name) == value
    with pytest.raises(TypeError, match="no option 'kk'"):
        model.with_options(kk=3)


# -- training -------------------------------------------------------------------------------------------


def test_one_step_moves_every_weight(case, inputs):
    model = trained(case, randomise(case.make()))
    target = compiled(model, inputs)
    before = {name: numpy(weight).copy() for name, weight in named_weights(model).items() if weight.trainable}
    model.train_on_batch(inputs, target)
    for name, old in before.items():
        new = numpy(named_weights(model)[name])
        assert np.isfinite(new).all(), name
        assert (new != old).any() or name in case.no_gradient, f"{name} got no gradient"


# -- what goes in ---------------------------------------------------------------------------------------


def test_a_batch_is_its_members_one_by_one(case, model, inputs):
    # Value iteration that goes on until all maps have converged moves V where random weights never converge.
    model = model.with_options(**case.trained)
    answer = numpy(model(inputs))
    for i in range(3):
        one = keras.tree.map_structure(lambda x, i=i: x[i : i + 1], inputs)
        close(model(one), answer[i : i + 1], 1e-3)


@pytest.mark.parametrize("kind", ["bool", "uint8", "int32", "float64", "list"])
def test_planners_take_images_of_any_type(kind, case, model, answer, inputs):
    if isinstance(inputs, dict):
        pytest.skip("few-shot models have a test of their own")
    same = inputs.tolist() if kind == "list" else inputs.astype(kind)
    close(model(same), answer)


def test_other_ranks_and_channels_are_refused(case, model):
    for wrong in case.wrong():
        with pytest.raises(ValueError, match=r"takes images \[|expected \["):
            model(wrong)


def test_images_of_any_size(case, model, inputs):
    if isinstance(inputs, dict) or not case.any_size:
        pytest.skip("its size is fixed")
    for height, width in ((4, 9), (11, 5)):
        assert model(np.zeros((2, height, width, 2), "float32")).shape == (2, height, width, 8)


# -- numbers --------------------------------------------------------------------------------------------


def test_a_dtype_policy_is_that_of_all_parts(case, inputs):
    model = case.make(dtype="mixed_bfloat16")
    assert model.dtype_policy.name == "mixed_bfloat16"
    assert model.get_config()["dtype"] == "mixed_bfloat16"
    assert type(model).from_config(model.get_config()).dtype_policy.name == "mixed_bfloat16"
    kinds = {layer.compute_dtype for _, layer in named_layers(model) if layer.weights}
    assert "bfloat16" in kinds
    assert kinds <= {"bfloat16", "float32"}
    answer = model(inputs)
    assert keras.backend.standardize_dtype(answer.dtype) == "float32"
    assert np.isfinite(numpy(answer)).all()


@pytest.mark.parametrize("policy", ["bfloat16", "float64"])
def test_keras_own_policy_holds_where_none_is_given(policy, case, inputs):
    if policy == "float64" and keras.backend.backend() == "jax":
        pytest.skip("JAX has no float64 unless it is told to")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = case.make()
        assert model.dtype_policy.name == policy
        assert np.isfinite(numpy(model(inputs))).all()
    finally:
        keras.config.set_dtype_policy(before)


@one_of_each_class
def test_mixed_float16_scales_the_loss(case):
    model = case.make(dtype="mixed_float16")
    model.compile("adam", "mse")
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)


@one_of_each_class
def test_channels_first_changes_nothing(case, inputs, answer):
    keras.config.set_image_data_format("channels_first")
    try:
        close(randomise(case.make())(inputs), answer)
    finally:
        keras.config.set_image_data_format("channels_last")


@one_of_each_class
def test_threads(model, inputs, answer):
    found = [None] * 4

    def predict(i):
        found[i] = model.predict_on_batch(inputs)

    threads = [threading.Thread(target=predict, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in found:
        close(each, answer)
