"""The experiments: they run at toy size, stopped runs go on, and sentences say what the numbers say."""

import json
from pathlib import Path

import pytest

import pnzoo
from pnzoo import hub
from tests.toys import uncompiled
from train import experiments
from train.experiments import __main__ as command_line
from train.experiments import design_notes, experiment, figures, metrics, report
from train.experiments.experiment import ANSWERS, Experiment, ResultCache, read_all, run, write
from train.experiments.few_shot.padding import sides_of
from train.rl import training

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
FAST = (7, 9, 18, 23)  # planning, reinforcement learning, few-shot, terrain: the others differ by their configuration


def quiet(line):
    pass


def toy(**changes):
    """An experiment that takes no time."""
    fields = {
        "number": 6, "question": "How much?", "hypothesis": "Half.",
        "conditions": lambda quick: [{"k": k, "seed": seed} for k in (1, 2) for seed in (0, 1, 2)],
        "run": lambda condition, quick: [
            metrics.proportion("success", [True] * condition["k"] + [False] * (condition["seed"] + 1)),
            {"picture": {"title": "R", "values": [[1.0]]}}],
        "conclusion": lambda table: "; ".join(metrics.format_ci(row) for row in table),
        "details": lambda table: f"All {len(table)} of them.",
        "figure": {"kind": "lines", "x": "k", "by": ["name"], "x_title": "k", "y_title": "success"},
        "columns": ("k",), "table": lambda rows: metrics.mean_over_seeds(rows, ("k",)),
        "links": (("zoo", "The zoo", {}),), "notes": ("A note.",),
    }
    return Experiment(**{**fields, **changes})


def test_each_says_what_was_expected():
    assert {*range(1, 29), 30} <= {*experiments.NUMBERS}
    for number in experiments.NUMBERS:
        one = experiments.find(number)
        assert one.number == number
        assert one.question.rstrip().endswith("?")
        assert len(one.hypothesis) > 60
        assert one.columns
        for page, label, _ in one.links:
            assert (ROOT / "dashboard" / "app_pages" / f"{page}.py").is_file(), label
        assert one.conditions(True)
    with pytest.raises(ValueError, match="none of number 99"):
        experiments.find(99)


# `make test-all` runs the slow ones too; `python -m train.experiments all --quick` does the same.
@pytest.mark.parametrize("number", [pytest.param(number, marks=[pytest.mark.slow] * (number not in FAST))
                                    for number in experiments.NUMBERS])
def test_an_experiment_runs_at_toy_size(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what it leaves behind is left here
    monkeypatch.setattr(training, "VALIDATION_MAPS", 8)
    with uncompiled():
        result = run(experiments.find(number), quick=True, log=quiet)
    for text in (result["conclusion"], result["details"]):
        assert text.endswith(".")
        assert "nan" not in text.lower().split()
    assert result["table"]
    for row in result["table"]:
        low, high = row["ci95"]
        assert low - 1e-9 <= row["value"] <= high + 1e-9
    json.dumps(result, allow_nan=False)
    assert f"q{number:02d}" in result["command"]
    report.table(result)


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    def refuse(*arguments):
        raise AssertionError("a quick run wrote a result")

    for module, name in ((experiment, "write"), (report, "write"), (report, "refresh"), (design_notes, "write")):
        monkeypatch.setattr(module, name, refuse)
    command_line.main(["q8", "--quick"])
    assert capsys.readouterr().out.splitlines()[-1].startswith("Q8: ")


def test_a_stopped_run_repeats_only_the_condition_it_was_in(tmp_path):
    measured = []

    def measure(condition, quick):
        measured.append(dict(condition))
        if len(measured) == 3:
            raise KeyboardInterrupt
        return [metrics.proportion("success", [True, False])]

    with pytest.raises(KeyboardInterrupt):
        run(toy(run=measure), work=tmp_path, log=quiet)
    result = run(toy(run=measure), work=tmp_path, log=quiet)
    assert len(measured) == 7  # six conditions, one of them twice
    assert [row["n"] for row in result["table"]] == [3, 3]
    assert result["seeds"] == [0, 1, 2]


def test_rows_of_former_conditions_do_not_count(tmp_path):
    cache = ResultCache(tmp_path / "q06.json")
    cache.add({"k": 99}, [metrics.proportion("success", [True])], 1.0)
    result = run(toy(), work=tmp_path, log=quiet)
    assert {row["k"] for row in result["table"]} == {1, 2}


@pytest.fixture
def toy_result(tmp_path):
    return run(toy(), work=tmp_path / "work", log=quiet)


def test_the_conclusion_is_made_of_the_numbers(toy_result):
    for row in toy_result["table"]:
        assert metrics.format_ci(row) in toy_result["conclusion"]
    assert toy_result["pictures"] == [{"title": "R", "values": [[1.0]]}] * 6
    assert all("picture" not in row for row in toy_result["rows"])


def test_results_are_written_and_read_and_the_report_tells_them(toy_result, tmp_path):
    write(toy_result, tmp_path)
    assert read_all(tmp_path)[6]["conclusion"] == toy_result["conclusion"]
    report.write(tmp_path)
    text = (tmp_path / "ANSWERS.md").read_text()
    assert f"**{toy_result['conclusion']}**" in text
    assert "*In detail:* All 2 of them." in text
    assert f"1 of {len(experiments.NUMBERS)} have been run" in text
    assert text.count("Not run yet") == len(experiments.NUMBERS) - 1
    assert "![How much?](q06.svg)" in text
    assert (tmp_path / "q06_pictures.svg").is_file()


def test_no_results_no_report(tmp_path):
    report.write(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_repository_s_report_is_that_of_its_results():
    """`python -m train.experiments report` makes it anew where this fails."""
    results = read_all()
    assert (ANSWERS / "ANSWERS.md").read_text(encoding="utf-8") == report.text(results)
    for number, result in results.items():
        fresh = experiment.from_rows(experiments.find(number), result["rows"] or result["table"])
        stale = [key for key, value in fresh.items() if result[key] != json.loads(json.dumps(value))]
        assert not stale, f"q{number:02d}.json: {stale}"
        for name, digest in figures.digests(result).items():
            assert digest in (ANSWERS / name).read_text(encoding="utf-8"), name


def test_cards_say_what_the_conclusions_speak_for():
    """`python -m train.experiments report` writes them anew where this fails."""
    results = read_all()
    for name in pnzoo.list_models():
        assert pnzoo.card(name).get("design_notes", []) == design_notes.notes(name, hub.config(name), results), name
    assert "Question 10" in pnzoo.card("vin16")["design_notes"][1]
    assert "design_notes" not in pnzoo.card("vin16_paper")


def test_the_command_line_knows_its_names():
    assert command_line.chosen(["q6", "q07", "22", "report"]) == [6, 7, 22]
    assert command_line.chosen(["all"]) == experiments.NUMBERS
    for name in ("q0", "q99", "six", "--"):
        with pytest.raises(ValueError, match="no experiment"):
            command_line.chosen([name])


# -- metrics ------------------------------------------------------------------------------------


def test_intervals_hold_their_value_and_stay_where_proportions_can_be():
    one = metrics.mean("x", [1.0, 1.0, 0.9], "%")
    assert one["ci95"][1] == 1.0
    assert one["ci95"][0] < one["value"]
    assert metrics.mean("x", [0.99, 0.98, 1.0], limits=(-1, 1))["ci95"][1] <= 1
    assert metrics.mean("x", [float("nan"), 2.0])["value"] == 2.0
    assert metrics.proportion("x", [])["n"] == 0


def test_three_seeds_have_student_s_interval():
    rows = [metrics.exact("success", value, "%", seed=seed, k=1) for seed, value in enumerate((0.5, 0.6, 0.7))]
    (row,) = metrics.mean_over_seeds(rows, ("k",))
    assert row["value"] == pytest.approx(0.6)
    assert row["ci95"][1] - row["value"] == pytest.approx(4.3027 * 0.1 / 3**0.5, rel=1e-3)
    assert row["n"] == 3


def test_seeds_that_agree_keep_the_doubt_about_the_maps():
    """Three runs that solve the same 90 of 100 maps do not make the interval a point."""
    rows = [metrics.proportion("success", [True] * 90 + [False] * 10, seed=seed, k=1) for seed in range(3)]
    (row,) = metrics.mean_over_seeds(rows, ("k",))
    assert row["ci95"] == pytest.approx(rows[0]["ci95"])


def test_every_conclusion_is_a_sentence_and_not_a_table():
    for number, result in read_all().items():
        assert len(result["conclusion"]) < 420, f"q{number:02d}.json: {result['conclusion']}"
        assert result["conclusion"][0].isupper() or result["conclusion"].split()[0] in pnzoo.list_models()


def test_sentences_round_but_do_not_claim_certainty():
    assert metrics.format_value(0.9996, "%") == "99.96 %"
    assert metrics.format_value(1.0, "%") == "100 %"
    assert metrics.format_ci(metrics.interval("x", 0.5, 0.4, 0.6, 10, "%")) == "50.0 % (40.0 to 60.0)"
    assert metrics.format_ci(metrics.exact("x", 3.0)) == "3.000"
    with pytest.raises(ValueError, match="2 rows"):
        metrics.select_one([{"a": 1}, {"a": 1}], a=1)


# -- figures ------------------------------------------------------------------------------------


def test_a_figure_holds_the_rows_that_its_specification_names():
    rows = [metrics.exact("success", k / 4, "%", k=k, model=model) for k in (2, 1) for model in ("a", "b")]
    lines = figures.series({"kind": "lines", "x": "k", "by": ["model"], "where": {"model": ["b", "c"]}}, rows)
    assert lines["series"] == [{"label": "b", "at": [1, 2], "value": [0.25, 0.5], "n": [1, 1],
                                "ci95": [[0.25, 0.25], [0.5, 0.5]]}]
    points = figures.series({"kind": "points", "by": ["model", "k"]}, rows)
    assert [group["at"] for group in points["series"]] == [["a, 2", "a, 1"], ["b, 2", "b, 1"]]
    assert figures.series({"kind": "points", "by": ["model"], "where": {"model": "d"}}, rows)["series"] == []


def test_the_same_numbers_make_the_same_file(toy_result):
    first, second = figures.draw(toy_result), figures.draw(toy_result)
    assert first == second
    assert set(first) == {"q06.svg", "q06_pictures.svg"} == set(figures.digests(toy_result))
    assert "nan" not in first["q06.svg"]
    assert ">success<" in first["q06.svg"]  # text stays text


# -- padding ----------------------------------------------------------------------------------------


def test_padding_of_the_encoder():
    assert sides_of(28, "same", "valid") == [28, 14, 7, 3, 1]
    assert sides_of(28, "same", "same") == [28, 14, 7, 4, 2]
    assert len(sides_of(28, "valid", "valid")) < 5


def test_a_result_keeps_what_made_it():
    entry = {"rows": [metrics.proportion("success", [True], k=1, seed=0)], "hardware": "a", "backend": "jax",
             "seconds": 1.5}
    result = experiment.result(toy(), [entry])
    assert result["command"] == "KERAS_BACKEND=jax python -m train.experiments q06"
    assert result["seconds"] == 1.5
