"""The reactive policy over terrain: any size, no cost, and what it learns from."""

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import cli, terrain
from pnzoo.models import TerrainCNNPolicy, TerrainVIN


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(3)
    return TerrainCNNPolicy(filters=(4, 4, 6))


@pytest.fixture(scope="module")
def picture():
    return terrain.example("moon", seed=3, size=64).picture


def test_every_position_of_any_size_has_a_move(model, picture):
    assert model.policy(picture, (3, 4)).shape == (8, 8)
    wide = terrain.example("relief", seed=1, size=(64, 136)).picture
    assert model.logits(wide, (7, 16)).shape == (8, 17, 8)
    goals = np.array([[3, 4], [7, 0]])
    pair = np.stack([picture, picture[::-1]])
    for i in range(2):
        np.testing.assert_allclose(model.logits(pair, goals)[i], model.logits(pair[i], goals[i]), atol=1e-4)
    assert model.policy(np.zeros((0, 64, 64)), np.zeros((0, 2))).shape == (0, 8, 8)


def test_the_goal_and_the_ground_both_matter(model, picture):
    here = model.logits(picture, (3, 4))
    assert np.abs(here - model.logits(picture, (3, 5))).max() > 1e-3
    assert np.abs(here - model.logits(picture[:, ::-1], (3, 4))).max() > 1e-3


def test_training_looks_at_a_picture_once_and_says_the_same(model, picture):
    goals = np.array([[[3, 4], [7, 0], [0, 0]]], "int32")
    logits, doubt = model.path_logits(picture[None, ..., None], goals)
    assert doubt is None
    for i, goal in enumerate(goals[0]):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(logits)[0, i], model.logits(picture, goal), atol=1e-4)


def test_a_plan_follows_the_policy(model, picture, monkeypatch):
    monkeypatch.setattr(TerrainCNNPolicy, "_logits", lambda self, pictures, goals: np.eye(8)[np.full((1, 8, 8), 6)])
    plan = model.plan(picture, (1, 2), (4, 5))
    assert plan.reached
    assert plan.path.tolist() == [[1, 2], [2, 3], [3, 4], [4, 5]]
    assert plan.cost == pytest.approx(3 * 2**0.5)
    lost = model.plan(picture, (1, 2), (0, 0))
    assert not lost.reached
    assert lost.reason == "lost its way at (6, 7) after 5 moves"
    assert model.plan(picture, (1, 2), (4, 5), max_steps=2).reason == "gave up after 2 moves (max_steps)"


def test_it_has_no_cost(model, picture):
    assert not any(hasattr(model, name) for name in ("cost", "trace", "caution", "k"))
    with pytest.raises(TypeError, match="solver"):
        model.policy(picture, (1, 1), solver="dijkstra")
    with pytest.raises(ValueError, match="plan takes one picture; got a batch of 2"):
        model.plan(np.stack([picture] * 2), (0, 0), (1, 1))


def test_it_has_as_many_weights_as_the_vin():
    reactive, vin = TerrainCNNPolicy().count_params(), TerrainVIN().count_params()
    assert 0.95 < reactive / vin < 1.05


@pytest.mark.integration
def test_it_learns_from_shown_paths(picture):
    keras.utils.set_random_seed(0)
    model = TerrainCNNPolicy(filters=(4, 4, 6))
    path = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2)]
    history = model.fit_paths([picture] * 4, [path] * 4, epochs=40, learning_rate=2e-2, verbose=0)
    assert history.history["loss"][-1] < 0.3 * history.history["loss"][0]
    assert (model.policy(picture, (0, 2))[0, 0], model.policy(picture, (0, 2))[2, 0]) == (1, 2)  # south, then east


def test_the_command_line_says_that_it_weighs_nothing(model, tmp_path, capsys):
    from PIL import Image

    pnzoo.save(model, tmp_path / "reactive", {"summary": "A toy."})
    file = tmp_path / "ground.png"
    Image.fromarray((terrain.example("moon", seed=1, size=64).picture * 255).astype("uint8")).save(file)
    words = ["plan", str(tmp_path / "reactive"), str(file), "--start", "1,2", "--goal", "1,2"]
    out = tmp_path / "plan.png"
    assert cli.main([*words, "--out", str(out)]) == 0
    assert "reached in 0 moves, length 0.00" in capsys.readouterr().out
    assert Image.open(out).size == (64, 64)
    assert cli.main([*words, "--caution", "2"]) == 2
    assert "is reactive: it weighs no cost, so leave out --caution and --solver" in capsys.readouterr().err
    assert pnzoo.card(tmp_path / "reactive")["task"] == "terrain"
