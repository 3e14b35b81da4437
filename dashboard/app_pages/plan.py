"""Plan: where would it go?"""

import streamlit as st

from dashboard import compute, glossary, share, state
from dashboard.figures import planning as planning_figures
from dashboard.widgets import choices, map_grid, map_input
from pnzoo import gridworld

SNIPPET = '''import pnzoo
from pnzoo import gridworld

walls, start, goal = gridworld.from_string(
    "{map_text}")
model = pnzoo.load("{name}"{k})
plan = model.plan(walls, start, goal)
print(gridworld.render(walls, start, goal, plan.path))
print(plan.reached, plan.reason, len(plan.actions), round(plan.cost, 2))'''


SURE = ("vin_maze", "vin28", "vin16")  # planners to offer where another one failed, the surest first
MARKS = {"best": "Show a shortest way (dashed)",
         "moves": "Show its moves; bold :orange[**→**] another is better"}


def page():
    st.title("Where would it go?")
    st.markdown("A neural network looks at a map and walks from **S** to **G**. Draw walls, drag **S** and **G**, and "
                "see at once where it would go, beside a shortest way.")
    planners = compute.names("planning")
    state.adopt({"model": choices.reader("planning"), "map": map_input.from_address, "k": choices.read_k,
                     "hide": read_hide})
    if not planners:
        st.info("There is no planner in the zoo yet. Train one with `python -m train.planning.imitation vin8`.")
        return
    with st.container(border=True):
        left, right = st.columns([5, 6], gap="medium", vertical_alignment="bottom")
        with left:
            name, k = choices.model_and_k(planners)
        with right:
            map_input.random_controls()
    map_text = map_input.current()
    result = think(name, map_text, k)
    board, verdict = st.columns([10, 9], gap="large")
    with board:
        show_board(map_text, result)
    with verdict:
        show_verdict(name, map_text, k, result)
    map_input.other_ways()
    state.publish({"model": name, "map": map_text, "k": str(k) if k else None,
                       "hide": ",".join(state.get("hide", ())) or None})
    take_along(name, map_text, result)
    glossary.show("VIN", "K", "Policy", "Excess", "Value iteration")


def think(name, map_text, k):
    """(planned, verdict) or what is missing, in words."""
    parsed = compute.read_map(map_text)
    if parsed.goal is None:
        return "This map has no goal yet: click on the map, move to a free cell with the arrow keys and press **G**."
    if parsed.start is None:
        return "This map has no start yet: click on the map, move to a free cell with the arrow keys and press **S**."
    try:
        steps = compute.steps_for(name, map_text, k)
        return compute.planned(name, map_text, steps), compute.verdict(name, map_text, steps)
    except ValueError as error:
        return f"{name} cannot plan on this map: {error}"


def show_board(map_text, result):
    walls, start, goal = compute.read_map(map_text)
    layers = {}
    if not isinstance(result, str):
        done, judged = result
        layers = {"path": done.plan.path, "reached": done.plan.reached}
        if "best" not in state.get("hide", ()):
            layers["best"] = judged.shortest_path
        if "moves" not in state.get("hide", ()):
            layers["arrows"] = arrows_of(done.policy, judged.reachable_cells)
            layers["wrong"] = judged.reachable_cells & ~judged.optimal_cells
    height, width = walls.shape
    edited = state.get("edited", (None, None))
    map_grid.draw("board", walls, start, goal, mode="edit", tools=map_grid.EDIT_TOOLS, on_change=take_edit,
                  seq=edited[0] if edited[1] == map_text else None,
                  widest=600, label=f"Map editor, {height} by {width} cells. {map_grid.KEYS}", **layers)
    st.caption(map_grid.KEYS)


def take_edit(message):
    """What was drawn on the map becomes the map."""
    old = map_input.current()
    edit = map_grid.read_edit(message, compute.read_map(old).walls.shape)
    if edit is not None:
        walls, start, goal = edit
        map_text = map_input.text_of(map_input.uploads.bordered(walls, start, goal)) if not walls.all() else old
        map_input.use(map_text)
        seq = message.get("seq")
        state.put(edited=(seq if isinstance(seq, int) else None, map_text))


def arrows_of(policy, labelled):
    """Moves as one character a cell, - where there is nothing to say."""
    pairs = zip(policy.ravel(), labelled.ravel(), strict=True)
    return "".join(str(move) if told else "-" for move, told in pairs)


def show_verdict(name, map_text, k, result):
    if isinstance(result, str):
        st.warning(result, icon=":material/help:")
        return
    done, judged = result
    plan = done.plan
    if plan.reached:
        longer = max(0.0, plan.cost - judged.optimal_cost)  # the same sum in another order may differ in the last digit
        words_ = "on a shortest way" if longer < 1e-6 else f"{longer:.2f} longer than the shortest way"
        st.success(f"**It reaches the goal**, {words_}.", icon=":material/check_circle:")
    elif not judged.reachable:
        st.warning("**There is no way**: walls separate S and G. Erase one.", icon=":material/block:")
    else:
        st.error(f"**It does not reach the goal**: it {plan.reason}.", icon=":material/cancel:")
        if done.k and done.k < judged.eccentricity:
            st.info(
                f"The farthest cell is {judged.eccentricity} moves from G, and it thinks only {done.k} steps ahead: "
                "try a larger K.",
                icon=":material/lightbulb:",
            )
        offer_another(name, map_text)
    show_numbers(plan, judged)
    legend()
    st.markdown(f"{about_k(name, k, done.k, judged.eccentricity)} PlanRun in {done.seconds * 1000:.0f} ms.")
    if done.k:
        st.page_link("app_pages/inside.py", label="See how it planned this", icon=":material/visibility:",
                     query_params={"model": name, "map": map_text, **({"k": str(k)} if k else {})})


def offer_another(name, map_text):
    """One click to a planner that finds the way."""
    other = next((other for other in SURE if other != name and other in compute.names("planning")), None)
    if other is None:
        return
    try:
        found = compute.planned(other, map_text, compute.steps_for(other, map_text, None)).plan.reached
    except ValueError:
        return
    if found:
        st.button(f"Let {other} try: it finds the way", key="try_another", icon=":material/route:",
                  on_click=lambda: state.put(model=other, k=None))


def show_numbers(plan, judged):
    excess = f"{max(0.0, plan.cost - judged.optimal_cost):.2f}" if plan.reached else "—"
    told = int(judged.reachable_cells.sum())
    with st.container(horizontal=True, gap="small"):
        for label, value, help_ in (
            ("Moves", len(plan.actions), "How many moves it made."),
            ("Length", f"{plan.cost:.2f}", "1 a straight move, 1.41 a diagonal one."),
            ("Shortest length", f"{judged.optimal_cost:.2f}" if judged.reachable else "no way",
             "Of the best way there is, by the entry's own moves; most pass walls' corners, as in the paper."),
            ("Excess", excess, "How much longer than the shortest way."),
            ("Best moves", f"{judged.optimal_cells.sum() / told:.1%}" if told else "—",
             "In how many of the cells that can reach G its arrow starts a shortest way."),
        ):
            st.metric(label, value, help=help_, width=148)


def about_k(name, asked, steps, far):
    """Which K is used, and why."""
    if not steps:
        return f"{name} does not plan: it reacts to what it sees."
    if asked:
        return f"{name} thinks **K = {steps}** steps ahead, as you chose; the farthest cell is {far} moves from G."
    if compute.converges(name):
        return f"{name} thinks until V no longer changes: **K = {steps}** steps on this map."
    own = " as it was trained to," if steps == compute.own_k(name) else ""
    return (f"{name} thinks **K = {steps}** steps ahead,{own} chosen automatically: the farthest cell is {far} moves "
            "from G.")


def legend():
    for name, label in MARKS.items():
        st.session_state[f"show_{name}"] = name not in state.get("hide", ())
        st.checkbox(label, key=f"show_{name}", on_change=take_marks)


def take_marks():
    state.put(hide=tuple(name for name in MARKS if not st.session_state[f"show_{name}"]) or None)


def read_hide(text):
    names = tuple(text.split(","))
    if not set(names) <= set(MARKS):
        raise ValueError(f"hide is {' or '.join(MARKS)}, or both joined by a comma, and this is {text[:40]!r}")
    return names


def take_along(name, map_text, result):
    steps = None if isinstance(result, str) else result[0].k
    snippet = SNIPPET.format(map_text=map_text, name=name, k=f", k={steps}" if steps else "")
    if isinstance(result, str):
        share.panel("plan", snippet)
        return
    walls, start, goal = compute.read_map(map_text)
    done, judged = result
    share.panel("plan", snippet,
                lambda: planning_figures.plan(walls, start, goal, done.plan.path, judged.shortest_path, done.policy),
                lambda: {"walls": walls, "start": start, "goal": goal, "path": done.plan.path, "policy": done.policy,
                         "best_path": judged.shortest_path,
                         "distances": gridworld.distances(walls, goal)})


page()
