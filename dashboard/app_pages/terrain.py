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
from dashboard.figures import theme
from dashboard.widgets import caution as careful
from dashboard.widgets import choices, headings, terrain_map, uploads

LAYERS = {"picture": "Picture", "cost": "What it thinks", "slope": "What is true"}
SUN = (315, 45)  # azimuth and altitude that the pictures of its training were lit by
MOST = 10  # caution
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
    line = st.container(key="title", horizontal=True, gap="small", vertical_alignment="center")
    with line:
        headings.heading("What does it see?")
    headings.sentence("It sees a picture and guesses where it can **pass**.")
    names = compute.terrain_names()
    state.adopt({
        "terrain": read_name, "ground": read_ground, "seed": choices.read_int("seed", 0, 999_999),
        "azimuth": choices.read_int("azimuth", 0, 360),
        "altitude": choices.read_int("altitude", terrain_map.LOWEST, terrain_map.HIGHEST),
        "caution": read_caution, "layer": read_layer, "ends": read_ends, "suns": choices.read_int("suns", 1, 1),
    })  # fmt: skip
    if not names:
        st.info("There is no planner over pictures in the zoo yet. `python -m train vin_tiles` trains one.")
        glossary.show("VIN", "Caution", "Row, column", "Policy", "R, reward", "V, value", "Value iteration")
        return
    board, side = st.columns([5, 3], gap="medium")
    with line.container(key="controls", horizontal=True, gap="small", width="content"):
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
        show_board(name, picture, run, slopes, truth, start, goal, caution, ground)
    with side:
        careful.draw("caution", float(caution), MOST, compute.caution_curve(name), take_caution,
                     sun=lights(ground), other=lights(ground) and sun() != SUN)
        own_picture(planner)
    publish(name, ground, start, goal)
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
    state.put(ends=None, suns=None)


def new_ground():
    state.put(seed=(state.get("seed", FIRST_SEED) + 1) % 10**6, ends=None, suns=None)


def own():
    """The picture that a visitor gave, in this session alone."""
    return st.session_state.get("own_ground")


def sun():
    """Where the sun stands: (azimuth, altitude)."""
    return state.get("azimuth", SUN[0]) % 360, state.get("altitude", SUN[1])


def seen(ground):
    """(picture, true costs or None, slope of each cell or None)."""
    if ground == "own":
        return own(), None, None
    seed = state.get("seed", FIRST_SEED)
    picture = compute.lit(ground, seed, *sun())
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


# -- the board --------------------------------------------------------------------------------------------


def show_board(name, picture, run, slopes, truth, start, goal, caution, ground):
    least = compute.model(name).impassable
    layers = {"picture": None, "cost": thought(run, truth, least), "slope": known(run, slopes, truth)}
    lost = lost_path(name, run, start, goal, caution, truth, ground)
    said = verdict(run, truth, lambda: way_out(name, picture, start, goal, caution, truth, ground),
                   lambda end: no_place_words(name, end, run, start, goal, caution, truth, ground))
    terrain_map.draw(
        "terrain", None if lights(ground) else compute.picture_url(picture), run.costs.shape, run.plan.path, start,
        goal, layers={LAYERS[each]: (each, drawn) for each, drawn in layers.items() if each == "picture" or drawn},
        layer=state.get("layer", "picture"), on_layer=take_layer, stops=theme.stops(theme.COST_SCALE),
        tell=words(run, slopes, truth, least), on_ends=take_ends, verdict=said,
        stuck=stuck_at(run, truth), widest=620, lost=lost, on_sun=take_sun, on_every=lambda: state.put(suns=1),
        sky=sky(name, start, goal, caution, ground) if lights(ground) else None,
        label=f"Ground of {len(run.costs)} by {len(run.costs[0])} cells from above, with the planned path. "
              f"{terrain_map.KEYS}",
    )  # fmt: skip


def lights(ground):
    """Whether it is ground that a sun lights, and no picture from the start."""
    return ground in ("moon", "relief")


def sky(name, start, goal, caution, ground):
    """Where the sun stands, and what became of the path under others, where they were tried."""
    seed = state.get("seed", FIRST_SEED)
    here = compute.ground(ground, seed)
    skies = compute.skies(name, ground, seed, start, goal, float(caution)) if state.get("suns") else None
    said = skies and f"Light green: it arrives, under {int(skies.arrives.sum())} of {skies.arrives.size} suns. " \
                     "Flat ground is as bright as the sun is high, and it learned one brightness."
    return terrain_map.sky_data(here.elevation, here.metres, sun(), SUN, skies, said or "")


def lost_path(name, run, start, goal, caution, truth, ground):
    """The path that it would take under the sun of its training, where it is lost under another one; else None."""
    if not lights(ground) or sun() == SUN or arrives(run):
        return None
    picture = compute.lit(ground, state.get("seed", FIRST_SEED), *SUN)
    before = compute.terrain_plan(name, picture, start, goal, caution, truth)
    return before.plan.path if arrives(before) else None


def arrives(run):
    return run.plan.reached and np.isfinite(run.spent)


def thought(run, truth, least):
    """What it thinks: (shares of the colours, cells that are hatched or None, what the colours' ends are called).

    A chance to get into each cell, on one scale under every sun and caution, which ends where the network's own rule
    has it: ground of a lesser chance than `least` is a cliff to it. Where there is no such rule (0: tiles) costs are
    shown, on one scale with the true ones, where what is surely open costs 1.
    """
    if not least:
        most = dearest(run, truth)
        return np.log(run.costs) / np.log(most), None, ("cost 1: surely open", f"cost {most:.3g}")
    return np.log(np.maximum(run.chances, least)) / np.log(least), run.chances < least, (
        "chance to pass 100%", f"under {least:.0%}: a cliff to it (hatched)")


def known(run, slopes, truth):
    """What is true, in the form of `thought`; None where nobody knows."""
    if truth is None:
        return None
    closed = ~np.isfinite(truth)
    if slopes is None:
        most = dearest(run, truth)
        return np.log(np.where(closed, most, truth)) / np.log(most), closed, (
            "costs 1", f"{most:.3g}" + "; hatched: closed" * bool(closed.any()))
    return np.clip(slopes / STEEP, 0, 1), closed, (
        "flat", f"{STEEP:g}° steep; above {compute.slope_limit():g}° closed (hatched)")


def dearest(run, truth):
    """The highest of all costs, learned and true."""
    true = truth[np.isfinite(truth)] if truth is not None else []
    return max(float(run.costs.max()), *map(float, true), 1.001)


def words(run, slopes, truth, least):
    """What is said of each cell, row by row."""
    said = [f"{chance_in_words(chance, least)}, so it counts as {cost:.3g} open cells" if least else
            f"it reckons with a cost of {cost:.3g}"
            for cost, chance in zip(run.costs.ravel(), run.chances.ravel(), strict=True)]
    if truth is None:
        return said
    true = ["it is closed" if not np.isfinite(cost) else f"it costs {cost:.3g}" for cost in truth.ravel()]
    if slopes is not None:
        true = [f"it is {'open' if slope <= compute.slope_limit() else 'closed'}, {slope:.1f}° steep"
                 for slope in slopes.ravel()]
    return [f"{guess}; truly {each}" for guess, each in zip(said, true, strict=True)]


def chance_in_words(chance, least):
    """The chance to get into a cell, and what that makes of it."""
    if chance < least:
        return f"a chance under {least:.0%} to pass, a cliff to it"
    return f"a chance of {chance:.0%} to pass"


def take_ends(start, goal):
    state.put(ends=(start, goal), suns=None)


def take_layer(layer):
    state.put(layer=layer if layer != "picture" else None)


def take_sun(azimuth, altitude):
    state.put(azimuth=azimuth if azimuth != SUN[0] else None, altitude=altitude if altitude != SUN[1] else None)


# -- what became of it ------------------------------------------------------------------------------------


def verdict(run, truth, advice, refusal):
    """What became of the path: a mark, what is said first, and the rest.

    `advice` is asked where it is stuck, `refusal` of "S" or "G" where one of them is no place for it.
    """
    plan = run.plan
    if not plan.reached:
        refused = no_place(plan)
        return "✗", "No path", f": {refusal(refused) if refused else plan.reason}{in_truth(run)}"
    if truth is None:
        return "", f"It would take {len(plan.actions)} moves.", " Nobody knows the true ground here."
    if not np.isfinite(run.spent):
        if not np.isfinite(run.best):
            return "✗", "Stuck", f":{in_truth(run)} Move S or G."
        return "✗", "Stuck", f": steeper than it saw. {advice()}"
    if run.spent <= run.best * 1.001:
        return "✓", "It arrives, on a cheapest path", f": {len(plan.actions)} moves."
    more = run.spent / run.best - 1
    return "✓", "It arrives", f": {len(plan.actions)} moves, {more:.0%} dearer than the cheapest path."


def in_truth(run):
    """Whether any way leads from S to G, where that is known."""
    if run.best is None:
        return ""
    return " In truth there is a way." if np.isfinite(run.best) else " In truth no way leads from S to G."


def way_out(name, picture, start, goal, caution, truth, ground):
    """What gets it to G from where it is stuck, though there is a way: each is tried before it is said."""

    def through(seen, careful):
        return arrives(compute.terrain_plan(name, seen, start, goal, careful, truth))

    enough = next((each for each in range(int(caution) + 1, MOST + 1) if through(picture, float(each))), None)
    if enough:
        return f"With caution {enough} it arrives."
    if not lights(ground) or sun() == SUN:
        return "There is a way, but more caution does not find it: move S or G."
    if through(compute.lit(ground, state.get("seed", FIRST_SEED), *SUN), caution):
        return "Under the sun of its training it arrives."
    return "There is a way, but neither more caution nor the sun of its training finds it: move S or G."


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


def no_place_words(name, end, run, start, goal, caution, truth, ground):
    """Why nothing can be planned from or to an end, and what to do: another sun is tried before it is said."""
    least = compute.model(name).impassable
    taken = f"it takes {end} for a cliff, a chance under {least:.0%} to pass"
    if not lights(ground):
        return f"{taken}. Move {end}."
    if sun() == SUN:
        return f"{taken}. Move {end}."
    light = f"in this light it takes {(run.chances < least).mean():.0%} of the ground for cliffs, {end} too"
    seen = compute.lit(ground, state.get("seed", FIRST_SEED), *SUN)
    trained = compute.terrain_plan(name, seen, start, goal, caution, truth)
    if arrives(trained):
        return f"{light}. Take the sun of its training ◌, or move {end}."
    if there := no_place(trained.plan):
        return f"{light}. Under the sun of its training it takes {there} for one: move {there}."
    return f"{light}. Under the sun of its training it does not arrive either: move S or G."


def take_caution(caution):
    state.put(caution=caution, suns=None)


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


def publish(name, ground, start, goal):
    chosen = {key: state.get(key) for key in ("azimuth", "altitude", "seed", "suns")}
    state.publish({
        "terrain": name, "ground": ground if ground != "own" else None, "layer": state.get("layer"),
        "ends": "{}.{}.{}.{}".format(*start, *goal) if state.get("ends") else None,
        "caution": f"{state.get('caution'):g}" if state.get("caution") is not None else None,
        **{key: str(value) if value is not None else None for key, value in chosen.items()},
    })  # fmt: skip


def snippet(name, ground, start, goal, caution):
    here = {"kind": ground, "seed": state.get("seed", FIRST_SEED), "azimuth": sun()[0], "altitude": sun()[1]}
    words = OWN if ground == "own" else (TILES if ground == "tiles" else LIT).format(**here)
    return SNIPPET.format(ground=words, name=name, start=start, goal=goal, caution=f"{caution:g}")


page()
