"""What the dashboard shows of a planner agrees with what the planner computed."""

import itertools

import numpy as np
import pytest

from pnzoo import analysis, gridworld
from pnzoo.models import VIN

MAPS = gridworld.generate(6, 8, seed=3)
START = gridworld.random_starts(*MAPS, np.random.default_rng(0))


def planner(**settings):
    return VIN(k=6, features=(8,), **settings).build_weights()


@pytest.mark.parametrize("transition", ["free", "probability", "state"])
@pytest.mark.parametrize("cell", [(1, 1), (3, 4), (6, 6)])
def test_backup_is_the_step_that_the_layer_made(transition, cell):
    model = planner(transition=transition)
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    for k in (1, 4, 6):
        result = analysis.backup(model, trace, cell, k).q.max()
        assert result == pytest.approx(trace.values[k][cell], abs=1e-5)
    history = analysis.q_history(model, trace, cell)
    np.testing.assert_allclose(history[:-1].max(axis=1), trace.values[1:, *cell], atol=1e-5)
    np.testing.assert_allclose(history[-1], trace.q[cell], atol=1e-5)


def test_untied_weights_have_a_kernel_a_step():
    model = planner(transition="probability", tied=False)
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    history = analysis.q_history(model, trace, (3, 3))
    np.testing.assert_allclose(history[:-1].max(axis=1), trace.values[1:, 3, 3], atol=1e-5)
    other = planner(tied=False)
    trace = other.trace(MAPS.walls[0], MAPS.goal[0])
    with pytest.raises(ValueError, match="another P at every step"):
        analysis.backup(other, trace, (3, 3), 2)


@pytest.mark.parametrize(("cell", "k", "word"), [
    ((0, 3), 1, "rim"), ((9, 3), 1, "outside"), ((3, 3), 0, "steps"), ((3, 3), 7, "steps"), ("ab", 1, "integers"),
])
def test_backup_refuses(cell, k, word):
    model = planner()
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    with pytest.raises(ValueError, match=word):
        analysis.backup(model, trace, cell, k)


def test_policies_of_a_trace_are_those_of_fewer_steps():
    model = planner()
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    fewer = VIN(**{**model.settings, "k": 3}).build_weights()
    fewer.set_weights(model.get_weights())
    assert (trace.policies[3] == fewer.trace(MAPS.walls[0], MAPS.goal[0]).policy).all()
    assert (trace.policies[-1] == trace.policy).all()
    assert (trace.greedy[-1] == trace.q.argmax(axis=-1)).all()


@pytest.mark.parametrize("border", [True, False])
def test_replanning_on_the_learned_reward_changes_nothing(border):
    model = planner()
    walls, goal = (x[0] for x in gridworld.generate(1, 8, seed=5, border=border))
    trace = model.trace(walls, goal)
    again = model.replan(walls, goal, trace.reward)
    for one, other in zip(trace, again, strict=True):
        np.testing.assert_array_equal(one, other)
    painted = trace.reward.copy()
    painted[tuple(goal)] += 1
    assert not np.array_equal(model.replan(walls, goal, painted).values, trace.values)


@pytest.mark.parametrize("reward", [np.zeros((3, 3)), np.full((8, 8), np.nan), np.full((8, 8), np.inf)])
def test_replan_refuses(reward):
    with pytest.raises(ValueError, match="reward"):
        planner().replan(MAPS.walls[0], MAPS.goal[0], reward)


def test_arrows_of_pure_moves_are_the_moves():
    kernels = np.zeros((8, 3, 3))
    kernels[np.arange(8), gridworld.MOVES[:, 0] + 1, gridworld.MOVES[:, 1] + 1] = 1
    np.testing.assert_array_equal(analysis.arrows(kernels), gridworld.MOVES)
    np.testing.assert_array_equal(analysis.arrows(-5 * kernels), -gridworld.MOVES)
    assert (analysis.arrows(np.zeros((3, 3))) == 0).all()


def test_roles_count_every_free_cell_once():
    for transition in ("free", "state"):
        model = planner(transition=transition)
        found = analysis.roles(model.trace(MAPS.walls[1], MAPS.goal[1]), MAPS.walls[1])
        assert found.share.sum() == pytest.approx(1)
        assert ((found.move == -1) == (found.share == 0)).all()
        assert ((found.faith >= 0) & (found.faith <= 1)).all()


def test_walks_agree_with_single_plans():
    model = planner()
    walks = analysis.walk_all(model, *MAPS, START)
    for i in range(len(MAPS.walls)):
        plan = model.plan(MAPS.walls[i], START[i], MAPS.goal[i], max_steps=2 * (walks.best_steps[i] + 1))
        assert plan.reached == walks.success[i]
    assert (walks.best_cost <= walks.cost + 1e-9)[walks.success].all()
    assert ((walks.density >= 0) & (walks.density < 1)).all()


def test_rates_cover_all_walks_in_order():
    rng = np.random.default_rng(0)
    what, success = rng.integers(0, 30, 500), rng.random(500) < 0.7
    rows = analysis.rate_by(what, success)
    assert sum(row["n"] for row in rows) == 500
    assert all(a["high"] < b["low"] for a, b in itertools.pairwise(rows))
    assert all(row["interval"][0] <= row["rate"] <= row["interval"][1] for row in rows)
    assert analysis.rate_by([], []) == []
    assert len(analysis.rate_by([3, 3, 3], [True, False, True])) == 1


def test_verdict_of_the_best_policy_is_right_everywhere():
    for walls, goal, start in zip(*MAPS, START, strict=True):
        best = gridworld.optimal_moves(walls, goal).argmax(axis=-1)
        found = analysis.verdict(walls, start, goal, best)
        assert (found.right == found.labelled).all()
        assert found.best_cost == pytest.approx(gridworld.distances(walls, goal)[tuple(start)])
        assert found.patience >= len(found.best_path) - 1
        assert tuple(found.best_path[-1]) == tuple(goal)


def test_verdict_without_a_way():
    walls, start, goal = gridworld.parse("#####\n#S#G#\n#####")
    found = analysis.verdict(walls, start, goal, np.zeros(walls.shape, int))
    assert not found.reachable
    assert found.best_cost == np.inf
    assert found.patience == 0
    assert not found.labelled.any()


def test_behind_and_changes_do_not_see_a_constant_added_at_every_step():
    trace = planner().trace(MAPS.walls[0], MAPS.goal[0])
    drift = np.arange(len(trace.values), dtype="float32")[:, None, None] * 7
    drifted = trace._replace(values=trace.values + drift)
    cells = ~MAPS.walls[0]
    np.testing.assert_allclose(analysis.behind(drifted, cells), analysis.behind(trace, cells), atol=1e-4)
    for one, other in zip(analysis.changes(drifted, cells), analysis.changes(trace, cells), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert (analysis.behind(trace, cells)[:, cells].max(axis=1) == 0).all()
    assert np.isfinite(analysis.behind(trace, np.zeros_like(cells))).all()


def test_settled_is_the_first_step_after_the_last_change():
    trace = planner().trace(MAPS.walls[0], MAPS.goal[0])
    when = analysis.settled(trace)
    for row, col in np.argwhere(~MAPS.walls[0])[:20]:
        arrows = trace.policies[:, row, col]
        assert (arrows[when[row, col] :] == arrows[-1]).all()
        assert when[row, col] == 0 or arrows[when[row, col] - 1] != arrows[-1]
