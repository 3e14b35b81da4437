"""Training over terrain: what is shown, a tiny recipe from end to end, and the numbers of its card."""

import dataclasses

import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.evaluation import terrain as evaluation
from pnzoo.worlds.terrain import WORLDS, draw_scenes, mars, moon, places
from pnzoo.worlds.terrain.data_folder import data_folder
from tests.hub.test_zoo import FULL_CARD
from train.__main__ import main
from train.terrain import recipes, shown_paths, training
from train.terrain.evaluation import CAUTIONS

pytestmark = pytest.mark.integration

TINY = dataclasses.replace(
    recipes.RECIPES["vin_moon"], world="relief", config={"filters": [4, 4, 6], "k": 4}, cells=4, epochs=3,
    steps_per_epoch=8, learning_rate=1e-2, batch_size=4, goals_per_picture=2, evaluation_cells=(4,),
)  # fmt: skip


@pytest.fixture(autouse=True)
def few_scenes(monkeypatch):
    monkeypatch.setattr(training, "VALIDATION_SCENES", 8)


def test_shown_moves_are_optimal_and_never_start_where_one_cannot_go():
    costs = draw_scenes("relief", "train", 6, np.random.default_rng(0), cells=8).costs
    goals, actions = shown_paths.shown_paths(costs, 3, np.random.default_rng(1))
    assert (goals.shape, actions.shape) == ((6, 3, 2), (6, 3, 8, 8, 8))
    assert actions.any()
    for i, cost in enumerate(costs):
        assert not actions[i][:, np.isinf(cost)].any()
        for goal, moves in zip(goals[i], actions[i], strict=True):
            assert not moves[tuple(goal)].any()
            wanted = pnzoo.terrain.optimal_actions(cost, goal)
            assert (moves[np.isfinite(cost)] == wanted[np.isfinite(cost)]).all()


def test_batches_depend_on_the_seed_and_the_index_alone():
    first, again, other = (shown_paths.ShownPaths(TINY, "train", seed, 2, True) for seed in ((0, 1), (0, 1), (0, 2)))
    assert (first[1][0]["picture"] == again[1][0]["picture"]).all()
    assert (first[1][0]["picture"] != other[1][0]["picture"]).any()
    assert (first[0][0]["picture"] != first[1][0]["picture"]).any()


@pytest.mark.parametrize("world", ["relief", "tiles"])
def test_parts_of_invented_worlds_share_nothing(world):
    drawn = {part: draw_scenes(world, part, 4, np.random.default_rng(5), cells=4).pictures for part in places.PARTS}
    flat = {picture.tobytes() for pictures in drawn.values() for picture in pictures}
    assert len(flat) == 12
    assert set(WORLDS) == {"moon", "mars", "relief", "tiles"}


def test_parts_of_the_moon_are_a_patch_apart_around_its_back_too():
    columns = {part: set(moon.COLUMNS[part]) for part in places.PARTS}
    beside = {(column + step) % 60 for column in columns["test"] for step in (-1, 0, 1)}
    assert not columns["train"] & beside
    assert not columns["val"] & columns["test"]


def test_parts_of_mars_are_a_patch_apart():
    train, val, test = (mars.COLUMNS[part] for part in places.PARTS)
    assert test.start - train.stop >= 16 * places.CELLS["mars"]
    assert train.stop <= val.start < val.stop <= test.start < test.stop <= 720
    assert not mars.ROWS.start % mars.PIXELS


@pytest.fixture
def a_mars_of_ones_own(tmp_path, monkeypatch):
    """A file of the form of the real one, whose heights are the numbers of its columns."""
    (tmp_path / "mars").mkdir()
    np.savez(tmp_path / mars.FILE, elevation=np.tile(np.arange(720, dtype="int16"), (720, 1)))
    monkeypatch.setenv("PNZOO_DATA_DIR", str(tmp_path))
    mars.elevation.cache_clear()
    yield
    mars.elevation.cache_clear()


@pytest.mark.usefixtures("a_mars_of_ones_own")
@pytest.mark.parametrize("part", places.PARTS)
def test_patches_of_mars_lie_in_their_part(part):
    ground, metres = mars.patches(part, 40, 64, np.random.default_rng(0))
    for z, (north_south, east_west) in zip(ground, metres, strict=True):
        assert z.shape == (64, 64)
        assert set((z / mars.EXAGGERATION).ravel()) <= set(mars.COLUMNS[part])
        assert 0.5 < east_west / north_south <= 1.0
    scenes = draw_scenes("mars", part, 2, np.random.default_rng(0), cells=10)
    assert (scenes.pictures.shape, scenes.costs.shape) == ((2, 40, 40, 1), (2, 10, 10))


@pytest.mark.usefixtures("a_mars_of_ones_own")
def test_a_scene_wider_than_its_part_is_refused():
    with pytest.raises(ValueError, match="part val of Mars is 80 pixels wide; a scene of 84"):
        draw_scenes("mars", "val", 1, np.random.default_rng(0), cells=21)


@pytest.mark.parametrize("world", places.BODIES)
def test_real_patches_are_ground(world):
    if not (data_folder() / places.BODIES[world].FILE).is_file():
        pytest.skip(f"no elevation of {world} here: set PNZOO_DATA_DIR to the folder that holds it")
    steep = {part: np.isinf(draw_scenes(world, part, 100, np.random.default_rng(0)).costs).mean()
             for part in ("train", "test")}
    assert 0.35 < steep["train"] < 0.5  # what the exaggeration of Mars was chosen for
    assert 0.15 < steep["test"] < 0.7
    assert 0.05 < draw_scenes(world, "test", 20, np.random.default_rng(0)).pictures.std() < 0.2


@pytest.mark.parametrize("world", places.BODIES)
def test_without_the_file_it_says_where_to_put_it(monkeypatch, tmp_path, world):
    monkeypatch.setenv("PNZOO_DATA_DIR", str(tmp_path))
    places.BODIES[world].elevation.cache_clear()
    with pytest.raises(FileNotFoundError, match=rf"folder that holds {world}/, or take world='relief'"):
        draw_scenes(world, "test", 1, np.random.default_rng(0))


def test_a_recipe_has_the_cells_of_its_world():
    with pytest.raises(ValueError, match="a cell of mars has 4 pixels a side; config has cell=8"):
        dataclasses.replace(recipes.RECIPES["vin_moon"], world="mars")


def test_a_planner_is_measured_on_cells_of_its_size():
    model, measured = pnzoo.models.TerrainVIN(cell=4, filters=(2, 2)), evaluation.terrain_set("relief", n=2, cells=2)
    with pytest.raises(ValueError, match=r"relief has 8x8 pixels and one of this model 4x4; worlds that fit it: mars"):
        evaluation.evaluate(model, measured)


def test_a_tiny_recipe_learns_is_measured_and_its_card_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(recipes.RECIPES, "vin_moon", TINY)
    main(["vin_moon", "--run", str(tmp_path), "--validate", "--evaluate", "--num-maps", "20"])
    model, card = pnzoo.load(tmp_path / "entry"), hub.card(tmp_path / "entry")
    assert card["history"]["loss"][-1] < card["history"]["loss"][0]
    assert FULL_CARD - set(card) == {"name"} - set(card)
    assert card["task"] == "terrain"
    measured = evaluation.terrain_set("relief", n=20, cells=4)
    for caution in (None, *CAUTIONS["relief"]):
        rows = [fields for fields in card["metrics"] if fields["dataset"].get("caution") == caution]
        for metric, fields in zip(evaluation.evaluate(model, measured, caution), rows, strict=True):
            assert metric.value == pytest.approx(fields["value"])
    out = capsys.readouterr().out
    assert "success rate" in out
    assert "part val, 4x4 cells" in out


def test_a_reactive_policy_is_trained_and_measured_without_a_cost(tmp_path, monkeypatch):
    config = {"filters": [4, 4, 6]}
    recipe = dataclasses.replace(TINY, model="TerrainCNNPolicy", config=config, crossed_weight=0.0, epochs=2)
    monkeypatch.setitem(recipes.RECIPES, "cnn_moon", recipe)
    main(["cnn_moon", "--run", str(tmp_path), "--evaluate", "--num-maps", "20"])
    card = hub.card(tmp_path / "entry")
    assert card["history"]["loss"][-1] < card["history"]["loss"][0]
    assert [fields["dataset"].get("caution") for fields in card["metrics"]] == [None] * len(card["metrics"])
    assert {"success_rate", "optimal_rate"} <= {fields["name"] for fields in card["metrics"]}


@pytest.mark.slow
def test_obstacles_teach_the_encoder_alone(tmp_path):
    recipe = dataclasses.replace(TINY, objective="obstacles", epochs=1)
    training.train(recipe, tmp_path)
    assert float(pnzoo.load(tmp_path / "entry").get_layer("policy").log_scale) == pytest.approx(np.log(10.0))


def test_the_exact_plan_on_the_true_cost_is_perfect():
    """The judge itself: a planner that knows the ground reaches every goal on a cheapest path, a blind one does not."""
    measured = evaluation.terrain_set("relief", n=40, cells=8)
    tasks, costs = measured.tasks, measured.scenes.costs
    pairs = zip(tasks.scene, tasks.goal, strict=True)
    knowing = [pnzoo.terrain.optimal_actions(costs[scene], goal).argmax(-1) for scene, goal in pairs]
    blind = [pnzoo.terrain.optimal_actions(np.ones((8, 8)), g).argmax(-1) for g in tasks.goal]
    success, optimal, excess = evaluation.judged(knowing, measured)
    assert (success.value, optimal.value) == (1.0, 1.0)
    assert excess.value == pytest.approx(0, abs=1e-9)
    assert evaluation.judged(blind, measured)[0].value < 0.95
