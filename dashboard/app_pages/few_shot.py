"""Few-shot: who decided?"""

import numpy as np
import streamlit as st

from dashboard import (
    backend,  # noqa: F401  # before anything that imports Keras
    compute,
    glossary,
    share,
    state,
)
from dashboard.compute import drawings, support_set
from dashboard.figures import few_shot as few_shot_figures
from dashboard.widgets import choices, episode_controls, headings, ring
from pnzoo import analysis

SNIPPET = '''import numpy as np
import pnzoo
from pnzoo import analysis

kept = np.load("few_shot.npz")  # the button "Arrays" beside
model = pnzoo.load("{name}")
explanation = analysis.explain(
    model, kept["support"], kept["labels"], kept["query"])
print(dict(zip(kept["classes"], explanation.probability.round(3))))
print(explanation.attention)  # how much each support image counts'''

# Of a model that compares pictures; of another one.
LEAST = ("if the nearest is less alike than", "if it is less sure than")
HINT = ("Dragged onto another class, a picture is relabelled. Drop or paste one of yours in the middle to ask about "
        "it, on a class to add it.")


def page():
    line = st.container(key="title", horizontal=True, gap="small", vertical_alignment="center")
    with line:
        headings.heading("Who decided?")
    if not state.get("lesson"):  # which has words of its own, and needs the room
        with st.container(key="sentence"):
            headings.sentence("A network names the drawing in the middle by those around it: **near** is alike, a "
                              "**thick** line counts. **Draw**, or drag one off.")
    names = compute.names("few-shot")
    state.adopt({**episode_controls.readers(), "least": choices.read_int("least", 0, 100),
                 "look": choices.read_int("look", 0, 199), "reading": choices.read_int("reading", 1, 99)},
                episode_controls.beyond)
    if not names:
        st.info("There is no few-shot model in the zoo yet. Train one with `python -m train.few_shot.command`.")
    else:
        with line.container(key="controls", horizontal=True, gap="small", width="content"):
            name = controls(names)
        board(name)
    glossary.show("Support", "Query", "Way", "Shot", "Attention", "FCE")


def board(name):
    ring_alone(name)
    episode = episode_controls.current()
    explanation = explain(name, episode)
    publish(name)
    with st.container(horizontal=True, gap="small"):
        if episode_controls.changed():
            st.button("Put the episode back as it was", key="put_back", icon=":material/undo:", on_click=put_back)
        offer_context(name)
    if explanation is not None:
        more = st.expander("The numbers: every class, the plane, other orders", key="numbers",
                           icon=":material/query_stats:", on_change="rerun")
        if more.open:
            with more:
                show_numbers(name, episode, explanation)
                show_context(name, episode, explanation)
    take_along(name, episode, explanation)


@st.fragment
def ring_alone(name):
    """While the pen moves, only this is drawn again, so that it answers in time; the rest follows when it is lifted."""
    if st.session_state.pop("pen_lifted", False):
        st.rerun()
    episode = episode_controls.current()
    show_ring(name, episode, explain(name, episode))


def explain(name, episode):
    if episode is None:
        return None
    return compute.explanation(name, episode.images, episode.labels, episode.query)


# -- controls ---------------------------------------------------------------------------------------------


def controls(names):
    with st.popover("Model and set", width="content"):
        name = choices.pick_model(names, key="fewshot", default=episode_controls.FIRST[episode_controls.words()[0]])
        episode_controls.pick_source()
        left, right = st.columns(2)
        with left:
            episode_controls.pick_way()
        with right:
            episode_controls.pick_shot()
    st.button("New set", key="new_episode", on_click=next_episode)
    st.button("Next question", key="next_ask", on_click=ask_next)
    return name


def next_episode():
    episode_controls.forget()
    state.put(episode=(state.get("episode", 1) + 1) % 10**6, drawn=None, look=None)


def put_back():
    state.put(drop=None, swap=None, own=None, moved=None, order=None, look=None)


def ask_next():
    """Ask about the next class; where a drawing of the visitor's was asked about, about the one before it."""
    _, way, _, _ = episode_controls.words()
    on = 1 if state.get("drawn") is None else 0
    state.put(ask=(state.get("ask", 0) + on) % way, drawn=None, turn=state.get("turn", 0) + 1)


# -- the ring ---------------------------------------------------------------------------------------------


def show_ring(name, episode, explanation):
    """The ring with its answer."""
    words, own = episode_controls.words(), state.get("own", ())
    pictures = support_set.pictures_of(*words, state.get("swap", ()), own)
    labels, names = support_set.labels_of(*words, own, state.get("moved", ())), support_set.names_of(*words, own)
    out = set(state.get("drop", ()))
    if episode is None:
        classes, found = sorted({label for i, label in enumerate(labels) if i not in out}), {}
        data = {"classes": [{"name": each, "chance": 0.0} for each in classes], "answer": None, "truth": None,
                "query": state.get("drawn"), "none": "", "note": "", "top": None, "steps": None, "likeness": None,
                "problem": "fewer than two classes are left. Put some pictures back.", "now": None}
    else:
        answer, found = said(episode, explanation), readings(episode, explanation)
        classes = episode.classes
        data = {
            "classes": [{"name": each, "chance": float(chance)}
                        for each, chance in zip(classes, explanation.probability, strict=True)],
            "answer": None if answer is None else classes.index(answer), "truth": episode.true_label,
            "query": drawings.to_code(episode.query),
            "none": f"{doubt(explanation)}, and you ask for {state.get('least', 0) / 100:.2f}.", "problem": "",
            "now": explanation.confidence,
            "note": note(explanation), "how": how(name, explanation), "top": top(episode, explanation),
            "steps": None if explanation.steps is None else len(explanation.steps),
            "likeness": None if explanation.similarity is None else likeness(name)}
    ring.show("ring", {
        **data, "model": name, "photos": False, "turn": state.get("turn", 0), "drawn": state.get("drawn") is not None,
        "label": ring.LABEL, "say": st.session_state.pop("ring_problem", ""),
        "legend": [] if data["likeness"] is None else ring.legend(data["likeness"]),
        "hint": HINT, "least": state.get("least", 0),
        "lined": data["likeness"] is not None, "leastWords": f"Say “none of these” {LEAST[data['likeness'] is None]}",
        "letters": list(support_set.LETTERS[: min(26, words[1] + 3)]), "look": looked(len(labels)),
        "step": state.get("reading"), "without": without(name, episode, explanation),
        "ordered": compute.reads_order(name), "order": state.get("order", 0),
        "pictures": [{
            "name": each, "given": i < words[1] * words[2], "class": classes.index(label) if label in classes else 0,
            "out": i in out, "source": drawings.to_code(picture),
            **found.get(i, {"likeness": None, "share": None})}
            for i, (each, label, picture) in enumerate(zip(names, labels, pictures, strict=True))]}, heard)


def said(episode, explanation):
    """The letter of the answer, or None for none of these."""
    if explanation.confidence < state.get("least", 0) / 100:
        return None
    return episode.classes[int(explanation.probability.argmax())]


def readings(episode, explanation):
    """Number of a picture -> how alike it is, what it counts, and what it counted at each reading step."""
    found = {}
    for place, index in enumerate(episode.kept.tolist()):
        found[index] = {
            "likeness": None if explanation.similarity is None else float(explanation.similarity[place]),
            "share": None if explanation.attention is None else float(explanation.attention[place])}
        if explanation.steps is not None:
            found[index]["steps"] = [float(share) for share in explanation.steps[:, place]]
    return found


def doubt(explanation):
    """How sure a model is, in its own measure: likeness, or a probability where it compares with no picture."""
    if explanation.similarity is None:
        return f"it is only {explanation.confidence:.2f} sure"
    return f"the nearest picture is only {explanation.confidence:.2f} alike"


def likeness(name):
    """What the numbers of a model's similarity are."""
    return "chance of a pair" if compute.cards()[name]["model"] == "SiameseNetwork" else "cosine"


def note(explanation):
    if explanation.attention is None:
        return ("This model has no attention over pictures: it writes them into a memory, one after the other, so how "
                "far out a picture lies says nothing here.")
    return ""


def how(name, explanation):
    """How likeness becomes attention, in a line with numbers of the two pictures that count most.

    Full context reads all pictures together first, so that the softmax is of other cosines than those on the ring.
    """
    attention = getattr(compute.model(name), "matching_attention", None)
    if attention is None or "cosine" not in attention.similarity_name or explanation.similarity is None:
        return ""
    first, second = np.argsort(-explanation.attention, kind="stable")[:2]
    alike, counts = explanation.similarity, explanation.attention
    factor = float(attention.scale)
    new = "the cosine after it read all together (FCE)" if compute.reads_context(name) else "cosine"
    return (f"{alike[first]:.2f} against {alike[second]:.2f} alike becomes {counts[first]:.0%} against "
            f"{counts[second]:.0%}: softmax of {factor:.0f} × {new}.")


def top(episode, explanation):
    """The picture that counts most."""
    return None if explanation.attention is None else int(episode.kept[explanation.attention.argmax()])


def looked(count):
    index = state.get("look")
    return index if index is not None and index < count and index not in state.get("drop", ()) else None


def without(name, episode, explanation):
    """The answer without the picture that is looked at, in words."""
    if episode is None or st.session_state.get("pen_down"):
        return None
    index = looked(len(episode.names))
    index = top(episode, explanation) if index is None else index
    if index is None:
        return None
    other = episode_controls.current(also_out=index)
    if other is None:
        words = "Without it only one class would be left."
    else:
        then = compute.explanation(name, other.images, other.labels, other.query)
        before, after = ((each.classes[int(made.probability.argmax())], float(made.probability.max()))
                         for each, made in ((episode, explanation), (other, then)))
        words = ring.without_words(before, after)
    return {"index": index, "words": words}


def heard(message):
    """What the visitor did on the ring."""
    what, own = message["what"], state.get("own", ())
    _, way, shot, _ = episode_controls.words()
    index = ring.read_index(message, way * shot + len(own))
    letter = message.get("class") if message.get("class") in list(support_set.LETTERS) else None
    live = what in ("draw", "least") and bool(message.get("live"))
    st.session_state.update(pen_down=live and what == "draw", pen_lifted=not live)
    out = set(state.get("drop", ()))
    try:
        if what == "draw":
            state.put(drawn=drawings.read_bitmap(message.get("bits")))
        elif what == "undraw":
            state.put(drawn=None)
        elif what == "ask":
            state.put(drawn=ring.read_drawing(message.get("picture")), turn=state.get("turn", 0) + 1)
        elif what == "add" and letter:
            add(letter, message.get("pictures"))
        elif what == "out" and index is not None:
            state.put(drop=tuple(sorted(out | {index})))
        elif what == "back" and index is not None:
            state.put(drop=tuple(sorted(out - {index})) or None)
        elif what == "move" and index is not None and letter:
            state.put(moved=tuple(sorted({**dict(state.get("moved", ())), index: letter}.items())))
        elif what == "swap" and index is not None:
            swap = dict(state.get("swap", ()))
            state.put(swap=tuple(sorted({**swap, index: (swap.get(index, 0) + 1) % 1000}.items())))
        elif what == "look" and (index is not None or message.get("index", "") is None):
            state.put(look=index)
        elif what == "order":
            state.put(order=None if message.get("seed") == 0 else state.get("order", 0) % 9_999 + 1)
        elif what == "step" and type(message.get("step")) is int and 1 <= message["step"] <= 99:
            state.put(reading=message["step"])
        elif what == "least" and type(message.get("least")) is int and 0 <= message["least"] <= 100:
            state.put(least=message["least"] or None)
    except ValueError as error:
        st.session_state["ring_problem"] = f"That picture cannot be used: {error}"


def add(letter, pictures):
    """Examples of a class: pictures that were dropped on it, or else the drawing in the middle."""
    own = state.get("own", ())
    if isinstance(pictures, list):
        codes = [ring.read_drawing(each) for each in pictures[: support_set.MOST_OWN]]
    else:
        codes = [state.get("drawn")] if state.get("drawn") else []
        state.put(drawn=None, turn=state.get("turn", 0) + 1)
    if len(own) + len(codes) > support_set.MOST_OWN:
        raise ValueError(f"{support_set.MOST_OWN} examples of your own are the most; leave some out first.")
    state.put(own=(*own, *((letter, code) for code in codes)))


def show_numbers(name, episode, explanation):
    answer = said(episode, explanation)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How probable is each class?**")
        before = answer_before(name)
        share.chart(few_shot_figures.bars(explanation.probability, episode.classes, answer, before, is_dark()),
                    key="bars", alt="Probabilities: " + ", ".join(f"{c} {p:.0%}" for c, p in zip(
                        episode.classes, explanation.probability, strict=True)))
        if before:
            first = max(before, key=before.get)
            st.caption(f"Diamonds: before you changed the support set. Then it said {first}, {before[first]:.0%} sure.")
        st.caption("Probabilities compare the classes with each other; likeness compares the query with its nearest "
                   "example, whatever the others." if explanation.similarity is not None
                   else f"It is {explanation.confidence:.0%} sure of its answer; it compares with no single example.")
    with right:
        at, shown = analysis.pca_2d(np.concatenate([explanation.support_embeddings, explanation.query_embedding[None]]))
        lines = "" if explanation.attention is None else "; lines are attention"
        st.markdown(f"**How does the network see them?** Near means alike{lines}.")
        share.chart(few_shot_figures.embedding(at, episode.labels, episode.classes, explanation.attention, is_dark()),
                    key="embedding", alt="The codes of the support images and of the query on a plane; the answer is "
                    f"{episode.classes[int(explanation.probability.argmax())]}.")
        dimensions = explanation.query_embedding.shape[0]
        st.caption(f"Two directions of {dimensions}, which show {shown:.0%} of the differences.")


def answer_before(name):
    """Letter -> probability before the visitor changed the support set; empty where nothing was changed."""
    if not episode_controls.changed():
        return {}
    first = episode_controls.unchanged()
    explanation = compute.explanation(name, first.images, first.labels, first.query)
    return dict(zip(first.classes, explanation.probability.tolist(), strict=True))


def show_context(name, episode, explanation):
    model = compute.model(name)
    # A memory network has no attention over images: it reads them one after the other.
    contextual = explanation.steps is not None or getattr(model, "g", None) is not None or explanation.attention is None
    if not contextual:
        return
    left, right = st.columns(2, gap="large")
    with left:
        if explanation.steps is not None:
            st.markdown("**It reads in steps.** What it attends to in each; the first is even.")
            share.chart(
                few_shot_figures.looks(explanation.steps, [episode.names[i] for i in episode.kept]),
                key="looks",
                alt=f"Attention over {len(episode.kept)} support images in {len(explanation.steps)} steps.",
            )
    with right:
        st.markdown("**Does the order matter?** The same episode with the support set shuffled twenty times.")
        rows = compute.permuted(name, episode.images, episode.labels, episode.query)
        share.chart(few_shot_figures.orders(rows, episode.classes, explanation.probability, is_dark()), key="orders",
                    alt="Probabilities of each class under twenty other orders of the support set.")
        changed = int((rows.argmax(axis=1) != explanation.probability.argmax()).sum())
        st.caption(f"In {changed} of {len(rows)} other orders the answer is another one.")


def offer_context(name):
    """A model that reads every image by itself: where to see one that does not."""
    others = [other for other in compute.names("few-shot", ("MatchingNetwork",)) if compute.reads_context(other)]
    if name in others or not others:
        return
    first = next((other for other in others if "glyphs" in other), others[0])
    st.button(f"Ask {first} (full context, FCE)", key="ask_context",
              type="tertiary", icon=":material/arrow_forward:", on_click=lambda: state.put(fewshot=first))


def publish(name):
    numbers = {key: str(state.get(key)) if state.get(key) else None for key in ("least", "reading")}
    look = state.get("look")
    state.publish({"fewshot": name, **episode_controls.texts(), **numbers, "look": None if look is None else str(look)})


def take_along(name, episode, explanation):
    if explanation is None:
        return
    share.panel("few_shot", SNIPPET.format(name=name),
                lambda: few_shot_figures.bars(explanation.probability, episode.classes, None, answer_before(name)),
                lambda: {"support": episode.images, "labels": episode.labels, "query": episode.query,
                         "classes": np.array(episode.classes), "probability": explanation.probability,
                         **({} if explanation.attention is None else {"attention": explanation.attention})})


def is_dark():
    return st.context.theme.type == "dark"


page()
