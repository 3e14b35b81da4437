"""Lessons: six tasks on the canvases, from how value spreads to why order matters."""

from urllib.parse import urlencode

import numpy as np
import streamlit as st

from dashboard import compute, glossary, lessons, results, share, state
from dashboard.figures import few_shot_svg, lessons_svg, planning_svg
from dashboard.widgets import headings, tiles
from pnzoo.worlds.gridworld.rollout import optimal_steps

ONWARD = (("plan", "A map of your own", "grid_on"), ("inside", "Inside a planner", "visibility"),
          ("few_shot", "A drawing of your own", "draw"), ("answers", "What was measured", "quiz"))
SHUFFLED = 6  # the lesson about order
LOST = 4  # the lesson about reaction
# A wall across the way of that lesson, and where vin16 and cnn16 go then.
WALL = (slice(8, 15), 10)
WAYS = (((13, 6), (13, 7), (13, 8), (12, 9), (11, 9), (10, 9), (9, 9), (8, 9), (7, 10), (8, 11), (9, 11), (10, 11),
         (11, 11), (12, 11), (13, 11)), ((13, 6), (13, 7), (13, 8), (13, 9)))


def page():
    done = lessons.finished()
    headings.heading("Six lessons")
    state.adopt({})
    so_far = f"{len(done)} of {len(lessons.LESSONS)} done.".replace(" ", "\N{NO-BREAK SPACE}")
    with st.container(key="introduction"):
        headings.sentence(f"A small task each: the page sees when it is done. **{so_far}**")
    if len(done) == len(lessons.LESSONS):
        farewell()
    tiles.show("lessons", "lesson", [tile(number, lesson, number in done)
                                     for number, lesson in enumerate(lessons.LESSONS, 1)], choose, roomy=True)
    if number := st.session_state.pop("lesson_chosen", None):
        lesson = lessons.LESSONS[number - 1]
        st.switch_page(f"app_pages/{lesson.page}.py", query_params={**lesson.link, "lesson": str(number)})
    discuss()
    lessons.remember()
    state.publish({})
    share.panel("lessons", "from dashboard import lessons\n\nfor lesson in lessons.LESSONS:\n    print(lesson.title)")
    glossary.show()


def farewell():
    """After the last one: what was learned, and where to go from here."""
    with st.container(border=True, key="all_lessons_done"):
        st.markdown(":green[:material/check_circle:] **All six done.** You have seen value spread from the goal (1), "
                    "as far as K reaches (2); a path that follows a learned R, not the picture of a map (3); and a net "
                    "lost because it never tries where its moves lead (4). With few examples, the pictures most alike "
                    "decide (5), and their order should not (6).")
        with st.container(horizontal=True, gap="small"):
            for page, label, icon in ONWARD:
                st.page_link(f"app_pages/{page}.py", label=label, icon=f":material/{icon}:")


def discuss():
    """For those who teach: a question after each lesson, and where it was measured."""
    if not results.read_all():  # in a wheel there are none
        return
    with st.expander("For a class: a question after each lesson, and what was measured", icon=":material/forum:"):
        for number, lesson in enumerate(lessons.LESSONS, 1):
            st.page_link("app_pages/answers.py", label=f"Lesson {number}: {lesson.discuss}", icon=":material/quiz:",
                         query_params={"question": str(lesson.answer)})


def choose(number):
    lessons.start_again()
    st.session_state["lesson_chosen"] = int(number)


def tile(number, lesson, done):
    address = "" if lesson.page == "plan" else lesson.page
    return {"id": str(number), "tag": f"Lesson {number}" + (" ✓ done" if done else ""), "title": lesson.title,
            "line": lesson.sentence, "more": lesson.task, "press": "Start again" if done else "Start",
            "quiet": done, "open": False,
            "href": f"./{address}?{urlencode({**lesson.link, 'lesson': number})}", **picture(number, lesson)}


def picture(number, lesson):
    """The map of a lesson with value or walks on it, its classes in another order, or the film of its model."""
    if number == SHUFFLED:
        return {"svg": few_shot_svg.reordered("ABCDE", "DAECB", st.context.theme.type == "dark")}
    if number == LOST:
        walls, start, goal = compute.read_map(lesson.link["map"])
        walls = walls.copy()
        walls[WALL] = True
        return {"svg": planning_svg.walks(walls, start, goal, WAYS, st.context.theme.type == "dark",
                                           part=(5, 5, 11, 11))}
    if "map" not in lesson.link:
        return {**tiles.film(lesson.link.get("fewshot")), "turned": st.context.theme.type == "dark"}
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
