"""Training resumed = training never stopped: the same weights to the last bit, and the same log, for every trainer."""

import json
import random
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

import pnzoo
from tests.contracts import trainers

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


# The trainers share these parts: `make test` tries one of them, `make test-all` all.
ONE = ["episodic", *(pytest.param(name, marks=pytest.mark.slow) for name in trainers.ROOMS if name != "episodic")]


class Stopped(BaseException):
    """What no `except Exception` catches, as with Ctrl-C."""


def stop():
    raise Stopped


@pytest.fixture(scope="module", autouse=True)
def tiny():
    with trainers.tiny():
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """name -> folder of a run that nothing stopped."""
    folders = {}

    def folder_of(name):
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            trainers.train(name, folders[name])
        return folders[name]

    return folder_of


def check_same(folder, whole):
    """The same weights, logs and card as a run that nothing stopped; nothing left behind."""
    mine, others = (pnzoo.load(place / "entry").get_weights() for place in (folder, whole))
    assert max(float(np.abs(a - b).max()) for a, b in zip(mine, others, strict=True)) == 0.0
    names = {path.relative_to(whole) for path in whole.rglob("*")}
    assert {path.relative_to(folder) for path in folder.rglob("*")} == names
    for name in names:
        if name.suffix == ".csv":
            assert (folder / name).read_text() == (whole / name).read_text()
    cards = [json.loads((place / "entry" / "card.json").read_text()) for place in (folder, whole)]
    for card in cards:
        card["files"].pop("model.weights.h5")  # HDF5 keeps names that Keras numbers through
        card["seconds"] = card.pop("training_seconds", card.pop("wall_seconds", 0)) >= 0
    assert cards[0] == cards[1]


# One start after the other: in the second checkpoint, between the third and its log, when the entry is half there.
STOPS = ((".npz", 2, "within"), (".csv", 3, "before"), ("card.json", 1, "after"))


@pytest.mark.parametrize("name", ONE)
def test_a_run_that_is_stopped_at_every_kind_of_file(name, whole, tmp_path):
    for kind, number, when in STOPS:
        with trainers.stopped(number, when, stop, kind), pytest.raises(Stopped):
            trainers.train(name, tmp_path)
        assert not (tmp_path / "entry").exists()
    trainers.train(name, tmp_path)
    check_same(tmp_path, whole(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", trainers.ROOMS)
def test_a_run_that_is_stopped_again_and_again(name, whole, tmp_path):
    """At every start, before, within or after the write of one of the next files, until it ends."""
    rng, starts = random.Random(name), 0
    while True:
        starts += 1
        try:
            with trainers.stopped(rng.randint(3, 4 + starts), rng.choice(["before", "within", "after"]), stop):
                trainers.train(name, tmp_path)
            break
        except Stopped:
            assert starts < 100, "no start gets any further"
    assert starts > 2
    check_same(tmp_path, whole(name))


@pytest.mark.skipif(not hasattr(trainers.os, "fork"), reason="needs fork")
@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX does not bear a fork")
@pytest.mark.parametrize("name", ONE)
def test_kill_9_while_a_file_is_written(name, whole, tmp_path):
    command = [sys.executable, "-m", "tests.contracts.trainers", str(tmp_path), "--kill", name]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert "True" in run.stdout.splitlines(), run
    assert not (tmp_path / "entry").exists()
    trainers.train(name, tmp_path)
    check_same(tmp_path, whole(name))


@pytest.mark.parametrize("name", ONE)
def test_a_full_disk_is_an_error_that_names_the_file_and_the_run_goes_on(name, whole, tmp_path):
    """A limit on the size of files stands for the disk: the same error comes from the same call."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    try:
        with pytest.raises(OSError, match=r"cannot write .* bytes.*npz"):
            trainers.train(name, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    trainers.train(name, tmp_path)
    check_same(tmp_path, whole(name))


@pytest.mark.parametrize("name", ONE)
def test_a_damaged_checkpoint_is_a_sentence_and_no_dead_run(name, whole, tmp_path):
    folder = shutil.copytree(whole(name), tmp_path / "run")
    last = max(folder.glob("*.npz"))
    last.write_bytes(last.read_bytes()[:100])
    with pytest.warns(UserWarning, match=f"{last.name} is damaged"):
        trainers.train(name, folder)
    check_same(folder, whole(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", trainers.ROOMS)
def test_kill_9_at_20_random_moments(name, whole, tmp_path):
    """The same command again and again, killed each time at a random moment, then left to end."""
    started = time.monotonic()
    subprocess.run(_command(name, tmp_path / "timed"), cwd=ROOT, check=True, capture_output=True)
    longest, rng = (time.monotonic() - started) / 4, random.Random(0)
    for _ in range(20):
        command = _command(name, tmp_path / "run")
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdout.readline()  # "ready": all is imported
        time.sleep(rng.uniform(0, longest))
        process.kill()
        process.wait()
        process.stdout.close()
    run = subprocess.run(_command(name, tmp_path / "run"), cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    check_same(tmp_path / "run", whole(name))


def _command(name, folder):
    return [sys.executable, "-W", "ignore", "-m", "tests.contracts.trainers", str(folder), "--train", name]
