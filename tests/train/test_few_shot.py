"""Few-shot training on invented characters: it learns and leaves an entry that loads."""

import csv
import dataclasses
import functools
import json

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.data import omniglot
from pnzoo.models.backbones import make_backbone
from pnzoo.models.few_shot.embedding import embed_images
from tests.toys import uncompiled
from train.__main__ import main
from train.few_shot import data as few_shot_data
from train.few_shot import distillation, validation
from train.few_shot import training as few_shot_run
from train.few_shot.evaluation import measure
from train.few_shot.recipes import RECIPES, DistillationRecipe, EpisodicRecipe

pytestmark = pytest.mark.integration

TINY = EpisodicRecipe(
    summary="a test",
    data="glyphs",
    config={"backbone_options": {"filters": 8}},
    objective="nca",
    way=20,
    shot=1,
    n_query=1,
    steps_per_epoch=2,
    epochs=1,
    validate_every=2,
    learning_rate=2e-2,
)


LEARNS = dataclasses.replace(TINY, epochs=4, steps_per_epoch=4)


@pytest.fixture(autouse=True, scope="module")
def quick():
    """Few characters, each drawn once, and no time spent on compiling what runs a few times only."""
    with pytest.MonkeyPatch.context() as patch, uncompiled():
        patch.setattr(validation, "EPISODES", 20)
        patch.setattr(few_shot_data, "GLYPHS", {"train": (1, 3), "val": (2, 2), "test": (3, 2)})
        patch.setattr(few_shot_data, "part", functools.cache(few_shot_data.part))
        yield


@pytest.fixture(scope="module")
def finished(quick, tmp_path_factory):
    """The folder of a run that has ended, and the network that it gave back."""
    folder = tmp_path_factory.mktemp("few_shot") / "tiny"
    return folder, few_shot_run.train(LEARNS, folder, command="train it")


def check_same(one, other):
    """The same arrays, to the last bit."""
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def weights(folder):
    return pnzoo.load(folder / "entry").get_weights()


def test_a_run_learns_and_leaves_an_entry(finished):
    folder, network = finished
    history = np.genfromtxt(folder / "history.csv", delimiter=",", names=True)
    assert len(history) == 4
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert np.isfinite(history["val_20w1s"][1::2]).all()
    card = hub.card(folder / "entry")
    assert card["command"] == "train it"
    assert card["recipe"]["best_checkpoint"]["val_20w1s"] == np.nanmax(history["val_20w1s"])
    assert card["history"]["epoch"] == [1, 2, 3, 4]
    check_same(weights(folder), network.get_weights())


def test_a_finished_run_is_not_trained_again(finished, monkeypatch):
    folder, network = finished
    monkeypatch.setattr(few_shot_run.EpisodeTrainer, "fit", None)
    few_shot_run.train(LEARNS, folder, command="train it")
    check_same(weights(folder), network.get_weights())
    with pytest.raises(ValueError, match="another recipe"):
        few_shot_run.train(dataclasses.replace(LEARNS, way=10), folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "episodic", "way": 10, "classification_loss_weight": 0.5, "margin": 0.1, "weight_decay": 1e-4,
         "augment": {"degrees": 10}, "dtype_policy": "mixed_bfloat16", "within_alphabet": True, "flip_as_class": True},
        {"model": "SiameseNetwork", "objective": "pairwise", "way": 10, "n_validation_alphabets": 1},
        {"objective": "episodic", "shapes": [[8, 1, 2], [4, 3, 1]], "batch_size": 2,
         "config": {"backbone_options": {"filters": 8}, "support_embedding": "lstm", "query_steps": 2, "tta_views": 3}},
    ],
)  # fmt: skip
def test_every_objective_runs(tmp_path, changes):
    recipe = dataclasses.replace(TINY, **changes)
    few_shot_run.train(recipe, tmp_path / "tiny")
    network = pnzoo.load(tmp_path / "tiny" / "entry")
    assert network.dtype_policy.name == "float32"
    assert type(network).__name__ == recipe.model
    assert network.get_config().get("tta_views", 1) == recipe.config.get("tta_views", 1)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_can_be_built(name):
    """Its network, losses and optimizer, and a batch of its episodes; nothing is fitted."""
    for recipe in RECIPES[name].members() or [RECIPES[name]]:
        invented = "invented" if recipe.data in few_shot_data.PHOTOGRAPHS else "glyphs"
        recipe = dataclasses.replace(recipe, data=invented, init_from="", way=min(recipe.way, 20))
        classes = few_shot_data.part(invented, "", "train")
        assert few_shot_run.make_trainer(recipe, classes=len(classes.images)).optimizer is not None
        inputs, _ = few_shot_run.make_dataset(recipe, classes)[0]
        assert inputs["support"].shape[-3:] == ((64, 64, 3) if invented == "invented" else (28, 28, 1))


def test_the_rate_rises_then_falls_to_nothing():
    rate = few_shot_run.schedule(dataclasses.replace(TINY, epochs=10, steps_per_epoch=100, learning_rate=0.5))
    rates = [float(rate(step)) for step in range(0, 1001, 10)]
    assert np.argmax(rates) == 2  # after a fiftieth of the steps
    assert rates[2] == pytest.approx(0.5)
    assert (np.diff(rates[2:]) < 0).all()
    assert rates[-1] == pytest.approx(0, abs=1e-6)


def test_members_are_trained_apart_and_join(tmp_path, monkeypatch):
    members = [{"flip_as_class": True}, {"seed": 3, "init_from": "member1", "steps_per_epoch": 3}]
    recipe = dataclasses.replace(TINY, ensemble=members, config={**TINY.config, "tta_views": 2})
    few_shot_run.train(recipe, tmp_path / "both", command="train both")
    network, card = pnzoo.load(tmp_path / "both" / "entry"), hub.card(tmp_path / "both" / "entry")
    apart = [pnzoo.load(tmp_path / "both" / f"member{i}" / "entry") for i in (1, 2)]
    images = few_shot_data.part("glyphs", "", "test").images[:5]
    joint, first, second = (embed_images(one, images[:, 0]) for one in (network, *apart))
    assert network.tta_views == 2
    half = joint.shape[1] // 2
    np.testing.assert_allclose(joint[:, :half] * 2**0.5, first, atol=2e-5)
    np.testing.assert_allclose(joint[:, half:] * 2**0.5, second, atol=2e-5)
    scales = [float(one.matching_attention.scale) for one in (network, *apart)]
    assert scales[0] == pytest.approx((scales[1] * scales[2]) ** 0.5, rel=1e-5)
    assert card["recipe"]["ensemble"] == members
    assert card["training_seconds"] == pytest.approx(
        sum(hub.card(tmp_path / "both" / f"member{i}" / "entry")["training_seconds"] for i in (1, 2)), abs=0.11
    )
    monkeypatch.setattr(few_shot_run.EpisodeTrainer, "fit", None)
    few_shot_run.train(recipe, tmp_path / "both")  # finished members are not trained again
    check_same(weights(tmp_path / "both"), network.get_weights())


def test_members_that_compare_in_different_ways_keep_their_kernels(tmp_path):
    local = {"backbone": "local", "backbone_options": {"filters": [4, 6], "channels": 4}, "similarity": "aligned"}
    recipe = dataclasses.replace(TINY, steps_per_epoch=1, ensemble=[{}, {"config": local, "seed": 3}])
    few_shot_run.train(recipe, tmp_path / "both")
    network = pnzoo.load(tmp_path / "both" / "entry")
    assert network.get_config()["similarity"] == ["cosine", "aligned"]
    for i, kernel in enumerate(network.matching_attention.members, 1):
        source = pnzoo.load(tmp_path / "both" / f"member{i}" / "entry").matching_attention
        check_same(kernel.get_weights(), source.get_weights())


def test_a_member_may_be_no_more_than_the_start_of_the_next(tmp_path):
    members = [{"in_ensemble": False}, {"seed": 3, "init_from": "member1"}]
    recipe = dataclasses.replace(TINY, steps_per_epoch=1, ensemble=members, config={**TINY.config, "tta_views": 2})
    few_shot_run.train(recipe, tmp_path / "last")
    assert pnzoo.load(tmp_path / "last" / "entry").tta_views == 2
    check_same(weights(tmp_path / "last"), weights(tmp_path / "last" / "member2"))


def test_a_frozen_encoder_stays_as_it_was(finished, tmp_path):
    recipe = dataclasses.replace(
        TINY, model="MANN", objective="episodic", way=5, shot=[1, 2], support_size=10, frozen_backbone=True,
        config={"backbone_options": {"filters": 8}, "memory_slots": 16, "controller_units": 10},
        init_from=str(finished[0] / "entry"),
    )  # fmt: skip
    mann = few_shot_run.train(recipe, tmp_path / "mann")
    keras.utils.set_random_seed(recipe.seed)
    fresh = few_shot_run.make_trainer(recipe, classes=60).network
    check_same(mann.backbone.get_weights(), finished[1].backbone.get_weights())
    before, after = (_beside_the_backbone(network) for network in (fresh, mann))
    assert not np.allclose(before, after, atol=1e-4)


def _beside_the_backbone(network):
    ours = {id(weight) for weight in network.backbone.weights}
    rest = [weight for weight in network.weights if id(weight) not in ours]
    return np.concatenate([keras.ops.convert_to_numpy(weight).ravel() for weight in rest])


def test_a_student_comes_to_embed_as_its_teacher_does(finished, tmp_path):
    teacher = str(finished[0] / "entry")
    options = {"data": "glyphs", "way": 20, "steps_per_epoch": 4, "epochs": 3, "learning_rate": 1e-2}
    student = {"backbone": "residual", "backbone_options": {"filters": [4, 8], "stem": True, "embedding_dim": 8}}
    recipe = DistillationRecipe(config=student, teacher=teacher, **options)
    distillation.train(recipe, tmp_path)
    rows = [float(row["embedding_loss"]) for row in csv.DictReader((tmp_path / "history.csv").open())]
    assert rows[-1] < 0.8 * rows[0]
    with pytest.raises(ValueError, match="Set embedding_dim to that"):
        distillation.train(dataclasses.replace(recipe, config={}), tmp_path / "no")


def test_a_student_of_its_teachers_kind_starts_as_its_teacher(finished):
    recipe = DistillationRecipe(data="glyphs", config=TINY.config, teacher=str(finished[0] / "entry"))
    student = distillation.make_trainer(recipe, finished[1]).network
    images = few_shot_data.part("glyphs", "vinyals", "test").images
    np.testing.assert_allclose(embed_images(student, images), embed_images(finished[1], images), atol=1e-5)


def test_a_widened_network_computes_the_same_in_its_first_channels():
    sizes = (([3, 4], 5), ([4, 6], 8))
    narrow, wide = (make_backbone("residual", {"filters": filters, "embedding_dim": dim}) for filters, dim in sizes)
    distillation.widen(wide, narrow)
    images = np.random.default_rng(0).random((2, 28, 28, 1)).astype("float32")
    outputs = [keras.ops.convert_to_numpy(network(images, training=False)) for network in (narrow, wide)]
    np.testing.assert_allclose(outputs[1][:, :5], outputs[0], atol=1e-5)
    assert np.abs(outputs[1][:, 5:]).max() > 1e-3


def test_classes_turned_alike_make_a_group():
    upright = pnzoo.data.glyphs.generate(2, 3, 2)
    characters = omniglot.with_mirrors(omniglot.with_rotations(upright))
    group = few_shot_data.groups(characters)
    assert np.bincount(group).tolist() == [3] * 16  # 2 alphabets, 4 turns, with and without mirror
    assert all(len(set(characters.group[group == g])) == 1 for g in range(16))
    turned = np.repeat(np.arange(8), 6)  # the order in which with_mirrors and with_rotations put them
    assert all(len(set(turned[group == g])) == 1 for g in range(16))


def test_held_out_alphabets_are_not_trained_on():
    recipe = dataclasses.replace(TINY, n_validation_alphabets=1)
    training, validation = few_shot_data.training(recipe), few_shot_data.validation(recipe)
    assert not set(training.group) & set(validation.group)
    assert len(training.images) + len(validation.images) == 60


def test_a_start_from_another_entry_takes_its_encoder(finished):
    config = {**TINY.config, "support_embedding": "set", "query_steps": 1}
    recipe = dataclasses.replace(TINY, objective="episodic", config=config, init_from=str(finished[0] / "entry"))
    trainer = few_shot_run.make_trainer(recipe, classes=60)
    check_same(trainer.network.backbone.get_weights(), finished[1].backbone.get_weights())


def test_the_command_line_trains_measures_and_publishes(toy_zoo, tmp_path, capsys):
    fields = {"way": 20, "steps-per-epoch": 2, "epochs": 1, "config": '{"backbone_options": {"filters": 8}}'}
    words = [word for field, value in fields.items() for word in (f"--{field}", str(value))]
    run = ["matching_glyphs", "--run", str(tmp_path / "run"), *words]
    command = [*run, "--evaluate", "--episodes", "30", "--publish"]
    main(command)
    assert pnzoo.list_models() == ["matching_glyphs"]
    card = pnzoo.card("matching_glyphs")
    assert {metric["name"] for metric in card["metrics"]} == {"5w1s", "5w5s", "20w1s", "20w5s"}
    assert all(metric["n"] == 30 and metric["paper"] is None for metric in card["metrics"])
    assert card["flops"]["value"] > 1e6
    assert "matching_glyphs: 5w1s" in capsys.readouterr().out
    with pytest.raises(ValueError, match=r"measured on the test part before\. Pass --force"):
        main(command)
    main([*command, "--force"])
    assert hub.card(tmp_path / "run" / "entry")["metrics"] == card["metrics"]
    main([*run, "--validate", "--episodes", "10"])
    assert "5w1s" in capsys.readouterr().out
    main(run)  # nothing is left to train, and the card keeps what was measured
    again = hub.card(tmp_path / "run" / "entry")
    assert {name: again[name] for name in ("metrics", "flops")} == {name: card[name] for name in ("metrics", "flops")}
    with pytest.raises(ValueError, match="measured on the test part before"):
        main(command)


def test_a_quick_run_takes_a_few_steps():
    quick = RECIPES["matching_omniglot"].quick()
    assert {one.epochs * one.steps_per_epoch for one in (quick, *quick.members())} == {30}


def test_lakes_task_is_measured_upright_and_within_an_alphabet(monkeypatch):
    asked = []

    def part(data, split_scheme, name, rotations=True):
        asked.append((split_scheme, name, rotations))
        return pnzoo.data.glyphs.generate(2, 21, 6)

    monkeypatch.setattr(few_shot_data, "part", part)
    network = pnzoo.models.MatchingNetwork(backbone_options={"filters": 4})
    recipe = {"data": "omniglot", "split_scheme": "background"}
    metrics = measure(network, "matching_background_omniglot", recipe, "test", 5, table=((5, 1),))
    assert asked == [("background", "test", False)]
    assert [metric["name"] for metric in metrics] == ["within_alphabet_20w1s", "5w1s"]
    assert all(0 < metric["value"] <= 1 and metric["n"] == 5 and metric["paper"] is None for metric in metrics)
    assert metrics[1].where().startswith("Omniglot 28x28, background split, part test, upright")


def test_recipes_are_frozen_and_name_what_exists():
    for name, recipe in RECIPES.items():
        with pytest.raises(dataclasses.FrozenInstanceError):
            recipe.way = 3
        assert recipe.model in hub.CLASSES
        assert recipe.objective in few_shot_run.OBJECTIVES
        assert recipe.init_from in ("", *RECIPES), name
        assert recipe.limitations, name
        json.dumps(dataclasses.asdict(recipe))


def test_no_recipe_for_lakes_task_sees_his_evaluation_set():
    recipe = RECIPES["matching_background_omniglot"]
    assert (recipe.split_scheme, recipe.split, recipe.init_from) == ("background", "train", "")
    earlier = set()
    for number, member in enumerate(recipe.ensemble, 1):
        assert {"protocol", "part", "data"}.isdisjoint(member)
        # A member may go on from weights only where those, too, were trained by this recipe.
        assert "start_from" not in member or member["start_from"] in earlier
        earlier.add(f"member{number}")
