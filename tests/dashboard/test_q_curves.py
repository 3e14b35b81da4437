"""The picture of Q: a name at the end of each move's best line, all of them apart and inside the frame."""

import re

import numpy as np
import pytest

from dashboard.figures.q_curves_svg import HEIGHT, WIDTH, lowest_shown, q_curves

NAME = re.compile(r'<text x="([\d.]+)" y="([\d.]+)"( font-weight="700")?>(\w+) · action (\d+)<')


@pytest.mark.parametrize("last", [np.zeros(8), -np.arange(8.0), -np.r_[0, np.full(7, 2.0)]], ids=["one", "all", "low"])
def test_names_lie_apart_and_inside(last):
    history = np.stack([last * part for part in (0.2, 0.5, 1.0)])
    svg = q_curves(history, np.arange(8), step=3)
    names = [(float(x), float(y), bool(bold), word, int(action)) for x, y, bold, word, action in NAME.findall(svg)]
    assert sorted(each[4] for each in names) == list(range(8))
    heights = sorted(each[1] for each in names)
    assert min(np.diff(heights)) >= 14.9
    assert heights[0] > 8
    assert heights[-1] < HEIGHT
    assert max(each[0] for each in names) < WIDTH - 90
    assert [each[4] for each in names if each[2]] == [int(last.argmax())]


def test_of_several_actions_for_a_move_the_best_is_named_and_unused_ones_are_not():
    history = np.array([[0.0, -1.0, -0.5, -3.0]] * 2)
    found = NAME.findall(q_curves(history, np.array([2, 2, 0, -1]), step=1))
    assert [(word, int(action)) for *_, word, action in found] == [("E", 0), ("N", 2)]


def test_the_axis_ends_where_actions_differ_though_walls_cost_thousands():
    behind = -np.array([[0.0, 0.5, 2.0, 20_000.0]])
    assert lowest_shown(behind) == pytest.approx(-2.0)
    assert lowest_shown(behind[:, :3]) == pytest.approx(-2.0)
