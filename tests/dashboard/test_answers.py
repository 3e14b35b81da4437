"""The page Answers, on results of its own and on those of the repository."""

import json

import pytest

import figures_answers
import results

ROWS = [{"measure": "success", "value": 0.5 + k / 100, "low": 0.4, "high": 0.9, "n": 100, "unit": "%", "k": k,
         "model": model} for k in (1, 2, 4) for model in ("a_b", "c")]


def result(number, **changes):
    return {
        "number": number, "question": f"What about *{number}*?", "hypothesis": "None.", "answer": "It is 51.0 %.",
        "detail": "With K = 4 too.",
        "command": f"python -m train.experiments q{number}", "hardware": "any", "backend": "tensorflow", "seconds": 3.0,
        "seeds": [0, 1, 2], "columns": ["model", "k"], "table": ROWS, "rows": [], "tries": [["zoo", "The zoo", {}]],
        "pictures": [{"title": "R", "values": [[0.0, -1.0], [2.0, 0.5]]}], "notes": ["A note."],
        "figure": {"kind": "lines", "x": "k", "by": ["model"], "x_title": "K", "y_title": "success", "log": True},
        **changes,
    }


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """A folder with two results."""
    points = {"kind": "points", "by": ["model", "k"], "where": {"k": [1, 2]}, "x_title": "success"}
    for found in (result(6), result(18, figure=points, pictures=[])):
        (tmp_path / f"q{found['number']:02d}.json").write_text(json.dumps(found))
    (tmp_path / "q07.json").write_text("{broken")
    (tmp_path / "q08.json").write_text('{"number": 8}')
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    return tmp_path


def texts(app):
    return "\n".join(str(each.value) for kind in ("markdown", "caption", "info", "warning") for each in
                     getattr(app, kind))


def test_all_answers_are_in_view_and_one_opens(answers, visit):
    app = visit("answers")
    assert app.title[0].value == "What the reviews asked"
    assert "2 of 22" in texts(app)
    assert texts(app).count("It is 51.0 %.") == 2
    assert not app.dataframe
    app.toggle(key="open_6").set_value(True).run()
    assert not app.exception
    assert len(app.dataframe) == 1
    assert texts(app).count("With K = 4 too.") == 1
    assert any(each.value == "python -m train.experiments q6" for each in app.code)


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


def test_curves_and_points_show_what_the_result_says():
    lines = figures_answers.result(result(6))
    assert [trace.name for trace in lines.data] == ["a_b", "c"]
    assert list(lines.data[0].x) == [1, 2, 4]
    assert lines.data[0].error_y.array[0] == pytest.approx(0.39)
    assert lines.layout.xaxis.type == "log"
    dots = figures_answers.result(result(18, figure={"kind": "points", "by": ["model", "k"], "where": {"k": [1, 2]}}))
    assert sorted(y for trace in dots.data for y in trace.y) == ["a_b, 1", "a_b, 2", "c, 1", "c, 2"]


def test_nothing_to_draw_is_no_figure():
    assert figures_answers.result(result(6, figure={"kind": "points", "by": ["model"], "where": {"k": 99}})) is None


def test_matrices_have_white_at_zero():
    (heat,) = figures_answers.matrices(result(6)["pictures"]).data
    assert heat.zmin == -2
    assert heat.zmax == 2


def test_the_repository_s_results_are_shown(visit):
    found = results.answered()
    if found:
        number = min(found)
        app = visit("answers", question=str(number))
        assert found[number]["command"] in [each.value for each in app.code]
        assert len(app.dataframe) == 1
