"""Learning through an exact solver: against all paths of a tiny grid, against finite differences, and on a model."""

import dataclasses

import keras
import numpy as np
import pytest

from pnzoo import hub, terrain
from train.terrain import recipes, solver_model, training
from train.terrain.exact_solver import black_box, entered, fenchel_young, solve
from train.terrain.shown_paths import shown_paths

TINY = dataclasses.replace(
    recipes.RECIPES["vin_moon"], world="relief", config={"filters": [4, 4, 6], "k": 4}, cells=6, crossed_weight=0.0,
    epochs=2, steps_per_epoch=12, learning_rate=1e-2, batch_size=6, goals_per_picture=2, evaluation_cells=(6,),
    samples=2,
)  # fmt: skip
STEP = 1e-6


def all_paths(shape, start, goal, seen=()):
    """Every path without a circle: list of y, how far it enters each cell."""
    if start == goal:
        return [np.zeros(shape)]
    paths = []
    for move in terrain.MOVES:
        after = (start[0] + int(move[0]), start[1] + int(move[1]))
        if after in seen or not (0 <= after[0] < shape[0] and 0 <= after[1] < shape[1]):
            continue
        for path in all_paths(shape, after, goal, (*seen, start)):
            path = path.copy()
            path[after] += np.sqrt(2) if move.all() else 1.0
            paths.append(path)
    return paths


@pytest.fixture(scope="module")
def problem():
    """Two 2x3 grids of random costs, two goals each, paths from all other cells."""
    rng = np.random.default_rng(0)
    costs = rng.uniform(1, 4, (2, 2, 3))
    goals = np.array([[[0, 2], [1, 0]], [[0, 0], [1, 2]]])
    starts = np.ones((2, 2, 2, 3), bool)
    for i in range(2):
        for j in range(2):
            starts[i, j, goals[i, j, 0], goals[i, j, 1]] = False
    return costs, goals, starts, rng


def cheapest(cost, goal, starts):
    """y of the cheapest paths, by looking at all there are."""
    found = [min(all_paths(cost.shape, tuple(map(int, s)), tuple(map(int, goal))), key=lambda y: (y * cost).sum())
             for s in np.argwhere(starts)]
    return np.mean(found, axis=0)


def test_the_solver_finds_the_cheapest_of_all_paths(problem):
    costs, goals, starts, _ = problem
    found = solve(costs, goals, starts)
    for i in range(2):
        for j in range(2):
            assert found[i, j] == pytest.approx(cheapest(costs[i], goals[i, j], starts[i, j]))


@pytest.mark.parametrize("lengths", [True, False])
def test_its_cost_is_that_of_dijkstra_s_paths(lengths):
    rng = np.random.default_rng(1)
    costs, goals = rng.uniform(1, 9, (3, 7, 5)), rng.integers(5, size=(3, 2, 2))
    starts = rng.random((3, 2, 7, 5)) < 0.5
    found = solve(costs, goals, starts, lengths)
    for i in range(3):
        value = terrain.path_costs(costs[i], goals[i], lengths)
        for j in range(2):
            assert (found[i, j] * costs[i]).sum() == pytest.approx(value[j][starts[i, j]].mean())


def test_shown_moves_share_their_paths(problem):
    """Two ways of the same cost: half of the paths take each; the inner product with costs is their mean cost."""
    rng = np.random.default_rng(2)
    costs = terrain.draw_scenes("relief", "train", 3, rng, cells=8).costs
    goals, moves = shown_paths(costs, 2, rng)
    starts = moves.any(axis=-1)
    y = entered(moves, starts)
    for i, cost in enumerate(costs):
        value = terrain.path_costs(cost, goals[i])
        for j in range(2):
            if starts[i, j].any():
                assert not y[i, j][np.isinf(cost)].any()
                spent = (y[i, j] * np.where(np.isinf(cost), 0, cost)).sum()
                assert spent == pytest.approx(value[j][starts[i, j]].mean())
    square = terrain.optimal_actions(np.ones((2, 3)), (0, 2))
    assert entered(square, np.eye(2, 3, dtype=bool)[::-1] * [True, False, False])[0].sum() > 1


def numeric(function, costs):
    """Central differences of a function of costs."""
    gradient = np.zeros_like(costs)
    for index in np.ndindex(costs.shape):
        high, low = costs.copy(), costs.copy()
        high[index] += STEP
        low[index] -= STEP
        gradient[index] = (function(high) - function(low)) / (2 * STEP)
    return gradient


def test_the_fenchel_young_gradient_is_the_loss_s_own(problem):
    costs, goals, starts, rng = problem
    shown = solve(rng.uniform(1, 4, costs.shape), goals, starts)
    noise = rng.normal(0, 0.5, (2, 3, 2, 3))
    _, gradient = fenchel_young(costs, goals, starts, shown, noise)
    assert gradient == pytest.approx(numeric(lambda w: fenchel_young(w, goals, starts, shown, noise)[0].sum(), costs))
    assert np.abs(gradient).max() > 0.01


def test_without_noise_the_loss_is_zero_where_the_shown_paths_are_cheapest(problem):
    costs, goals, starts, rng = problem
    still = np.zeros((2, 1, 2, 3))
    loss, gradient = fenchel_young(costs, goals, starts, solve(costs, goals, starts), still)
    assert loss == pytest.approx([0, 0])
    assert gradient == pytest.approx(0)
    other = solve(rng.uniform(1, 4, costs.shape), goals, starts)
    assert (fenchel_young(costs, goals, starts, other, still)[0] > 0.01).all()


def test_the_black_box_gradient_is_that_of_the_interpolated_loss(problem):
    """f(w) = (min_y <w + strength dL/dy, y> - min_y <w, y>) / strength, minima over all paths there are."""
    costs, goals, starts, rng = problem
    shown, strength = solve(rng.uniform(1, 4, costs.shape), goals, starts), 0.5
    loss, gradient = black_box(costs, goals, starts, shown, strength)
    error = solve(costs, goals, starts) - shown

    def interpolated(w):
        total = 0.0
        for i in range(2):
            for j in range(2):
                moved = w[i] + strength * error[i, j]
                for cost, sign in ((moved, 1), (w[i], -1)):
                    total += sign * (cheapest(cost, goals[i, j], starts[i, j]) * cost).sum() / strength / 2
        return total

    assert np.abs(gradient).max() > 0.01
    assert gradient == pytest.approx(numeric(interpolated, costs), abs=1e-6)
    assert loss == pytest.approx(0.5 * np.square(error).sum(axis=(2, 3)).mean(axis=1))


def test_in_python_inside_compiled_code():
    function = solver_model.in_python
    double = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(
        lambda x: function(lambda a: [np.asarray(2 * a, np.float32)], [(2, 3)], x)[0], output_shape=(3,))])
    assert double.predict(np.ones((2, 3), "float32"), batch_size=2, verbose=0).tolist() == [[2.0] * 3] * 2


class Costs(keras.layers.Layer):
    """Stands for a planner: its costs are its weights."""

    def __init__(self, costs):
        super().__init__()
        self.costs = self.add_weight(shape=costs.shape, initializer="zeros")
        self.costs.assign(costs)
        self.built = True

    def call(self, picture, training=None):
        return self.costs + 0.0 * keras.ops.sum(picture)

    view = encoder = property(lambda self: self)

    def terrain_cost(self, z):
        return z


@pytest.mark.parametrize("rule", solver_model.RULES)
def test_training_takes_the_step_that_the_solver_says(rule, problem):
    costs, goals, starts, rng = problem
    shown = solve(rng.uniform(1, 4, costs.shape), goals, starts)
    noise = rng.normal(0, 0.5, (2, 3, 2, 3))
    by_hand = {"fenchel_young": lambda: fenchel_young(costs, goals, starts, shown, noise),
               "black_box": lambda: black_box(costs, goals, starts, shown, 2.0)}
    loss, gradient = by_hand[rule]()
    planner = Costs(costs.astype("float32"))
    learner = solver_model.SolverModel(planner, rule, strength=2.0)
    learner.compile(keras.optimizers.SGD(0.5), solver_model.mean_loss)
    inputs = {"picture": np.zeros((2, 1)), "goals": goals, "starts": starts, "shown": shown, "noise": noise}
    inputs = {k: x.astype("int32" if k == "goals" else "float32") for k, x in inputs.items()}
    assert float(learner.train_on_batch(inputs, np.zeros(2, "float32"))) == pytest.approx(loss.mean(), rel=1e-5)
    stepped = keras.ops.convert_to_numpy(planner.costs)
    assert np.abs(gradient).max() > 0.01
    assert stepped == pytest.approx(costs - 0.5 * gradient / 2, abs=1e-5)


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.parametrize("objective", ["fenchel_young", "black_box"])
def test_a_recipe_learns_through_the_solver(objective, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "VALIDATION_SCENES", 6)
    training.train(dataclasses.replace(TINY, objective=objective), tmp_path)
    history = hub.card(tmp_path / "entry")["history"]
    assert history["loss"][-1] < history["loss"][0]
