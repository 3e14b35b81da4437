import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pnzoo
from pnzoo import gridworld
from pnzoo.models import VIN
from pnzoo.worlds.gridworld import rollout as planning

N, S, E, W, NE, NW, SE, SW = range(8)


class Fixed:
    """A planner that always shows the same arrows: int [H, W] or [B, H, W]."""

    def __init__(self, arrows):
        self.arrows = np.array(arrows)

    def policy(self, walls, goal):
        return np.broadcast_to(self.arrows, walls.shape)


def walk(text, arrows, **options):
    """Follow arrows on a map drawn as text."""
    walls, start, goal = gridworld.parse(text)
    return planning.follow(walls, start, goal, lambda: np.array(arrows), **options)


# -- plans: every way to end --------------------------------------------------------------------


def test_a_plan_that_arrives():
    plan = walk("S..\n..G", [[SE, 0, 0], [0, E, 0]])
    assert plan.reached
    assert plan.reason == "reached the goal"
    assert plan.path.tolist() == [[0, 0], [1, 1], [1, 2]]
    assert plan.actions.tolist() == [SE, E]
    assert plan.cost == pytest.approx(1 + 2**0.5)


def test_start_and_goal_in_one_cell():
    plan = planning.follow(np.zeros((2, 2), bool), (1, 0), (1, 0), lambda: np.zeros((2, 2), int))
    assert plan.reached
    assert plan.path.tolist() == [[1, 0]]
    assert plan.actions.shape == (0,)
    assert plan.cost == 0


def test_no_way_is_found_without_asking_the_policy():
    def never():
        raise AssertionError("the policy was asked")

    walls, start, goal = gridworld.parse("S#G")
    plan = planning.follow(walls, start, goal, never)
    assert not plan.reached
    assert plan.reason == "no way leads from (0, 0) to (0, 2): walls separate them"
    assert plan.path.tolist() == [[0, 0]]


def test_a_walk_into_a_wall():
    plan = walk("S.#.G\n.....", [[E, E, 0, 0, 0], [0] * 5])
    assert not plan.reached
    assert plan.reason == "walked E into a wall at (0, 1) after 1 moves"
    assert plan.path.tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize("arrow,name", [(N, "N"), (W, "W"), (NW, "NW"), (SW, "SW")])
def test_the_edge_is_a_wall(arrow, name):
    plan = walk("S.G", [[arrow, E, E]])
    assert plan.reason == f"walked {name} into a wall at (0, 0) after 0 moves"


def test_a_circle():
    plan = walk("S.G", [[E, W, 0]])
    assert not plan.reached
    assert plan.reason == "went in a circle: back at (0, 0) after 2 moves"
    assert plan.path.tolist() == [[0, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize("limit,reached", [(0, False), (2, False), (3, True), (None, True)])
def test_max_steps(limit, reached):
    plan = walk("S..G", [[E, E, E, 0]], max_steps=limit)
    assert plan.reached == reached
    assert len(plan.actions) == (3 if limit is None else limit)
    if not reached:
        assert plan.reason == f"gave up after {limit} moves (max_steps)"


def test_a_negative_max_steps():
    with pytest.raises(ValueError, match=r"max_steps is a number of moves >= 0.*got -1"):
        walk("S.G", [[E, E, E]], max_steps=-1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_plan_adds_up_whatever_the_policy(seed):
    """The path is its actions, its cost theirs; it enters no wall, and is reached iff it ends on the goal."""
    rng = np.random.default_rng(seed)
    walls, goal = (x[0] for x in gridworld.generate(1, 6, seed=seed))
    start = gridworld.random_starts(walls[None], goal[None], rng)[0]
    plan = planning.follow(walls, start, goal, lambda: rng.integers(0, 8, walls.shape))
    np.testing.assert_array_equal(np.diff(plan.path, axis=0), gridworld.MOVES[plan.actions])
    assert plan.cost == pytest.approx(gridworld.COSTS[plan.actions].sum())
    assert not walls[plan.path[:, 0], plan.path[:, 1]].any()
    assert plan.reached == (tuple(plan.path[-1]) == tuple(goal))
    best = planning.follow(walls, start, goal, lambda: gridworld.optimal_moves(walls, goal).argmax(axis=-1))
    assert best.cost == pytest.approx(gridworld.distances(walls, goal)[tuple(start)])


# -- bad input, through a model -----------------------------------------------------------------


@pytest.fixture(scope="module")
def model():
    return VIN(k=3, channels=2, features=(4,)).build_weights()


FREE = np.zeros((4, 5), bool)
WALL = np.pad(np.zeros((2, 3), bool), 1, constant_values=True)


@pytest.mark.parametrize(
    "walls,match",
    [
        (np.zeros(4), r"shape \[H, W\].*received shape \[4\]"),
        (np.zeros((1, 2, 4, 5)), "received shape"),
        (np.zeros((0, 5)), "at least one row"),
        (FREE + 0.5, r"holds 0 \(free\) and 1 \(wall\), received 0.5"),
        (np.full((4, 5), 2), "received 2"),
        (np.where(FREE, 0, np.nan), "received nan"),
        (np.full((4, 5), "a"), "received dtype"),
        ([[0, 0], [0]], "ragged"),
        ("S..\n..G", r"parse\(text\)"),
        (None, "a map"),
    ],
)
@pytest.mark.parametrize("method", ["policy", "scores", "trace", "plan"])
def test_a_map_that_is_none(model, method, walls, match):
    cells = ((1, 1), (2, 2)) if method == "plan" else ((1, 1),)
    with pytest.raises(ValueError, match=match):
        getattr(model, method)(walls, *cells)


@pytest.mark.parametrize("method", ["trace", "plan"])
def test_many_maps_where_one_is_expected(model, method):
    cells = ((1, 1), (2, 2)) if method == "plan" else ((1, 1),)
    with pytest.raises(ValueError, match=r"index one map with walls\[i\]"):
        getattr(model, method)(np.zeros((2, 4, 5)), *cells)


BAD_CELLS = [
    ((4, 0), "outside the 4x5 map; rows go from 0 to 3, columns from 0 to 4"),
    ((0, -1), "outside"),
    ((0, 0), "is a wall; choose a free cell"),
    ((1.5, 2), "two integers"),
    ((np.nan, 1), "two integers"),
    ((1, 1, 1), "two integers"),
    (None, "two integers"),
    ("ab", "two integers"),
]


@pytest.mark.parametrize("cell,match", BAD_CELLS)
def test_cells_that_are_none(model, cell, match):
    with pytest.raises(ValueError, match=f"^start.*{match}"):
        model.plan(WALL, cell, (1, 1))
    for call in (
        lambda: model.plan(WALL, (1, 1), cell),
        lambda: model.policy(WALL, cell),
        lambda: model.trace(WALL, cell),
    ):
        with pytest.raises(ValueError, match=f"^goal.*{match}"):
            call()


@pytest.mark.parametrize("goal", [(1, 1), [(1, 1)], [(1, 1)] * 3, [1, 1], None])
def test_batches_need_a_goal_a_map(model, goal):
    with pytest.raises(ValueError, match=r"2 maps need goals of shape \(2, 2\)"):
        model.policy(np.stack([WALL, WALL]), goal)


def test_a_batch_names_the_goal_that_is_wrong(model):
    with pytest.raises(ValueError, match=r"goal \(0, 0\) is a wall"):
        model.policy(np.stack([WALL, WALL]), [(1, 1), (0, 0)])
    with pytest.raises(ValueError, match=r"goal \(9, 9\) lies outside"):
        model.policy(np.stack([WALL, WALL]), [(1, 1), (9, 9)])


@pytest.mark.parametrize("dtype", [bool, int, "uint8", float, "float32"])
def test_maps_of_zeros_and_ones_of_any_type(model, dtype):
    np.testing.assert_array_equal(model.policy(WALL.astype(dtype), [1, 1]), model.policy(WALL, (1, 1)))


def test_a_goal_that_cannot_be_reached_is_an_answer(model):
    walls, start, goal = gridworld.parse("S.#.G")
    plan = model.plan(walls, start, goal)
    assert isinstance(plan, pnzoo.Plan)
    assert not plan.reached
    assert "no way" in plan.reason


def test_one_cell(model):
    walls = np.zeros((1, 1), bool)
    assert model.plan(walls, (0, 0), (0, 0)).reached
    assert model.policy(walls, (0, 0)).shape == (1, 1)
    assert model.trace(walls, (0, 0)).values.shape == (4, 1, 1)
    with pytest.raises(ValueError, match=r"start \(0, 0\) is a wall"):
        model.plan(~walls, (0, 0), (0, 0))


def test_a_map_of_512x512(model):
    walls, goal = gridworld.generate(1, 512, seed=0)
    policy = model.policy(walls[0], goal[0])
    assert policy.shape == (512, 512)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))[0]
    assert model.plan(walls[0], start, goal[0], max_steps=5).reason


# -- roll-outs ----------------------------------------------------------------------------------

CORRIDOR = np.zeros((1, 1, 4), bool)


def roll(walls, start, goal, arrows, limit):
    walls = np.asarray(walls)
    arrows = np.broadcast_to(arrows, walls.shape)
    return planning.roll_out(walls, start, goal, lambda i, p: arrows[i, p[:, 0], p[:, 1]], np.array(limit))


@pytest.mark.parametrize("limit,success,steps", [(0, False, 0), (2, False, 2), (3, True, 3), (9, True, 3)])
def test_the_limit_of_a_walk(limit, success, steps):
    walks = roll(CORRIDOR, [[0, 0]], np.array([[0, 3]]), E, [limit])
    assert walks.success.tolist() == [success]
    assert walks.crashed.tolist() == [False]
    assert walks.steps.tolist() == [steps]
    assert walks.cost.tolist() == [float(steps)]


def test_walks_end_each_in_its_own_way():
    """Arrives; stands there already; enters a wall; leaves the map; goes back and forth until its limit."""
    walls = np.zeros((5, 1, 4), bool)
    walls[2, 0, 2] = True
    arrows = np.full((5, 1, 4), E)
    arrows[3], arrows[4, 0, 1] = N, W
    start, goal = [[0, 1], [0, 3], [0, 1], [0, 1], [0, 0]], np.array([[0, 3]] * 5)
    walks = roll(walls, start, goal, arrows, [8] * 5)
    assert walks.success.tolist() == [True, True, False, False, False]
    assert walks.crashed.tolist() == [False, False, True, True, False]
    assert walks.steps.tolist() == [2, 0, 1, 1, 8]
    assert start[0] == [0, 1]  # the caller's own stays


def test_a_goal_reached_on_the_last_move_allowed_counts():
    walks = roll(np.zeros((2, 3, 3), bool), [[0, 0], [0, 0]], np.array([[2, 2]] * 2), SE, [2, 1])
    assert walks.success.tolist() == [True, False]
    assert walks.cost == pytest.approx([2 * 2**0.5, 2**0.5])


def test_optimal_steps_are_the_moves_of_a_cheapest_path():
    walls, goal = gridworld.generate(50, 9, seed=0)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    steps = planning.optimal_steps(walls, goal, start)
    rows = np.arange(50)
    dist = gridworld.distances(walls, goal)[rows, start[:, 0], start[:, 1]]
    assert (steps <= dist + 1e-9).all()
    assert (steps * 2**0.5 >= dist - 1e-9).all()


# -- metrics ------------------------------------------------------------------------------------


def measure(walls, goal, start, arrows, **options):
    metrics = planning.evaluate(Fixed(arrows), np.array(walls), np.array(goal), np.array(start), **options)
    return {metric["name"]: metric["value"] for metric in metrics}


def test_a_perfect_policy():
    found = measure(CORRIDOR, [[0, 3]], [[0, 0]], E)
    assert found == pytest.approx(
        {
            "success": 1,
            "optimal_length": 1,
            "optimal_action": 1,
            "path_excess": 0,
            "expected_reward": 1 - 0.03,
            "label_loss": 0,
        }
    )


def test_a_policy_that_hits_the_wall_at_once():
    found = measure(CORRIDOR, [[0, 3]], [[0, 0]], W)
    assert found == pytest.approx(
        {
            "success": 0,
            "optimal_length": 0,
            "optimal_action": 0,
            "path_excess": 0,
            "expected_reward": -1 - 0.01,
            "label_loss": 1,
        }
    )


def test_a_policy_that_takes_a_detour():
    """Two straight moves where one diagonal does: it arrives, 2 - sqrt 2 too long."""
    found = measure(np.zeros((1, 2, 2), bool), [[1, 1]], [[0, 0]], [[E, S], [E, 0]])
    assert found["success"] == 1
    assert found["optimal_length"] == 0
    assert found["path_excess"] == pytest.approx(2 - 2**0.5)
    assert found["expected_reward"] == pytest.approx(1 - 0.02)
    assert found["optimal_action"] == pytest.approx(2 / 3)  # of the three cells that are not the goal, (0, 0) is wrong
    assert found["label_loss"] == pytest.approx(1 / 3)


def test_a_policy_that_goes_in_circles_is_stopped_at_twice_the_states():
    """The optimal path has 4 states, so 8 moves are allowed."""
    found = measure(CORRIDOR, [[0, 3]], [[0, 0]], [[E, W, E, E]])
    assert found["success"] == 0
    assert found["expected_reward"] == pytest.approx(-0.08)


def test_ties_cost_label_loss_even_where_every_action_is_optimal():
    """From (0, 0) to (1, 2), E then SE and SE then E are equally long; the other four cells have one best move."""
    arrows = [[E, SE, S], [E, E, 0]]
    found = measure(np.zeros((1, 2, 3), bool), [[1, 2]], [[0, 0]], arrows)
    assert found["optimal_action"] == 1
    assert found["label_loss"] == pytest.approx(0.5 / 5)


def test_some_cells_of_each_map():
    walls, goal = gridworld.generate(40, 8, seed=4)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    arrows = np.random.default_rng(1).integers(0, 8, walls.shape)
    whole = measure(walls, goal, start, arrows)
    most = measure(walls, goal, start, arrows, cells_a_map=64)
    few = measure(walls, goal, start, arrows, cells_a_map=5)
    assert most == pytest.approx(whole)
    assert few["optimal_action"] != whole["optimal_action"]
    assert abs(few["optimal_action"] - whole["optimal_action"]) < 0.1


def test_models_that_score_single_cells_are_asked_for_those():
    class OneByOne(Fixed):
        scores_every_cell = False

        def scores_at(self, walls, goal, positions):
            rows = np.arange(len(walls))[:, None]
            arrows = np.broadcast_to(self.arrows, walls.shape)[rows, *np.moveaxis(positions, -1, 0)]
            return np.eye(8)[arrows]

    walls, goal, start = np.zeros((3, 2, 3), bool), np.array([[1, 2]] * 3), np.zeros((3, 2), int)
    arrows = [[E, SE, S], [E, E, 0]]
    metrics = planning.evaluate(OneByOne(arrows), walls, goal, start)
    assert {m["name"]: m["value"] for m in metrics} == pytest.approx(measure(walls, goal, start, arrows))


def test_intervals_hold_their_values():
    walls, goal = gridworld.generate(30, 8, seed=4)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    arrows = gridworld.optimal_moves(walls, goal).argmax(axis=-1)
    for metric in planning.evaluate(Fixed(arrows), walls, goal, start):
        low, high = metric["interval"]
        assert low <= metric["value"] <= high
        assert metric["n"] == 30


def test_a_start_without_a_way_is_named():
    walls = np.array([[[0, 0, 0]], [[0, 1, 0]]], bool)
    with pytest.raises(ValueError, match="map 1: no way leads"):
        planning.evaluate(Fixed(E), walls, np.array([[0, 2]] * 2), np.array([[0, 0]] * 2))


@pytest.mark.parametrize(
    "successes,n,low,high",
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_as_published(successes, n, low, high):
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    assert planning.wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(n=st.integers(1, 10**5), share=st.floats(0, 1))
def test_wilson_holds_its_proportion(n, share):
    hits = round(share * n)
    low, high = planning.wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-12
    assert hits / n <= high + 1e-12 <= 1 + 1e-12


def test_wilson_of_nothing_knows_nothing():
    assert planning.wilson(0, 0) == (0.0, 1.0)


def test_the_interval_of_a_mean():
    values = np.arange(10.0)
    half = 1.959964 * np.std(values, ddof=1) / np.sqrt(10)
    assert planning.mean_interval(values) == pytest.approx((4.5 - half, 4.5 + half))
    assert planning.mean_interval([3.0]) == (3.0, 3.0)


def test_the_authors_loss_is_the_error_on_their_labels():
    walls, goal = np.zeros((2, 1, 4), bool), np.array([[0, 3]] * 2)
    which, states = np.array([0, 0, 1, 1]), np.array([[0, 0], [0, 1], [0, 0], [0, 2]])
    found = planning.author_label_loss(Fixed(E), walls, goal, which, states, np.array([E, E, W, E]))
    assert found["value"] == 0.25
    assert found["n"] == 4


# -- the border ---------------------------------------------------------------------------------


def test_with_border_draws_what_is_not_drawn():
    around, margin = planning.with_border(FREE)
    assert (around.shape, margin) == ((6, 7), 1)
    assert around.sum() == 6 * 7 - 4 * 5
    same, margin = planning.with_border(WALL)
    assert same is WALL
    assert margin == 0
