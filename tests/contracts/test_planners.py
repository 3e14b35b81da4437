"""What every planner of the zoo promises: maps, positions, options and plans, tried on a tiny one of each class."""

import warnings

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo.models import VIN, DeterministicVIN
from pnzoo.worlds.gridworld import encode
from tests.contracts.model_cases import CASES, built, close, images, maps, numpy, randomise

PLANNERS = [name for name, each in CASES.items() if each.inputs is images]


@pytest.fixture(scope="module", params=PLANNERS)
def planner(request):
    return built(request.param)


@pytest.fixture(scope="module")
def table(planner):
    """Maps that are not square where the planner takes them: rows and columns must not be mixed up."""
    return maps() if planner.input_shape[1] else maps(3, 7, 9)


@pytest.fixture(scope="module")
def everywhere(planner, table):
    return planner.logits(*table)


def test_no_maps_give_an_empty_answer(planner):
    walls, goal = maps()
    policy = planner.policy(walls[:0], goal[:0])
    assert policy.shape == (0, 8, 8)
    assert policy.dtype.kind == "i"
    assert planner.logits(walls[:0], goal[:0]).shape == (0, 8, 8, 8)


def test_logits_are_those_of_a_call_and_the_policy_takes_the_best(planner, bounded, table, everywhere):
    close(everywhere, planner(encode(*table)))
    # With a number for k, policies come from value iteration, as logits do.
    np.testing.assert_array_equal(bounded.policy(*table), bounded.logits(*table).argmax(axis=-1))
    assert planner.moves in (4, 8)
    assert planner.policy(*table).max() < planner.moves


def test_logits_at_some_cells_are_those_of_all(planner, table, everywhere):
    positions = np.random.default_rng(0).integers(0, table.walls.shape[1:], (3, 5, 2))
    wanted = everywhere[np.arange(3)[:, None], positions[..., 0], positions[..., 1]]
    close(planner.logits_at(*table, positions), wanted, 1e-3)
    close(planner.position_network([encode(*table), positions]), wanted, 1e-3)


@pytest.fixture(scope="module")
def bounded(planner):
    """With a K of its own: random weights never converge, and K would be another for each batch."""
    return planner.with_options(k=5) if getattr(planner, "k", 5) is None else planner


def test_a_map_alone_is_answered_as_in_a_batch(bounded, table):
    close(bounded.logits(table.walls[1], table.goal[1]), bounded.logits(*table)[1], 1e-3)


@pytest.mark.parametrize("position", [(-1, 2), (3, 8), (100, 100)])
def test_positions_outside_the_map_are_refused(position, planner):
    walls, goal = maps()
    with pytest.raises(ValueError, match="outside a map of 8x8"):
        planner.logits_at(walls, goal, np.array([[position]] * 3))


def test_one_map_takes_positions_of_its_own(bounded, table):
    found = bounded.logits_at(table.walls[0], table.goal[0], [[1, 2], [3, 4]])
    close(found, bounded.logits(*table)[0, [1, 3], [2, 4]], 1e-3)


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
    model, table = randomise(VIN(k=4, channels=3, filters=(4,))), maps()
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
            self.model.k = 1 + epoch

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
