"""What every world promises: a seed draws it again, and its solver agrees with brute force on small maps."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import pnzoo.envs
from pnzoo import gridworld
from pnzoo.worlds import terrain, webgraph
from pnzoo.worlds.stochastic import ice_wind, key_door


def _links_and_words(web):
    return web.indptr, web.indices[:300], np.array(web.titles), np.array([len(text) for text in web.texts()])


WORLDS = {
    **{f"gridworld {name}": lambda n, seed, name=name: gridworld.generate_family(name, n, 9, 11, seed=seed)
       for name in gridworld.FAMILIES},
    "terrain relief": lambda n, seed: (terrain.generate_relief(n, 32, seed=seed),),
    "web": lambda n, seed: _links_and_words(webgraph.generate(30 * n, seed, topics=2, subtopics=2)),
    "ice and wind": lambda n, seed: ice_wind.generate(n, 8, seed),
    "key and door": lambda n, seed: key_door.generate(n, 8, seed),
}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_a_seed_draws_the_same_again(name):
    first, again, other = (WORLDS[name](4, seed) for seed in (3, 3, 40))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


# -- solvers against brute force -----------------------------------------------------------------------


def relax(cells, neighbors, goal):
    """Bellman-Ford in plain Python: cells, the function cell -> [(cost, next cell)], goal -> {cell: cost}."""
    cost = dict.fromkeys(cells, np.inf) | {goal: 0.0}
    changed = True
    while changed:
        changed = False
        for cell in cells:
            best = min([cost[cell], *(step + cost[there] for step, there in neighbors(cell))])
            if best < cost[cell] - 1e-12:
                cost[cell], changed = best, True
    return cost


@pytest.mark.parametrize("moves,corner_cutting", [(8, True), (8, False), (4, True)])
def test_gridworld_distances_and_moves(moves, corner_cutting):
    rng = np.random.default_rng(0)
    for _ in range(15):
        walls = rng.random(tuple(rng.integers(2, 6, 2))) < 0.35
        if walls.all():
            continue
        free = [tuple(cell) for cell in np.argwhere(~walls)]
        goal = free[rng.integers(len(free))]

        def neighbors(cell, walls=walls, free=free):
            for a in range(moves):
                (down, right), there = gridworld.MOVES[a], tuple(cell + gridworld.MOVES[a])
                beside = (cell[0] + down, cell[1]), (cell[0], cell[1] + right)
                if there in free and (corner_cutting or a < 4 or all(each in free for each in beside)):
                    yield np.hypot(down, right), there

        expected = relax(free, neighbors, goal)
        length = gridworld.distances(walls, goal, moves, corner_cutting)
        best = gridworld.optimal_actions(walls, goal, moves, corner_cutting)
        for cell in free:
            assert length[cell] == pytest.approx(expected[cell])
            leads = {there for cost, there in neighbors(cell) if np.isclose(cost + expected[there], expected[cell])}
            taken = {tuple(cell + gridworld.MOVES[a]) for a in np.flatnonzero(best[cell])}
            assert taken == (leads if cell != goal and np.isfinite(expected[cell]) else set())


def test_terrain_costs():
    rng = np.random.default_rng(1)
    cost = rng.uniform(0.5, 3.0, (4, 5))
    cost[rng.random(cost.shape) < 0.2] = np.inf
    cost[0, 0] = 1.0
    free = [tuple(cell) for cell in np.argwhere(np.isfinite(cost))]

    def neighbors(cell):
        for move in gridworld.MOVES:
            there = tuple(cell + move)
            if there in free:
                yield cost[there] * np.hypot(*move), there

    expected = relax(free, neighbors, (0, 0))
    found = terrain.path_costs(cost, (0, 0))
    for cell in free:
        assert found[cell] == pytest.approx(expected[cell])


def test_ice_and_wind_costs_solve_the_linear_equations():
    """The policy of the solution, evaluated exactly as a linear system; no other single move betters it."""
    maps = ice_wind.generate(3, 7, seed=2)
    q = 1 + ice_wind.expected(maps.transition, maps.cost)
    for image, transition, cost, policy in zip(maps.image, maps.transition, maps.cost, q.argmin(axis=-1), strict=True):
        cells = [tuple(cell) for cell in np.argwhere(ice_wind.reachable_cells(image, cost) & (cost < 15))]
        number, matrix = {cell: i for i, cell in enumerate(cells)}, np.eye(len(cells))
        right = np.ones(len(cells))
        for cell in cells:
            for j, chance in enumerate(transition[cell][policy[cell]]):
                there = cell[0] + j // 3 - 1, cell[1] + j % 3 - 1
                if there in number:
                    matrix[number[cell], number[there]] -= chance
                elif chance and image[there][ice_wind.GOAL] == 0:
                    right[number[cell]] += chance * cost[there]  # beyond the cells that are checked
        np.testing.assert_allclose(np.linalg.solve(matrix, right), [cost[cell] for cell in cells], rtol=1e-3)


# -- environments --------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("moves", [4, 8])
@pytest.mark.parametrize("family", sorted(gridworld.FAMILIES))
def test_gymnasium_finds_nothing_wrong(family, moves):
    check_env(gymnasium.make("pnzoo/GridWorld-v0", family=family, height=9, moves=moves, render_mode="ansi").unwrapped)


def test_the_environment_moves_as_the_solver_says():
    envs = pnzoo.envs.VectorGridWorld(8, "caves", height=9, terminate_on_collision=False, episodes_per_map=None)
    envs.reset(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(40):
        actions, fresh = rng.integers(0, 8, 8), envs.needs_reset.copy()
        expected, blocked = gridworld.step(envs.maps.walls, envs.position, actions)
        *_, info = envs.step(actions)
        np.testing.assert_array_equal(envs.position[~fresh], expected[~fresh])
        np.testing.assert_array_equal(info["collision"], blocked & ~fresh)


@pytest.mark.parametrize("family", sorted(gridworld.FAMILIES))
def test_text_of_the_environment_parses_back(family):
    envs = pnzoo.envs.VectorGridWorld(4, family, height=8, width=9, render_mode="ansi")
    envs.reset(seed=0)
    for world, text in enumerate(envs.render()):
        parsed = gridworld.parse(text)
        np.testing.assert_array_equal(parsed.walls, envs.maps.walls[world])
        assert parsed.goal == tuple(envs.maps.goal[world])
        assert parsed.start == tuple(envs.position[world])
