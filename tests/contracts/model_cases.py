"""A tiny model of every class, and an input for it: what the contract of models is tried on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from pnzoo import gridworld
from pnzoo.models import (
    GPPN,
    MANN,
    VIN,
    CNNPolicy,
    ContinuousCNNPolicy,
    ContinuousVIN,
    DeterministicVIN,
    FCNPolicy,
    GraphVIN,
    MatchingNetwork,
    PhotoMatchingNetwork,
    ReactiveGraphPolicy,
    SentenceMatchingNetwork,
    SiameseNetwork,
    TerrainCNNPolicy,
    TerrainVIN,
)  # fmt: skip

SIDE = 16  # of the images of episodes


@dataclass(frozen=True)
class Case:
    """One class with some options.

    Args:
        make: (**keras options) -> a new model.
        inputs: () -> a batch of 3, as a call takes it.
        changes: options that may be set at any time, and a new value each.
        trained: options of the model while it is trained, where it is not as it plans.
        wrong: inputs of another rank or number of channels.
        any_size: whether images of any height and width are taken.
        quantizable: whether Keras can quantize a part of it.
        no_gradient: weights that a call's answer does not depend on, whatever their value.
    """

    make: Callable[..., Any]
    inputs: Callable[[], Any]
    changes: dict[str, Any] = field(default_factory=dict)
    trained: dict[str, Any] = field(default_factory=dict)
    wrong: Callable[[], list] = list
    any_size: bool = True
    quantizable: bool = True
    no_gradient: tuple[str, ...] = ()


def maps(n=3, height=8, width=None):
    """Walls and goals of small maps whose border is drawn."""
    return gridworld.generate(n, height, width, seed=7)


def images():
    return gridworld.encode(*maps())


def wrong_images():
    whole = images()
    return [whole[..., :1], np.concatenate([whole, whole], axis=-1), whole[0], whole[None], whole.reshape(3, -1)]


def episode():
    """Three episodes: 3 classes, 2 support images each, 4 queries."""
    rng = np.random.default_rng(5)
    support, query = (rng.random((3, n, SIDE, SIDE, 1)).astype("float32") for n in (6, 4))
    labels = np.eye(3, dtype="float32")[np.tile([0, 1, 2, 0, 1, 2], (3, 1))]
    return {"support": support, "labels": labels, "query": query}


def photographs():
    """The same in colour, of the smallest size that a photograph may have."""
    rng = np.random.default_rng(6)
    support, query = (rng.random((3, n, 32, 32, 3)).astype("float32") for n in (6, 4))
    return {**episode(), "support": support, "query": query}


def wrong_photographs():
    right = photographs()
    return [{**right, "support": right["support"][..., :1]}, {**right, "query": right["query"][0]}]


def wrong_episodes():
    right = episode()
    return [
        {**right, "support": right["support"][..., :-2, :]},
        {**right, "query": right["query"][0]},
        {**right, "query": np.concatenate([right["query"]] * 3, axis=-1)},
    ]


def sentences():
    """Three episodes of sentences with a blank: 3 words, 2 sentences each, 4 queries; some have few words."""
    rng = np.random.default_rng(6)
    support, query = (rng.integers(1, 40, (3, n, 8, 5)).astype("int32") for n in (6, 4))
    support[:, ::2, :2] = 0  # padding before the first word
    return {**episode(), "support": support, "query": query}


def wrong_sentences():
    right = sentences()
    return [
        {**right, "support": right["support"][..., :-1]},
        {**right, "query": right["query"][:, :, :-2]},
        {**right, "query": right["query"][0]},
    ]


def pictures():
    """Three pictures of 8x8 cells, and a goal on each."""
    rng = np.random.default_rng(4)
    picture = rng.random((3, 32, 32, 1)).astype("float32")
    return {"picture": picture, "goal": np.array([[0, 0], [3, 4], [7, 2]], "int32")}


def web():
    """Three queries on a web of 6 pages: features, links, and a page that was visited."""
    rng = np.random.default_rng(6)
    links = np.array([[1, 2, 5], [0, 3, -1], [4, -1, -1], [5, 1, -1], [0, 3, -1], [-1, -1, -1]], "int32")
    visited = np.zeros((3, 6), "float32")
    visited[1, 2] = 1.0
    features = rng.normal(size=(3, 6, 4)).astype("float32")
    return {"features": features, "links": np.stack([links] * 3), "visited": visited}


def bodies():
    """Three maps with a body on each."""
    state = np.array([[1.5, 2.5, 0, 0], [3.2, 4.9, 1.0, -2.0], [6.1, 6.9, -0.5, 0.5]], "float32")
    return {"image": images().astype("float32"), "state": state}


planner = partial(Case, inputs=images, wrong=wrong_images)

few_shot = partial(Case, inputs=episode, wrong=wrong_episodes, any_size=False, quantizable=False)
SMALL = {"backbone_options": {"filters": 4}, "image_size": SIDE}
WORDS = {"buckets": 40, "word_dim": 5, "units": 4, "embedding_dim": 6, "dropout": 0.0, "word_dropout": 0.0}
LOCAL = {"backbone": "local", "filters": [4, 6], "channels": 4}

TINY_PHOTO = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16, "color_bins": 4}

# One case of each class, for what takes long; the others are tried in what is quick.
CLASSES = {
    "VIN": planner(partial(VIN, k=3, channels=3, filters=(4, 3)), changes={"k": 5, "inverse_temperature": 2.0}),
    "DeterministicVIN": planner(
        partial(DeterministicVIN, filters=(4, 3)),
        changes={"k": 7, "hard_transition": False, "inverse_temperature": 3.0, "wall_cost": 5.0},
        trained={"k": 3, "hard_transition": False},
    ),
    "TerrainVIN": Case(
        partial(TerrainVIN, cell=4, filters=(3, 4), k=3), pictures, changes={"k": 4, "caution": 2.0}
    ),
    "TerrainCNNPolicy": Case(partial(TerrainCNNPolicy, cell=4, filters=(3, 4)), pictures),
    "GraphVIN": Case(partial(GraphVIN, features=4, hidden=(3, 4), k=3), web, changes={"k": 5}, any_size=False),
    "ReactiveGraphPolicy": Case(partial(ReactiveGraphPolicy, features=4, hidden=(3, 4)), web, any_size=False),
    "ContinuousVIN": Case(
        partial(ContinuousVIN, hidden=4, k=6, refine_k=2, units=(6,)), bodies, changes={"k": 1, "refine_k": 4}
    ),
    "ContinuousCNNPolicy": Case(partial(ContinuousCNNPolicy, 8, filters=(2, 3), features=4, units=(6,)), bodies),
    "GPPN": planner(partial(GPPN, k=2, hidden=4), changes={"k": 4}),
    "CNNPolicy": planner(partial(CNNPolicy, 8), any_size=False),
    "FCNPolicy": planner(partial(FCNPolicy, 8), any_size=False),
    "MatchingNetwork": few_shot(partial(MatchingNetwork, **SMALL, support_embedding="lstm", query_steps=2)),
    "PhotoMatchingNetwork": few_shot(
        partial(PhotoMatchingNetwork, TINY_PHOTO, image_size=32), inputs=photographs, wrong=wrong_photographs
    ),
    "SentenceMatchingNetwork": few_shot(
        partial(SentenceMatchingNetwork, WORDS, side=4, support_embedding="lstm", query_steps=2),
        inputs=sentences, wrong=wrong_sentences,
    ),
    # One bias for all pairs: the softmax over the classes takes it away again. `pair_logits` keep it.
    "SiameseNetwork": few_shot(partial(SiameseNetwork, **SMALL), no_gradient=("comparison/compare/bias",)),
    "MANN": few_shot(
        partial(MANN, max_way=4, **SMALL, controller_units=6, memory_slots=8, memory_dim=4, heads=2)
    ),
}  # fmt: skip
CASES = {
    **CLASSES,
    "VIN with the paper's kernels": planner(
        partial(
            VIN, k=3, channels=3, filters=(4,), activation="linear", transition="kernel", goal_value=10.0,
            nonpositive_reward=False, logit_scale=None,
        ),
        changes={"k": 2},
    ),
    "VIN with shared P": planner(partial(VIN, k=3, channels=3, filters=(4,), transition="softmax_kernel")),
    "VIN untied": planner(partial(VIN, k=2, channels=3, filters=(4,), tied=False, concat_state=True)),
    "DeterministicVIN with four moves": planner(
        partial(DeterministicVIN, k=6, moves=4, filters=(4,)), trained={"hard_transition": False}
    ),
    "MatchingNetwork of photographs": few_shot(
        partial(MatchingNetwork, backbone_options={"filters": 4, "image_channels": 3}, image_size=32),
        inputs=photographs, wrong=wrong_photographs,
    ),
    "MatchingNetwork without context": few_shot(partial(MatchingNetwork, **SMALL, tta_views=2)),
    "MatchingNetwork with a set": few_shot(
        partial(MatchingNetwork, **SMALL, support_embedding="set", query_steps=2)
    ),
    "MatchingNetwork of an ensemble": few_shot(
        partial(
            MatchingNetwork, "ensemble", {"members": [{"backbone": "conv4", "filters": 4}, LOCAL]},
            similarity=["cosine", "aligned"], image_size=SIDE,
        )
    ),
}  # fmt: skip

one_of_each_class = pytest.mark.parametrize("case_name", CLASSES, indirect=True)


@cache
def built(name):
    """The model of a case with random weights, one for all tests that do not change it."""
    return randomise(CASES[name].make())


def randomise(model, scale=0.3):
    """Weights of its own for every layer: zeros would hide a mistake."""
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return model


def trained(case, model):
    """The model with the options that it is trained with."""
    for name, value in case.trained.items():
        setattr(model, name, value)
    return model


def compiled(model, inputs, rate=0.05):
    """Targets for one step of the model, which is compiled."""
    shape, eagerly = model(inputs).shape, keras.backend.backend() == "tensorflow"  # one step is not worth a graph
    model.compile(keras.optimizers.Adam(rate), "mse", run_eagerly=eagerly)
    return np.random.default_rng(1).normal(size=shape).astype("float32")


def numpy(x):
    """A tensor of any backend as an array of float32."""
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def close(found, wanted, tolerance=1e-4):
    """Raise AssertionError unless two tensors agree."""
    np.testing.assert_allclose(numpy(found), numpy(wanted), rtol=tolerance, atol=tolerance * 10)
