"""The map of the planner pages: where it comes from, and how it is changed."""

import streamlit as st

from dashboard import glossary, state
from dashboard.compute import MAX_SIDE, drawn_map, names, read_map
from dashboard.widgets import uploads
from dashboard.widgets.presets import PRESETS
from pnzoo import gridworld

FAMILIES = {
    "open": "Open ground, as in the paper", "maze": "Maze", "braided": "Maze with loops", "rooms": "Rooms",
    "caves": "Caves", "bugtraps": "Bug traps", "alternating_gaps": "Walls with gaps", "spirals": "Spiral",
    "forests": "Forest",
}
SIDES = (8, 11, 16, 21, 28, 41, 61, 81, 101)
FIRST = ("open", 16, 173)  # family, side and seed of the map that a visitor meets


def current() -> str:
    """Code of the map."""
    return state.get("map") or drawn_map(*FIRST)


def from_address(text: str) -> str:
    """A map string out of a link, checked; maps without a ring of wall get one."""
    parsed = gridworld.from_string(text)
    if max(parsed.walls.shape) > MAX_SIDE or min(parsed.walls.shape) < 3:
        raise ValueError(f"a map has 3 to {MAX_SIDE} rows and columns, this one {parsed.walls.shape[0]} x "
                         f"{parsed.walls.shape[1]}")
    for name, cell in (("start", parsed.start), ("goal", parsed.goal)):
        if cell is not None and parsed.walls[cell]:
            raise ValueError(f"the {name} {cell} is inside a wall")
    return text_of(uploads.bordered(*parsed))


def text_of(parsed) -> str:
    """The map string of a `ParsedMap`."""
    return gridworld.to_string(parsed.walls, parsed.start, parsed.goal)


def use(map_text: str) -> None:
    """Make it the map of all pages; what was painted, picked or played on the old one is forgotten."""
    state.put(map=map_text, cell=None, paint=None, step=None)


def random_controls() -> None:
    """Kind, size and a button for the next random map."""
    left, middle, right = st.columns([5, 3, 3], vertical_alignment="bottom")
    # They name the map that is shown; a map from a link or a file has a kind of its own.
    st.session_state["family"], st.session_state["side"] = shown_kind()
    left.selectbox("Kind of map", list(FAMILIES), index=None, format_func=FAMILIES.get, key="family",
                   placeholder="Its own", on_change=another)
    middle.selectbox("Size", SIDES, index=None, format_func=lambda n: f"{n} x {n}", key="side",
                     placeholder=" x ".join(map(str, read_map(current()).walls.shape)), on_change=another)
    right.button("New map", key="new_map", icon=":material/casino:", on_click=another, width="stretch")


def shown_kind():
    """Family and side of the map that is shown, None where it was not drawn here."""
    map_text, family, side = st.session_state.get("drawn_here", (drawn_map(*FIRST), *FIRST[:2]))
    return (family, side) if map_text == current() else (None, None)


def another():
    """Another map of the chosen kind and size, or of those nearest to the map that is shown."""
    height = read_map(current()).walls.shape[0]
    family = st.session_state["family"] or FIRST[0]
    side = st.session_state["side"] or min(SIDES, key=lambda each: abs(each - height))
    seed = st.session_state.get("map_seed", 0) + 1
    map_text = drawn_map(family, side, seed)
    st.session_state.update(map_seed=seed, drawn_here=(map_text, family, side))
    use(map_text)


def other_ways() -> None:
    """Maps worth a look, a map as text, and a map from a file."""
    # Made when it is opened: what nobody sees would slow the first page.
    folded = st.expander("Take a ready map, type one, or upload one", icon=":material/upload_file:", key="other_ways",
                         on_change="rerun")
    if not folded.open:
        return
    with folded:
        with st.container(horizontal=True, gap="small"):
            for number, (name, map_text) in enumerate(PRESETS.items()):
                st.button(name, key=f"preset{number}", on_click=use, args=(map_text,))
            st.button("Large maze", key="large_maze", on_click=_large_maze,
                      help="101 x 101, and the network for long ways. The page Inside shows its wave front cross it.")
        text, file = st.columns(2, gap="large")
        with text:
            _text_box()
        with file:
            _upload_box()


def _large_maze():
    use(drawn_map("braided", 101, 0))
    if "vin_maze" in names("planning"):
        state.put(model="vin_maze")


def _text_box():
    walls, start, goal = read_map(current())
    shown = gridworld.render(walls, start, goal)
    if st.session_state.get("map_text_of") != shown:  # the map was changed elsewhere: the text follows it
        st.session_state["map_text"] = st.session_state["map_text_of"] = shown
    st.text_area("Map as text: # wall, . free, S start, G goal", key="map_text", height=280,
                 max_chars=4 * MAX_SIDE * MAX_SIDE)
    st.button("Use this text", key="use_text", icon=":material/check:", on_click=_take_text)
    if problem := st.session_state.pop("text_problem", None):
        st.error(problem, icon=":material/error:")


def _take_text():
    try:
        use(text_of(uploads.text_map(st.session_state["map_text"])))
    except ValueError as error:
        st.session_state["text_problem"] = f"This text is no map. {glossary.plain(str(error))}"


def _upload_box():
    cells = st.number_input("A large picture is shrunk to so many cells on its longer side", 5, 101, 41, key="cells")
    file = st.file_uploader("A text file, or a PNG picture (dark is wall; one pixel a cell, or larger)",
                            key="map_file", max_upload_size=1)
    st.caption("In a picture with a pixel a cell, a red pixel is the start and a green one the goal.")
    if file is None:
        return
    try:
        parsed = uploads.read_map(file.getvalue(), cells)
    except ValueError as error:
        st.error(f"This file is no map. {glossary.plain(str(error))}", icon=":material/error:")
        return
    map_text = text_of(parsed)
    st.button(f"Use this map of {parsed.walls.shape[0]} x {parsed.walls.shape[1]} cells", key="use_file",
              icon=":material/check:", on_click=use, args=(map_text,), type="primary")
    st.text("\n".join(gridworld.render(*parsed).splitlines()[:24]))
