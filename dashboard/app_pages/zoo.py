"""Zoo: what is in it, how good is it, how was it made?"""

import numpy as np
import streamlit as st

from dashboard import compute, glossary, share, state
from dashboard.figures import planning as planning_figures
from dashboard.widgets import choices, headings, tiles, zoo_card
from dashboard.widgets.zoo_card import first_metric, papers_of
from pnzoo import hub

TASKS = {"all": "All", "planning": "Planning", "terrain": "Terrain", "web": "Web",
         "navigation": "Moving body", "few-shot": "Few-shot"}
WORLDS = {"moon": "Terrain: the Moon", "mars": "Terrain: Mars", "relief": "Terrain: invented ground",
          "tiles": "Terrain: painted tiles", "omniglot": "Few-shot: handwritten characters",
          "glyphs": "Few-shot: invented characters", "grocery": "Few-shot: photographs",
          "tiny_imagenet": "Few-shot: photographs of 64x64", "penn_treebank": "Few-shot: missing words"}


def page():
    line = st.container(horizontal=True, gap="small", vertical_alignment="center", key="zoo_line")
    with line:
        headings.heading("The zoo")
    all_cards = compute.cards()
    state.adopt({"entry": read_entry, "task": read_task, "find": read_find, "sort": read_sort})
    for name, problem in compute.broken().items():
        st.error(f"The entry {glossary.plain(name)} cannot be read. {glossary.plain(problem)}", icon=":material/error:")
    if not all_cards:
        st.info("The zoo is empty. Train a model with `python -m train.planning.imitation vin8`.")
        return
    entry = state.get("entry")
    task, find, sort = filters(line)
    shown = [card for card in all_cards.values() if task in ("all", card["task"]) and matches(card, find)]
    shown.sort(key=ORDERS[sort])
    if entry in all_cards:  # above the gallery that it was chosen from
        left, beside = st.columns([7, 5], gap="medium")
        with left.container(border=True, key=f"opened_{entry}"):  # tiles.js gives it the focus
            zoo_card.show(all_cards[entry], after(entry, shown))
    if entry not in all_cards and shown:
        some = f"{len(shown)} of {len(all_cards)}" if len(shown) < len(all_cards) else str(len(shown))
        with st.container(key="zoo_says"):
            headings.sentence(f"**{some} trained models**, measured on data that they never saw. "
                              "Thin line: 95% interval; ▼: the paper.")
    peers = [card for card in shown if entry in all_cards and group(card) == group(all_cards[entry])]
    others = [card for card in shown if card not in peers]
    dark = st.context.theme.type == "dark"
    if peers:  # what it is to be compared with stands beside it
        with beside:
            tiles.show("peers", "entry", [tile(card, entry, True, dark) for card in peers], zoo_card.open_card)
    if others:
        tiles.show("gallery", "entry", [tile(card, entry, sort == "best", dark) for card in others],
                   zoo_card.open_card, rest=bool(peers), fold=task == "all" and not find)
    if not shown:
        show_none(all_cards, task, find)
    if shown:
        more = st.expander("All of them in one table and one figure", icon=":material/table:", key="all_entries",
                           on_change="rerun")
        if more.open:
            with more:
                show_table(shown)
    state.publish({"entry": entry, "task": task if task != "all" else None, "find": find or None,
                   "sort": sort if sort != "best" else None})
    share.panel(
        "zoo",
        'import pnzoo\n\nfor name in pnzoo.list_models():\n    print(name, pnzoo.card(name)["summary"])'
        if entry not in all_cards
        else f'import pnzoo\n\nmodel = pnzoo.load("{entry}")\nprint(pnzoo.card("{entry}"))',
        (lambda: planning_figures.reached(reached(all_cards.values()))),
        (lambda: zoo_card.curves(all_cards[entry])) if entry in all_cards else (lambda: columns(all_cards.values())),
    )
    glossary.show("VIN", "K", "Way", "Shot", "FCE", "Excess")


def show_none(all_cards, task, find):
    """That nothing is found, by which filters, and the way to what there is."""
    elsewhere = [card for card in all_cards.values() if matches(card, find)]
    kind = "" if task == "all" else f"{TASKS[task].lower()} "
    nor = "" if task == "all" or elsewhere else ", nor does any other"
    st.info(f"No {kind}entry matches {glossary.plain(find)}{nor}." if find else f"There is no {kind}entry.")
    if elsewhere:
        st.button(f"Search all {len(all_cards)}: {len(elsewhere)} found" if find else f"Show all {len(all_cards)}",
                  key="search_all", icon=":material/search:", on_click=lambda: state.put(task="all"))
    else:
        st.button(f"Show all {len(all_cards)}", key="show_all_entries", icon=":material/close:",
                  on_click=lambda: state.put(task="all", find=None))


def score(card):
    """How well an entry does: shares first, the largest first; then distances, the smallest first."""
    metric = first_metric(card)
    if metric is None:
        return (2, 0.0)
    return (0, -metric.value) if metric.unit == "%" else (1, metric.value)


def group(card):
    """Where an entry stands in the gallery, (place, heading): beside those that were measured on the same data."""
    metric = first_metric(card)
    data, task = metric.dataset if metric else {}, [*TASKS, card["task"]].index(card["task"])
    if data.get("kind") == "generated_maps" and "height" in data:
        if data.get("family") == "maze":
            return (task, 1000), "Planning in mazes"
        return (task, -data["height"]), f"Planning on maps of {data['height']}x{data['width']}"
    world = data.get("world") or data.get("images")
    if metric and metric.name.startswith("within_alphabet_"):  # another task: its numbers stand by themselves
        return (task, list(WORLDS).index("glyphs") + 0.5), "Few-shot: letters of one alphabet"
    if world in WORLDS:
        return (task, list(WORLDS).index(world)), WORLDS[world]
    return (task, 2000), TASKS.get(card["task"], card["task"])


ORDERS = {"best": lambda card: (*group(card), *score(card), card["parameters"]),
          "small": lambda card: card["parameters"], "name": lambda card: card["name"]}
SORTS = {"best": "Best first", "small": "Smallest first", "name": "By name"}


def filters(line):
    """Search and order beside the title; the task below, one touch away wherever the gallery is scrolled to."""
    task, find, sort = state.get("task", "all"), state.get("find", ""), state.get("sort", "best")
    with line:
        st.session_state["find"] = find
        st.text_input("Search", key="find", placeholder="Search, then Enter", icon=":material/search:", width=260,
                      label_visibility="collapsed", on_change=lambda: state.put(find=st.session_state["find"] or None))
        with st.container(key="order", width="content"), st.popover(SORTS[sort], icon=":material/sort:"):
            choices.pick("Order", "sort", list(SORTS), "best", SORTS.get)
    st.session_state["choose_task"] = task
    with st.container(key="zoo_tasks"):
        st.pills("Task", list(TASKS), key="choose_task", format_func=TASKS.get, required=True, wrap=False,
                 label_visibility="collapsed", on_change=lambda: state.put(task=st.session_state["choose_task"]))
    return task, find, sort


def matches(card, find):
    where = " ".join(str(card.get(key, "")) for key in ("name", "model", "paper", "summary"))
    return find.lower() in where.lower()


def tile(card, entry, grouped=False, dark=False):
    """What the gallery shows of an entry: what it does, its number with the interval, and the paper's."""
    metric, about = first_metric(card), ""
    shown = {"number": "", "line": "not measured", "strip": None}
    if metric is not None:
        counted = glossary.measure(metric)
        about = f"{'Share' if metric.unit == '%' else metric.unit.capitalize()} {counted}"
        ends = metric.ci95_text()
        shown = {"number": glossary.percents(metric.value_text()), "line": ends if grouped else f"{counted} ({ends})",
                 "strip": strip(metric), "paper": glossary.paper(metric)}
    return {"id": card["name"], "title": card["name"], "tag": zoo_card.kind(card), "open": card["name"] == entry,
            "group": group(card)[1] if grouped else "", "about": about, **shown,
            **tiles.film(card["name"]), "turned": dark and zoo_card.on_paper(card), "dark": dark}


def strip(metric):
    """Value, interval and the paper's number on a line from 0 to 100 %; None for what is no share."""
    if metric.unit != "%":
        return None
    return {"value": metric.value, "low": metric.ci95[0], "high": metric.ci95[1], "paper": papers_of(metric)}


def show_table(shown):
    rows = [row_of(card) for card in shown]
    number = st.column_config.NumberColumn
    st.dataframe(
        rows, hide_index=True, key="zoo_table", height=38 + 35 * len(rows), placeholder="—",
        alt="Table of the models: task, class, parameters, operations, what they reach and what the paper reports.",
        column_config={
            "Model": st.column_config.TextColumn(pinned=True, width=210),
            "Reached": st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent",
                                                       help="The card's first metric."),
            "Paper": number(format="%.1f%%", help="What the paper reports for the same."),
            "Parameters": number(format="localized"), "FLOPs": number(format="compact"),
            "Size, kB": number(format="localized"), "Training, min": number(format="%.1f"),
        })
    if compared := reached(shown):
        st.markdown("**What they reach, beside what the papers report.** Bars are 95% intervals.")
        share.chart(planning_figures.reached(compared, dark=st.context.theme.type == "dark"), key="reached",
                    alt="; ".join(f"{row['name']} {row['value']:.1%}" for row in compared))


def after(entry, shown):
    """The entry that follows one in the gallery; None after the last one."""
    names = [card["name"] for card in shown]
    following = names[names.index(entry) + 1 :] if entry in names else names
    return following[0] if following else None


def row_of(card):
    metric = first_metric(card)
    seconds = card.get("training_seconds")
    return {
        "Model": card["name"], "Task": card["task"],
        "Reached": metric.value if metric and metric.unit == "%" else None,
        "Measure": glossary.measure(metric) if metric else None,
        "95% interval": metric.ci95_text() if metric else None,
        "Paper": None if metric is None or papers_of(metric) is None else 100 * metric.paper,
        "Class": card["model"], "Parameters": card["parameters"],
        "FLOPs": (card.get("flops") or {}).get("value"), "Size, kB": zoo_card.size_of(card["name"]),
        "Training, min": None if seconds is None else seconds / 60, "Summary": card.get("summary"),
    }


def reached(shown):
    """Name, first metric, its interval and the paper's number of every card that has them."""
    rows = []
    for card in shown:
        metric = first_metric(card)
        if metric and metric.unit == "%":
            rows.append({"name": card["name"], "value": metric.value, "ci95": metric.ci95,
                         "measure": glossary.measure(metric), "paper": papers_of(metric)})
    return rows


def columns(shown):
    """The same as arrays to keep."""
    rows = reached(shown)
    return {"name": [row["name"] for row in rows], "measure": [row["measure"] for row in rows],
            "value": [row["value"] for row in rows], "ci95": [row["ci95"] for row in rows],
            "paper": [np.nan if row["paper"] is None else row["paper"] for row in rows]}


def read_entry(text):
    if text not in compute.cards():
        near = hub.nearest(text, list(compute.cards()))
        raise ValueError(f"there is no model {text[:60]!r}" + (f", did you mean {' or '.join(near)}?" if near else ""))
    return text


def read_task(text):
    if text not in TASKS:
        raise ValueError(f"task is one of {', '.join(TASKS)}, and this is {text[:40]!r}")
    return text


def read_sort(text):
    if text not in SORTS:
        raise ValueError(f"sort is one of {', '.join(SORTS)}, and this is {text[:40]!r}")
    return text


def read_find(text):
    if len(text) > 80:
        raise ValueError(f"a search has at most 80 characters, this one {len(text)}")
    return text


page()
