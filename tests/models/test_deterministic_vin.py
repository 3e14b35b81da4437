"""The network for long paths: the equations, K until V converges, four moves, what it says when K is too small."""

import numpy as np
import pytest
from keras import ops

import pnzoo
from pnzoo import gridworld
from pnzoo.analysis.planning.certify import certify
from pnzoo.models import DeterministicVIN
from pnzoo.models.planning import deterministic_vin as long_vin
from pnzoo.worlds.gridworld import rollout as planning
from tests.layers.checks import array, randomise

SOLVERS = ("value_iteration", "dijkstra")
MEANT = [(row + 1) * 3 + column + 1 for row, column in gridworld.MOVES]


def perfect(moves=8, **options):
    """Weights written by hand: each move leads to its neighbour, or into the wall there; costs 1 and sqrt 2.

    That is a grid where diagonal moves pass the corners of walls.
    """
    model = DeterministicVIN(moves=moves, filters=(1,), **options)
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape, "float32"))
    layer = model.value_iteration
    logits = np.zeros((1, moves, 9), "float32")
    logits[0, np.arange(moves), MEANT[:moves]] = 5.0
    layer.logit_bias.assign(logits.reshape(1, -1))
    inverse = lambda cost: np.log(np.expm1(cost))  # noqa: E731  of softplus
    model.reward_of_image.bias.assign([inverse(0.5)])
    layer.action_bias.assign([[inverse(0.5), inverse(2**0.5 - 0.5)][: layer.action_bias.shape[1]]])
    return model


def paths(model, walls, goal, moves=8, solver="auto"):
    """Share of cells from which the policy takes a shortest way."""
    best = gridworld.distances(walls, goal, moves=moves)
    reached, cost = planning.rollout_all_starts(walls, goal, model.policy(walls, goal, solver))
    there = np.isfinite(best)
    return (reached & (cost <= best + 1e-4))[there].mean()


@pytest.mark.parametrize("moves", [4, 8])
@pytest.mark.parametrize("family,height,width", [("caves", 9, 31), ("maze", 41, 41)])
def test_with_the_right_weights_every_way_is_a_shortest_one(moves, family, height, width):
    walls, goal = gridworld.generate_family(family, 3, height, width, seed=5, border=family != "caves")
    for solver in SOLVERS:
        assert paths(perfect(moves), walls, goal, moves, solver) == 1.0


def test_values_are_minus_the_distances():
    walls, goal = (each[0] for each in gridworld.generate_family("maze", 1, 13, seed=1))
    trace = perfect().trace(walls, goal)
    dist = gridworld.distances(walls, goal)
    there = np.isfinite(dist)
    np.testing.assert_allclose(trace.values[-1][there], -dist[there], atol=1e-3)
    np.testing.assert_array_equal(trace.values[0], 0)
    assert trace.transition.shape == (13, 13, 8, 3, 3)
    assert set(np.unique(trace.transition)) == {0.0, 1.0}
    assert trace.policies.shape == trace.greedy.shape == trace.values.shape
    steps = len(trace.values) - 1
    assert steps >= dist[there].max()  # a step can't settle what is farther than it reaches


@pytest.mark.parametrize("moves", [4, 8])
def test_k_is_the_last_step_that_settles_a_cell(moves):
    walls, goal = gridworld.generate_family("maze", 1, 15, seed=3)
    model = perfect(moves)
    start = gridworld.farthest_starts(walls[0], goal[0])
    k = model.plan(walls[0], start, goal[0], solver="value_iteration").k
    values = model.trace(walls[0], goal[0]).values
    assert len(values) == k + 1
    ground = np.isfinite(gridworld.distances(walls[0], goal[0], moves=moves))
    longer = perfect(moves, k=k + 40).trace(walls[0], goal[0]).values
    np.testing.assert_array_equal(longer[k:][:, ground], np.broadcast_to(values[-1][ground], (41, ground.sum())))
    settled = longer[-1] == longer[-2]
    assert settled[ground].all()
    assert (values[k] != values[k - 1])[settled].any()  # perhaps a wall: walls have a V too


def test_a_pocket_that_no_way_leaves_does_not_keep_it_going():
    walls = np.zeros((9, 9), bool)
    walls[:, 4] = True
    plan = perfect().plan(walls, (4, 0), (4, 3), solver="value_iteration")
    assert plan.reached
    assert plan.k < 12  # 81 cells would allow 162 steps
    for solver in SOLVERS:
        shut_off = perfect().plan(walls, (4, 8), (4, 3), solver=solver)
        assert not shut_off.reached
        assert "no path leads" in shut_off.reason


def test_too_few_steps_are_named():
    walls, goal = (each[0] for each in gridworld.generate_family("maze", 1, 21, seed=2))
    start = gridworld.farthest_starts(walls, goal)
    plan = perfect(k=5).plan(walls, start, goal)
    assert not plan.reached
    assert "V has not reached the start in K = 5 iterations: load it" in plan.reason
    assert perfect(k=5).plan(walls, start, goal, solver="dijkstra").reached  # which counts no steps
    assert perfect(k=10**6).plan(walls, start, goal).reached  # bounded: it stops when V has settled


def test_a_trace_that_memory_could_not_hold_is_refused():
    walls, goal = (each[0] for each in gridworld.generate(1, 16, seed=0))
    for model in (perfect(k=10**7), pnzoo.models.VIN(k=10**6, filters=(4,))):
        with pytest.raises(ValueError, match=r"a trace keeps every step: .* Load the model with k="):
            model.trace(walls, goal)
    assert pnzoo.models.VIN(k=10**6, channels=2, filters=(4,)).policy(walls, goal).shape == (16, 16)  # bounded


@pytest.mark.parametrize("shape", [(1, 30), (30, 1), (1, 2)])
def test_maps_one_cell_wide(shape):
    walls = np.zeros(shape, bool)
    for solver in SOLVERS:
        plan = perfect().plan(walls, (0, 0), (shape[0] - 1, shape[1] - 1), solver=solver)
        assert plan.reached
        assert len(plan.actions) == max(shape) - 1


def test_long_iterations_go_on_in_passes_and_show_progress_when_asked(monkeypatch, capsys):
    walls, goal = gridworld.generate_family("maze", 2, 21, seed=4)
    vi = {"solver": "value_iteration"}
    whole = perfect().policy(walls, goal, **vi)
    monkeypatch.setattr(long_vin, "STEPS_PER_PASS", 10)
    model = perfect()
    np.testing.assert_array_equal(model.policy(walls, goal, **vi), whole)
    assert capsys.readouterr() == ("", "")
    model.converge(walls, goal, verbose=1)
    assert "10/" in capsys.readouterr().out
    start = gridworld.farthest_starts(walls[0], goal[0])
    monkeypatch.undo()
    k = perfect().plan(walls[0], start, goal[0], **vi).k
    assert model.plan(walls[0], start, goal[0], **vi).k == k > 10


def test_four_moves_are_never_diagonal():
    model = randomise(DeterministicVIN(k=5, moves=4, filters=(6,)), scale=0.3)
    walls, goal = gridworld.generate(4, 9, seed=0)
    assert set(np.unique(model.policy(walls, goal))) <= {0, 1, 2, 3}
    with pytest.raises(ValueError, match="moves is 4"):
        DeterministicVIN(moves=5)


def test_soft_transitions_need_a_k():
    model = DeterministicVIN(hard_transition=False)
    with pytest.raises(ValueError, match="k=None"):
        model(np.zeros((1, 5, 5, 2), "float32"))


def test_a_reward_of_ones_own_is_planned_in():
    walls, goal = (each[0] for each in gridworld.generate(1, 10, seed=0))
    model = perfect()
    trace = model.trace(walls, goal)
    again = model.replan(walls, goal, trace.reward)
    np.testing.assert_array_equal(again.policy, trace.policy)
    toll = trace.reward.copy()
    toll[~walls] -= 3.0
    assert model.replan(walls, goal, toll).values[-1][~walls].min() < trace.values[-1][~walls].min()


def test_saved_and_loaded_it_plans_the_same(tmp_path):
    model = perfect()
    pnzoo.save(model, tmp_path / "mine", {"summary": "Weights by hand."})
    again = pnzoo.load(tmp_path / "mine")
    maps = gridworld.generate_family("braided", 2, 15, seed=0)
    np.testing.assert_array_equal(again.policy(*maps), model.policy(*maps))
    assert pnzoo.load(tmp_path / "mine", k=3).k == 3


def test_the_certificate_tries_every_case():
    good = certify(perfect())
    assert good.exact
    assert good.tried == 256 * 8
    assert good.ratio == pytest.approx(2**0.5, abs=1e-5)
    assert good.wall_cost > 9000
    bad = perfect()
    logits = array(bad.value_iteration.logit_bias).copy()
    logits[0, 2 * 9 + 1] = 9.0  # E leads north
    bad.value_iteration.logit_bias.assign(logits)
    found = certify(bad)
    assert not found.exact
    # Wrong where E is legal, and where it is not but north is free: of 2^8 patterns those with E or N free.
    assert len(found.wrong) == 192
    assert {name for _, name, _ in found.wrong} == {"E"}
    with pytest.raises(ValueError, match="only a DeterministicVIN"):
        certify(pnzoo.models.VIN(k=2))


def test_gradients_of_costs_pass_the_rounded_transition():
    model = perfect(k=6)
    maps = gridworld.generate(4, 8, seed=0)
    before = ops.convert_to_numpy(model.reward_of_image.bias).copy()
    import keras

    model.compile(keras.optimizers.SGD(1e-3), keras.losses.CategoricalCrossentropy(from_logits=True))
    model.fit(gridworld.encode(*maps), gridworld.expert_policy(*maps)[0], epochs=1, verbose=0)
    assert (ops.convert_to_numpy(model.reward_of_image.bias) != before).any()
