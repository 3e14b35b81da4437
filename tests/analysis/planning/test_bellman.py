"""One Bellman backup, number by number."""

import numpy as np
import pytest

from pnzoo import analysis, gridworld
from pnzoo.models import VIN

MAPS = gridworld.generate(6, 8, seed=3)


def planner(**settings):
    return VIN(k=6, filters=(8,), **settings)


@pytest.mark.parametrize("transition", ["kernel", "softmax_kernel", "per_cell"])
@pytest.mark.parametrize("cell", [(1, 1), (3, 4), (6, 6)])
def test_backup_is_the_step_that_the_layer_made(transition, cell):
    model = planner(transition=transition)
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    for k in (1, 4, 6):
        result = analysis.backup(model, trace, cell, k).q.max()
        assert result == pytest.approx(trace.values[k][cell], abs=1e-5)
    history = analysis.q_history(model, trace, cell)
    np.testing.assert_allclose(history[:-1].max(axis=1), trace.values[1:, *cell], atol=1e-5)
    np.testing.assert_allclose(history[-1], trace.q[cell], atol=1e-5)


def test_untied_weights_have_a_kernel_a_step():
    model = planner(transition="softmax_kernel", tied=False)
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    history = analysis.q_history(model, trace, (3, 3))
    np.testing.assert_allclose(history[:-1].max(axis=1), trace.values[1:, 3, 3], atol=1e-5)
    other = planner(tied=False)
    trace = other.trace(MAPS.walls[0], MAPS.goal[0])
    with pytest.raises(ValueError, match="another P at every step"):
        analysis.backup(other, trace, (3, 3), 2)


@pytest.mark.parametrize(("cell", "k", "word"), [
    ((0, 3), 1, "rim"), ((9, 3), 1, "outside"), ((3, 3), 0, "steps"), ((3, 3), 7, "steps"), ("ab", 1, "integers"),
])
def test_backup_refuses(cell, k, word):
    model = planner()
    trace = model.trace(MAPS.walls[0], MAPS.goal[0])
    with pytest.raises(ValueError, match=word):
        analysis.backup(model, trace, cell, k)
