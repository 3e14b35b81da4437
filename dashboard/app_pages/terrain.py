"""Terrain: what does it see in a picture, and how careful is it?"""

import numpy as np
import streamlit as st

from dashboard import (
    backend,  # noqa: F401  # before anything that imports Keras
    compute,
    glossary,
    share,
    state,
)
from dashboard.figures import terrain as terrain_figures
from dashboard.figures import theme
from dashboard.widgets import choices, headings, terrain_map, uploads

LAYERS = {"picture": "Picture", "cost": "What it thinks", "slope": "What is true"}
SUN = (315, 45)  # azimuth and altitude that the pictures of its training were lit by
MOST = 10  # caution
TOP = 500.0  # cost at which the colours end, under every sun, so that two suns can be compared
STEEP = 20.0  # degrees at which the colours of slope end
FIRST_SEED = 7
SNIPPET = '''import pnzoo

{ground}
model = pnzoo.load("{name}")
plan = model.plan(picture, {start}, {goal}, caution={caution})
print(plan.reached, plan.reason, len(plan.actions))
print(model.cost(picture).round(1))'''
LIT = '''_, elevation, metres = pnzoo.terrain.example("{kind}", seed={seed})
picture = pnzoo.terrain.hillshade(elevation, metres, azimuth={azimuth}, altitude={altitude})'''
TILES = "picture = pnzoo.terrain.generate_tiles(1, 16, seed={seed}).pictures[0]"
OWN = 'picture = "my_picture.png"'


def page():
    line = st.container(horizontal=True, gap="small", vertical_alignment="center")
    line.title("What does it see?", width="stretch")
    headings.sentence("It sees a picture, guesses **costs**, plans a path.")
    names = compute.terrain_names()
    state.adopt({
        "terrain": read_name, "ground": read_ground, "seed": choices.read_int("seed", 0, 999_999),
        "azimuth": choices.read_int("azimuth", 0, 360), "altitude": choices.read_int("altitude", 5, 85),
        "caution": read_caution, "layer": read_layer, "ends": read_ends,
    })  # fmt: skip
    if not names:
        st.info("There is no planner over pictures in the zoo yet. `python -m train vin_tiles` trains one.")
        glossary.show("VIN", "Caution", "Row, column", "Policy", "R, reward", "V, value", "Value iteration")
        return
    board, side = st.columns(2, gap="small")
    with line:
        with st.popover("Ground and model", icon=":material/terrain:", width="content"):
            name = pick_model(names)
            ground = pick_ground(name)
        st.button("New ground", key="new_ground", icon=":material/casino:", on_click=new_ground,
                  disabled=ground == "own")
    picture, truth, slopes = seen(ground)
    planner = compute.model(name)
    rows, columns = (side_ // planner.cell for side_ in picture.shape[:2])
    start, goal = ends_on((rows, columns), truth)
    caution = state.get("caution", planner.caution)
    try:
        run = compute.terrain_plan(name, picture, start, goal, caution, truth)
    except ValueError as error:
        st.warning(glossary.plain(str(error)), icon=":material/help:")
        return
    with board:
        layer = pick_layer(truth is not None)
        said = verdict(run, truth, lambda: way_out(name, picture, start, goal, caution, truth, ground),
                       lambda end: no_place_words(name, end, start, goal, caution, ground))
        show_board(picture, run, slopes, truth, start, goal, layer, said)
    with side:
        hands = iter(st.columns(3 if ground in ("moon", "relief") else 1))  # one below the other on a phone
        if ground in ("moon", "relief"):
            pick_sun(hands)
        pick_caution(next(hands), planner)
        st.caption("Caution 0 ignores doubt; the higher, the wider its bow around ground that it cannot judge.")
        if ground in ("moon", "relief"):
            say_sun()
        show_caution(name, caution)
        own_picture(planner)
    publish(name, ground, start, goal, layer)
    share.panel("terrain", snippet(name, ground, start, goal, caution), None,
                lambda: {"picture": picture, "cost": run.costs, "path": run.plan.path, "start": start, "goal": goal},
                left_out="your own picture" if ground == "own" else None)
    glossary.show("VIN", "Caution", "Row, column", "Policy", "R, reward", "V, value", "Value iteration")


# -- what is looked at ------------------------------------------------------------------------------------


def pick_model(names):
    return choices.pick_model(names, "Model", "terrain", "vin_moon")


def pick_ground(name):
    """The ground whose picture is shown: one that the model can read, or the visitor's own."""
    kinds = [*compute.grounds_of(name), *(["own"] if own() is not None else [])]
    words = {**compute.GROUNDS, "own": "My own picture"}
    return choices.pick("Ground", "ground", kinds, kinds[0], words.get, then=forget_ends)


def forget_ends():
    state.put(ends=None)


def new_ground():
    state.put(seed=(state.get("seed", FIRST_SEED) + 1) % 10**6, ends=None)


def own():
    """The picture that a visitor gave, in this session alone."""
    return st.session_state.get("own_ground")


def seen(ground):
    """(picture, true costs or None, slope of each cell or None)."""
    if ground == "own":
        return own(), None, None
    seed = state.get("seed", FIRST_SEED)
    picture = compute.lit(ground, seed, state.get("azimuth", SUN[0]), state.get("altitude", SUN[1]))
    return picture, compute.ground(ground, seed).costs, compute.cell_slopes(ground, seed)


def ends_on(shape, truth):
    """Start and goal: those that were put, else two far corners of the ground that can be crossed."""
    chosen = state.get("ends")
    if chosen and all(0 <= x < most for cell in chosen for x, most in zip(cell, shape, strict=True)):
        return chosen
    free = np.argwhere(np.isfinite(truth)) if truth is not None else np.argwhere(np.ones(shape))
    if len(free) < 2:
        free = np.argwhere(np.ones(shape))
    inner = free[((free > 0) & (free < np.subtract(shape, 1))).all(axis=1)] if len(free) > 8 else free
    inner = inner if len(inner) > 1 else free
    order = inner @ np.array([1, 1])
    return tuple(map(int, inner[order.argmin()])), tuple(map(int, inner[order.argmax()]))


def pick_layer(known):
    options = [each for each in LAYERS if each != "slope" or known]
    chosen = state.get("layer", "picture")
    st.session_state["choose_layer"] = chosen if chosen in options else "picture"
    return st.segmented_control("Layer", options, format_func=LAYERS.get, key="choose_layer", required=True,
                                on_change=lambda: state.put(layer=st.session_state["choose_layer"]),
                                label_visibility="collapsed")


# -- the board --------------------------------------------------------------------------------------------


def show_board(picture, run, slopes, truth, start, goal, layer, said):
    drawn, closed, ends = layered(layer, run.costs, slopes, truth)
    terrain_map.draw(
        "terrain", compute.picture_url(picture), run.costs.shape, run.plan.path, start, goal, layer=drawn,
        closed=closed, stops=theme.stops(theme.COST_SCALE), ends=ends, tell=words(run.costs, slopes, truth),
        on_ends=take_ends, verdict=said, stuck=stuck_at(run, truth), widest=620,
        label=f"Ground of {len(run.costs)} by {len(run.costs[0])} cells from above, with the planned path. "
              f"{terrain_map.KEYS}",
    )  # fmt: skip


def layered(layer, costs, slopes, truth):
    """(shares of the scale or None, cells that are hatched or None, (what its ends are called)): costs are in one unit.

    A cell that is surely open costs 1, here and there; slope is another thing, and so its key says what it means.
    """
    most = max(float(costs.max()), *([float(truth[np.isfinite(truth)].max())] if truth is not None else []), 1.001)
    top = TOP if slopes is not None else most  # no sun shines on the others
    if layer == "cost":
        more = " and more" * (most > top)
        return np.clip(np.log(costs) / np.log(top), 0, 1), None, (
            "cost 1: surely open", f"cost {top:.3g}{more}: as good as closed")
    if layer != "slope" or truth is None:
        return None, None, ("", "")
    closed = ~np.isfinite(truth)
    if slopes is None:
        return np.log(np.where(closed, top, truth)) / np.log(top), closed, (
            "costs 1", f"{top:.3g}" + "; hatched: closed" * bool(closed.any()))
    return np.clip(slopes / STEEP, 0, 1), closed, (
        "flat", f"{STEEP:g}° steep; above {compute.slope_limit():g}° closed (hatched)")


def words(costs, slopes, truth):
    """What is said of each cell, row by row."""
    said = [f"it reckons with a cost of {cost:.3g}, where 1 is surely open" for cost in costs.ravel()]
    if truth is None:
        return said
    known = ["it is closed" if not np.isfinite(cost) else f"it costs {cost:.3g}" for cost in truth.ravel()]
    if slopes is not None:
        known = [f"it is {'open' if slope <= compute.slope_limit() else 'closed'}, {slope:.1f}° steep"
                 for slope in slopes.ravel()]
    return [f"{guess}; truly {each}" for guess, each in zip(said, known, strict=True)]


def take_ends(start, goal):
    state.put(ends=(start, goal))


# -- what became of it ------------------------------------------------------------------------------------


def verdict(run, truth, advice, refusal):
    """What became of the path: a mark, what is said first, and the rest.

    `advice` is asked where it is stuck, `refusal` of "S" or "G" where one of them is no place for it.
    """
    plan = run.plan
    if refused := no_place(plan):
        return "✗", "No path", f": {refusal(refused)}"
    if not plan.reached:
        return "✗", "No path", f": {plan.reason}"
    if truth is None:
        return "", f"It would take {len(plan.actions)} moves.", " Nobody knows the true ground here."
    if not np.isfinite(run.spent):
        return "✗", "Stuck", f": steeper than it saw. {advice()}"
    if run.spent <= run.best * 1.001:
        return "✓", "It arrives, on a cheapest path", f": {len(plan.actions)} moves."
    more = run.spent / run.best - 1
    return "✓", "It arrives", f": {len(plan.actions)} moves, {more:.0%} dearer than the cheapest path."


def way_out(name, picture, start, goal, caution, truth, ground):
    """What gets it to G from where it is stuck: each is tried before it is said."""

    def arrives(seen, careful):
        run = compute.terrain_plan(name, seen, start, goal, careful, truth)
        return run.plan.reached and np.isfinite(run.spent)

    enough = next((each for each in range(int(caution) + 1, MOST + 1) if arrives(picture, float(each))), None)
    if enough:
        return f"With caution {enough} it arrives."
    sun = (state.get("azimuth", SUN[0]), state.get("altitude", SUN[1]))
    if ground not in ("moon", "relief") or sun == SUN:
        return "More caution does not help here: move S or G."
    if arrives(compute.lit(ground, state.get("seed", FIRST_SEED), *SUN), caution):
        return "Under the sun of its training it arrives."
    return "Neither more caution nor the sun of its training helps here: move S or G."


def stuck_at(run, truth):
    """Which cell of the path is the first that cannot be entered, None where each can."""
    if truth is None:
        return None
    closed = np.flatnonzero(~np.isfinite(truth[tuple(np.transpose(run.plan.path[1:]))]))  # to stand on S costs nothing
    return int(closed[0]) + 1 if len(closed) else None


def no_place(plan):
    """ "S" or "G", where the model takes the ground below it for impassable; else None."""
    if plan.reached or "impassable" not in plan.reason:
        return None
    return "S" if plan.reason.startswith("the start") else "G"


def no_place_words(name, end, start, goal, caution, ground):
    """Why nothing can be planned from or to an end, and what to do: another sun is tried before it is said."""
    if ground not in ("moon", "relief"):
        return f"it takes {end} for ground that cannot be entered. Move {end}."
    if (state.get("azimuth", SUN[0]), state.get("altitude", SUN[1])) == SUN:
        return f"it takes {end} for a cliff. Move {end}."
    seen = compute.lit(ground, state.get("seed", FIRST_SEED), *SUN)
    if no_place(compute.terrain_plan(name, seen, start, goal, caution).plan):
        return f"it takes {end} for a cliff, and not in this light alone. Move {end}."
    return f"in this light it takes {end} for a cliff. Move {end}, or take the sun of its training."


def pick_caution(place, planner):
    st.session_state["choose_caution"] = min(float(MOST), float(state.get("caution", planner.caution)))
    with place:
        st.slider("Caution", 0.0, float(MOST), step=0.5, key="choose_caution", format="%.1f",
                  on_change=lambda: state.put(caution=st.session_state["choose_caution"]),
                  help="How much doubt costs: a rover that never doubts takes the shortest path it can imagine.")


def show_caution(name, caution):
    rows = compute.caution_curve(name)
    if not rows:
        return
    with st.container():
        st.markdown("**What caution buys, and what it costs**")
        figure = terrain_figures.caution_curve(rows, caution, st.context.theme.type == "dark")
        share.chart(figure, key="caution_curve", alt="; ".join(
            f"caution {row['caution']:g}: {row['success_rate'].value:.1%} arrive, "
            f"{row['excess_cost'].value:.2%} dearer than the cheapest path" for row in rows))
        inside = rows[0]["caution"] < caution < rows[-1]["caution"]
        between = "" if any(row["caution"] == caution for row in rows) else (
            f" Caution {caution:g} was not measured: the ring lies "
            f"{'between its neighbours' if inside else 'at the nearest that was'}.")
        st.caption(f"{rows[0]['success_rate'].n} places that no training saw. Numbers at the points are caution; "
                   f"the cost is of paths that arrive.{between}")


def pick_sun(hands):
    for name, label, low, high, first, help_ in (
            ("azimuth", "Sun from", 0, 360, SUN[0], "Where the light comes from: 0° is north, 90° east."),
            ("altitude", "Sun's height", 5, 85, SUN[1], "Above the horizon.")):
        st.session_state[f"choose_{name}"] = state.get(name, first)
        with next(hands):
            st.slider(label, low, high, step=5, key=f"choose_{name}", format="%d°", help=help_, on_change=take_sun,
                      args=(name,))


def say_sun():
    if (state.get("azimuth", SUN[0]), state.get("altitude", SUN[1])) != SUN:
        st.caption(f"It was trained under a sun at {SUN[0]}°, {SUN[1]}° high: another light is new to it.")
        st.button("The sun of its training", key="same_sun", icon=":material/wb_sunny:",
                  on_click=lambda: state.put(azimuth=None, altitude=None))


def take_sun(name):
    state.put(**{name: st.session_state[f"choose_{name}"]})


def own_picture(planner):
    with st.expander("Plan over a picture of my own", icon=":material/upload_file:"):
        file = st.file_uploader("A PNG from above, lit from the upper left", key="ground_file", max_upload_size=1)
        if file is None:
            return
        try:
            picture = cropped(uploads.read_image(file.getvalue()), planner)
        except ValueError as error:
            st.error(f"This file is no picture of ground. {glossary.plain(str(error))}", icon=":material/error:")
            return
        st.button(f"Plan over these {picture.shape[0]} x {picture.shape[1]} pixels", key="use_ground", type="primary",
                  icon=":material/check:", on_click=use_picture, args=(picture,))


def cropped(picture, planner):
    """A grey picture whose sides are whole cells, at most 64 of them."""
    if planner.channels != 1:
        raise ValueError("this model reads pictures of its own tiles; choose vin_moon for pictures of ground.")
    height, width = (min(64, side // planner.cell) * planner.cell for side in picture.shape)
    if min(height, width) < 2 * planner.cell:
        raise ValueError(f"it has {picture.shape[0]} x {picture.shape[1]} pixels; at least {2 * planner.cell} each "
                         "way are two cells.")
    if np.ptp(picture) == 0:
        raise ValueError("it has one colour all over, so it shows no ground.")
    return picture[:height, :width]


def use_picture(picture):
    st.session_state["own_ground"] = picture
    state.put(ground="own", ends=None)


# -- address ----------------------------------------------------------------------------------------------


def read_name(text):
    names = compute.terrain_names()
    if text not in names:
        raise ValueError(f"terrain is one of {', '.join(names)}, and this is {text[:40]!r}")
    return text


def read_ground(text):
    if text not in compute.GROUNDS:
        raise ValueError(f"ground is one of {', '.join(compute.GROUNDS)}, and this is {text[:40]!r}")
    return text


def read_layer(text):
    if text not in LAYERS:
        raise ValueError(f"layer is one of {', '.join(LAYERS)}, and this is {text[:40]!r}")
    return text


def read_caution(text):
    try:
        caution = float(text) if text.isascii() and "_" not in text and text == text.strip() else -1.0
    except ValueError:
        caution = -1.0
    if not 0 <= caution <= MOST:
        raise ValueError(f"caution is a number from 0 to {MOST}, and this is {text[:40]!r}")
    return caution


def read_ends(text):
    parts = text.split(".")
    if len(parts) != 4:
        raise ValueError("ends is row.column.row.column of start and goal, such as 3.4.12.9, and this is "
                         f"{text[:40]!r}")
    row, col, goal_row, goal_col = (choices.read_int("a row or column", 0, 63)(part) for part in parts)
    if (row, col) == (goal_row, goal_col):
        raise ValueError("start and goal are two cells")
    return (row, col), (goal_row, goal_col)


def publish(name, ground, start, goal, layer):
    chosen = {key: state.get(key) for key in ("azimuth", "altitude", "seed")}
    state.publish({
        "terrain": name, "ground": ground if ground != "own" else None, "layer": layer if layer != "picture" else None,
        "ends": "{}.{}.{}.{}".format(*start, *goal) if state.get("ends") else None,
        "caution": f"{state.get('caution'):g}" if state.get("caution") is not None else None,
        **{key: str(value) if value is not None else None for key, value in chosen.items()},
    })  # fmt: skip


def snippet(name, ground, start, goal, caution):
    here = {"kind": ground, "seed": state.get("seed", FIRST_SEED), "azimuth": state.get("azimuth", SUN[0]),
            "altitude": state.get("altitude", SUN[1])}
    words = OWN if ground == "own" else (TILES if ground == "tiles" else LIT).format(**here)
    return SNIPPET.format(ground=words, name=name, start=start, goal=goal, caution=f"{caution:g}")


page()
