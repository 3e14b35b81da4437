"""Photographs: what is it, and which pictures say so?"""

import io
import zipfile

import streamlit as st

from dashboard import (
    backend,  # noqa: F401  # before anything that imports Keras
    compute,
    glossary,
    share,
    state,
)
from dashboard.figures import few_shot as few_shot_figures
from dashboard.widgets import choices

KINDS = 5  # invented things at the first visit
MOST_EXAMPLES, MOST_BYTES, MOST_NAME = 60, 8_000_000, 40
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
SNIPPET = '''import pnzoo

classifier = pnzoo.FewShotClassifier("{name}")
classifier.fit("my_photos/")                    # one folder a thing
print(classifier.predict(["new.jpg"]), classifier.predict_proba(["new.jpg"]))
print(classifier.attention(["new.jpg"]))        # how much each photograph counts'''


def page():
    st.title("What is it?")
    st.markdown("A few photographs of each thing are enough, and nothing is trained: it compares a new one with all of "
                "them. Take the invented ones, or your own; they stay on this machine.")
    names = compute.names("few-shot", compute.OF_PHOTOGRAPHS)
    state.adopt({"photo": read_name, "photo_seed": choices.read_int("photo_seed", 0, 999_999),
                 "photo_asked": choices.read_int("photo_asked", 0, 2 * KINDS - 1),
                 "photo_least": choices.read_int("photo_least", 0, 100)})
    if not names:
        st.info("There is no model of photographs in the zoo yet. `python -m train matching_photo` trains one.")
        glossary.show("Support", "Query", "Way", "Shot", "Attention")
        return
    board, side = st.columns([11, 8], gap="large")
    with side:
        name = choices.pick_model(names, "Model", "photo", "matching_photo")
        known, to_ask = photographs()
        truth, asked = pick_asked(to_ask)
    answer = None
    if asked is None:
        board.info("Choose a photograph to ask about.", icon=":material/photo_camera:")
    elif len({label for label, _ in known}) < 2:
        board.info("Add photographs of at least two things.", icon=":material/add_a_photo:")
    else:
        try:
            answer = compute.named(name, tuple(known), asked)
        except ValueError as error:
            board.error(f"A photograph cannot be used. {glossary.plain(str(error))}", icon=":material/error:")
    with board:
        if answer:
            show_answer(name, answer, truth)
        show_known(known, answer)
    with side:
        if answer:
            pick_least()
        own_photographs()
    state.publish({"photo": name, **{key: None if state.get(key) is None else str(state.get(key))
                                     for key in ("photo_seed", "photo_asked", "photo_least")}})
    share.panel("photographs", SNIPPET.format(name=name),
                (lambda: few_shot_figures.bars(answer.chance, answer.classes, best(answer), {})) if answer else None,
                (lambda: {"classes": answer.classes, "chance": answer.chance, "attention": answer.attention})
                if answer else None)
    glossary.show("Support", "Query", "Way", "Shot", "Attention")


# -- which photographs ------------------------------------------------------------------------------------


def photographs():
    """(known, to ask about): the visitor's, or invented ones."""
    mine = st.session_state.get("my_photographs", [])
    known, to_ask = compute.example(KINDS, state.get("photo_seed", 0))
    if mine:
        st.button("Back to the invented ones", key="forget_photographs", icon=":material/undo:", on_click=forget)
        return mine, []
    st.button("Other invented things", key="new_things", icon=":material/casino:", on_click=lambda: state.put(
        photo_seed=state.get("photo_seed", 0) + 1, photo_asked=None))
    return known, to_ask


def pick_asked(to_ask):
    """(what it truly is or None, the file) that is asked about."""
    file = st.file_uploader("Ask about a photograph of mine", key="asked_file", max_upload_size=8)
    if file is not None:
        return None, file.getvalue()
    if not to_ask:
        return None, None
    chosen = state.get("photo_asked", 1) % len(to_ask)
    with st.container(horizontal=True, gap="small"):
        st.image(to_ask[chosen][1], width=112, caption="asked about", alt=f"A photograph of a {to_ask[chosen][0]}")
        st.button("Ask about the next", key="next_asked", icon=":material/arrow_forward:",
                  on_click=lambda: state.put(photo_asked=(chosen + 1) % len(to_ask)))
    return to_ask[chosen]


def forget():
    st.session_state.pop("my_photographs", None)


def own_photographs():
    with st.expander("Use photographs of my own", icon=":material/add_a_photo:"):
        thing = st.text_input("What they show", key="thing", max_chars=MOST_NAME, placeholder="apple")
        files = st.file_uploader("Photographs of it, or a zip with one folder a thing", accept_multiple_files=True,
                                 key="thing_files", max_upload_size=40) or []
        try:
            found = [each for file in files for each in read_files(thing, file.name, file.getvalue())]
        except ValueError as error:
            st.error(glossary.plain(str(error)), icon=":material/error:")
            return
        if found:
            st.button(f"Add {len(found)} photographs of {len({label for label, _ in found})} things",
                      key="add_photographs", type="primary", icon=":material/add:", on_click=add, args=(found,))


def add(found):
    st.session_state["my_photographs"] = [*st.session_state.get("my_photographs", []), *found][:MOST_EXAMPLES]


def read_files(thing, name, data):
    """[(what it shows, file)] of an upload: a photograph of `thing`, or a zip with one folder a thing.

    Raises:
        ValueError: a photograph without a name for what it shows, or a zip that holds none.
    """
    if not data.startswith(b"PK"):
        if not thing.strip():
            raise ValueError("say what the photographs show, then add them.")
        return [(thing.strip(), data)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [each for each in archive.infolist() if _is_photograph(each)][:MOST_EXAMPLES]
            found = [(each.filename.rpartition("/")[0].rpartition("/")[2][:MOST_NAME], archive.read(each))
                     for each in inside]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:  # damaged, or with a password
        raise ValueError(f"the zip {name[:60]!r} cannot be read: {error}") from None
    if not found:
        raise ValueError(f"the zip {name[:60]!r} holds no photograph in a folder; put each thing into one of its own.")
    return found


def _is_photograph(member):
    path = member.filename
    hidden = any(part.startswith((".", "__")) for part in path.split("/"))
    return "/" in path and not hidden and path.lower().endswith(ENDINGS) and 0 < member.file_size <= MOST_BYTES


# -- the answer -------------------------------------------------------------------------------------------


def best(answer):
    return answer.classes[int(answer.chance.argmax())]


def show_answer(name, answer, truth):
    least, said, sure = state.get("photo_least", 0) / 100, best(answer), answer.chance.max()
    if answer.confidence < least:
        st.warning(f"**None of these**: the nearest photograph is {answer.confidence:.0%} alike, and you ask for "
                   f"{least:.0%}.", icon=":material/do_not_disturb_on:")
    elif truth is None:
        st.info(f"**It says {glossary.plain(said)}**, {sure:.0%} sure.", icon=":material/photo_camera:")
    elif truth == said:
        st.success(f"**It says {said}**, {sure:.0%} sure, and that is right.", icon=":material/check_circle:")
    else:
        st.error(f"**It says {said}**, {sure:.0%} sure; it is a {truth}.", icon=":material/cancel:")
    share.chart(few_shot_figures.bars(answer.chance, answer.classes, said, {}, st.context.theme.type == "dark"),
                key="photo_bars", alt="Probabilities: " + ", ".join(
                    f"{each} {chance:.0%}" for each, chance in zip(answer.classes, answer.chance, strict=True)))


def show_known(known, answer):
    """The photographs that it knows, a row a thing, with how much each counts."""
    shares = answer.attention if answer else [None] * len(known)
    for label in dict.fromkeys(label for label, _ in known):
        st.markdown(f"**{glossary.plain(label)}**")
        with st.container(horizontal=True, gap="small"):
            for (each, file), share_ in zip(known, shares, strict=True):
                if each == label:
                    st.image(file, width=96, caption="" if share_ is None else f"counts {share_:.0%}",
                             alt=f"A photograph of {label}" + ("" if share_ is None else f", counts {share_:.0%}"))


def pick_least():
    st.session_state["choose_photo_least"] = state.get("photo_least", 0)
    st.slider("Say “none of these” if the nearest photograph is less alike than", 0, 100, key="choose_photo_least",
              format="%d %%", on_change=lambda: state.put(photo_least=st.session_state["choose_photo_least"]))


def read_name(text):
    names = compute.names("few-shot", compute.OF_PHOTOGRAPHS)
    if text not in names:
        raise ValueError(f"photo is one of {', '.join(names) or 'none'}, and this is {text[:40]!r}")
    return text


page()
