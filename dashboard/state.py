"""The whole state of a page lives in its address: what is read from it, and what is written back.

A page opens with `adopt({name: reader})`, asks `get(name)`, changes with `put(name=value)` in callbacks, and ends
with `publish({name: text})`. Values stay in the session, so that a map drawn on one page is there on the next.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import glossary

LONGEST = 8_000  # characters of one parameter; a 103x103 map takes 1,800
LATE = 2.0  # seconds in which a browser may not yet know the address that was written last


def adopt(readers: Mapping[str, Callable[[str], Any]]) -> None:
    """Take over the address where it was changed from outside: a link, a hand-made one, the back button.

    Args:
        readers: name of a parameter -> function that turns its text into a value, or raises ValueError with a
            message that says what it received and what it expects. A value that cannot be read is left out.
    """
    given = st.query_params.to_dict()
    if not _is_late(given) and given != _memory().get("written"):
        problems = []
        for name in readers.keys() & given.keys():
            try:
                _values()[name] = readers[name](_short(given[name]))
            except ValueError as error:
                problems.append((name, str(error)))
        _memory()["problems"] = sorted(problems)
        _memory()["written"] = given
    for name, problem in _memory().get("problems", []):
        st.warning(f"The address has a part that cannot be used, and it was left out: `{name}`. "
                   f"{glossary.plain(problem)}", icon=":material/link_off:")


def _is_late(given: dict) -> bool:
    """Whether a browser sent an address that this page wrote before, only because it has not heard of the newest yet.

    Two strokes drawn quickly: the second one comes with the address from before the first. A visitor who goes back
    sends an old address too, but neither with a gesture nor at once.
    """
    memory = _memory()
    soon = memory.pop("moved", False) or time.monotonic() - memory.get("at", -LATE) < LATE
    return soon and given in memory.get("older", [])


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"{len(text):,} characters are too many, at most {LONGEST:,}")
    return text


def get(name: str, default: Any = None) -> Any:
    """The value of a parameter, or the default where none was given."""
    return _values().get(name, default)


def put(**values: Any) -> None:
    """Change the state; None forgets a value. For callbacks, which run before the page is drawn again."""
    _memory().update(problems=[], moved=True)
    for name, value in values.items():
        if value is None:
            _values().pop(name, None)
        else:
            _values()[name] = value


def publish(texts: Mapping[str, str | None]) -> None:
    """Write the page's state into the address; a parameter that is None is left away."""
    wanted = {name: text for name, text in texts.items() if text is not None}
    if _memory().get("lesson_here") and get("lesson"):
        wanted["lesson"] = str(get("lesson"))
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    memory = _memory()
    if memory.get("written") != wanted:
        older = [*memory.get("older", []), memory.get("written")]
        memory.update(written=wanted, older=older[-20:], at=time.monotonic())
    memory["moved"] = False


def lesson_here(here: bool) -> None:
    """Say whether the lesson that is under way is on the page that is drawn, so that its address names it."""
    _memory()["lesson_here"] = here


def _memory() -> dict:
    return st.session_state.setdefault("pnzoo", {})


def _values() -> dict:
    return _memory().setdefault("values", {})
