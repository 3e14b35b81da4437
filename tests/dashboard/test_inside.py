"""The page Inside."""

import json
import re

import numpy as np
import pytest

from pnzoo import analysis, gridworld
from tests.dashboard.test_pages import ROOM, code, snippets, texts


@pytest.mark.parametrize("view", ["steps", "cell", "moves", "paint"])
@pytest.mark.parametrize("name", ["vin8", "vin8_paper", "vin_maze"])
def test_inside_shows_every_view_of_every_kind_of_network(visit, name, view):
    app = visit("inside", map=code(ROOM), model=name, view=view, paint="2,3,0.5", cell="2.3", k="5")
    (snippet,) = snippets(app)
    exec(snippet.replace("print(", "_ = ("), {})
    assert app.query_params["view"] == view


@pytest.mark.parametrize("page", ["plan", "inside"])
def test_a_network_that_finds_k_itself_says_which(visit, page):
    from dashboard.compute import model

    walls, _, goal = gridworld.parse(ROOM)
    k = model("vin_maze").iterations_to_convergence(walls, goal)
    app = visit(page, map=code(ROOM), model="vin_maze")
    assert f"K = {k}" in texts(app) or f"{k} steps" in texts(app)
    assert visit(page, map=code(ROOM), model="vin_maze", k="3").query_params["k"] == "3"


def sent(app, name):
    """What a page sends to a component."""
    (data,) = [json.loads(each.proto.json) for each in app.get("bidi_component") if name in each.proto.component_name]
    return data


def test_a_cell_shows_its_backup_at_every_step(visit, monkeypatch):
    from dashboard import compute

    monkeypatch.setattr("dashboard.compute.planning.runs_in_page", lambda name: False)
    app = visit("inside", map=code(ROOM), model="vin8", view="cell", cell="3.5", k="6", step="4")
    data = sent(app, "cell_view")
    assert data["cell"] == [3, 5]
    assert data["step"] == 4
    numbers = data["numbers"]
    assert not data["ends"]
    values = compute.trace("vin8", code(ROOM), 6).values[:, compute.reached(code(ROOM))]
    np.testing.assert_allclose(data["vBest"], values.max(axis=1), atol=1e-3)  # ends of the key are V's own numbers
    for k in range(1, 7):
        best = data["best"][k - 1]
        inner = np.add(numbers["reward"], numbers["value"][k - 1])
        found = np.dot(numbers["kernel"][0][best], inner) + numbers["bias"][0][best]
        assert found == pytest.approx(numbers["q"][k - 1], abs=0.02)


def test_a_map_too_large_for_every_step_shows_the_first_ones(visit, monkeypatch):
    from dashboard import compute

    most = 10
    monkeypatch.setitem(compute.MAX_TRACE, "VIN", most * 5 * 10)  # as if the room had 10,000 cells
    app = visit("inside", map=code(ROOM), model="vin8")
    assert f"you see the first {most}" in texts(app)
    assert "News of the goal" in texts(app)
    app.number_input(key="choose_k").set_value(most + 1).run()
    assert f"choose K of at most {most}" in texts(app)
    assert "Words used here" in [each.label for each in app.expander]


def test_walls_have_a_name_where_their_price_is_by_design():
    from dashboard.compute import trace_data
    from pnzoo.models import VIN

    walls, goal = (each[0] for each in gridworld.generate(1, 8, seed=0))
    model = VIN(k=3)
    trace = model.trace(walls, goal)
    moves = analysis.action_usage(trace, walls).move
    for price, named in ((-10_001, True), (-2, False)):
        fenced = trace._replace(reward=np.where(walls, price, -1).astype("float32"))
        data = trace_data.cell_data(model, fenced, walls, (1, 1), moves, 1, False)
        assert (abs(price) > data["fence"]) is named


@pytest.mark.parametrize("sign", [1, -1])
def test_a_good_place_is_good_whichever_way_round_the_reward_is(visit, monkeypatch, sign):
    from dashboard.figures import theme
    from dashboard.widgets import map_grid

    drawn = {}
    real = map_grid.draw

    def draw(key, *given, **more):
        drawn[key] = more
        return real(key, *given, **more)

    monkeypatch.setattr(map_grid, "draw", draw)
    monkeypatch.setattr("dashboard.compute.reward_sign", lambda name: sign)
    assert not visit("inside", map=code(ROOM), model="vin8", view="paint").exception
    assert np.sign(drawn["paint"]["brushes"]["good"]) == sign == -np.sign(drawn["paint"]["brushes"]["bad"])
    purple = drawn["paint"]["painted"]["stops"][-1 if sign > 0 else 0]
    assert purple == theme.stops([theme.REWARD_SCALE[-1]])[0]


STRAIGHT, AROUND, CAUGHT = [(1, 1), (1, 2), (1, 3)], [(1, 1), (2, 2), (1, 3)], [(1, 1), (2, 1), (1, 1)]


@pytest.mark.parametrize("paint,before,after,words", [
    (None, STRAIGHT, STRAIGHT, "It reaches G in 2 moves. Paint into its way."),
    ("2,1,5", STRAIGHT, CAUGHT, "It now stays at the good place, which pays again and again, and never gets to G."),
    ("2,1,5", STRAIGHT, [(1, 1)], "The good place draws it against a wall: it never gets to G."),
    ("1,2,-5", STRAIGHT, CAUGHT, "It no longer gets to G: it went in a circle."),
    ("1,2,-5", CAUGHT, CAUGHT, "It does not get to G: it went in a circle."),
    ("1,2,-5", CAUGHT, STRAIGHT, "Now it reaches G in 2 moves, where it was lost before."),
    ("1,2,-5", STRAIGHT, STRAIGHT, "Its way stays the same: it reaches G in 2 moves."),
    ("1,2,-5", STRAIGHT, AROUND, "It now goes round the bad place: it reaches G in 2 moves, 2 before."),
    ("2,2,5", STRAIGHT, AROUND, "It now passes the good place: it reaches G in 2 moves, 2 before."),
    ("2,3,-5", STRAIGHT, AROUND, "It now goes another way: it reaches G in 2 moves, 2 before."),
])
def test_painting_says_what_it_does(visit, monkeypatch, paint, before, after, words):
    from dashboard.widgets import map_grid
    from pnzoo.worlds.gridworld import rollout

    plans = [rollout.Plan(np.array(path), [0, 0], path[-1] == (1, 3), 2.0,
                          "went in a circle" if len(path) > 1 else "walked S into a wall at (2, 1) after 0 moves")
             for path in (after, before)]
    said, real = {}, map_grid.draw
    monkeypatch.setattr(map_grid, "draw", lambda key, *given, **more: said.update({key: more}) or real(
        key, *given, **more))
    monkeypatch.setattr("dashboard.compute.reward_sign", lambda name: 1)
    monkeypatch.setattr(rollout, "rollout", lambda *given, **rule: plans.pop(0))
    parts = {"paint": paint} if paint else {}
    assert not visit("inside", map=code("#####\n#S.G#\n#...#\n#####"), model="vin8", view="paint", **parts).exception
    assert said["paint"]["verdict"] == words
    assert said["paint"]["path"] is said["replanned"]["path"]
    assert said["paint"]["seen"][1] == pytest.approx(np.array(said["paint"]["heat"])[1:3, 1:4].max(), abs=1e-4)
    assert [each.strip()[-1] for each in said["paint"]["seenWords"]] == ["V", "V"]


def test_what_is_taken_along_looks_as_the_page_does(visit, monkeypatch):
    from dashboard import share

    made = {}
    monkeypatch.setattr(share, "panel", lambda name, snippet, figure, arrays: made.update(figure=figure))
    for view in ("steps", "cell", "moves"):
        visit("inside", map=code(ROOM), model="vin8", view=view, k="5")
        found = made["figure"]()
        if view == "steps":
            assert [each.text[:3] for each in found.layout.annotations] == ["R: ", "P: ", "V: ", "The"]
            reward, wave = found.data[0], found.data[3]
            walls = gridworld.parse(ROOM)[0]
            assert (reward.zmin, reward.zmax) == pytest.approx((reward.z.min(), reward.z.max()), abs=1e-3)
            assert np.isnan(wave.z[walls]).all()
            assert len(found.frames) == 6
        assert "<h1>" in share.html(found) or "plotly" in share.html(found)


def test_a_cell_on_the_edge_is_refused_in_words(visit):
    app = visit("inside", map=code(ROOM), model="vin8", view="cell", cell="0.2")
    assert not app.exception
    data = sent(app, "cell_view")
    assert "edge" in data["verdict"]
    assert tuple(data["cell"]) not in [tuple(map(int, end)) for end in gridworld.parse(ROOM)[1:]]  # amid its way


def test_an_arrow_is_drawn_once_and_numbers_lie_outside_of_it():
    """A second arrow only where the move is another one than the push; no number where an arrow ends."""
    from dashboard.figures import planning_svg

    weights = np.zeros((3, 3))
    weights[0, 0], weights[1, 1] = 0.9, 0.1
    assert not planning_svg.differs((-0.9, -0.9), gridworld.MOVE_NAMES.index("NW"))
    assert planning_svg.differs((-0.9, -0.9), gridworld.MOVE_NAMES.index("N"))
    svg = planning_svg.kernel(weights, (-0.9, -0.9))
    assert "stroke-dasharray" not in svg
    tip = [float(each) for each in re.search(r"M90.0 90.0L([\d.]+) ([\d.]+)", svg).groups()]
    corner, middle = ([float(each) for each in found] for found in re.findall(r'<text x="(\d+)" y="(\d+)"', svg))
    assert corner[0] + 14 < tip[0]
    assert corner[1] < tip[1] - 14
    assert middle[0] > 90 < middle[1]
    assert "stroke-dasharray" in planning_svg.kernel(weights, (-0.9, -0.9), gridworld.MOVE_NAMES.index("N"))


@pytest.mark.parametrize("mass,words", [
    ([0.9, 0.8], "**All 2 actions** that it uses here have 75%"),
    ([0.9, 0.3], "**1 of the 2 actions** that it uses here has 75%"),
    ([0.4, 0.3], "The 2 actions that it uses here spread their weight"),
])
def test_of_moves_is_said_how_many_are_one(mass, words):
    from dashboard.widgets import learned_moves

    usage = analysis.ActionUsage(np.array([0, 0, -1]), np.array([0.5, 0.5, 0]), np.ones(3), np.zeros(3))
    weights = np.zeros((3, 3, 3))
    weights[:2, 0, 1], weights[:2, 2, 2] = mass, np.subtract(1, mass)  # north, and somewhere else
    assert learned_moves.said(usage, weights).startswith(words)
    assert learned_moves.names_of([0, 1], usage.move) == {0: "N a", 1: "N b"}  # told apart
    assert learned_moves.twins({0: "N a", 1: "N b"}) == "N a, N b: different actions that learned the same move"
    assert learned_moves.twins({0: "N", 1: "E"}) == ""


def test_shares_of_moves_add_up():
    from dashboard.widgets import learned_moves

    shares = np.array([0.334, 0.203, 0.165, 0.085, 0.075, 0.065, 0.024, 0.024, 0.022, 0.003])
    said = learned_moves.whole_percents(shares)
    assert sum(int(each.rstrip("%")) for each in said[:-1]) == 100
    assert said[-1] == "below 1%"
    assert all(abs(int(each.rstrip("%")) - 100 * share) < 1 for each, share in zip(said[:-1], shares[:-1], strict=True))


def test_an_action_is_shown_as_it_is_where_it_is_the_best():
    from types import SimpleNamespace

    from dashboard.widgets import learned_moves

    walls = np.zeros((1, 3), bool)
    transition = np.zeros((1, 3, 2, 3, 3))
    transition[0, :2, 0, 0, 1] = 1  # north, but where it is not chosen it stays
    transition[0, 2, 0, 1, 1] = transition[0, :, 1, 1, 1] = 1
    shown = learned_moves.kernels(SimpleNamespace(transition=transition, greedy=np.array([[[0, 0, 1]]])), walls)
    assert shown[0, 0, 1] == 1


def test_of_r_is_said_what_it_costs_and_pays_here():
    from types import SimpleNamespace

    from dashboard.compute.trace_data import reward_in_words
    from dashboard.figures import planning

    walls, _, goal = gridworld.parse("######\n#S.#G#\n#....#\n######")
    reward = np.where(walls, -4.0, -0.7)
    reward[tuple(goal)] = -0.1
    trace = SimpleNamespace(reward=reward)
    assert reward_in_words(trace, walls, goal, 1) == [
        "orange costs", "Costs: a free cell about\xa00.70, a wall about\xa04.00, G\xa00.10"]
    assert planning.reward_seen(trace) == pytest.approx([-4, -0.1])  # and nothing purple on its scale
    reward[tuple(goal)] = 2.0
    turned = SimpleNamespace(reward=-reward)
    assert reward_in_words(turned, walls, goal, -1) == [
        "orange costs, purple pays, here a low R pays",
        "Costs: a free cell about\xa00.70, a wall about\xa04.00. Pays: G\xa02.00"]


def test_a_move_that_was_final_before_the_goal_can_be_known_is_no_part_of_the_wave():
    from dashboard.compute.trace_data import before_news

    walls, goal = np.zeros((3, 12), bool), (1, 1)
    settled = np.tile(np.maximum(0, np.arange(12) - 1), (3, 1))  # as far as they are moves away
    assert not before_news(settled, walls, goal).any()
    settled[1, 11] = 0
    assert np.argwhere(before_news(settled, walls, goal)).tolist() == [[1, 11]]
