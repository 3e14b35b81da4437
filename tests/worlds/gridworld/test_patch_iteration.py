"""Value iteration in tables of patches: the compiled loop, NumPy and a loop written out here agree."""

import os
import signal
import time

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.worlds.gridworld import patch_iteration
from pnzoo.worlds.gridworld.neighborhoods import COUNT, patch_index
from pnzoo.worlds.gridworld.patch_tables import PatchTables

compiled = pytest.mark.skipif(not patch_iteration.has_compiler(), reason="Numba is not installed")


def tables(actions, logit_scale=None, seed=0):
    rng = np.random.default_rng(seed)
    transition = rng.random((COUNT, 9, actions), dtype="float32") ** 8
    transition /= transition.sum(axis=1, keepdims=True)
    reward, bias = -rng.random(COUNT, dtype="float32"), -rng.random(actions, dtype="float32")
    return PatchTables(reward, transition, bias, rng.normal(size=(actions, 8)).astype("float32"), logit_scale)


def written_out(tables, patches, k):
    """The same in float64, a cell at a time."""
    height, width = patches.shape
    value = np.zeros((height, width))
    for step in range(k + 1):
        x = np.pad(tables.reward[patches] + value, 1, mode="edge")
        q = np.array(
            [
                [x[i : i + 3, j : j + 3].reshape(9) @ tables.transition[patches[i, j]].astype(float) + tables.bias
                 for j in range(width)]
                for i in range(height)
            ]
        )  # fmt: skip
        value = q.max(axis=-1) if step < k else value
    if tables.logit_scale is not None:
        q = tables.logit_scale * (q - q.max(axis=-1, keepdims=True))
    return q @ tables.head


@pytest.fixture
def started(monkeypatch):
    monkeypatch.setattr(patch_iteration, "_done", patch_iteration.COMPILED_FROM)
    monkeypatch.setattr(patch_iteration, "PARALLEL_FROM", 0)


def patches(count=3, size=(6, 9)):
    return patch_index(*gridworld.generate(count, *size, seed=2))


@pytest.mark.parametrize("logit_scale", [None, 10.0])
@pytest.mark.parametrize("k", [1, 7])
def test_numpy_is_what_is_written_out(k, logit_scale, monkeypatch):
    monkeypatch.setattr(patch_iteration, "has_compiler", lambda: False)
    given, index = tables(5, logit_scale), patches()
    answers = [written_out(given, each, k) for each in index]
    np.testing.assert_allclose(patch_iteration.logits(given, index, k), answers, rtol=1e-5, atol=1e-4)


@compiled
@pytest.mark.parametrize("actions", [1, 3, 16])
@pytest.mark.parametrize("logit_scale", [None, 10.0])
def test_compiled_is_numpy(actions, logit_scale, started):
    given, index = tables(actions, logit_scale), patches()
    np.testing.assert_array_equal(patch_iteration.logits(given, index, 12), patch_iteration._in_numpy(given, index, 12))


@compiled
def test_one_map_alone_is_that_map_among_others(started):
    given, index = tables(16, 10.0), patches(5)
    together = patch_iteration.logits(given, index, 9)
    for each, expected in zip(index, together, strict=True):
        np.testing.assert_array_equal(patch_iteration.logits(given, each[None], 9)[0], expected)


@compiled
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_plans_too(started):
    given, index = tables(4), patches(4)
    expected = patch_iteration.logits(given, index, 3)  # its threads are running now
    child = os.fork()
    if not child:
        same = np.array_equal(patch_iteration.logits(given, index, 3), expected)
        os._exit(0 if same else 1)
    for _ in range(600):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert ended, "the child hangs"
    assert os.waitstatus_to_exitcode(status) == 0


@compiled
def test_it_ends_where_v_no_longer_changes(started):
    """One cell that everything leads to, and it costs nothing: V settles, so that a huge k takes no time."""
    transition = np.zeros((COUNT, 9, 2), "float32")
    transition[:, 4] = 1  # both actions stay
    nothing, head = np.zeros(COUNT, "float32"), np.ones((2, 8), "float32")
    still = PatchTables(nothing, transition, nothing[:2], head, None)
    assert (patch_iteration.logits(still, patches(1), 10**8) == 0).all()


@compiled
def test_numbers_that_are_none_stay_none(started):
    given = tables(4)
    given.reward[:] = np.nan
    assert np.isnan(patch_iteration.logits(given, patches(1), 3)).all()


def test_small_jobs_start_no_compiler(monkeypatch):
    monkeypatch.setattr(patch_iteration, "_done", 0)
    monkeypatch.setattr(patch_iteration, "_kernel", lambda actions: pytest.fail("compiled"))
    patch_iteration.logits(tables(2), patches(1), 3)
    if patch_iteration.has_compiler():
        monkeypatch.setattr(patch_iteration, "_kernel", lambda actions: lambda *_: None)
        monkeypatch.setattr(patch_iteration, "_in_numpy", lambda *_: pytest.fail("not compiled"))
        monkeypatch.setattr(patch_iteration, "_done", patch_iteration.COMPILED_FROM)
        patch_iteration.logits(tables(2), patches(1), 3)
