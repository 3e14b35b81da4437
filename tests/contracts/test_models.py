"""What every model of the zoo promises as a Keras model, tried on a tiny one of each class (`model_cases.CASES`)."""

import copy
import importlib.util
import json
import pickle
import re
import subprocess
import sys
import threading
import warnings

import keras
import numpy as np
import pytest
from keras import ops

import pnzoo
from pnzoo.core.model import named_layers, named_weights
from pnzoo.models import VIN, DeterministicVIN
from tests.contracts.model_cases import CASES, CLASSES, images, maps

TENSORFLOW = keras.backend.backend() == "tensorflow"
needs_tensorflow = pytest.mark.skipif(not TENSORFLOW, reason="TensorFlow's formats")


def numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def randomise(model, scale=0.3):
    """Weights of its own for every layer: zeros would hide a mistake."""
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


def first(inputs, n):
    """The first n of a batch."""
    return keras.tree.map_structure(lambda x: x[:n], inputs)


def close(found, wanted, tolerance=1e-4):
    np.testing.assert_allclose(numpy(found), numpy(wanted), rtol=tolerance, atol=tolerance * 10)


def trained(case, model):
    for name, value in case.trained.items():
        setattr(model, name, value)
    return model


def compiled(model, inputs, rate=0.05):
    """Targets for one step of the model, which is compiled."""
    shape = model(inputs).shape
    model.compile(keras.optimizers.Adam(rate), "mse", run_eagerly=TENSORFLOW)  # one step is not worth a graph
    return np.random.default_rng(1).normal(size=shape).astype("float32")


@pytest.fixture(scope="module", params=CASES)
def case(request):
    return CASES[request.param]


one_of_each_class = pytest.mark.parametrize("case", CLASSES, indirect=True)


@pytest.fixture(scope="module")
def model(case):
    """Shared by the tests that do not change it."""
    return randomise(case.make())


@pytest.fixture(scope="module")
def inputs(case):
    return case.inputs()


@pytest.fixture(scope="module")
def answer(model, inputs):
    return numpy(model(inputs))


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
        model.predict(inputs, verbose=0)
        if hasattr(model, "policy"):
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
    for name, value in case.changes.items():
        before = model.predict(inputs, verbose=0)
        setattr(model, name, value)
        if name == "hard_transition":
            model.k = 3
        assert model.get_config()[name] == value
        after = model.predict(inputs, verbose=0)
        close(after, model(inputs))
        again = type(model).from_config(model.get_config())
        again.set_weights(model.get_weights())
        close(again(inputs), after)
        if name in ("k", "wall_cost"):
            assert np.abs(after - before).max() > 1e-6, f"{name} changed nothing"


def test_what_weights_depend_on_can_not_be_set(model):
    fixed = [name for name in model.arguments() if name not in model.options()]
    for name in fixed:
        with pytest.raises(AttributeError, match="with_options"):
            setattr(model, name, getattr(model, name))


def test_with_options_copies_the_weights(case, model, inputs, answer):
    close(model.with_options()(inputs), answer)
    for name, value in case.changes.items():
        if name != "hard_transition":
            other = model.with_options(**{name: value})
            assert getattr(other, name) == value
    with pytest.raises(TypeError, match="no option 'kk'"):
        model.with_options(kk=3)


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
    close(clone({**inputs, "mask": np.ones((3, 6), "bool")} if isinstance(inputs, dict) else inputs), answer)


def test_it_loads_in_a_new_process_after_import_pnzoo_alone(tmp_path):
    """All classes in one process; beside them a model that a user has built around one."""
    expected = {}
    for i, case in enumerate(CASES.values()):
        model, inputs = randomise(case.make()), case.inputs()
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


# -- export ---------------------------------------------------------------------------------------------


@needs_tensorflow
@one_of_each_class
def test_it_is_exported_to_a_saved_model_without_a_signature(model, inputs, answer, tmp_path):
    import tensorflow as tf

    model.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    close(loaded.serve(keras.tree.map_structure(tf.constant, inputs)), answer, 1e-3)
    one = first(inputs, 1)
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


# -- training -------------------------------------------------------------------------------------------


def test_one_step_moves_every_weight(case, inputs):
    model = trained(case, randomise(case.make()))
    target = compiled(model, inputs)
    before = {name: numpy(weight).copy() for name, weight in named_weights(model).items() if weight.trainable}
    model.fit(inputs, target, verbose=0)
    for name, old in before.items():
        new = numpy(named_weights(model)[name])
        assert np.isfinite(new).all(), name
        assert (new != old).any(), f"{name} got no gradient"


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


@one_of_each_class
def test_inside_a_functional_model_with_a_name_of_ones_own(case, inputs, answer, tmp_path):
    one, two = randomise(case.make(name="one")), randomise(case.make(name="two"))
    symbols = keras.tree.map_structure(lambda x: keras.Input(x.shape[1:]), inputs)
    both = keras.Model(symbols, keras.layers.Add(name="sum")([one(symbols), two(symbols)]))
    both.summary(print_fn=lambda *args, **kwargs: None, expand_nested=True)
    close(both(inputs), 2 * answer)
    both.save(tmp_path / "both.keras")
    close(keras.models.load_model(tmp_path / "both.keras")(inputs), 2 * answer)


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


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16", "float64"])
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


# -- planners -------------------------------------------------------------------------------------------

PLANNERS = [name for name, each in CASES.items() if each.inputs is images]


@pytest.fixture(scope="module", params=PLANNERS)
def planner(request):
    return randomise(CASES[request.param].make())


def test_no_maps_give_an_empty_answer(planner):
    walls, goal = maps()
    policy = planner.policy(walls[:0], goal[:0])
    assert policy.shape == (0, 8, 8)
    assert policy.dtype.kind == "i"
    assert planner.logits(walls[:0], goal[:0]).shape == (0, 8, 8, 8)


def test_logits_at_some_cells_are_those_of_all(planner):
    walls, goal = maps()
    positions = np.random.default_rng(0).integers(0, 8, (3, 5, 2))
    everywhere, rows = planner.logits(walls, goal), np.arange(3)[:, None]
    wanted = everywhere[rows, positions[..., 0], positions[..., 1]]
    close(planner.logits_at(walls, goal, positions), wanted, 1e-3)
    close(planner.position_network([images(), positions]), wanted, 1e-3)
    assert planner.moves in (4, 8)


@pytest.mark.parametrize("position", [(-1, 2), (3, 8), (100, 100)])
def test_positions_outside_the_map_are_refused(position, planner):
    walls, goal = maps()
    with pytest.raises(ValueError, match="outside a map of 8x8"):
        planner.logits_at(walls, goal, np.array([[position]] * 3))


def test_one_map_takes_positions_of_its_own(planner):
    walls, goal = maps()
    close(planner.logits_at(walls[0], goal[0], [[1, 2], [3, 4]]), planner.logits(walls, goal)[0, [1, 3], [2, 4]], 1e-3)


@pytest.mark.parametrize("positions", [[1, 1], [[1, 1]] * 3, [[[1, 1]]], [[[1, 1, 1]]] * 3, [[[1.0, 1.0]]] * 3])
def test_positions_of_other_shapes_or_kinds_are_refused(positions, planner):
    with pytest.raises(ValueError, match="positions"):
        planner.logits_at(*maps(), positions)


def test_no_images_give_no_logits(planner):
    assert tuple(planner(images()[:0]).shape) == (0, 8, 8, 8)


def test_it_is_not_built_anew_for_other_channels(planner):
    planner.build((None, 8, 8, 2))
    with pytest.raises(ValueError, match=r"takes images \["):
        planner.build((None, 8, 8, 7))


def test_an_option_set_in_its_layer_counts_at_once():
    model, table = randomise(VIN(k=9, channels=3, filters=(4,))), maps()
    positions = np.full((3, 1, 2), 4)
    before = model.predict(images(), verbose=0), model.position_network.predict_on_batch([images(), positions])
    model.value_iteration.k = 1
    after = numpy(model(images()))
    close(model.predict(images(), verbose=0), after)
    close(model.logits_at(*table, positions), model.logits(*table)[:, 4:5, 4])
    close(model.position_network.predict_on_batch([images(), positions]), after[:, 4:5, 4])
    assert np.abs(before[0] - after).max() > 1e-3


def test_an_option_may_change_in_the_middle_of_fit():
    class Curriculum(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.k = 1 + 3 * epoch

    model = randomise(VIN(k=9, channels=3, filters=(4,)))
    model.compile(keras.optimizers.SGD(0.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    target = np.zeros((3, 8, 8), "int32")
    history = model.fit(images(), target, epochs=2, callbacks=[Curriculum()], verbose=0).history["loss"]
    assert history[0] != pytest.approx(history[1], rel=1e-6)
    assert history[1] == pytest.approx(model.evaluate(images(), target, verbose=0), rel=1e-4)


def test_a_call_takes_an_image_and_nothing_else(planner):
    positions = np.array([[[1, 1]]] * 3)
    for wrong in ((images(), positions), {"image": images()}):
        with pytest.raises(ValueError, match="logits_at"):
            planner(wrong)


def test_only_planners_with_values_have_a_trace(planner):
    walls, goal = (x[0] for x in maps())
    if hasattr(planner, "intermediates"):
        planner = planner.with_options(k=2)
        assert planner.trace(walls, goal).values.shape == (3, 8, 8)
    else:
        with pytest.raises(TypeError, match="use a VIN"):
            planner.trace(walls, goal)


@pytest.mark.parametrize("max_steps", ["3", 2.5, True, -1])
def test_a_limit_that_is_no_number_of_moves(max_steps, planner):
    walls, goal = (x[0] for x in maps())
    start = np.argwhere(~walls)[0]
    with pytest.raises(ValueError, match="max_steps"):
        planner.plan(walls, start, goal, max_steps=max_steps)


# -- former names ---------------------------------------------------------------------------------------


def test_former_arguments_work_and_name_todays():
    with pytest.warns(DeprecationWarning, match="inverse_temperature"):
        model = VIN(k=3, channels=2, filters=(3,), sharpness=2.0)
    assert model.inverse_temperature == 2.0
    with pytest.warns(DeprecationWarning, match="per_cell"):
        assert VIN(k=3, channels=2, filters=(3,), transition="state").transition == "per_cell"
    with pytest.warns(DeprecationWarning, match="DeterministicVIN"):
        assert pnzoo.models.LongVIN is DeterministicVIN
    with pytest.warns(DeprecationWarning, match="logits"):
        model.scores(*maps())


def test_a_former_config_is_read_without_a_word():
    config = {"k": 3, "channels": 2, "features": [3], "sharpness": 2.0, "transition": "state", "gain": 1.0,
              "costs": True}
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        model = VIN.from_config(config)
    assert (model.filters, model.transition, model.logit_scale) == ((3,), "per_cell", 1.0)
