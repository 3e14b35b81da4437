"""Zoo: what is in it, how good is it, how was it made?"""

import numpy as np
import streamlit as st

from dashboard import compute, glossary, share, state
from dashboard.figures import planning as planning_figures
from dashboard.widgets import choices, copying, tiles
from pnzoo import hub
from pnzoo.hub import cards

TASKS = {"all": "All", "planning": "Planning", "terrain": "Terrain", "web": "Web",
         "navigation": "Moving body", "few-shot": "Few-shot"}
WORLDS = {"moon": "Terrain: the Moon", "mars": "Terrain: Mars", "relief": "Terrain: invented ground",
          "tiles": "Terrain: painted tiles", "omniglot": "Few-shot: handwritten characters",
          "glyphs": "Few-shot: invented characters", "grocery": "Few-shot: photographs",
          "tiny_imagenet": "Few-shot: photographs of 64x64", "penn_treebank": "Few-shot: missing words"}
SEEN = {"sentences": "find words", "body": "drive", "web": "follow links"}  # on the page Worlds
CURVES = {"success": "share that arrives", "reward": "reward", "level": "level of its maps"}
MOST_LIMITS = 2  # the others are under the fold
INNER = ("entropy", "explained", "kl", "gain", "fraction")  # of the optimizer's own: the card has them, no figure
KINDS = {"VIN": "plans by value iteration", "DeterministicVIN": "plans by value iteration, far ways",
         "GPPN": "plans with a recurrent network", "CNNPolicy": "reacts, does not plan (CNN)",
         "FCNPolicy": "reacts, does not plan (FCN)", "TerrainVIN": "plans over a picture",
         "TerrainCNNPolicy": "reacts to a picture, does not plan", "ContinuousVIN": "steers by planning",
         "ContinuousCNNPolicy": "steers without planning", "GraphVIN": "plans over links",
         "ReactiveGraphPolicy": "picks links without planning", "MANN": "reads the examples into a memory",
         "SiameseNetwork": "compares two at a time", "MatchingNetwork": "asks which examples look alike",
         "PhotoMatchingNetwork": "names your photographs", "SentenceMatchingNetwork": "finds the missing word"}


def page():
    line = st.container(horizontal=True, gap="small", vertical_alignment="center")
    line.title("The zoo", width="stretch")
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
            show_card(all_cards[entry], after(entry, shown))
    if entry not in all_cards and shown:
        some = f"{len(shown)} of {len(all_cards)}" if len(shown) < len(all_cards) else str(len(shown))
        st.markdown(f"**{some} trained models at work**, each measured on data that it never saw. A map is one of "
                    "the longest ways that the model solves, if any. "
                    "A thin line is the 95% interval, :material/stat_0: what the paper reports.")
    peers = [card for card in shown if entry in all_cards and group(card) == group(all_cards[entry])]
    others = [card for card in shown if card not in peers]
    dark = st.context.theme.type == "dark"
    if peers:  # what it is to be compared with stands beside it
        with beside:
            tiles.show("peers", "entry", [tile(card, entry, True, dark) for card in peers], open_card)
    if others:
        tiles.show("gallery", "entry", [tile(card, entry, sort == "best", dark) for card in others], open_card,
                   rest=bool(peers))
    if not shown:
        st.info(f"No entry matches {glossary.plain(find)}. Clear the search to see all {len(all_cards)}.")
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
        (lambda: curves(all_cards[entry])) if entry in all_cards else (lambda: columns(all_cards.values())),
    )
    glossary.show("VIN", "K", "Way", "Shot", "FCE", "Excess")


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
    """The task in sight, one touch away; the search and the order beside the title, folded."""
    task, find, sort = state.get("task", "all"), state.get("find", ""), state.get("sort", "best")
    with line.popover(glossary.plain(find) if find else "Search", icon=":material/search:", width="content"):
        st.session_state["find"] = find
        st.text_input("Search", key="find", placeholder="name, class, paper or summary", icon=":material/search:",
                      on_change=lambda: state.put(find=st.session_state["find"] or None))
        choices.pick("Order", "sort", list(SORTS), "best", SORTS.get)
    st.session_state["choose_task"] = task
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
        ends = "; ".join(filter(None, (metric.ci95_text(), glossary.paper(metric))))
        shown = {"number": glossary.percents(metric.value_text()), "line": ends if grouped else f"{counted} ({ends})",
                 "strip": strip(metric)}
    return {"id": card["name"], "title": card["name"], "tag": kind(card), "open": card["name"] == entry,
            "group": group(card)[1] if grouped else "", "about": about, **shown,
            **tiles.film(card["name"]), "turned": dark and on_paper(card)}


def strip(metric):
    """Value, interval and the paper's number on a line from 0 to 100 %; None for what is no share."""
    if metric.unit != "%":
        return None
    return {"value": metric.value, "low": metric.ci95[0], "high": metric.ci95[1], "paper": papers_of(metric)}


def on_paper(card):
    """Whether its picture is drawn on white, which glares on a dark page."""
    if card["task"] == "few-shot":
        return card["model"] not in compute.OF_PHOTOGRAPHS and not compute.in_color(card)
    return compute.reacts(card["name"]) or card["model"] in ("GPPN", "ContinuousVIN", "ContinuousCNNPolicy") \
        or card["task"] == "web"


def kind(card):
    """What sort of a model it is, in few words."""
    words = KINDS.get(card["model"], TASKS.get(card["task"], card["task"]))
    if card["name"].startswith("classifier") and card["task"] == "few-shot":
        return "a plain classifier, for comparison"
    if "fce" in card["name"].split("_"):
        return words + ", in context"
    return words + (", by reward alone" if card["name"].endswith("_rl") else "")


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


def open_card(name):
    state.put(entry=name)


def close_card():
    state.put(entry=None)


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
        "FLOPs": (card.get("flops") or {}).get("value"), "Size, kB": size_of(card["name"]),
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


def papers_of(metric):
    """The paper's number if it is of the same data, else None."""
    return None if glossary.other_data(metric) else metric.paper


def first_metric(card):
    """The card's headline, or None."""
    return next(iter(cards.metrics({"metrics": (card.get("metrics") or [])[:1]})), None)


def columns(shown):
    """The same as arrays to keep."""
    rows = reached(shown)
    return {"name": [row["name"] for row in rows], "measure": [row["measure"] for row in rows],
            "value": [row["value"] for row in rows], "ci95": [row["ci95"] for row in rows],
            "paper": [np.nan if row["paper"] is None else row["paper"] for row in rows]}


def size_of(name):
    file = hub.zoo_folder() / name / hub.WEIGHTS
    return round(file.stat().st_size / 1000) if file.is_file() else None


def show_card(card, following):
    name = card["name"]
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        words = kind(card)
        st.markdown(words[0].upper() + words[1:], width="stretch")
        if following:
            st.button("Next", key="next_card", icon=":material/arrow_forward:", on_click=open_card, args=(following,),
                      width="content")
        st.button("Close", key="close_card", icon=":material/close:", on_click=close_card, width="content")
    st.header(glossary.escaped(name), anchor=False)
    lead(card)
    with st.container(horizontal=True):
        open_in(card)
    copying.snippet("load_line", f'import pnzoo\nmodel = pnzoo.load("{name}")' + use(card))
    limits = card.get("limitations") or []
    show_list("Limits", limits[:MOST_LIMITS])
    if card.get("metrics"):
        title = f"All {len(card['metrics'])} measurements, and the commands that repeat them"
        others = st.expander(title, icon=":material/monitoring:", key="other_data", on_change="rerun")
        if others.open:
            others.markdown("\n\n".join(on_data(*each) for each in measured(card).items()))
    rest = "More limits, how" if limits[MOST_LIMITS:] else "How"
    more = st.expander(f"{rest} it was made and learned, files", key="more_of_card", icon=":material/receipt_long:",
                       on_change="rerun")
    if more.open:
        with more:
            show_making(card)
            show_learning(card)


def show_learning(card):
    """The curves of its training, and where its maps changed."""
    drawn, marks = named_curves(card), stages(card)
    if not drawn:
        return
    st.markdown("**How it learned**")
    share.chart(planning_figures.history(drawn, dark=st.context.theme.type == "dark", marks=marks), key="history",
                alt=f"Curves of the training of {card['name']}: {', '.join(drawn)} by epoch.")
    if marks:
        st.caption("A curve that jumps where a line stands: from that epoch on it learned on other maps ("
                   + "; ".join(f"{first}: {glossary.escaped(words)}" for first, words in marks) + ").")


def lead(card):
    """What the card says first: one picture, one number with its interval, the paper's beside it."""
    metric, number, line, more = first_metric(card), "", "not measured", ""
    if metric is not None:
        number, line = glossary.percents(metric.value_text()), glossary.measure(metric)
        more = "; ".join(filter(None, (f"95% interval {metric.ci95_text()}", glossary.paper(metric))))
    tiles.lead("living", card["name"], number, line, more,
               turned=st.context.theme.type == "dark" and on_paper(card))
    st.markdown(card.get("summary", ""))
    st.markdown(" · ".join(facts(card)))


def facts(card):
    """Its size and what it took, in few words."""
    told = [f"**{card['parameters']:,}** parameters"]
    if (size := size_of(card["name"])) is not None:
        told.append(f"**{size:,}** kB")
    if flops := (card.get("flops") or {}).get("value"):
        told.append(f"**{short(flops)}** operations")
    if card.get("training_seconds") is not None:
        told.append(f"trained in **{cards.duration(card['training_seconds'])}**")
    return told


def short(count):
    """A large number in three digits: 41.3 million."""
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if count >= unit:
            return f"{count / unit:.3g} {word}"
    return f"{count:,}"


def stages(card):
    """[(first epoch, what it learned on)] of a training in stages; [] for one that knew no stages."""
    told = (card.get("recipe") or {}).get("stages") or []
    epochs = [stage.get("epochs", 0) for stage in told if isinstance(stage, dict)]
    longest = max(map(len, curves(card).values()), default=0)
    if len(epochs) < 2 or sum(epochs) != longest:
        return []
    words = []  # of each stage
    for stage in told:
        families = list(dict.fromkeys(str(each).replace("_", " ") for each in stage.get("families") or []))
        size = f"{stage['size']}x{stage['size']}" if "size" in stage else "other maps"
        words.append(f"{size}{', ' if families else ''}{' and '.join(families)}")
    starts = np.cumsum(epochs)[:-1]  # of all but the first; a stage on the same maps changes something else
    return [(1 + int(first), now) for first, before, now in zip(starts, words[:-1], words[1:], strict=True)
            if now != before]


def show_list(title, lines):
    if lines:
        st.markdown(f"**{title}**\n" + "\n".join(f"- {each}" for each in lines))


def show_making(card):
    show_list("More limits", (card.get("limitations") or [])[MOST_LIMITS:])
    show_list("Why it is built like this", card.get("design_notes"))
    facts = {key: card.get(key) for key in ("paper", "command", "seed", "backend", "data", "hardware")}
    if card.get("training_seconds") is not None:
        facts["training time"] = cards.duration(card["training_seconds"])
    st.markdown("\n".join(f"- **{key}**: {value}" for key, value in facts.items() if value is not None))
    name = card["name"]
    weights = hub.zoo_folder() / name / hub.WEIGHTS
    with st.container(horizontal=True):
        if weights.is_file():
            st.download_button("Weights", weights.read_bytes, f"{name}.weights.h5", "application/octet-stream",
                               on_click="ignore", icon=":material/download:")
        st.download_button("Card", cards.readme(card), f"{name}.md", "text/markdown", on_click="ignore",
                           icon=":material/download:")
    if card.get("recipe"):
        st.json(card["recipe"], expanded=1)


def open_in(card):
    """Links to the pages where it can be seen at work."""
    if card["model"] in compute.OF_PHOTOGRAPHS:
        st.page_link("app_pages/photographs.py", label="Name photographs with it", icon=":material/photo_camera:",
                     query_params={"photo": card["name"]})
    elif world := world_of(card):
        st.page_link("app_pages/worlds.py", label=f"See it {SEEN[world]}", icon=":material/public:",
                     query_params={"world": world, **({"sentences": card["name"]} if world == "sentences" else {})})
    elif card["task"] == "few-shot":
        if not compute.in_color(card):
            st.page_link("app_pages/few_shot.py", label="Draw characters for it", icon=":material/draw:",
                         query_params={"fewshot": card["name"]})
    elif card["task"] == "terrain":
        if card["name"] in compute.terrain_names():
            st.page_link("app_pages/terrain.py", label="Let it plan over pictures", icon=":material/terrain:",
                         query_params={"terrain": card["name"]})
    elif card["task"] == "planning":
        st.page_link("app_pages/plan.py", label="Let it plan", icon=":material/route:",
                     query_params={"model": card["name"]})
        if compute.iterates(card["name"]):
            st.page_link("app_pages/inside.py", label="Look inside", icon=":material/visibility:",
                         query_params={"model": card["name"]})


def world_of(card):
    """Its place on the page Worlds, or None."""
    if card["model"] in compute.OF_SENTENCES:
        return "sentences"
    return {"navigation": "body", "web": "web"}.get(card["task"])


def use(card):
    """Lines of Python that try an entry whose use is not plain; "" for the others."""
    if card["model"] in compute.OF_SENTENCES:
        return (f'\nclassifier = pnzoo.FewShotClassifier("{card["name"]}")\n'
                'classifier.fit(["the ___ barked at the postman", "she fed milk to her ___"], ["dog", "cat"])\n'
                'classifier.predict_proba(["the ___ wagged its tail"])')
    if compute.in_color(card):
        return (f'\nclassifier = pnzoo.FewShotClassifier("{card["name"]}").fit("my_photos/")\n'
                'classifier.predict_proba(["new.jpg"])')
    if card["task"] == "navigation":
        return ("\ntasks = pnzoo.navigation.generate_tasks(1, seed=0)\n"
                "start = pnzoo.navigation.draw_starts(tasks, 1, seed=0)[0, 0, :2]\n"
                "model.drive(tasks.walls[0], start, tasks.goal[0])")
    if card["task"] == "web":
        return ('\nweb = pnzoo.graphs.generate(3000)\nquery = " ".join(web.sentences[7][:4])\n'
                "model.plan(web, start=0, query=query).titles")
    return ""


def measured(card):
    """{data set in words: its metrics}, in the card's order."""
    found = {}
    for metric in cards.metrics(card):
        found.setdefault(metric.where(), []).append(metric)
    return found


def on_data(where, metrics):
    """What was measured on one data set, as text that wraps: a line each, and the command that repeats it."""
    lines = [f"On {glossary.escaped(where)}:\n"]
    for metric in metrics:
        paper = f"; {paper}" if (paper := glossary.paper(metric)) else ""
        lines.append(f"- **{glossary.percents(metric.value_text())}** {glossary.escaped(glossary.measure(metric))} "
                     f"({metric.ci95_text()}, n {metric.n:,}{paper})")
    return "\n".join([*lines, *(f"- `{command}`" for command in dict.fromkeys(each.command for each in metrics))])


def named_curves(card):
    """The card's curves with names that say what they are."""
    named = {}
    for key, values in curves(card).items():
        bare = key.removeprefix("val_")
        if bare in INNER:
            continue
        named["val_" * (key != bare) + CURVES.get(bare, bare)] = values
    return named


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


def read_sort(text):
    if text not in SORTS:
        raise ValueError(f"sort is one of {', '.join(SORTS)}, and this is {text[:40]!r}")
    return text


def read_find(text):
    if len(text) > 80:
        raise ValueError(f"a search has at most 80 characters, this one {len(text)}")
    return text


page()
