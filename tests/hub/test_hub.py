"""The zoo's door: names, cards, loading, saving, and everything that can be wrong with a folder."""

import json
import shutil
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.hub import cards
from tests.toys import CARD, Guide

ROWS = np.random.default_rng(1).normal(size=(4, 5)).astype("float32")


def outputs(model):
    return keras.ops.convert_to_numpy(model(ROWS))


def rewrite(folder, **changes):
    """Change the card, as someone who edits it by hand would."""
    path = folder / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def reseal(folder):
    """Make the card's hashes true again after a file was changed."""
    rewrite(folder, files={name: hub.sha256(folder / name) for name in ("config.json", "model.weights.h5")})


# -- names --------------------------------------------------------------------------------------


def test_names_come_in_natural_order(guide, toy_zoo):
    for name in ("guide28", "guide16", "guide8_paper", "a10", "a9"):
        shutil.copytree(toy_zoo / "guide8", toy_zoo / name)
    assert pnzoo.list_models() == ["a9", "a10", "guide8", "guide8_paper", "guide16", "guide28"]
    assert pnzoo.list_models("guide*") == ["guide8", "guide8_paper", "guide16", "guide28"]
    assert pnzoo.list_models("guide?") == ["guide8"]
    assert pnzoo.list_models("GUIDE*") == []


def test_only_folders_with_a_config_are_entries(guide, toy_zoo):
    (toy_zoo / "empty").mkdir()
    (toy_zoo / "README.md").write_text("not an entry")
    assert pnzoo.list_models() == ["guide8"]


def test_a_missing_zoo_has_no_entries(monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "zoo_folder", lambda: tmp_path / "nowhere")
    assert pnzoo.list_models() == []


def test_the_clone_is_its_own_zoo():
    assert hub.zoo_folder() == Path(__file__).parents[2] / "zoo"


@pytest.mark.parametrize("call", [pnzoo.load, pnzoo.card])
@pytest.mark.parametrize("wrong", ["guide9", "Guide8", "giude8"])
def test_an_unknown_name_suggests_the_nearest(guide, call, wrong):
    with pytest.raises(ValueError, match=f"no model '{wrong}'.*did you mean guide8"):
        call(wrong)


def test_an_unknown_name_like_nothing_suggests_nothing(guide):
    with pytest.raises(ValueError, match="list_models") as error:
        pnzoo.load("zzz")
    assert "did you mean" not in str(error.value)


@pytest.mark.parametrize("wrong", [None, 16, ["vin16"], b"vin16"])
def test_a_name_of_the_wrong_type(guide, wrong):
    with pytest.raises(TypeError, match="name of a model or a folder"):
        pnzoo.load(wrong)
    with pytest.raises(TypeError, match="pattern"):
        pnzoo.list_models(wrong)


def test_a_folder_without_a_model(toy_zoo):
    with pytest.raises(ValueError, match=r"holds no model.*config\.json"):
        pnzoo.load(toy_zoo)


# -- round trip ---------------------------------------------------------------------------------


def test_save_then_load_gives_equal_outputs(guide):
    np.testing.assert_array_equal(outputs(pnzoo.load("guide8")), outputs(guide))


def test_a_folder_of_ones_own_loads_as_a_name_does(guide, tmp_path, monkeypatch):
    folder = pnzoo.save(guide, tmp_path / "mine" / "my_guide")
    assert pnzoo.card(folder)["name"] == "my_guide"
    monkeypatch.chdir(tmp_path)
    for name in (folder, str(folder), "mine/my_guide"):
        np.testing.assert_array_equal(outputs(pnzoo.load(name)), outputs(guide))


def test_without_weights_the_model_is_built_afresh(guide, toy_zoo):
    (toy_zoo / "guide8" / "model.weights.h5").unlink()
    fresh = pnzoo.load("guide8", weights=False)
    assert fresh.count_params() == guide.count_params()
    assert not np.allclose(outputs(fresh), outputs(guide))


def test_overrides_replace_the_stored_arguments(guide):
    model = pnzoo.load("guide8", k=40)
    assert (model.k, model.width) == (40, 5)
    np.testing.assert_array_equal(outputs(model), outputs(guide))


def test_an_override_that_is_no_argument(guide):
    with pytest.raises(ValueError, match=r"Guide takes no 'widht'; did you mean width\?"):
        pnzoo.load("guide8", widht=6)


def test_an_override_that_changes_the_weights(guide):
    with pytest.raises(ValueError, match="with width=6 the model has other weights; pass weights=False"):
        pnzoo.load("guide8", width=6)
    assert pnzoo.load("guide8", weights=False, width=6).width == 6


def test_the_dtype_policy_is_stored_by_name_and_can_be_overridden(toy_zoo):
    pnzoo.save(Guide(dtype="mixed_bfloat16"), toy_zoo / "half")
    stored = json.loads((toy_zoo / "half" / "config.json").read_text())
    assert stored["config"]["dtype"] == "mixed_bfloat16"
    assert pnzoo.load("half").compute_dtype == "bfloat16"
    assert pnzoo.load("half", dtype="float32").compute_dtype == "float32"


# -- what can be wrong with a folder ------------------------------------------------------------


@pytest.mark.parametrize("file", ["config.json", "model.weights.h5", "card.json"])
def test_a_missing_file_is_named(guide, toy_zoo, file):
    folder = toy_zoo / "guide8"
    (folder / file).unlink()
    with pytest.raises(FileNotFoundError, match=f"{file} is missing.*install pnzoo again"):
        pnzoo.load(folder)


@pytest.mark.parametrize("file", ["config.json", "model.weights.h5"])
@pytest.mark.parametrize("how", ["truncated", "altered", "emptied"])
def test_a_damaged_file_is_refused(guide, toy_zoo, file, how):
    path = toy_zoo / "guide8" / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes({"truncated": data[: len(data) // 2], "altered": data, "emptied": b""}[how])
    with pytest.raises(ValueError, match=f"{file}: was altered or truncated"):
        pnzoo.load("guide8")


@pytest.mark.parametrize(
    "text,message",
    [
        ("", "is not JSON"),
        ('{"name": "guide8", ', "is not JSON"),
        ('{"name": NaN}', "NaN is not a JSON number"),
        ("[]", "a card is an object"),
        ("{}", "has no 'name'"),
    ],
)
def test_a_card_that_is_none(guide, toy_zoo, text, message):
    (toy_zoo / "guide8" / "card.json").write_text(text)
    for call in (pnzoo.card, pnzoo.load):
        with pytest.raises(ValueError, match=message):
            call("guide8")


@pytest.mark.parametrize(
    "changes,message",
    [
        ({"task": "cooking"}, "task must be one of 'planning', .*'web', 'navigation', 'few-shot', not 'cooking'"),
        ({"parameters": "many"}, "parameters must be a whole number"),
        ({"files": ["config.json"]}, "files must be an object"),
        ({"seed": True}, "seed must be a whole number"),
        ({"metrics": [{"name": "success"}]}, "metrics.0. has no 'value'"),
        ({"metrics": ["success"]}, "metrics.0. must be an object"),
        ({"metrics": [{**CARD["metrics"][0], "ci95": [0.1, 0.2]}]}, r"0\.99 is not inside"),
        ({"metrics": [{**CARD["metrics"][0], "n": 10.5}]}, "n must be a whole number"),
        ({"download": {"url": "https://x"}}, "download has no 'sha256'"),
    ],
)
def test_a_card_with_a_wrong_entry(guide, toy_zoo, changes, message):
    rewrite(toy_zoo / "guide8", **changes)
    with pytest.raises(ValueError, match=message):
        pnzoo.card("guide8")


def test_a_card_that_is_not_text(guide, toy_zoo):
    (toy_zoo / "guide8" / "card.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="is not JSON"):
        pnzoo.card("guide8")


def test_a_card_without_hashes_loads_nothing(guide, toy_zoo):
    rewrite(toy_zoo / "guide8", files={})
    with pytest.raises(ValueError, match="holds no sha256"):
        pnzoo.load("guide8")


@pytest.mark.parametrize(
    "config,message",
    [
        ([], '"format"'),
        ({"format": 3, "class": "Guide", "config": {}}, "upgrade pnzoo"),
        ({"format": True, "class": "Guide", "config": {}}, '"format" is True'),
        ({"format": 1, "class": "Guide", "config": {}, "code": "x"}, "no part of a config"),
        ({"format": 1, "class": "os.system", "config": {}}, "pnzoo loads only VIN"),
        ({"format": 1, "class": ["Guide"], "config": {}}, "pnzoo loads only VIN"),
        ({"format": 1, "class": "Guide", "config": None}, "must hold the arguments of Guide"),
        (
            {"format": 1, "class": "Guide", "config": {"width": [{"class_name": "Lambda", "module": "os"}]}},
            "width must be a whole number",
        ),
    ],
)
def test_a_config_that_asks_for_something_else(guide, toy_zoo, config, message):
    folder = toy_zoo / "guide8"
    (folder / "config.json").write_text(json.dumps(config))
    reseal(folder)
    with pytest.raises(ValueError, match=message):
        pnzoo.load("guide8")


def test_weights_of_another_model_are_refused_even_when_sealed(guide, toy_zoo):
    folder = toy_zoo / "guide8"
    Guide(width=6).save_weights(folder / "model.weights.h5")
    reseal(folder)
    with pytest.raises(ValueError, match="does not fit this Guide"):
        pnzoo.load("guide8")


def test_a_sealed_file_that_holds_no_weights_is_refused(guide, toy_zoo):
    folder = toy_zoo / "guide8"
    with h5py.File(folder / "model.weights.h5", "w") as file:
        file["nothing"] = 0
    reseal(folder)
    with pytest.raises(ValueError, match="does not fit this Guide"):
        pnzoo.load("guide8")


# -- saving -------------------------------------------------------------------------------------


def test_the_card_is_completed_and_the_page_is_made_from_it(guide, toy_zoo):
    card = pnzoo.card("guide8")
    assert (card["name"], card["model"], card["task"], card["parameters"]) == ("guide8", "Guide", "planning", 40)
    page = (toy_zoo / "guide8" / "README.md").read_text()
    assert page == cards.readme(card)
    row = next(line for line in page.splitlines() if line.startswith("| success"))
    assert row.split(" | ")[1:4] == ["99.00 %", "94.55 to 99.82", "100"]
    assert "99.60 %" in row
    assert "1 min 35 s" in page
    assert "- It is a toy." in page


def test_a_card_takes_numpy_numbers(guide, toy_zoo):
    metric = {**CARD["metrics"][0], "value": np.float32(0.99), "n": np.int64(100), "ci95": np.array([0.9, 1.0])}
    pnzoo.save(guide, toy_zoo / "numpy", {**CARD, "metrics": [metric]})
    assert pnzoo.card("numpy")["metrics"][0]["n"] == 100


def test_saving_again_replaces_the_entry(guide, toy_zoo):
    guide.dense.kernel.assign(np.ones((5, 8), "float32"))
    pnzoo.save(guide, toy_zoo / "guide8", {"summary": "second"})
    assert pnzoo.card("guide8")["summary"] == "second"
    np.testing.assert_array_equal(outputs(pnzoo.load("guide8")), outputs(guide))
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]


@pytest.mark.parametrize(
    "card,message",
    [
        ({"metrics": [{"name": "success"}]}, "metrics.0. has no 'value'"),
        ({"history": {"loss": [float("nan")]}}, r"history.loss\[0\] must be a finite number, not nan"),
        ({"recipe": {"optimizer": object()}}, "recipe.optimizer must be numbers"),
        ({"task": "cooking"}, "cooking"),
    ],
)
def test_a_card_that_cannot_be_saved_leaves_the_old_entry(guide, toy_zoo, card, message):
    before = {path.name: path.read_bytes() for path in (toy_zoo / "guide8").iterdir()}
    with pytest.raises(ValueError, match=message):
        pnzoo.save(guide, toy_zoo / "guide8", card)
    assert {path.name: path.read_bytes() for path in (toy_zoo / "guide8").iterdir()} == before
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]


def test_a_folder_with_other_files_is_not_replaced(guide, tmp_path):
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter1.tex").write_text("years of work")
    with pytest.raises(ValueError, match=r"other files \('chapter1\.tex'\)"):
        pnzoo.save(guide, folder)
    assert (folder / "chapter1.tex").read_text() == "years of work"
    with pytest.raises(ValueError, match="is a file; save takes a folder"):
        pnzoo.save(guide, folder / "chapter1.tex")


def test_a_model_that_is_not_of_the_zoo_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="this model is a Sequential"):
        pnzoo.save(keras.Sequential([keras.layers.Dense(2)]), tmp_path / "other")


@pytest.mark.parametrize("seconds,text", [(0, "0 s"), (59.6, "1 min"), (95, "1 min 35 s"), (7205, "2 h")])
def test_durations(seconds, text):
    assert cards.duration(seconds) == text


def test_a_type_checker_knows_every_name():
    from typing import get_args

    from pnzoo.hub import names

    planning, few_shot = ([name for name, card in hub.read_cards()[0].items() if card["task"] == task]
                          for task in ("planning", "few-shot"))  # fmt: skip
    assert {*get_args(names.ValuePlannerName), *get_args(names.PlannerName)} == set(planning)
    assert set(get_args(names.EpisodeModelName)) == set(few_shot)
