"""Why a planner failed: the reason is right, and its advice helps who follows it."""

import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld
from pnzoo.models import VIN, DeterministicVIN
from pnzoo.worlds.gridworld import solver, validation


@pytest.fixture(scope="module")
def zoo():
    """Entries, each loaded once."""
    loaded = {}

    def load(name, **options):
        key = (name, *sorted(options.items()))
        if key not in loaded:
            loaded[key] = pnzoo.load(name, **options)
        return loaded[key]

    return load


def maps(count, size, seed, density=0.4):
    """Random maps with a free start and goal each."""
    rng = np.random.default_rng(seed)
    while count:
        walls = rng.random((size, size)) < density
        free = np.argwhere(~walls)
        if len(free) > 1:
            count -= 1
            yield walls, *(tuple(map(int, free[i])) for i in rng.choice(len(free), 2, replace=False))


def test_four_moves_where_only_a_diagonal_joins(zoo):
    four, eight, diagonal = zoo("vin_maze4"), zoo("vin_maze"), 0
    for walls, start, goal in maps(60, 6, seed=0):
        plan = four.plan(walls, start, goal)
        shortest = gridworld.distances(walls, goal, moves=4)[start]
        assert plan.reached == np.isfinite(shortest)
        assert "k=None" not in plan.reason
        if plan.reached:
            assert plan.cost == pytest.approx(shortest)
            continue
        assert plan.reason.startswith(f"no path leads from {start} to {goal} by N, S, E, W: ")
        joined = np.isfinite(gridworld.distances(walls, goal)[start])
        assert ("only diagonal moves join them, which vin_maze makes" in plan.reason) == joined
        if joined:  # the advice, followed
            diagonal += 1
            assert eight.plan(walls, start, goal).reached
    assert diagonal > 3


@pytest.mark.parametrize("name", ["vin16", "vin8_paper", "gppn_maze"])
def test_a_path_longer_than_k_names_a_planner_that_finds_it(zoo, name):
    walls, goal = (part[0] for part in gridworld.generate_family("maze", 1, 31, seed=3))
    start = tuple(map(int, gridworld.farthest_starts(walls, goal)))
    plan, moves = zoo(name).plan(walls, start, goal), len(gridworld.shortest_paths(walls, start, goal)) - 1
    assert not plan.reached
    k = zoo(name).k
    assert f"K = {k} iterations look {k} moves ahead and the shortest path has {moves}: vin_maze is made" in plan.reason
    assert zoo("vin_maze").plan(walls, start, goal).reached
    few = zoo(name).plan(walls, start, goal, max_steps=1)
    assert few.reason.endswith("(max_steps)") or "wall" in few.reason
    assert "iterations" not in zoo(name).plan(walls, start, goal, max_steps=0).reason


def test_a_k_too_small_for_the_map_says_what_to_load(zoo):
    walls, goal = (part[0] for part in gridworld.generate_family("maze", 1, 15, seed=0))
    start = tuple(map(int, gridworld.farthest_starts(walls, goal)))
    plan = zoo("vin_maze", k=5).plan(walls, start, goal)
    assert not plan.reached
    assert plan.reason.endswith("V has not reached the start in K = 5 iterations: load it with k=None")
    assert zoo("vin_maze").plan(walls, start, goal).reached


@pytest.mark.parametrize("kind", [VIN, DeterministicVIN])
def test_a_plan_asks_once_what_a_map_is(kind, monkeypatch):
    asked, real = [], validation.as_walls

    def counting(*args, **more):
        asked.append(1)
        return real(*args, **more)

    for module in (validation, solver, gridworld, gridworld.maps, gridworld.paths):
        monkeypatch.setattr(module, "as_walls", counting, raising=False)
    model = kind(k=4, filters=(4,))
    walls, goal = (part[0] for part in gridworld.generate_family("maze", 1, 15, seed=0))
    start = gridworld.farthest_starts(walls, goal)
    for call in (
        lambda: model.plan(walls, start, goal),  # an untrained planner fails, and explains itself
        lambda: model.policy(walls, goal),
        lambda: model.trace(walls, goal),
    ):
        asked.clear()
        call()
        assert len(asked) == 1


def test_maps_that_are_too_large_are_refused_at_once():
    model, walls = VIN(k=2, filters=(4,)), np.zeros((2049, 2049), bool)
    for call in (lambda: model.policy(walls, (0, 0)), lambda: model.plan(walls, (0, 0), (1, 1))):
        with pytest.raises(ValueError, match="4,198,401 cells; planning takes at most 4,194,304"):
            call()


def test_no_maps_have_empty_answers():
    walls, goal = np.zeros((0, 8, 9), bool), np.zeros((0, 2), int)
    for model in (VIN(k=2, filters=(4,)), DeterministicVIN(filters=(4,))):
        assert model.policy(walls, goal).shape == (0, 8, 9)
        assert model.logits(walls, goal).shape == (0, 8, 9, 8)
    assert DeterministicVIN(filters=(4,)).converge(walls, goal).value.shape == (0, 8, 9)
