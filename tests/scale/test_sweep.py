"""Many trainings on Ray, for real: each is the training of its seed, killed or not."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from pnzoo import hub
from tests.scale import processes
from train import sweep

pytestmark = pytest.mark.integration

STAGE = {"size": 6, "maps": 64, "epochs": 4, "k": 4}
TINY = {
    "config": {"k": 6, "channels": 4, "filters": [8]},
    "batch_size": 16,
    "jit_compile": False,
    "stages": [STAGE],
}


def written(path, **content):
    path.write_text(json.dumps({"recipe": "vin8", "overrides": TINY, **content}))
    return path


def weights(trial):
    return hub.load(trial.folder / "entry").get_weights()


@pytest.mark.slow  # four trainings; quicker ones are killed in test_batch.py and contracts/test_trainers.py
def test_two_seeds_are_those_of_plain_trainings_though_one_is_killed(cluster, tmp_path):
    file = written(tmp_path / "tiny.json", seeds=[0, 1], early_stopping={"grace_epochs": 100})  # ASHA stops none
    command = [sys.executable, "-m", "train.sweep", str(file), "--run", str(tmp_path / "plain")]
    plain = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    trials, stopping = sweep.read(file, tmp_path / "ray")
    assert stopping == {**sweep.STOPPING, "grace_epochs": 100}
    thread = threading.Thread(target=sweep.on_ray, args=(trials, tmp_path / "ray", stopping))
    thread.start()
    first = trials[0].folder
    while not (first / "stage0.csv").exists() and thread.is_alive():
        time.sleep(0.01)
    lock = (first / "lock").read_text()  # "process N"
    assert not sweep.is_finished(trials[0]), "it was killed after the end"
    os.kill(int(lock.split()[1]), signal.SIGKILL)
    thread.join(300)
    said, errors = plain.communicate(timeout=300)
    assert plain.returncode == 0, errors

    assert (first / "lock").read_text() != lock  # another process took it up
    references, _ = sweep.read(file, tmp_path / "plain")
    for trial, reference in zip(trials, references, strict=True):
        assert all(map(np.array_equal, weights(trial), weights(reference)))
        assert len(sweep.log(trial.folder)) == 4
    assert not np.array_equal(weights(trials[0])[0], weights(trials[1])[0])
    assert (tmp_path / "ray/results.json").read_text() == (tmp_path / "plain/results.json").read_text()
    assert [row["state"] for row in json.loads((tmp_path / "ray/results.json").read_text())] == ["finished"] * 2
    assert f"{first.name}: finished after 4 epochs" in said

    before = (first / "entry/card.json").stat().st_mtime_ns
    sweep.on_ray(trials, tmp_path / "ray")
    assert (first / "entry/card.json").stat().st_mtime_ns == before
    assert not processes.workers("trainable")


@pytest.mark.slow
def test_asha_stops_what_falls_behind_and_its_training_can_go_on(cluster, tmp_path):
    slow = {**TINY, "stages": [{**STAGE, "initial_learning_rate": 1e-7, "end_learning_rate": 1e-7}]}
    halving = {"grace_epochs": 1, "reduction_factor": 2}
    file = written(tmp_path / "two.json", overrides=[TINY, slow], early_stopping=halving)
    trials, stopping = sweep.read(file, tmp_path)
    sweep.on_ray(trials, tmp_path, stopping, most=1)
    good, bad = json.loads((tmp_path / "results.json").read_text())
    assert (good["state"], good["epochs"]) == ("finished", 4)
    assert bad["state"] == "stopped"
    assert bad["epochs"] < 4
    sweep.one_after_another(trials, tmp_path)
    assert [row["state"] for row in json.loads((tmp_path / "results.json").read_text())] == ["finished"] * 2
