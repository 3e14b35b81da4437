"""`pnzoo plan` with a VIN needs no backend, and says what the Keras model says."""

import subprocess
import sys

import numpy as np
import pytest

import pnzoo
from pnzoo import cli, gridworld, plain_vin
from pnzoo.models import VIN

MAP = "######\n#S...#\n#.##.#\n#..G.#\n######\n"


@pytest.mark.parametrize("name", ["vin8", "vin16", "vin28"])
def test_plans_are_those_of_the_model(name, entry):
    plain, model = plain_vin.load(name), entry(name)
    walls, goals = gridworld.generate(12, 12, seed=5)
    starts = gridworld.random_starts(walls, goals, np.random.default_rng(0))
    for each, start, goal in zip(walls, starts, goals, strict=True):
        assert plain.plan(each, start, goal) == model.plan(each, start, goal)


def test_a_plan_that_fails_has_the_same_reason(entry):
    walls, start, goal = gridworld.parse("#########\n#S......#\n#######.#\n#G......#\n#########")
    plain, model = plain_vin.load("vin8", k=2), entry("vin8").with_options(k=2)
    plan = plain.plan(walls, start, goal)
    assert plan == model.plan(walls, start, goal)
    assert "K = 2" in plan.reason


def test_others_are_left_to_keras(tmp_path):
    assert plain_vin.load("vin_maze") is None
    assert plain_vin.load("vin16_paper") is None
    assert plain_vin.load("vin8", solver="dijkstra") is None
    pnzoo.save(VIN(k=2, channels=2, filters=(3,), concat_state=True), tmp_path / "reads_phi")
    assert plain_vin.load(tmp_path / "reads_phi") is None


@pytest.mark.parametrize("wrong", [{"k": -3}, {"k": "3"}, {"colour": 1}, {"dtype": "mixed_float16"}], ids=str)
def test_arguments_that_only_keras_judges(wrong, monkeypatch):
    real = plain_vin.hub.read_arrays

    def altered(name):
        class_name, arguments, arrays = real(name)
        return class_name, {**arguments, **wrong}, arrays

    monkeypatch.setattr(plain_vin.hub, "read_arrays", altered)
    assert plain_vin.load("vin8") is None


def test_damage_is_said_as_ever(tmp_path, capsys):
    folder = pnzoo.save(VIN(k=2, channels=2, filters=(3,)), tmp_path / "mine")
    (tmp_path / "map.txt").write_text(MAP)
    weights = tmp_path / "mine" / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:-9] + b"oh dear!!")
    assert cli.main(["plan", str(folder), str(tmp_path / "map.txt")]) == 2
    with pytest.raises(ValueError) as error:
        pnzoo.load(folder)
    assert " ".join(str(error.value).split()) in capsys.readouterr().err


def test_no_backend_is_imported(tmp_path):
    (tmp_path / "map.txt").write_text(MAP)
    code = (
        "import sys; from pnzoo import cli; "
        f"status = cli.main(['plan', 'vin16', {str(tmp_path / 'map.txt')!r}]); "
        "print(status, sorted({'keras', 'tensorflow', 'jax', 'torch', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert "reached in 3 moves" in done.stdout
