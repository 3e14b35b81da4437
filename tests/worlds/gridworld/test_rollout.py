"""Following a policy: every way to end, one path and many."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo import gridworld
from pnzoo.worlds.gridworld.rollout import optimal_steps, rollout, rollout_all_starts, rollouts

N, S, E, W, NE, NW, SE, SW = range(8)


def walk(text, arrows, **options):
    """Follow arrows on a map drawn as text."""
    walls, start, goal = gridworld.parse(text)
    return rollout(walls, start, goal, lambda: np.array(arrows), **options)


# -- plans: every way to end --------------------------------------------------------------------


def test_a_plan_that_arrives():
    plan = walk("S..\n..G", [[SE, 0, 0], [0, E, 0]])
    assert plan.reached
    assert plan.reason == "reached the goal"
    assert plan.path.tolist() == [[0, 0], [1, 1], [1, 2]]
    assert plan.actions.tolist() == [SE, E]
    assert plan.cost == pytest.approx(1 + 2**0.5)


def test_start_and_goal_in_one_cell():
    plan = rollout(np.zeros((2, 2), bool), (1, 0), (1, 0), lambda: np.zeros((2, 2), int))
    assert plan.reached
    assert plan.path.tolist() == [[1, 0]]
    assert plan.actions.shape == (0,)
    assert plan.cost == 0


def test_no_way_is_found_without_asking_the_policy():
    def never():
        raise AssertionError("the policy was asked")

    walls, start, goal = gridworld.parse("S#G")
    plan = rollout(walls, start, goal, never)
    assert not plan.reached
    assert plan.reason == "no path leads from (0, 0) to (0, 2): walls separate them"
    assert plan.path.tolist() == [[0, 0]]


def test_a_walk_into_a_wall():
    plan = walk("S.#.G\n.....", [[E, E, 0, 0, 0], [0] * 5])
    assert not plan.reached
    assert plan.reason == "walked E into a wall at (0, 1) after 1 move"
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
    with pytest.raises(ValueError, match=r"max_steps must be a whole number of 0 or more, received -1"):
        walk("S.G", [[E, E, E]], max_steps=-1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_plan_adds_up_whatever_the_policy(seed):
    """The path is its actions, its cost theirs; it enters no wall, and is reached iff it ends on the goal."""
    rng = np.random.default_rng(seed)
    walls, goal = (x[0] for x in gridworld.generate(1, 6, seed=seed))
    start = gridworld.random_starts(walls[None], goal[None], rng)[0]
    plan = rollout(walls, start, goal, lambda: rng.integers(0, 8, walls.shape))
    np.testing.assert_array_equal(np.diff(plan.path, axis=0), gridworld.MOVES[plan.actions])
    assert plan.cost == pytest.approx(gridworld.COSTS[plan.actions].sum())
    assert not walls[plan.path[:, 0], plan.path[:, 1]].any()
    assert plan.reached == (tuple(plan.path[-1]) == tuple(goal))
    best = rollout(walls, start, goal, lambda: gridworld.optimal_actions(walls, goal).argmax(axis=-1))
    assert best.cost == pytest.approx(gridworld.distances(walls, goal)[tuple(start)])


# -- roll-outs ----------------------------------------------------------------------------------

CORRIDOR = np.zeros((1, 1, 4), bool)


def roll(walls, start, goal, arrows, limit):
    walls = np.asarray(walls)
    arrows = np.broadcast_to(arrows, walls.shape)
    return rollouts(walls, start, goal, lambda i, p: arrows[i, p[:, 0], p[:, 1]], np.array(limit))


@pytest.mark.parametrize("limit,success,steps", [(0, False, 0), (2, False, 2), (3, True, 3), (9, True, 3)])
def test_the_limit_of_a_walk(limit, success, steps):
    walks = roll(CORRIDOR, [[0, 0]], np.array([[0, 3]]), E, [limit])
    assert walks.success.tolist() == [success]
    assert walks.collided.tolist() == [False]
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
    assert walks.collided.tolist() == [False, False, True, True, False]
    assert walks.steps.tolist() == [2, 0, 1, 1, 8]
    assert start[0] == [0, 1]  # the caller's own stays


def test_a_goal_reached_on_the_last_move_allowed_counts():
    walks = roll(np.zeros((2, 3, 3), bool), [[0, 0], [0, 0]], np.array([[2, 2]] * 2), SE, [2, 1])
    assert walks.success.tolist() == [True, False]
    assert walks.cost == pytest.approx([2 * 2**0.5, 2**0.5])


def test_optimal_steps_are_the_moves_of_a_cheapest_path():
    walls, goal = gridworld.generate(50, 9, seed=0)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    steps = optimal_steps(walls, goal, start)
    rows = np.arange(50)
    dist = gridworld.distances(walls, goal)[rows, start[:, 0], start[:, 1]]
    assert (steps <= dist + 1e-9).all()
    assert (steps * 2**0.5 >= dist - 1e-9).all()


# -- reasons: right for every map, policy and set of moves, by brute force ------------------------


def reachable(walls, start, moves):
    """Cells that a flood fill reaches, one move at a time."""
    seen, edge = {start}, [start]
    while edge:
        row, column = edge.pop()
        for down, right in gridworld.MOVES[:moves]:
            cell = (row + int(down), column + int(right))
            if 0 <= cell[0] < walls.shape[0] and 0 <= cell[1] < walls.shape[1] and not walls[cell] and cell not in seen:
                seen.add(cell)
                edge.append(cell)
    return seen


def expected_reason(walls, start, goal, policy, limit, moves):
    """What a reader with pencil and paper would say."""
    ends = f"no path leads from {start} to {goal}"
    if goal not in reachable(walls, start, moves):
        if moves == 8:
            return f"{ends}: walls separate them"
        diagonal = goal in reachable(walls, start, 8)
        return f"{ends} by N, S, E, W: " + (
            "only diagonal moves join them, which vin_maze makes" if diagonal else "walls separate them"
        )
    cell, visited, count = start, [], 0
    while cell != goal:
        after = f"after {count} move{'s' * (count != 1)}"
        if count == limit:
            return f"gave up {after} (max_steps)"
        if cell in visited:
            return f"went in a circle: back at {cell} {after}"
        visited.append(cell)
        move = policy[cell]
        there = (cell[0] + int(gridworld.MOVES[move][0]), cell[1] + int(gridworld.MOVES[move][1]))
        if not (0 <= there[0] < walls.shape[0] and 0 <= there[1] < walls.shape[1]) or walls[there]:
            return f"walked {gridworld.MOVE_NAMES[move]} into a wall at {cell} {after}"
        cell, count = there, count + 1
    return "reached the goal"


@pytest.mark.parametrize("moves", [4, 8])
def test_the_reason_is_right_on_every_map(moves):
    rng, seen = np.random.default_rng(moves), set()
    for _ in range(400):
        walls = rng.random(rng.integers(1, 6, 2)) < rng.uniform(0, 0.6)
        free = [tuple(map(int, cell)) for cell in np.argwhere(~walls)]
        if not free:
            continue
        start, goal = (free[i] for i in rng.integers(0, len(free), 2))
        best = gridworld.optimal_actions(walls, goal, moves=moves).argmax(axis=-1)
        policy = np.where(rng.random(walls.shape) < rng.random(), best, rng.integers(0, moves, walls.shape))
        limit = None if rng.random() < 0.7 else int(rng.integers(0, 4))
        plan = rollout(walls, start, goal, policy, limit, moves)
        reason = expected_reason(walls, start, goal, policy, walls.size if limit is None else limit, moves)
        assert plan.reason == reason
        assert plan.reached == (reason == "reached the goal")
        seen.add(reason.split()[0] + reason.split(":")[-1][:6])
    assert len(seen) >= 5  # every kind of end came up


def test_where_only_a_diagonal_joins_start_and_goal():
    walls, start, goal = gridworld.parse("S#\n#G")
    assert rollout(walls, start, goal, np.full((2, 2), SE)).reached
    plan = rollout(walls, start, goal, np.zeros((2, 2), int), moves=4)
    assert plan.reason == (
        "no path leads from (0, 0) to (1, 1) by N, S, E, W: only diagonal moves join them, which vin_maze makes"
    )


@pytest.mark.parametrize("limit", ["3", 2.5, True, -1, np.nan, [1]])
def test_max_steps_that_is_no_number_of_moves(limit):
    with pytest.raises(ValueError, match="max_steps must be a whole number of 0 or more"):
        walk("S.G", [[E, E, E]], max_steps=limit)


@pytest.mark.parametrize("policy", [np.zeros((2, 2), int), np.zeros((1, 3)), np.full((1, 3), 8), np.full((1, 3), -1)])
def test_policies_that_are_none(policy):
    with pytest.raises(ValueError, match="a policy holds one move a cell"):
        walk("S.G", policy)


# -- plans as values ----------------------------------------------------------------------------


def test_plans_are_compared_and_written_as_json():
    plan, same, other = walk("S.G", [[E, E, 0]]), walk("S.G", [[E, E, 0]]), walk("S.G", [[E, W, 0]])
    assert plan == same
    assert (plan != same) is False
    assert plan != other
    assert plan != tuple(plan)[:2]
    assert json.loads(json.dumps(plan.to_dict())) == {
        "path": [[0, 0], [0, 1], [0, 2]], "actions": ["E", "E"], "reached": True, "cost": 2.0,
        "reason": "reached the goal", "k": None,
    }  # fmt: skip


def test_no_maps_have_no_rollouts():
    walls, cells = np.zeros((0, 3, 4), bool), np.zeros((0, 2), int)
    assert rollouts(walls, cells, cells, None, np.zeros(0, int)).success.shape == (0,)
    assert optimal_steps(walls, cells, cells).shape == (0,)
    assert rollout_all_starts(walls, cells, np.zeros(walls.shape, int))[0].shape == (0, 3, 4)
