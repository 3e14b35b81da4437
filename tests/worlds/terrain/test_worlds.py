"""Invented ground and tiles, their cells, and the cheapest paths over them."""

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.worlds import gridworld, terrain
from pnzoo.worlds.terrain import moon
from pnzoo.worlds.terrain.data_folder import data_folder


def test_relief_depends_on_seed_and_number_alone():
    few, many = terrain.generate_relief(2, 32, 50.0, seed=4), terrain.generate_relief(5, 32, 50.0, seed=4)
    np.testing.assert_array_equal(few, many[:2])
    assert not np.array_equal(few, terrain.generate_relief(2, 32, 50.0, seed=5))


def test_relief_is_neither_flat_nor_impassable():
    elevation = terrain.generate_relief(60, 128, 100.0, seed=0)
    blocked = np.isinf(terrain.cell_cost(elevation, 100.0, 16)).mean(axis=(1, 2))
    assert 0.2 < blocked.mean() < 0.6
    assert ((blocked > 0.02) & (blocked < 0.9)).mean() > 0.7
    assert abs(elevation.mean()) < 1.0


@pytest.mark.skipif(not (data_folder() / moon.FILE).is_file(), reason="no elevation of the Moon: PNZOO_DATA_DIR")
def test_relief_is_as_steep_as_the_moon():
    real, metres = moon.patches("train", 150, 128, np.random.default_rng(0))
    slopes = [terrain.cell_means(terrain.slope(z, m), 16) for z, m in zip(real, metres, strict=True)]
    ground = terrain.generate_relief(150, 128, moon.METRES, seed=3)
    invented = terrain.cell_means(terrain.slope(ground, moon.METRES), 16)
    shares = (0.25, 0.5, 0.75, 0.95)
    np.testing.assert_allclose(np.quantile(invented, shares), np.quantile(slopes, shares), rtol=0.25)


def test_relief_scales_with_the_resolution():
    np.testing.assert_allclose(
        terrain.slope(terrain.generate_relief(1, 32, 10.0), 10.0),
        terrain.slope(terrain.generate_relief(1, 32, 90.0), 90.0), atol=0.05,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [(-1,), (1, 4), (1, 32, 0.0)])
def test_relief_that_cannot_be_is_refused(arguments):
    with pytest.raises(ValueError, match="got"):
        terrain.generate_relief(*arguments)


def test_tiles_show_what_they_cost():
    tiles = terrain.generate_tiles(20, (6, 9), seed=1)
    assert tiles.pictures.shape == (20, 48, 72, 3)
    names, prices = list(terrain.TERRAINS), [price for price, *_ in terrain.TERRAINS.values()]
    assert set(np.unique(tiles.terrain)) == set(range(len(names)))
    np.testing.assert_allclose(tiles.costs, np.take(prices, tiles.terrain), rtol=1e-6)
    # one tile's picture names its terrain: no two terrains share a texture
    blocks = tiles.pictures.reshape(20, 6, 8, 9, 8, 3).swapaxes(2, 3).reshape(-1, 192)
    seen = {}
    for block, kind in zip(blocks, tiles.terrain.ravel(), strict=True):
        assert seen.setdefault(block.tobytes(), kind) == kind
    np.testing.assert_array_equal(terrain.generate_tiles(2, (6, 9), seed=1).pictures, tiles.pictures[:2])


def test_neighbouring_tiles_are_alike():
    kinds = terrain.generate_tiles(50, 12, seed=0).terrain
    same = (kinds[:, 1:] == kinds[:, :-1]).mean()
    assert same > 0.35  # 1 in 6 by chance


def test_a_picture_that_does_not_divide_names_the_nearest_sizes():
    with pytest.raises(ValueError, match=r"got 130 pixels high. Crop it to 128 or pad it to 144"):
        terrain.cell_means(np.zeros((130, 128)), 16)


def test_the_limit_is_on_the_mean_slope_of_a_cell():
    ramp = np.tan(np.radians(6.9)) * 10.0 * np.tile(np.arange(16.0), (16, 1))
    assert np.isfinite(terrain.cell_cost(ramp, 10.0, 2)).all()
    assert np.isinf(terrain.cell_cost(ramp * 1.2, 10.0, 2)).all()
    assert np.isfinite(terrain.cell_cost(ramp * 1.2, 10.0, 2, limit=10.0)).all()


def graph(cost, lengths):
    """The same world as a networkx graph, built edge by edge."""
    edges = networkx.DiGraph()
    height, width = cost.shape
    for row in range(height):
        for column in range(width):
            edges.add_node((row, column))
            for action, move in enumerate(gridworld.MOVES):
                there = (row + move[0], column + move[1])
                if 0 <= there[0] < height and 0 <= there[1] < width and np.isfinite(cost[there]):
                    length = gridworld.COSTS[action] if lengths else 1
                    edges.add_edge((row, column), there, weight=cost[there] * length)
    return edges


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=40, deadline=None)
def test_paths_are_the_cheapest(seed, lengths):
    rng = np.random.default_rng(seed)
    cost = rng.uniform(0.1, 5, (5, 6))
    cost[rng.random(cost.shape) < 0.3] = np.inf
    goal = tuple(rng.integers(0, (5, 6)))
    cost[goal] = 1.0
    edges = graph(cost, lengths)
    expected = np.full(cost.shape, np.inf)
    for cell, length in networkx.single_source_dijkstra_path_length(edges.reverse(), goal).items():
        expected[cell] = length
    found = terrain.path_costs(cost, goal, lengths)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    best = terrain.optimal_actions(cost, goal, lengths)
    for cell in zip(*np.nonzero(best.any(axis=-1)), strict=True):
        for action in range(8):
            there = tuple(np.add(cell, gridworld.MOVES[action]))
            weight = edges.get_edge_data(cell, there, {"weight": np.inf})["weight"]
            after = expected[there] if edges.has_node(there) else np.inf
            assert best[(*cell, action)] == (weight + after <= expected[cell] * (1 + 1e-9))
    np.testing.assert_array_equal(best.any(axis=-1), np.isfinite(expected) & (expected > 0))


def test_unit_costs_are_the_grid_world():
    maps = gridworld.generate(5, 12, seed=0)
    for walls, goal in zip(maps.walls, maps.goal, strict=True):
        cost = np.where(walls, np.inf, 1.0)
        free = ~walls
        np.testing.assert_allclose(terrain.path_costs(cost, goal)[free], gridworld.distances(walls, goal)[free])


@pytest.mark.parametrize("cost, goal, words", [
    (np.zeros((3, 3)), (0, 0), "numbers > 0"),
    (np.full((3, 3), np.nan), (0, 0), "numbers > 0"),
    (np.ones((3, 3)), (3, 0), "outside"),
])
def test_worlds_without_paths_are_refused(cost, goal, words):
    with pytest.raises(ValueError, match=words):
        terrain.path_costs(cost, goal)


def test_an_impassable_goal_has_no_paths():
    cost = np.ones((3, 3))
    cost[1, 1] = np.inf
    assert np.isinf(terrain.path_costs(cost, (1, 1))).all()
