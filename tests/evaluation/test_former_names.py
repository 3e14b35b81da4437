"""Names of the first release work for one more, and say what they are called now."""

import importlib

import numpy as np
import pytest

from pnzoo import analysis, gridworld


def former(path, name):
    """What a former dotted path has under a former name, with its warnings."""
    with pytest.warns(DeprecationWarning, match="the old (path|name) goes"):
        return getattr(importlib.import_module(path), name)


@pytest.mark.parametrize("path, name", [
    ("pnzoo.planning", "follow"), ("pnzoo.planning", "roll_out"), ("pnzoo.planning", "from_everywhere"),
    ("pnzoo.planning", "with_border"), ("pnzoo.planning", "border_drawn"), ("pnzoo.planning", "wilson"),
    ("pnzoo.planning", "mean_interval"), ("pnzoo.planning", "author_label_loss"),
    ("pnzoo.exam", "fresh"), ("pnzoo.exam", "paper"), ("pnzoo.exam", "measure"), ("pnzoo.exam", "Exam"),
    ("pnzoo.long_exam", "World"), ("pnzoo.long_exam", "measure"), ("pnzoo.long_exam", "measure_by_length"),
    ("pnzoo.gridworld.patterns", "pattern_of"), ("pnzoo.gridworld.patterns", "neighbourhoods"),
    ("pnzoo.gridworld.paper_files", "PaperTraining"), ("pnzoo.gridworld.paper_files", "PaperTest"),
    ("pnzoo.gridworld.mazes", "main_ground"), ("pnzoo.gridworld.mazes", "traps"),
    ("pnzoo.analysis.front", "flow"), ("pnzoo.analysis.front", "settled"), ("pnzoo.analysis.front", "behind"),
    ("pnzoo.analysis.front", "changes"), ("pnzoo.analysis.kernels", "arrows"), ("pnzoo.analysis.kernels", "roles"),
    ("pnzoo.analysis.verdict", "verdict"), ("pnzoo.analysis.walks", "walk_all"), ("pnzoo.analysis.walks", "rate_by"),
])  # fmt: skip
def test_functions(path, name):
    assert callable(former(path, name))


@pytest.mark.parametrize("name", [
    "flow", "settled", "behind", "changes", "arrows", "roles", "Roles", "verdict", "Verdict", "walk_all", "Walks",
    "rate_by",
])  # fmt: skip
def test_names_of_the_analysis(name):
    vars(analysis).pop(name, None)  # a module of that former name, if someone has imported it
    with pytest.warns(DeprecationWarning, match=f"analysis.{name} is called"):
        assert callable(getattr(analysis, name))


class East:
    def policy(self, walls, goal):
        return np.full(walls.shape, 2)


def test_measuring_as_in_the_first_release():
    walls, goal, start = np.zeros((1, 1, 4), bool), np.array([[0, 3]]), np.array([[0, 0]])
    metrics = former("pnzoo.planning", "evaluate")(East(), walls, goal, start, seed=1)
    with pytest.warns(DeprecationWarning, match="interval"):
        assert metrics[0]["interval"][1] == 1
    report = analysis.evaluate_rollouts(East(), walls, goal, start)
    for old, new in (("crashed", "collided"), ("best_cost", "optimal_cost"), ("best_steps", "optimal_steps")):
        with pytest.warns(DeprecationWarning, match=new):
            np.testing.assert_array_equal(getattr(report, old), getattr(report, new))
    truth = analysis.compare_to_optimal(*gridworld.parse("S.G"))
    for old, new in (("patience", "eccentricity"), ("labelled", "reachable_cells"), ("best_cost", "optimal_cost")):
        with pytest.warns(DeprecationWarning, match=new):
            np.testing.assert_array_equal(getattr(truth, old), getattr(truth, new))
