"""Answers: the questions that two well-known reviews of the papers left open, each with an experiment."""

from pathlib import Path

import streamlit as st

import figures_answers
import results
import share
import url_state
import words

PARTS = {"all": "All", "vin": "Value Iteration Networks", "matching": "Matching Networks"}
FIRST_OF_MATCHING, LAST = 13, 22
MOST_ROWS = 400


def page():
    st.title("What the reviews asked")
    st.markdown("Two well-known reviews praise both papers and then list what they did not show: 22 questions. Each "
                "has a hypothesis written before its run, an answer whose numbers come from the measurements, and one "
                "command that does it again. Brackets and bars are 95 % intervals.")
    url_state.adopt({"question": read_question, "part": read_part})
    answered = results.answered()
    if not answered:
        st.info("No results here: they lie in `train/answers` of the repository. "
                "`python -m train.experiments q8` makes the first one.")
        words.glossary("VIN", "K", "FCE", "Shot", "Way")
        return
    part = choose_part()
    chosen = [found for number, found in answered.items() if part in ("all", part_of(number))]
    if len(answered) < LAST:
        st.caption(f"{len(answered)} of {LAST} questions are answered; the others have not been run yet.")
    asked = url_state.get("question")
    for found in chosen:
        show(found, open_now=found["number"] == asked)
    url_state.publish({"question": str(asked) if asked else None, "part": part if part != "all" else None})
    one = answered.get(asked) or answered[min(answered)]
    share.panel(f"question{one['number']}", snippet(one), lambda: figures_answers.result(one) or matrices(one),
                lambda: arrays(one))
    words.glossary("VIN", "K", "R, reward", "P, transition", "Q", "psi", "FCE", "Way", "Shot", "Support")


def part_of(number):
    return "vin" if number < FIRST_OF_MATCHING else "matching"


def choose_part():
    st.session_state["choose_part"] = url_state.get("part", "all")
    st.segmented_control("About", list(PARTS), format_func=PARTS.get, key="choose_part", required=True,
                         on_change=lambda: url_state.put(part=st.session_state["choose_part"]))
    return url_state.get("part", "all")


def show(found, open_now):
    """One question: its answer in view, figure and table behind one click."""
    number = found["number"]
    with st.container(border=True):
        st.markdown(f"**Q{number}. {found['question']}**")
        st.markdown(plain(found["answer"]))
        if not st.toggle("Figure, table, command", value=open_now, key=f"open_{number}"):
            return
        st.markdown(f"*Expected before the run:* {plain(found['hypothesis'])}")
        if found["detail"] != found["answer"]:
            st.markdown(f"*At length:* {plain(found['detail'])}")
        figure = figures_answers.result(found)
        if figure is not None:
            share.chart(figure, key=f"figure_{number}", alt=f"Question {number}: {found['answer']}")
        if found["pictures"]:
            titles = ", ".join(picture["title"] for picture in found["pictures"])
            share.chart(matrices(found), key=f"pictures_{number}", alt=f"Heat maps of {titles}")
        st.dataframe(table(found), hide_index=True, height=min(38 + 35 * len(found["table"]), 420),
                     alt=f"All measurements of question {number} with their intervals and n.")
        st.code(found["command"], language="bash")
        seeds = f" Seeds {', '.join(map(str, found['seeds']))}." if found["seeds"] else ""
        st.caption(f"{found['seconds']:,.0f} s on {found['hardware']} ({found['backend']}).{seeds}")
        if found["notes"]:
            st.markdown("\n".join(f"- {plain(note)}" for note in found["notes"]))
        tries(found)


def plain(text):
    """Text in which Markdown finds nothing to do: names have underscores, ranges have tildes and stars."""
    for sign in "\\_*~$[]<>":
        text = text.replace(sign, "\\" + sign)
    return text


def matrices(found):
    return figures_answers.matrices(found["pictures"])


def table(found):
    """Rows for the table: the case, the measure, value and interval as numbers."""
    rows = []
    for row in found["table"][:MOST_ROWS]:
        case = {column.replace("_", " "): row.get(column) for column in found["columns"]}
        percent = 100 if row["unit"] == "%" else 1
        values = {key: round(percent * row[name], 4) for key, name in
                  (("value", "value"), ("from", "low"), ("to", "high"))}
        rows.append({**{k: None if v is None else str(v) for k, v in case.items()}, "measure": row["measure"],
                     **values, "unit": row["unit"], "n": row["n"]})
    return rows


def tries(found):
    """Links to pages where a visitor can see it."""
    for page_name, label, parameters in found["tries"]:
        if (Path(__file__).parent / f"{page_name}.py").is_file():
            st.page_link(f"app_pages/{page_name}.py", label=label, icon=":material/arrow_forward:",
                         query_params=parameters)


def snippet(found):
    return ("import json\n\n"
            f'result = json.load(open("train/answers/q{found["number"]:02d}.json"))\n'
            'print(result["answer"])')


def arrays(found):
    """The table as arrays to keep."""
    rows = found["table"]
    made = {key: [row[key] for row in rows] for key in ("value", "low", "high", "n")}
    return {**made, **{key: [str(row.get(key)) for row in rows] for key in ("measure", *found["columns"])}}


def read_question(text):
    if not text.isascii() or not text.isdigit() or len(text) > 2 or not 1 <= int(text) <= LAST:
        raise ValueError(f"question is a number from 1 to {LAST}, and this is {text[:40]!r}")
    return int(text)


def read_part(text):
    if text not in PARTS:
        raise ValueError(f"part is one of {', '.join(PARTS)}, and this is {text[:40]!r}")
    return text


page()
