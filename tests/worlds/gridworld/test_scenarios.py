"""Scenario files of the MovingAI benchmarks."""

import numpy as np
import pytest

from pnzoo import gridworld
from pnzoo.worlds.gridworld.movingai import parse_scenarios

ROWS = ["version 1", "0\ta b.map\t5\t3\t4\t2\t0\t1\t4.41421356", "1\ta b.map\t5\t3\t0\t0\t4\t0\t4", ""]


def test_x_and_y_become_column_and_row(tmp_path):
    file = tmp_path / "a b.map.scen"
    file.write_text("\n".join(ROWS))
    scenarios = gridworld.read_scenarios(file)
    assert (scenarios.map_name, scenarios.shape) == ("a b.map", (3, 5))
    assert scenarios.start.tolist() == [[2, 4], [0, 0]]
    assert scenarios.goal.tolist() == [[1, 0], [0, 4]]
    assert scenarios.bucket.tolist() == [0, 1]
    np.testing.assert_allclose(scenarios.length, [4.41421356, 4.0])
    np.testing.assert_allclose(scenarios.precision, [5e-9, 0.5])


def test_the_older_version_has_spaces():
    scenarios = parse_scenarios(["version 1.0", "61 maps/tiny.map 9 9 1 2 3 4 2.83"])
    assert scenarios.precision[0] == pytest.approx(0.005)


@pytest.mark.parametrize(
    "lines,words",
    [
        ([], "does not begin with 'version 1'"),
        (["version 2", ROWS[1]], "does not begin with 'version 1'"),
        ([ROWS[0], "0\ta.map\t5\t3\t4"], "line 2 is no scenario"),
        ([ROWS[0], ROWS[1].replace("4.4", "far")], "line 2 is no scenario"),
        ([*ROWS[:2], ROWS[2].replace("a b", "c")], "2 maps or sizes"),
        ([ROWS[0], ROWS[1].replace("\t4\t2", "\t5\t2")], "outside of its 3x5 map"),
        (["version 1", ""], "0 maps"),
    ],
)
def test_what_is_none_is_refused(lines, words):
    with pytest.raises(ValueError, match=words):
        parse_scenarios(lines, "the file")
