"""What pnzoo computes, kept while it does not change. Every cache has a bound.

`cache_data` hands out copies, which is slow for what is large or asked for often; that lies in `cache_resource`, and
nobody changes it.
"""

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

MAX_SIDE = 103  # 101 cells and a ring of wall
MAX_K = 4_000
MAX_TRACE = {"VIN": 1_500_000, "LongVIN": 5_000_000}  # cells times steps of a trace: some 60 MB while it is made
ITERATE = tuple(MAX_TRACE)  # the classes that plan in steps


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


def names(task: str, models: tuple | None = None) -> list[str]:
    """Entries of a task, of some classes if `models` says so; the paper's own come after ours."""
    return [name for name, card in cards().items() if card["task"] == task and (not models or card["model"] in models)]


def iterates(name: str) -> bool:
    """Whether an entry plans in steps."""
    return cards()[name]["model"] in ITERATE


def settles(name: str) -> bool:
    """Whether an entry finds K itself."""
    return cards()[name]["model"] == "LongVIN"


def moves(name: str) -> int:
    """4 or 8."""
    return (cards()[name].get("recipe") or {}).get("moves") or 8


@st.cache_resource(max_entries=6, show_spinner="Loading the model")
def model(name: str, k: int | None = None):
    """A model of the zoo with its weights, for k steps of planning."""
    import backend  # noqa: F401
    import pnzoo

    return pnzoo.load(name, **({} if k is None else {"k": k}))


def network(name: str, code: str, k: int | None):
    """The model for k steps on a map; where k is what the model finds by itself, the one that does."""
    return model(name, None if settles(name) and k == settled(name, code) else k)


@st.cache_data(max_entries=64, show_spinner=False)
def settled(name: str, code: str) -> int:
    """K after which V no longer changes, as a model finds it."""
    walls, _, goal = read_map(code)
    return model(name).steps_to_settle(walls, goal)


@st.cache_data(max_entries=64, show_spinner=False)
def read_map(code: str):
    """Walls, start and goal of a map code."""
    from pnzoo import gridworld

    return gridworld.from_code(code)


@st.cache_data(max_entries=64, show_spinner=False)
def truth(code: str, moves: int = 8):
    """The exact solution, `pnzoo.analysis.Verdict` without a policy."""
    import backend  # noqa: F401  # Keras, faster
    from pnzoo import analysis

    return analysis.verdict(*read_map(code), moves=moves)


def reached(code: str) -> np.ndarray:
    """The cells from which the goal can be reached, and the goal: bool [H, W]."""
    cells = truth(code).labelled.copy()
    cells[tuple(read_map(code).goal)] = True
    return cells


@st.cache_data(max_entries=64, show_spinner=False)
def verdict(name: str, code: str, k: int | None):
    """The model's policy against the exact solution."""
    import backend  # noqa: F401  # Keras, faster
    from pnzoo import analysis

    return analysis.verdict(*read_map(code), planned(name, code, k).policy, moves(name))


@st.cache_resource(max_entries=12, show_spinner=False)
def trace(name: str, code: str, k: int):
    """R, P, V, Q of every step, `pnzoo.Trace`."""
    walls, _, goal = read_map(code)
    return network(name, code, k).trace(walls, goal)


@st.cache_resource(max_entries=12, show_spinner=False)
def film(name: str, code: str, k: int, paint: tuple = ()) -> dict:
    """The trace as the browser plays it, with some cells' reward painted over."""
    import backend  # noqa: F401  # Keras, faster
    import figures
    from pnzoo import analysis
    from widgets.film import film_data

    seen, cells = replanned(name, code, k, paint) if paint else trace(name, code, k), reached(code)
    steps = figures.frame_steps(cells.size, len(seen.values) - 1)
    shown = seen._replace(**{part: getattr(seen, part)[steps] for part in ("values", "policies", "greedy")})
    return film_data(shown, analysis.behind(shown, cells), analysis.flow(shown), cells, *read_map(code), steps)


@st.cache_resource(max_entries=12, show_spinner=False)
def replanned(name: str, code: str, k: int, paint: tuple):
    """The trace with some cells' reward painted over: ((row, col, reward), ...)."""
    walls, _, goal = read_map(code)
    reward = trace(name, code, k).reward.copy()
    for row, col, value in paint:
        reward[row, col] = value
    return network(name, code, k).replan(walls, goal, reward)


@st.cache_data(max_entries=64, show_spinner=False)
def planned(name: str, code: str, k: int | None) -> Planned:
    """Where the model goes on a map."""
    from time import perf_counter

    from pnzoo.worlds.gridworld import rollout as planning

    walls, start, goal = read_map(code)
    planner = network(name, code, k)
    begin = perf_counter()
    policy = planner.policy(walls, goal)  # compiled: twenty times as fast as a trace, which keeps every step
    plan = planning.follow(walls, start, goal, lambda: policy)
    return Planned(plan, policy, k, perf_counter() - begin)


def steps_for(name: str, code: str, k: int | None) -> int | None:
    """K of a plan: the one asked for, or enough for the map; None for a model without a K."""
    if not iterates(name) or k is not None:
        return k if iterates(name) else None
    return settled(name, code) if settles(name) else enough_steps(own_k(name), truth(code).patience)


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
    import backend  # noqa: F401
    import pnzoo

    return pnzoo.load(name, weights=False).k


@st.cache_data(max_entries=64, show_spinner=False)
def reads_context(name: str) -> bool:
    """Whether a Matching Network reads its images in the light of the support set."""
    import backend  # noqa: F401
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
    from pnzoo import gridworld
    from pnzoo.worlds.gridworld import rollout as planning

    walls, goal = gridworld.generate_family(family, count, side, seed=seed)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(seed))
    return walls, goal, start, int(planning.optimal_steps(walls, goal, start).max())


@st.cache_resource(max_entries=16, show_spinner="Walking on many maps")
def trials(name: str, family: str, side: int, count: int, seed: int) -> Trials:
    """Let a model walk on random maps."""
    import backend  # noqa: F401  # Keras, faster
    from pnzoo import analysis

    walls, goal, start, longest = trial_maps(family, side, count, seed)
    k = enough_steps(own_k(name), longest) if cards()[name]["model"] == "VIN" else None
    return Trials(walls, goal, start, k, analysis.walk_all(model(name, k), walls, goal, start))


@st.cache_data(max_entries=64, show_spinner=False)
def decision(name: str, support: np.ndarray, labels: np.ndarray, query: np.ndarray):
    """What a few-shot model makes of a query, `pnzoo.analysis.Decision`."""
    import backend  # noqa: F401  # Keras, faster
    from pnzoo import analysis

    return analysis.decide(model(name), support, labels, query)


@st.cache_data(max_entries=32, show_spinner=False)
def shuffled(name: str, support: np.ndarray, labels: np.ndarray, query: np.ndarray) -> np.ndarray:
    """The same with the support set in twenty other orders: [20, W]."""
    import backend  # noqa: F401  # Keras, faster
    from pnzoo import analysis

    return analysis.shuffled(model(name), support, labels, query)


@st.cache_resource(max_entries=6, show_spinner="Reading all characters")
def codes(name: str, source: str) -> np.ndarray:
    """Codes of all characters of a source: float32 [classes, drawings, D], a few MB."""
    import backend  # noqa: F401
    from pnzoo.models.few_shot.matching import encode_all
    from widgets import support_set

    return encode_all(model(name), support_set.characters(source))


@st.cache_resource(max_entries=48, show_spinner="Asking in many episodes")
def replies(name: str, source: str, way: int, shot: int, count: int, first: int):
    """Answers of a few-shot model in the episodes first, first + 1, ..., `pnzoo.analysis.Replies`."""
    import backend  # noqa: F401  # Keras, faster
    from pnzoo import analysis
    from widgets import support_set

    drawn = [support_set.episode(source, way, shot, first + i) for i in range(count)]
    return analysis.reply_all(model(name), codes(name, source), drawn)
