"""Data-parallel training: on four devices of JAX the loss curve of one device."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.contracts import trainers
from tests.distribution.training import VIN
from train.__main__ import main
from train.shared import devices, options

pytest.importorskip("jax")
pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
DEVICES = 4
# Compiling takes longer than running here; devices of one processor may have to wait for each other for long.
FLAGS = (
    f"--xla_force_host_platform_device_count={DEVICES} --xla_backend_optimization_level=0 "
    "--xla_cpu_collective_call_terminate_timeout_seconds=500"
)
COMMANDS = ["vin", *(name for name in trainers.ROOMS if "reinforcement" not in name)]


def on_four_devices(module, *arguments):
    """What a module of the tests prints last, in a process of its own where JAX has four devices."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": FLAGS, "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment["JAX_CPU_ENABLE_ASYNC_DISPATCH"] = "false"  # fewer cores than devices: queued steps deadlock
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ["vin", *(pytest.param(name, marks=pytest.mark.slow) for name in COMMANDS[1:])])
def test_the_loss_curve_does_not_depend_on_the_number_of_devices(name, tmp_path):
    results = on_four_devices("tests.distribution.training", name, tmp_path)
    one, four = results["1"], results[str(DEVICES)]
    assert set(one["devices"]) == {1}
    assert set(four["devices"]) == {DEVICES}  # or nothing would be shared
    assert len(one["rows"]) == len(four["rows"]) > 1
    for before, after in zip(one["rows"], four["rows"], strict=True):
        assert before.keys() == after.keys()
        for column in ("loss", "val_loss"):
            np.testing.assert_allclose(before.get(column, 0), after.get(column, 0), rtol=0, atol=1e-4)
    if name == "vin":  # a curve, and no line
        assert one["rows"][-1]["loss"] < one["rows"][0]["loss"] - 0.1


# -- bad input ----------------------------------------------------------------------------------


class Devices:
    """Stands for `keras.distribution` of a machine with four devices."""

    def __init__(self, monkeypatch, backend="jax"):
        monkeypatch.setattr(keras.backend, "backend", lambda: backend)
        monkeypatch.setattr(keras.distribution, "list_devices", lambda: [f"cpu:{i}" for i in range(DEVICES)])


def test_another_backend_is_named(monkeypatch):
    Devices(monkeypatch, "torch")
    with pytest.raises(ValueError, match="--devices needs JAX, and Keras runs on torch: set KERAS_BACKEND=jax"):
        main(["vin8", "--quick", "--devices", "all"])


def test_more_devices_than_there_are(monkeypatch):
    Devices(monkeypatch)
    with pytest.raises(ValueError, match=r"--devices 5, and JAX finds 4: cpu:0, .*device_count=5"):
        main(["vin8", "--quick", "--devices", "5"])


def test_rollouts_are_not_shared():
    with pytest.raises(ValueError, match="shares batches of one size among devices, and this ReinforcementRecipe"):
        main(["vin8_rl", "--devices", "2"])


def test_batches_of_as_many_words_are_not_shared():
    with pytest.raises(ValueError, match="and this LanguageRecipe does not train by such"):
        main(["matching_invented_language", "--devices", "2"])


@pytest.mark.parametrize("word", ["0", "-1", "some"])
def test_devices_are_a_number_or_all(word, capsys):
    with pytest.raises(SystemExit):
        main(["vin8", f"--devices={word}"])
    assert "takes a whole number from 1 up, not" in capsys.readouterr().err


def test_a_batch_that_devices_cannot_share(monkeypatch):
    shared = type("Distribution", (), {"device_mesh": type("Mesh", (), {"devices": np.empty(DEVICES)})})
    monkeypatch.setattr(keras.distribution, "distribution", lambda: shared)
    devices.check_batches([(np.zeros((8, 3)), None, {"y": np.zeros(4)})])
    with pytest.raises(ValueError, match="a batch of 6 is not to be shared by 4 devices in equal parts"):
        devices.check_batches([(np.zeros((8, 3)), np.zeros(6))])


def test_the_command_of_a_card_names_the_devices():
    assert options.command_for("vin", VIN, VIN, 4) == "python -m train vin --devices 4"
