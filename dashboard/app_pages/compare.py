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
from dashboard.figures import difference_svg, planning_svg, theme
from dashboard.figures import planning as planning_figures
from dashboard.widgets import choices, comparison, headings, map_input, trials
from pnzoo import analysis, gridworld
from pnzoo.core import stats

SIDES = (8, 11, 16, 21, 28, 41)
COUNTS = (100, 300, 1000)
FIRST = "vin28"  # what a visitor meets: on maps of its size the reactive opponent is seen to fail
SNIPPET = '''import numpy as np
import pnzoo
from pnzoo import analysis, gridworld
from pnzoo.evaluation.gridworld import generated

{maps}
for name, k in {entries}:
    model = pnzoo.load(name, **({{"k": k}} if k else {{}}))
    walks = analysis.evaluate_rollouts(model, walls, goal, start)
    print(name, walks.success.mean())
    print(analysis.success_by_bin(walks.optimal_cost, walks.success))'''
DRAWN = '''walls, goal = gridworld.generate_family("{family}", {count}, {side}, seed={seed})
start = gridworld.random_starts(walls, goal, np.random.default_rng({seed}), moves={moves})'''
OF_CARDS = '''walls, goal, start = (x[:{count}] for x in generated({side}, moves={moves})[:3])'''


WHAT = {"planners": "Planners", "few-shot": "Few-shot models"}
QUARTERS = 4  # groups that are large enough for paired differences to be told from chance
HARDER = (("optimal_cost", "length of a shortest way", "The farther, the harder?"),
          ("wall_density", "share of wall", "The denser, the harder?"))


def page():
    state.adopt({
        "what": read_what, "model": choices.reader("planning"), "other": choices.reader("planning"),
        "map": map_input.from_address, "kind": read_kind, "size": choices.one_of("size", SIDES),
        "maps": choices.one_of("maps", COUNTS), "seed": choices.read_int("seed", 0, 10**6),
        "trial": choices.read_int("trial", 0, max(COUNTS) - 1), **comparison.readers()})
    what = state.get("what", "planners")
    st.session_state["choose_what"] = what
    with st.container(key="title", horizontal=True, gap="small", vertical_alignment="center"):
        headings.heading("Where does it fail?")
        with st.container(width="content"):
            st.segmented_control("What to compare", list(WHAT), format_func=WHAT.get, key="choose_what", required=True,
                                 label_visibility="collapsed",
                                 on_change=lambda: state.put(what=st.session_state["choose_what"]))
        chosen = st.popover("Choose", icon=":material/tune:", width="content")
    if what == "few-shot":
        comparison.show(chosen)
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
    runs, moves = {}, compute.start_moves(pair)
    for name in pair:
        try:
            runs[name] = walked(name, kind, size, count, seed, moves)
        except ValueError as error:
            st.warning(f"`{name}` cannot walk on these maps: {error}", icon=":material/help:")
    trial = None
    if runs:
        trial = show_trials(runs, f"{map_input.FAMILIES[kind].lower()}, {size} x {size}",
                            of_cards(runs, kind, size, seed))
        show_where(runs)
    if state.get("map"):
        show_own_map(list(pair), state.get("map"))
    state.publish({"model": first, "other": second, "kind": kind, "size": str(size), "maps": str(count),
                   "seed": None if seed == compute.trial_seed(size) else str(seed), "map": state.get("map"),
                       "trial": str(trial) if trial is not None and trial == state.get("trial") else None})
    entries = [(name, run.k) for name, run in runs.items()]
    maps = (OF_CARDS if is_of_cards(kind, size, seed) else DRAWN).format(family=kind, count=count, side=size,
                                                                         seed=seed, moves=moves)
    share.panel("compare", SNIPPET.format(maps=maps, entries=entries),
                (lambda: rate_figure(runs, "optimal_cost", "length of a shortest way")) if runs else None,
                (lambda: arrays(runs)) if runs else None)


def walked(name, kind, size, count, seed, moves):
    """The walks of a model, with a bar while it walks and a button that is content with what there is."""
    asked, place = (name, kind, size, count, seed, moves), st.empty()
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
        st.info(f"`{name}` was stopped after {len(run.walks.success)} of {count} maps.",
                icon=":material/front_hand:")
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
        first = choices.pick_model(names, "Model", default=FIRST)
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
        st.session_state["choose_seed"] = state.get("seed", compute.trial_seed(size))
        seed = st.number_input("Seed", 0, 10**6, key="choose_seed",
                               help=f"The same number gives the same maps. {compute.trial_seed(size)} is kept for "
                                    "measuring: no training saw these.",
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


# -- every map --------------------------------------------------------------------------------------------


def is_of_cards(kind, size, seed):
    """Whether maps are the first of those that cards count."""
    return kind == "open" and seed == compute.trial_seed(size)


def of_cards(runs, kind, size, seed):
    """One sentence: what the cards say of maps of this kind and size, and whether these are among them."""
    found = {name: compute.measured(name, "success_rate", kind="generated_maps", family=kind, height=size, width=size)
             for name in runs}
    many = min(len(run.walks.success) for run in runs.values())
    said = [f"`{name}` {100 * each['value']:.2f}% (here {100 * runs[name].walks.success[:many].mean():.1f}%)"
            for name, each in found.items() if each]
    if not said:
        return ""
    every = next(each["n"] for each in found.values() if each)
    which = f"On all {every:,} of these, as in the zoo" if is_of_cards(kind, size, seed) else (
        f"On the zoo's {every:,} other maps")
    return f"{which}: {', '.join(said)}."


def show_trials(runs, maps, cards):
    """The headline, one map large and all of them as squares; gives the map that is large."""
    many = min(len(run.walks.success) for run in runs.values())
    success = [run.walks.success[:many] for run in runs.values()]
    kind = trials.kinds(success)
    run, names = next(iter(runs.values())), list(runs)
    steps = np.min([each.walks.steps[:many] for each in runs.values()], axis=0)
    telling = trials.telling(kind, steps)  # a walk that gets lost late shows most
    lost = len(telling)
    longest = np.argsort(run.walks.optimal_cost[:many], kind="stable")
    asked = state.get("trial")
    shown = asked if asked is not None and asked < many else int(telling[0] if len(telling) else longest[-1])
    counts = [int(each.sum()) for each in success]
    against = f", `{names[1]}` on {counts[1]}" if len(names) > 1 else ""
    st.header(f"`{names[0]}` arrives on {counts[0]} of {many} maps{against}", anchor=False)
    if said := " ".join(filter(None, (finding(success, longest, names), cards))):
        headings.sentence(said)
    trials.show("trials", kind, longest, shown, large(runs, shown), [
        {"id": int(index), **thumbnail(runs, int(index))}
        for index in telling[: trials.MOST_THUMBS]], {
            "both": "both arrive" if len(names) > 1 else f"{names[0]} arrives",
            "first": len(names) > 1 and f"only {names[0]} arrives",
            "second": len(names) > 1 and f"only {names[1]} arrives",
            "neither": "neither" if len(names) > 1 else "it fails",
            "about": f"{difference(runs, success)}The maps: {maps}. A walk fails when it enters a wall, or needs more "
                     "than twice the moves of a shortest way.",
            "more": "Is that more than chance?" if len(runs) > 1 else "Which maps are these?",
            "left": "shortest ways", "right": "longest ways",
            "touch": "each square is a map: touch one", "each": "Map",
            "thumbs": f"{trials.counted(lost, 'map')} on which one or both get lost: touch one"},
        lambda index: state.put(trial=index), [getattr(theme.of(is_dark()), hue) for hue in hues_of(runs)])
    if not lost:
        st.info("Nobody fails here. Under Choose there are mazes, larger maps and other seeds.",
                icon=":material/check_circle:")
    walls, start, goal = run.walls[shown], run.start[shown], run.goal[shown]
    failing = next((name for name, each in zip(runs, success, strict=True) if not each[shown]), names[0])
    rest = [name for name in names if name != failing]
    st.page_link("app_pages/plan.py", label=f"Open map {shown} on the canvas, and change it",
                 icon=":material/open_in_new:", query_params={"model": failing, **({"race": rest[0]} if rest else {}),
                               "map": gridworld.to_string(walls, start, goal)})
    return shown


def finding(success, longest, names):
    """One sentence: how many failures of the one that fails more often lie among the longer half of the ways."""
    worst = int(np.argmin([each.sum() for each in success]))
    lost = ~success[worst][longest]
    if not lost.any():
        return ""
    far, many = int(lost[len(lost) // 2 :].sum()), int(lost.sum())
    which = f"**{far} of the {many}** maps on which `{names[worst]}` gets lost lie" if many > 1 else (
        f"The one map on which `{names[worst]}` gets lost {'lies' if far else 'does not lie'}")
    return f"{which} in the half with the longer ways."


def difference(runs, success):
    """One sentence: how much more often the first arrives, and whether that can be chance."""
    if len(runs) < 2:
        return ""
    share = float(success[0].mean() - success[1].mean())
    low, high = stats.difference_ci(*success)
    sign = 1 if share >= 0 else -1
    better, worse = list(runs)[::sign]
    low, high = sorted((sign * low, sign * high))
    if share == 0:
        return (f"On the same maps both arrive equally often (95% interval of the difference {100 * low:.1f} to "
                f"{100 * high:.1f} points). ")
    told = "more than chance" if low > 0 else "too little to tell them apart"
    return (f"On the same maps {better} arrives {100 * abs(share):.1f} points more often than {worse} "
            f"(95% interval {100 * low:.1f} to {100 * high:.1f}): {told}. ")


def large(runs, index):
    """The walks of all models on one map."""
    run = next(iter(runs.values()))
    walls, start, goal = run.walls[index], run.start[index], run.goal[index]
    map_text = gridworld.to_string(walls, start, goal)
    plans = {name: compute.planned(name, map_text, each.k).plan for name, each in runs.items()}
    lines = [{"name": name, "colour": colour, **said(plan, float(runs[name].walks.optimal_cost[index]))}
             for (name, plan), colour in zip(plans.items(), ("first", "second"), strict=False)]
    return {"svg": planning_svg.walks(walls, start, goal, [plan.path for plan in plans.values()], is_dark(),
                                     hues=hues_of(runs)),
            "lines": lines, "alt": f"Map {index}: " + "; ".join(f"{each['name']} {each['text']}" for each in lines)}


def hues_of(names):
    """The colours of one or two planners."""
    return theme.of_models([compute.reacts(name) for name in names])


def said(plan, best):
    if not plan.reached:
        return {"good": False, "text": compute.in_words(plan.reason)}
    excess = plan.cost - best
    return {"good": True, "text": f"reaches G in {len(plan.path) - 1} moves, "
            + ("a shortest way" if excess < 1e-6 else f"{excess:.1f} longer than a shortest way")}


def thumbnail(runs, index):
    """The walk of one that fails on a map."""
    name = next(name for name, run in runs.items() if not run.walks.success[index])
    run = runs[name]
    walls, start, goal = run.walls[index], run.start[index], run.goal[index]
    plan = compute.planned(name, gridworld.to_string(walls, start, goal), runs[name].k).plan
    return {"label": f"Map {index}: {name} {compute.in_words(plan.reason)}",
            "svg": planning_svg.world(walls, start, goal, plan.path, is_dark(), hues_of(runs)[list(runs).index(name)])}


# -- where it is harder -----------------------------------------------------------------------------------


def show_where(runs):
    """Differences by what makes a map hard; behind them the success of each by itself."""
    if len(runs) == 2:
        first, second = runs
        many = min(len(run.walks.success) for run in runs.values())
        success = [run.walks.success[:many] for run in runs.values()]
        for column, (field, title, question) in zip(st.columns(2, gap="large"), HARDER, strict=True):
            rows = analysis.difference_by_bin(getattr(runs[first].walks, field)[:many], *success, bins=QUARTERS)
            if len(rows) < 2:  # mazes are all as dense
                continue
            column.markdown(f"**{question}** In four groups of maps: how many more of 100 {first} solves than "
                            f"{second}. Grey: it may be chance.")
            column.image(difference_svg.by_group(rows, title, first, second, "arrives more often",
                                                 is_dark(), field == "wall_density", hues_of(runs)),
                         width="stretch", alt=f"{question} " + "; ".join(
                             f"{row['mean']:.2g}: {100 * row['difference']:+.0f} of 100" for row in rows))
    more = st.expander("The success of each by itself", icon=":material/show_chart:", key="rates", on_change="rerun")
    if not more.open:
        return
    for column, (field, title, question) in zip(more.columns(2, gap="large"), HARDER, strict=True):
        with column:
            st.markdown(f"**{question}** Each point is an eighth of the maps; bars are 95% intervals.")
            share.chart(rate_figure(runs, field, title), key=f"rates_{field}", alt=describe(runs, field, title))


def rate_figure(runs, field, title):
    groups = {name: analysis.success_by_bin(getattr(run.walks, field), run.walks.success)
              for name, run in runs.items()}
    return planning_figures.rates(groups, title, dark=is_dark(), hues=hues_of(runs))


def describe(runs, field, title):
    parts = []
    for name, run in runs.items():
        rows = analysis.success_by_bin(getattr(run.walks, field), run.walks.success)
        parts.append(f"{name} from {rows[0]['rate']:.0%} at the smallest to "
                     f"{rows[-1]['rate']:.0%} at the largest")
    return f"Success against {title}: {'; '.join(parts)}."


def arrays(runs):
    kept = {}
    for name, run in runs.items():
        kept |= {"walls": run.walls, "goal": run.goal, "start": run.start}
        kept |= {f"{name}_{field}": values for field, values in run.walks._asdict().items()}
    return kept


# -- a map of one's own -----------------------------------------------------------------------------------


def show_own_map(pair, map_text):
    st.header("On your map of the page Plan", anchor=False)
    walls, start, goal = compute.read_map(map_text)
    if start is None or goal is None:
        st.info("That map has no start or no goal yet.")
        return
    plans = {}
    for name in pair:
        try:
            steps = compute.steps_for(name, map_text, None)
            plans[name] = compute.planned(name, map_text, steps).plan
            ending = said(plans[name], compute.verdict(name, map_text, steps).optimal_cost)["text"]
            colour = getattr(theme.of(is_dark()), hues_of(pair)[pair.index(name)])
            headings.named(name, colour, ending)
        except ValueError as error:
            st.info(f"`{name}` cannot plan on this map: {error}", icon=":material/help:")
    st.image(planning_svg.walks(walls, start, goal, [plan.path for plan in plans.values()], is_dark(),
                                hues=hues_of(plans)), width=420,
             alt="Your map with the ways of " + " and ".join(plans))


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
