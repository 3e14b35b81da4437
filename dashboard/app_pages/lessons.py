"""Lessons: six tasks on the canvases, from how value spreads to why order matters."""

import streamlit as st

from dashboard import glossary, lessons, share, state


def page():
    st.title("Six lessons")
    st.markdown("One sentence and one task each, on the same canvases as everything else here. A lesson knows when its "
                "task is done, and its link can be sent to somebody.")
    state.adopt({})
    for number, lesson in enumerate(lessons.LESSONS, 1):
        if number % 3 == 1:  # a row: on a phone, where columns lie one below the other, the order stays
            columns = st.columns(3, gap="medium")
        with columns[(number - 1) % 3].container(border=True, height="stretch"):
            st.header(f"{number}. {lesson.title}", anchor=False)
            st.markdown(f"{lesson.sentence}\n\n**Task.** {lesson.task}")
            lessons.follow(number, "Start")
    state.publish({})
    share.panel("lessons", "from dashboard import lessons\n\nfor lesson in lessons.LESSONS:\n    print(lesson.title)")
    glossary.show()


page()
