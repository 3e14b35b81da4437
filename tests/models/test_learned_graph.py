"""Dijkstra's algorithm on what a network has learned: the paths that value iteration converges to, and faster."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo import gridworld
from pnzoo.analysis import certify, compare_to_optimal, evaluate_rollouts
from pnzoo.models import GPPN, VIN, CNNPolicy, DeterministicVIN
from pnzoo.models.planning import learned_graph
from pnzoo.worlds.gridworld import rollout as planning
from tests.layers.checks import array, randomise
from tests.models.test_deterministic_vin import MEANT, SOLVERS, perfect

RULES = {"moves 8": (8, True), "moves 4": (4, True), "octile": (8, False)}


def octile():
    """Weights written by hand: a diagonal move with a wall beside it leads into that wall."""
    model = DeterministicVIN(filters=(9,), corner_cutting=False)
    costs = perfect()
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape, "float32"))
    model.features[0].kernel.assign(np.eye(9, dtype="float32").reshape(3, 3, 1, 9))  # each of the nine cells
    layer, eight = model.value_iteration, np.arange(8)
    kernel, bias = np.zeros((1, 9, 8, 9), "float32"), np.zeros((8, 9), "float32")
    bias[eight, MEANT] = 5.0
    for action in range(4, 8):
        row, column = gridworld.MOVES[action]
        for beside in ((row + 1) * 3 + 1, 3 + column + 1):
            kernel[0, beside, action, beside] = 10.0
    layer.logit_kernel.assign(kernel.reshape(layer.logit_kernel.shape))
    layer.logit_bias.assign(bias.reshape(1, -1))
    layer.action_bias.assign(array(costs.value_iteration.action_bias).copy())
    model.reward_of_image.bias.assign(array(costs.reward_of_image.bias).copy())
    return model


@pytest.fixture(scope="module")
def models():
    return {"moves 8": perfect(), "moves 4": perfect(4), "octile": octile()}


def random_maps(seed, height, width, share, n=8):
    """Maps of any density, each with a goal on a free cell."""
    rng = np.random.default_rng(seed)
    walls = rng.random((n, height, width)) < share
    goal = np.stack([rng.integers(height, size=n), rng.integers(width, size=n)], axis=1)
    walls[np.arange(n), goal[:, 0], goal[:, 1]] = False
    return walls, goal


def both_solvers_agree(model, rule, walls, goal):
    """Every start reaches the goal with both solvers or with neither, by paths of one length: the shortest."""
    moves, corners = rule
    distances = gridworld.distances(walls, goal, moves=moves, corner_cutting=corners)
    for solver in SOLVERS:
        policy = model.policy(walls, goal, solver=solver)
        reached, cost = planning.rollout_all_starts(walls, goal, policy, corners)
        np.testing.assert_array_equal(reached, np.isfinite(distances))
        np.testing.assert_allclose(cost[reached], distances[reached], atol=1e-4)


MAPS = (st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.floats(0.0, 0.7))


@pytest.mark.integration
@pytest.mark.parametrize("name", RULES)
@settings(max_examples=8, deadline=None)
@given(*MAPS)
def test_both_solvers_take_shortest_paths(models, name, seed, height, width, share):
    both_solvers_agree(models[name], RULES[name], *random_maps(seed, height, width, share))


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
@settings(max_examples=150, deadline=None)
@given(*MAPS)
def test_both_solvers_take_shortest_paths_on_thousands_of_maps(models, name, seed, height, width, share):
    both_solvers_agree(models[name], RULES[name], *random_maps(seed, height, width, share, n=16))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vin_maze", "vin_maze4", "vin_octile"])
@pytest.mark.parametrize("family", ["maze", "caves", "rooms"])
def test_both_solvers_of_the_zoo_take_shortest_paths_on_larger_maps(name, family, entry):
    model = entry(name)
    walls, goal = gridworld.generate_family(family, 4, 41, 57, seed=3)
    both_solvers_agree(model, (model.moves, model.corner_cutting), walls, goal)


@pytest.mark.parametrize("seed", range(4))
def test_costs_are_minus_the_values_of_any_weights(seed):
    """Untrained moves lead anywhere, some into walls and few back: the graph is transposed edge by edge."""
    model = randomise(DeterministicVIN(filters=(6,)), scale=0.5)
    model.value_iteration.logit_bias.assign(np.random.default_rng(seed).normal(size=(1, 72)) * 3)
    walls, goal = random_maps(seed, 8, 9, 0.2, n=4)
    table = model.move_table()
    assert not table.exact
    solutions = learned_graph.search(learned_graph.build(table, walls), goal)
    costs = solutions.costs.reshape(solutions.graph.shape)[:, 1:-1, 1:-1]
    there = np.isfinite(costs) & (costs > 0)
    assert there.any()
    image = np.zeros((1, 1, 2, 2), "float32")
    image[0, 0, 1, 1] = 1.0
    _, reward = model.features_and_reward(image)
    free, at_goal = array(reward)[0, 0]
    value = model.converge(walls, goal).value
    np.testing.assert_allclose(value[there], (free - costs + at_goal - 2 * free)[there], rtol=1e-4)


def test_a_plan_is_the_same_whichever_way_it_is_made(models):
    walls, goal = (each[0] for each in gridworld.generate_family("caves", 1, 30, seed=2))
    start = gridworld.farthest_starts(walls, goal)
    for model in models.values():
        unrolled, exact = (model.plan(walls, start, goal, solver=solver) for solver in SOLVERS)
        assert exact.reached == unrolled.reached
        assert exact.cost == pytest.approx(unrolled.cost, abs=1e-6)
        assert exact.k is None
        assert unrolled.k > 0
        if exact.reached:
            np.testing.assert_array_equal(exact.path[[0, -1]], [start, goal])
            np.testing.assert_array_equal(np.diff(exact.path, axis=0), gridworld.MOVES[exact.actions])


def test_max_steps_and_a_start_on_the_goal():
    walls = np.zeros((1, 9), bool)
    for solver in SOLVERS:
        plan = perfect().plan(walls, (0, 0), (0, 8), max_steps=3, solver=solver)
        assert (len(plan.actions), plan.reached) == (3, False)
        assert plan.reason == "gave up after 3 moves (max_steps)"
        assert perfect().plan(walls, (0, 2), (0, 2), max_steps=0, solver=solver).reached


def test_a_move_learned_wrong_is_no_better_with_dijkstra():
    model = perfect()
    logits = array(model.value_iteration.logit_bias).copy()
    logits[0, 2 * 9 + 1] = 9.0  # E leads north
    model.value_iteration.logit_bias.assign(logits)
    assert not model.move_table().exact
    plan = model.plan(np.zeros((1, 5), bool), (0, 0), (0, 4), solver="dijkstra")
    assert not plan.reached


def test_the_table_follows_the_weights():
    model = perfect()
    before = model.move_table()
    assert model.move_table() is before
    model.reward_of_image.bias.assign([3.0])
    assert model.move_table().cost[0, 0] > before.cost[0, 0]


def test_the_octile_rule_is_certified_and_told_from_the_other(models):
    assert certify(models["octile"]).exact
    assert certify(models["moves 8"]).exact
    for model, corners in ((models["octile"], True), (models["moves 8"], False)):
        other = model.with_options(corner_cutting=corners)
        certificate = certify(other)
        assert {name for _, name, _ in certificate.wrong} == {"NE", "NW", "SE", "SW"}
        assert not other.move_table().exact


def test_a_plan_says_which_moves_would_help(models):
    walls = np.array([[False, True], [True, False]])
    assert models["moves 8"].plan(walls, (0, 0), (1, 1)).reached
    for solver in SOLVERS:
        plan = models["octile"].plan(walls, (0, 0), (1, 1), solver=solver)
        assert plan.reason.endswith("only moves past the corners of walls join them, which vin_maze makes")


def test_a_diagonal_past_a_corner_is_a_collision():
    walls = np.array([[False, True], [False, False]])
    policy = np.full((2, 2), 6)  # SE
    assert planning.rollout(walls, (0, 0), (1, 1), policy).reached
    plan = planning.rollout(walls, (0, 0), (1, 1), policy, corner_cutting=False)
    assert plan.reason == "walked SE past the corner of a wall at (0, 0) after 0 moves"


@pytest.mark.parametrize(
    "model,known",
    [
        (VIN(k=2, filters=(4,)), "'auto' or 'value_iteration'; got"),
        (GPPN(k=1, hidden=4), "is 'auto'; got"),
        (CNNPolicy(8), "is 'auto'; got"),
    ],
)
def test_dijkstra_is_refused_where_moves_are_not_known(model, known):
    walls = np.zeros((8, 8), bool)
    for method, cells in ((model.policy, [(0, 0)]), (model.plan, [(1, 1), (0, 0)])):
        with pytest.raises(ValueError, match=f"{known} 'dijkstra'; only a planner whose moves are known"):
            method(walls, *cells, solver="dijkstra")


def test_a_solver_that_is_none_is_refused():
    walls = np.zeros((8, 8), bool)
    with pytest.raises(ValueError, match="hard_transition=True"):
        DeterministicVIN(hard_transition=False).policy(walls, (0, 0), solver="dijkstra")
    with pytest.raises(ValueError, match="'auto' or 'value_iteration' or 'dijkstra'; got 'astar'"):
        DeterministicVIN().policy(walls, (0, 0), solver="astar")


def test_auto_is_value_iteration_where_k_is_a_number():
    walls, goal = (each[0] for each in gridworld.generate_family("maze", 1, 15, seed=0))
    start = gridworld.farthest_starts(walls, goal)
    assert perfect(k=400).plan(walls, start, goal).k
    assert perfect().plan(walls, start, goal).k is None


def test_no_maps_and_one(models):
    assert models["moves 8"].policy(np.zeros((0, 4, 5), bool), np.zeros((0, 2), int)).shape == (0, 4, 5)
    assert models["moves 8"].policy(np.zeros((4, 5), bool), (1, 1)).shape == (4, 5)


def test_maps_go_through_in_parts(models, monkeypatch):
    walls, goal = gridworld.generate_family("caves", 5, 12, seed=1)
    whole = models["moves 8"].policy(walls, goal)
    monkeypatch.setattr("pnzoo.models.planning.deterministic_vin.CELLS_PER_GRAPH", 300)
    np.testing.assert_array_equal(models["moves 8"].policy(walls, goal), whole)


def test_a_policy_is_judged_by_the_rule_of_its_world(models):
    walls, goal = (part[0] for part in gridworld.generate_family("caves", 1, 20, seed=3))
    distances = gridworld.distances(walls, goal, corner_cutting=False)
    start = gridworld.farthest_starts(walls, goal, distances=distances)
    policy = models["octile"].policy(walls, goal)
    own, other = (compare_to_optimal(walls, start, goal, policy, corner_cutting=c) for c in (False, True))
    assert own.optimal_cells.sum() == own.reachable_cells.sum() > other.optimal_cells.sum()
    assert own.optimal_cost == pytest.approx(distances[tuple(start)])
    report = evaluate_rollouts(models["octile"], walls[None], goal[None], start[None])
    assert report.success.all()
    np.testing.assert_allclose(report.cost, report.optimal_cost)
