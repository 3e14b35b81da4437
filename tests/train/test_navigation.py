"""Training of a moving body: what DAgger hands over, and the numbers of a card."""

import dataclasses

import keras
import numpy as np
import pytest

from pnzoo.evaluation import navigation
from pnzoo.worlds.navigation import Expert, generate_tasks
from train.navigation import drives, evaluation, recipes
from train.shared import entry

pytestmark = pytest.mark.integration

TINY = dataclasses.replace(
    recipes.RECIPES["vin_navigation2d"], config={"hidden": 3, "k": 4, "units": [5]}, side=9, maps=6, drives=4, states=3,
    rounds=2, steps_per_round=3, batch_size=5, evaluation_sides=(9, 14),
)  # fmt: skip


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return entry.build(TINY)


@pytest.fixture(scope="module")
def demonstrations(model, tmp_path_factory):
    made = drives.Demonstrations(TINY, tmp_path_factory.mktemp("run"))
    for number in range(2):
        made.add_round(number, model)
    return made


def test_the_expert_says_what_it_would_have_done(demonstrations):
    for number, found in enumerate(demonstrations.rounds):
        expert = Expert(demonstrations.tasks.take(found["maps"]))
        np.testing.assert_allclose(found["forces"], expert(found["states"].astype(float)), atol=1e-4)
        assert len(np.unique(found["maps"])) == TINY.drives
        assert found["states"].shape == (4, 3, 4), number


def test_rounds_are_read_again_and_are_a_function_of_the_weights(demonstrations, model):
    again = drives.Demonstrations(TINY, demonstrations.folder)
    assert again.read(2)
    for a, b in zip(again.rounds, demonstrations.rounds, strict=True):
        assert all((a[key] == b[key]).all() for key in b)
    assert not drives.Demonstrations(TINY, demonstrations.folder).read(3)


def test_batches_depend_on_seed_round_and_index_alone(demonstrations):
    first, again, other = (drives.Batches(demonstrations, epoch) for epoch in (1, 1, 0))
    assert len(first) == 3
    (image, states), forces = first[2]
    assert (image.shape, states.shape, forces.shape) == ((5, 9, 9, 2), (5, 3, 4), (5, 3, 2))
    assert (states == again[2][0][1]).all()
    assert (states != other[2][0][1]).any()


def test_parts_share_no_map():
    of_part = [recipes.NavigationRecipe(seed=seed, maps=20) for seed in (0, 1)]
    tasks = [drives.training_tasks(recipe) for recipe in of_part]
    tasks += [navigation.navigation_set(20).tasks, navigation.navigation_set(20, 28, "val", 8028).tasks]
    tasks += [generate_tasks(20, seed=9_328)]  # of the experiments
    seen = {walls.tobytes() for task in tasks for walls in task.walls}
    assert len(seen) == 100


def test_the_numbers_of_a_card(model):
    options, card = {"num_maps": 5}, {"seed": 0}
    metrics = evaluation.evaluate(model, "tiny", TINY, card, options)
    distances = [metric for metric in metrics if metric.name == "final_distance"]
    where = [(metric.dataset["split"], metric.dataset["height"], metric.paper) for metric in distances]
    assert where == [("test", 9, 0.35), ("test", 14, None), ("train", 9, 0.30)]
    assert [metric.command.split()[3:] for metric in distances] == [
        ["--size", "9x9", "--num-maps", "5"],
        ["--size", "14x14", "--num-maps", "5", "--k", "6"],
        ["--seed", "5", "--num-maps", "5"],
    ]
    assert all(metric.paper is None for metric in metrics if metric.name != "final_distance")
    assert model.k == 4


def test_training_maps_come_again_where_they_are_few():
    seen = evaluation.training_set(TINY, 13)
    assert len(seen.starts) == 13
    np.testing.assert_array_equal(seen.tasks.walls[6:12], seen.tasks.walls[:6])
    same = navigation.navigation_set(6, 9, "train", 5)
    np.testing.assert_array_equal(same.tasks.walls, seen.tasks.walls[:6])
