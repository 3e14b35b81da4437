"""The script for a GPU, on the processor: a tiny planner by JAX from a prepared file, without TensorFlow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pnzoo
from train import gpu
from train.planning import imitation, labels
from train.shared import run_folder

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
FIELDS = {
    "init_from": "", "config": {"k": 3, "channels": 2, "filters": [3], "inverse_temperature": 4.0}, "batch_size": 8,
    "stages": [{"size": 6, "maps": 16, "epochs": 2, "k": 3}],
}  # fmt: skip
# TensorFlow is nowhere to be found, as on a machine that has JAX alone.
WITHOUT = """
import importlib.abc, sys


class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "tensorflow_datasets", "torch"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing())
from train.gpu import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    file = tmp_path_factory.mktemp("prepared") / "tiny.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imitation, "VALIDATION_MAPS", 500)
        gpu.main(["prepare", str(file), "--entry", "vin8", "--fields", json.dumps(FIELDS)])
    return file


def test_a_prepared_file_holds_what_the_recipe_draws(prepared):
    entry, recipe, data = gpu.read(prepared)
    assert entry == "vin8"
    assert recipe.config["k"] == 3
    for mine, drawn in zip(imitation.stage_data(recipe, 0, data), imitation.stage_data(recipe, 0), strict=True):
        for array, other in zip(mine, drawn, strict=True):
            np.testing.assert_array_equal(array, other)
    assert labels.data is not data


def test_jax_alone_trains_and_measures(prepared, tmp_path):
    pytest.importorskip("jax")
    environment = {**os.environ, "XLA_FLAGS": "--xla_backend_optimization_level=0"}
    environment.pop("KERAS_BACKEND", None)
    arguments = ["run", prepared, "--run", tmp_path / "run", "--batches", "1", "8", "--rounds", "3"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *map(str, arguments)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    card = pnzoo.card(tmp_path / "run" / "entry")
    assert card["backend"] == "jax"
    assert card["command"] == "python -m train.gpu run tiny.npz"
    assert f"jax on {card['hardware']}" in done.stdout
    measured = {(metric["name"], metric["dataset"]["n"]): metric for metric in card["metrics"]}
    ways = ("maps_per_second", "maps_per_second_on_device")
    assert set(measured) == {(name, batch) for name in ways for batch in (1, 8)}
    for metric in measured.values():
        assert metric["value"] > 0
        assert metric["unit"] == "maps/s"
    assert len(card["history"]["loss"]) == 2
    assert pnzoo.load(tmp_path / "run" / "entry").policy(np.zeros((6, 6), bool), (2, 2)).shape == (6, 6)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", None])
def test_what_is_no_prepared_file(content, tmp_path):
    file = tmp_path / "other.npz"
    if content is None:
        np.savez(file, images=np.zeros(3))
    else:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r"other.npz is no prepared file .*`python -m train.gpu prepare .*` makes one"):
        gpu.read(file)


def test_what_is_not_trained_by_imitation():
    with pytest.raises(ValueError, match=r"trained by imitation on maps: .*vin28.*; got 'matching_ptb'"):
        gpu.recipe_of("matching_ptb", {})
    with pytest.raises(ValueError, match="ImitationRecipe has no field epochs;"):
        gpu.recipe_of("vin8", {"epochs": 3})


def test_the_hardware_of_a_card_names_gpus(monkeypatch):
    assert run_folder.hardware().endswith(", no GPU")
    monkeypatch.setattr(run_folder, "_gpus", lambda: ["NVIDIA H100", "NVIDIA H100", "NVIDIA A2"])
    assert run_folder.hardware().endswith("), 2 x NVIDIA H100, NVIDIA A2")
