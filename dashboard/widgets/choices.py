"""Which model, how many steps: controls that several pages have, and how an address may set them."""

import streamlit as st

from dashboard import compute, failures, state
from dashboard.widgets import headings, map_input


def reader(task, model=None):
    """Reader of a model's name out of an address."""

    def read(text):
        allowed = compute.names(task, model)
        if text not in compute.cards():
            from pnzoo.hub import nearest

            near = nearest(text, allowed)
            raise ValueError(
                f"there is no model {text[:60]!r}" + (f", did you mean {' or '.join(near)}?" if near else "")
            )
        if text not in allowed and compute.cards()[text]["task"] != task:
            raise ValueError(f"{text} is a {compute.cards()[text]['task']} model, this page is about {task}")
        if text not in allowed:
            kind = compute.cards()[text]["model"]
            raise ValueError(f"{text} is a {kind}, which this page cannot look into; it takes {', '.join(allowed[:4])} "
                             "and others")
        return text

    return read


def listed(text, name, most):
    """The parts of a list in an address, joined by commas; too long a list is refused, not cut."""
    parts = text.split(",")
    if len(parts) > most:
        raise ValueError(f"{name} is a list of at most {most}, and this one has {len(parts)}")
    return parts


def read_int(name, low, high):
    """Reader of a whole number out of an address."""

    def read(text):
        if not text.isascii() or not text.isdigit() or len(text) > 12 or not low <= int(text) <= high:
            raise ValueError(f"{name} is a whole number from {low:,} to {high:,}, and this is {text[:40]!r}")
        return int(text)

    return read


read_k = read_int("K", 1, compute.MAX_K)


def chosen(names, key="model", default="vin16"):
    """The model that `pick_model` shows."""
    first = default if default in names else next(filter(shows_best, names), names[0])
    return state.get(key) if state.get(key) in names else first


def pick_model(names, label="Model", key="model", default="vin16", aside=None):
    """A select box whose choice is the state's; what must be seen while it is folded away is said in `aside`."""
    first = chosen(names, None, default)
    wanted = state.get(key, first)
    widget = f"choose_{key}_{len(names)}"
    st.session_state[widget] = wanted if wanted in names else first
    if wanted not in names and wanted in compute.cards():  # chosen on another page
        kind = compute.cards()[wanted]["model"]
        (aside or st).caption(f"{wanted} is a {kind}, which this page does not take; shown is {first}.")
    return st.selectbox(label, names, key=widget,
                        on_change=lambda: state.put(**{key: st.session_state[widget]}))


def shows_best(name):
    """Whether an entry is of a kind that a first visit should meet."""
    return compute.cards()[name]["model"] in ("VIN", "DeterministicVIN", "MatchingNetwork")


def model_and_k(names, aside=None):
    """Model and K; K is None where the model and the map decide."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        name = pick_model(names, aside=aside)
    with right:
        if not compute.iterates(name):
            st.number_input("K, steps ahead", value=None, disabled=True, key="no_k", placeholder="does not plan")
            return name, None
        st.session_state["choose_k"] = state.get("k")
        st.number_input("K, steps ahead", 1, compute.MAX_K, key="choose_k", value=None, placeholder=automatic(name),
                        help="How many steps of planning. Empty, it is chosen for the map: as many as the model was "
                             "trained with, or more where the farthest cell is so far that news of the goal needs "
                             "longer to arrive.",
                        on_change=lambda: state.put(k=st.session_state["choose_k"]))
    return name, state.get("k")


def title_with_controls(title, names, controls=True):
    """The title of a page about one planner on one map, with what chooses them folded beside it: (model, K).

    Without `controls` their place stays empty: on a phone a canvas would wait for them.
    """
    line = st.container(key="title", horizontal=True, gap="small", vertical_alignment="center")
    aside = st.container()
    with line:
        headings.heading(title)
        place = st.container(key="controls", horizontal=True, gap="small", width="content")
    if not controls:
        name = chosen(names)
        return name, state.get("k") if compute.iterates(name) else None
    with place:
        with st.popover(f"Planner: {chosen(names)}", icon=":material/neurology:", width="content"):
            name, k = model_and_k(names, aside)
        with st.popover("Map", icon=":material/grid_on:", width="content"):
            map_input.random_controls()
    return name, k


def below(part, name, *given, whole=False):
    """Draw the part of a page that stands below `title_with_controls`.

    What is done in it draws it alone anew, and so in half the time, unless the controls show something else after it.

    Args:
        part: function of the planner's name and what else is given.
        name: of the planner.
        given: what else `part` takes.
        whole: whether all of the page is drawn anew nevertheless.
    """
    shown = _shown(name)

    @failures.said()
    def alone():
        if _shown(name) != shown:
            st.rerun()
        part(name, *given)

    (alone if whole else st.fragment(alone))()


def _shown(name):
    """What the controls show of the state, and whether there shall be any."""
    size, drawn = compute.read_map(map_input.current()).walls.shape, st.session_state.get("canvas_drawn")
    return state.get("model"), state.get("k"), automatic(name), map_input.shown_kind(), size, drawn


def automatic(name):
    """What the empty box of K says: the number that is taken."""
    try:
        return f"automatic: {compute.steps_for(name, map_input.current(), None)}"
    except ValueError:  # a map without a goal, an entry that cannot be read: the page says so
        return "automatic"


def pick(label, name, options, first, words=str, then=None):
    """A select box for one part of the state.

    Args:
        label: what is asked.
        name: of the part.
        options: its values.
        first: the value where the state has none.
        words: how a value is written.
        then: called after a change.

    Returns:
        The value.
    """
    widget, value = f"choose_{name}", state.get(name, first)
    st.session_state[widget] = value if value in options else first

    def changed():
        state.put(**{name: st.session_state[widget]})
        if then:
            then()

    return st.selectbox(label, options, key=widget, format_func=words, on_change=changed)


def one_of(name, options):
    """Reader of one of several numbers out of an address."""

    def read(text):
        if text not in map(str, options):
            raise ValueError(f"{name} is one of {', '.join(map(str, options))}, and this is {text[:40]!r}")
        return int(text)

    return read
