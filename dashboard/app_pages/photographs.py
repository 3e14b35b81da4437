"""Photographs: what is it, and which pictures say so?"""

import io
import lzma
import zipfile
import zlib

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
from dashboard.widgets import choices, headings, ring

OWN_KINDS = ("Photographs or a zip", "A folder")
ASKED = compute.ASKED  # of each invented thing
KINDS = 5  # invented things at the first visit
INVENTED = KINDS * compute.EXAMPLES
FIRST_ASKED = 4  # a hard question: one photograph decides how sure the answer is
UNCHANGED = {"photo_drop": None, "photo_moved": None, "photo_look": None}  # what belongs to one support set
MOST_EXAMPLES, MOST_BYTES, MOST_NAME = 60, 8_000_000, 40
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif")
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)  # of a zip
SNIPPET = '''import pnzoo

classifier = pnzoo.FewShotClassifier("{name}")
classifier.fit("my_photos/")                    # one folder a thing
print(classifier.predict(["new.jpg"]), classifier.predict_proba(["new.jpg"]))
print(classifier.attention(["new.jpg"]))        # how much each photograph counts'''


HINT = ("Dragged onto another thing, a photograph is relabelled. Drop or paste one of yours in the middle to ask about "
        "it, on a thing to add it.")
# Where attention is adapted to the support set.
ADAPTED = ("Attention compares what is special about each thing here, not single pictures: so a near one may count "
           "little.")
BLANK = compute.as_png(np.full((8, 8, 3), 128, "uint8"))  # in place of what cannot be opened


def page():
    line = st.container(key="title", horizontal=True, gap="small", vertical_alignment="center")
    with line:
        headings.heading("What is it?")
    with st.container(key="sentence"):
        headings.sentence("A network names the picture in the middle by those around it: **near** is alike, a "
                          f"**thick** line counts. {about()}")
    names = compute.names("few-shot", compute.OF_PHOTOGRAPHS)
    state.adopt({"photo": read_name, "photo_seed": choices.read_int("photo_seed", 0, 999_999),
                 "photo_asked": choices.read_int("photo_asked", 0, ASKED * KINDS - 1),
                 "photo_least": choices.read_int("photo_least", 0, 100),
                 "photo_drop": read_drop, "photo_moved": read_moved,
                 "photo_look": choices.read_int("photo_look", 0, MOST_EXAMPLES - 1)}, beyond)
    if not names:
        st.info("There is no model of photographs in the zoo yet. `python -m train matching_photo` trains one.")
        glossary.show("Support", "Query", "Way", "Shot", "Attention")
        return
    with line.container(key="controls", horizontal=True, gap="small", width="content"):
        if len(names) > 1:
            with st.popover("Model", width="content"):
                choices.pick_model(names, "Model", "photo", "matching_photo")
        known, to_ask = photographs()
        truth, asked = pick_asked(to_ask)
        own_photographs()
    name = state.get("photo", "matching_photo" if "matching_photo" in names else names[0])
    answer, problem = think(name, known, asked)
    show_ring(name, known, asked, truth, answer, problem)
    state.publish({"photo": name, **{key: None if state.get(key) is None else str(state.get(key)) for key in (
        "photo_seed", "photo_asked", "photo_least", "photo_look")}, **changes()})
    share.panel("photographs", SNIPPET.format(name=name),
                (lambda: few_shot_figures.bars(answer.chance, answer.classes, best(answer), {})) if answer else None,
                (lambda: {"classes": answer.classes, "chance": answer.chance, "attention": answer.attention})
                if answer else None, left_out=left_out(asked, truth))
    glossary.show("Support", "Query", "Way", "Shot", "Attention")
    if wanted := st.session_state.pop("without_wanted", None):
        compute.named(*wanted)
        st.session_state["without_known"] = wanted
        st.rerun()


def about():
    """Whose pictures these are."""
    if held_out() is not None:
        return "One of **yours** is the question; all stay on this machine."
    if mine():
        return "**Yours** stay on this machine."
    return "These are **invented**; yours would stay on this machine."


def beyond():
    """A photograph that is not there cannot be looked at."""
    count, look = len(mine()) or INVENTED, state.get("photo_look", 0)
    return {} if look < count else {
        "photo_look": (None, f"there are photographs 0 to {count - 1}, and it names {look}")}


def left_out(asked, truth):
    """What the address cannot hold."""
    return "your own photographs" if mine() or (asked is not None and truth is None) else None


def changes():
    """What the visitor changed in the invented support set, as the address carries it."""
    if mine():
        return {}
    return {"photo_drop": ",".join(map(str, sorted(out()))) or None,
            "photo_moved": ",".join(f"{i}:{kind}" for i, kind in state.get("photo_moved", ())) or None}


# -- which photographs ------------------------------------------------------------------------------------


def mine():
    """The visitor's own support set, [(what it shows, file), ...]; empty while it is the invented one."""
    return st.session_state.get("my_photographs", [])


def invented():
    """(known, to ask about, names of things): the invented photographs, as the visitor relabelled them."""
    known, to_ask = compute.example(KINDS, state.get("photo_seed", 0))
    kinds, moved = list(dict.fromkeys(label for label, _ in known)), dict(state.get("photo_moved", ()))
    known = [(kinds[moved[i]] if i in moved else label, file) for i, (label, file) in enumerate(known)]
    return known, to_ask, kinds


def photographs():
    """(known, to ask about): the visitor's, or invented ones."""
    own, (known, to_ask, _) = mine(), invented()
    if own:
        st.button("Forget mine", key="forget_photographs", on_click=forget)
        return own, to_ask if begins_with_invented() else []
    st.button("Other things", key="new_things", on_click=other_things)
    return known, to_ask


def begins_with_invented():
    """Whether the visitor's set is the invented one and some more."""
    own, (known, _, _) = mine(), invented()
    return not own or [file for _, file in own[: len(known)]] == [file for _, file in known]


def other_things():
    state.put(photo_seed=(state.get("photo_seed", 0) + 1) % 10**6, photo_asked=None, **UNCHANGED)


def pick_asked(to_ask):
    """(what it truly is or None, the file) that is asked about; the ring opens those of the visitor's own."""
    own, held = st.session_state.get("asked_photograph"), held_out()
    if not to_ask:
        if may_be_held():
            st.button("Next question", key="next_own", on_click=ask_next_of_own)
        return (None, own) if held is None else mine()[held]
    chosen = state.get("photo_asked", FIRST_ASKED) % len(to_ask)
    st.button("Next question", key="next_asked", on_click=ask_next, args=(chosen, len(to_ask)))
    return (None, own) if own else to_ask[chosen]


def ask_next_of_own():
    st.session_state["photographs_turn"] = st.session_state.get("photographs_turn", 0) + 1
    st.session_state.pop("asked_photograph", None)


def ask_next(chosen, count):
    st.session_state.pop("asked_photograph", None)
    on = chosen + ASKED  # of another thing: those of one follow each other
    state.put(photo_asked=on if on < count else (on + 1) % ASKED)


def think(name, known, asked):
    """(answer or None, what is missing or wrong)."""
    here = [known[i] for i in on_ring(known)]
    if asked is None:
        return None, "choose a photograph to ask about."
    if len({label for label, _ in here}) < 2:
        return None, "add photographs of at least two things."
    try:
        return compute.named(name, tuple(here), asked), ""
    except ValueError as error:
        return None, f"a photograph cannot be used: {error}"


def on_ring(known):
    """Numbers of the photographs that are known by."""
    return [i for i in range(len(known)) if i not in out() and i != held_out()]


def held_out():
    """Which of the visitor's own photographs is asked about, and so known by the others; None where another one is."""
    if not begins_with_invented() and "asked_photograph" not in st.session_state and (may := may_be_held()):
        return may[st.session_state.get("photographs_turn", 0) % len(may)]
    return None


def may_be_held():
    """Those of the visitor's own whose thing others show too; one of another thing after one."""
    own, before, found = mine(), {}, []
    labels = [label for i, (label, _) in enumerate(own) if i not in out()]
    for i, (label, _) in enumerate(own):
        if i not in out() and labels.count(label) > 1:
            found.append((before.get(label, 0), i))
            before[label] = before.get(label, 0) + 1
    return [i for _, i in sorted(found)]


def out():
    """Which of the support set are left out: those of one's own stay in the session, others are the address's."""
    return st.session_state.get("photographs_out", set()) if mine() else set(state.get("photo_drop", ()))


def leave_out(numbers):
    if mine():
        st.session_state["photographs_out"] = numbers
    else:
        state.put(photo_drop=tuple(sorted(numbers)) or None)


def forget():
    for key in ("my_photographs", "photographs_out", "asked_photograph", "photographs_turn"):
        st.session_state.pop(key, None)
    state.put(**UNCHANGED)


def own_photographs():
    """Beside the title: photographs of the visitor's own, a thing after the other."""
    with st.popover("Use my own", key="own_photographs", width="content", on_change="rerun"):
        turn = st.session_state.get("uploads", 0) or ""  # a new number empties the boxes
        st.markdown(wanted())
        if st.segmented_control("What you have", OWN_KINDS, key="thing_kind", default=OWN_KINDS[0],
                                required=True) == OWN_KINDS[1]:
            place = st.container()  # above a list of files that may be long
            folder = st.file_uploader("A folder with one folder a thing", accept_multiple_files="directory",
                                      key=f"thing_folder{turn}", max_upload_size=40) or []
            found = [(of_folder(file.name), file.name, file.getvalue()) for file in folder
                     if file.name.lower().endswith(ENDINGS)]
        else:
            thing = st.text_input("What they show", key=f"thing{turn}", max_chars=MOST_NAME, placeholder="apple")
            place = st.container()
            files = st.file_uploader("Photographs of it, or a zip with one folder a thing", accept_multiple_files=True,
                                     key=f"thing_files{turn}", max_upload_size=40) or []
            try:
                found = [each for file in files for each in read_files(thing.strip(), file.name, file.getvalue())]
            except ValueError as error:
                place.error(glossary.plain(str(error)), icon=":material/error:")
                return
        with place:
            offer(found)


def offer(found):
    """The button that adds what was uploaded, [(what it shows, name, file), ...]; says what of it cannot be added."""
    good = [(label, file) for label, _, file in found if compute.thumbnail(file)]
    bad = [name for _, name, file in found if not compute.thumbnail(file)]
    things, room = list(dict.fromkeys(label for label, _ in good)), MOST_EXAMPLES - len(mine())
    if "" in things:
        st.markdown("**What do they show?** Say it above, then add them.")
    elif good:
        of = f"of {glossary.plain(things[0])}" if len(things) == 1 else f"of {len(things)} things"
        many = min(len(good), room)
        st.button(f"Add {many} photograph{'s' * (many > 1)} {of}", key="add_photographs", disabled=not many,
                  type="primary", icon=":material/add:", on_click=add_uploads, args=(good[:room],))
    if len(good) > room:
        st.warning(f"{MOST_EXAMPLES} photographs are the most that fit on the ring.", icon=":material/help:")
    if bad:
        named = ", ".join(glossary.plain(name.rpartition("/")[2], 30) for name in bad[:3])
        others = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        st.warning(f"Left out, for they cannot be read or are too large: {named}{others}.", icon=":material/help:")


def wanted():
    """What is to be added next."""
    things = list(dict.fromkeys(label for label, _ in mine()))
    if len(things) == 1:
        return f"**{glossary.escaped(things[0])}** is there. Now another thing."
    return "A few photographs of each of two things or more."


def add_uploads(found):
    """Photographs from the box of uploads, which stays open until there are two things to tell apart."""
    add(found)
    enough = len({label for label, _ in mine()}) > 1
    st.session_state.update(uploads=st.session_state.get("uploads", 0) + 1, own_photographs=not enough)


def add(found, beside=()):
    """Photographs of the visitor's join the support set; the first ones stand alone, or beside the invented ones."""
    if not mine():
        st.session_state["photographs_out"] = out() if beside else set()
        state.put(**UNCHANGED)
    st.session_state["my_photographs"] = [*(mine() or beside), *found][:MOST_EXAMPLES]


def read_files(thing, name, data):
    """[(what it shows, name, file)] of an upload: a photograph of `thing`, or a zip with one folder a thing.

    Of a zip's files those in no folder show `thing`; too large ones are empty.

    Raises:
        ValueError: a zip that cannot be read or holds no photograph.
    """
    if not data.startswith(b"PK"):
        return [(thing, name, data)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [each for each in archive.infolist() if _is_photograph(each)][:MOST_EXAMPLES]
            found = [(of_folder(each.filename) or thing, each.filename,
                      archive.read(each) if each.file_size <= MOST_BYTES else b"") for each in inside]
    except (*DAMAGED, RuntimeError, NotImplementedError, OSError) as error:  # or with a password
        raise ValueError(f"the zip {name[:60]!r} cannot be read: {error}") from None
    if not found:
        raise ValueError(f"the zip {name[:60]!r} holds no photograph; put each thing's into a folder of its own.")
    return found


def of_folder(path):
    """The name of the folder that a file lies in, as the browser tells it; words to show, nothing else."""
    return path.replace("\\", "/").rpartition("/")[0].rpartition("/")[2][:MOST_NAME]


def _is_photograph(member):
    path = member.filename
    hidden = any(part.startswith((".", "__")) for part in path.split("/"))
    return not hidden and path.lower().endswith(ENDINGS)


# -- the answer -------------------------------------------------------------------------------------------


def best(answer):
    return answer.classes[int(answer.chance.argmax())]


def show_ring(name, known, asked, truth, answer, problem):
    """The photograph that is asked about in the middle, those that are known around it."""
    gone, look, here, held = out(), looked(len(known)), on_ring(known), held_out()
    classes = answer.classes if answer else list(dict.fromkeys(known[i][0] for i in here))
    least = state.get("photo_least", 0) / 100
    sure = answer is not None and answer.confidence >= least
    pictures = [{"name": called, "class": classes.index(label) if label in classes else 0,
                 "out": i in gone, "asked": i == held, "given": False,
                 "source": compute.thumbnail(file) or compute.thumbnail(BLANK),
                 "likeness": None, "share": None}
                for i, ((label, file), called) in enumerate(zip(known, names_of(known), strict=True))]
    if answer:
        for place, i in enumerate(here):
            pictures[i] |= {"likeness": float(answer.likeness[place]), "share": float(answer.attention[place])}
    top = here[int(answer.attention.argmax())] if answer else None
    adapts = compute.cards()[name]["model"] == "PhotoMatchingNetwork"
    ring.show("photo_ring", {
        "model": name, "photos": True, "turn": 0, "drawn": asked is not None and truth is None, "label": "",
        "middle": "held out" if held is not None else "",
        "query": asked and compute.thumbnail(asked, 256), "truth": truth,
        "classes": [{"name": each, "chance": float(answer.chance[i]) if answer else 0.0}
                    for i, each in enumerate(classes)],
        "answer": classes.index(best(answer)) if sure else None, "note": ADAPTED * (adapts and answer is not None),
        "none": f"the nearest class is {answer.confidence:.2f} alike, and you ask for {least:.2f}." if answer else "",
        "problem": problem, "now": answer.confidence if answer else None, "top": top,
        "look": look,
        "step": None, "steps": None, "likeness": "cosine", "without": without(name, known, asked, answer, look, top),
        "ordered": False, "order": 0, "hint": HINT, "legend": ring.legend("cosine"),
        "least": state.get("photo_least", 0), "lined": False,
        "leastWords": "Say “none of these” if the best class is less alike than", "letters": classes,
        "say": st.session_state.pop("photo_problem", ""), "pictures": pictures}, heard)


def names_of(known):
    """What the photographs are called, "plate 1"; an invented one keeps its name when it is relabelled."""
    labels = [label for label, _ in known]
    if not mine():
        labels = [label for label, _ in compute.example(KINDS, state.get("photo_seed", 0))[0]]
    return [f"{label} {labels[: i + 1].count(label)}" for i, label in enumerate(labels)]


def looked(count):
    """The photograph that is looked at."""
    index = state.get("photo_look")
    return index if index is not None and index < count and index not in out() and index != held_out() else None


def without(name, known, asked, answer, look, top):
    """The answer without the photograph that is looked at."""
    index = top if look is None else look
    if index is None or answer is None:
        return None
    less = tuple(known[i] for i in on_ring(known) if i != index)
    if len({label for label, _ in less}) < 2:
        return {"index": index, "words": "Without it only one thing would be left."}
    if st.session_state.get("without_known") != (name, less, asked):
        st.session_state["without_wanted"] = (name, less, asked)  # the answer does not wait for it
        return None
    then = compute.named(name, less, asked)
    before, after = ((best(each), float(each.chance.max())) for each in (answer, then))
    return {"index": index, "words": ring.without_words(before, after)}


def heard(message):
    """What the visitor did on the ring."""
    what = message["what"]
    own, (known, _, kinds) = mine(), invented()
    known = own or known
    index, label = ring.read_index(message, len(known)), message.get("class")
    labels = [*(each for each, _ in known), *([] if own else kinds)]  # no set: what was sent may be anything
    known_label = label if label in labels else None
    try:
        if what == "ask":
            st.session_state["asked_photograph"] = ring.read_photo(message.get("picture"))
        elif what == "undraw":
            st.session_state.pop("asked_photograph", None)
        elif what == "add" and (thing := known_label or name_of_thing(label)):
            sent = message.get("pictures")
            if isinstance(sent, list) and sent:
                files = [ring.read_photo(each) for each in sent[:MOST_EXAMPLES]]
            else:  # the question becomes an example
                files = [st.session_state.pop("asked_photograph")]
            add([(thing, file) for file in files], beside=known)
        elif what == "move" and index is not None and known_label and own:
            own[index] = (known_label, own[index][1])
        elif what == "move" and index is not None and known_label:
            moved = {**dict(state.get("photo_moved", ())), index: kinds.index(known_label)}
            state.put(photo_moved=tuple(sorted(moved.items())))
        elif what == "out" and index is not None:
            leave_out(out() | {index})
        elif what == "back" and index is not None:
            leave_out(out() - {index})
        elif what == "look" and (index is not None or message.get("index", "") is None):
            state.put(photo_look=index)
        elif what == "least" and type(message.get("least")) is int and 0 <= message["least"] <= 100:
            state.put(photo_least=message["least"] or None)
    except (ValueError, KeyError) as error:
        st.session_state["photo_problem"] = f"That photograph cannot be used: {error}"


def name_of_thing(label):
    """What a visitor calls a new thing; "" where it is no name."""
    if not isinstance(label, str):
        return ""
    return "".join(each for each in label[:MOST_NAME] if each.isprintable()).strip()


def read_drop(text):
    read = choices.read_int("a number of an invented photograph", 0, INVENTED - 1)
    return tuple(sorted({read(part) for part in text.split(",")}))


def read_moved(text):
    read, kind = choices.read_int("a number of an invented photograph", 0, INVENTED - 1), choices.read_int(
        "a number of a thing", 0, KINDS - 1)
    pairs = [part.split(":") for part in text.split(",")]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("photo_moved is photograph:thing joined by commas, such as 0:3,4:1, and this is "
                         f"{text[:40]!r}")
    return tuple(sorted({read(number): kind(thing) for number, thing in pairs}.items()))


def read_name(text):
    names = compute.names("few-shot", compute.OF_PHOTOGRAPHS)
    if text not in names:
        raise ValueError(f"photo is one of {', '.join(names) or 'none'}, and this is {text[:40]!r}")
    return text


page()
