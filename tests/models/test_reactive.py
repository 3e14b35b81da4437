import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld
from pnzoo.models import CNNPolicy, FCNPolicy
from tests.layers.checks import array, randomise

MAPS = gridworld.generate(3, 8, seed=2)


def random_weights(cls, size=8):
    return randomise(cls(size), scale=0.05)


@pytest.fixture(scope="module", params=[CNNPolicy, FCNPolicy])
def model(request):
    return random_weights(request.param)


def weights_of(model):
    return [array(w).astype(float) for w in model.weights]


def test_the_cnn_is_the_papers():
    """Five convolutions of 50, 50, 100, 100, 100 on walls, goal and agent, pooled twice, 100 hidden units."""
    of_layers = [9 * 3 * 50 + 50, 9 * 50 * 50 + 50, 9 * 50 * 100 + 100, 2 * (9 * 100 * 100 + 100)]
    for size, last in ((8, 2 * 2), (16, 4 * 4), (28, 7 * 7)):
        dense = (last * 100 * 100 + 100) + (100 * 8 + 8)
        assert CNNPolicy(size).count_params() == sum(of_layers) + dense


def test_the_fcn_is_a_convolution_that_spans_the_map():
    """At each cell: the 15x15 kernel centred there, zeros beyond the map, then three layers of one cell."""
    model = random_weights(FCNPolicy)
    kernel, bias, *rest = weights_of(model)
    kernel = kernel.reshape(15, 15, 2, 150)
    image = gridworld.encode(*MAPS)
    padded = np.pad(image, ((0, 0), (7, 7), (7, 7), (0, 0)))
    got = array(model(image))
    for row, col in ((0, 0), (3, 5), (7, 7)):
        x = np.einsum("bhwc,hwcf->bf", padded[:, row : row + 15, col : col + 15], kernel) + bias
        for w, b in zip(rest[::2], rest[1::2], strict=True):
            x = np.maximum(x, 0) @ w + b
        np.testing.assert_allclose(got[:, row, col], x, rtol=1e-3, atol=1e-4)


def test_the_cnn_sees_where_the_agent_is():
    model = random_weights(CNNPolicy)
    got = array(model(gridworld.encode(*MAPS)))
    assert len(np.unique(got[0].reshape(64, 8).round(6), axis=0)) > 30


def test_scores_in_chunks_are_the_same(model, monkeypatch):
    whole = model.logits(*MAPS)
    monkeypatch.setattr("pnzoo.models.planning.reactive.STATES_PER_BATCH", 30)
    np.testing.assert_allclose(model.logits(*MAPS), whole, rtol=1e-4, atol=1e-5)


def test_smaller_maps_are_framed_in_walls(model):
    """A 5x6 map is the corner of an 8x8 map of which the rest is wall."""
    small = gridworld.generate(3, 5, 6, seed=0)
    framed = np.pad(small.walls, ((0, 0), (0, 3), (0, 2)), constant_values=True)
    scores = model.logits(*small)
    assert scores.shape == (3, 5, 6, 8)
    np.testing.assert_allclose(scores, model.logits(framed, small.goal)[:, :5, :6], rtol=1e-4, atol=1e-5)


def test_the_border_may_be_drawn_or_not(model):
    inner, goal = MAPS.walls[:, 1:-1, 1:-1], MAPS.goal - 1
    scores = model.logits(inner, goal)
    np.testing.assert_allclose(scores, model.logits(*MAPS)[:, 1:-1, 1:-1], rtol=1e-4, atol=1e-5)
    cells = np.broadcast_to(np.argwhere(np.ones((6, 6))), (3, 36, 2))
    np.testing.assert_allclose(model.logits_at(inner, goal, cells).reshape(3, 6, 6, 8), scores, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(9, 8), (8, 9), (20, 20)])
def test_larger_maps_are_refused(model, shape):
    walls = np.pad(np.zeros((shape[0] - 2, shape[1] - 2), bool), 1, constant_values=True)
    with pytest.raises(ValueError, match=rf"maps up to 8x8.*got {shape[0]}x{shape[1]}.*use a VIN"):
        model.policy(walls, (1, 1))
    with pytest.raises(ValueError, match="use a VIN"):
        model.logits_at(walls[None], np.array([[1, 1]]), np.array([[[2, 2]]]))


def test_an_8x8_map_without_its_ring_is_too_large_for_8x8(model):
    with pytest.raises(ValueError, match="a ring of wall around them included; got 10x10 with the ring"):
        model.policy(np.zeros((8, 8), bool), (1, 1))


def test_plans_end_with_a_reason(model):
    free = np.argwhere(~MAPS.walls[0])
    plan = model.plan(MAPS.walls[0], free[0], MAPS.goal[0])
    assert plan.reason
    assert tuple(plan.path[0]) == tuple(free[0])


def test_save_and_load(model, tmp_path):
    pnzoo.save(model, tmp_path / "mine")
    again = pnzoo.load(tmp_path / "mine")
    assert type(again) is type(model)
    np.testing.assert_allclose(again.logits(*MAPS), model.logits(*MAPS), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="with size=28 the model has other weights"):
        pnzoo.load(tmp_path / "mine", size=28)


@pytest.mark.parametrize("size", [3, 0, 8.5])
def test_a_size_that_is_none(size):
    with pytest.raises(ValueError, match="size is the side of the maps"):
        CNNPolicy(size)


def test_it_trains_on_some_cells_of_each_map(model):
    rng = np.random.default_rng(0)
    positions = rng.integers(1, 7, (3, 6, 2)).astype("int32")
    best, weight = gridworld.expert_policy(*MAPS)
    at = (np.arange(3)[:, None], positions[..., 0], positions[..., 1])
    learner = random_weights(type(model)).position_network
    learner.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
    batch = [gridworld.encode(*MAPS), positions], best[at], weight[at]
    losses = [learner.train_on_batch(*batch) for _ in range(8)]
    assert losses[-1] < losses[0]
