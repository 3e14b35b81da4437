"""Answers: the questions that two well-known reviews of the papers left open, each with an experiment."""

from pathlib import Path

import streamlit as st

from dashboard import compute, glossary, headlines, results, share, state
from dashboard.figures import answer_pictures
from dashboard.figures import answers as answer_figures
from dashboard.widgets import copying, tiles
from pnzoo.hub import cards

PARTS = {"all": "All", "inside": "What it learns", "limits": "How good it is", "matching": "Few examples",
         "worlds": "Beyond the grid"}
THEMES = {"inside": "What does a planner learn inside?", "limits": "How good are planners, and where do they end?",
          "matching": "How does it learn from a few examples?", "worlds": "Does it work beyond the grid?"}
ABOUT = {
    "inside": "A VIN is a network that plans inside itself: it learns what is good, how moves work, and spreads value "
              "from the goal.",
    "limits": "Beside the VIN stand networks that only react to what they see: CNN and FCN.",
    "matching": "A Matching Network names a picture by its likeness to a few labelled ones. With full context (FCE) it "
                "reads these one after another first.",
    "worlds": "Photographs of the Moon, pages that link to each other, and a body that has a speed.",
}
INSIDE = (2, 3, 4, 6, 7, 11)
FORMER = {"vin": "limits", "terrain": "worlds", "web": "worlds", "navigation": "worlds", "language": "matching",
          "photographs": "matching"}  # parts that links of before name
LAST = 31
MOST_ROWS = 400


def page():
    st.title("What papers left open")
    state.adopt({"question": read_question, "part": read_part})
    answered = results.read_all()
    if not answered:
        st.info("No results here: they lie in `train/answers` of the repository. "
                "`python -m train.experiments q08` makes the first one.")
        glossary.show("VIN", "K", "FCE", "Shot", "Way")
        return
    asked, part = state.get("question"), state.get("part", "all")
    shown = [number for theme in THEMES if part in ("all", theme) for number in answered if part_of(number) == theme]
    if asked in answered:  # where one looks: above the tiles that it was chosen from
        with st.container(border=True, key=f"opened_{asked}"):  # tiles.js gives it the focus
            show(answered[asked], after(asked, shown, answered))
    else:
        st.markdown(f"{len(answered)} questions, an experiment each. "
                    ":orange-badge[Orange] bars and curves are the best; where none wins, none is orange. "
                    "A thin line is the 95% interval.")
    choose_part(part)
    if len(answered) < LAST:
        st.caption(f"{len(answered)} of {LAST} questions are answered; the others have not been run yet.")
    dark = st.context.theme.type == "dark"
    tiles.show("answers", "question", [
        {"id": str(number), "open": number == asked, "group": THEMES[part_of(number)], "about": ABOUT[part_of(number)],
         **face(answered[number]["conclusion"], dark, answered[number])} for number in shown],
        lambda number: state.put(question=int(number)), wide=True)
    state.publish({"question": str(asked) if asked else None, "part": part if part != "all" else None})
    one = answered.get(asked) or answered[min(answered)]
    share.panel(f"question{one['number']}", snippet(one), lambda: answer_figures.main_figure(one) or matrices(one),
                lambda: arrays(one))
    glossary.show("VIN", "K", "R, reward", "P, transition", "Q", "psi", "FCE", "Way", "Shot", "Support")


@st.cache_data(max_entries=100, show_spinner=False)
def face(conclusion, dark, _result):
    """Question, finding, line and picture of a tile; the conclusion tells results of one number apart."""
    finding = headlines.finding(_result)
    return {"tag": headlines.of(_result).title, "title": finding or said(_result),
            "line": read_out(_result) if finding else "", "svg": picture_of(_result, dark)}


def picture_of(result, dark):
    """The picture of an answer, with films of the zoo beside it where its question is about what moves."""
    films = headlines.of(result).films if headlines.finding(result) else ()
    return tiles.beside(answer_pictures.small(result, dark), films, dark)


def said(result):
    """What the answer rests on in one line; where its words don't fit the result, the line of its conclusion."""
    return headlines.line(result) or glossary.worded(results.line(result["conclusion"]))


def read_out(result):
    """The same for readers of the page, who cannot see in the picture what it was measured on."""
    data = headlines.data(result)
    return f"{said(result)} Measured on: {data}." if data else said(result)


def after(asked, shown, answered):
    """The result that comes after a question among the tiles; None after the last one."""
    following = shown[shown.index(asked) + 1 :] if asked in shown else shown
    return answered[following[0]] if following else None


def part_of(number):
    if number in INSIDE:
        return "inside"
    return "limits" if number <= 12 else "worlds" if 23 <= number <= 29 else "matching"


def choose_part(part):
    st.session_state["choose_part"] = part
    st.pills("About", list(PARTS), format_func=PARTS.get, key="choose_part", required=True, wrap=False,
             label_visibility="collapsed", on_change=lambda: state.put(part=st.session_state["choose_part"]))


def show(result, following):
    """One question: what it asks, the answer and what that rests on, all that was measured; the rest is folded."""
    number, wanted = result["number"], headlines.of(result)
    dark = st.context.theme.type == "dark"
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(PARTS[part_of(number)], width="stretch")
        if following:
            st.button("Next", key="next_question", icon=":material/arrow_forward:", width="content",
                      on_click=lambda: state.put(question=following["number"]))
        st.button("Close", key="close_question", icon=":material/close:", width="content",
                  on_click=lambda: state.put(question=None))
    words, drawn = st.columns([5, 7], gap="medium")
    with words:
        st.header(glossary.escaped(wanted.title), anchor=False)
        st.markdown(glossary.escaped(wanted.about))
        if finding := headlines.finding(result):
            st.subheader(f":primary[{glossary.escaped(finding)}]", anchor=False)
        counted = bool(headlines.of(result).what) and bool(headlines.finding(result))  # then the picture says it all
        tiles.picture(f"picture_{number}", picture_of(result, dark), read_out(result) if counted else "")
        if not counted:
            st.markdown(glossary.escaped(said(result)))
        if apart := on_cards(result):
            st.caption("In the zoo, measured on other draws or another training: "
                       f"{glossary.escaped(', '.join(apart))}.")
        links(result)
    with drawn:
        show_figures(result, dark)
    show_all(result)


def show_figures(result, dark):
    number, figure = result["number"], answer_figures.main_figure(result, dark)
    if figure is not None and not (result["pictures"] and all_alike(result["figure"])):
        orange = result["figure"]["kind"] != "lines" and any(headlines.answering(result))
        st.markdown("**All that was measured.**" + " Orange: the best of those beside." * orange)
        share.chart(figure, key=f"figure_{number}", alt=f"Question {number}: {result['conclusion']}")
        if any(trace.visible == "legendonly" for trace in figure.data):
            st.caption("Touch a grey name to show its curve.")
    if result["pictures"]:
        titles = ", ".join(picture["title"] for picture in result["pictures"])
        share.chart(matrices(result, dark), key=f"pictures_{number}",
                    alt=f"Heat maps of {titles}")
        st.caption("Orange: below 0. Purple: above 0. Each on its own scale.")


def show_all(result):
    number = result["number"]
    more = st.expander("In full: intervals, what was expected, all measurements, the command", key=f"more_{number}",
                       icon=":material/science:", on_change="rerun")
    if not more.open:
        return
    with more:
        st.markdown(f"**Question {number} of the review.** {glossary.escaped(glossary.worded(result['conclusion']))}")
        if headlines.of(result).title != result["question"]:
            st.markdown(f"*In the review's words:* {glossary.escaped(result['question'])}")
        st.markdown(f"*Expected before the run:* {glossary.escaped(result['hypothesis'])}")
        if result["details"] != result["conclusion"]:
            st.markdown(f"*In detail:* {glossary.escaped(glossary.worded(result['details']))}")
        st.dataframe(table(result), hide_index=True, height=min(38 + 35 * len(result["table"]), 420),
                     alt=f"All measurements of question {number} with their intervals and n.")
        copying.snippet("command", result["command"])
        seeds = f" Seeds {', '.join(map(str, result['seeds']))}." if result["seeds"] else ""
        st.markdown(f"{result['seconds']:,.0f} s on {result['hardware']} ({result['backend']}).{seeds} "
                    "Brackets and bars are 95% intervals.")
        if result["notes"]:
            st.markdown("\n".join(f"- {glossary.escaped(note)}" for note in result["notes"]))


def on_cards(result):
    """[entry and its card's number] of the entries whose cards have another value of what their bars show."""
    wanted, told = headlines.of(result), {}
    for (_, series, at), bar in zip(wanted.bars, headlines.measured(result), strict=False):
        words = [series, *(at.values() if isinstance(at, dict) else [at])]
        for name in [word for word in words if isinstance(word, str) and word in compute.cards()]:
            metric = next(iter(cards.metrics({"metrics": compute.cards()[name].get("metrics", [])[:1]})), None)
            same = metric and any(row["value"] == bar.value and metric.name.startswith(row["name"])
                                  for row in result["table"])
            if same and headlines.number(metric.value, metric.unit) != headlines.number(bar.value, bar.unit):
                told[name] = f"{name} {glossary.percents(metric.value_text())}"
    return list(told.values())


def all_alike(figure):
    """Whether all points are equal, so that a figure would say less than the table does."""
    return len({value for series in figure["series"] for value in series["value"]}) == 1


def matrices(result, dark=False):
    return answer_figures.matrices(result["pictures"], dark)


def table(result):
    """Rows for the table: what was measured, value, interval and n; then the conditions that tell rows apart."""
    shown, rows = result["table"][:MOST_ROWS], []
    told = [column for column in result["columns"] if any(row.get(column) is not None for row in shown)]
    for row in shown:
        factor, digits = (100, 2) if row["unit"] == "%" else (1, 4)
        values = {key: round(factor * value, digits)
                  for key, value in zip(("value", "from", "to"), (row["value"], *row["ci95"]), strict=True)}
        condition = {c.replace("_", " "): "" if row.get(c) is None else str(row[c]) for c in told}
        rows.append({"metric": row["name"], **values, "unit": row["unit"], "n": row["n"], **condition})
    return rows


def links(result):
    """Links to pages where a visitor can see it."""
    for page_name, label, parameters in result["links"]:
        if (Path(__file__).parent / f"{page_name}.py").is_file():
            st.page_link(f"app_pages/{page_name}.py", label=label, icon=":material/arrow_forward:",
                         query_params=parameters)


def snippet(result):
    return ("import json\n\n"
            f'result = json.load(open("train/answers/q{result["number"]:02d}.json"))\n'
            'print(result["conclusion"])')


def arrays(result):
    """The table as arrays to keep."""
    rows = result["table"]
    numbers = {key: [row[key] for row in rows] for key in ("value", "ci95", "n")}
    return {**numbers, **{key: [str(row.get(key)) for row in rows] for key in ("name", *result["columns"])}}


def read_question(text):
    if not text.isascii() or not text.isdigit() or len(text) > 2 or not 1 <= int(text) <= LAST:
        raise ValueError(f"question is a number from 1 to {LAST}, and this is {text[:40]!r}")
    return int(text)


def read_part(text):
    text = FORMER.get(text, text)
    if text not in PARTS:
        raise ValueError(f"part is one of {', '.join(PARTS)}, and this is {text[:40]!r}")
    return text


page()
