"""Reinforcement: recipes, the curriculum, a tiny run from end to end, one that goes on from an entry."""

import csv
import dataclasses
import json

import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.rl.trpo import Baseline, grid_features
from pnzoo.worlds.gridworld import rollout as planning
from tests.hub.test_zoo import FULL_CARD
from tests.toys import uncompiled
from train import __main__ as command
from train.rl import training as rl
from train.rl.progress import Progress
from train.rl.recipes import RECIPES, CurriculumStage, ReinforcementRecipe
from train.shared import entry

pytestmark = pytest.mark.integration

TINY = ReinforcementRecipe(
    summary="a test",
    config={"k": 3, "channels": 3, "filters": [4]},
    stages=(CurriculumStage(size=5, max_start_distance=1, success_threshold=0.0), CurriculumStage(size=6, k=4)),
    total_timesteps=300,
    n_envs=8,
    n_steps=16,
    maps_per_batch=8,
    fisher_maps=4,
    cg_max_steps=2,
    jit_compile=False,
    validate_every=2,
    limitations=("It is a test.",),
)


@pytest.fixture(autouse=True, scope="module")
def quick():
    """Few maps to validate on, and no time spent on compiling what runs a few times only."""
    with pytest.MonkeyPatch.context() as patch, uncompiled():
        patch.setattr(rl, "VALIDATION_MAPS", 16)
        yield


def log(folder):
    """The rows of a run's log."""
    with (folder / "log.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def whole(quick, tmp_path_factory):
    """The folder of a run that was never stopped."""
    folder = tmp_path_factory.mktemp("rl") / "run"
    rl.train(TINY, folder, "python -m train tiny")
    return folder


# -- recipes ------------------------------------------------------------------------------------


def test_every_recipe_can_be_built_and_survives_json():
    for name, recipe in RECIPES.items():
        assert ReinforcementRecipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
        assert f"{recipe.side}_rl" in name
        assert recipe.fisher_maps <= recipe.n_envs
        if recipe.init_from:
            assert recipe.init_from in pnzoo.list_models()
        else:
            assert entry.build(recipe).count_params() > 1000
    pairs = (("vin8_rl", "cnn8_rl"), ("vin16_rl", "cnn16_rl"))
    assert all(RECIPES[a].total_timesteps == RECIPES[b].total_timesteps for a, b in pairs)  # a fair comparison


def test_recipes_of_release_0_1_are_read():
    former = {"levels": [{"size": 8, "distance": 3, "obstacles": 2, "until": 0.7, "k": 12}], "env_steps": 9,
              "worlds": 3, "steps": 4, "longest": 2.0, "kl_limit": 0.1, "damping": 0.2, "cg_steps": 5, "entropy": 0.3,
              "discount": 0.9, "trace": 0.8, "maps_a_pass": 2, "compile": False, "start_from": "vin8"}  # fmt: skip
    stage = CurriculumStage(8, max_start_distance=3, max_obstacles=2, success_threshold=0.7, k=12)
    assert ReinforcementRecipe.from_dict(former) == ReinforcementRecipe(
        stages=(stage,), total_timesteps=9, n_envs=3, n_steps=4, max_steps_factor=2.0, target_kl=0.1, cg_damping=0.2,
        cg_max_steps=5, ent_coef=0.3, gamma=0.9, gae_lambda=0.8, maps_per_batch=2, jit_compile=False, init_from="vin8",
    )  # fmt: skip


def test_without_a_curriculum_the_last_stage_is_the_first():
    assert TINY.curriculum_stages == TINY.stages
    assert dataclasses.replace(TINY, curriculum=False).curriculum_stages == TINY.stages[1:]


@pytest.mark.parametrize("stage", [CurriculumStage(6, max_start_distance=2.0), CurriculumStage(9, max_obstacles=1)])
def test_a_stage_makes_its_environments(stage):
    recipe = dataclasses.replace(TINY, stages=(stage,))
    model = entry.build(recipe)
    policy, envs = rl.prepare(model, recipe, stage, own_k=3)
    envs.reset(seed=0)
    length = pnzoo.gridworld.distances(envs.maps.walls, envs.maps.goal)
    assert length[envs.maps.starts].max() <= (stage.max_start_distance or np.inf)
    inner = envs.maps.walls[:, 1:-1, 1:-1].sum(axis=(1, 2))
    assert inner.max() <= (stage.max_obstacles or np.inf)
    assert envs.max_steps == 4 * stage.size
    again, _ = rl.prepare(model, recipe, CurriculumStage(7), 3, policy)
    assert again is policy  # nothing is compiled twice
    other, _ = rl.prepare(model, recipe, CurriculumStage(7, k=5), 3, policy)
    assert other is not policy
    assert model.k == 5


def test_validation_maps_are_those_of_the_last_stage():
    maps, limit = rl.validation_maps(TINY)
    assert maps.walls.shape == (16, 6, 6)
    assert (limit >= 4).all()


# -- progress -------------------------------------------------------------------------------------


def record(progress, stage, stages, success=0.0, reward=0.0, timesteps=10):
    row = {"timesteps": timesteps, "success_rate": success, "val_ep_rew_mean": reward}
    progress.record(row, stage, stages, seconds=1.0)


def test_a_stage_is_climbed_when_recent_success_is_enough(tmp_path):
    progress = Progress(tmp_path, "digest", np.zeros(2, "float32"))
    stage, climbed = CurriculumStage(8, success_threshold=0.5), []
    for success in (0.0, 0.9, 0.5, 0.6, 0.9, 0.9, 0.9):
        record(progress, stage, 3, success)
        climbed.append(progress.stage)
    assert climbed == [0, 0, 0, 1, 1, 1, 2]  # three batches above one half on average, then three more
    for _ in range(4):
        record(progress, stage, 3, success=1.0)
    assert progress.stage == 2  # there is no stage above the last
    assert (progress.timesteps, progress.seconds) == (110, 11.0)


def test_the_best_parameters_are_kept(tmp_path):
    progress = Progress(tmp_path, "digest", np.zeros(1, "float32"))
    for number, reward in enumerate((0.1, 0.7, 0.3)):
        progress.theta = np.full(1, number, "float32")
        record(progress, CurriculumStage(8), 1, reward=reward)
    again = Progress(tmp_path, "digest", np.zeros(1, "float32"))
    assert (again.best.tolist(), again.theta.tolist(), again.best_reward) == ([1.0], [2.0], 0.7)
    assert (again.rows, again.seconds) == (progress.rows, 3.0)


# -- a tiny recipe from end to end --------------------------------------------------------------


def test_the_log_says_what_happened(whole):
    rows = log(whole)
    assert len(rows) >= 4
    assert rows[-1]["timesteps"] >= TINY.total_timesteps > rows[-2]["timesteps"]
    assert {row["stage"] for row in rows} == {1, 2}
    assert all(0 <= row["kl"] <= TINY.target_kl for row in rows)
    assert all(0 <= row[name] <= 1 for row in rows for name in ("success_rate", "val_success_rate"))
    assert rows[0]["entropy"] == pytest.approx(np.log(8), abs=0.7)


def test_a_folder_holds_one_recipe(whole):
    with pytest.raises(ValueError, match="holds a run of another recipe"):
        rl.train(dataclasses.replace(TINY, seed=5), whole)


def test_a_run_is_measured_and_published(whole, tmp_path, monkeypatch, capsys):
    zoo = tmp_path / "zoo"
    monkeypatch.setattr(hub, "zoo_folder", lambda: zoo)
    monkeypatch.setitem(RECIPES, "vin8_rl", dataclasses.replace(TINY))
    command.main(["vin8_rl", "--run", str(whole), "--evaluate", "--num-maps", "20", "--publish"])
    card = pnzoo.card("vin8_rl")
    assert FULL_CARD - set(card) == set()
    assert card["command"] == "python -m train tiny"
    assert ReinforcementRecipe.from_dict(card["recipe"]).stages == TINY.stages
    assert card["data"].startswith(f"{log(whole)[-1]['timesteps']:,.0f} steps in pnzoo/GridWorld-v0")
    assert card["history"]["epoch"] == list(range(1, len(log(whole)) + 1))
    assert {metric["name"] for metric in card["metrics"]} >= {"expected_reward"}
    assert all(metric["n"] <= 20 for metric in card["metrics"])
    assert pnzoo.load("vin8_rl").k == 3  # not the 4 of the last stage
    assert "zoo/vin8_rl" in capsys.readouterr().out


@pytest.fixture(scope="module")
def seeds(quick, tmp_path_factory):
    """A zoo, and the folder of two seeds that started from an entry of it."""
    folder = tmp_path_factory.mktemp("seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "zoo_folder", lambda: folder / "zoo")
        patch.setitem(RECIPES, "vin8_rl", dataclasses.replace(TINY, init_from="start8", config={}))
        pnzoo.save(entry.build(TINY), folder / "zoo" / "start8", {"summary": "a start"})
        words = ["--stages", '[{"size": 8, "max_start_distance": 2}]', "--total-timesteps", "60", "--num-seeds", "2"]
        command.main(["vin8_rl", "--run", str(folder / "runs"), "--num-maps", "5", *words, "--evaluate", "--publish"])
    return folder


def test_training_goes_on_from_an_entry(seeds):
    assert log(seeds / "runs" / "seed0")[0]["step_size"] > 0
    trained, start = (pnzoo.load(seeds / name) for name in ("runs/seed0/entry", "zoo/start8"))
    assert any((a != b).any() for a, b in zip(trained.get_weights(), start.get_weights(), strict=True))


def test_a_reactive_policy_learns_and_is_validated(quick, tmp_path):
    """It is asked at every step, where a planner is asked once a map."""
    recipe = dataclasses.replace(TINY, model="CNNPolicy", config={"size": 6}, n_steps=4, maps_per_batch=16)
    policy, envs = rl.prepare(entry.build(recipe), recipe, CurriculumStage(6), own_k=0)
    theta = policy.parameters()
    row = rl.train_batch(policy, envs, Baseline(grid_features), recipe, Progress(tmp_path, recipe.digest(), theta))
    assert 0 < row["kl"] <= recipe.target_kl
    assert not np.array_equal(policy.parameters(), theta)
    maps, limit = rl.validation_maps(recipe)
    again = planning.rollouts(maps.walls, maps.start, maps.goal, by_the_model(policy.model, maps), limit)
    assert rl.validate(policy, maps, limit)["val_success_rate"] == again.success.mean()


def by_the_model(model, maps):
    """Greedy moves as users get them, from `policy`."""
    best = model.policy(maps.walls, maps.goal)
    return lambda index, at: best[index, at[:, 0], at[:, 1]]


def test_the_best_seed_by_validation_is_published_with_what_all_reached(seeds):
    results = json.loads((seeds / "runs" / "seeds.json").read_text())
    assert [result["seed"] for result in results] == [0, 1]
    assert all(0 <= result["success_rate"] <= 1 and result["timesteps"] >= 60 for result in results)
    card = pnzoo.card(seeds / "zoo" / "vin8_rl")
    best = max(results, key=lambda result: result["val_ep_rew_mean"])
    assert card["seed"] == best["seed"]
    over = {metric["name"]: metric for metric in card["metrics"] if metric["name"].endswith("_over_seeds")}
    for name in ("success_rate", "optimal_rate", "expected_reward"):
        metric, values = over[f"{name}_over_seeds"], [result[name] for result in results]
        assert metric["value"] == pytest.approx(np.mean(values))
        assert (metric["n"], metric["seeds"]) == (2, [0, 1])


def test_tensorboard_reads_the_summaries(tmp_path):
    pytest.importorskip("tensorboard")
    tf = pytest.importorskip("tensorflow")
    write = rl.summary_writer(tmp_path)
    write(300, {"success_rate": 0.25})
    (file,) = tmp_path.iterdir()
    events = [event for event in tf.compat.v1.train.summary_iterator(str(file)) if event.summary.value]
    assert [(event.step, event.summary.value[0].tag) for event in events] == [(300, "success_rate")]
