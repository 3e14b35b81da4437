"""The episode of the few-shot pages as an address carries it, and what the visitor changed in it."""

from dashboard import state
from dashboard.compute import drawings, support_set
from dashboard.widgets import choices

WAYS, SHOTS = (2, 3, 5, 8, 10, 20), (1, 2, 3, 5)
FIRST = {"invented": "matching_glyphs", "omniglot": "matching_omniglot"}  # the model that a first visit meets
MOST_EPISODES = 10**6
MOST_PARTS = 200  # of a list in an address: the largest support set has so many pictures


def readers():
    """name of a parameter -> how to read it, for `state.adopt`."""
    return {
        "fewshot": choices.reader("few-shot"), "source": read_source, "way": choices.one_of("way", WAYS),
        "shot": choices.one_of("shot", SHOTS), "episode": choices.read_int("episode", 0, MOST_EPISODES),
        "ask": choices.read_int("ask", 0, 19), "drop": read_numbers, "swap": read_swap, "own": read_own,
        "moved": read_moved, "order": choices.read_int("order", 0, 9_999), "drawn": read_drawing}


def texts():
    """The same back again, for `state.publish`; the model is the page's to add."""
    source, way, shot, episode = words()
    return {
        "source": source, "way": str(way), "shot": str(shot), "episode": str(episode),
        "ask": str(state.get("ask", 0)), "drop": ",".join(map(str, state.get("drop", ()))) or None,
        "swap": ",".join(f"{i}:{n}" for i, n in state.get("swap", ())) or None,
        "own": ",".join(f"{letter}:{code}" for letter, code in state.get("own", ())) or None,
        "moved": ",".join(f"{i}:{letter}" for i, letter in state.get("moved", ())) or None,
        "order": str(state.get("order")) if state.get("order") else None, "drawn": state.get("drawn")}


def beyond():
    """What the address says of pictures that its support set does not have, as `state.adopt` takes it."""
    _, way, shot, _ = words()
    given = way * shot
    every, found = given + len(state.get("own", ())), {}
    for name, count in (("drop", every), ("moved", every), ("swap", given)):
        value = state.get(name, ())
        number = lambda each: each if isinstance(each, int) else each[0]  # noqa: E731
        kept = tuple(each for each in value if number(each) < count)
        if len(kept) < len(value):
            most = max(map(number, value))
            found[name] = (kept or None, f"this support set has pictures 0 to {count - 1}, and it names {most}")
    if state.get("look", 0) >= every:
        found["look"] = (None, f"this support set has pictures 0 to {every - 1}, and it names {state.get('look')}")
    return found


def words():
    """Source, way, shot and number of the episode."""
    source = state.get("source", "invented")
    return (source if source in support_set.sources() else "invented", state.get("way", 5),
            state.get("shot", 1), state.get("episode", 1))


def current(also_out=None):
    """The `Episode` as it stands, None where fewer than two classes are left; also_out: without one more picture."""
    out = (*state.get("drop", ()), *([] if also_out is None else [also_out]))
    return support_set.with_query(*words(), state.get("ask", 0), out, state.get("swap", ()), state.get("own", ()),
                                  state.get("drawn"), state.get("moved", ()), state.get("order", 0))


def unchanged():
    """The episode as it was before the visitor's changes to its support set."""
    return support_set.with_query(*words(), state.get("ask", 0), drawn=state.get("drawn"))


def changed():
    """Whether the visitor changed the support set."""
    return any(state.get(name) for name in ("drop", "swap", "own", "moved"))


def forget():
    """The visitor's changes belong to one episode; drawings of the visitor's own stay."""
    state.put(drop=None, swap=None, ask=None, moved=None)


def pick_source():
    """A select box: whose characters."""
    found = support_set.sources()
    return choices.pick("Characters", "source", list(found), "invented", found.get, then=forget)


def pick_way():
    """A select box: how many classes."""
    return choices.pick("Classes (way)", "way", WAYS, 5, then=forget)


def pick_shot():
    """A select box: how many examples of each."""
    return choices.pick("Examples (shot)", "shot", SHOTS, 1, then=forget)


# -- address ----------------------------------------------------------------------------------------------


def read_source(text):
    found = support_set.sources()
    if text == "omniglot" and text not in found:
        raise ValueError("Omniglot is not installed here, so invented characters are shown; "
                         "type python -m train.few_shot.prepare_omniglot to install it")
    if text not in found:
        raise ValueError(f"source is one of {', '.join(found)}, and this is {text[:40]!r}")
    return text


def read_numbers(text):
    read = choices.read_int("a number of a support image", 0, 199)
    return tuple(sorted({read(part) for part in choices.listed(text, "drop", MOST_PARTS)}))


def read_swap(text):
    read = choices.read_int("a swap, such as 0:1,", 0, 999)
    pairs = [part.split(":") for part in choices.listed(text, "swap", MOST_PARTS)]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"swap is image:times joined by commas, such as 0:1,3:2, and this is {text[:40]!r}")
    return tuple((read(index), read(times)) for index, times in pairs)


def read_moved(text):
    read, moved = choices.read_int("a number of a support image", 0, 199), []
    for part in choices.listed(text, "moved", MOST_PARTS):
        index, _, letter = part.partition(":")
        if len(letter) != 1 or letter not in support_set.LETTERS:
            raise ValueError(f"moved is image:letter joined by commas, such as 0:B, and this has {part[:20]!r}")
        moved.append((read(index), letter))
    return tuple(moved)


def read_own(text):
    own = []
    for part in choices.listed(text, "own", support_set.MOST_OWN):
        letter, _, code = part.partition(":")
        if len(letter) != 1 or letter not in support_set.LETTERS:
            raise ValueError(f"own is letter:drawing joined by commas, and this has {part[:20]!r}")
        own.append((letter, read_drawing(code)))
    return tuple(own)


def read_drawing(text):
    drawings.from_code(text)
    return text
