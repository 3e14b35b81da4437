"""The page Answers, on results of its own and on those of the repository."""

import json
import re
from pathlib import Path

import pytest

from dashboard import compute, glossary, headlines, results
from dashboard.figures import answer_pictures, theme
from dashboard.figures import answers as answer_figures
from dashboard.widgets import tiles as tiles_of

pytestmark = pytest.mark.integration

ROWS = [{"name": "success", "value": 0.5 + k / 100, "ci95": [0.4, 0.9], "n": 100, "unit": "%", "k": k,
         "model": model} for k in (1, 2, 4) for model in ("a_b", "c")]
TITLES = {"x_title": "K", "y_title": "success", "log_y": False, "unit": "%"}
LINES = {"kind": "lines", "log_x": True, **TITLES, "series": [
    {"label": name, "at": [1, 2, 4], "value": [0.51, 0.52, 0.54], "ci95": [[0.4, 0.9]] * 3, "n": [100] * 3}
    for name in ("a_b", "c")]}
POINTS = {"kind": "points", "log_x": False, **TITLES, "series": [
    {"label": name, "at": [f"{name}, {k}" for k in (1, 2)], "value": [0.51, 0.52], "ci95": [[0.4, 0.9]] * 2,
     "n": [100] * 2} for name in ("a_b", "c")]}


def result(number, **changes):
    return {
        "number": number, "question": f"What about *{number}*?", "hypothesis": "None.", "conclusion": "It is 51.0 %.",
        "details": "With K = 4 too.", "command": f"python -m train.experiments q{number:02d}", "hardware": "any",
        "backend": "tensorflow", "seconds": 3.0, "seeds": [0, 1, 2], "columns": ["model", "k"], "table": ROWS,
        "rows": [], "links": [["zoo", "The zoo", {}]], "notes": ["A note."], "figure": LINES,
        "pictures": [{"title": "R", "values": [[0.0, -1.0], [2.0, 0.5]]}], **changes,
    }


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """A folder with two results."""
    for stored in (result(6), result(18, figure=POINTS, pictures=[])):
        (tmp_path / f"q{stored['number']:02d}.json").write_text(json.dumps(stored))
    (tmp_path / "q07.json").write_text("{broken")
    (tmp_path / "q08.json").write_text('{"number": 8}')
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    return tmp_path


def texts(app):
    return "\n".join(str(each.value) for kind in ("markdown", "caption", "info", "warning", "header") for each in
                     getattr(app, kind))


def tiles(app):
    """Of the wall, not the picture of an open question."""
    shown = [json.loads(each.proto.json)["tiles"] for each in app.get("bidi_component")
             if each.proto.component_name.endswith("tiles")]
    (wall,) = [found for found in shown if not found[0].get("alone")]
    return wall


def test_every_answer_is_a_tile_with_a_picture_and_one_line(answers, visit):
    app = visit("answers")
    assert app.title[0].value == "What papers left open"
    assert "2 of 31" in texts(app)
    assert [tile["id"] for tile in tiles(app)] == ["6", "18"]
    for tile in tiles(app):
        assert tile["title"] == "It is 51.0%."  # made-up results: no finding fits them
        assert "<rect" in tile["svg"] or "<polyline" in tile["svg"] or 'class="bars"' in tile["svg"]
        assert not tile["open"]
    assert not app.dataframe


def test_a_link_lands_on_its_question_which_closes(answers, visit):
    app = visit("answers", question="18", part="matching")
    assert app.header[0].value == "Is a simple classifier as good?"  # above all tiles
    assert [(tile["id"], tile["open"]) for tile in tiles(app)] == [("18", True)]
    assert dict(app.query_params) == {"question": "18", "part": "matching"}
    assert "With K = 4 too." not in texts(app)
    app.session_state["more_18"] = True
    app.run()
    assert len(app.dataframe) == 1
    assert texts(app).count("With K = 4 too.") == 1
    assert "Question 18" in texts(app)
    assert "*In the review's words:* What about" in texts(app)
    app.button(key="close_question").click().run()
    assert not app.header
    assert dict(app.query_params) == {"part": "matching"}


def test_the_next_question_is_one_touch_away(answers, visit):
    app = visit("answers", question="6")
    app.button(key="next_question").click().run()
    assert app.header[0].value == "Is a simple classifier as good?"
    assert "next_question" not in [each.key for each in app.button], "there is none after the last one"


def test_the_line_is_a_whole_statement_without_intervals():
    line = results.line

    assert line("One does: with 50 maps (of 8x8 (sic)) it has 88.2 % (84.3 to 92.1); more.") == (
        "One does: with 50 maps it has 88.2 %.")
    assert line("It has, " + "very " * 40 + "many.") == "It has."
    assert len(line("word " * 60)) <= 111
    assert line("There is nothing to rescue: of 6 sets, averaged ones are better in 0, " + "very " * 30) == (
        "There is nothing to rescue.")


@pytest.mark.parametrize("former,part", [("vin", "limits"), ("terrain", "worlds"), ("photographs", "matching")])
def test_links_to_parts_of_before_still_lead_to_them(answers, visit, former, part):
    app = visit("answers", part=former)
    assert not app.warning
    assert dict(app.query_params) == {"part": part}


@pytest.mark.parametrize("parameters", [{"question": "0"}, {"question": "x"}, {"question": "999"}, {"part": "rl"}])
def test_an_address_that_is_none_is_said(answers, visit, parameters):
    app = visit("answers", **parameters)
    assert len(app.warning) == 1
    assert len(tiles(app)) == 2


def test_a_card_with_another_number_than_the_answer_is_named(answers, visit, monkeypatch):
    (answers / "q09.json").write_text((Path(__file__).parents[2] / "train" / "answers" / "q09.json").read_text())
    metric = {"name": "success_rate", "value": 0.5, "ci95": [0.4, 0.6], "n": 9, "unit": "%", "seeds": [],
              "dataset": {"kind": "generated_maps"}, "command": "none", "paper": None}
    monkeypatch.setattr(compute, "cards", lambda: {"vin16_rl": {"metrics": [metric]}})
    assert "vin16\\_rl 50.00%" in visit("answers", question="9").caption[0].value


def test_without_results_it_says_where_they_are(tmp_path, monkeypatch, visit):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    assert "train.experiments" in visit("answers").info[0].value


def test_lines_and_points_show_what_the_result_says():
    lines = answer_figures.main_figure(result(6))
    assert [trace.name for trace in lines.data] == ["a_b", "c"]
    assert list(lines.data[0].x) == [1, 2, 4]
    assert lines.data[0].error_y.array[0] == pytest.approx(0.39)
    assert lines.layout.xaxis.type == "log"
    points = answer_figures.main_figure(result(18, figure=POINTS))
    assert sorted(y for trace in points.data for y in trace.y) == ["a_b, 1", "a_b, 2", "c, 1", "c, 2"]
    assert list(points.layout.yaxis.tickvals) == ["a_b, 1", "a_b, 2", "c, 1", "c, 2"]
    texts = [each.text for each in points.layout.annotations]
    assert [text for text in texts if "%" not in text] == ["<b>a_b</b>", "1", "2", "<b>c</b>", "1", "2"]
    values = [value for series in POINTS["series"] for value in series["value"]]
    assert [text for text in texts if "%" in text] == [f"<b>{headlines.number(value, '%')}</b>" for value in values]
    many = [{**LINES["series"][0], "label": name} for name in "abcdefg"]
    waiting = [trace.visible for trace in answer_figures.main_figure(result(6, figure={**LINES, "series": many})).data]
    assert waiting == [True] * 5 + ["legendonly"] * 2
    low, high = points.layout.xaxis.range
    assert (high - low) / points.layout.xaxis.dtick > 2, "an axis with one number says nothing"


def test_the_table_has_no_column_without_values(answers, visit):
    rows = [{**row, "name": "success", "empty": None, "half": row["k"] if row["k"] > 1 else None} for row in ROWS]
    (answers / "q06.json").write_text(json.dumps(result(6, table=rows, columns=["model", "empty", "half"])))
    app = visit("answers", question="6")
    app.session_state["more_6"] = True
    app.run()
    shown = app.dataframe[0].value
    assert list(shown.columns) == ["metric", "value", "from", "to", "unit", "n", "model", "half"]
    assert not shown.isna().any(axis=None)


def test_only_what_is_best_is_orange_on_its_tile_and_in_its_figure():
    look = theme.of(False)
    for number, stored in results.read_all().items():
        drawing, winner = answer_figures.main_figure(stored), headlines.winner(stored)
        if stored["figure"]["kind"] == "lines":
            colours = {trace.name: trace.line.color for trace in drawing.data}
            if not winner and headlines.ahead(stored):
                winner = headlines.curves(stored)[0][1]["label"]
            assert [name for name, colour in colours.items() if colour == look.path] == [
                glossary.worded(winner)] * bool(winner), number
            if headlines.curves(stored) and not headlines.measured(stored):
                assert (look.path in answer_pictures.small(stored)) == headlines.ahead(stored), number
            continue
        bars = zip(headlines.measured(stored), headlines.answering(stored), strict=True)
        by_value = [leads for bar, leads in sorted(bars, key=lambda each: each[0].value)]
        if len({bar.unit for bar in headlines.measured(stored)}) == 1:  # no bar behind an orange one is better
            ordered = by_value if not headlines.of(stored).low else by_value[::-1]
            assert ordered == sorted(ordered), number
        orange = {(trace.name, at) for trace in drawing.data if trace.marker.color == look.path for at in trace.y}
        assert orange == {(glossary.worded(series), at) for series, at in headlines.answers(stored) if series}, number


def test_nothing_to_draw_is_no_figure():
    assert answer_figures.main_figure(result(6, figure={**LINES, "series": []})) is None


def test_matrices_have_white_at_zero():
    (heat,) = answer_figures.matrices(result(6)["pictures"]).data
    assert heat.zmin == -2
    assert heat.zmax == 2


def test_the_repository_s_results_are_shown(visit):
    stored = results.read_all()
    if stored:
        number = min(stored)
        app = visit("answers", question=str(number))
        app.session_state[f"more_{number}"] = True
        app.run()
        snippets = [each.proto.json for each in app.get("bidi_component")
                    if each.proto.component_name.endswith("snippet")]
        assert any(stored[number]["command"] in each for each in snippets)
        assert len(app.dataframe) == 1
        assert all(tile["line"] and tile["svg"].count("<") > 3 for tile in tiles(app))


def test_each_headline_is_found_in_its_result():
    for number, stored in results.read_all().items():
        wanted = headlines.of(stored)
        assert number in headlines.HEADLINES
        assert [bar.label for bar in headlines.measured(stored)] == [label for label, *_ in wanted.bars], number
        assert [label for label, _ in headlines.curves(stored)] == [label for label, *_ in wanted.curves], number
        assert wanted.bars or wanted.curves or stored["pictures"], number
        svg = answer_pictures.small(stored)
        for bar in headlines.measured(stored):
            assert headlines.number(bar.value, bar.unit) in svg, number


def test_each_picture_says_what_it_was_measured_on():
    for number, stored in results.read_all().items():
        wanted, data = headlines.of(stored).data, headlines.data(stored)
        assert bool(wanted) == bool(data), f"question {number}: its notes have other words"
        assert data in answer_pictures.small(stored), number
        assert not data or not headlines.data({**stored, "notes": [], "table": []}), "they are the result's own words"


def test_films_of_the_zoo_stand_beside_what_moves():
    stored = results.read_all()
    for number in [number for number in stored if headlines.HEADLINES[number].films]:
        shown = tiles_of.beside("", headlines.HEADLINES[number].films, dark=True)
        assert shown.count("<svg ") == len(headlines.HEADLINES[number].films), number
    assert tiles_of.beside("<p></p>", (("no_such_entry", "nothing"),), dark=False) == "<p></p>"


def test_curves_that_lie_on_each_other_are_said_to_and_both_are_seen():
    curve = {"label": "vin16", "at": [1, 2, 3, 4, 5], "value": [0.1, 0.5, 0.9, 0.95, 1.0], "ci95": [[0, 1]] * 5,
             "n": [1] * 5}
    both = lambda other: answer_pictures.small(result(4, pictures=[], figure={  # noqa: E731
        **LINES, "log_x": False, "series": [curve, {**curve, "label": "vin16_paper", "value": other}]}))
    assert "lie on each other" in both([0.1, 0.51, 0.9, 0.96, 0.99])
    assert 'class="band"' in both([0.1, 0.51, 0.9, 0.96, 0.99])
    assert "lie on each other" not in both([0.1, 0.2, 0.3, 0.4, 0.5])


def test_learned_kernels_stand_where_their_moves_lead():
    moves = ("N", "S", "E", "W", "NE", "NW", "SE", "SW")
    series = [{**POINTS["series"][0], "label": name, "at": [at], "value": [0.5], "ci95": [[0.4, 0.6]], "n": [1]}
              for _, name, at in headlines.HEADLINES[3].bars]
    kernels = [{"title": f"vin16: {move}", "values": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]} for move in moves]
    shown = answer_pictures.small(result(3, figure={**POINTS, "series": series}, pictures=kernels))
    assert re.findall("<figcaption>(.*?)</figcaption>", shown) == ["NW", "N", "NE", "W", "E", "SW", "S", "SE"]
    assert "compass" not in answer_pictures.small(result(3, figure={**POINTS, "series": series}, pictures=kernels[1:]))


def test_each_line_says_in_plain_words_the_numbers_of_its_picture():
    for number, stored in results.read_all().items():
        line, svg = headlines.line(stored), answer_pictures.small(stored)
        assert line, f"the measurements of question {number} are in another order: its answer needs other words"
        assert len(line) <= 120, number
        assert line[0].isupper() or line[0].isdigit(), number
        assert line.endswith("."), number
        finding, about = headlines.finding(stored), headlines.of(stored).about
        assert 0 < len(finding) <= 60, number
        assert not finding.endswith("."), number
        assert not re.search(r"\d", finding), f"question {number}: numbers stand in the line, where they are computed"
        assert about.endswith((".", "?")), number
        assert len(about) <= 200, number
        for told in re.findall(r"[-+]?[\d,]*\d(?:\.\d+)?(?:%| points| ms| M)", line):
            picture = headlines.HEADLINES[number].bars or headlines.HEADLINES[number].curves
            assert picture or headlines.told(stored)
            assert f">{told}<" in svg or not picture, f"question {number}: {told} is not in its picture"


def test_a_line_holds_only_while_its_measurements_stand_in_that_order():
    stored = next(iter(results.read_all().values()))
    last = headlines.measured(stored)[-1]
    assert headlines.number(last.value, last.unit) in headlines.line(stored)
    turned = json.loads(json.dumps(stored))
    for series in turned["figure"]["series"]:
        series["value"] = [1 - value for value in series["value"]]
    assert headlines.line(turned) == headlines.finding(turned) == ""
    assert headlines.line({**turned, "figure": {**turned["figure"], "series": []}}) == ""


@pytest.mark.parametrize("low,leads", [(False, [True, True, False, False]), (True, [False, False, True, False])])
def test_the_best_leads_with_all_that_the_intervals_do_not_tell_from_it(low, leads):
    bars = [headlines.Measurement("a", value, unit, ends) for value, unit, ends in (
        (0.8, "%", (0.7, 0.9)), (0.7, "%", (0.65, 0.75)), (0.2, "%", (0.1, 0.3)), (0.75, "", (0.7, 0.9)))]
    assert headlines.leading(bars, low) == leads
    assert headlines.leading(bars[:2], low) == [False, False], "where all are tied, nothing wins"


@pytest.mark.parametrize("value,unit,text", [
    (1.0, "%", "100%"), (0.9997, "%", "99.97%"), (0.5, "%", "50.0%"), (-0.002, "points", "-0.2 points"),
    (1.86e6, "", "1.9 M"), (6649.0, "ms", "6,649 ms"), (0.934, "", "0.934"),
])
def test_numbers_of_a_tile_are_short_and_not_rounded_to_whole(value, unit, text):
    assert headlines.number(value, unit) == text
