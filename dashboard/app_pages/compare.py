"""Compare: where does it fail?"""

import numpy as np
import streamlit as st

from dashboard import (
    backend,  # noqa: F401  # before anything that imports Keras
    compute,
    glossary,
    share,
    state,
)
from dashboard.figures import planning as planning_figures
from dashboard.figures import planning_svg
from dashboard.widgets import choices, comparison, map_grid, map_input
from pnzoo import analysis, gridworld

SIDES = (8, 11, 16, 21, 28, 41)
COUNTS = (100, 300, 1000)
MOST_SHOWN = 12
SNIPPET = '''import numpy as np
import pnzoo
from pnzoo import analysis, gridworld

walls, goal = gridworld.generate_family("{family}", {count}, {side}, seed={seed})
start = gridworld.random_starts(walls, goal, np.random.default_rng({seed}))
for name, k in {entries}:
    model = pnzoo.load(name, **({{"k": k}} if k else {{}}))
    walks = analysis.evaluate_rollouts(model, walls, goal, start)
    print(name, walks.success.mean())
    print(analysis.success_by_bin(walks.optimal_cost, walks.success))'''


WHAT = {"planners": "Planners", "few-shot": "Few-shot models"}
INTRO = {
    "planners": "A walk fails when it enters a wall, or needs more than twice the moves of a shortest way.",
    "few-shot": "Each sees the same support set and names the same query.",
}


def page():
    state.adopt({
        "what": read_what, "model": choices.reader("planning"), "other": choices.reader("planning"),
        "map": map_input.from_address, "kind": read_kind, "size": choices.one_of("size", SIDES),
        "maps": choices.one_of("maps", COUNTS), "seed": choices.read_int("seed", 0, 10**6),
        "of": choices.reader("planning"), **comparison.readers()})
    what = state.get("what", "planners")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.title("Where does it fail?", width="stretch")
        chosen = st.popover("Models and questions" if what == "few-shot" else "Models and maps",
                            icon=":material/tune:", width="content")
    st.session_state["choose_what"] = what
    st.segmented_control("What to compare", list(WHAT), format_func=WHAT.get, key="choose_what", required=True,
                         label_visibility="collapsed",
                         on_change=lambda: state.put(what=st.session_state["choose_what"]))
    if what == "few-shot":
        comparison.show(chosen, INTRO[what])
        glossary.show("Support", "Query", "Way", "Shot", "Attention", "FCE")
    else:
        show_planners(chosen)
        glossary.show("Excess", "K", "Policy", "VIN")


def show_planners(chosen):
    names = compute.names("planning")
    if not names:
        st.info("There is no planner in the zoo yet. Train one with `python -m train vin8`.")
        return
    with chosen:
        first, second, kind, size, count, seed = controls(names)
    pair = dict.fromkeys((first, second))  # a zoo of one planner compares it with itself once
    st.markdown(f"**{first}** and **{second}** on the same {count} maps: {map_input.FAMILIES[kind].lower()}, "
                f"{size} x {size}. {INTRO['planners']}")
    runs = {}
    for name in pair:
        try:
            runs[name] = walked(name, kind, size, count, seed)
        except ValueError as error:
            st.warning(f"{name} cannot walk on these maps: {error}", icon=":material/help:")
    if runs:
        show_rates(runs)
        show_failures(runs)
    show_same_map(list(pair), state.get("map") or telling_map(runs) or compute.drawn_map(kind, size, seed))
    failures_of = state.get("of")
    state.publish({"model": first, "other": second, "kind": kind, "size": str(size), "maps": str(count),
                       "seed": str(seed), "map": state.get("map"),
                       "of": failures_of if failures_of in pair else None})
    entries = [(name, run.k) for name, run in runs.items()]
    share.panel("compare", SNIPPET.format(family=kind, count=count, side=size, seed=seed, entries=entries),
                (lambda: rate_figure(runs, "optimal_cost", "length of a shortest way")) if runs else None,
                (lambda: arrays(runs)) if runs else None)


def walked(name, kind, size, count, seed):
    """The walks of a model, with a bar while it walks and a button that is content with what there is."""
    asked, place = (name, kind, size, count, seed), st.empty()
    stopped = st.session_state.get("stopped", {}).get(asked)
    if st.session_state.get("done", {}).get(asked) == count:  # all of it is kept
        return compute.trials(*asked)
    with place.container():
        left, right = st.columns([5, 1], vertical_alignment="center")
        bar = left.progress(0.0, f"{name} walks: 0 of {count} maps")
        right.button("Stop here", key=f"stop_{name}", width="stretch", on_click=stop, args=(asked,))

    def told(done):
        st.session_state["done"] = {**st.session_state.get("done", {}), asked: done}
        bar.progress(done / count, f"{name} walks: {done} of {count} maps")  # here a pressed button is heard

    run = compute.trials(*asked, told, stopped)
    place.empty()
    if len(run.walks.success) < count:
        st.info(f"{name} was stopped after {len(run.walks.success)} of {count} maps.", icon=":material/front_hand:")
        st.button("Go on", key=f"go_on_{name}", icon=":material/play_arrow:",
                  on_click=lambda: st.session_state["stopped"].pop(asked, None))
    return run


def stop(asked):
    """Be content with the maps that are done; with none done, with the first hundred."""
    done = st.session_state.get("done", {}).get(asked, compute.MAPS_AT_ONCE)
    st.session_state["stopped"] = {**st.session_state.get("stopped", {}), asked: done}


def controls(names):
    one, two = st.columns(2, vertical_alignment="bottom")
    three, four = st.columns([5, 3], vertical_alignment="bottom")
    five, six = st.columns(2, vertical_alignment="bottom")
    with one:
        first = choices.pick_model(names, "Model")
    with two:
        rest = [name for name in names if name != first] or names
        second = choices.pick_model(rest, "Compared with", "other", rival(first, rest))
    with three:
        kind = choices.pick("Kind of maps", "kind", list(map_input.FAMILIES), "open", map_input.FAMILIES.get)
    with four:
        size = choices.pick("Size", "size", SIDES, own_side(first), lambda n: f"{n} x {n}")
    with five:
        count = choices.pick("Maps", "maps", COUNTS, 300)
    with six:
        st.session_state["choose_seed"] = state.get("seed", 1)
        seed = st.number_input("Seed", 0, 10**6, key="choose_seed", help="The same number gives the same maps.",
                               on_change=lambda: state.put(seed=st.session_state["choose_seed"]))
    return first, second, kind, size, count, seed


def own_side(name):
    """The size of map in an entry's name, which is the one it was trained for; 16 without."""
    digits = "".join(filter(str.isdigit, name))
    return int(digits) if digits in map(str, SIDES) else 16


def rival(name, rest):
    """The entry of another class for the same size, if there is one."""
    digits = "".join(filter(str.isdigit, name))
    other = [each for each in rest if digits and digits in each and compute.cards()[each]["model"] != "VIN"]
    return (other or rest)[0]


# -- success ----------------------------------------------------------------------------------------------


def telling_map(runs):
    """The first map on which one arrives and another does not, None where there is none."""
    if len(runs) < 2:
        return None
    many = min(len(run.walks.success) for run in runs.values())
    arrived = np.array([run.walks.success[:many] for run in runs.values()])
    apart = arrived.any(axis=0) & ~arrived.all(axis=0)
    run, index = next(iter(runs.values())), int(apart.argmax())
    return gridworld.to_string(run.walls[index], run.start[index], run.goal[index]) if apart.any() else None


def show_rates(runs):
    columns = st.columns(len(runs))
    for column, (name, run) in zip(columns, runs.items(), strict=True):
        walks = run.walks
        with column:
            failed, crashed = int((~walks.success).sum()), int(walks.collided.sum())
            st.metric(f"{name}: success", f"{walks.success.mean():.1%}", border=True, delta_color="off",
                      delta=f"{failed} of {len(walks.success)} failed, {crashed} in a wall", delta_arrow="off")
    left, right = st.columns(2, gap="large")
    for column, field, title, words_ in (
        (
            left,
            "optimal_cost",
            "length of a shortest way",
            "**The farther, the harder?** Each point is an eighth of the maps; bars are 95 % intervals.",
        ),
        (
            right,
            "wall_density",
            "share of wall",
            "**The denser, the harder?** The same walks, ordered by the share of wall on the map.",
        ),
    ):
        with column:
            st.markdown(words_)
            share.chart(rate_figure(runs, field, title), key=f"rates_{field}", alt=describe(runs, field, title))


def rate_figure(runs, field, title):
    groups = {name: analysis.success_by_bin(getattr(run.walks, field), run.walks.success) for name, run in runs.items()}
    return planning_figures.rates(groups, title, dark=is_dark())


def describe(runs, field, title):
    parts = []
    for name, run in runs.items():
        rows = analysis.success_by_bin(getattr(run.walks, field), run.walks.success)
        parts.append(f"{name} from {rows[0]['rate']:.0%} at the smallest to {rows[-1]['rate']:.0%} at the largest")
    return f"Success against {title}: {'; '.join(parts)}."


def arrays(runs):
    kept = {}
    for name, run in runs.items():
        kept |= {"walls": run.walls, "goal": run.goal, "start": run.start}
        kept |= {f"{name}_{field}": values for field, values in run.walks._asdict().items()}
    return kept


# -- failures ---------------------------------------------------------------------------------------------


def show_failures(runs):
    st.header("Failures, one by one", anchor=False)
    name = choices.pick_run("Failures of", "of", runs,
                                    {key: each.walks.success.mean() for key, each in runs.items()})
    run = runs[name]
    failed = (~run.walks.success).nonzero()[0]
    if not len(failed):
        st.success(
            f"{name} failed on none of these {len(run.walks.success)} maps. Try mazes, larger maps, or another seed.",
            icon=":material/check_circle:",
        )
        return
    others = [other for other in runs if other != name]
    shown = failed[:MOST_SHOWN]
    st.caption(
        f"{len(failed)} of {len(run.walks.success)}; the first {len(shown)} are shown. Open one to see what it does."
    )
    with st.container(horizontal=True, gap="small"):
        for index in shown:
            thumbnail(name, run, int(index), [o for o in others if runs[o].walks.success[index]])


def thumbnail(name, run, index, better):
    walls, start, goal = run.walls[index], run.start[index], run.goal[index]
    map_text = gridworld.to_string(walls, start, goal)
    done = compute.planned(name, map_text, run.k)
    with st.container(width=166):  # two a row on a narrow screen
        st.image(planning_svg.world(walls, start, goal, done.plan.path, dark=is_dark()), width=164,
                 alt=f"Map {index}: {name} {done.plan.reason}.")
        st.caption(
            done.plan.reason[0].upper() + done.plan.reason[1:] + (f". {better[0]} gets there." if better else ".")
        )
        st.page_link("app_pages/plan.py", label=f"Open map {index}", icon=":material/open_in_new:",
                     query_params={"model": name, "map": map_text, **({"k": str(run.k)} if run.k else {})})


# -- the same map -----------------------------------------------------------------------------------------


def show_same_map(pair, map_text):
    st.header("On one map", anchor=False)
    st.caption("The map of the page Plan; change it there." if state.get("map") else
               "One of these maps. Draw one of your own on the page Plan, and it is taken here.")
    walls, start, goal = compute.read_map(map_text)
    if start is None or goal is None:
        st.info("That map has no start or no goal yet.")
        return
    for column, name in zip(st.columns(len(pair), gap="large"), pair, strict=True):
        with column:
            try:
                steps = compute.steps_for(name, map_text, None)
                done, judged = compute.planned(name, map_text, steps), compute.verdict(name, map_text, steps)
            except ValueError as error:
                st.info(f"{name} cannot plan on this map: {error}", icon=":material/help:")
                continue
            excess = done.plan.cost - judged.optimal_cost
            better = "on a shortest way" if excess < 1e-6 else f"{excess:.2f} longer than a shortest way"
            ending = f"reaches G, {better}" if done.plan.reached else done.plan.reason
            st.markdown(f"**{name}**: {ending}")
            map_grid.draw(f"same_{name}", walls, start, goal, mode="pick", on_change=lambda message: None, widest=480,
                          path=done.plan.path, reached=done.plan.reached, best=judged.shortest_path,
                          label=f"The map with the way of {name} and a shortest way.")


# -- address ----------------------------------------------------------------------------------------------


def read_what(text):
    if text not in WHAT:
        raise ValueError(f"what is one of {', '.join(WHAT)}, and this is {text[:40]!r}")
    return text


def read_kind(text):
    if text not in map_input.FAMILIES:
        raise ValueError(f"kind is one of {', '.join(map_input.FAMILIES)}, and this is {text[:40]!r}")
    return text


def is_dark():
    return st.context.theme.type == "dark"


page()
