"""Inside: how does it plan?"""

import streamlit as st

from dashboard import (
    backend,  # noqa: F401  # before anything that imports Keras
    compute,
    glossary,
    share,
    state,
)
from dashboard.figures import planning as planning_figures
from dashboard.figures import q_curves_svg, theme
from dashboard.widgets import animation, cell_view, choices, learned_moves, map_grid, map_input, painted
from pnzoo import analysis
from pnzoo.worlds.gridworld import rollout as planning

VIEWS = {"steps": "Step by step", "cell": "One cell", "moves": "Its moves", "paint": "Paint R"}  # one row on a phone
SEEN = {
    "steps": "News of the goal **G** spreads: at each of **K** steps every cell takes its value **V** from the cells "
             "around it.",
    "cell": "How one cell gets its value from the 3 × 3 cells around it. **Touch another one.**",
    "paint": "The reward is what it seeks. **Paint another one**, and the same network plans again at once.",
}  # of a view: what one sees, in a sentence; of its moves it is computed
FEW_WALLS = 2  # of the nine cells around the one that is shown first
GOOD, BAD = 2, 4  # what brushes paint, in the largest learned reward of a free cell
STRONGEST = 3  # times that
ENDS = ("far from G: V ", "near G: V ")  # what the ends of V's colours mean, as on the page Plan
ENDS_PAINTED = ("lowest V ", "highest V ")  # where a painted cell may be worth more than G
START = '''import pnzoo
from pnzoo import gridworld

walls, start, goal = gridworld.from_string(
    "{map_text}")'''
SNIPPET = START + '''
model = pnzoo.load("{name}", k={k})
trace = model.trace(walls, goal)
print(trace.reward.shape, trace.values.shape)  # R, and V_0 ... V_K
{more}'''
MORE = {
    "steps": "print(trace.values[-1].round(2))",
    "cell": "backup = pnzoo.analysis.backup(model, trace, {cell}, k={step})\nprint(backup.q.round(3), backup.q.max())",
    "moves": "print(pnzoo.analysis.mean_kernels(trace, walls).round(2))\n"
             "print(pnzoo.analysis.action_usage(trace, walls))",
    "paint": "reward = trace.reward.copy()\nfor row, col, value in {paint}:\n    reward[row, col] = value\n"
             "print(model.replan(walls, goal, reward).policy)",
}


def page():
    names = compute.names("planning", compute.ITERATE)
    state.adopt({
        "model": choices.reader("planning", compute.ITERATE), "map": map_input.from_address, "k": choices.read_k,
        "view": read_view, "cell": read_cell, "step": choices.read_int("step", 1, compute.MAX_K),
        "paint": painted.from_address,
    })  # fmt: skip
    if not names:
        st.title("How does it plan?")
        st.info("There is no Value Iteration Network in the zoo yet. `python -m train vin8` trains one.")
        return
    name, k = choices.title_with_controls("How does it plan?", names)
    choices.below(look, name, k)


def look(name, k):
    """The view that is chosen, and what can be taken along."""
    map_text, view = map_input.current(), state.get("view", "steps")
    problem, steps = prepare(name, map_text, k)
    if problem:
        st.warning(problem, icon=":material/help:")
    else:
        pick_view(view)
        if view in SEEN:
            st.markdown(SEEN[view])
        SHOW[view](name, map_text, steps)
    publish(name, map_text, k, view)
    take_along(name, map_text, steps, view)
    glossary.show("K", "R, reward", "P, transition", "V, value", "Q", "Policy", "psi", "VIN", "Value iteration")


def prepare(name, map_text, k):
    """(what is wrong, None) or (None, steps to show)."""
    parsed = compute.read_map(map_text)
    if parsed.goal is None or parsed.start is None:
        return "This map has no start or no goal yet: put them on the page Plan (keys S and G on the map).", None
    try:
        steps = compute.steps_for(name, map_text, k)
    except ValueError as error:
        return f"{name} cannot plan on this map: {error}", None
    height, width = parsed.walls.shape
    most = compute.MAX_TRACE[compute.cards()[name]["model"]] // parsed.walls.size
    if steps <= most:
        return None, steps
    if k:
        return (f"{steps:,} steps on {height} x {width} cells are too many to look into; choose K of at most {most}, "
                "or a smaller map. The page Plan walks maps of this size."), None
    st.info(f"This map needs K = {steps:,}, too many to keep every step of {height} x {width} cells: you see the first "
            f"{most}. The page Plan walks it with all of them.", icon=":material/visibility:")
    return None, most


def pick_view(view):
    st.session_state["choose_view"] = view
    st.segmented_control("What to look at", list(VIEWS), format_func=VIEWS.get, key="choose_view", required=True,
                         on_change=lambda: state.put(view=st.session_state["choose_view"]),
                         label_visibility="collapsed")


# -- step by step -----------------------------------------------------------------------------------------


def show_steps(name, map_text, k):
    show_film(name, map_text, k)
    needed = compute.solution(map_text).eccentricity
    words_ = "enough" if k >= needed else "**too few**: cells farther away hear nothing of the goal"
    moves, steps = "1 move" if needed == 1 else f"{needed} moves", "1 step is" if k == 1 else f"{k} steps are"
    st.caption(f"The farthest cell is {moves} from the goal; {steps} {words_}. "
               "A move only compares cells: at each step the brightest is the best V then.")


@st.fragment
def show_film(name, map_text, k):
    animation.draw("film", compute.animation(name, map_text, k), step=state.get("step"),
              on_step=lambda step: state.put(step=max(1, step)))
    if state.get("view", "steps") == "steps":
        publish(name, map_text, state.get("k"), "steps")


# -- one cell ---------------------------------------------------------------------------------------------


def show_cell(name, map_text, k):
    cell, step = chosen_cell(name, map_text, k), min(state.get("step", k), k)
    try:
        data = compute.cell(name, map_text, k, cell, is_dark())
    except ValueError as error:
        st.warning(str(error), icon=":material/help:")
        return
    cell_view.show("cell", data, step=step, refused=None if cell == state.get("cell", cell) else state.get("cell"),
                   on_cell=take_cell, on_step=lambda message: take_step(message, k))
    cell_view.formula(compute.network(name, map_text, k), compute.trace(name, map_text, k), cell, step)


def chosen_cell(name, map_text, k):
    """The picked cell, else one amid its way; always one whose nine neighbours are on the map."""
    walls, start, goal = compute.read_map(map_text)
    cell = state.get("cell")
    if cell and has_neighbours(cell, walls.shape):
        return cell
    policy = compute.trace(name, map_text, k).policy
    way = planning.rollout(walls, start, goal, lambda: policy, **compute.rule(name)).path
    return telling_cell(walls, start, [tuple(map(int, cell)) for cell in way])


def telling_cell(walls, start, way):
    """The cell nearest the middle of a way that has few walls around it; never an end of it."""
    def around(cell):
        return int(walls[cell[0] - 1 : cell[0] + 2, cell[1] - 1 : cell[1] + 2].sum())

    inner = [(max(FEW_WALLS, around(cell)), abs(2 * i - len(way) + 1), cell) for i, cell in enumerate(way)
             if 0 < i < len(way) - 1 and has_neighbours(cell, walls.shape)]
    return min(inner)[2] if inner else start


def has_neighbours(cell, shape):
    """Whether all of the nine cells around one are on the map."""
    return all(0 < at < most - 1 for at, most in zip(cell, shape, strict=True))


def take_cell(message):
    walls = compute.read_map(map_input.current()).walls
    cell = map_grid.read_cell(message.get("cell"), walls.shape)
    if cell is not None and has_neighbours(cell, walls.shape):
        state.put(cell=cell)


def take_step(message, k):
    if type(message.get("step")) is int and 1 <= message["step"] <= k:
        state.put(step=message["step"])


# -- learned moves ----------------------------------------------------------------------------------------


def show_moves(name, map_text, k):
    walls, start, goal = compute.read_map(map_text)
    trace = compute.trace(name, map_text, k)
    said = learned_moves.said(compute.usage(name, map_text, k), learned_moves.kernels(trace, walls))
    st.markdown(f"Nobody told it what its actions do. {said}")
    learned_moves.show("moves", trace, walls, start, goal, is_dark())


# -- paint a reward ---------------------------------------------------------------------------------------


def show_paint(name, map_text, k):
    walls, start, goal = compute.read_map(map_text)
    learned = compute.trace(name, map_text, k)
    paint = tuple(each for each in state.get("paint", ()) if each[0] < walls.shape[0] and each[1] < walls.shape[1])
    trace = compute.replanned(name, map_text, k, paint) if paint else learned
    sign = compute.reward_sign(name) or 1
    price = min(map_grid.MOST_REWARD / BAD / STRONGEST, planning_figures.reward_top(learned, walls))
    plan, before = (planning.rollout(walls, start, goal, lambda policy=each.policy: policy, **compute.rule(name))
                    for each in (trace, learned))
    cells, value = compute.reached(map_text), trace.values[-1]
    best = float(value[cells].max())
    low, high = (best + gap for gap in planning_figures.value_range(value[None] - best, cells, 0))
    arrows = "".join(str(move) if on else "-" for move, on in zip(trace.policy.ravel(), ~walls.ravel(), strict=True))
    end = planning_figures.reward_end(learned)  # the scale of R is that of the view step by step
    rewards = {"low": -end, "high": end, "stops": theme.stops(theme.reward_scale(sign, is_dark()))}
    left, right = st.columns(2, gap="medium")
    with left:
        strength = st.session_state.get("strength", 1.0)
        map_grid.draw("paint", walls, start, goal, mode="paint", tools=map_grid.PAINT_TOOLS, on_change=take_paint,
                      seq=state.get("paint_seq"), path=plan.path, reached=plan.reached, arrows=arrows,
                      verdict=ending(before, plan, paint, sign) or said_unpainted(plan), heat=value,
                      heatName="value", low=low, high=high, seen=[low, high],
                      seenWords=ENDS_PAINTED if paint else ENDS,
                      stops=theme.stops(theme.VALUE_SCALE),
                      paint=[list(each) for each in paint], painted=rewards,
                      brushes={"good": round(sign * strength * GOOD * price, 3),
                               "bad": round(-sign * strength * BAD * price, 3)},
                      widest=560,
                      label="Map of the reward to paint, in the colours of the value that is planned from it, with the "
                            "path and a move in every cell. Arrow keys move, space paints with the chosen brush, U "
                            "takes back.")
    with right:
        st.slider("Strength of the next strokes", 0.25, float(STRONGEST), 1.0, 0.25, key="strength", format="%.2f ×",
                  persist_state="session", help=f"At 1 a bad place costs {BAD} times the most that a free cell does, "
                  f"and a good one gives {GOOD} times as much.")
        map_grid.draw("replanned", walls, start, goal, mode="look", widest=420,
                      note=f"R, the reward it plans with: {said_of_reward(trace, paint, sign)}.", heat=trace.reward,
                      heatName="reward", seen=planning_figures.reward_seen(trace, end), hatched=True,
                      path=plan.path, reached=plan.reached, **rewards,
                      label="The reward that the plan is made from, with the path.")
        if paint:
            changed = float((trace.policy != learned.policy)[~walls].mean())
            cells = "1 painted cell changes" if len(paint) == 1 else f"{len(paint)} painted cells change"
            st.info(f"{cells} the move in {changed:.0%} of the free cells.", icon=":material/brush:")
            st.button("Back to the learned reward", key="unpaint", icon=":material/undo:",
                      on_click=lambda: state.put(paint=None, paint_seq=None))
    if st.toggle("Watch it plan with this reward, step by step", key="watch_paint", persist_state="session"):
        animation.draw("film_paint", compute.animation(name, map_text, k, paint), step=None, on_step=lambda step: None)


def said_of_reward(trace, paint, sign):
    """What the colours of R mean: purple only where something pays."""
    pays = float((trace.reward * sign).max()) > 0
    purple = ", purple pays" if pays else "" if paint else ", nothing pays yet"
    return f"orange costs{purple}" + ("; here a low R pays" if sign < 0 else "")


def said_unpainted(plan):
    """The way with the learned reward, before anything is painted."""
    end = f"reaches G in {len(plan.actions)} moves" if plan.reached else compute.in_words(plan.reason)
    return f"It {end}. Paint into its way."


def ending(before, after, paint, sign):
    """What painted cells do to the way from S, in a sentence.

    Args:
        before, after: `Plan` with the learned reward and with the painted one.
        paint: [(row, col, reward)].
        sign: -1 for a network whose low rewards pay.

    Returns:
        Words; none where nothing is painted.
    """
    if not paint:
        return ""
    good = {(row, col) for row, col, value in paint if value * sign > 0}
    bad = {(row, col) for row, col, _ in paint} - good
    old, new = ({tuple(map(int, cell)) for cell in plan.path} for plan in (before, after))
    end = tuple(map(int, after.path[-1]))
    if not after.reached:
        if any(max(abs(end[0] - row), abs(end[1] - col)) <= 1 for row, col in good):
            if "into a wall" in after.reason:
                return "The good place draws it against a wall: it never gets to G."
            return "It now stays at the good place, which pays again and again, and never gets to G."
        return f"It {'no longer gets' if before.reached else 'does not get'} to G: it {compute.in_words(after.reason)}."
    moves = f"it reaches G in {len(after.actions)} moves"
    if not before.reached:
        return f"Now {moves}, where it was lost before."
    if old == new:
        return f"Its way stays the same: {moves}."
    moves += f", {len(before.actions)} before"
    if bad & old and not bad & new:
        return f"It now goes round the bad place: {moves}."
    if good & new - old:
        return f"It now passes the good place: {moves}."
    return f"It now goes another way: {moves}."


def take_paint(message):
    walls = compute.read_map(map_input.current()).walls
    cells, seq = map_grid.read_paint(message, walls.shape), message.get("seq")
    if cells is not None and type(seq) is int:
        state.put(paint=tuple(cells) or None, paint_seq=seq)


# -- address ----------------------------------------------------------------------------------------------


def read_view(text):
    if text not in VIEWS:
        raise ValueError(f"view is one of {', '.join(VIEWS)}, and this is {text[:40]!r}")
    return text


def read_cell(text):
    parts = text.split(".")
    if len(parts) != 2:
        raise ValueError(f"cell is row.column, such as 3.4, and this is {text[:40]!r}")
    return tuple(choices.read_int("a row or column", 0, compute.MAX_SIDE)(part) for part in parts)


def publish(name, map_text, k, view):
    paint, cell = state.get("paint"), state.get("cell")
    texts = {"model": name, "map": map_text, "k": str(k) if k else None, "view": view}
    if view == "cell":
        texts["cell"] = "{}.{}".format(*cell) if cell else None
    if view in ("steps", "cell"):
        texts["step"] = str(state.get("step")) if state.get("step") else None
    if view == "paint" and paint:
        texts["paint"] = painted.to_address(paint)
    state.publish(texts)


def take_along(name, map_text, k, view):
    """The snippet of a view, its figure and its arrays; where nothing could be planned only the address."""
    if k is None:
        share.panel("inside", START.format(map_text=map_text))
        return
    walls = compute.read_map(map_text).walls
    paint = list(state.get("paint", ()))
    cell, step = chosen_cell(name, map_text, k) if view == "cell" else None, min(state.get("step", k), k)
    more = MORE[view if paint or view != "paint" else "steps"].format(cell=cell, step=step, paint=paint)

    def now():
        return compute.replanned(name, map_text, k, tuple(paint)) if paint and view == "paint" else \
            compute.trace(name, map_text, k)

    def figure():
        if view == "cell":
            moves = analysis.action_usage(now(), walls).move
            history = analysis.q_history(compute.model(name, k), now(), cell)[:-1]
            return (f"<h1>Row {cell[0]}, column {cell[1]}: who is best after each step, and by how much</h1>"
                    + q_curves_svg.q_curves(history, moves))
        return kernel_figure(now(), walls) if view == "moves" else film_figure(name, now(), map_text, k)

    def arrays():
        kept = {"walls": walls, **now()._asdict()}
        if view == "cell":
            kept["q_of_cell"] = analysis.q_history(compute.model(name, k), now(), cell)
        if view == "moves":
            kept |= {"kernels": analysis.mean_kernels(now(), walls), **analysis.action_usage(now(), walls)._asdict()}
        return kept

    share.panel("inside", SNIPPET.format(map_text=map_text, name=name, k=k, more=more), figure, arrays)


def kernel_figure(trace, walls):
    """The actions that are the best somewhere, as the page shows them."""
    usage, weights = analysis.action_usage(trace, walls), learned_moves.kernels(trace, walls)
    return learned_moves.sheet(usage, weights)


def film_figure(name, trace, map_text, k):
    cells = compute.reached(map_text)
    behind, push = analysis.value_gap(trace, cells), analysis.mean_displacement(trace)
    return planning_figures.steps(trace, behind, push, analysis.convergence_step(trace), cells,
                                  *compute.read_map(map_text), k, alone=True, sign=compute.reward_sign(name))


def is_dark():
    return st.context.theme.type == "dark"


SHOW = {"steps": show_steps, "cell": show_cell, "moves": show_moves, "paint": show_paint}
page()
