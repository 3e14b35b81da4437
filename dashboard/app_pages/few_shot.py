"""Few-shot: who decided?"""

import numpy as np
import streamlit as st

import backend  # noqa: F401  # before anything that imports Keras
import computed
import figures_few_shot
import pictures_few_shot
import share
import url_state
import words
from pnzoo import analysis
from widgets import asking, choices, pad, support_set, uploads

SNIPPET = '''import numpy as np
import pnzoo
from pnzoo import analysis

kept = np.load("few_shot.npz")  # the button "Arrays" beside
model = pnzoo.load("{name}")
made = analysis.decide(
    model, kept["support"], kept["labels"], kept["query"])
print(dict(zip(kept["classes"], made.probability.round(3))))
print(made.attention)  # how much each support image counts'''


def page():
    st.title("Who decided?")
    st.markdown(
        "Show the network a few labelled drawings, the **support set**, and ask it to name a new one, the "
        "**query**. It has never seen these characters: it compares, and the lines show how much each drawing counts."
    )
    names = computed.names("few-shot")
    url_state.adopt({**asking.readers(), "least": choices.read_int("least", 0, 100)})
    if not names:
        st.info("There is no few-shot model in the zoo yet. Train one with `python -m train.few_shot.command`.")
        words.glossary("Support", "Query", "Way", "Shot", "Attention", "FCE")
        return
    name = controls(names)
    question = asking.current()
    picture, desk = st.columns([7, 4], gap="large")
    with desk:
        show_desk()
    if question is None:
        picture.warning("Fewer than two classes are left: put some images back.", icon=":material/help:")
        made = None
    else:
        made = computed.decision(name, question.images, question.labels, question.query)
        with picture:
            answer = show_picture(name, question, made)
        show_numbers(name, question, made, answer)
        show_context(name, question, made)
    publish(name)
    take_along(name, question, made)
    words.glossary("Support", "Query", "Way", "Shot", "Attention", "FCE")


# -- controls ---------------------------------------------------------------------------------------------


def controls(names):
    with st.container(border=True):
        one, two, three, four, five = st.columns([4, 4, 2, 2, 3], vertical_alignment="bottom")
        with one:
            name = choices.pick_model(names, key="fewshot", default=asking.FIRST[asking.words()[0]])
        with two:
            asking.pick_source()
        with three:
            asking.pick_way()
        with four:
            asking.pick_shot()
        five.button("New episode", key="new_episode", icon=":material/casino:", width="stretch", on_click=next_episode)
    return name


def next_episode():
    asking.forget()
    url_state.put(episode=(url_state.get("episode", 1) + 1) % 10**6, drawn=None)


def show_desk():
    _, way, _, _ = asking.words()
    st.markdown("**Ask your own question**: draw a character")
    pad.draw("pad", url_state.get("turn", 0), lambda code: url_state.put(drawn=code))
    letters = list(support_set.LETTERS[: min(26, way + 3)])
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    letter = left.selectbox("Class", letters, key="own_letter", help="Letters beyond the episode's make new classes.")
    full = len(url_state.get("own", ())) >= support_set.MOST_OWN
    right.button(
        "Keep as an example",
        key="keep",
        icon=":material/add:",
        on_click=keep,
        args=(letter,),
        width="stretch",
        disabled=url_state.get("drawn") is None or full,
        help="Puts the drawing into the support set, as an example of the class on the left.",
    )
    if url_state.get("drawn") is not None:
        st.button(
            "Back to the episode's query", key="undraw", icon=":material/undo:", on_click=new_turn, width="stretch"
        )
    else:
        st.session_state["choose_ask"] = support_set.LETTERS[url_state.get("ask", 0) % way]
        st.pills("Or ask about another drawing of", list(support_set.LETTERS[:way]), key="choose_ask", required=True,
                 wrap=True, on_change=take_ask)
    with st.expander("Upload pictures", icon=":material/upload_file:"):
        upload(letter)


def take_ask():
    url_state.put(ask=support_set.LETTERS.index(st.session_state["choose_ask"]))


def keep(letter):
    url_state.put(own=(*url_state.get("own", ()), (letter, url_state.get("drawn"))))
    new_turn()


def new_turn():
    url_state.put(drawn=None, turn=url_state.get("turn", 0) + 1)


def upload(letter):
    files = st.file_uploader("PNG pictures of one character each", accept_multiple_files=True, key="drawings",
                             max_upload_size=1) or []
    codes = []
    for file in files[: support_set.MOST_OWN]:
        try:
            codes.append(pad.code_of_image(uploads.read_image(file.getvalue())))
        except ValueError as error:
            st.error(f"{words.plain(file.name, 60)} cannot be used. {words.plain(str(error))}", icon=":material/error:")
    if codes:
        with st.container(horizontal=True):
            for code in codes:
                st.image(pictures_few_shot.small(pad.from_code(code), is_dark()), width=56, alt="An uploaded drawing")
        st.button("Ask about the first", key="ask_upload", on_click=lambda: url_state.put(drawn=codes[0]))
        st.button(f"Keep all as examples of {letter}", key="keep_uploads", on_click=lambda: url_state.put(
            own=(*url_state.get("own", ()), *((letter, code) for code in codes))[: support_set.MOST_OWN]))


# -- the answer -------------------------------------------------------------------------------------------


def show_picture(name, question, made):
    least = url_state.get("least", 0) / 100
    best = question.classes[int(made.probability.argmax())]
    answer = best if made.confidence >= least else None
    if answer is None:
        st.warning(f"**None of these**: it is only {made.confidence:.2f} like its nearest example, and you ask for "
                   f"{least:.2f}.", icon=":material/do_not_disturb_on:")
    elif question.truth is None or question.truth == answer:
        st.success(f"**{name} says {answer}**, {made.probability.max():.0%} sure" + (
            "." if question.truth is None else ", and that is right."), icon=":material/check_circle:")
    else:
        st.error(f"**{name} says {answer}**, {made.probability.max():.0%} sure; it is {question.truth}.",
                 icon=":material/cancel:")
    st.image(
        pictures_few_shot.decision(question, made, answer, is_dark()),
        width="stretch",
        alt=f"The query above {len(question.images)} support images of classes {', '.join(question.classes)}; "
        + in_words(question, made),
    )
    change_set(question)
    return answer


def in_words(question, made):
    """Where the attention goes."""
    if made.attention is None:
        return "this model has no attention."
    most = question.names[question.kept[made.attention.argmax()]]
    return f"most attention, {made.attention.max():.0%}, goes to {most}."


def change_set(question):
    st.session_state["choose_drop"] = [question.names[i] for i in url_state.get("drop", ()) if i < len(question.names)]
    st.pills("Leave out, and see who decides then", question.names, selection_mode="multi", key="choose_drop",
             wrap=True, on_change=take_drop, args=(question.names,))
    _, way, shot, _ = asking.words()
    movable = question.names[: way * shot]
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    which = left.selectbox("Swap", movable, key="swap_which")
    right.button("for another drawing of the same character", key="swap_it", icon=":material/swap_horiz:",
                 on_click=take_swap, args=(movable.index(which) if which in movable else 0,))
    if url_state.get("own"):
        st.button("Remove my own examples", key="remove_own", icon=":material/delete:",
                  on_click=lambda: url_state.put(own=None, drop=None))


def take_drop(names):
    url_state.put(drop=tuple(names.index(each) for each in st.session_state["choose_drop"]) or None)


def take_swap(index):
    swap = dict(url_state.get("swap", ()))
    swap[index] = swap.get(index, 0) + 1
    url_state.put(swap=tuple(sorted(swap.items())))


def show_numbers(name, question, made, answer):
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How probable is each class?**")
        before = answer_before(name)
        share.chart(figures_few_shot.bars(made.probability, question.classes, answer, before, is_dark()), key="bars",
                    alt="Probabilities: " + ", ".join(f"{c} {p:.0%}" for c, p in zip(
                        question.classes, made.probability, strict=True)))
        if before:
            first = max(before, key=before.get)
            st.caption(f"Diamonds: before you changed the support set. Then it said {first}, {before[first]:.0%} sure.")
        st.session_state["choose_least"] = url_state.get("least", 0)
        st.slider(
            "Say “none of these” if the nearest example is less alike than",
            0,
            100,
            key="choose_least",
            format="%d %%",
            on_change=lambda: url_state.put(least=st.session_state["choose_least"]),
            help="Probabilities compare the classes with each other; likeness compares the query with its nearest "
            "example, whatever the others.",
        )
        st.caption(f"Its nearest example is {made.confidence:.0%} alike.")
    with right:
        at, shown = analysis.plane(np.concatenate([made.support_codes, made.query_code[None]]))
        st.markdown("**How does the network see them?** Near means alike; lines are attention.")
        share.chart(figures_few_shot.embedding(at, question.labels, question.classes, made.attention, is_dark()),
                    key="embedding", alt="The codes of the support images and of the query on a plane; the query lies "
                    f"nearest to {question.classes[int(made.probability.argmax())]} in the model's eyes.")
        st.caption(f"Two directions of {made.query_code.shape[0]}, which show {shown:.0%} of the differences.")


def answer_before(name):
    """Letter -> probability before the visitor changed the support set; empty where nothing was changed."""
    if not asking.changed():
        return {}
    first = asking.untouched()
    made = computed.decision(name, first.images, first.labels, first.query)
    return dict(zip(first.classes, made.probability.tolist(), strict=True))


def show_context(name, question, made):
    model = computed.model(name)
    # A memory network has no attention over images: it reads them one after the other.
    contextual = made.steps is not None or getattr(model, "g", None) is not None or made.attention is None
    if not contextual:
        offer_context(name)
        return
    left, right = st.columns(2, gap="large")
    with left:
        if made.steps is not None:
            st.markdown("**It looks several times.** What it attends to before each step; the first look is even.")
            share.chart(
                figures_few_shot.looks(made.steps, [question.names[i] for i in question.kept], is_dark()),
                key="looks",
                alt=f"Attention over {len(question.kept)} support images in {len(made.steps)} looks.",
            )
    with right:
        st.markdown("**Does the order matter?** The same question with the support set shuffled twenty times.")
        rows = computed.shuffled(name, question.images, question.labels, question.query)
        share.chart(figures_few_shot.orders(rows, question.classes, made.probability, is_dark()), key="orders",
                    alt="Probabilities of each class under twenty other orders of the support set.")
        changed = int((rows.argmax(axis=1) != made.probability.argmax()).sum())
        st.caption(f"In {changed} of {len(rows)} other orders the answer is another one.")


def offer_context(name):
    """A model that reads every image by itself: where to see one that does not."""
    others = [other for other in computed.names("few-shot", ("MatchingNetwork",)) if computed.reads_context(other)]
    st.info(
        f"{name} reads every image by itself, so the order of the support set changes nothing. A model with **full "
        "context embeddings** (FCE) reads each image in the light of all others, in several looks: "
        + ("ask one." if others else "this zoo has none yet."), icon=":material/hub:")
    with st.container(horizontal=True):
        for other in others:
            st.button(f"Ask {other}", key=f"ask_{other}", icon=":material/arrow_forward:",
                      on_click=lambda other=other: url_state.put(fewshot=other))


def publish(name):
    least = url_state.get("least", 0)
    url_state.publish({"fewshot": name, **asking.texts(), "least": str(least) if least else None})


def take_along(name, question, made):
    if made is None:
        return
    share.panel("few_shot", SNIPPET.format(name=name),
                lambda: figures_few_shot.bars(made.probability, question.classes, None, answer_before(name)),
                lambda: {"support": question.images, "labels": question.labels, "query": question.query,
                         "classes": np.array(question.classes), "probability": made.probability,
                         **({} if made.attention is None else {"attention": made.attention})})


def is_dark():
    return st.context.theme.type == "dark"


page()
