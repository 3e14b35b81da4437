"""`python -m train`: recipes as options, former words, one folder for one recipe and one process."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from train import __main__ as command
from train.planning.recipes import RECIPES, ImitationRecipe, Stage
from train.shared import checkpoint, entry, former, options, run_folder, seeds
from train.shared.recipe import Recipe

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
CARD = {"name": "vin8", "task": "planning", "model": "VIN", "parameters": 1, "files": {}, "training_seconds": 1}


def parse(*words):
    return options.parse(list(words), command.recipes(), "")


def test_every_entry_has_a_recipe_and_a_trainer():
    for name, recipe in command.recipes().items():
        assert recipe.summary, name
        assert recipe.limitations, name


def test_a_recipe_is_a_command_line():
    plain = ["--seed", "3", "--batch-size", "8", "--global-clipnorm", "0.5", "--jit-compile", "false"]
    in_json = ["--config", '{"k": 9}', "--stages", '[{"size": 8, "maps": 10, "epochs": 1}]']
    name, recipe, others = parse("vin16", "--run", "here", *plain, *in_json)
    changed = {"seed": 3, "batch_size": 8, "global_clipnorm": 0.5, "jit_compile": False, "config": {"k": 9}}
    assert name == "vin16"
    assert recipe == dataclasses.replace(RECIPES["vin16"], **changed, stages=(Stage(size=8, maps=10, epochs=1),))
    assert others["run"].name == "here"


def test_the_command_of_a_recipe_trains_it():
    recipe = dataclasses.replace(RECIPES["vin8"], seed=3, config={"k": 9})
    words = options.command_for("vin8", recipe, RECIPES["vin8"])
    assert words == """python -m train vin8 --config '{"k": 9}' --seed 3"""
    assert parse("vin8", "--config", '{"k": 9}', "--seed", "3")[1] == recipe


@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_former_options_work_and_warn():
    with pytest.warns(DeprecationWarning, match="--fresh is called --overwrite now"):
        _, recipe, others = parse("vin8", "--fresh", "--seeds", "2", "--start-from=vin16", "--clip", "0.5")
    assert others["overwrite"] is True
    assert others["num_seeds"] == 2
    assert (recipe.init_from, recipe.global_clipnorm) == ("vin16", 0.5)


def test_former_recipes_are_read():
    stage = {"size": 9, "maps": 1, "epochs": 1, "rate_from": 0.1, "lengths": True, "model": {"wall_cost": 0.0}}
    recipe = ImitationRecipe.from_dict({"model": "DeterministicVIN", "stages": [stage], "clip": 2.0})
    assert recipe.stages[0].target == "distance"
    assert recipe.stages[0].initial_learning_rate == 0.1
    assert recipe.stages[0].model_options == {"wall_cost": 0.0}
    assert recipe.global_clipnorm == 2.0


@pytest.mark.parametrize("kind", [former.IMITATION, former.EPISODIC, former.REINFORCEMENT])
def test_todays_words_are_not_former_words(kind):
    today = {new for new in kind.values() if not callable(new)}
    assert not today & {old for old, new in kind.items() if not callable(new)}


def test_wrong_words_are_answered(capsys):
    with pytest.raises(ValueError, match="no recipe 'vin61'; did you mean vin16"):
        parse("vin61")
    with pytest.raises(ValueError, match="has no field sped"):
        Recipe.from_dict({"sped": 3})
    with pytest.raises(SystemExit):
        parse("vin8", "--sped", "3")
    assert "unrecognized arguments: --sped" in capsys.readouterr().err


def test_former_commands_go_on():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "train.imitation", "list"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "vin16" in run.stdout
    assert "python -m train.imitation is python -m train now" in run.stderr
    assert former.command("python -m train.rl cnn8_rl --seeds 3 --compile false") == (
        "python -m train cnn8_rl --num-seeds 3 --jit-compile false"
    )


# -- the folder of a run --------------------------------------------------------------------------


def test_a_folder_holds_one_recipe(tmp_path):
    recipe, folder = RECIPES["vin8"], tmp_path / "run"
    for _ in range(2):
        with run_folder.open_run(folder, recipe):
            (folder / "stage0.npz").touch()
    other = dataclasses.replace(recipe, seed=1)
    with pytest.raises(ValueError, match=r"another recipe\. Pass --overwrite"), run_folder.open_run(folder, other):
        pass
    with run_folder.open_run(folder, other, overwrite=True):
        assert json.loads((folder / "recipe.json").read_text())["seed"] == 1
        assert not (folder / "stage0.npz").exists()
    with run_folder.open_run(folder, dataclasses.replace(other, summary="other words")):
        pass


def test_files_of_others_are_neither_deleted_nor_written_between(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    for overwrite in (False, True):
        refused = pytest.raises(ValueError, match=r"holds 'thesis.tex' and no run; pass --run")
        with refused, run_folder.open_run(tmp_path, RECIPES["vin8"], overwrite):
            pass
    (tmp_path / "recipe.json").write_text("")
    (tmp_path / "stage0.npz").touch()
    with run_folder.open_run(tmp_path, RECIPES["vin8"], overwrite=True):
        assert {path.name for path in tmp_path.iterdir()} == {"thesis.tex", "lock", "recipe.json"}


@pytest.mark.parametrize("text", ["[]", "5", '{"meal": 1}', '{"stages": [{"sieze": 1}]}', '{"stages": 5}'])
def test_a_recipe_file_of_something_else_is_another_recipe(tmp_path, text):
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(ValueError, match="another recipe"), run_folder.open_run(tmp_path, RECIPES["vin8"]):
        pass


def test_results_of_seeds_belong_to_one_recipe(tmp_path):
    recipe, trained = RECIPES["vin8"], []

    def train(recipe, place, command, overwrite):
        with run_folder.open_run(place, recipe, overwrite):
            trained.append(recipe.seed)
            (place / "entry").mkdir(exist_ok=True)
            (place / "entry" / "card.json").write_text(json.dumps(CARD))

    trainer = entry.Trainer(train, None, None, score_seed=lambda *given: {})

    def start(recipe, **given):
        trained.clear()
        seeds.train_seeds("vin8", recipe, tmp_path, trainer, {"num_seeds": 2, "overwrite": False, **given})
        return list(trained)

    assert start(recipe) == [0, 1]
    assert start(recipe) == []
    other = dataclasses.replace(recipe, batch_size=7)
    with pytest.raises(ValueError, match="another recipe"):
        start(other)
    assert start(other, overwrite=True) == [0, 1]
    for damage in ("", "{}", '[5, {}, {"seed": "0"}]'):
        (tmp_path / "seeds.json").write_text(damage)
        assert start(other) == [0, 1]


@pytest.mark.parametrize("words", [["--num-seeds", "-1"], ["--episodes", "0"], ["--num-maps", "x"]])
def test_counts_begin_at_one(words, capsys):
    with pytest.raises(SystemExit):
        parse("vin8", *words)
    assert "takes a whole number from 1 up" in capsys.readouterr().err


def test_a_damaged_recipe_file_stops_nobody(tmp_path):
    (tmp_path / "recipe.json").write_text("")
    with run_folder.open_run(tmp_path, RECIPES["vin8"]):
        assert json.loads((tmp_path / "recipe.json").read_text())


def test_a_second_process_is_refused_and_a_dead_one_holds_nothing(tmp_path):
    hold = f"""
import sys, time
from train.planning.recipes import RECIPES
from train.shared.run_folder import open_run
with open_run({str(tmp_path)!r}, RECIPES["vin8"]):
    print("held", flush=True); time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", hold], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        refused = pytest.raises(ValueError, match=f"another process .process {process.pid}. trains in")
        with refused, run_folder.open_run(tmp_path, RECIPES["vin8"]):
            pass
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    with run_folder.open_run(tmp_path, RECIPES["vin8"]):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file/run"), run_folder.open_run(tmp_path / "file" / "run", RECIPES["vin8"]):
        pass


# -- checkpoints ----------------------------------------------------------------------------------


def test_a_checkpoint_comes_back(tmp_path):
    arrays = {"model/0": np.arange(6, dtype="float32").reshape(2, 3), "optimizer/0": np.int64(3)}
    checkpoint.write(tmp_path / "a.npz", arrays, {"recipe": "x", "rows": [{"loss": 0.1}]})
    found, facts = checkpoint.read(tmp_path / "a.npz")
    assert facts == {"recipe": "x", "rows": [{"loss": 0.1}]}
    assert {name: (array.dtype, array.tolist()) for name, array in found.items()} == {
        name: (np.asarray(array).dtype, np.asarray(array).tolist()) for name, array in arrays.items()
    }
    assert checkpoint.resume(tmp_path / "none.npz", "x") is None
    with pytest.raises(ValueError, match="another recipe"):
        checkpoint.resume(tmp_path / "a.npz", "y")


def test_a_damaged_checkpoint_is_one_sentence_and_a_new_start(tmp_path):
    path = tmp_path / "a.npz"
    checkpoint.write(path, {"model/0": np.arange(99.0)}, {"recipe": "x"})
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    damaged = [whole[:n] for n in (0, 1, 100, len(whole) - 1)]
    for _ in range(200):
        position = rng.integers(len(whole))
        damaged.append(whole[:position] + bytes([whole[position] ^ rng.integers(1, 256)]) + whole[position + 1 :])
    messages = []
    for content in damaged:
        path.write_bytes(content)
        try:
            arrays, facts = checkpoint.read(path)
        except ValueError as error:
            messages.append(str(error))
        else:  # a byte that zip files do not need
            assert facts == {"recipe": "x"}
            np.testing.assert_array_equal(arrays["model/0"], np.arange(99.0))
    assert len(messages) > 150
    assert all("a.npz is damaged" in message for message in messages)
    path.write_bytes(whole[:100])
    with pytest.warns(UserWarning, match="damaged.*trained again from its start"):
        assert checkpoint.resume(path, "x") is None


def test_a_log_is_written_whole(tmp_path):
    run_folder.write_log(tmp_path / "log.csv", [{"loss": 0.5, "val": None}, {"loss": 0.25, "val": 1.0}])
    assert (tmp_path / "log.csv").read_text() == "epoch,loss,val\n0,0.5,nan\n1,0.25,1.0\n"
