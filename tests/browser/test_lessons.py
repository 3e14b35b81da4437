"""Each lesson's check with the zoo's own models: not done on arrival, done once its task is."""

import re

import pytest

pytest.importorskip("streamlit", reason="the dashboard's own extra is not installed")

from dashboard import lessons, results, state
from dashboard.widgets import episode_controls, map_input, painted
from pnzoo import list_models

pytestmark = [pytest.mark.integration, pytest.mark.skipif(
    not {"vin16", "cnn16", "matching_glyphs", "matching_fce_glyphs"} <= set(list_models()), reason="they need the zoo")]


@pytest.fixture(scope="module", autouse=True)
def zoo_as_it_is():
    """What tests before these showed to the pages in place of the zoo is forgotten, and the zoo after these."""
    import streamlit as st

    from dashboard import compute

    def forget():
        st.cache_data.clear()
        st.cache_resource.clear()
        compute.zoo.read_zoo.clear()

    forget()
    yield
    forget()


# What a visitor who did the task has changed; None where several tries are needed.
DONE = {1: {"step": 25, "heard": (25, 24)}, 2: {"k": 40}, 3: {"paint": ((13, 6, -6.0),)}, 5: {"drop": (0,)}}


@pytest.fixture
def values(monkeypatch):
    """The state of a page, without a browser."""
    kept = {}
    monkeypatch.setattr(state, "get", lambda name, default=None: kept.get(name, default))
    return kept


def arrive(values, number):
    readers = {**episode_controls.readers(), "map": map_input.from_address, "k": int, "step": int, "layer": str,
               "model": str, "race": str, "paint": painted.from_address}
    values.clear()
    values.update({name: readers[name](text) for name, text in lessons.LESSONS[number - 1].link.items()})
    return lessons.LESSONS[number - 1].done


@pytest.mark.parametrize("number", [1, 5, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3, 4, 6))])
def test_a_lesson_is_done_when_its_task_is(values, number):
    done = arrive(values, number)
    assert not done()
    if number == 4:
        from pnzoo import gridworld

        for seed in range(200):
            drawn = gridworld.generate(1, 16, seed=seed)
            walls, goal = drawn[0][0], tuple(map(int, drawn[1][0]))
            start = gridworld.farthest_starts(walls[None], [goal])[0]
            values["map"] = gridworld.to_string(walls, tuple(map(int, start)), goal)
            if done():
                return
        raise AssertionError("no map on which cnn16 is lost where vin16 arrives")
    if number == 6:
        for order in range(1, 40):
            values["order"] = order
            if seen := done():
                before, after = re.search(r"It said (.) .* it says (.) ", seen).groups()
                assert before != after
                return
        raise AssertionError("no order that matters")
    values.update(DONE[number])
    assert done()
    if number == 5:
        before, after = re.search(r"It said (.) .* it says (.) ", done()).groups()
        assert before != after


def test_the_last_step_has_no_number_and_counts_like_any_other(values):
    done = arrive(values, 1)
    values["heard"] = (25, 24)  # as it was said before the lesson was opened again
    assert not done()
    values.update(step=None, heard=(None, 24))
    assert done().startswith("S heard of G at step 24,")


@pytest.mark.slow
def test_a_path_that_leaves_its_cell_and_is_lost_has_done_the_task_too(values):
    done = arrive(values, 3)
    values["paint"] = ((13, 7, -20.0),)
    assert done().startswith("It left the cell that you made costly, and is lost: it ")


def test_the_picture_of_lesson_4_is_what_the_planners_do(values):
    from dashboard import compute
    from dashboard.app_pages import lessons as page
    from pnzoo import gridworld

    walls, start, goal = gridworld.from_string(lessons.LESSONS[page.LOST - 1].link["map"])
    walls[page.WALL] = True
    map_text = gridworld.to_string(walls, start, goal)
    for name, way in zip(("vin16", "cnn16"), page.WAYS, strict=True):
        walk = compute.planned(name, map_text, compute.steps_for(name, map_text, None)).plan
        assert [tuple(map(int, cell)) for cell in walk.path] == list(way)


def test_what_a_class_may_discuss_was_measured():
    assert {lesson.answer for lesson in lessons.LESSONS} <= results.read_all().keys()
