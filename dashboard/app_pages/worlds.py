"""Other worlds: can it plan beyond a grid?"""

import re

import streamlit as st

from dashboard import (
    backend,  # noqa: F401  # before anything that imports Keras
    compute,
    glossary,
    share,
    state,
)
from dashboard.widgets import body_drive, choices, sentence_gap, web_walk
from pnzoo import gridworld

WORLDS = {"web": "A web", "body": "A moving body", "sentences": "Sentences"}
TITLES = {"sentences": "Can it guess a missing word?"}
TITLE = "Can it plan beyond a grid?"
INTRO = {
    "body": "Two bodies must stop at G. One plans ahead on a map of values, the colours; the other reacts to what it "
            "sees.",
    "sentences": "It fills the gap with a word of its examples: that of the ones **most alike**.",
}  # fmt: skip
MAPS = (20, 28, 40)
PLACES = 100  # of a start on a map
FIRST = {"web": 3, "body": 5}  # seeds of what a visitor meets: the planner arrives, also around most
# short walls that are drawn at random, and its reactive opponent does not
KEPT = {"web": ("seed", "words"), "body": ("seed", "side", "place", "course"),
        "sentences": ("sentences", "examples", "asked", "word")}
LONGEST = 3000  # characters of a text in the address
ENTRIES = {"web": ("vin_web", "reactive_web"), "body": ("vin_navigation2d", "cnn_navigation2d")}
EXAMPLES = """bank: the ___ raised its interest rates on loans
bank: shares of the ___ fell after the report on loans
drug: the ___ was approved to treat patients with the disease
drug: doctors gave the ___ to patients twice a day
strike: workers at the plant went on ___ for higher wages"""
# Sentences to begin with, and the word that each had in its gap.
KNOWN = {"the ___ said its loans to companies rose last year": "bank",
         "the ___ helped patients with the disease in two trials": "drug",
         "the ___ of workers ended after they got higher wages": "strike",
         "a ___ over wages stopped all loans": "strike"}
QUERY = list(KNOWN)[1]  # one where the network is torn
BLANK, WORD = re.compile("_{3,}"), re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
MOST_WEIGHED = 40  # words of a sentence
WEB = '''from pnzoo import graphs
import pnzoo

web = graphs.embed(graphs.generate({pages}, seed={web_seed}))
walk = pnzoo.load("{name}").plan(web, {start}, {text!r}, {goal})
print(walk.reached, walk.titles)'''
BODY = '''import pnzoo

walls, (row, col), goal = pnzoo.gridworld.from_string("{course}")
drive = pnzoo.load("{name}").drive(walls, (row + 0.5, col + 0.5), goal)
print(drive.reached, drive.seconds, drive.distance)'''
SENTENCES = '''import pnzoo

classifier = pnzoo.FewShotClassifier("{name}").fit({sentences}, {labels})
print(classifier.predict([{query!r}]), classifier.attention([{query!r}]).round(2))'''


def page():
    head = st.empty()
    state.adopt({"world": read_world, "seed": choices.read_int("seed", 0, 999_999),
                 "side": choices.one_of("side", MAPS), "place": choices.read_int("place", 0, PLACES - 1),
                 "course": read_course, "sentences": read_model, "words": read_words, "examples": read_words,
                 "asked": read_words, "word": read_word}, beyond_course)  # fmt: skip
    world = state.get("world", "web")
    head.title(TITLES.get(world, TITLE))
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


def read_word(text):
    if len(text) > 40 or not WORD.fullmatch(text):
        raise ValueError(f"word is the one that was cut out, a single word, and this is {text[:40]!r}")
    return text


def text_of(name, first, **also):
    """The text of a box as it is in the state, and what keeps it there; what is in `also` changes with it."""
    st.session_state[f"box_{name}"] = state.get(name, first)
    return {"key": f"box_{name}", "on_change": lambda: state.put(**{name: st.session_state[f"box_{name}"]}, **also)}


def entries_of(world):
    return [name for name in ENTRIES[world] if name in compute.cards()]


def no_entry(words):
    st.info(f"The zoo holds no model of this world yet. {words}", icon=":material/inventory_2:")


def take_seed(seed):
    """The question of a number, for which nothing of a visitor's own is left."""
    state.put(seed=seed % 10**6, words=None, course=None)


# -- a web ------------------------------------------------------------------------------------------------


def show_web():
    names = entries_of("web")
    if not names:
        no_entry("`python -m train vin_web` trains one.")
        return
    seed = state.get("seed", FIRST["web"])
    question = compute.web_question(seed)
    text, walks, unable = state.get("words", question.text), [], []
    for name in names:
        try:
            walks.append(walk_of(name, compute.web_walk(name, seed, text), question))
        except ValueError as error:
            unable.append(glossary.plain(str(error)))
    (begin, _), (end, _) = (compute.web_names()[page] for page in (question.start, question.goal))
    st.markdown(f"Two readers start at **{begin}** and look for **{end}**, {question.links} links away on a web of "
                f"{len(compute.web_names()):,} pages. One plans ahead, the other reacts.")
    for each in unable:
        st.warning(each, icon=":material/help:")
    if walks:
        web_walk.show("web_walk", text.split(), compute.rare_places(text), end, walks,
                      lambda: take_seed(compute.next_apart(names, seed)))  # fmt: skip
    else:
        st.button("Another page", key="new_one", on_click=lambda: take_seed(seed + 1))
    with st.expander("Other words: look for another page in your own words", icon=":material/edit:"):
        st.text_area("Words of the page that is looked for", max_chars=600, help="Both walk anew.",
                     **text_of("words", question.text))  # fmt: skip
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
        "ending": ending, "guess": ", ".join(f"{name} {share:.0%}" for name, share in run.guesses[:3]),
        "pages": [{"name": step.name, "field": step.field, "title": step.title, "found": list(step.found),
                   "left": step.left, "linked": step.linked, "offered": step.links, "links": [
            [name, round(float(share), 4), place == step.taken, onward]
            for place, (name, share, onward) in enumerate(zip(step.offered, step.shares, step.onward, strict=True))]}
            for step in run.steps]}


# -- a moving body ----------------------------------------------------------------------------------------


def read_course(text):
    """A map for bodies as it is in an address: its string, checked."""
    compute.read_body_map(text, MAPS)
    return text


def beyond_course():
    """Parts of an address that a map of its own leaves without a meaning."""
    if not state.get("course"):
        return {}
    return {name: (None, "the map of the address (course) has its own size and start")
            for name in ("side", "place") if state.get(name) is not None}  # fmt: skip


def show_body():
    names = entries_of("body")
    if not names:
        no_entry("`python -m train vin_navigation2d` trains one.")
        return
    course = state.get("course") or compute.body_map(state.get("seed", FIRST["body"]), state.get("side", 28),
                                                     state.get("place", 0))  # fmt: skip
    walls, start, goal = compute.read_body_map(course, MAPS)
    if problem := st.session_state.pop("course_problem", None):
        st.warning(f"The map stays as it was. {glossary.plain(problem)}", icon=":material/undo:")
    runs, unable = {}, []
    for name in names:
        try:
            runs[name] = compute.body_run(name, walls, start, goal)
        except ValueError as error:
            unable.append(f"{name}: {glossary.plain(str(error))}")
    values = next((run.values for run in runs.values() if run.values is not None), None)
    drives = [drive_of(name, run, walls) for name, run in runs.items()]
    body_drive.show("body_drive", walls, start, goal, values, drives, INTRO["body"], edit_course)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button("New start", key="place", icon=":material/my_location:", on_click=another_start, args=(course,))
        st.button("New map", key="new_one", icon=":material/casino:",
                  on_click=lambda: take_seed(state.get("seed", FIRST["body"]) + 1))  # fmt: skip
        with st.popover("Size", icon=":material/straighten:"):
            choices.pick("Map", "side", MAPS, len(walls), lambda n: f"{n} x {n} cells",
                         then=lambda: state.put(course=None))  # fmt: skip
    if len(walls) != 28:
        st.caption("Trained on maps of 28 x 28: another size is new to both.")
    for each in unable:
        st.warning(each, icon=":material/help:")
    share.panel("worlds", BODY.format(name=names[0], course=course))


def edit_course(walls, start, goal):
    """Take over a map that was changed by hand, if bodies can drive on it."""
    text = gridworld.to_string(walls, start, goal)
    try:
        state.put(course=read_course(text), side=None, place=None)
    except ValueError as error:
        st.session_state["course_problem"] = str(error)


def another_start(course):
    if state.get("course"):
        state.put(course=compute.other_start(course))
    else:
        state.put(place=(state.get("place", 0) + 1) % PLACES or None)


def drive_of(name, run, walls):
    """What the component shows of a drive."""
    drive = run.drive
    away = f"{drive.distance:.1f} cells from the goal"
    ending = f"rests at the goal after {drive.seconds:.1f} s" if drive.reached else (
        f"stuck since {drive.seconds - run.stuck:.1f} s, {away}, though there is a way" if run.stuck
        else f"gave up after {drive.seconds:.1f} s, {away}")
    return {"name": name, "role": "plans ahead" if run.values is not None else "reacts", "good": bool(drive.reached),
            "seconds": float(drive.seconds), "ending": ending, "why": why(run, walls),
            "stuck": round(float(run.stuck), 2),
            "path": [[round(float(x), 3), round(float(y), 3)] for y, x in drive.path]}


def why(run, walls):
    """Why a body that plans is stuck, where its values tell."""
    if not run.across:
        return ""
    factor = len(walls) // len(run.values)
    return "The highest of the values around it lies beyond a wall" + (
        f": a value covers {factor} x {factor} cells." if factor > 1 else ".")


# -- sentences --------------------------------------------------------------------------------------------


def sentence_names():
    return [name for name, card in compute.cards().items() if card["model"] == "SentenceMatchingNetwork"]


def show_sentences():
    names = sentence_names()
    if not names:
        no_entry("`python -m train matching_ptb` trains one from your own copy of the Penn Treebank.")
        return
    st.markdown(INTRO["sentences"])
    query, text, name = state.get("asked", QUERY), state.get("examples", EXAMPLES), state.get("sentences", names[0])
    snippet = None
    try:
        sentences, labels = examples_of(text)
        show_gap(name, sentences, labels, query)
        snippet = SENTENCES.format(name=name, sentences=list(sentences), labels=list(labels), query=query)
    except ValueError as error:
        st.warning(glossary.plain(str(error)), icon=":material/help:")
    st.text_input("Your own sentence, with or without a gap (___)", max_chars=300, **text_of("asked", QUERY, word=None))
    st.pills("Or try one", list(KNOWN), key="try_sentence", on_change=take_sentence)
    with st.expander("The examples it goes by: yours, and another model", icon=":material/edit:"):
        choices.pick_model(names, "Model", "sentences", names[0])
        st.text_area("Examples, one a line: `word: sentence with ___`", height=200, max_chars=LONGEST,
                     **text_of("examples", EXAMPLES))  # fmt: skip
    if snippet and "___" in query:
        share.panel("worlds", snippet)


def examples_of(text):
    """(sentences, their words) of lines."""
    pairs = []
    for number, line in enumerate(text.splitlines(), 1):
        word, colon, sentence = (part.strip() for part in line.partition(":"))
        if line.strip() and not (word and colon and sentence):
            raise ValueError(f"line {number} of the examples is no word, colon and sentence: {line.strip()[:60]!r}")
        if line.strip():
            pairs.append((sentence, word))
    if not pairs:
        raise ValueError("there are no examples: write at least two, of two words")
    return tuple(zip(*pairs, strict=True))


def show_gap(name, sentences, labels, query):
    words = query.split()
    gap = next((at for at, word in enumerate(words) if "___" in word), None)
    if gap is None:
        if not words:
            raise ValueError("there is no sentence: write one")
        st.caption("This sentence has no gap yet.")
        sentence_gap.show("sentence_gap", query, [{"text": word, "gap": False} for word in words],
                          lambda at: cut_out(words, at, None, None))  # fmt: skip
        return
    classes, chances, attention = compute.sentence_answer(name, sentences, labels, query)
    order = sorted(range(len(classes)), key=lambda i: -chances[i])
    best, true = str(classes[order[0]]), state.get("word") or KNOWN.get(query)
    others = tuple(" ".join(words[:at] + words[at + 1 :]) for at in range(len(words))
                   if at != gap and len(words) > 2)[:MOST_WEIGHED]  # fmt: skip
    without = iter(compute.sentence_answers(name, sentences, labels, others, best))
    shown = [{"text": word, "gap": at == gap, "without": None if at == gap else next(without, None)}
             for at, word in enumerate(words)]  # fmt: skip
    before, after = BLANK.split(words[gap], maxsplit=1)
    shown[gap].update(before=before, after=after)
    mark, verdict = judged(best, true, labels)
    answer = {"word": best, "chances": [[str(classes[i]), round(float(chances[i]), 4)] for i in order], "mark": mark,
              "verdict": verdict}  # fmt: skip
    most = sorted(range(len(labels)), key=lambda i: -attention[i])
    rows = [row_of(sentences[i], labels[i], attention[i], best) for i in most]
    sentence_gap.show("sentence_gap", query, shown, lambda at: cut_out(words, at, gap, true or best), answer, rows)


def judged(best, true, labels):
    """("right", "wrong" or "" where nobody can tell, what is said of it)."""
    if true is None:
        return "", "Only you know whether that is right."
    if true.lower() not in {label.lower() for label in labels}:
        return "", f"It was {true}, which no example has: it could not know."
    return ("right", f"And {true} it was.") if true.lower() == best.lower() else ("wrong", f"It was {true}.")


def row_of(sentence, label, share, best):
    before, *after = BLANK.split(sentence, maxsplit=1)
    return {"before": before if after else f"{sentence} ", "word": label if after else f"({label})",
            "after": "".join(after), "share": round(float(share), 4), "own": label == best}


def cut_out(words, at, gap, filling):
    """Fill the gap and cut out another word, which is then known."""
    words = list(words)
    if gap is not None:
        words[gap] = BLANK.sub(lambda _: filling, words[gap], count=1)
    if true := WORD.search(words[at]):
        words[at] = words[at].replace(true[0], "___", 1)
        state.put(asked=" ".join(words), word=true[0][:40])


def take_sentence():
    if sentence := st.session_state["try_sentence"]:
        state.put(asked=sentence, word=None)


page()
