"""Reinforcement: recipes, the curriculum, a tiny run from end to end, one that is stopped, one that goes on."""

import csv
import dataclasses
import json

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.rl.trpo import Baseline
from pnzoo.worlds.gridworld import rollout as planning
from tests.test_zoo import FULL_CARD
from train.planning import imitation
from train.rl import training as rl
from train.rl.recipes import RECIPES, Level, Recipe
from train.rl.state import Progress
from train.shared import run_folder as run
from train.shared.event_file import EventFile

TINY = Recipe(
    summary="a test",
    config={"k": 3, "channels": 3, "features": [4]},
    levels=(Level(size=5, distance=1, until=0.0), Level(size=6, k=4)),
    env_steps=300,
    worlds=8,
    steps=16,
    maps_a_pass=8,
    fisher_maps=4,
    cg_steps=2,
    compile=False,
    validate_every=2,
    limits=("It is a test.",),
)


@pytest.fixture(autouse=True, scope="module")
def quick():
    """Few maps to validate on, and no time spent on compiling what runs a few times only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rl, "VALIDATION_MAPS", 16)
        if keras.backend.backend() != "tensorflow":
            yield
            return
        import tensorflow as tf

        tf.config.run_functions_eagerly(True)
        yield
        tf.config.run_functions_eagerly(False)


def log(folder):
    """The rows of a run's log, without the clock."""
    with (folder / "log.csv").open() as file:
        return [{key: float(value) for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def whole(quick, tmp_path_factory):
    """The folder of a run that was never stopped."""
    folder = tmp_path_factory.mktemp("rl") / "run"
    rl.train(TINY, folder, "python -m train.rl.training tiny")
    return folder


# -- recipes ------------------------------------------------------------------------------------


def test_every_recipe_can_be_built_and_survives_json():
    for name, recipe in RECIPES.items():
        again = Recipe(**json.loads(json.dumps(dataclasses.asdict(recipe))))
        assert [Level(**level) for level in again.levels] == list(recipe.levels)
        assert recipe.levels[-1].size == rl.size_of(name)
        assert recipe.fisher_maps <= recipe.worlds
        if recipe.start_from:
            assert recipe.start_from in pnzoo.list_models()
        else:
            assert imitation.build(recipe).count_params() > 1000
    pairs = (("vin8_rl", "cnn8_rl"), ("vin16_rl", "cnn16_rl"))
    assert all(RECIPES[a].env_steps == RECIPES[b].env_steps for a, b in pairs)  # a fair comparison


def test_a_recipe_is_a_command_line(tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(rl, "train", lambda recipe, folder, command, fresh: seen.update(locals()))
    words = ["--seed", "3", "--kl-limit", "0.5", "--curriculum", "false", "--levels", '[{"size": 8}]', "--fresh"]
    rl.main(["vin8_rl", "--run", str(tmp_path), *words])
    changed = {"seed": 3, "kl_limit": 0.5, "curriculum": False, "levels": [{"size": 8}]}
    assert seen["recipe"] == dataclasses.replace(RECIPES["vin8_rl"], **changed)
    assert (seen["fresh"], seen["command"].split(" --run")[0]) == (True, "python -m train.rl.training vin8_rl")


def test_without_a_curriculum_the_last_level_is_the_first():
    assert rl.ladder(TINY) == list(TINY.levels)
    assert rl.ladder(dataclasses.replace(TINY, curriculum=False)) == [TINY.levels[1]]
    assert rl.ladder(dataclasses.replace(TINY, levels=[{"size": 9, "obstacles": 3}])) == [Level(9, obstacles=3)]


@pytest.mark.parametrize("level", [Level(6, distance=2.0), Level(9, obstacles=1)])
def test_a_level_makes_its_worlds(level):
    recipe = dataclasses.replace(TINY, levels=(level,))
    model = imitation.build(recipe)
    policy, envs = rl.prepare(model, recipe, level, own_k=3)
    envs.reset(seed=0)
    length = pnzoo.gridworld.distances(envs.worlds.walls, envs.worlds.goal)
    assert length[envs.worlds.starts].max() <= (level.distance or np.inf)
    inner = envs.worlds.walls[:, 1:-1, 1:-1].sum(axis=(1, 2))
    assert inner.max() <= (level.obstacles or np.inf)
    assert envs.max_steps == 4 * level.size
    again, _ = rl.prepare(model, recipe, Level(7), 3, policy)
    assert again is policy  # nothing is compiled twice
    other, _ = rl.prepare(model, recipe, Level(7, k=5), 3, policy)
    assert other is not policy
    assert model.k == 5


def test_validation_maps_are_those_of_the_last_level():
    maps, limit = rl.validation_maps(TINY)
    assert maps.walls.shape == (16, 6, 6)
    assert (limit >= 4).all()


# -- progress -------------------------------------------------------------------------------------


def test_a_level_is_climbed_when_recent_success_is_enough(tmp_path):
    progress = Progress(tmp_path, np.zeros(2, "float32"))
    level, climbed = Level(8, until=0.5), []
    for success in (0.0, 0.9, 0.5, 0.6, 0.9, 0.9, 0.9):
        progress.record({"env_steps": 10, "success": success, "val_reward": 0.0}, level, 3, seconds=1.0)
        climbed.append(progress.level)
    assert climbed == [0, 0, 0, 1, 1, 1, 2]  # three batches above one half on average, then three more
    for _ in range(4):
        progress.record({"env_steps": 10, "success": 1.0, "val_reward": 0.0}, level, 3, seconds=1.0)
    assert progress.level == 2  # there is no level above the last
    assert progress.env_steps == 110
    assert run.seconds_spent(tmp_path) == 11.0


def test_the_best_parameters_are_kept(tmp_path):
    progress = Progress(tmp_path, np.zeros(1, "float32"))
    for number, reward in enumerate((0.1, 0.7, 0.3)):
        progress.theta = np.full(1, number, "float32")
        progress.record({"env_steps": 1, "success": 0.0, "val_reward": reward}, Level(8), 1, seconds=0.0)
    again = Progress(tmp_path, np.zeros(1, "float32"))
    assert (again.best.tolist(), again.theta.tolist(), again.best_reward) == ([1.0], [2.0], 0.7)


# -- a tiny recipe from end to end --------------------------------------------------------------


def test_the_log_says_what_happened(whole):
    rows = log(whole)
    assert len(rows) >= 4
    assert rows[-1]["env_steps"] >= TINY.env_steps > rows[-2]["env_steps"]
    assert {row["level"] for row in rows} == {1, 2}
    assert all(0 <= row["kl"] <= TINY.kl_limit for row in rows)
    assert all(0 <= row[name] <= 1 for row in rows for name in ("success", "val_success"))
    assert rows[0]["entropy"] == pytest.approx(np.log(8), abs=0.7)


def test_one_seed_gives_one_curve_and_another_another(whole, tmp_path):
    rl.train(TINY, tmp_path / "again")
    assert log(tmp_path / "again") == log(whole)
    rl.train(dataclasses.replace(TINY, seed=1, env_steps=200), tmp_path / "other")
    assert log(tmp_path / "other")[0] != log(whole)[0]


class Stopped(Exception):
    pass


def test_a_stopped_run_goes_on_as_if_nothing_had_happened(whole, tmp_path, monkeypatch):
    record = Progress.record

    def stopping(progress, *arguments, **named):
        record(progress, *arguments, **named)
        if progress.iteration == 3:
            with (progress.folder / "log.csv").open("a") as file:
                file.write("half a row that was being writ")
            raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "record", stopping)
        with pytest.raises(Stopped):
            rl.train(TINY, tmp_path / "run")
    assert not (tmp_path / "run" / "entry").exists()
    model = rl.train(TINY, tmp_path / "run")
    assert log(tmp_path / "run") == log(whole)
    for mine, other in zip(model.get_weights(), pnzoo.load(whole / "entry").get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    with pytest.raises(ValueError, match="holds a run of another recipe"):
        rl.train(dataclasses.replace(TINY, seed=5), tmp_path / "run")


def test_a_run_is_measured_and_published(whole, tmp_path, monkeypatch, capsys):
    zoo = tmp_path / "zoo"
    monkeypatch.setattr(hub, "zoo_folder", lambda: zoo)
    monkeypatch.setitem(RECIPES, "vin8_rl", TINY)
    rl.main(["vin8_rl", "--run", str(whole), "--evaluate", "--maps", "20", "--publish"])
    card = pnzoo.card("vin8_rl")
    assert FULL_CARD - set(card) == set()
    assert card["command"] == "python -m train.rl.training tiny"
    assert card["recipe"]["levels"][1]["size"] == 6
    assert card["data"].startswith(f"{log(whole)[-1]['env_steps']:,.0f} steps in pnzoo/GridWorld-v0")
    assert card["wall_seconds"] > 0
    assert card["history"]["epoch"] == list(range(1, len(log(whole)) + 1))
    assert {metric["name"] for metric in card["metrics"]} >= {"success", "optimal_length", "expected_reward"}
    assert all(metric["n"] <= 20 and "data seed 9008" in metric["on"] for metric in card["metrics"])
    assert pnzoo.load("vin8_rl").k == 3  # not the 4 of the last level
    assert "published zoo/vin8_rl" in capsys.readouterr().out


@pytest.fixture(scope="module")
def seeds(quick, tmp_path_factory):
    """A zoo, and the folder of two seeds that started from an entry of it."""
    folder = tmp_path_factory.mktemp("seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "zoo_folder", lambda: folder / "zoo")
        patch.setitem(RECIPES, "vin8_rl", dataclasses.replace(TINY, start_from="start8", config={}))
        pnzoo.save(imitation.build(TINY), folder / "zoo" / "start8", {"summary": "a start"})
        words = ["--levels", '[{"size": 8, "distance": 2}]', "--env-steps", "60", "--seeds", "2"]
        rl.main(["vin8_rl", "--run", str(folder / "runs"), "--maps", "5", *words, "--evaluate", "--publish"])
    return folder


def test_training_goes_on_from_an_entry(seeds):
    assert log(seeds / "runs" / "seed0")[0]["fraction"] > 0
    trained, start = (pnzoo.load(seeds / name) for name in ("runs/seed0/entry", "zoo/start8"))
    assert any((a != b).any() for a, b in zip(trained.get_weights(), start.get_weights(), strict=True))


def test_a_reactive_policy_learns_and_is_judged(quick, tmp_path):
    """It is asked at every step, where a planner is asked once a map."""
    recipe = dataclasses.replace(TINY, model="CNNPolicy", config={"size": 6}, steps=4, maps_a_pass=16)
    policy, envs = rl.prepare(imitation.build(recipe), recipe, Level(6), own_k=0)
    theta = policy.parameters()
    row = rl.batch(policy, envs, Baseline(), recipe, Progress(tmp_path, theta))
    assert 0 < row["kl"] <= recipe.kl_limit
    assert not np.array_equal(policy.parameters(), theta)
    maps, limit = rl.validation_maps(recipe)
    again = planning.roll_out(maps.walls, maps.start, maps.goal, by_the_model(policy.model, maps), limit)
    assert rl.judge(policy, maps, limit)["val_success"] == again.success.mean()


def by_the_model(model, maps):
    """Greedy moves as users get them, from `policy`."""
    best = model.policy(maps.walls, maps.goal)
    return lambda index, at: best[index, at[:, 0], at[:, 1]]


def test_the_best_seed_by_validation_is_published_with_what_all_reached(seeds):
    found = json.loads((seeds / "runs" / "seeds.json").read_text())
    assert [each["seed"] for each in found] == [0, 1]
    assert all(0 <= each["success"] <= 1 and each["env_steps"] >= 60 for each in found)
    card = pnzoo.card(seeds / "zoo" / "vin8_rl")
    best = max(found, key=lambda each: each["validation"])
    assert card["seed"] == best["seed"]
    assert card["command"] == f"python -m train.rl.training vin8_rl --seed {best['seed']}"
    over = {metric["name"]: metric for metric in card["metrics"] if metric["name"].endswith("_over_seeds")}
    for name in ("success", "optimal_length", "expected_reward"):
        metric, values = over[f"{name}_over_seeds"], [each[name] for each in found]
        assert metric["value"] == pytest.approx(np.mean(values))
        assert (metric["n"], metric["seeds"]) == (2, [0, 1])
        assert metric["interval"][0] <= min(values)
        assert "2 training runs, each on 5 fresh 8x8 maps" in metric["on"]


def test_the_interval_over_runs_is_students():
    found = rl.mean_of_runs([0.5, 0.6, 0.7])
    assert found["value"] == pytest.approx(0.6)
    assert found["interval"] == pytest.approx([0.6 - 0.2484, 0.6 + 0.2484], abs=1e-4)  # t = 4.303, sd 0.1
    assert rl.mean_of_runs([0.99, 1.0])["interval"][1] == 1.0
    assert rl.mean_of_runs([0.5])["interval"] == [0.5, 0.5]


# -- TensorBoard's files ----------------------------------------------------------------------------


def test_tensorflow_reads_the_event_file(tmp_path):
    tf = pytest.importorskip("tensorflow")
    events = EventFile(tmp_path)
    events.write(300, {"success": 0.25, "kl": 0.5})
    events.write(2**40, {"success": -1.0})
    found = list(tf.compat.v1.train.summary_iterator(str(events.path)))  # checks lengths and checksums
    assert found[0].file_version == "brain.Event:2"
    numbers = [(event.step, event.summary.value[0].tag, event.summary.value[0].simple_value) for event in found[1:]]
    assert numbers == [(300, "success", 0.25), (300, "kl", 0.5), (2**40, "success", -1.0)]


def test_a_run_writes_events(whole):
    assert [path.name.startswith("events.out.tfevents.") for path in (whole / "events").iterdir()] == [True]
