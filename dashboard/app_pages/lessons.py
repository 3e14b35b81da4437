"""Lessons: six tasks on the canvases, from how value spreads to why order matters."""

from urllib.parse import urlencode

import numpy as np
import streamlit as st

from dashboard import compute, glossary, lessons, share, state
from dashboard.figures import few_shot_svg, lessons_svg
from dashboard.widgets import headings, tiles
from pnzoo.worlds.gridworld.rollout import optimal_steps

SHUFFLED = 6  # the lesson about order
FILMS = {4: "cnn16"}  # lessons on a map whose picture is the model's own


def page():
    done = lessons.finished()
    headings.heading("Six lessons")
    state.adopt({})
    headings.sentence(f"A task each, on the page itself, which knows when it is done. **{len(done)} of "
                      f"{len(lessons.LESSONS)} done.**")
    tiles.show("lessons", "lesson", [tile(number, lesson, number in done)
                                     for number, lesson in enumerate(lessons.LESSONS, 1)], choose, roomy=True)
    if number := st.session_state.pop("lesson_chosen", None):
        lesson = lessons.LESSONS[number - 1]
        st.switch_page(f"app_pages/{lesson.page}.py", query_params={**lesson.link, "lesson": str(number)})
    state.publish({})
    share.panel("lessons", "from dashboard import lessons\n\nfor lesson in lessons.LESSONS:\n    print(lesson.title)")
    glossary.show()


def choose(number):
    lessons.start_again()
    st.session_state["lesson_chosen"] = int(number)


def tile(number, lesson, done):
    address = "" if lesson.page == "plan" else lesson.page
    return {"id": str(number), "tag": f"Lesson {number}" + (" ✓ done" if done else ""), "title": lesson.title,
            "line": lesson.sentence, "more": lesson.task, "press": "Start again" if done else "Start", "open": False,
            "href": f"./{address}?{urlencode({**lesson.link, 'lesson': number})}", **picture(number, lesson)}


def picture(number, lesson):
    """The map of a lesson with value spreading over it, its classes in another order, or the film of its model."""
    if number == SHUFFLED:
        return {"svg": few_shot_svg.reordered("ABCDE", "DAECB", st.context.theme.type == "dark")}
    if number in FILMS or "map" not in lesson.link:
        return tiles.film(FILMS.get(number, lesson.link.get("fewshot")))
    steps = int(lesson.link["k"]) if "k" in lesson.link else None
    return {"svg": spread(lesson.link["map"], steps, st.context.theme.type == "dark")}


@st.cache_data(max_entries=20, show_spinner=False)
def spread(map_text, last, dark):
    """Value that spreads over a map, for `last` steps or to the end; with the way where it has come to S."""
    walls, start, goal = compute.read_map(map_text)
    cells = np.argwhere(~walls)
    same = lambda cell: np.repeat(np.array([cell]), len(cells), axis=0)  # noqa: E731
    steps = np.full(walls.shape, -1)
    steps[tuple(cells.T)] = optimal_steps(np.repeat(walls[None], len(cells), axis=0), same(goal), cells)
    path = compute.solution(map_text).shortest_path if last is None else ()
    return lessons_svg.spread(walls, start, goal, steps, path, last, dark)


page()
