"""Ice, wind and one-way doors: where moves lead, and the exact solution."""

import numpy as np
import pytest

from pnzoo.worlds.stochastic import ice_wind


@pytest.fixture(scope="module")
def maps():
    return ice_wind.generate(12, 10, seed=0)


def test_every_move_leads_somewhere(maps):
    np.testing.assert_allclose(maps.transition.sum(axis=-1), 1, atol=1e-5)
    assert (maps.transition >= 0).all()
    assert maps.image[..., 7:].sum() == 24  # two doors a world


def test_walls_and_wrong_doors_let_nobody_in(maps):
    wall = ice_wind.neighborhoods(maps.image[..., 0])[..., None, :] > 0
    wall[..., 4] = False  # staying is always possible
    assert (maps.transition * wall).max() == 0
    # A door that leads north is entered by the move north alone.
    north = ice_wind.neighborhoods(maps.image[..., 7])[..., None, :] > 0
    entering = (maps.transition * north)[..., [0, 1, 2, 3, 5, 6, 7, 8]]
    moves = np.nonzero(entering.sum(axis=-1) > 0.5)
    free = maps.image[moves[0], moves[1], moves[2], 0] == 0
    plain = maps.image[moves[0], moves[1], moves[2], 2:7].sum(axis=-1) == 0
    assert set(moves[3][free & plain]) <= {0}


def test_ice_slips_and_wind_blows():
    image = np.zeros((1, 5, 5, ice_wind.CHANNELS), "float32")
    image[0, 2, 2, 2] = 1  # ice
    image[0, 2, 3, 3] = 1  # wind to the north
    chance = ice_wind.transition_probabilities(image)[0]
    assert chance[2, 2, 0].reshape(3, 3)[0] == pytest.approx([0.2, 0.6, 0.2])
    assert chance[2, 3, 1].reshape(3, 3)[2, 1] == pytest.approx(0.6)
    assert chance[2, 3, 1].reshape(3, 3)[0, 1] == pytest.approx(0.4)
    assert chance[1, 1, 2].reshape(3, 3)[1, 2] == 1


def test_the_solution_is_a_fixed_point_and_its_policy_arrives(maps):
    cells = ice_wind.reachable_cells(maps.image, maps.cost)
    q = 1 + ice_wind.expected(maps.transition, maps.cost)
    near = cells & (maps.cost < 20)
    np.testing.assert_allclose(q.min(axis=-1)[near], maps.cost[near], atol=1e-2)
    arrived, cost = ice_wind.evaluate_policy(maps, q.argmin(axis=-1))
    assert arrived[near].min() > 0.99
    np.testing.assert_allclose(cost[near], maps.cost[near], atol=0.2)
    assert (maps.optimal_actions.any(axis=-1) == cells).all()


def test_nothing_beats_the_solution(maps):
    rng = np.random.default_rng(0)
    cells = ice_wind.reachable_cells(maps.image, maps.cost) & (maps.cost < 20)
    _, cost = ice_wind.evaluate_policy(maps, rng.integers(0, 8, maps.cost.shape), max_steps=90)
    assert (cost[cells] >= maps.cost[cells] - 0.05).all()


def test_small_sizes_and_no_maps():
    with pytest.raises(ValueError, match="need 7 rows and columns, received size=6"):
        ice_wind.generate(1, 6, seed=0)
    assert ice_wind.generate(0, 8, seed=0).optimal_actions.shape == (0, 8, 8, 8)
