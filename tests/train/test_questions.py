"""The questions: all of them run at toy size, stopped runs go on, and sentences say what the numbers say."""

import json
import re

import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from train import experiments as questions
from train.experiments import __main__ as command_line
from train.experiments import adopted, document, drawing, key_door, numbers, question, worlds
from train.experiments.padding import sides_of
from train.experiments.question import ANSWERS, Kept, Question, answer, read_all, result, write


def toy(**changes):
    """A question that is answered in no time."""
    fields = {
        "number": 6, "question": "How much?", "hypothesis": "Half.",
        "cases": lambda quick: [{"k": k, "seed": seed} for k in (1, 2) for seed in (0, 1, 2)],
        "measure": lambda case, quick: [numbers.share("success", [True] * case["k"] + [False] * (case["seed"] + 1)),
                                        {"picture": {"title": "R", "values": [[1.0]]}}],
        "answer": lambda table: "; ".join(numbers.said(row) for row in table),
        "detail": lambda table: f"All {len(table)} of them.",
        "figure": {"kind": "lines", "x": "k", "by": ["measure"], "x_title": "k", "y_title": "success"},
        "columns": ("k",), "table": lambda rows: numbers.over_seeds(rows, ("k",)),
        "tries": (("zoo", "The zoo", {}),), "notes": ("A note.",),
    }
    return Question(**{**fields, **changes})


def test_there_are_22_and_each_says_what_was_expected():
    assert list(questions.NUMBERS) == list(range(1, 23))
    for number in questions.NUMBERS:
        found = questions.find(number)
        assert found.number == number
        assert found.question.rstrip().endswith("?")
        assert len(found.hypothesis) > 60
        assert found.columns
        assert found.cases(True)
    with pytest.raises(ValueError, match="none of number 23"):
        questions.find(23)


# A process for all: `python -m train.experiments all --quick` does the same.
@pytest.mark.parametrize("number", questions.NUMBERS)
def test_every_question_runs_at_toy_size(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what it leaves behind is left here
    found = answer(questions.find(number), quick=True, say=lambda line: None)
    for text in (found["answer"], found["detail"]):
        assert text.endswith(".")
        assert "nan" not in text.lower().split()
    assert found["table"]
    for row in found["table"]:
        assert row["low"] <= row["value"] + 1e-9
        assert row["value"] <= row["high"] + 1e-9
    json.dumps(found, allow_nan=False)
    assert f"q{number}" in found["command"]
    drawing.draw(found)
    document.table(found)


def test_a_quick_run_writes_nothing(monkeypatch, capsys):
    def refuse(*arguments):
        raise AssertionError("a quick run wrote a result")

    monkeypatch.setattr(question, "write", refuse)
    monkeypatch.setattr(document, "write", refuse)
    monkeypatch.setattr(document, "refresh", refuse)
    command_line.main(["q8", "--quick"])
    assert capsys.readouterr().out.splitlines()[-1].startswith("Q8: ")


def test_a_stopped_run_repeats_only_the_case_it_was_in(tmp_path):
    measured = []

    def measure(case, quick):
        measured.append(dict(case))
        if len(measured) == 3:
            raise KeyboardInterrupt
        return [numbers.share("success", [True, False])]

    with pytest.raises(KeyboardInterrupt):
        answer(toy(measure=measure), work=tmp_path, say=lambda line: None)
    found = answer(toy(measure=measure), work=tmp_path, say=lambda line: None)
    assert len(measured) == 7  # six cases, one of them twice
    assert [row["n"] for row in found["table"]] == [3, 3]
    assert found["seeds"] == [0, 1, 2]


def test_rows_of_cases_that_are_no_more_do_not_count(tmp_path):
    kept = Kept(tmp_path / "q6.json")
    kept.add({"k": 99}, [numbers.share("success", [True])], 1.0)
    found = answer(toy(), work=tmp_path, say=lambda line: None)
    assert {row["k"] for row in found["table"]} == {1, 2}


def test_the_answer_is_made_of_the_numbers(tmp_path):
    found = answer(toy(), work=tmp_path, say=lambda line: None)
    for row in found["table"]:
        assert numbers.said(row) in found["answer"]
    assert found["pictures"] == [{"title": "R", "values": [[1.0]]}] * 6
    assert all("picture" not in row for row in found["rows"])


def test_results_are_written_and_read_and_the_document_tells_them(tmp_path):
    found = answer(toy(), work=tmp_path / "work", say=lambda line: None)
    write(found, tmp_path)
    assert read_all(tmp_path)[6]["answer"] == found["answer"]
    document.write(tmp_path)
    text = (tmp_path / "ANSWERS.md").read_text()
    assert f"**{found['answer']}**" in text
    assert "*At length:* All 2 of them." in text
    assert "1 of 22 are answered" in text
    assert text.count("Not answered yet") == 21
    assert "![How much?](q06.svg)" in text
    assert (tmp_path / "q06.svg").read_text().startswith("<svg")
    assert (tmp_path / "q06_pictures.svg").is_file()


def test_no_results_no_document(tmp_path):
    document.write(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_repository_s_document_is_that_of_its_results():
    """`python -m train.experiments document` makes it anew where this fails."""
    found = read_all()
    if found:
        assert (ANSWERS / "ANSWERS.md").read_text(encoding="utf-8") == document.text(found)
        for number, each in found.items():
            made = question.from_rows(questions.find(number), each["rows"] or each["table"])
            stale = [key for key, value in made.items() if each[key] != json.loads(json.dumps(value))]
            assert not stale, f"q{number:02d}.json: {stale}"
            for name, picture in drawing.draw(each).items():
                assert (ANSWERS / name).read_text(encoding="utf-8") == picture


def test_cards_say_what_the_answers_speak_for():
    """`python -m train.experiments document` writes them anew where this fails."""
    results = read_all()
    for name in pnzoo.list_models():
        config = json.loads((hub.zoo_folder() / name / hub.CONFIG).read_text())["config"]
        assert pnzoo.card(name).get("choices", []) == adopted.choices(name, config, results), name
    assert "Question 10" in pnzoo.card("vin16")["choices"][1]
    assert "choices" not in pnzoo.card("vin16_paper")


def test_the_command_line_knows_its_names():
    assert command_line.chosen(["q6", "22", "document"]) == [6, 22]
    assert command_line.chosen(["all"]) == questions.NUMBERS
    for name in ("q0", "q23", "six", "--"):
        with pytest.raises(ValueError, match="no question"):
            command_line.chosen([name])


# -- numbers ------------------------------------------------------------------------------------


def test_intervals_hold_their_value_and_stay_where_shares_can_be():
    one = numbers.mean("x", [1.0, 1.0, 0.9], "%")
    assert one["high"] == 1.0
    assert one["low"] < one["value"]
    assert numbers.mean("x", [0.99, 0.98, 1.0], limits=(-1, 1))["high"] <= 1
    assert numbers.mean("x", [float("nan"), 2.0])["value"] == 2.0
    assert numbers.share("x", [])["n"] == 0


def test_three_seeds_have_student_s_interval():
    rows = [numbers.exact("success", value, "%", seed=seed, k=1) for seed, value in enumerate((0.5, 0.6, 0.7))]
    (row,) = numbers.over_seeds(rows, ("k",))
    assert row["value"] == pytest.approx(0.6)
    assert row["high"] - row["value"] == pytest.approx(4.3027 * 0.1 / 3**0.5, rel=1e-3)
    assert row["n"] == 3


def test_seeds_that_agree_keep_the_doubt_about_the_maps():
    """Three runs that solve the same 90 of 100 maps do not make the interval a point."""
    rows = [numbers.share("success", [True] * 90 + [False] * 10, seed=seed, k=1) for seed in range(3)]
    (row,) = numbers.over_seeds(rows, ("k",))
    assert (row["low"], row["high"]) == pytest.approx((rows[0]["low"], rows[0]["high"]))


def test_every_answer_is_a_sentence_and_not_a_table():
    for number, found in read_all().items():
        assert len(found["answer"]) < 420, f"q{number:02d}.json: {found['answer']}"
        assert found["answer"][0].isupper() or found["answer"].split()[0] in pnzoo.list_models()


def test_sentences_round_but_do_not_claim_certainty():
    assert numbers.number(0.9996, "%") == "99.96 %"
    assert numbers.number(1.0, "%") == "100.0 %"
    assert numbers.said(numbers.row("x", 0.5, 0.4, 0.6, 10, "%")) == "50.0 % (40.0 to 60.0)"
    assert numbers.said(numbers.exact("x", 3.0)) == "3.000"
    with pytest.raises(ValueError, match="2 rows"):
        numbers.pick([{"a": 1}, {"a": 1}], a=1)


def test_axes_have_round_ticks_that_cover_the_values():
    for low, high in ((0, 1), (0.93, 0.97), (1, 48), (3, 2000)):
        ticks = drawing.Axis([low, high], 0, 100).ticks()
        assert 3 <= len(ticks) <= 9
        assert all(low - (high - low) <= tick <= high + (high - low) for tick in ticks)
    assert drawing.Axis([5, 2000], 0, 100, log=True).ticks() == [10, 100, 1000]


def test_every_number_of_a_curve_is_drawn(tmp_path):
    found = answer(toy(), work=tmp_path, say=lambda line: None)
    picture = drawing.draw(found)["q06.svg"]
    assert len(re.findall("<circle|<rect", picture)) >= 1 + len(found["table"])
    assert "nan" not in picture


# -- worlds -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def places():
    return worlds.generate(12, 10, seed=0)


def test_every_move_leads_somewhere(places):
    np.testing.assert_allclose(places.chance.sum(axis=-1), 1, atol=1e-5)
    assert (places.chance >= 0).all()
    assert places.image[..., 7:].sum() == 24  # two doors a world


def test_walls_and_wrong_doors_let_nobody_in(places):
    wall = worlds.around(places.image[..., 0])[..., None, :] > 0
    wall[..., 4] = False  # staying is always possible
    assert (places.chance * wall).max() == 0
    # A door that leads north is entered by the move north alone.
    north = worlds.around(places.image[..., 7])[..., None, :] > 0
    entering = (places.chance * north)[..., [0, 1, 2, 3, 5, 6, 7, 8]]
    moves = np.nonzero(entering.sum(axis=-1) > 0.5)
    free = places.image[moves[0], moves[1], moves[2], 0] == 0
    plain = places.image[moves[0], moves[1], moves[2], 2:7].sum(axis=-1) == 0
    assert set(moves[3][free & plain]) <= {0}


def test_ice_slips_and_wind_blows():
    image = np.zeros((1, 5, 5, worlds.CHANNELS), "float32")
    image[0, 2, 2, 2] = 1  # ice
    image[0, 2, 3, 3] = 1  # wind to the north
    chance = worlds.dynamics(image)[0]
    assert chance[2, 2, 0].reshape(3, 3)[0] == pytest.approx([0.2, 0.6, 0.2])
    assert chance[2, 3, 1].reshape(3, 3)[2, 1] == pytest.approx(0.6)
    assert chance[2, 3, 1].reshape(3, 3)[0, 1] == pytest.approx(0.4)
    assert chance[1, 1, 2].reshape(3, 3)[1, 2] == 1


def test_the_solution_is_a_fixed_point_and_its_policy_arrives(places):
    cells = worlds.labelled(places.image, places.cost)
    q = 1 + np.einsum("bhwaj,bhwj->bhwa", places.chance, worlds.around(places.cost))
    near = cells & (places.cost < 20)
    np.testing.assert_allclose(q.min(axis=-1)[near], places.cost[near], atol=1e-2)
    arrived, cost = worlds.follow(places, q.argmin(axis=-1))
    assert arrived[near].min() > 0.99
    np.testing.assert_allclose(cost[near], places.cost[near], atol=0.2)
    assert (places.best.any(axis=-1) == cells).all()


def test_nothing_beats_the_solution(places):
    rng = np.random.default_rng(0)
    cells = worlds.labelled(places.image, places.cost) & (places.cost < 20)
    _, cost = worlds.follow(places, rng.integers(0, 8, places.cost.shape), moves=90)
    assert (cost[cells] >= places.cost[cells] - 0.05).all()


@pytest.fixture(scope="module")
def rooms():
    return key_door.generate(20, 10, seed=0)


def test_an_expert_takes_the_key_before_the_door(rooms):
    walks = key_door.expert(rooms, np.random.default_rng(0))
    for i in range(20):
        path = [tuple(cell) for cell in walks.position[i]]
        assert tuple(rooms.goal[i]) in path
        first_door = path.index(tuple(rooms.door[i]))
        assert tuple(rooms.key[i]) in path[:first_door]
        assert not walks.best[i, path.index(tuple(rooms.goal[i]))].any()


def test_only_who_has_the_key_gets_through(rooms):
    walks = key_door.expert(rooms, np.random.default_rng(0))
    best = walks.best.argmax(axis=-1)
    assert key_door.walk(rooms, expert_of(rooms)).all()
    from pnzoo import gridworld

    rows = np.arange(20)
    to_goal = gridworld.optimal_moves(rooms.walls, rooms.goal).argmax(axis=-1)
    direct = key_door.walk(rooms, lambda past, time: to_goal[rows, past[:, time, 0], past[:, time, 1]])
    assert direct.mean() < 0.5
    assert best.shape == (20, key_door.LONGEST)


def expert_of(rooms):
    from pnzoo import gridworld

    rows = np.arange(len(rooms.walls))
    closed = rooms.walls.copy()
    closed[rows, rooms.door[:, 0], rooms.door[:, 1]] = True
    to_key = gridworld.optimal_moves(closed, rooms.key).argmax(axis=-1)
    to_goal = gridworld.optimal_moves(rooms.walls, rooms.goal).argmax(axis=-1)

    def act(past, time):
        held = (past[:, : time + 1] == rooms.key[:, None]).all(axis=-1).any(axis=1)
        row, col = past[:, time].T
        return np.where(held, to_goal[rows, row, col], to_key[rows, row, col])

    return act


def test_padding_of_the_encoder():
    assert sides_of(28, "same", "valid") == [28, 14, 7, 3, 1]
    assert sides_of(28, "same", "same") == [28, 14, 7, 4, 2]
    assert len(sides_of(28, "valid", "valid")) < 5


def test_a_result_keeps_what_made_it():
    found = result(toy(), [{"rows": [numbers.share("success", [True], k=1, seed=0)], "hardware": "a", "backend": "jax",
                            "seconds": 1.5}])
    assert found["command"] == "KERAS_BACKEND=jax python -m train.experiments q6"
    assert found["seconds"] == 1.5
