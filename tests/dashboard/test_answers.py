"""The page Answers, on results of its own and on those of the repository."""

import json

import pytest

from dashboard import results
from dashboard.figures import answers as answer_figures

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
    return "\n".join(str(each.value) for kind in ("markdown", "caption", "info", "warning") for each in
                     getattr(app, kind))


def test_a_link_lands_on_its_question_and_opening_one_changes_the_address(answers, visit):
    app = visit("answers", question="18")
    asked = [each.value for each in app.markdown if each.value.startswith("**Q")]
    assert asked[0].startswith("**Q18.")
    assert app.toggle(key="open_18").value
    app.toggle(key="open_6").set_value(True).run()
    assert app.query_params["question"] == "6"
    assert next(each.value for each in app.markdown if each.value.startswith("**Q")).startswith("**Q18.")
    app.toggle(key="open_6").set_value(False).run()
    assert "question" not in app.query_params


def test_all_answers_are_in_view_and_one_opens(answers, visit):
    app = visit("answers")
    assert app.title[0].value == "What the reviews asked"
    assert "2 of 30" in texts(app)
    assert texts(app).count("It is 51.0 %.") == 2
    assert not app.dataframe
    app.toggle(key="open_6").set_value(True).run()
    assert not app.exception
    assert len(app.dataframe) == 1
    assert texts(app).count("With K = 4 too.") == 1
    assert any(each.value == "python -m train.experiments q06" for each in app.code)


def test_a_link_opens_a_question_and_comes_back(answers, visit):
    app = visit("answers", question="18", part="matching")
    assert texts(app).count("It is 51.0 %.") == 1
    assert dict(app.query_params) == {"question": "18", "part": "matching"}
    assert len(app.dataframe) == 1


@pytest.mark.parametrize("parameters", [{"question": "0"}, {"question": "x"}, {"question": "999"}, {"part": "rl"}])
def test_an_address_that_is_none_is_said(answers, visit, parameters):
    app = visit("answers", **parameters)
    assert len(app.warning) == 1
    assert texts(app).count("It is 51.0 %.") == 2


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
        assert stored[number]["command"] in [each.value for each in app.code]
        assert len(app.dataframe) == 1
