"""Saving loses nothing: not the user's files, not the entry that was there, not a weight."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.core import atomic
from pnzoo.hub import loading, saving
from tests.hub.test_hub import outputs
from tests.toys import CARD, Guide


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# -- only an entry is replaced --------------------------------------------------------------------


def test_a_folder_with_a_users_own_readme_is_refused(guide, tmp_path):
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "README.md").write_text("# My project")
    with pytest.raises(ValueError, match=r"holds README\.md but no card of an entry.*choose a folder of its own"):
        pnzoo.save(guide, tmp_path / "repository")
    assert (tmp_path / "repository" / "README.md").read_text() == "# My project"


@pytest.mark.parametrize("text", [None, b"# guide8\n\nWhat I found out in three weeks.\n", b"\xff\xfe"])
def test_an_edited_readme_is_kept_until_its_owner_moves_it(guide, toy_zoo, text):
    page = toy_zoo / "guide8" / "README.md"
    page.write_bytes(page.read_bytes() + b"\nMy notes.\n" if text is None else text)
    before = files(toy_zoo / "guide8")
    with pytest.raises(ValueError, match=r"guide8.README\.md is not the page .*Move it elsewhere \(or delete it\)"):
        pnzoo.save(guide, toy_zoo / "guide8", {"summary": "another"})
    assert files(toy_zoo / "guide8") == before
    page.rename(toy_zoo / "notes.md")
    pnzoo.save(guide, toy_zoo / "guide8", {"summary": "another"})
    assert "another" in page.read_text()


def test_an_entry_without_a_readme_or_with_other_line_ends_is_replaced(guide, toy_zoo):
    page = toy_zoo / "guide8" / "README.md"
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    pnzoo.save(guide, toy_zoo / "guide8", {"summary": "another"})
    page.unlink()
    pnzoo.save(guide, toy_zoo / "guide8", {"summary": "a third"})
    assert "a third" in page.read_text()


@pytest.mark.parametrize("name", ["README.md", "config.json", "notes"])
def test_folders_in_an_entry_are_the_users(guide, toy_zoo, name):
    entry = toy_zoo / "guide8"
    (entry / name).unlink(missing_ok=True)
    (entry / name).mkdir()
    (entry / name / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match="other files"):
        pnzoo.save(guide, entry)
    assert (entry / name / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("text", ["{}", "not JSON", '{"name": "x", "files": {}}'])
def test_a_card_json_that_is_no_card_proves_nothing(guide, tmp_path, text):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "card.json").write_text(text)
    with pytest.raises(ValueError, match="no card of an entry"):
        pnzoo.save(guide, tmp_path / "mine")
    assert (tmp_path / "mine" / "card.json").read_text() == text


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a\0b"])
def test_no_folder_and_the_working_folder_are_refused(guide, tmp_path, monkeypatch, name):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    before = os.stat(".").st_ino
    with pytest.raises(ValueError, match=r"working folder|path of a folder"):
        pnzoo.save(guide, name)
    assert os.stat(".").st_ino == before
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("dangling", [False, True])
def test_links_are_refused(guide, tmp_path, dangling):
    if not dangling:
        (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(ValueError, match=r"is a link; save to the folder that it leads to.*target"):
        pnzoo.save(guide, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()


def test_an_empty_folder_and_a_new_one_deep_down_are_filled(guide, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "a" / "b" / "c"):
        np.testing.assert_array_equal(outputs(pnzoo.load(pnzoo.save(guide, folder))), outputs(guide))
        assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []


# -- the disk ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["guide8", "new"])
@pytest.mark.parametrize("how", ["no room", "write fails"])
def test_a_full_disk_names_the_folder_and_the_bytes(guide, toy_zoo, monkeypatch, place, how):
    before = files(toy_zoo / "guide8")

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if how == "no room":
            patch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(100, 100, 0))
        else:
            patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=rf"cannot write [\d,]+ bytes: No space left on device.*{place}") as error:
            pnzoo.save(guide, toy_zoo / place)
    assert ".tmp-" not in str(error.value)
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]
    assert files(toy_zoo / "guide8") == before


def test_a_folder_that_cannot_be_written_is_named(guide):
    with pytest.raises(OSError, match="/proc/entry"):
        pnzoo.save(guide, "/proc/entry")


def test_a_failure_while_putting_it_in_place_leaves_the_old_entry(guide, toy_zoo, monkeypatch):
    before = files(toy_zoo / "guide8")
    monkeypatch.setattr(atomic, "_exchanged", lambda one, other: False)
    rename = Path.rename

    def interrupted(self, target):
        new = Path(target).name == "guide8" and (self / "card.json").read_bytes() != before["card.json"]
        if new:
            raise OSError(5, "interrupted")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(OSError, match="interrupted"):
        pnzoo.save(guide, toy_zoo / "guide8", {"summary": "another"})
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]
    assert files(toy_zoo / "guide8") == before


@pytest.mark.parametrize("one_step", [True, False])
def test_an_entry_is_replaced_with_and_without_the_systems_exchange(guide, toy_zoo, monkeypatch, one_step):
    if not one_step:
        monkeypatch.setattr(atomic, "_exchanged", lambda one, other: False)
    pnzoo.save(guide, toy_zoo / "guide8", {"summary": "another"})
    assert pnzoo.card("guide8")["summary"] == "another"
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]


def test_several_savers_and_a_reader(guide, toy_zoo):
    errors, stop = [], threading.Event()

    def run(function):
        try:
            function()
        except Exception as error:
            errors.append(error)

    def saver(number):
        for _ in range(12):
            pnzoo.save(guide, toy_zoo / "guide8", {"summary": f"saver {number}"})

    def reader():
        while not stop.is_set():
            assert pnzoo.load("guide8").k == guide.k

    threads = [threading.Thread(target=run, args=(lambda n=n: saver(n),)) for n in range(3)]
    watch = threading.Thread(target=run, args=(reader,))
    watch.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watch.join()
    assert errors == []
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]
    np.testing.assert_array_equal(outputs(pnzoo.load("guide8")), outputs(guide))


def test_an_entry_that_is_replaced_while_it_is_looked_at_is_looked_at_again(guide, toy_zoo, monkeypatch):
    check, others = saving._is_made_from, iter(range(2))

    def slowly(page, entry):
        for number in others:  # between the reading of the card and of the README another saver is done
            monkeypatch.setattr(saving, "_is_made_from", check)
            pnzoo.save(guide, toy_zoo / "guide8", {"summary": f"another, {number}"})
            monkeypatch.setattr(saving, "_is_made_from", slowly)
            break
        return check(page, entry)

    monkeypatch.setattr(saving, "_is_made_from", slowly)
    pnzoo.save(guide, toy_zoo / "guide8", {"summary": "the last"})
    assert pnzoo.card("guide8")["summary"] == "the last"
    assert next(others, None) is None, "both other savers came in between"


def test_what_a_killed_saver_left_is_swept(guide, toy_zoo):
    program = (
        "import sys, os, pathlib\nfrom pnzoo.core import atomic\n"
        "new = atomic.temporary(pathlib.Path(sys.argv[1])); new.mkdir(); (new / 'model.weights.h5').write_text('x')\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(toy_zoo / "guide8")], check=False)
    assert len(list(toy_zoo.iterdir())) == 2
    pnzoo.save(guide, toy_zoo / "guide8", CARD)
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]


# -- what is stored ---------------------------------------------------------------------------------


def test_no_optimizer_is_stored(guide, toy_zoo):
    size = (toy_zoo / "guide8" / "model.weights.h5").stat().st_size
    model = pnzoo.load("guide8")
    model.compile(keras.optimizers.Adam(), "mse")
    model.fit(np.zeros((4, 5), "float32"), np.zeros((4, 8), "float32"), verbose=0)
    folder = pnzoo.save(model, toy_zoo / "fitted")
    assert (folder / "model.weights.h5").stat().st_size == size
    assert model.optimizer is not None
    with h5py.File(folder / "model.weights.h5") as file:
        assert "optimizer" not in file


def test_a_class_is_ours_by_identity_not_by_name(guide, toy_zoo):
    class VIN(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match=r"save writes one of .*this model is a VIN of tests\.hub"):
        pnzoo.save(VIN(), toy_zoo / "vin")

    class Mine(Guide):
        pass

    with pytest.raises(ValueError, match="this model is a Mine"):
        pnzoo.save(Mine(), toy_zoo / "mine")
    assert [path.name for path in toy_zoo.iterdir()] == ["guide8"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_float16", "mixed_bfloat16"])
def test_half_precision_is_saved_exactly(toy_zoo, dtype):
    model = Guide(dtype=dtype)
    folder = pnzoo.save(model, toy_zoo / "half")
    again = pnzoo.load(folder)
    assert again.dtype_policy.name == dtype
    for mine, stored in zip(model.weights, again.weights, strict=True):
        assert mine.dtype == stored.dtype
        mine, stored = (keras.ops.convert_to_numpy(keras.ops.cast(w, "float32")) for w in (mine, stored))
        np.testing.assert_array_equal(mine, stored)


def test_float16_on_disk_halves_the_file_and_rounds(toy_zoo):
    model = Guide(width=1000)
    sizes = {}
    for dtype in ("float32", "float16"):
        folder = pnzoo.save(model, toy_zoo / dtype, weights_dtype=dtype)
        sizes[dtype] = (folder / "model.weights.h5").stat().st_size
        (stored,) = pnzoo.load(folder).get_weights()
        np.testing.assert_array_equal(stored, model.get_weights()[0].astype(dtype).astype("float32"))
    assert sizes["float16"] < 0.6 * sizes["float32"]
    with pytest.raises(ValueError, match="weights_dtype is float16 or float32, not 'int8'"):
        pnzoo.save(model, toy_zoo / "int8", weights_dtype="int8")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_weights_that_are_not_finite_are_refused(toy_zoo, value):
    model = Guide()
    model.set_weights([np.full((5, 8), value, "float32")])
    with pytest.raises(ValueError, match="dense/kernel is not finite as float16"):
        pnzoo.save(model, toy_zoo / "broken", weights_dtype="float16")
    assert list(toy_zoo.iterdir()) == []


def test_a_quantized_model_is_refused_before_anything_is_written(toy_zoo):
    model = Guide()
    model.quantize("int8")
    with pytest.raises(ValueError, match=r"a quantized model is kept by model\.save"):
        pnzoo.save(model, toy_zoo / "quantized")
    assert list(toy_zoo.iterdir()) == []


def test_a_float64_model_is_refused(toy_zoo):
    with pytest.raises(ValueError, match="float64"):
        pnzoo.save(Guide(dtype="float64"), toy_zoo / "double")


def test_frozen_layers_stay_frozen(toy_zoo):
    model = Guide()
    model.dense.trainable = False
    pnzoo.save(model, toy_zoo / "frozen")
    assert pnzoo.load("frozen").trainable_weights == []


# -- the card ---------------------------------------------------------------------------------------


def test_a_card_is_changed_without_touching_the_weights(guide, toy_zoo):
    before = files(toy_zoo / "guide8")
    card = hub.update_card("guide8", limitations=["Small maps."], paper=None)
    after = files(toy_zoo / "guide8")
    assert card == pnzoo.card("guide8")
    assert card["limitations"] == ["Small maps."]
    assert "paper" not in card
    assert "- Small maps." in after["README.md"].decode()
    assert {name for name in before if before[name] != after[name]} == {"card.json", "README.md"}
    with pytest.raises(ValueError, match="task must be one of"):
        hub.update_card("guide8", task="cooking")
    assert files(toy_zoo / "guide8") == after


def test_former_keys_are_understood_and_announced(guide, toy_zoo):
    metric = {"name": "success", "value": 1, "n": 5, "interval": [0.5, 1], "on": "my maps", "command": "x"}
    with pytest.warns(DeprecationWarning, match="limits, wall_seconds, interval, on are called limitations"):
        pnzoo.save(guide, toy_zoo / "old", {"limits": ["old"], "wall_seconds": 3, "metrics": [metric]})
    card = pnzoo.card("old")
    assert card["metrics"][0]["name"] == "success_rate"
    assert card["metrics"][0]["dataset"] == {"kind": "description", "text": "my maps"}
    with pytest.warns(DeprecationWarning, match="limitations"):
        assert card["limits"] == ["old"]
    with pytest.raises(KeyError):
        card["nothing"]


def test_a_card_of_release_0_1_is_read(guide, toy_zoo):
    path = toy_zoo / "guide8" / "card.json"
    card = json.loads(path.read_text())
    card["limits"], card["wall_seconds"] = card.pop("limitations"), card.pop("training_seconds")
    (metric,) = card["metrics"]
    metric |= {"name": "success", "interval": metric.pop("ci95"), "on": "fresh maps"}
    del metric["dataset"], metric["unit"]
    path.write_text(json.dumps(card))
    assert pnzoo.card("guide8")["training_seconds"] == 95.0
    assert "| success rate | 99.00 % |" in hub.cards.readme(pnzoo.card("guide8"))
    np.testing.assert_array_equal(outputs(pnzoo.load("guide8")), outputs(guide))


@pytest.mark.parametrize(
    "card",
    [5, [1], "abc", {"metrics": 5}, {"metrics": [5]}, {"metrics": [{"name": "x"}, 5]}, {"summary": "\ud800"},
     {"x": "\ud800"}, {"recipe": {"\ud800": 1}}],
)  # fmt: skip
def test_what_is_no_card_is_refused_and_nothing_is_written(guide, toy_zoo, card):
    with pytest.raises(hub.EntryError, match="card"):
        pnzoo.save(guide, toy_zoo / "new", card)
    assert not (toy_zoo / "new").exists()


def test_a_reader_sees_one_entry_while_another_is_put_in_its_place(guide, toy_zoo, monkeypatch):
    """Between the card and the config of the old one, the new one comes."""
    other, read = Guide(k=guide.k + 1), loading.read_config

    def read_after_a_saver(folder, entry):
        monkeypatch.setattr(loading, "read_config", read)
        pnzoo.save(other, toy_zoo / "guide8")
        return read(folder, entry)

    monkeypatch.setattr(loading, "read_config", read_after_a_saver)
    assert pnzoo.load("guide8").k == other.k
