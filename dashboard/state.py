"""The whole state of a page lives in its address: what is read from it, and what is written back.

The app opens a page with `open_page(name, {name: reader})`. The page itself begins with `adopt({name: reader})`, asks
`get(name)`, changes with `put(name=value)` in callbacks, and ends with `publish({name: text})`. Values stay in the
session, so that a map drawn on one page is there on the next.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import glossary

LONGEST = 8_000  # characters of one parameter; a 103x103 map takes 1,800
LATE = 2.0  # seconds in which a browser may not yet know the address that was written last
OWN = ("layer", "seed")  # parameters that mean something else on each page
MOST_SAID = 20  # problems of one address


def open_page(name: str, readers: Mapping[str, Callable[[str], Any]]) -> None:
    """Begin a page: see whether its address was changed from outside, by a link, by hand or by the back button.

    Args:
        name: of the page.
        readers: of what the address of any page may carry, as `adopt` takes them.
    """
    memory, given = _memory(), st.query_params.to_dict()
    same, memory["page"] = memory.get("page") == name, name
    memory["foreign"] = not _is_late(given) and given != memory.get("written")
    # Where one goes back on a page, its address is all there is; from another page a link brings a part of the state.
    memory["whole"] = bool(given) and (same or "lesson" in given)
    memory["known"] = set()
    if memory["foreign"]:
        memory["problems"] = []
        _take(readers, given)


def adopt(readers: Mapping[str, Callable[[str], Any]],
          beyond: Callable[[], Mapping[str, tuple[Any, str]]] | None = None) -> None:
    """Take over the address where it was changed from outside.

    Args:
        readers: name of a parameter -> function that turns its text into a value, or raises ValueError with a
            message that says what it received and what it expects. A value that cannot be read is left out.
        beyond: says which values do not fit the others: name -> (what is left of it or None, what is wrong).
    """
    memory, given = _memory(), st.query_params.to_dict()
    if memory.pop("foreign", False):
        _take(readers, given)
        unknown = sorted(given.keys() - memory["known"])
        memory["problems"] += [(name, "this page has no such part") for name in unknown]
        for name, (left, problem) in (beyond() if beyond else {}).items():
            memory["problems"].append((name, problem))
            _set(name, left)
        memory["written"] = given
        memory["again"] = True  # a link to the page that is open tells the server alone where it leads, not the browser
    problems = memory.get("problems", [])
    for name, problem in problems[:MOST_SAID]:
        st.warning(f"The address has a part that cannot be used, and it was left out: {glossary.plain(name, 40)}. "
                   f"{glossary.plain(problem)}", icon=":material/link_off:")
    if len(problems) > MOST_SAID:
        st.warning(f"{len(problems) - MOST_SAID} more parts of the address were left out.", icon=":material/link_off:")


def _take(readers, given):
    memory, values = _memory(), _values()
    memory["known"] |= readers.keys()
    for name, read in sorted(readers.items()):
        if name not in given:
            if memory["whole"]:
                values.pop(_key(name), None)
            continue
        try:
            values[_key(name)] = read(_only(name, given[name]))
        except ValueError as error:
            memory["problems"].append((name, str(error)))


def _only(name, text):
    if len(set(st.query_params.get_all(name))) > 1:
        raise ValueError(f"it is there {len(st.query_params.get_all(name))} times, and one of them alone can be meant")
    return _short(text)


def _is_late(given: dict) -> bool:
    """Whether a browser sent an address that this page wrote before, only because it has not heard of the newest yet.

    Two strokes drawn quickly: the second one comes with the address from before the first. A visitor who goes back
    sends an old address too, but not with a gesture; and where it is at once, the frame says so.
    """
    memory = _memory()
    if memory.pop("back", False):
        memory["again"] = True  # the page that was being drawn may have written its own address since
        return False
    soon = memory.pop("moved", False) or time.monotonic() - memory.get("at", -LATE) < LATE
    return soon and given in memory.get("older", [])


def gone_back() -> None:
    """Say that the address which comes next is where a visitor went back to."""
    _memory()["back"] = True


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"{len(text):,} characters are too many, at most {LONGEST:,}")
    return text


def get(name: str, default: Any = None) -> Any:
    """The value of a parameter, or the default where none was given."""
    return _values().get(_key(name), default)


def put(**values: Any) -> None:
    """Change the state; None forgets a value. For callbacks, which run before the page is drawn again."""
    _memory().update(problems=[], moved=True)
    for name, value in values.items():
        _set(name, value)


def publish(texts: Mapping[str, str | None]) -> None:
    """Write the page's state into the address; a parameter that is None is left away."""
    wanted = {name: text for name, text in texts.items() if text is not None}
    if _memory().get("lesson_here") and get("lesson"):
        wanted["lesson"] = str(get("lesson"))
    memory = _memory()
    # Said again where a browser may show another one: it goes nowhere where it shows this one.
    if memory.pop("again", False) or st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    if memory.get("written") != wanted:
        older = [*memory.get("older", []), memory.get("written")]
        memory.update(written=wanted, older=older[-20:], at=time.monotonic())
    memory["moved"] = False


def lesson_here(here: bool) -> None:
    """Say whether the lesson that is under way is on the page that is drawn, so that its address names it."""
    _memory()["lesson_here"] = here


def _set(name, value):
    if value is None:
        _values().pop(_key(name), None)
    else:
        _values()[_key(name)] = value


def _key(name):
    return f"{_memory().get('page')}.{name}" if name in OWN else name


def _memory() -> dict:
    return st.session_state.setdefault("pnzoo", {})


def _values() -> dict:
    return _memory().setdefault("values", {})
