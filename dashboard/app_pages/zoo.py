"""Zoo: what is in it, how good is it, how was it made?"""

import numpy as np
import streamlit as st

from dashboard import compute, glossary, share, state
from dashboard.figures import planning as planning_figures
from dashboard.widgets import copying
from pnzoo import hub
from pnzoo.hub import cards

TASKS = {"all": "All", "planning": "Planning", "terrain": "Terrain", "web": "Web",
         "navigation": "Moving body", "few-shot": "Few-shot"}


def page():
    st.title("The zoo")
    st.markdown("Every model here loads with one line and tells how it was made, what it reaches, and what the paper "
                "reports. Fractions come with their 95 % interval.")
    all_cards = compute.cards()
    state.adopt({"entry": read_entry, "task": read_task, "find": read_find})
    for name, problem in compute.broken().items():
        st.error(f"The entry {glossary.plain(name)} cannot be read. {glossary.plain(problem)}", icon=":material/error:")
    if not all_cards:
        st.info("The zoo is empty. Train a model with `python -m train.planning.imitation vin8`.")
        return
    task, find = filters()
    shown = [card for card in all_cards.values() if task in ("all", card["task"]) and matches(card, find)]
    entry = state.get("entry")
    if entry in all_cards:  # where one looks: above the table that it was chosen from
        with st.container(border=True):
            show_card(all_cards[entry])
            st.button("Close the card", key="close_card", icon=":material/close:", on_click=close_card)
    if not shown:
        st.info(f"No entry matches {glossary.plain(find)}. Clear the search to see all {len(all_cards)}.")
    else:
        show_table(shown)
    if entry not in all_cards and shown:
        st.caption("Tick a row to see its card, its curve of training and its files.")
        if compared := reached(shown):
            st.markdown("**What they reach, beside what the papers report.** Bars are 95 % intervals.")
            share.chart(planning_figures.reached(compared, dark=st.context.theme.type == "dark"), key="reached",
                        alt="; ".join(f"{row['name']} {row['value']:.1%}" for row in compared))
    state.publish({"entry": entry, "task": task if task != "all" else None, "find": find or None})
    share.panel(
        "zoo",
        'import pnzoo\n\nfor name in pnzoo.list_models():\n    print(name, pnzoo.card(name)["summary"])'
        if entry not in all_cards
        else f'import pnzoo\n\nmodel = pnzoo.load("{entry}")\nprint(pnzoo.card("{entry}"))',
        (lambda: planning_figures.history(curves(all_cards[entry]))) if entry in all_cards
        else (lambda: planning_figures.reached(reached(all_cards.values()))),
        (lambda: curves(all_cards[entry])) if entry in all_cards else (lambda: columns(all_cards.values())),
    )
    glossary.show("VIN", "K", "Way", "Shot", "FCE", "Excess")


def filters():
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        st.session_state["choose_task"] = state.get("task", "all")
        st.segmented_control("Task", list(TASKS), format_func=TASKS.get, key="choose_task", required=True,
                             on_change=lambda: state.put(task=st.session_state["choose_task"]))
    with right:
        st.session_state["find"] = state.get("find", "")
        st.text_input("Search", key="find", placeholder="name, class, paper or summary", icon=":material/search:",
                      on_change=lambda: state.put(find=st.session_state["find"] or None))
    return state.get("task", "all"), state.get("find", "")


def matches(card, find):
    where = " ".join(str(card.get(key, "")) for key in ("name", "model", "paper", "summary"))
    return find.lower() in where.lower()


def show_table(shown):
    rows = [row_of(card) for card in shown]
    number = st.column_config.NumberColumn
    event = st.dataframe(
        rows, hide_index=True, key="zoo_table", height=min(38 + 35 * len(rows), 1000), placeholder="—",
        on_select="rerun", selection_mode="single-row",
        alt="Table of the models: task, class, parameters, operations, what they reach and what the paper reports.",
        column_config={
            "Model": st.column_config.TextColumn(pinned=True, width=210),
            "Reached": st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent",
                                                       help="The card's first metric."),
            "Paper": number(format="%.1f %%", help="What the paper reports for the same."),
            "Parameters": number(format="localized"), "FLOPs": number(format="compact"),
            "Size, kB": number(format="localized"), "Training, min": number(format="%.1f"),
        })
    picked = event.selection.rows
    if picked and shown[picked[0]]["name"] != st.session_state.get("last_picked"):
        st.session_state["last_picked"] = shown[picked[0]]["name"]
        state.put(entry=shown[picked[0]]["name"])
        st.rerun()


def close_card():
    st.session_state.pop("last_picked", None)
    state.put(entry=None)


def row_of(card):
    metric = first_metric(card)
    seconds = card.get("training_seconds")
    return {
        "Model": card["name"], "Task": card["task"],
        "Reached": metric.value if metric and metric.unit == "%" else None,
        "Measure": metric.title() if metric else None,
        "95 %": metric.ci95_text() if metric else None,
        "Paper": 100 * metric.paper if metric and metric.paper is not None else None,
        "Class": card["model"], "Parameters": card["parameters"],
        "FLOPs": (card.get("flops") or {}).get("value"), "Size, kB": size_of(card["name"]),
        "Training, min": None if seconds is None else seconds / 60, "Summary": card.get("summary"),
    }


def reached(shown):
    """Name, first metric, its interval and the paper's number of every card that has them."""
    rows = []
    for card in shown:
        metric = first_metric(card)
        if metric and metric.unit == "%":
            rows.append({"name": card["name"], "value": metric.value, "ci95": metric.ci95, "measure": metric.title(),
                         "paper": metric.paper})
    return rows


def first_metric(card):
    """The card's headline, or None."""
    return next(iter(cards.metrics(card)), None)


def columns(shown):
    """The same as arrays to keep."""
    rows = reached(shown)
    return {"name": [row["name"] for row in rows], "measure": [row["measure"] for row in rows],
            "value": [row["value"] for row in rows], "ci95": [row["ci95"] for row in rows],
            "paper": [np.nan if row["paper"] is None else row["paper"] for row in rows]}


def size_of(name):
    file = hub.zoo_folder() / name / hub.WEIGHTS
    return round(file.stat().st_size / 1000) if file.is_file() else None


def show_card(card):
    name = card["name"]
    st.subheader(name)
    st.markdown(card.get("summary", ""))
    left, right = st.columns([3, 2], gap="large")
    with left:
        if card.get("metrics"):
            st.markdown("**What it reaches**")
            st.dataframe([metric_row(metric) for metric in cards.metrics(card)], hide_index=True, placeholder="—",
                         alt=f"Metrics of {name} with their intervals and the paper's numbers.")
        if card.get("limitations"):
            st.markdown("**Limitations**")
            st.markdown("\n".join(f"- {limit}" for limit in card["limitations"]))
        if card.get("design_notes"):
            st.markdown("**Why it is built like this**")
            st.markdown("\n".join(f"- {note}" for note in card["design_notes"]))
        if curves(card):
            st.markdown("**Curve of training**")
            share.chart(planning_figures.history(curves(card), dark=st.context.theme.type == "dark"), key="history",
                        alt=f"Curves of the training of {name}: {', '.join(curves(card))} by epoch.")
    with right:
        line = f'model = pnzoo.load("{name}")'
        copying.snippet("load_line", line)
        copying.button("copy_load", "Copy the load line", line)
        weights = hub.zoo_folder() / name / hub.WEIGHTS
        if weights.is_file():
            st.download_button("Weights", weights.read_bytes, f"{name}.weights.h5", "application/octet-stream",
                               on_click="ignore", icon=":material/download:", width="stretch")
        st.download_button("Card", cards.readme(card), f"{name}.md", "text/markdown", on_click="ignore",
                           icon=":material/download:", width="stretch")
        open_in(card)
        facts = {key: card.get(key) for key in ("paper", "command", "seed", "backend", "data", "hardware")}
        if card.get("training_seconds") is not None:
            facts["training time"] = cards.duration(card["training_seconds"])
        st.markdown("\n".join(f"- **{key}**: {value}" for key, value in facts.items() if value is not None))
        if card.get("recipe"):
            with st.expander("Recipe", icon=":material/receipt_long:"):
                st.json(card["recipe"], expanded=True)


def open_in(card):
    if card["model"] in compute.OF_PHOTOGRAPHS:
        st.page_link("app_pages/photographs.py", label="Name photographs with it", icon=":material/photo_camera:",
                     query_params={"photo": card["name"]})
        return
    if card["model"] in compute.OF_SENTENCES:
        st.code(f'classifier = pnzoo.FewShotClassifier("{card["name"]}")\n'
                'classifier.fit(["the ___ barked at the postman", "she fed milk to her ___"], ["dog", "cat"])\n'
                'classifier.predict_proba(["the ___ wagged its tail"])', language="python")
        return
    if card["task"] == "few-shot":
        st.page_link("app_pages/few_shot.py", label="Draw characters for it", icon=":material/draw:",
                     query_params={"fewshot": card["name"]})
        return
    if card["task"] == "terrain":
        if card["name"] in compute.terrain_names():
            st.page_link("app_pages/terrain.py", label="Let it plan over pictures", icon=":material/terrain:",
                         query_params={"terrain": card["name"]})
        return
    if card["task"] == "navigation":
        st.code(
            "tasks = pnzoo.navigation.generate_tasks(1, seed=0)\n"
            "start = pnzoo.navigation.draw_starts(tasks, 1, seed=0)[0, 0, :2]\n"
            f'pnzoo.load("{card["name"]}").drive(tasks.walls[0], start, tasks.goal[0])', language="python"
        )  # fmt: skip
        return
    if card["task"] == "web":
        st.code(f'web = pnzoo.graphs.generate(3000)\nquery = " ".join(web.sentences[7][:4])\n'
                f'pnzoo.load("{card["name"]}").plan(web, start=0, query=query).titles', language="python")
        return
    st.page_link(
        "app_pages/plan.py", label="Let it plan", icon=":material/route:", query_params={"model": card["name"]}
    )
    if compute.iterates(card["name"]):
        st.page_link("app_pages/inside.py", label="Look inside", icon=":material/visibility:",
                     query_params={"model": card["name"]})


def metric_row(metric):
    return {"measure": metric.title(), "value": metric.value_text(), "95 %": metric.ci95_text(),
            "paper": None if metric.paper is None else metric.paper_text(), "n": metric.n,
            "data set": metric.where(), "command": metric.command}


def curves(card):
    """The curves of a card's history: lists of numbers of the same length."""
    history = {key: values for key, values in (card.get("history") or {}).items() if isinstance(values, list)}
    return {key: values for key, values in history.items()
            if key != "epoch" and values and all(isinstance(x, int | float) for x in values)}


def read_entry(text):
    if text not in compute.cards():
        near = hub.nearest(text, list(compute.cards()))
        raise ValueError(f"there is no model {text[:60]!r}" + (f", did you mean {' or '.join(near)}?" if near else ""))
    return text


def read_task(text):
    if text not in TASKS:
        raise ValueError(f"task is one of {', '.join(TASKS)}, and this is {text[:40]!r}")
    return text


def read_find(text):
    if len(text) > 80:
        raise ValueError(f"a search has at most 80 characters, this one {len(text)}")
    return text


page()
