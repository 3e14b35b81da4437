"""What planners make of maps, and the exact solutions."""

import re
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from dashboard import backend
from dashboard.compute.zoo import cards, converges, iterates, model, own_k, rule

MAX_SIDE = 103  # 101 cells and a ring of wall
MAX_K = 4_000
CELLS_TOGETHER = 32  # of a reactive network
MOST_IN_PAGE = 300_000  # cells times steps that a page plans when it opens
MAPS_AT_ONCE = 100  # walks between two looks at whether somebody wants to stop


class PlanRun(NamedTuple):
    """A plan on a map, and the policy it came from."""

    plan: Any
    policy: np.ndarray
    k: int | None
    seconds: float


def network(name: str, map_text: str, k: int | None):
    """The model for k steps on a map; where k is what the model finds by itself, the one that does."""
    return model(name, None if converges(name) and k == iterations_to_convergence(name, map_text) else k)


@st.cache_data(max_entries=64, show_spinner=False)
def iterations_to_convergence(name: str, map_text: str) -> int:
    """K after which V no longer changes, as a model finds it."""
    walls, _, goal = read_map(map_text)
    return model(name).iterations_to_convergence(walls, goal)


@st.cache_data(max_entries=64, show_spinner=False)
def read_map(map_text: str):
    """Walls, start and goal of a map string."""
    from pnzoo import gridworld

    return gridworld.from_string(map_text)


@st.cache_data(max_entries=64, show_spinner=False)
def solution(map_text: str, moves: int = 8):
    """The exact solution, `pnzoo.analysis.OptimalityReport` without a policy."""
    from pnzoo import analysis

    return analysis.compare_to_optimal(*read_map(map_text), moves=moves)


def reached(map_text: str) -> np.ndarray:
    """The cells from which the goal can be reached, and the goal: bool [H, W]."""
    cells = solution(map_text).reachable_cells.copy()
    cells[tuple(read_map(map_text).goal)] = True
    return cells


@st.cache_data(max_entries=64, show_spinner=False)
def verdict(name: str, map_text: str, k: int | None, paint: tuple = ()):
    """The model's policy against the exact solution."""
    from pnzoo import analysis

    return analysis.compare_to_optimal(*read_map(map_text), planned(name, map_text, k, paint).policy, **rule(name))


@st.cache_resource(max_entries=12, show_spinner=False)
def trace(name: str, map_text: str, k: int):
    """R, P, V, Q of every step, `pnzoo.Trace`."""
    walls, _, goal = read_map(map_text)
    return network(name, map_text, k).trace(walls, goal)


@st.cache_resource(max_entries=12, show_spinner=False)
def plain_planner(name: str) -> dict | None:
    """`pnzoo.analysis.plain_planner` of an entry, None where it is no small planner: then the server plans."""
    from pnzoo import analysis

    try:
        return analysis.plain_planner(name)
    except (TypeError, ValueError):
        return None


def runs_in_page(name: str) -> bool:
    """Whether a planner is small enough, and whole, to run in the browser."""
    try:
        return iterates(name) and plain_planner(name) is not None
    except OSError:  # a damaged entry: whoever plans with it says so
        return False


@st.cache_resource(max_entries=12, show_spinner=False)
def plain_vin(name: str, k: int):
    """`pnzoo.plain_vin.PlainVIN` of an entry: it plans before a backend is imported. None where only Keras can."""
    from pnzoo import plain_vin

    return plain_vin.load(name, k)


def counterexample(name: str, rival: str, seed: int, most: int, told):
    """A map of the rival's size on which it fails and the model does not, `pnzoo.analysis.find_counterexample`."""
    backend.load()
    from pnzoo import analysis

    return analysis.find_counterexample(model(name), model(rival), size_of(rival), most=most, seed=seed, progress=told)


@st.cache_data(max_entries=64, show_spinner=False)
def size_of(name: str) -> int:
    """The largest side of maps that a reactive network takes."""
    from pnzoo import hub

    return hub.config(name)["size"]


def in_words(reason: str) -> str:
    """Why a plan ended, with its cells in words: "(9, 4)" is "row 9, column 4"."""
    return re.sub(r"\((\d+), (\d+)\)", r"row \1, column \2", reason)


@st.cache_data(max_entries=64, show_spinner=False)
def reward_sign(name: str) -> int:
    """`pnzoo.analysis.reward_sign` of an entry."""
    backend.load()
    from pnzoo import analysis

    return analysis.reward_sign(model(name))


@st.cache_resource(max_entries=12, show_spinner=False)
def animation(name: str, map_text: str, k: int, paint: tuple = ()) -> dict:
    """The trace as the browser plays it, with some cells' reward painted over."""
    backend.load()
    from dashboard.compute.trace_data import animation_data
    from dashboard.figures import planning as planning_figures
    from pnzoo import analysis

    seen, cells = replanned(name, map_text, k, paint) if paint else trace(name, map_text, k), reached(map_text)
    steps = planning_figures.frame_steps(cells.size, len(seen.values) - 1)
    shown = seen._replace(**{part: getattr(seen, part)[steps] for part in ("values", "policies", "greedy")})
    gap, push = analysis.value_gap(shown, cells), analysis.mean_displacement(shown)
    return animation_data(shown, gap, push, cells, *read_map(map_text), steps, analysis.convergence_step(seen),
                          analysis.value_change(seen, cells), reward_sign(name))


@st.cache_resource(max_entries=12, show_spinner=False)
def value_map(name: str, map_text: str, k: int):
    """The value gap of every step as the browser colours it, the same for all cells."""
    backend.load()
    from dashboard.compute.trace_data import map_data
    from pnzoo import analysis

    cells, seen = reached(map_text), trace(name, map_text, k)
    return map_data(seen.values, analysis.value_gap(seen, cells), cells, *read_map(map_text), k)


@st.cache_resource(max_entries=12, show_spinner=False)
def usage(name: str, map_text: str, k: int):
    """`pnzoo.analysis.action_usage` of a planner on a map."""
    from pnzoo import analysis

    return analysis.action_usage(trace(name, map_text, k), read_map(map_text).walls)


@st.cache_resource(max_entries=64, show_spinner=False)
def cell(name: str, map_text: str, k: int, place: tuple[int, int], dark: bool) -> dict:
    """The backups of one cell in all steps, with the map, as the browser shows them."""
    from dashboard.compute.trace_data import cell_data

    walls = read_map(map_text).walls
    plain = plain_planner(name) if walls.size * k <= MOST_IN_PAGE and runs_in_page(name) else None
    return value_map(name, map_text, k) | {"name": name} | cell_data(
        network(name, map_text, k), trace(name, map_text, k), walls, place, usage(name, map_text, k).move,
        reward_sign(name), dark, plain)


@st.cache_resource(max_entries=12, show_spinner=False)
def replanned(name: str, map_text: str, k: int, paint: tuple):
    """The trace with some cells' reward painted over: ((row, col, reward), ...)."""
    walls, _, goal = read_map(map_text)
    reward = trace(name, map_text, k).reward.copy()
    for row, col, value in paint:
        reward[row, col] = value
    return network(name, map_text, k).replan(walls, goal, reward)


@st.cache_data(max_entries=64, show_spinner=False)
def planned(name: str, map_text: str, k: int | None, paint: tuple = ()) -> PlanRun:
    """Where the model goes on a map, with some cells' reward painted over."""
    from time import perf_counter

    from pnzoo.worlds.gridworld import rollout as planning

    walls, start, goal = read_map(map_text)
    planner = plain_vin(name, k) if k and not paint else None
    if planner is None or not planner.is_fast(walls):
        planner = network(name, map_text, k)
    begin = perf_counter()
    if paint:
        policy = replanned(name, map_text, k, paint).policy
    else:
        policy = moves(planner, walls, goal)  # twenty times as fast as a trace, which keeps every step
    plan = planning.rollout(walls, start, goal, lambda: policy, **rule(name))
    return PlanRun(plan, policy, k, perf_counter() - begin)


def moves(planner, walls: np.ndarray, goal) -> np.ndarray:
    """A planner's move in every free cell, int [H, W].

    A reactive network is asked for these alone, as each is an image of its own; some twice, as backends compile for
    each number of them.
    """
    if getattr(planner, "dense_prediction", True):
        return planner.policy(walls, goal)
    free = np.argwhere(~walls)
    asked = np.resize(free, (-(-len(free) // CELLS_TOGETHER) * CELLS_TOGETHER, 2))
    policy = np.zeros(walls.shape, int)
    policy[tuple(asked.T)] = planner.logits_at(walls, goal, asked).argmax(axis=-1)
    return policy


def steps_for(name: str, map_text: str, k: int | None) -> int | None:
    """K of a plan: the one asked for, or enough for the map; None for a model without a K."""
    if not iterates(name) or k is not None:
        return k if iterates(name) else None
    if converges(name):
        return iterations_to_convergence(name, map_text)
    return enough_steps(own_k(name), solution(map_text).eccentricity)


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


@st.cache_data(max_entries=32, show_spinner=False)
def drawn_map(family: str, side: int, seed: int) -> str:
    """Map string of a random map of a family, with a start far from the goal."""
    from pnzoo import gridworld

    walls, goal = (x[0] for x in gridworld.generate_family(family, 1, side, seed=seed))
    return gridworld.to_string(walls, gridworld.farthest_starts(walls, goal), goal)


class RolloutRun(NamedTuple):
    """Many maps and one walk of a model on each, `pnzoo.analysis.RolloutReport`."""

    walls: np.ndarray
    goal: np.ndarray
    start: np.ndarray
    k: int | None
    walks: Any


def trial_seed(side: int) -> int:
    """The seed of the maps of a size that the cards' numbers are of; no training saw them."""
    from pnzoo.evaluation import gridworld as evaluation

    return evaluation.evaluation_seed(side)


@st.cache_resource(max_entries=8, show_spinner=False)
def trial_maps(family: str, side: int, count: int, seed: int, moves: int):
    """Maps with a goal and a random start each: (walls, goal, start, moves of the longest shortest way).

    Open ones of `trial_seed` are the first of those that the cards' numbers are of.
    """
    from pnzoo import gridworld
    from pnzoo.evaluation import gridworld as evaluation
    from pnzoo.worlds.gridworld import rollout as planning

    if family == "open" and seed == trial_seed(side):
        walls, goal, start = (each[:count] for each in evaluation.generated(side, moves=moves)[:3])
    else:
        walls, goal = gridworld.generate_family(family, count, side, seed=seed)
        start = gridworld.random_starts(walls, goal, np.random.default_rng(seed), moves=moves)
    return walls, goal, start, int(planning.optimal_steps(walls, goal, start).max())


def start_moves(names) -> int:
    """The moves that starts are drawn by so that each of some entries has a path: 8, or 4.

    A diagonal move that passes no corner of a wall is two straight ones.
    """
    rules = [rule(name) for name in names]
    return min(each["moves"] if each["corner_cutting"] else 4 for each in rules)


def trials(name: str, family: str, side: int, count: int, seed: int, moves: int = 8, told=None,
           most: int | None = None) -> RolloutRun:
    """Let a model walk on random maps, a hundred at a time.

    Args:
        name: of the model.
        family, side, count, seed, moves: of the maps, see `trial_maps`.
        told: called with the number of maps that are done, after each hundred.
        most: stop after so many maps.
    """
    maps = trial_maps(family, side, count, seed, moves)[:3]
    parts, k = [], None
    for first in range(0, min(count, most or count), MAPS_AT_ONCE):
        report, k = trial_part(name, family, side, count, seed, moves, first)
        parts.append(report)
        if told is not None:
            told(min(count, first + MAPS_AT_ONCE))
    walks = type(parts[0])(*(np.concatenate(values) for values in zip(*parts, strict=True)))
    return RolloutRun(*(each[: len(walks.success)] for each in maps), k, walks)


@st.cache_resource(max_entries=160, show_spinner=False)
def trial_part(name: str, family: str, side: int, count: int, seed: int, moves: int, first: int):
    """Walks on a hundred of the maps, and the model's K."""
    backend.load()
    from pnzoo import analysis

    walls, goal, start, longest = trial_maps(family, side, count, seed, moves)
    k = enough_steps(own_k(name), longest) if cards()[name]["model"] == "VIN" else None
    here = slice(first, first + MAPS_AT_ONCE)
    return analysis.evaluate_rollouts(model(name, k), walls[here], goal[here], start[here]), k
