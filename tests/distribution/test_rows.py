"""One map, its rows shared among devices: the same answer, and nothing exchanged but edge rows."""

import re

import keras
import numpy as np
import pytest

from pnzoo import distribution
from pnzoo.models import VIN
from tests.distribution.test_training import DEVICES, on_four_devices

pytestmark = pytest.mark.integration
SIDE = 256
HALO = 3  # rows that are sent at once, at most


@pytest.fixture(scope="module")
def results():
    pytest.importorskip("jax")
    return on_four_devices("tests.distribution.rows", "compare", "--size", SIDE)


@pytest.mark.parametrize("name", ["vin", "deterministic_vin"])
def test_four_devices_answer_as_one(name, results):
    assert results[name]["spread"] > 1  # a plan, and no plain
    assert results[name]["difference"] <= 1e-6 * results[name]["spread"]
    assert results[name]["moves"] == 0
    assert results["inside"] == 0


@pytest.mark.parametrize("name", ["vin", "deterministic_vin"])
def test_devices_exchange_edge_rows_only(name, results):
    found = results[name]["collectives"]
    exchanged = found.pop("collective-permute")
    assert exchanged
    for shape in exchanged:  # [B, rows, columns, ...]: of 64 rows a device
        assert shape[1] <= HALO < SIDE // DEVICES
    # Whether V has converged is a number that all must know; no array goes to all.
    assert found.pop("all-reduce", [[]]) == [[]]
    assert not found


# -- bad input ----------------------------------------------------------------------------------


def test_another_backend_is_named(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(RuntimeError, match="on JAX alone, and Keras runs on torch: set KERAS_BACKEND=jax before"):
        distribution.RowParallel()


def test_rows_that_devices_cannot_share(monkeypatch):
    class Nine(distribution.RowParallel):
        strips = 9

        def __init__(self, devices=None):
            pass

    with pytest.raises(ValueError, match=re.escape("9 devices share the rows of arrays [B, H, ...] in equal strips")):
        Nine().get_data_layout((1, 12, 5, 2))
    monkeypatch.setattr(distribution, "RowParallel", Nine)
    words = "a map of 14 rows with its border is not to be shared by 9 devices in equal strips; 7 can: pass devices="
    with pytest.raises(ValueError, match=re.escape(words)):
        distribution.policy_by_rows(VIN(k=2), np.zeros((12, 12), bool), (1, 1))


def test_what_is_no_planner_or_no_map(monkeypatch):
    with pytest.raises(TypeError, match="VIN and DeterministicVIN; got a Sequential"):
        distribution.policy_by_rows(keras.Sequential(), np.zeros((4, 4), bool), (1, 1))
    monkeypatch.setattr(distribution, "RowParallel", lambda devices: None)
    with pytest.raises(ValueError, match="one map at a time"):
        distribution.policy_by_rows(VIN(k=2), np.zeros((2, 4, 4), bool), [(1, 1), (1, 1)])
