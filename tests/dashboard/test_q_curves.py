"""The picture of Q: who is the best when, a name at the end of each line that is told apart, all inside the frame."""

import re

import numpy as np
import pytest

from dashboard.figures.q_curves_svg import HEIGHT, MOST_SHOWN, WIDTH, best_since, lowest_shown, q_curves, told_apart

NAME = re.compile(r'<text x="([\d.]+)" y="([\d.]+)"( font-weight="700")?>([^<]*)</text>')


def names(svg):
    """(x, y, bold, words) of what stands right of the plot."""
    return [(float(x), float(y), bool(bold), words) for x, y, bold, words in NAME.findall(svg) if float(x) > 300]


@pytest.mark.parametrize("last", [np.zeros(8), -np.arange(8.0), -np.r_[0, np.full(7, 2.0)]], ids=["one", "all", "low"])
def test_names_lie_apart_and_inside(last):
    found = names(q_curves(np.stack([last * part for part in (0.2, 0.5, 1.0)]), np.arange(8)))
    assert len(found) == MOST_SHOWN + 1
    heights = sorted(each[1] for each in found)
    assert min(np.diff(heights)) >= 17.9
    assert heights[0] > 8
    assert heights[-1] < HEIGHT
    assert max(each[0] + 8.5 * len(each[3]) for each in found) < WIDTH + 8
    assert [each[3] for each in found if each[2]] == ["N best all along"]
    assert "5 others" in [each[3] for each in found]


def test_the_best_ones_are_told_apart_one_a_move_and_who_was_the_best_before():
    history = np.array([[0.0, -1.0, -0.5, -3.0, -2.0]] * 2)
    assert told_apart(history, np.array([2, 2, 0, -1, 5])) == [0, 2, 4]
    before = np.array([[-1.0, 0.0, -0.5, -3.0, -2.0], *history])
    assert told_apart(before, np.array([2, 2, 0, -1, 5])) == [0, 1, 2]


def test_it_says_since_when_the_best_is_the_best_and_shows_who_was_before():
    history = np.array([[0, -1.0], [-1.0, 0], [0, -1.0], [-0.5, 0], [-0.5, 0]])
    assert best_since(history) == 4
    assert best_since(history[:, :1]) == 1
    svg = q_curves(history, np.array([0, 1]))
    assert "S best since 4" in [each[3] for each in names(svg)]
    band = [float(x) for x in re.findall(r'<rect x="[\d.]+" y="8" width="([\d.]+)"', svg)]
    assert len(band) == 4
    assert np.ptp(np.cumsum(band)[[0, -1]]) + band[0] == pytest.approx(WIDTH - 52 - 176, abs=0.5)


def test_the_axis_ends_where_actions_differ_though_walls_cost_thousands():
    behind = -np.array([[0.0, 0.5, 2.0, 20_000.0]])
    assert lowest_shown(behind) == pytest.approx(-2.16)
    assert lowest_shown(behind, [0, 1]) == pytest.approx(-0.54)
