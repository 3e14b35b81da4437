"""Patterns against a slow reading of the image, cell by cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo import gridworld
from pnzoo.worlds.gridworld import neighborhoods as patterns


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_a_pattern_is_what_the_cell_sees(height, width, seed):
    rng = np.random.default_rng(seed)
    walls = rng.random((3, height, width)) < 0.4
    goal = np.stack([rng.integers(0, height, 3), rng.integers(0, width, 3)], axis=1)
    image = np.pad(gridworld.encode(walls, goal), ((0, 0), (1, 1), (1, 1), (0, 0)))
    seen = patterns.patch_index(walls, goal)
    assert seen.dtype == np.int32
    pictures = patterns.local_patches()[seen]
    for row in range(height):
        for column in range(width):
            np.testing.assert_array_equal(pictures[:, row, column], image[:, row : row + 3, column : column + 3])


def test_every_pattern_is_another_picture():
    pictures = patterns.local_patches()
    assert pictures.shape == (patterns.COUNT, 3, 3, 2)
    assert len(np.unique(pictures.reshape(patterns.COUNT, -1), axis=0)) == patterns.COUNT
    assert pictures[..., 1].sum(axis=(1, 2)).max() == 1


@pytest.mark.parametrize("goal", [(0, 0), (4, 4), (2, 3)])
def test_only_cells_round_the_goal_see_it(goal):
    sees = patterns.patch_index(np.zeros((1, 5, 5), bool), np.array([goal]))[0] >= patterns.WALLS
    rows, columns = np.indices((5, 5))
    np.testing.assert_array_equal(sees, np.maximum(abs(rows - goal[0]), abs(columns - goal[1])) <= 1)
