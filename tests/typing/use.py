"""What a type checker sees of the public surface: `mypy` reads this file, and nothing runs it."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import pnzoo
from pnzoo.core.protocols import (
    BodyPolicy,
    EpisodeModel,
    Planner,
    TerrainPlanner,
    TerrainPolicy,
    ValuePlanner,
    WebPlanner,
    WebPolicy,
)


def planning(walls: NDArray[np.bool_]) -> None:
    vin = pnzoo.load("vin16")
    assert_type(vin, ValuePlanner)
    plan = vin.plan(walls, (1, 1), (4, 4))
    assert_type(plan, pnzoo.Plan)
    assert_type(plan.reached, bool)
    assert_type(vin.policy(walls, (4, 4)), NDArray[np.int64])
    assert_type(vin.trace(walls, (4, 4)), pnzoo.Trace)
    assert_type(vin.with_options(k=60), ValuePlanner)
    assert_type(pnzoo.load("cnn8", weights=False), Planner)
    pnzoo.load("cnn8").trace(walls, (4, 4))  # type: ignore[attr-defined]
    pnzoo.load("vin16").polcy(walls, (4, 4))  # type: ignore[attr-defined]
    pnzoo.load(16)  # type: ignore[call-overload]


def terrain(picture: NDArray[np.float32]) -> None:
    rover = pnzoo.load("vin_moon")
    assert_type(rover, TerrainPlanner)
    assert_type(rover.plan(picture, (1, 1), (4, 4), caution=2.0), pnzoo.Plan)
    assert_type(rover.cost(picture), NDArray[np.float32])
    reactive = pnzoo.load("cnn_moon")
    assert_type(reactive, TerrainPolicy)
    assert_type(reactive.policy(picture, (4, 4)), NDArray[np.int64])
    reactive.cost(picture)  # type: ignore[attr-defined]
    rover.replan(picture)  # type: ignore[attr-defined]


def web(pages: Any) -> None:
    planner = pnzoo.load("vin_web")
    assert_type(planner, WebPlanner)
    assert_type(planner.plan(pages, "Start", "a sentence").reached, bool)
    assert_type(planner.chance(pages, "a sentence"), NDArray[np.float32])
    reactive = pnzoo.load("reactive_web")
    assert_type(reactive, WebPolicy)
    reactive.chance(pages, "a sentence")  # type: ignore[attr-defined]


def body(walls: NDArray[np.bool_]) -> None:
    policy = pnzoo.load("vin_navigation2d")
    assert_type(policy, BodyPolicy)
    assert_type(policy.drive(walls, (1.5, 1.5), (4, 4)).reached, bool)
    assert_type(policy.act({}), NDArray[np.float32])
    policy.plan(walls, (1, 1), (4, 4))  # type: ignore[attr-defined]


def few_shot(images: NDArray[np.float32]) -> None:
    network = pnzoo.load("matching_omniglot", name="backbone")
    assert_type(network, EpisodeModel)
    assert_type(network.embedding_dim, int)
    network.plan(images, (0, 0), (1, 1))  # type: ignore[attr-defined]


def entries(folder: str) -> None:
    assert_type(pnzoo.load(folder), Any)  # only its card knows
    assert_type(pnzoo.list_models("vin*"), list[str])
    card = pnzoo.card("vin16")
    assert_type(card["metrics"], Any)
    pnzoo.save(pnzoo.load("vin8"), folder, {"summary": "mine"}, weights_dtype="float16")
    pnzoo.save(pnzoo.load("vin8"), folder, {"summary": "mine"}, wieghts="float16")  # type: ignore[call-arg]
