"""What planners over terrain make of pictures, and what is true of the ground."""

import base64
import io
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from dashboard import backend
from dashboard.compute.zoo import cards, model

GROUNDS = {"moon": "Craters, as on the Moon", "relief": "Ridges, dunes, channels", "tiles": "Tiles of a game"}
TILES = 16  # of a side


class Ground(NamedTuple):
    """Ground that can be lit and crossed.

    elevation: float [h, w] in metres, None where it is a picture from the start
    metres:    a pixel
    picture:   float32 [h, w] or [h, w, 3], where there is no elevation
    costs:     float [H, W], of entering each cell, inf where one cannot; None where nobody knows
    """

    elevation: np.ndarray | None
    metres: float
    picture: np.ndarray | None
    costs: np.ndarray | None


class TerrainRun(NamedTuple):
    """A plan over a picture.

    plan:  `pnzoo.Plan`
    costs: float [H, W], what the model thinks it costs to enter each cell
    chances: float [H, W], what it thinks is the chance to get into each cell, whatever the caution
    spent: what the path truly costs, inf where it enters what cannot be entered; None where nobody knows
    best:  what the cheapest path costs, inf where there is none
    """

    plan: Any
    costs: np.ndarray
    chances: np.ndarray
    spent: float | None
    best: float | None


def terrain_names() -> list[str]:
    """Entries that plan over pictures of the grounds there are."""
    found = [name for name, card in cards().items() if card["task"] == "terrain" and card["model"] == "TerrainVIN"]
    return [name for name in found if world_of(name) in GROUNDS]


def world_of(name: str) -> str:
    """The world that an entry was trained on."""
    return (cards()[name].get("recipe") or {}).get("world", "relief")


def grounds_of(name: str) -> list[str]:
    """The grounds whose pictures an entry can read."""
    return ["tiles"] if world_of(name) == "tiles" else ["moon", "relief"]


@st.cache_data(max_entries=32, show_spinner=False)
def ground(kind: str, seed: int) -> Ground:
    """Invented ground of a kind, with what is true of it."""
    backend.load()
    from pnzoo import terrain

    if kind == "tiles":
        tiles = terrain.generate_tiles(1, TILES, seed)
        return Ground(None, 0.0, tiles.pictures[0].astype(np.float32) / np.float32(255), tiles.costs[0])
    _, elevation, metres = terrain.example(kind, seed)
    return Ground(elevation, metres, None, terrain.cell_cost(elevation, metres, len(elevation) // 8))


@st.cache_data(max_entries=64, show_spinner=False)
def lit(kind: str, seed: int, azimuth: int, altitude: int) -> np.ndarray:
    """The picture of a ground under a sun."""
    backend.load()
    from pnzoo import terrain

    here = ground(kind, seed)
    return here.picture if here.elevation is None else terrain.hillshade(here.elevation, here.metres, azimuth, altitude)


@st.cache_data(max_entries=32, show_spinner=False)
def cell_slopes(kind: str, seed: int) -> np.ndarray | None:
    """Mean slope of each cell in degrees; None where there is no elevation."""
    backend.load()
    from pnzoo import terrain

    here = ground(kind, seed)
    if here.elevation is None:
        return None
    return terrain.cell_means(terrain.slope(here.elevation, here.metres), len(here.elevation) // 8)


def slope_limit() -> float:
    """Degrees above which a cell cannot be entered."""
    from pnzoo import terrain

    return terrain.SLOPE_LIMIT


@st.cache_data(max_entries=64, show_spinner=False)
def terrain_plan(name: str, picture: np.ndarray, start: tuple, goal: tuple, caution: float, truth=None) -> TerrainRun:
    """Where a model goes over a picture, and what that truly costs."""
    backend.load()
    from pnzoo import terrain

    planner = model(name)
    plan = planner.plan(picture, start, goal, caution=caution)
    costs = planner.cost(picture, caution)
    chances = np.exp(1.0 - planner.cost(picture, 1.0))  # of caution 1, doubt is all that a cost has above 1
    if truth is None:
        return TerrainRun(plan, costs, chances, None, None)
    lengths = planner.diagonal_cost
    best = float(terrain.path_costs(truth, goal, lengths)[tuple(start)]) if np.isfinite(truth[tuple(goal)]) else np.inf
    return TerrainRun(plan, costs, chances, terrain.path_cost(plan.path, truth, lengths), best)


class Skies(NamedTuple):
    """What becomes of a path under many suns.

    azimuths, altitudes: degrees
    arrives: bool [altitudes, azimuths], whether the path that is planned gets to G on the true ground
    """

    azimuths: tuple
    altitudes: tuple
    arrives: np.ndarray


@st.cache_data(max_entries=16, show_spinner="Trying suns all over the sky")
def skies(name: str, kind: str, seed: int, start: tuple, goal: tuple, caution: float) -> Skies:
    """The same path planned under suns from every side and of every height."""
    backend.load()
    from pnzoo import terrain

    here, planner = ground(kind, seed), model(name)

    def arrives(altitude, azimuth):
        picture = terrain.hillshade(here.elevation, here.metres, azimuth, altitude)
        plan = planner.plan(picture, start, goal, caution=caution)
        return plan.reached and np.isfinite(terrain.path_cost(plan.path, here.costs, planner.diagonal_cost))

    azimuths, altitudes = tuple(range(0, 360, 15)), tuple(range(5, 86, 5))
    found = np.array([[arrives(altitude, azimuth) for azimuth in azimuths] for altitude in altitudes], bool)
    return Skies(azimuths, altitudes, found)


@st.cache_data(max_entries=64, show_spinner=False)
def picture_url(picture: np.ndarray) -> str:
    """A picture as the browser takes it."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.rint(255 * np.clip(picture, 0, 1)).astype(np.uint8)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def caution_curve(name: str) -> list[dict]:
    """Success and length of the path over caution, as the card has them: the curve of the entry's own world."""
    from pnzoo.hub import cards as card_files

    rows: dict = {}
    for metric in card_files.metrics(cards()[name]):
        data = metric.dataset if isinstance(metric.dataset, dict) else {}
        if data.get("caution") is not None and data.get("world") == world_of(name):
            rows.setdefault(data["caution"], {})[metric.name] = metric
    return [{"caution": caution, **found} for caution, found in sorted(rows.items())
            if {"success_rate", "excess_cost"} <= set(found)]
