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
from dashboard.figures import few_shot as few_shot_figures
from dashboard.figures import few_shot_svg
from dashboard.widgets import choices, episode_controls, sketchpad, support_set, uploads
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


def page():
    st.title("Who decided?")
    st.markdown(
        "Show the network a few labelled drawings, the **support set**, and ask it to name a new one, the "
        "**query**. It has never seen these characters: it compares, and the lines show how much each drawing counts."
    )
    names = compute.names("few-shot")
    state.adopt({**episode_controls.readers(), "least": choices.read_int("least", 0, 100)})
    if not names:
        st.info("There is no few-shot model in the zoo yet. Train one with `python -m train.few_shot.command`.")
        glossary.show("Support", "Query", "Way", "Shot", "Attention", "FCE")
        return
    name = controls(names)
    episode = episode_controls.current()
    picture, desk = st.columns([7, 4], gap="large")
    with desk:
        show_desk()
    if episode is None:
        picture.warning("Fewer than two classes are left: put some images back.", icon=":material/help:")
        explanation = None
    else:
        explanation = compute.explanation(name, episode.images, episode.labels, episode.query)
        with picture:
            answer = show_picture(name, episode, explanation)
        show_numbers(name, episode, explanation, answer)
        show_context(name, episode, explanation)
    publish(name)
    take_along(name, episode, explanation)
    glossary.show("Support", "Query", "Way", "Shot", "Attention", "FCE")


# -- controls ---------------------------------------------------------------------------------------------


def controls(names):
    with st.container(border=True):
        one, two, three, four, five = st.columns([4, 4, 2, 2, 3], vertical_alignment="bottom")
        with one:
            name = choices.pick_model(names, key="fewshot", default=episode_controls.FIRST[episode_controls.words()[0]])
        with two:
            episode_controls.pick_source()
        with three:
            episode_controls.pick_way()
        with four:
            episode_controls.pick_shot()
        five.button("New episode", key="new_episode", icon=":material/casino:", width="stretch", on_click=next_episode)
    return name


def next_episode():
    episode_controls.forget()
    state.put(episode=(state.get("episode", 1) + 1) % 10**6, drawn=None)


def show_desk():
    _, way, _, _ = episode_controls.words()
    st.markdown("**Ask your own question**: draw a character")
    sketchpad.draw("pad", state.get("turn", 0), lambda code: state.put(drawn=code))
    letters = list(support_set.LETTERS[: min(26, way + 3)])
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    letter = left.selectbox("Class", letters, key="own_letter", help="Letters beyond the episode's make new classes.")
    full = len(state.get("own", ())) >= support_set.MOST_OWN
    right.button(
        "Keep as an example",
        key="keep",
        icon=":material/add:",
        on_click=keep,
        args=(letter,),
        width="stretch",
        disabled=state.get("drawn") is None or full,
        help="Puts the drawing into the support set, as an example of the class on the left.",
    )
    if state.get("drawn") is not None:
        st.button(
            "Back to the episode's query", key="undraw", icon=":material/undo:", on_click=new_turn, width="stretch"
        )
    else:
        st.session_state["choose_ask"] = support_set.LETTERS[state.get("ask", 0) % way]
        st.pills("Or ask about another drawing of", list(support_set.LETTERS[:way]), key="choose_ask", required=True,
                 wrap=True, on_change=take_ask)
    with st.expander("Upload pictures", icon=":material/upload_file:"):
        upload(letter)


def take_ask():
    state.put(ask=support_set.LETTERS.index(st.session_state["choose_ask"]))


def keep(letter):
    state.put(own=(*state.get("own", ()), (letter, state.get("drawn"))))
    new_turn()


def new_turn():
    state.put(drawn=None, turn=state.get("turn", 0) + 1)


def upload(letter):
    files = st.file_uploader("PNG pictures of one character each", accept_multiple_files=True, key="drawings",
                             max_upload_size=1) or []
    codes = []
    for file in files[: support_set.MOST_OWN]:
        try:
            codes.append(sketchpad.code_of_image(uploads.read_image(file.getvalue())))
        except ValueError as error:
            name, why = glossary.plain(file.name, 60), glossary.plain(str(error))
            st.error(f"{name} cannot be used. {why}", icon=":material/error:")
    if codes:
        with st.container(horizontal=True):
            for code in codes:
                st.image(few_shot_svg.small(sketchpad.from_code(code), is_dark()), width=56, alt="An uploaded drawing")
        st.button("Ask about the first", key="ask_upload", on_click=lambda: state.put(drawn=codes[0]))
        st.button(f"Keep all as examples of {letter}", key="keep_uploads", on_click=lambda: state.put(
            own=(*state.get("own", ()), *((letter, code) for code in codes))[: support_set.MOST_OWN]))


# -- the answer -------------------------------------------------------------------------------------------


def show_picture(name, episode, explanation):
    least = state.get("least", 0) / 100
    best = episode.classes[int(explanation.probability.argmax())]
    answer = best if explanation.confidence >= least else None
    if answer is None:
        st.warning(f"**None of these**: it is only {explanation.confidence:.2f} like its nearest example, and you ask "
                   f"for {least:.2f}.", icon=":material/do_not_disturb_on:")
    elif episode.true_label is None:  # nobody knows whether that is right
        st.info(f"**{name} says {answer}**, {explanation.probability.max():.0%} sure.", icon=":material/draw:")
    elif episode.true_label == answer:
        st.success(f"**{name} says {answer}**, {explanation.probability.max():.0%} sure, and that is right.",
                   icon=":material/check_circle:")
    else:
        st.error(f"**{name} says {answer}**, {explanation.probability.max():.0%} sure; it is {episode.true_label}.",
                 icon=":material/cancel:")
    st.image(
        few_shot_svg.decision(episode, explanation, answer, is_dark()),
        width="stretch",
        alt=f"The query above {len(episode.images)} support images of classes {', '.join(episode.classes)}; "
        + in_words(episode, explanation),
    )
    change_set(episode)
    return answer


def in_words(episode, explanation):
    """Where the attention goes."""
    if explanation.attention is None:
        return "this model has no attention."
    most = episode.names[episode.kept[explanation.attention.argmax()]]
    return f"most attention, {explanation.attention.max():.0%}, goes to {most}."


def change_set(episode):
    st.session_state["choose_drop"] = [episode.names[i] for i in state.get("drop", ()) if i < len(episode.names)]
    st.pills("Leave out, and see who decides then", episode.names, selection_mode="multi", key="choose_drop",
             wrap=True, on_change=take_drop, args=(episode.names,))
    _, way, shot, _ = episode_controls.words()
    movable = episode.names[: way * shot]
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    which = left.selectbox("Swap", movable, key="swap_which")
    right.button("for another drawing of the same character", key="swap_it", icon=":material/swap_horiz:",
                 on_click=take_swap, args=(movable.index(which) if which in movable else 0,))
    if state.get("own"):
        st.button("Remove my own examples", key="remove_own", icon=":material/delete:",
                  on_click=lambda: state.put(own=None, drop=None))


def take_drop(names):
    state.put(drop=tuple(names.index(each) for each in st.session_state["choose_drop"]) or None)


def take_swap(index):
    swap = dict(state.get("swap", ()))
    swap[index] = swap.get(index, 0) + 1
    state.put(swap=tuple(sorted(swap.items())))


def show_numbers(name, episode, explanation, answer):
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
        st.session_state["choose_least"] = state.get("least", 0)
        st.slider(
            "Say “none of these” if the nearest example is less alike than",
            0,
            100,
            key="choose_least",
            format="%d %%",
            on_change=lambda: state.put(least=st.session_state["choose_least"]),
            help="Probabilities compare the classes with each other; likeness compares the query with its nearest "
            "example, whatever the others.",
        )
        st.caption(f"Its nearest example is {explanation.confidence:.0%} alike.")
    with right:
        at, shown = analysis.pca_2d(np.concatenate([explanation.support_embeddings, explanation.query_embedding[None]]))
        st.markdown("**How does the network see them?** Near means alike; lines are attention.")
        share.chart(few_shot_figures.embedding(at, episode.labels, episode.classes, explanation.attention, is_dark()),
                    key="embedding", alt="The codes of the support images and of the query on a plane; the query lies "
                    f"nearest to {episode.classes[int(explanation.probability.argmax())]} in the model's eyes.")
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
        offer_context(name)
        return
    left, right = st.columns(2, gap="large")
    with left:
        if explanation.steps is not None:
            st.markdown("**It looks several times.** What it attends to before each step; the first look is even.")
            share.chart(
                few_shot_figures.looks(explanation.steps, [episode.names[i] for i in episode.kept], is_dark()),
                key="looks",
                alt=f"Attention over {len(episode.kept)} support images in {len(explanation.steps)} looks.",
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
    st.info(
        f"{name} reads every image by itself, so the order of the support set changes nothing. A model with **full "
        "context embeddings** (FCE) reads each image in the light of all others, in several looks: "
        + ("ask one." if others else "this zoo has none yet."), icon=":material/hub:")
    with st.container(horizontal=True):
        for other in others:
            st.button(f"Ask {other}", key=f"ask_{other}", icon=":material/arrow_forward:",
                      on_click=lambda other=other: state.put(fewshot=other))


def publish(name):
    least = state.get("least", 0)
    state.publish({"fewshot": name, **episode_controls.texts(), "least": str(least) if least else None})


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
