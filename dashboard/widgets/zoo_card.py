"""The card of an entry of the zoo: what it is, how good, where to try it, lines to copy, limits, how it was made."""

import numpy as np
import streamlit as st

from dashboard import compute, glossary, share, state
from dashboard.figures import planning as planning_figures
from dashboard.widgets import copying, tiles
from pnzoo import hub
from pnzoo.hub import cards

SEEN = {"sentences": "find words", "body": "drive", "web": "follow links"}  # on the page Worlds
CURVES = {"success": "share that arrives", "reward": "reward", "level": "level of its maps"}
MOST_LIMITS = 2  # the others are under the fold
APART = {"fce": ", in context", "set": ", in a context without order", "conv4": ", as in the paper",
         "paper": ", as in the paper", "distilled": ", taught by a larger one",
         "residual": ", residual", "background": ", never saw this alphabet",
         "finetuned": ", tuned by reward", "rl": ", by reward alone", "maze4": ", 4 moves",
         "octile": ", not past corners"}  # what sets an entry apart from others of its class
INNER = ("entropy", "explained", "kl", "gain", "fraction")  # of the optimizer's own: the card has them, no figure
KINDS = {"VIN": "plans by value iteration", "DeterministicVIN": "plans by value iteration, far ways",
         "GPPN": "plans with a recurrent network", "CNNPolicy": "reacts, does not plan (CNN)",
         "FCNPolicy": "reacts, does not plan (FCN)", "TerrainVIN": "plans over a picture",
         "TerrainCNNPolicy": "reacts to a picture, does not plan", "ContinuousVIN": "steers by planning",
         "ContinuousCNNPolicy": "steers without planning", "GraphVIN": "plans over links",
         "ReactiveGraphPolicy": "picks links without planning", "MANN": "reads the examples into a memory",
         "SiameseNetwork": "compares two at a time", "MatchingNetwork": "asks which examples look alike",
         "PhotoMatchingNetwork": "names your photographs", "SentenceMatchingNetwork": "finds the missing word"}


def show(card, following):
    name = card["name"]
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="card_head"):
        words = kind(card)
        st.markdown(words[0].upper() + words[1:], width="stretch")
        if following:
            st.button("Next", key="next_card", icon=":material/arrow_forward:", on_click=open_card, args=(following,),
                      width="content")
        st.button("Close", key="close_card", icon=":material/close:", on_click=close_card, width="content")
    st.header(glossary.escaped(name), anchor=False)
    lead(card)
    with st.container(horizontal=True, key="try_it"):
        open_in(card)
    copying.snippet("load_line", code(card))
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


def open_card(name):
    state.put(entry=name)


def close_card():
    state.put(entry=None)


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
               turned=on_paper(card), dark=st.context.theme.type == "dark")
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
    if card["task"] == "planning":
        st.markdown("The picture is computed with its weights, on one of the longest ways of its kind of map that it "
                    "solves, if it solves one.")
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


def code(card):
    """Lines of Python that load an entry and try it."""
    name = card["name"]
    if card["model"] in compute.OF_SENTENCES:
        return (f'import pnzoo\nclassifier = pnzoo.FewShotClassifier("{name}")\n'
                'classifier.fit(["the ___ barked at the postman", "she fed milk to her ___"], ["dog", "cat"])\n'
                'classifier.predict_proba(["the ___ wagged its tail"])')
    if compute.in_color(card) or card["model"] in compute.OF_PHOTOGRAPHS:
        return (f'import pnzoo\nclassifier = pnzoo.FewShotClassifier("{name}").fit("my_photos/")\n'
                'classifier.predict_proba(["new.jpg"])')
    if card["task"] == "few-shot":
        return ("import pnzoo\ndrawings = pnzoo.glyphs.generate(1, 5, 2, seed=0).images\n"
                f'classifier = pnzoo.FewShotClassifier("{name}").fit(drawings[:, 0], list("abcde"))\n'
                "classifier.predict(drawings[:, 1])")
    return f'import pnzoo\nmodel = pnzoo.load("{name}")\n' + use(card)


def use(card):
    """How a planner is asked."""
    if card["task"] == "navigation":
        return ("tasks = pnzoo.navigation.generate_tasks(1, seed=0)\n"
                "start = pnzoo.navigation.draw_starts(tasks, 1, seed=0)[0, 0, :2]\n"
                "model.drive(tasks.walls[0], start, tasks.goal[0])")
    if card["task"] == "web":
        return ('web = pnzoo.graphs.generate(3000)\nquery = " ".join(web.sentences[7][:4])\n'
                "model.plan(web, start=0, query=query).titles")
    if card["task"] == "terrain":
        if (card.get("recipe") or {}).get("world") == "tiles":
            picture = "pnzoo.terrain.generate_tiles(1, 16, seed=3)[0][0]"
        else:
            picture = 'pnzoo.terrain.example("moon", seed=3).picture'
        return f"picture = {picture}\nmodel.plan(picture, start=(1, 1), goal=(14, 13)).path"
    if card["model"] == "CNNPolicy":  # for maps of one size
        side = (card.get("trained_on") or {}).get("height", 16)
        return (f"walls, goal = pnzoo.gridworld.generate(1, {side}, seed=0)\n"
                "start = pnzoo.gridworld.farthest_starts(walls, goal)[0]\n"
                "model.plan(walls[0], start, goal[0]).path")
    return r'model.plan(*pnzoo.gridworld.parse("#####\n#S#G#\n#...#\n#####")).path'


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


def kind(card):
    """What sort of a model it is, in few words."""
    words = KINDS.get(card["model"], card["task"])
    if card["name"].startswith("classifier") and card["task"] == "few-shot":
        return "a plain classifier, for comparison"
    return words + next((apart for part, apart in APART.items() if part in card["name"].split("_")), "")


def on_paper(card):
    """Whether its picture is drawn on white, which glares on a dark page."""
    if card["task"] == "few-shot":
        return card["model"] not in compute.OF_PHOTOGRAPHS and not compute.in_color(card)
    return compute.reacts(card["name"]) or card["model"] in ("GPPN", "ContinuousVIN", "ContinuousCNNPolicy") \
        or card["task"] == "web"


def first_metric(card):
    """The card's headline, or None."""
    return next(iter(cards.metrics({"metrics": (card.get("metrics") or [])[:1]})), None)


def papers_of(metric):
    """The paper's number if it is of the same data, else None."""
    return None if glossary.other_data(metric) else metric.paper


def size_of(name):
    file = hub.zoo_folder() / name / hub.WEIGHTS
    return round(file.stat().st_size / 1000) if file.is_file() else None
