"""What every example of the data sets of invented worlds must hold."""

import itertools

import numpy as np

from pnzoo.worlds import terrain, webgraph
from pnzoo.worlds.navigation import at_rest, goal_distance, step

# builder -> examples of the config "tiny" in train, validation and test
COUNTS = {
    "pnzoo_gridworld": (24, 8, 8),
    "pnzoo_terrain": (12, 4, 4),
    "pnzoo_navigation2d": (8, 4, 4),
    "pnzoo_web": (12, 4, 4),
    "pnzoo_glyphs": (12, 6, 6),
    "pnzoo_still_lifes": (6, 4, 4),
    "pnzoo_language": (24, 8, 8),
}
SPLITS = ("train", "validation", "test")


def check_terrain(example):
    path, cost = example["path"], example["cost"]
    np.testing.assert_array_equal(path[0], example["start"])
    np.testing.assert_array_equal(path[-1], example["goal"])
    best = terrain.path_costs(cost, example["goal"])[tuple(example["start"])]
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    spent = (lengths * cost[path[1:, 0], path[1:, 1]]).sum()
    np.testing.assert_allclose([spent, example["path_cost"]], best, rtol=1e-5)
    assert example["picture"].shape == (32, 32, 1)
    assert np.ptp(example["picture"]) > 10


def check_navigation2d(example):
    states, forces, walls = example["states"].astype(float), example["forces"].astype(float), example["walls"]
    assert len(states) == len(forces) + 1
    np.testing.assert_allclose(states[0], at_rest(np.floor(states[0, :2])))
    moved, _ = step(walls[None], states[None, :-1], forces[None])
    np.testing.assert_allclose(moved[0], states[1:], atol=1e-4)
    assert example["success"]
    assert goal_distance(states[None, None, -1], example["goal"][None]) <= 0.5


def check_web(example):
    web = webgraph.generate(96, 0)
    path = example["path"]
    assert (path[0], path[-1]) == (example["start"], example["goal"])
    assert all(after in web.links_of(before) for before, after in itertools.pairwise(path))
    assert len(path) - 1 == webgraph.distances(web, [example["goal"]])[0, example["start"]]
    assert example["query"].decode().split(". ")[0].rstrip(".") in " ".join(web.sentences[example["goal"]])


def check_language(example):
    assert example["sentence"].split()[example["place"]] == example["word"]


CHECKS = {
    "pnzoo_terrain": check_terrain, "pnzoo_navigation2d": check_navigation2d, "pnzoo_web": check_web,
    "pnzoo_language": check_language,
}  # fmt: skip
# What no two splits share.
APART = {
    "pnzoo_gridworld": lambda example: example["walls"].tobytes() + example["goal"].tobytes(),
    "pnzoo_terrain": lambda example: example["picture"].tobytes(),
    "pnzoo_navigation2d": lambda example: example["walls"].tobytes() + example["goal"].tobytes(),
    "pnzoo_web": lambda example: int(example["goal"]),
    "pnzoo_glyphs": lambda example: example["image"].tobytes(),
    "pnzoo_still_lifes": lambda example: example["image"].tobytes(),
    "pnzoo_language": lambda example: example["word"],
}
