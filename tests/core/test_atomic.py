"""Files that are there whole or not at all."""

import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

from pnzoo.core import atomic


def test_a_file_is_replaced_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "best.json"
    for value in ({"epoch": 1}, {"epoch": np.int64(2), "loss": np.array([0.5])}):
        atomic.write_json(path, value)
    assert json.loads(path.read_text()) == {"epoch": 2, "loss": [0.5]}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("value", [float("nan"), {"a": float("inf")}, object(), {1, 2}])
def test_what_json_has_no_word_for_leaves_the_old_file(tmp_path, value):
    path = tmp_path / "best.json"
    atomic.write_text(path, "old")
    with pytest.raises(ValueError, match=r"best\.json cannot be written"):
        atomic.write_json(path, value)
    assert path.read_text() == "old"


def test_a_write_that_fails_names_the_file_and_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "weights.h5"
    atomic.write_bytes(path, b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"cannot write 1,000 bytes: No space left on device.*weights\.h5"):
        atomic.write_bytes(path, b"x" * 1000)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_hdf5_in_memory(tmp_path):
    def fill(file):
        file["a/kernel"] = np.arange(3.0)
        file.attrs["epoch"] = 7

    atomic.write_bytes(tmp_path / "w.h5", atomic.hdf5_bytes(fill))
    with h5py.File(tmp_path / "w.h5") as file:
        assert file.attrs["epoch"] == 7
        assert file["a/kernel"][:].tolist() == [0.0, 1.0, 2.0]


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path):
    dead = subprocess.run(
        [sys.executable, "-c", "import sys, pathlib; from pnzoo.core import atomic; "
         "print(atomic.temporary(pathlib.Path(sys.argv[1])))", str(tmp_path / "entry")],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    os.mkdir(dead)
    (tmp_path / "entry").mkdir()
    mine = atomic.temporary(tmp_path / "entry")
    mine.mkdir()
    (tmp_path / ".entry.tmp-of-somebody").mkdir()
    atomic.sweep(tmp_path, "other")
    assert len(list(tmp_path.iterdir())) == 4
    atomic.sweep(tmp_path, "entry")
    assert {path.name for path in tmp_path.iterdir()} == {"entry", mine.name, ".entry.tmp-of-somebody"}
