import keras
import numpy as np
import pytest
from keras import ops

import pnzoo
from pnzoo import gridworld
from pnzoo.core.model import named_weights
from pnzoo.models import VIN
from tests.layers import numpy_planning as reference
from tests.layers.checks import array, randomise

PAPER = {
    "filters": [150],
    "activation": "linear",
    "transition": "kernel",
    "goal_value": 10.0,
    "nonpositive_reward": False,
    "logit_scale": None,
}
FORMS = {
    "per_cell": {},
    "softmax_kernel": {"transition": "softmax_kernel", "nonpositive_reward": False},
    "kernel": {"transition": "kernel", "nonpositive_reward": False, "logit_scale": None, "activation": "linear"},
    "concat": {"concat_state": True},
    "untied": {"tied": False},
}
MAPS = gridworld.generate(4, 9, 7, seed=3)
SQUARE = gridworld.generate(6, 8, seed=1)


def small(seed=0, **options):
    """A VIN of random weights, few enough to be quick."""
    model = VIN(**{"k": 4, "channels": 3, "filters": (6, 5), **options})
    return randomise(model, seed, scale=0.3)


@pytest.fixture(scope="module", params=list(FORMS))
def model(request):
    return small(**FORMS[request.param])


def test_the_papers_network_has_the_papers_parameters():
    assert VIN(k=20, **PAPER).count_params() == 3260


@pytest.mark.parametrize("height,width", [(4, 4), (17, 3)])
def test_maps_of_any_size(model, height, width):
    walls = np.zeros((2, height, width), bool)
    goal = np.array([[1, 1], [2, 2]])
    assert model(gridworld.encode(walls, goal)).shape == (2, height, width, 8)
    assert model.logits(walls, goal).shape == (2, height, width, 8)
    policy = model.policy(walls, goal)
    assert policy.shape == (2, height, width)
    assert set(np.unique(policy)) <= set(range(8))


def test_the_call_follows_the_equations():
    """phi, R and the logits by hand; the layer between them has tests of its own."""
    model = small()
    weights = {path: array(weight).astype(float) for path, weight in named_weights(model).items()}
    image = gridworld.encode(*SQUARE)[:1]
    phi = np.maximum(_conv(image[0], weights["features_0/kernel"], weights["features_0/bias"]), 0)
    phi = np.maximum(phi @ weights["features_1/kernel"][0, 0] + weights["features_1/bias"], 0)
    costs = phi @ weights["reward/kernel"] + weights["reward/bias"] + image[0] @ weights["reward_of_image/kernel"]
    reward = -np.log1p(np.exp(costs))[..., 0]
    q = array(model.value_iteration(reward[None].astype("float32"), phi[None].astype("float32")))[0]
    logits = 10 * (q - q.max(axis=-1, keepdims=True)) @ weights["policy/kernel"]
    np.testing.assert_allclose(array(model(image))[0], logits, rtol=1e-3, atol=1e-3)


def _conv(image, kernel, bias):
    height, width = image.shape[:2]
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    parts = [padded[i : i + height, j : j + width] @ kernel[i, j] for i in range(3) for j in range(3)]
    return sum(parts) + bias


def test_concatenated_features_reach_the_policy():
    """Two heads that differ only in their weights on phi(s) differ in their logits."""
    model = small(concat_state=True)
    assert model.policy_head.kernel.shape == (3 + 5, 8)
    before = array(model(gridworld.encode(*MAPS)))
    kernel = array(model.policy_head.kernel)
    model.policy_head.kernel.assign(np.concatenate([kernel[:3], np.zeros((5, 8), "float32")]))
    assert np.abs(array(model(gridworld.encode(*MAPS))) - before).max() > 1e-3


def test_many_maps_are_scored_in_chunks(monkeypatch):
    model = small()
    whole = model.logits(*SQUARE)
    monkeypatch.setattr("pnzoo.models.planning.planner.CELLS_PER_BATCH", 2 * 64)
    np.testing.assert_allclose(model.logits(*SQUARE), whole, rtol=1e-4, atol=1e-5)


def test_the_border_may_be_drawn_or_not(model):
    """A map with its ring of wall and the same map without it are one world."""
    inner = MAPS.walls[:, 1:-1, 1:-1]
    np.testing.assert_allclose(
        model.logits(inner, MAPS.goal - 1), model.logits(*MAPS)[:, 1:-1, 1:-1], rtol=1e-4, atol=1e-5
    )
    drawn, undrawn = model.trace(MAPS.walls[0], MAPS.goal[0]), model.trace(inner[0], MAPS.goal[0] - 1)
    for name in ("reward", "policy"):
        np.testing.assert_allclose(getattr(undrawn, name), getattr(drawn, name)[1:-1, 1:-1], rtol=1e-4, atol=1e-5)
    for name in ("values", "policies", "greedy"):
        np.testing.assert_allclose(getattr(undrawn, name), getattr(drawn, name)[:, 1:-1, 1:-1], rtol=1e-4, atol=1e-5)


def test_maps_with_and_without_border_may_be_mixed():
    model = small()
    walls = np.zeros((3, 7, 7), bool)
    walls[1] = np.pad(walls[1, 1:-1, 1:-1], 1, constant_values=True)
    goal = np.array([[1, 1], [2, 2], [0, 6]])
    for each, of, scores in zip(walls, goal, model.logits(walls, goal), strict=True):
        np.testing.assert_allclose(scores, model.logits(each, of), rtol=1e-4, atol=1e-5)


# -- the trace ----------------------------------------------------------------------------------


def test_a_trace_is_consistent(model):
    walls, goal = MAPS.walls[0], MAPS.goal[0]
    trace = model.trace(walls, goal)
    assert isinstance(trace, pnzoo.Trace)
    assert trace.reward.shape == trace.policy.shape == (9, 7)
    assert trace.values.shape == trace.policies.shape == trace.greedy.shape == (5, 9, 7)
    assert trace.q.shape == (9, 7, 3)
    per_cell = model.get_config()["transition"] == "per_cell"
    assert trace.transition.shape == ((9, 7, 3, 3, 3) if per_cell else (3, 3, 3))
    np.testing.assert_array_equal(trace.values[0], 0)
    np.testing.assert_array_equal(trace.policy, model.policy(walls, goal))
    np.testing.assert_array_equal(trace.policies[-1], trace.policy)
    np.testing.assert_array_equal(trace.greedy[-1], trace.q.argmax(axis=-1))
    _, reward = model.features_and_reward(ops.convert_to_tensor(gridworld.encode(walls[None], [goal])))
    np.testing.assert_allclose(trace.reward, array(reward)[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("transition", ["per_cell", "softmax_kernel"])
def test_values_follow_from_the_reward_and_the_transition_that_are_shown(transition):
    """V_k = max_a P_a (R + V_{k-1}) + b_a in NumPy, from the trace alone but for b."""
    model = small(transition=transition)
    trace = model.trace(SQUARE.walls[0], SQUARE.goal[0])
    bias = -np.log1p(np.exp(array(model.value_iteration.action_bias)))
    p = trace.transition.reshape(*trace.transition.shape[:-2], 9)
    q, values, _ = reference.value_iteration(4, reference.with_transitions(trace.reward, p[None], bias), (8, 8))
    np.testing.assert_allclose(trace.values, values, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(trace.q, q, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["per_cell", "kernel", "concat"])
def test_the_policy_of_step_k_is_the_policy_of_a_model_with_that_k(name):
    model = small(**FORMS[name])
    trace = model.trace(SQUARE.walls[0], SQUARE.goal[0])
    shorter = small(**FORMS[name], k=2)
    np.testing.assert_array_equal(trace.policies[2], shorter.policy(SQUARE.walls[0], SQUARE.goal[0]))


def test_replanning_with_the_learned_reward_changes_nothing():
    model, walls, goal = small(), SQUARE.walls[0], SQUARE.goal[0]
    trace = model.trace(walls, goal)
    again = model.replan(walls, goal, trace.reward)
    for name in trace._fields:
        np.testing.assert_allclose(getattr(again, name), getattr(trace, name), rtol=1e-5, atol=1e-5)


def test_replanning_with_another_reward_moves_the_values_there():
    model, walls, goal = small(), SQUARE.walls[0], SQUARE.goal[0]
    reward = model.trace(walls, goal).reward.copy()
    row, col = np.argwhere(~walls)[-1]
    reward[row, col] = 50.0
    values = model.replan(walls, goal, reward).values[1]
    near = np.abs(np.indices((8, 8)) - np.array([row, col])[:, None, None]).max(axis=0) <= 1
    assert values[near].min() > values[~near].max()


def test_replanning_inside_an_undrawn_border():
    model, walls = small(), np.zeros((5, 6), bool)
    reward = model.trace(walls, (2, 2)).reward
    assert reward.shape == (5, 6)
    np.testing.assert_array_equal(model.replan(walls, (2, 2), reward).policy, model.policy(walls, (2, 2)))


@pytest.mark.parametrize(
    "reward,match",
    [
        (np.zeros((8, 7)), r"shape \(8, 8\); got \(8, 7\)"),
        (np.full((8, 8), np.nan), "NaN"),
        (np.full((8, 8), np.inf), "NaN or infinity"),
    ],
)
def test_a_reward_that_is_none(reward, match):
    with pytest.raises(ValueError, match=match):
        small().replan(np.zeros((8, 8), bool), (1, 1), reward)


# -- saving, loading, fine-tuning ---------------------------------------------------------------


def test_save_load_and_another_k(model, tmp_path):
    pnzoo.save(model, tmp_path / "mine")
    again = pnzoo.load(tmp_path / "mine")
    assert {**again.get_config(), "name": model.name} == model.get_config()
    np.testing.assert_allclose(again.logits(*SQUARE), model.logits(*SQUARE), rtol=1e-4, atol=1e-4)
    if model.tied:
        longer = pnzoo.load(tmp_path / "mine", k=9)
        assert longer.k == 9
        walls, goal = SQUARE.walls[0], SQUARE.goal[0]
        values = longer.trace(walls, goal).values
        np.testing.assert_allclose(values[:5], model.trace(walls, goal).values, rtol=1e-4, atol=1e-5)
    else:
        with pytest.raises(ValueError, match=r"with k=9 the model has other weights"):
            pnzoo.load(tmp_path / "mine", k=9)


@pytest.mark.parametrize("k", [0, -3, 1.5, None])
def test_a_k_that_is_no_number_of_steps(k, tmp_path):
    with pytest.raises(ValueError, match="k is the number of value-iteration steps"):
        VIN(k=k)
    pnzoo.save(small(), tmp_path / "mine")
    with pytest.raises(ValueError, match="k must be a whole number from 1"):
        pnzoo.load(tmp_path / "mine", k=k)


def fine_tune(name, folder, epochs, rate=3e-3, **overrides):
    """load -> compile -> fit on maps of one's own -> save -> load; returns (loss before, loss after)."""
    walls, goal = gridworld.generate(32, 10, 9, seed=5)
    best, weight = gridworld.expert_policy(walls, goal)
    image = gridworld.encode(walls, goal)
    model = pnzoo.load(name, **overrides)
    model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(from_logits=True))
    before = model.evaluate(image, best, sample_weight=weight, verbose=0)
    model.fit(image, best, sample_weight=weight, batch_size=16, epochs=epochs, verbose=0)
    after = model.evaluate(image, best, sample_weight=weight, verbose=0)
    pnzoo.save(model, folder, {"summary": "fine-tuned"})
    again = pnzoo.load(folder)
    np.testing.assert_allclose(again.logits(walls, goal), model.logits(walls, goal), rtol=1e-4, atol=1e-4)
    return before, after


@pytest.mark.integration
@pytest.mark.parametrize(
    "form", ["kernel", *(pytest.param(form, marks=pytest.mark.slow) for form in ("per_cell", "untied"))]
)
def test_fine_tuning(form, tmp_path):
    pnzoo.save(small(**FORMS[form]), tmp_path / "start")
    before, after = fine_tune(tmp_path / "start", tmp_path / "tuned", epochs=5)
    assert after < before


@pytest.mark.integration
@pytest.mark.parametrize("name", ["vin8", pytest.param("vin8_paper", marks=pytest.mark.slow)])
def test_fine_tuning_an_entry_of_the_zoo_keeps_it_good(name, tmp_path):
    before, after = fine_tune(name, tmp_path / "tuned", epochs=2, rate=1e-4, k=12)
    assert after < before + 0.01
    assert pnzoo.load(tmp_path / "tuned").k == 12


def test_half_precision_runs_and_answers_in_single():
    model = small()
    half = VIN(**{**model.get_config(), "dtype": "mixed_bfloat16"})
    half.set_weights(model.get_weights())
    scores, trace = half.logits(*SQUARE), half.trace(SQUARE.walls[0], SQUARE.goal[0])
    assert scores.dtype == trace.values.dtype == trace.reward.dtype == np.float32
    assert np.isfinite(scores).all()
    assert np.abs(trace.reward - model.trace(SQUARE.walls[0], SQUARE.goal[0]).reward).max() < 0.3


def test_a_large_map_and_many_steps():
    """64 steps and more are a loop; its answer is that of the trace, which takes every step."""
    model = small(k=70)
    walls, goal = gridworld.generate(1, 40, 30, seed=0)
    trace = model.trace(walls[0], goal[0])
    assert np.isfinite(trace.values).all()
    np.testing.assert_array_equal(model.policy(walls[0], goal[0]), trace.policy)


@pytest.mark.parametrize("form", ["per_cell", "softmax_kernel", "kernel", "concat"])
def test_many_cells_are_planned_by_their_patterns(form, monkeypatch):
    """R and P of each 3x3 pattern, looked up, are those of every cell."""
    model = small(**FORMS[form])
    want = model.logits(*SQUARE)
    monkeypatch.setattr("pnzoo.models.planning.vin.PATCH_TABLE_MIN_CELLS", 1)
    monkeypatch.setattr(model, "call", None)  # so that it cannot have looked at every cell
    np.testing.assert_allclose(model.logits(*SQUARE), want, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("transition", ["per_cell", "softmax_kernel", "kernel"])
def test_traces_of_maps_of_many_sizes_are_those_of_single_steps(transition):
    """The compiled trace against the plan of a model with as many steps, whatever came before."""
    model = VIN(k=6, filters=(4,), channels=3, transition=transition)
    for side in (6, 9, 7):
        walls, goal = (x[0] for x in gridworld.generate(1, side, seed=side))
        trace = model.trace(walls, goal)
        assert trace.values.shape == (7, side, side)
        np.testing.assert_array_equal(trace.policy, model.policy(walls, goal))
        for k in (1, 4):
            fewer = model.with_options(k=k).trace(walls, goal)
            np.testing.assert_allclose(fewer.values[-1], trace.values[k], rtol=1e-5, atol=1e-6)
        again = model.replan(walls, goal, trace.reward)
        np.testing.assert_allclose(again.q, trace.q, rtol=1e-5, atol=1e-6)
