"""Lessons: six tasks on the canvases, from how value spreads to why order matters."""

from pathlib import Path

import streamlit as st

from dashboard import compute, glossary, lessons, share, state
from dashboard.figures import planning_svg


def page():
    st.title("Six lessons")
    st.markdown("One sentence and one task each, on the same canvases as everything else here. A lesson knows when its "
                "task is done, and its link can be sent to somebody.")
    state.adopt({})
    for number, lesson in enumerate(lessons.LESSONS, 1):
        if number % 3 == 1:  # a row: on a phone, where columns lie one below the other, the order stays
            columns = st.columns(3, gap="medium")
        with columns[(number - 1) % 3].container(border=True, height="stretch"):
            beside = st.container(horizontal=True, gap="medium", vertical_alignment="top", wrap=False)
            beside.image(picture(lesson), width=84, alt="")
            with beside.container(width="stretch"):
                done = " :green[:material/check_circle:]" if number in lessons.finished() else ""
                st.header(f"{number}. {lesson.title}{done}", anchor=False)
                st.markdown(f"{lesson.sentence}\n\n**Task.** {lesson.task}")
                lessons.follow(number, "Again" if done else "Start")
    state.publish({})
    share.panel("lessons", "from dashboard import lessons\n\nfor lesson in lessons.LESSONS:\n    print(lesson.title)")
    glossary.show()


def picture(lesson):
    """The map of a lesson, or the last picture of its model's thumbnail."""
    if "map" in lesson.link:
        walls, start, goal = compute.read_map(lesson.link["map"])
        way = compute.solution(lesson.link["map"]).shortest_path
        return planning_svg.world(walls, start, goal, way, dark=st.context.theme.type == "dark")
    from PIL import Image

    strip = Image.open(Path(__file__).parents[1] / "thumbnails" / f"{lesson.link['fewshot']}.png")
    return strip.crop((strip.width - strip.height, 0, strip.width, strip.height)).convert("RGB")


page()
