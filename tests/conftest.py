"""What every test finds: quiet backends, and a zoo of toys in a temporary folder."""

import contextlib
import functools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # numbers in tests are the CPU's

import numpy as np
import pytest

import pnzoo
from pnzoo import hub


@pytest.fixture(scope="module", autouse=True)
def seeded_file():
    """Random weights of a file's own fixtures are the same in every run; what runs after them has the same backend."""
    with _alone():
        yield


@pytest.fixture(autouse=True)
def seeded(seeded_file):
    """So are those that a test makes, whichever tests ran before it."""
    with _alone():
        yield


@contextlib.contextmanager
def _alone():
    import keras

    keras.utils.set_random_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", ""))  # so that it is put back
        if not os.environ["KERAS_BACKEND"]:
            del os.environ["KERAS_BACKEND"]
        yield


@pytest.fixture(scope="session")
def entry():
    """entry(name): a model of the zoo, loaded once a session; a test that changes a model loads its own."""
    return functools.cache(pnzoo.load)


@pytest.fixture
def toy_zoo(tmp_path, monkeypatch):
    """An empty zoo in a temporary folder, where `Guide` of tests/toys.py may be saved."""
    zoo = tmp_path / "zoo"
    zoo.mkdir()
    monkeypatch.setattr(hub, "zoo_folder", lambda: zoo)
    monkeypatch.setitem(hub.CLASSES, "Guide", "tests.toys")
    return zoo


@pytest.fixture
def guide(toy_zoo):
    """The entry `guide8` of the toy zoo: its model, as it was saved."""
    from tests.toys import CARD, Guide

    model = Guide(width=5)
    model.dense.kernel.assign(np.random.default_rng(0).normal(size=(5, 8)).astype("float32"))
    pnzoo.save(model, toy_zoo / "guide8", CARD)
    return model


@pytest.fixture(scope="session")
def real_omniglot(tmp_path_factory):
    """Omniglot's `OmniglotData`: from the cache, or made from the TFDS folder that TFDS_DATA_DIR names."""
    from pnzoo.data import omniglot

    if omniglot.cache_path().exists():
        return omniglot.load()
    if not os.path.isdir(os.path.join(os.environ.get("TFDS_DATA_DIR", ""), "omniglot")):
        pytest.skip("no Omniglot here: set TFDS_DATA_DIR to a folder that holds it")
    pytest.importorskip("tensorflow_datasets")
    return omniglot.load(omniglot.prepare(tmp_path_factory.mktemp("omniglot") / omniglot.PREPARED))
