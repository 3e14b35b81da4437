"""What the planning canvas sends, checked; and what the page does with it."""

import numpy as np
import pytest

from dashboard.widgets import planning_canvas
from pnzoo import gridworld
from tests.dashboard.test_pages import metric, snippets

WALLS, START, GOAL = gridworld.parse("\n######\n#S...#\n#...G#\n######\n")
GOOD = {"walls": "".join(map(str, WALLS.astype(int).ravel())), "start": [1, 1], "goal": [2, 4], "paint": [[1, 2, -3.0]]}


def test_a_change_is_read():
    walls, start, goal, paint = planning_canvas.read_change(GOOD, WALLS.shape)
    assert (walls == WALLS).all()
    assert (start, goal, paint) == ((1, 1), (2, 4), [(1, 2, -3.0)])


@pytest.mark.parametrize("change", [
    {"walls": "1" * 23}, {"walls": 7}, {"walls": "2" * 24}, {"walls": None},
])  # fmt: skip
def test_a_forged_map_is_left_out(change):
    assert planning_canvas.read_change({**GOOD, **change}, WALLS.shape) is None


@pytest.mark.parametrize("paint", [
    None, "x", [[1, 2]], [[9, 9, 1.0]], [[1, 2, 1e9]], [[1, 2, float("nan")]], [[1, 1, 0.0]] * 151, [["1", 2, 0.0]],
])  # fmt: skip
def test_forged_rewards_are_left_out_and_the_map_is_kept(paint):
    assert planning_canvas.read_change({**GOOD, "paint": paint}, WALLS.shape)[3] == []


@pytest.mark.parametrize("read, good, bad", [
    (planning_canvas._read_step, [{"k": each, "heard": 0} for each in (0, 48, None)],
     [3, None, {"k": 3}, *({"k": each, "heard": 1} for each in (-1, 1.5, "3", True, 10**9, [])),
      *({"k": 3, "heard": each} for each in (None, True, -1, "yes"))]),
    (lambda message: planning_canvas._read_k(message, 4000), [{"k": 1}, {"k": 4000}, {"k": None}],
     [{}, {"k": 0}, {"k": 4001}, {"k": "8"}, {"k": True}, 8, None]),
    (planning_canvas._read_layer, [{"layer": "pi"}], [{"layer": "<b>"}, {"layer": ["V"]}, "V", None, 3]),
    (planning_canvas._read_race, [{"add": "vin8"}, {"drop": "vin8"}], [{"add": 3}, {"drop": ["a"]}, "vin8", None]),
    (planning_canvas._read_names, [{"names": ["vin8"]}], [{"names": "vin8"}, {"names": [1]}, {"names": ["x" * 90]}, 1]),
])  # fmt: skip
def test_messages_are_read_or_left_out(read, good, bad):
    assert all(read(message) is not None for message in good)
    assert all(read(message) is None for message in bad)


def test_the_page_sends_a_planner_once_and_again_when_it_is_asked_for(visit, monkeypatch):
    sent = []
    real = planning_canvas.draw

    def draw(key, walls, start, goal, model, race, **more):
        sent.append((model.plain is not None, [each.plain is not None for each in race], more["go"]))
        return real(key, walls, start, goal, model, race, **more)

    monkeypatch.setattr(planning_canvas, "draw", draw)
    app = visit("plan", model="vin8", race="vin_maze")
    app.run()
    app.session_state["needed_planners"] = ["vin_maze"]
    app.run()
    assert sent[0] == (True, [True], 0)
    assert sent[-2] == (False, [False], 0)
    assert sent[-1] == (False, [True], 0)


def test_a_reward_of_ones_own_changes_numbers_and_snippet(visit):
    code = gridworld.to_string(WALLS, START, GOAL)
    app = visit("plan", model="vin8", map=code, paint="1,2,-30")
    assert app.query_params["paint"] == "1,2,-30"
    (snippet,) = snippets(app)
    scope = {}
    exec(snippet.replace("print(", "_ = ("), scope)
    assert "replan" in snippet
    assert str(len(scope["plan"].actions)) == metric(app, "Moves")


def test_the_search_for_a_failure_sets_a_map_and_a_race(visit, monkeypatch):
    from pnzoo import analysis

    def search(name, rival, seed, most, told):
        told(25)
        return analysis.Counterexample(WALLS, START, GOAL, 50)

    monkeypatch.setattr("dashboard.compute.counterexample", search)
    app = visit("plan", model="vin8")
    app.session_state["break_it"] = True
    app.run()
    assert app.query_params["map"] == gridworld.to_string(WALLS, START, GOAL)
    assert app.query_params["race"] == "cnn8"
    assert app.session_state["race_number"] == 1


def test_where_none_is_found_the_page_says_so_and_keeps_the_map(visit, monkeypatch):
    monkeypatch.setattr("dashboard.compute.counterexample", lambda *given: None)
    app = visit("plan", model="vin8")
    before = app.query_params["map"]
    app.session_state["break_it"] = True
    app.run()
    assert app.query_params["map"] == before
    assert any("failed nowhere" in each.value for each in app.info)


def test_colours_of_rewards_end_where_they_should():
    from dashboard.figures import theme

    light, dark = theme.stops(theme.REWARD_SCALE), theme.stops(theme.REWARD_SCALE_DARK)
    middle = len(dark) // 2
    assert len(light) == len(dark)
    assert np.sum(dark[middle]) < 200 < np.sum(light[middle])  # no glare on a dark page


@pytest.mark.parametrize("name", ["cnn8", "fcn8"])
def test_a_reactive_network_is_asked_for_free_cells_alone(name):
    from dashboard import compute

    walls, goal = (each[0] for each in gridworld.generate(1, 8, seed=4))
    planner, asked = compute.model(name), []

    class Watched:
        dense_prediction = planner.dense_prediction

        def logits_at(self, walls, goal, cells):
            asked.append(cells)
            return planner.logits_at(walls, goal, cells)

    moves = compute.planning.moves(Watched(), walls, goal)
    (cells,) = asked
    assert not walls[tuple(cells.T)].any()
    assert len(cells) < (~walls).sum() + 32
    np.testing.assert_array_equal(moves[~walls], planner.policy(walls, goal)[~walls])
