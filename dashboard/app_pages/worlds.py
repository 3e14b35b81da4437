"""Other worlds: can it plan beyond a grid?"""

import streamlit as st

from dashboard import (
    backend,  # noqa: F401  # before anything that imports Keras
    compute,
    glossary,
    share,
    state,
)
from dashboard.figures import theme, worlds_svg
from dashboard.widgets import body_drive, choices, web_walk

WORLDS = {"web": "A web", "body": "A moving body", "sentences": "Sentences"}
INTRO = {
    "body": "Both shall come to rest at G. One plans ahead on a map of values, the other reacts to what it sees.",
    "sentences": "It fills the gap with the word of the **examples that are most alike**: the longer a bar, the more "
                 "it looked at that one.",
}  # fmt: skip
MAPS = (20, 28, 40)
PLACES = 100  # of a start on a map
FIRST = {"web": 3, "body": 1}  # seeds of what a visitor meets: the planner arrives, its reactive opponent does not
KEPT = {"web": ("seed", "words"), "body": ("seed", "side", "place"), "sentences": ("sentences", "examples", "asked")}
LONGEST = 3000  # characters of a text in the address
ENTRIES = {"web": ("vin_web", "reactive_web"), "body": ("vin_navigation2d", "cnn_navigation2d")}
EXAMPLES = """bank: the ___ raised its interest rates on loans
bank: shares of the ___ fell after the report on loans
drug: the ___ was approved to treat patients with the disease
drug: doctors gave the ___ to patients twice a day
strike: workers at the plant went on ___ for higher wages"""
QUERY = "the ___ said its loans to companies rose last year"
TRY = (QUERY, "the ___ helped patients with the disease in two trials",
       "the ___ of workers at the plant ended after they got higher wages", "a ___ over wages stopped all loans")
WEB = '''from pnzoo import graphs
import pnzoo

web = graphs.embed(graphs.generate({pages}, seed={web_seed}))
walk = pnzoo.load("{name}").plan(web, {start}, {text!r}, {goal})
print(walk.reached, walk.titles)'''
BODY = '''import pnzoo
from pnzoo.worlds import navigation

tasks = navigation.generate_tasks(1, {side}, seed={seed})
drive = pnzoo.load("{name}").drive(tasks.walls[0], {start}, tasks.goal[0])
print(drive.reached, drive.seconds, drive.distance)'''
SENTENCES = '''import pnzoo

classifier = pnzoo.FewShotClassifier("{name}").fit({sentences}, {labels})
print(classifier.predict([{query!r}]), classifier.attention([{query!r}]).round(2))'''


def page():
    st.title("Can it plan beyond a grid?")
    state.adopt({"world": read_world, "seed": choices.read_int("seed", 0, 999_999),
                 "side": choices.one_of("side", MAPS), "place": choices.read_int("place", 0, PLACES - 1),
                 "sentences": read_model, "words": read_words, "examples": read_words,
                 "asked": read_words})  # fmt: skip
    world = state.get("world", "web")
    st.session_state["choose_world"] = world
    st.segmented_control("World", list(WORLDS), format_func=WORLDS.get, key="choose_world", required=True,
                         label_visibility="collapsed",
                         on_change=lambda: state.put(world=st.session_state["choose_world"]))  # fmt: skip
    {"web": show_web, "body": show_body, "sentences": show_sentences}[world]()
    given = {name: str(state.get(name)) for name in KEPT[world] if state.get(name) is not None}
    state.publish({"world": world if world != "web" else None, **given})
    glossary.show("VIN", "Value iteration", "R, reward", "V, value", "Support", "Query", "Attention")


def read_world(text):
    if text not in WORLDS:
        raise ValueError(f"world is one of {', '.join(WORLDS)}, and this is {text[:40]!r}")
    return text


def read_model(text):
    if text not in sentence_names():
        raise ValueError(f"sentences is one of {', '.join(sentence_names()) or 'no model'}, and this is {text[:40]!r}")
    return text


def read_words(text):
    if len(text) > LONGEST:
        raise ValueError(f"{len(text):,} characters are too many, at most {LONGEST:,}")
    return text


def text_of(name, first):
    """The text of a box as it is in the state, and what keeps it there."""
    st.session_state[f"box_{name}"] = state.get(name, first)
    return {"key": f"box_{name}", "on_change": lambda: state.put(**{name: st.session_state[f"box_{name}"]})}


def entries_of(world):
    return [name for name in ENTRIES[world] if name in compute.cards()]


def no_entry(words):
    st.info(f"The zoo holds no model of this world yet. {words}", icon=":material/inventory_2:")


def new_one(label, about=None, following=None):
    """A button for the next question, `following()` or the next number."""
    seed = state.get("seed", FIRST[state.get("world", "web")])
    st.button(label, key="new_one", icon=":material/casino:", help=about, on_click=lambda: state.put(
        seed=(following() if following else seed + 1) % 10**6, words=None))


def is_dark():
    return st.context.theme.type == "dark"


# -- a web ------------------------------------------------------------------------------------------------


def show_web():
    names = entries_of("web")
    if not names:
        no_entry("`python -m train vin_web` trains one.")
        return
    seed = state.get("seed", FIRST["web"])
    question = compute.web_question(seed)
    titles = compute.invented_web().web.titles
    said = st.empty()
    place = st.container()
    with st.expander("Other words: look for another page in your own words", icon=":material/edit:"):
        text = st.text_area("Words of the page that is looked for", max_chars=600,
                            help="Both walk anew.", **text_of("words", question.text))  # fmt: skip
    walks = []
    for name in names:
        try:
            walks.append(walk_of(name, compute.web_walk(name, seed, text), question))
        except ValueError as error:
            place.warning(glossary.plain(str(error)), icon=":material/help:")
    said.markdown(f"**Find the page that says this**, one of {len(titles):,}, from {question.links} links away. One "
                  "plans where links lead, the other reacts to the next page.")
    if walks:
        with place:
            web_walk.show("web_walk", text.split(), compute.rare_places(text), walks)
    with place:
        new_one("Another page", "The next one that the two do not find alike.",
                lambda: compute.next_apart(names, state.get("seed", FIRST["web"])))
    share.panel("worlds", WEB.format(pages=compute.PAGES, web_seed=compute.WEB_SEED, name=names[0], text=text,
                                     start=question.start, goal=question.goal))  # fmt: skip


def walk_of(name, run, question):
    """What the component shows of a walk."""
    count = len(run.walk.actions)
    if run.walk.reached:
        more = "the shortest way" if count == question.links else f"{question.links} would do"
        ending = f"found after {count} link{'s' * (count != 1)}, {more}"
    else:
        ending = f"not found: {run.walk.reason.removesuffix(' (max_steps)')}"
    return {
        "name": name, "role": "plans ahead" if run.guesses else "reacts", "good": bool(run.walk.reached),
        "ending": ending, "guess": ", ".join(f"{title} {share:.0%}" for title, share in run.guesses[:3]),
        "pages": [{"title": step.title, "found": list(step.found), "left": step.left, "links": [
            [title, round(float(share), 4), place == step.taken]
            for place, (title, share) in enumerate(zip(step.offered, step.shares, strict=True))]}
            for step in run.steps]}


# -- a moving body ----------------------------------------------------------------------------------------


def show_body():
    names = entries_of("body")
    if not names:
        no_entry("`python -m train vin_navigation2d` trains one.")
        return
    seed, place = state.get("seed", FIRST["body"]), state.get("place", 0)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button("New start", key="place", icon=":material/my_location:",
                  on_click=lambda: state.put(place=(place + 1) % PLACES or None))
        new_one("New map")
        with st.popover("Size", icon=":material/straighten:"):
            side = choices.pick("Map", "side", MAPS, 28, lambda n: f"{n} x {n} cells")
    if side != 28:
        st.caption("Trained on maps of 28 x 28: another size is new to both, and its opponent takes no larger one.")
    walls, goal, start = compute.body_map(seed, side, place)
    runs, values = {}, None
    for name in names:
        try:
            runs[name] = compute.body_run(name, walls, start, goal)
        except ValueError as error:
            st.warning(f"{name}: {glossary.plain(str(error))}", icon=":material/help:")
            continue
        values = runs[name].values if runs[name].values is not None else values
    colours = dict(zip(names, (theme.of(is_dark()).path, theme.of(is_dark()).best), strict=False))
    svg = worlds_svg.drive(walls, goal, [(run.drive.path, colours[name]) for name, run in runs.items()], values,
                           is_dark())
    body_drive.show("body_drive", svg, goal, [drive_of(name, run) for name, run in runs.items()], INTRO["body"],
                    "Yellow is near the goal in the planner's eyes, violet is far.")
    share.panel("worlds", BODY.format(name=names[0], side=side, seed=seed, start=start))


def drive_of(name, run):
    """What the component shows of a drive."""
    drive = run.drive
    ending = f"rests at the goal after {drive.seconds:.1f} s" if drive.reached else (
        f"gave up after {drive.seconds:.1f} s, {drive.distance:.1f} cells from the goal")
    return {"name": name, "role": "plans ahead" if run.values is not None else "reacts", "good": bool(drive.reached),
            "seconds": float(drive.seconds), "ending": ending,
            "path": [[round(float(x), 3), round(float(y), 3)] for y, x in drive.path]}


# -- sentences --------------------------------------------------------------------------------------------


def sentence_names():
    return [name for name, card in compute.cards().items() if card["model"] == "SentenceMatchingNetwork"]


def show_sentences():
    names = sentence_names()
    if not names:
        no_entry("`python -m train matching_ptb` trains one from your own copy of the Penn Treebank.")
        return
    st.markdown(INTRO["sentences"])
    query = st.text_input("A sentence with a gap (___). Change it.", max_chars=300, **text_of("asked", QUERY))
    answer = st.container()
    st.pills("Or try one", TRY, key="try_sentence", on_change=take_sentence)
    with st.expander("The examples it goes by: yours, and another model", icon=":material/edit:"):
        name = choices.pick_model(names, "Model", "sentences", names[0])
        text = st.text_area("Examples, one a line: `word: sentence with ___`", height=180, max_chars=LONGEST,
                            **text_of("examples", EXAMPLES))  # fmt: skip
    if "___" not in query:
        answer.warning("This sentence has no gap, so there is nothing to fill: write three underscores, ___, where the "
                       "word is missing.", icon=":material/help:")
        return
    pairs = [line.partition(":")[::2] for line in text.splitlines() if line.strip()]
    labels, sentences = (tuple(pair[i].strip() for pair in pairs) for i in (0, 1))
    try:
        classes, chances, attention = compute.sentence_answer(name, sentences, labels, query)
    except ValueError as error:
        answer.warning(glossary.plain(str(error)), icon=":material/help:")
        return
    with answer:
        best = str(classes[int(chances.argmax())])
        st.header(filled(query, best), anchor=False)
        known = ", ".join(glossary.escaped(str(each)) for each in classes)
        st.markdown(f"**{name}** is {chances.max():.0%} sure of :orange[**{glossary.escaped(best)}**]. It knows no "
                    f"other words than those of its examples: {known}.")
        for sentence, label, weight in zip(sentences, labels, attention, strict=True):
            st.progress(float(min(1, max(0, weight))), f"{weight:.0%} &nbsp; {filled(sentence, label, label == best)}")
    share.panel("worlds", SENTENCES.format(name=name, sentences=list(sentences), labels=list(labels), query=query))


def take_sentence():
    if sentence := st.session_state["try_sentence"]:
        state.put(asked=sentence)


def filled(sentence, word, told=True):
    """A sentence with a word in its gap, as Markdown."""
    before, gap, after = sentence.partition("___")
    word = f"**{glossary.escaped(word)}**"
    word = f":orange[{word}]" if told else word
    return f"{glossary.escaped(before)}{word if gap else ''}{glossary.escaped(after)}"


page()
