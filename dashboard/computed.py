"""What pnzoo computes, kept while it does not change. Every cache has a bound.

`cache_data` hands out copies, which is slow for what is large or asked for often; that lies in `cache_resource`, and
nobody changes it.
"""

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

MAX_SIDE = 103  # 101 cells and a ring of wall
MAX_K = 4_000
MAX_TRACE = 1_500_000  # cells times steps that a trace may hold: about 60 MB while it is made


class Planned(NamedTuple):
    """A plan on a map, and the policy it came from."""

    plan: Any
    policy: np.ndarray
    k: int | None
    seconds: float


@st.cache_resource(max_entries=4, show_spinner=False, ttl=60)
def cards() -> dict[str, dict]:
    """name -> card, of every entry that can be read; what is broken is left out and reported by `broken`."""
    return _read_cards()[0]


def broken() -> dict[str, str]:
    """name -> what is wrong with the entry."""
    return _read_cards()[1]


def _read_cards():
    import pnzoo

    good, bad = {}, {}
    for name in pnzoo.list_models():
        try:
            good[name] = pnzoo.card(name)
        except (ValueError, OSError) as error:
            bad[name] = str(error)
    return good, bad


def names(task: str, model: str | None = None) -> list[str]:
    """Entries of a task, of one class if `model` says so; the paper's own come after ours."""
    return [name for name, card in cards().items() if card["task"] == task and model in (None, card["model"])]


@st.cache_resource(max_entries=6, show_spinner="Loading the model")
def model(name: str, k: int | None = None):
    """A model of the zoo with its weights, for k steps of planning."""
    import pnzoo

    return pnzoo.load(name, **({} if k is None else {"k": k}))


@st.cache_data(max_entries=64, show_spinner=False)
def read_map(code: str):
    """Walls, start and goal of a map code."""
    from pnzoo import gridworld

    return gridworld.from_code(code)


@st.cache_data(max_entries=64, show_spinner=False)
def truth(code: str):
    """The exact solution, `pnzoo.analysis.Verdict` without a policy."""
    from pnzoo import analysis

    return analysis.verdict(*read_map(code))


def reached(code: str) -> np.ndarray:
    """The cells from which the goal can be reached, and the goal: bool [H, W]."""
    cells = truth(code).labelled.copy()
    cells[tuple(read_map(code).goal)] = True
    return cells


@st.cache_data(max_entries=64, show_spinner=False)
def verdict(name: str, code: str, k: int | None):
    """The model's policy against the exact solution."""
    from pnzoo import analysis

    return analysis.verdict(*read_map(code), planned(name, code, k).policy)


@st.cache_resource(max_entries=12, show_spinner=False)
def trace(name: str, code: str, k: int):
    """R, P, V, Q of every step, `pnzoo.Trace`."""
    walls, _, goal = read_map(code)
    return model(name, k).trace(walls, goal)


@st.cache_resource(max_entries=12, show_spinner=False)
def film(name: str, code: str, k: int) -> dict:
    """The trace as the browser plays it."""
    from pnzoo import analysis
    from widgets.film import film_data

    seen, cells = trace(name, code, k), reached(code)
    return film_data(seen, analysis.behind(seen, cells), analysis.flow(seen), cells, *read_map(code), k)


@st.cache_resource(max_entries=12, show_spinner=False)
def replanned(name: str, code: str, k: int, paint: tuple):
    """The trace with some cells' reward painted over: ((row, col, reward), ...)."""
    walls, _, goal = read_map(code)
    reward = trace(name, code, k).reward.copy()
    for row, col, value in paint:
        reward[row, col] = value
    return model(name, k).replan(walls, goal, reward)


@st.cache_data(max_entries=64, show_spinner=False)
def planned(name: str, code: str, k: int | None) -> Planned:
    """Where the model goes on a map."""
    from time import perf_counter

    from pnzoo import planning

    walls, start, goal = read_map(code)
    network = model(name, k)
    begin = perf_counter()
    if k is not None and walls.size * k <= MAX_TRACE:
        policy = trace(name, code, k).policy  # Inside shows the same trace: computed once
    else:
        policy = network.policy(walls, goal)
    plan = planning.follow(walls, start, goal, lambda: policy)
    return Planned(plan, policy, k, perf_counter() - begin)


def steps_for(name: str, code: str, k: int | None) -> int | None:
    """K of a plan: the one asked for, or enough for the map; None for a model without a K."""
    card = cards()[name]
    if card["model"] != "VIN":
        return None
    return k if k is not None else enough_steps(own_k(name), truth(code).patience)


def enough_steps(own: int, needed: int) -> int:
    """Automatic K: the model's own where that is enough for a map, else the next of 24, 32, 48, 64 ...

    Args:
        own: K that the model was stored with.
        needed: moves of the cheapest way from the farthest cell. News of the goal needs as many steps to get there,
            and a quarter more until the moves of far cells settle (measured on vin8: at K = `needed` 2 to 3 % of
            the moves of 28x28 and 41x41 maps are still wrong, with the quarter none).

    Returns:
        One of a few, as each is another model in memory.
    """
    enough, k = needed + needed // 4 + 4, 24
    while k < enough:
        k = k * 4 // 3 if k & (k - 1) else k * 3 // 2
    return own if own >= enough else min(MAX_K, k)


@st.cache_data(max_entries=64, show_spinner=False)
def own_k(name: str) -> int:
    """K of the stored model; its weights are not read for it."""
    import pnzoo

    return pnzoo.load(name, weights=False).k


@st.cache_data(max_entries=64, show_spinner=False)
def reads_context(name: str) -> bool:
    """Whether a Matching Network reads its images in the light of the support set."""
    import pnzoo

    settings = pnzoo.load(name, weights=False).settings
    return bool(settings["support_context"] or settings["query_steps"])


@st.cache_data(max_entries=32, show_spinner=False)
def drawn_map(family: str, side: int, seed: int) -> str:
    """Code of a random map of a family, with a start far from the goal."""
    from pnzoo import gridworld

    walls, goal = (x[0] for x in gridworld.generate_family(family, 1, side, seed=seed))
    return gridworld.to_code(walls, gridworld.farthest_starts(walls, goal), goal)


class Trials(NamedTuple):
    """Many maps and one walk of a model on each, `pnzoo.analysis.Walks`."""

    walls: np.ndarray
    goal: np.ndarray
    start: np.ndarray
    k: int | None
    walks: Any


@st.cache_resource(max_entries=8, show_spinner=False)
def trial_maps(family: str, side: int, count: int, seed: int):
    """Random maps with a goal and a random start each: (walls, goal, start, moves of the longest shortest way)."""
    from pnzoo import gridworld, planning

    walls, goal = gridworld.generate_family(family, count, side, seed=seed)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(seed))
    return walls, goal, start, int(planning.optimal_steps(walls, goal, start).max())


@st.cache_resource(max_entries=16, show_spinner="Walking on many maps")
def trials(name: str, family: str, side: int, count: int, seed: int) -> Trials:
    """Let a model walk on random maps."""
    from pnzoo import analysis

    walls, goal, start, longest = trial_maps(family, side, count, seed)
    k = enough_steps(own_k(name), longest) if cards()[name]["model"] == "VIN" else None
    return Trials(walls, goal, start, k, analysis.walk_all(model(name, k), walls, goal, start))


@st.cache_data(max_entries=64, show_spinner=False)
def decision(name: str, support: np.ndarray, labels: np.ndarray, query: np.ndarray):
    """What a few-shot model makes of a query, `pnzoo.analysis.Decision`."""
    from pnzoo import analysis

    return analysis.decide(model(name), support, labels, query)


@st.cache_data(max_entries=32, show_spinner=False)
def shuffled(name: str, support: np.ndarray, labels: np.ndarray, query: np.ndarray) -> np.ndarray:
    """The same with the support set in twenty other orders: [20, W]."""
    from pnzoo import analysis

    return analysis.shuffled(model(name), support, labels, query)
