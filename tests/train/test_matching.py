"""Few-shot training on invented characters: it learns, resumes, and leaves an entry that loads."""

import dataclasses
import json
import shlex

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.data import omniglot
from pnzoo.models.few_shot.matching import encode_all
from train.few_shot import command as matching
from train.few_shot import data as few_shot_data
from train.few_shot import training as few_shot_run
from train.few_shot import validation as validate
from train.few_shot.evaluation import evaluate, measure
from train.few_shot.recipes import RECIPES, Recipe
from train.shared import run_folder as run

TINY = Recipe(
    summary="a test",
    data="glyphs",
    config={"encoder_options": {"filters": 8}},
    objective="neighbours",
    way=20,
    shot=1,
    queries=1,
    steps=4,
    epochs=4,
    validate_every=2,
    learning_rate=5e-3,
)


@pytest.fixture(autouse=True)
def few_glyphs(monkeypatch):
    monkeypatch.setattr(validate, "EPISODES", 20)
    monkeypatch.setattr(few_shot_data, "GLYPHS", {"train": (1, 3), "val": (2, 2), "test": (3, 2)})


def weights(folder):
    return pnzoo.load(folder / "entry").get_weights()


def test_a_run_learns_and_leaves_an_entry(tmp_path):
    folder = tmp_path / "tiny"
    network = few_shot_run.train(dataclasses.replace(TINY, epochs=8, steps=8), folder, command="train it", verbose=0)
    history = np.genfromtxt(folder / "history.csv", delimiter=",", names=True)
    assert len(history) == 8
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert np.isfinite(history["val_20w1s"][1::2]).all()
    best = json.loads((folder / "best.json").read_text())
    assert best["val_20w1s"] >= np.nanmax(history["val_20w1s"]) - 1e-6
    card = hub.card(folder / "entry")
    assert card["command"] == "train it"
    assert card["recipe"]["kept"] == best
    assert card["history"]["epoch"] == list(range(1, 9))
    assert all((a == b).all() for a, b in zip(weights(folder), network.get_weights(), strict=True))


class KilledError(Exception):
    pass


def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path, monkeypatch):
    few_shot_run.train(TINY, tmp_path / "whole", verbose=0)
    check = few_shot_run.Validate.check

    def killed(self, epoch):
        if epoch == 2:
            check(self, epoch)
            return 0.0
        raise KilledError

    monkeypatch.setattr(few_shot_run.Validate, "check", killed)
    with pytest.raises(KilledError):
        few_shot_run.train(TINY, tmp_path / "killed", verbose=0)
    monkeypatch.setattr(few_shot_run.Validate, "check", check)
    few_shot_run.train(TINY, tmp_path / "killed", verbose=0)
    rows = [np.genfromtxt(tmp_path / run / "history.csv", delimiter=",", names=True) for run in ("whole", "killed")]
    assert rows[1]["epoch"].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(rows[1]["loss"], rows[0]["loss"], rtol=2e-3)


def test_a_finished_run_is_not_trained_again(tmp_path):
    few_shot_run.train(TINY, tmp_path / "tiny", verbose=0)
    first = weights(tmp_path / "tiny")
    few_shot_run.train(TINY, tmp_path / "tiny", verbose=0)
    assert all((a == b).all() for a, b in zip(first, weights(tmp_path / "tiny"), strict=True))
    with pytest.raises(ValueError, match="another recipe"):
        few_shot_run.train(dataclasses.replace(TINY, way=10), tmp_path / "tiny", verbose=0)


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "episodes", "way": 10, "class_weight": 0.5, "margin": 0.1, "augment": {"degrees": 10}},
        {"objective": "episodes", "way": 10, "episode_weight": 0.0, "class_weight": 1.0, "class_head": "linear"},
        {"class_weight": 0.5, "precision": "mixed_bfloat16", "weight_decay": 1e-4},
        {"model": "SiameseNetwork", "objective": "pairs", "way": 10},
        {"model": "MANN", "objective": "episodes", "way": 5, "shot": [1, 2], "support_size": 10,
         "config": {"encoder_options": {"filters": 8}, "slots": 16, "controller": 10}},
        {"objective": "episodes", "shapes": [[8, 1, 2], [4, 3, 1]], "batch_size": 2,
         "config": {"encoder_options": {"filters": 8}, "support_context": "lstm", "query_steps": 2}},
        {"config": {"encoder_options": {"filters": 8}, "views": 3}},
        {"part": "val", "mirrors": True},
        {"whole_alphabets": True, "mirrors": True},
        {"held_out": 1},
    ],
)  # fmt: skip
def test_every_kind_of_recipe_runs(tmp_path, changes):
    recipe = dataclasses.replace(TINY, epochs=1, steps=3, validate_every=1, **changes)
    few_shot_run.train(recipe, tmp_path / "tiny", verbose=0)
    network = pnzoo.load(tmp_path / "tiny" / "entry")
    assert network.dtype_policy.name == "float32"
    assert type(network).__name__ == recipe.model
    assert network.settings.get("views", 1) == recipe.config.get("views", 1)


def test_members_are_trained_apart_and_join(tmp_path):
    members = [{"mirrors": True}, {"seed": 3, "start_from": "member1", "steps": 2}]
    recipe = dataclasses.replace(TINY, epochs=1, members=members, config={**TINY.config, "views": 2})
    few_shot_run.train(recipe, tmp_path / "both", command="train both", verbose=0)
    network, card = pnzoo.load(tmp_path / "both" / "entry"), hub.card(tmp_path / "both" / "entry")
    apart = [pnzoo.load(tmp_path / "both" / f"member{i}" / "entry") for i in (1, 2)]
    images = few_shot_data.part("glyphs", "", "test").images[:5]
    joint, first, second = (encode_all(one, images[:, 0]) for one in (network, *apart))
    assert network.settings["views"] == 2
    half = joint.shape[1] // 2
    np.testing.assert_allclose(joint[:, :half] * 2**0.5, first, atol=2e-5)
    np.testing.assert_allclose(joint[:, half:] * 2**0.5, second, atol=2e-5)
    scales = [float(one.attention_kernel.scale) for one in (network, *apart)]
    assert scales[0] == pytest.approx((scales[1] * scales[2]) ** 0.5, rel=1e-5)
    assert card["recipe"]["members"] == members
    assert card["wall_seconds"] == pytest.approx(
        sum(hub.card(tmp_path / "both" / f"member{i}" / "entry")["wall_seconds"] for i in (1, 2)), abs=0.11
    )
    few_shot_run.train(recipe, tmp_path / "both", verbose=0)  # finished members are not trained again
    assert all((a == b).all() for a, b in zip(weights(tmp_path / "both"), network.get_weights(), strict=True))


def test_members_that_compare_in_different_ways_keep_their_kernels(tmp_path):
    local = {"encoder": "local", "encoder_options": {"widths": [4, 6], "channels": 4}, "kernel": "aligned"}
    recipe = dataclasses.replace(TINY, epochs=1, steps=2, members=[{}, {"config": local, "seed": 3}])
    few_shot_run.train(recipe, tmp_path / "both", verbose=0)
    network = pnzoo.load(tmp_path / "both" / "entry")
    assert network.settings["kernel"] == ["cosine", "aligned"]
    for i, kernel in enumerate(network.attention_kernel.kernels, 1):
        source = pnzoo.load(tmp_path / "both" / f"member{i}" / "entry").attention_kernel
        assert all((a == b).all() for a, b in zip(kernel.get_weights(), source.get_weights(), strict=True))


def test_a_member_may_be_no_more_than_the_start_of_the_next(tmp_path):
    members = [{"joined": False, "steps": 2}, {"seed": 3, "start_from": "member1", "steps": 2}]
    recipe = dataclasses.replace(TINY, epochs=1, members=members, config={**TINY.config, "views": 2})
    few_shot_run.train(recipe, tmp_path / "last", verbose=0)
    assert pnzoo.load(tmp_path / "last" / "entry").settings["views"] == 2
    of_second = weights(tmp_path / "last" / "member2")
    assert all((a == b).all() for a, b in zip(weights(tmp_path / "last"), of_second, strict=True))


def test_a_frozen_encoder_stays_as_it_was(tmp_path):
    few_shot_run.train(dataclasses.replace(TINY, epochs=1), tmp_path / "plain", verbose=0)
    recipe = dataclasses.replace(
        TINY, model="MANN", objective="episodes", way=5, shot=[1, 2], support_size=10, epochs=2, frozen_encoder=True,
        config={"encoder_options": {"filters": 8}, "slots": 16, "controller": 10},
        start_from=str(tmp_path / "plain" / "entry"),
    )  # fmt: skip
    mann = few_shot_run.train(recipe, tmp_path / "mann", verbose=0)
    keras.utils.set_random_seed(recipe.seed)
    fresh = few_shot_run.make_trainer(recipe, classes=60).network
    want = pnzoo.load(tmp_path / "plain" / "entry").encoder.get_weights()
    assert all((a == b).all() for a, b in zip(mann.encoder.get_weights(), want, strict=True))
    assert not np.allclose(mann.cell.get_weights()[0], fresh.cell.get_weights()[0], atol=1e-4)  # the rest has moved


def test_classes_turned_alike_make_a_group():
    upright = pnzoo.data.glyphs.generate(2, 3, 2)
    characters = omniglot.with_mirrors(omniglot.with_rotations(upright))
    group = few_shot_data.groups(characters)
    assert np.bincount(group).tolist() == [3] * 16  # 2 alphabets, 4 turns, with and without mirror
    assert all(len(set(characters.alphabet[group == g])) == 1 for g in range(16))
    turned = np.repeat(np.arange(8), 6)  # the order in which with_mirrors and with_rotations put them
    assert all(len(set(turned[group == g])) == 1 for g in range(16))


def test_held_out_alphabets_are_not_trained_on():
    recipe = dataclasses.replace(TINY, held_out=1)
    training, validation = few_shot_data.training(recipe), few_shot_data.validation(recipe)
    assert not set(training.alphabet) & set(validation.alphabet)
    assert len(training.images) + len(validation.images) == 60


def test_a_start_from_another_entry_takes_its_encoder(tmp_path):
    few_shot_run.train(dataclasses.replace(TINY, epochs=1), tmp_path / "plain", verbose=0)
    config = {**TINY.config, "support_context": "set", "query_steps": 1}
    recipe = dataclasses.replace(
        TINY, objective="episodes", config=config, start_from=str(tmp_path / "plain" / "entry")
    )
    trainer = few_shot_run.make_trainer(recipe, classes=60)
    want = pnzoo.load(tmp_path / "plain" / "entry").encoder.get_weights()
    assert all((a == b).all() for a, b in zip(trainer.network.encoder.get_weights(), want, strict=True))


def test_the_command_line_trains_measures_and_publishes(toy_zoo, tmp_path, capsys):
    command = [
        "matching_glyphs",
        "--run",
        str(tmp_path / "run"),
        "--quick",
        "--way",
        "20",
        "--evaluate",
        "--episodes",
        "30",
        "--publish",
    ]
    matching.main(command)
    assert pnzoo.list_models() == ["matching_glyphs"]
    card = pnzoo.card("matching_glyphs")
    assert {metric["name"] for metric in card["metrics"]} == {"5w1s", "5w5s", "20w1s", "20w5s"}
    assert all(metric["n"] == 30 and metric["paper"] is None for metric in card["metrics"])
    assert card["flops"]["value"] > 1e6
    assert "matching_glyphs_quick 5w1s" in capsys.readouterr().out
    with pytest.raises(ValueError, match="--again"):
        matching.main(command)


def test_the_test_part_is_measured_once(tmp_path):
    few_shot_run.train(dataclasses.replace(TINY, epochs=1), tmp_path / "tiny", verbose=0)
    entry = tmp_path / "tiny" / "entry"
    evaluate(entry, "matching_tiny", episodes=20, command="x")
    with pytest.raises(ValueError, match="measured on the test part before"):
        evaluate(entry, "matching_tiny", episodes=20, command="x")
    first = hub.card(entry)["metrics"]
    evaluate(entry, "matching_tiny", episodes=20, command="x", again=True)
    assert hub.card(entry)["metrics"] == first


def test_lakes_task_is_measured_upright_and_within_an_alphabet(monkeypatch):
    asked = []

    def part(data, protocol, name, rotations=True):
        asked.append((protocol, name, rotations))
        return pnzoo.data.glyphs.generate(2, 21, 6)

    monkeypatch.setattr(few_shot_data, "part", part)
    network = pnzoo.models.MatchingNetwork(encoder_options={"filters": 4})
    recipe = {"data": "omniglot", "protocol": "background"}
    metrics = measure(network, "matching_background_omniglot", recipe, "test", 5, table=((5, 1),))
    assert asked == [("background", "test", False)]
    assert [metric["name"] for metric in metrics] == ["within_alphabet_20w1s", "5w1s"]
    assert all(0 < metric["value"] <= 1 and metric["n"] == 5 and metric["paper"] is None for metric in metrics)
    assert metrics[1]["on"].startswith("Omniglot 28x28, background split, part test, upright")


def test_the_command_on_the_card_is_what_differs_from_the_recipe():
    recipe = dataclasses.replace(RECIPES["matching_glyphs"], way=20, config={"kernel": "dot"})
    want = """python -m train.few_shot.command matching_glyphs --config '{"kernel": "dot"}' --way 20"""
    assert matching.command_for("matching_glyphs", recipe) == want
    assert run.override(RECIPES["matching_glyphs"], matching._parse(shlex.split(want)[3:])) == recipe


def test_recipes_are_frozen_and_name_what_exists():
    for name, recipe in RECIPES.items():
        with pytest.raises(dataclasses.FrozenInstanceError):
            recipe.way = 3
        assert recipe.model in hub.CLASSES
        assert recipe.objective in few_shot_run.OBJECTIVES
        assert recipe.start_from in ("", *RECIPES), name
        assert recipe.limits, name
        json.dumps(dataclasses.asdict(recipe))


def test_no_recipe_for_lakes_task_sees_his_evaluation_set():
    recipe = RECIPES["matching_background_omniglot"]
    assert (recipe.protocol, recipe.part, recipe.start_from) == ("background", "train", "")
    earlier = set()
    for number, member in enumerate(recipe.members, 1):
        assert {"protocol", "part", "data"}.isdisjoint(member)
        # A member may go on from weights only where those, too, were trained by this recipe.
        assert "start_from" not in member or member["start_from"] in earlier
        earlier.add(f"member{number}")


def test_the_budget_of_minutes_ends_a_run(tmp_path):
    recipe = dataclasses.replace(TINY, minutes=0.02, epochs=500)
    few_shot_run.train(recipe, tmp_path / "tiny", verbose=0)
    rows = np.genfromtxt(tmp_path / "tiny" / "history.csv", delimiter=",", names=True, ndmin=1)
    assert len(rows) < 500
    assert rows["minutes"][-1] >= 0.02
