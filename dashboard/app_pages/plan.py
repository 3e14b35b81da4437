"""Plan: where would it go, and what does it think?"""

import time

import streamlit as st

from dashboard import compute, glossary, lessons, share, state
from dashboard.figures import planning as planning_figures
from dashboard.figures import theme
from dashboard.widgets import choices, headings, map_input, painted, planning_canvas
from pnzoo import gridworld

SNIPPET = '''import pnzoo
from pnzoo import gridworld

walls, start, goal = gridworld.from_string(
    "{map_text}")
model = pnzoo.load("{name}"{k})
plan = model.plan(walls, start, goal)
print(gridworld.render(walls, start, goal, plan.path))
print(plan.reached, plan.reason, len(plan.actions), round(plan.cost, 2))'''
PAINTED = '''import pnzoo
from pnzoo import gridworld
from pnzoo.worlds.gridworld.rollout import rollout

walls, start, goal = gridworld.from_string(
    "{map_text}")
model = pnzoo.load("{name}", k={k})
reward = model.trace(walls, goal).reward.copy()
for row, col, value in {paint}:
    reward[row, col] = value
policy = model.replan(walls, goal, reward).policy
plan = rollout(walls, start, goal, policy)
print(gridworld.render(walls, start, goal, plan.path))'''

SURE = ("vin_maze", "vin28", "vin16")  # planners to offer where another one failed, the surest first
KINDS = {"VIN": "value iteration, K steps", "DeterministicVIN": "value iteration until V settles",
         "GPPN": "gated recurrent planning", "CNNPolicy": "five convolutions", "FCNPolicy": "one wide convolution"}
LEARNED = {"imitation": ": it saw good moves.", "reinforcement": ": it learned from reward."}
MARKS = {"best": "Show a shortest way (dashed), on the layer π",
         "moves": "Show the move of every cell"}
CANVAS_FIRST = 0.02  # seconds: a browser draws all that has come at once, and the answer shall not wait for the rest
TRIED = 2000  # maps that the search for a failure looks at


def page():
    planners = compute.names("planning")
    state.adopt({"model": choices.reader("planning"), "map": map_input.from_address, "k": choices.read_k,
                     "hide": read_hide, "paint": painted.from_address, "layer": read_layer,
                     "step": choices.read_int("step", 1, compute.MAX_K), "race": read_race})
    if not planners:
        st.title("Where would it go?")
        st.info("There is no planner in the zoo yet. Train one with `python -m train.planning.imitation vin8`.")
        return
    drawn = bool(st.session_state.get("canvas_drawn"))
    name, k = choices.title_with_controls("Where would it go?", planners, controls=drawn)
    if not state.get("lesson"):  # which has words of its own, and needs the room
        introduce(name)
    # A lesson's strip, which knows when the lesson is done, stands above the title.
    choices.below(board, name, k, planners, whole=bool(state.get("lesson")))


def introduce(name):
    """What is seen here, and what to do first."""
    anew = "answers" if compute.reacts(name) else "plans"
    told = "No one told this net the rules" + LEARNED.get(compute.training(name), ".")
    if compute.converges(name):  # whose walls have a fixed cost on top
        told = "Walls apart, no one told this net the rules."
    with st.container(key="introduction", horizontal=True, vertical_alignment="center"):
        headings.sentence(f"{told} **Draw a wall**, drag **S** or **G**: it {anew} anew.")
        if st.session_state.get("canvas_drawn"):
            with st.container(key="first_lesson", width="content"):
                lessons.follow(1, "New here? Lesson 1")


def board(name, k, planners):
    """The canvas and all that stands below it."""
    map_text = map_input.current()
    paint = paint_on(name, map_text)
    busy = st.empty()
    result = None
    if not compute.runs_in_page(name):  # the server plans: what it found is on the canvas
        result = think(name, map_text, k, paint)
    show_canvas(name, map_text, k, paint, result, planners)
    publish(name, map_text, k)
    if not st.session_state.get("canvas_drawn"):
        return  # until it says so: on a phone it would wait for all that stands below it
    if st.session_state.pop("break_it", None):
        break_it(name, map_text, busy)
    if result is not None:
        time.sleep(CANVAS_FIRST)
    else:
        result = think(name, map_text, k, paint)
    show_verdict(name, map_text, k, result)
    map_input.other_ways()
    take_along(name, map_text, paint, result)
    glossary.show("VIN", "K", "R, reward", "P, transition", "V, value", "Q", "Policy", "Row, column", "Excess",
                  "Value iteration")


def paint_on(name, map_text):
    """Rewards of a visitor's own that lie on this map; a planner without R has none."""
    walls = compute.read_map(map_text).walls
    cells = state.get("paint", ()) if compute.iterates(name) else ()
    return tuple(each for each in cells if each[0] < walls.shape[0] and each[1] < walls.shape[1])


def think(name, map_text, k, paint):
    """(planned, verdict) or what is missing, in words."""
    parsed = compute.read_map(map_text)
    if parsed.goal is None:
        return "This map has no goal yet: click on the map, move to a free cell with the arrow keys and press **G**."
    if parsed.start is None:
        return "This map has no start yet: click on the map, move to a free cell with the arrow keys and press **S**."
    try:
        steps = compute.steps_for(name, map_text, k)
        return compute.planned(name, map_text, steps, paint), compute.verdict(name, map_text, steps, paint)
    except ValueError as error:
        return f"{name} cannot plan on this map: {error}"


# -- the canvas -------------------------------------------------------------------------------------------


def show_canvas(name, map_text, k, paint, result, planners):
    walls, start, goal = compute.read_map(map_text)
    height, width = walls.shape
    edited = state.get("edited", (None, None))
    needed = st.session_state.pop("needed_planners", ())
    model, problem = entry(name, needed, result)
    race = [entry(each, needed, None, map_text)[0] for each in racers(name)]
    hues = theme.of_models([compute.reacts(each.name) for each in (model, *race)])
    planning_canvas.draw(
        "board", walls, start, goal, model, race, hues=hues, paint=paint, k=k,
        planners=fitting(planners, max(height, width)), step=state.get("step"), layer=state.get("layer", "V"),
        hide=state.get("hide", ()), problem=problem, most_k=compute.MAX_K,
        seq=edited[0] if edited[1] == map_text else None,
        greet=not (st.session_state.get("greeted") or state.get("lesson")),  # a lesson asks for something else
        go=st.session_state.get("race_number", 0),
        label=f"Map editor, {height} by {width} cells. {planning_canvas.KEYS}", on_edit=take_edit, on_need=take_need,
        on_step=take_step, on_layer=lambda layer: state.put(layer=layer), on_race=take_race,
        on_fresh=map_input.another, on_break=ask_break, on_k=lambda k: state.put(k=k, step=None, heard=None),
        on_drawn=None if st.session_state.get("canvas_drawn") else take_drawn,
        rival=duel(name, map_text)[1],
        lesson=state.get("lesson"), glow=lessons.glow(), terms=lessons.terms(),
    )  # fmt: skip
    st.session_state["greeted"] = True


def entry(name, needed, result, map_text=None):
    """A planner as the canvas takes it, and why it does not plan here."""
    rule, sent = compute.rule(name), st.session_state.setdefault("sent_planners", set())
    if compute.runs_in_page(name):
        fresh = name not in sent or name in needed
        sent.add(name)
        return planning_canvas.Entry(name, rule, True, compute.plain_planner(name) if fresh else None), None
    if result is None and map_text is not None:
        result = think(name, map_text, None, ())
    problem = result if isinstance(result, str) else None
    policy = None if problem or result is None else result[0].policy
    return planning_canvas.Entry(name, rule, False, None, policy, problem), problem


def fitting(planners, side):
    """Those that take maps of a size: some reactive networks are built for one. None before the canvas is drawn."""
    if not st.session_state.get("canvas_drawn"):
        return []

    def fits(name):
        try:
            return not compute.reacts(name) or compute.size_of(name) >= side
        except (ValueError, OSError):  # an entry that is damaged says so once it is asked
            return True

    return sorted((described(name) for name in planners if fits(name)), key=lambda each: each[1])  # "Plans" comes first


def described(name):
    """A planner for the menu of the race: (name, group, half a line)."""
    words = KINDS[compute.cards()[name]["model"]] + (", as in the paper" if name.endswith("_paper") else "")
    words += ", trained by reward" if compute.training(name) == "reinforcement" else ""
    return name, "Reacts at once" if compute.reacts(name) else "Plans ahead", words


def racers(name):
    """Planners that race against the page's own."""
    return [each for each in state.get("race", ()) if each != name and each in compute.names("planning")]


def take_edit(message):
    """What was drawn on the map becomes the map."""
    old = map_input.current()
    edit = planning_canvas.read_change(message, compute.read_map(old).walls.shape)
    if edit is None:
        return
    walls, start, goal, paint = edit
    map_text = map_input.text_of(map_input.uploads.bordered(walls, start, goal)) if not walls.all() else old
    if map_text != old:
        map_input.use(map_text)
    seq = message.get("seq")
    state.put(edited=(seq if type(seq) is int else None, map_text), paint=tuple(paint) or None, step=None,
              heard=None)


def take_step(step, heard):
    step = None if step is None else max(1, step)
    state.put(step=step, heard=(step, heard) if heard else None)


def take_drawn():
    st.session_state["canvas_drawn"] = True


def take_need(names):
    st.session_state["needed_planners"] = names


def take_race(add, drop):
    others = [each for each in state.get("race", ()) if each != drop]
    if add in compute.names("planning"):
        others = [*others, add][-planning_canvas.MOST_RACERS:]
    state.put(race=tuple(dict.fromkeys(others)) or None)


def break_it(name, map_text, busy):
    """Search a map on which a reactive network fails and a planner does not, and let them race on it."""
    planner, rival = duel(name, map_text)
    if rival is None:
        return
    bar = busy.progress(0.0, f"Looking for a map where {rival} fails and {planner} does not")
    seed = st.session_state["break_seed"] = st.session_state.get("break_seed", 0) + TRIED
    found = compute.counterexample(planner, rival, seed, TRIED, lambda tried: bar.progress(
        tried / TRIED, f"{tried} maps tried, {rival} walked them all or {planner} failed too"))
    busy.empty()
    if found is None:
        busy.info(f"On {TRIED} maps {rival} failed nowhere that {planner} did not.", icon=":material/search_off:")
        return
    map_input.use(gridworld.to_string(found.walls, found.start, found.goal))
    state.put(race=(rival if name == planner else planner,), k=None, layer="V")
    st.session_state["race_number"] = st.session_state.get("race_number", 0) + 1
    st.rerun()


def duel(name, map_text):
    """The planner and the reactive network of the button Break; the page's own model is one of them."""
    planners = compute.names("planning")
    if compute.iterates(name):
        return name, reactive(map_text)
    planner = next((other for other in (*racers(name), *SURE) if other in planners and compute.iterates(other)), None)
    return planner, name if compute.reacts(name) and planner else None


def reactive(map_text):
    """The reactive network for maps of this size, the largest where all are too small; None where the zoo has none."""
    sizes = sorted((compute.size_of(name), name) for name in compute.names("planning", ("CNNPolicy",))
                   if name in ("cnn8", "cnn16", "cnn28"))
    side = max(compute.read_map(map_text).walls.shape)
    return next((name for size, name in sizes if size >= side), sizes[-1][1] if sizes else None)


# -- what became of it ------------------------------------------------------------------------------------


def show_verdict(name, map_text, k, result):
    if isinstance(result, str):
        st.warning(result, icon=":material/help:")
        offer_another(name, map_text)
        return
    done, judged = result
    plan = done.plan
    if not judged.reachable:
        st.warning("**There is no way**: walls separate S and G. Erase one.", icon=":material/block:")
    elif not plan.reached:  # a way that arrives is told under the map
        st.error(f"**It does not reach the goal**: it {compute.in_words(plan.reason)}.", icon=":material/cancel:")
        if done.k and done.k < judged.eccentricity:
            st.info(
                f"The farthest cell is {judged.eccentricity} moves from G, and it thinks only {done.k} steps ahead: "
                "try a larger K.",
                icon=":material/lightbulb:",
            )
        offer_another(name, map_text)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        legend()
        if done.k:
            st.page_link("app_pages/inside.py", label="Look inside", icon=":material/visibility:",
                         query_params={"model": name, "map": map_text, **({"k": str(k)} if k else {})})
    with st.expander("The plan in numbers", icon=":material/straighten:"):
        show_numbers(plan, judged)
        took = "" if compute.runs_in_page(name) else f" Planned in {done.seconds * 1000:.0f} ms."
        st.markdown(about_k(name, k, done.k, judged.eccentricity) + took)


def ask_break():
    st.session_state["break_it"] = True


def offer_another(name, map_text):
    """One click to a planner that finds the way."""
    other = next((other for other in SURE if other != name and other in compute.names("planning")), None)
    if other is None or None in compute.read_map(map_text)[1:]:
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


# -- address ----------------------------------------------------------------------------------------------


def read_hide(text):
    names = tuple(text.split(","))
    if not set(names) <= set(MARKS):
        raise ValueError(f"hide is {' or '.join(MARKS)}, or both joined by a comma, and this is {text[:40]!r}")
    return names


def read_layer(text):
    if text not in planning_canvas.LAYERS:
        raise ValueError(f"layer is one of {', '.join(planning_canvas.LAYERS)}, and this is {text[:40]!r}")
    return text


def read_race(text):
    read = choices.reader("planning")
    return tuple(dict.fromkeys(read(name) for name in choices.listed(text, "race", planning_canvas.MOST_RACERS)))


def publish(name, map_text, k):
    step, layer = state.get("step"), state.get("layer", "V")
    state.publish({
        "model": name, "map": map_text, "k": str(k) if k else None, "hide": ",".join(state.get("hide", ())) or None,
        "paint": painted.to_address(state.get("paint") or ()), "layer": layer if layer != "V" else None,
        "step": str(step) if step is not None else None, "race": ",".join(racers(name)) or None,
    })  # fmt: skip


def take_along(name, map_text, paint, result):
    steps = None if isinstance(result, str) else result[0].k
    if paint and steps:
        snippet = PAINTED.format(map_text=map_text, name=name, k=steps, paint=list(paint))
    else:
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
                         "distances": gridworld.distances(walls, goal)},
                (lambda: (compute.trace(name, map_text, steps).values, walls, start, goal, done.plan.path))
                if compute.iterates(name) and not paint else None)


page()
