"""The ring of wall around a map."""

import numpy as np

from pnzoo.worlds.gridworld.border import call_with_border, crop_border, has_border, pad_border

FREE = np.zeros((4, 5), bool)
WALLED = np.pad(np.zeros((2, 3), bool), 1, constant_values=True)


def test_a_border_is_drawn_only_where_there_is_none():
    around, margin = pad_border(FREE)
    assert (around.shape, margin) == ((6, 7), 1)
    assert around.sum() == 6 * 7 - 4 * 5
    assert pad_border(WALLED) == (WALLED, 0)
    np.testing.assert_array_equal(crop_border(around, 1), FREE)
    assert crop_border(WALLED, 0) is WALLED
    assert has_border(np.stack([FREE, WALLED])).tolist() == [False, True]


def test_a_batch_of_both_kinds_is_answered_in_its_own_size():
    sizes = []

    def area(walls, goal):
        sizes.append(walls.shape)
        assert walls[:, 0].all()
        return walls.astype(int) * 10 + goal[:, :1, None]

    walls = np.stack([FREE, WALLED])
    answer = call_with_border(area, walls, np.array([[1, 1], [2, 2]]))
    assert sorted(sizes) == [(1, 4, 5), (1, 6, 7)]
    np.testing.assert_array_equal(answer[0], 2)  # the goal has moved by the margin
    np.testing.assert_array_equal(answer[1], WALLED * 10 + 2)
