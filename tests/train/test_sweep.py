"""What a sweep's file may say."""

import json
import sys

import pytest

from train import sweep


def content(tmp_path, **fields):
    file = tmp_path / "sweep.json"
    file.write_text(json.dumps(fields))
    return file


def test_recipes_changes_and_seeds_are_all_combined(tmp_path):
    file = content(tmp_path, recipe=["vin8", "cnn8"], overrides=[{}, {"batch_size": 7}], seeds=[3, 4])
    trials, stopping = sweep.read(file, tmp_path)
    assert stopping is None
    assert len({trial.folder for trial in trials}) == len(trials) == 8
    built = [trial.built() for trial in trials]
    assert {recipe.seed for recipe in built} == {3, 4}
    assert {recipe.model for recipe in built} == {"VIN", "CNNPolicy"}
    assert sum(recipe.batch_size == 7 for recipe in built) == 4


@pytest.mark.parametrize(
    "fields, words",
    [
        ({}, "is no sweep; it holds"),
        ({"recipe": "vin9"}, "no recipe 'vin9'"),
        ({"recipe": "vin8", "seed": 1}, "has no field seed"),
        ({"recipe": "vin8", "overrides": {"batches": 1}}, "has no field batches"),
        ({"recipe": "vin8", "overrides": {"seed": 1}}, "overrides are objects"),
        ({"recipe": "vin8", "seeds": ["a"]}, "seeds whole numbers"),
        ({"recipe": "vin8", "early_stopping": {"rungs": 1}}, "early_stopping has the fields"),
    ],
)
def test_what_cannot_be_trained_is_said(tmp_path, fields, words):
    with pytest.raises(ValueError, match=words):
        sweep.read(content(tmp_path, **fields), tmp_path)


def test_the_example_is_one():
    trials, stopping = sweep.read("train/sweep_vin8.json", sweep.run_folder.RUNS)
    assert len(trials) == 6
    assert stopping["reduction_factor"] == 3


def test_without_ray_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    trials, _ = sweep.read(content(tmp_path, recipe="vin8"), tmp_path)
    with pytest.raises(ImportError, match=r"--ray needs Ray and PyArrow. Type: pip install 'pnzoo\[ray\]'"):
        sweep.on_ray(trials, tmp_path)
