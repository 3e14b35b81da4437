"""A tiny recipe for every trainer, and a process that trains one and is killed.

    python -m tests.contracts.trainers FOLDER --kill NAME    # killed while it writes; prints whether that was its end
    python -m tests.contracts.trainers FOLDER --train NAME   # as often as it takes
"""

import argparse
import contextlib
import importlib
import os
import pathlib
import signal

from pnzoo.core import atomic
from tests.toys import uncompiled
from train.few_shot import data as few_shot_data
from train.few_shot import validation
from train.few_shot.recipes import DistillationRecipe, EpisodicRecipe
from train.language import data as language_data
from train.language import training as language_training
from train.language.recipes import LanguageRecipe
from train.navigation import reinforcement as body_reinforcement
from train.navigation import training as navigation
from train.navigation.recipes import DriveStage, NavigationRecipe, NavigationReinforcementRecipe
from train.planning import imitation
from train.planning.recipes import ImitationRecipe, Stage
from train.rl import training as rl
from train.terrain import training as terrain
from train.terrain.recipes import TerrainRecipe
from train.webgraph import training as webgraph
from train.webgraph.recipes import WebRecipe

# Maps of two sizes and two losses to choose by; some cells of each map, so that these draws are tried too.
IMITATION = ImitationRecipe(
    model="CNNPolicy",
    config={"size": 8},
    stages=(Stage(size=8, maps=16, epochs=2), Stage(size=8, maps=16, epochs=2, families=("open", "maze"))),
    batch_size=8,
    cells_per_map=4,
    jit_compile=False,
)
EPISODIC = EpisodicRecipe(
    data="glyphs",
    config={"backbone_options": {"filters": 4}},
    objective="nca",
    way=5,
    n_query=1,
    steps_per_epoch=2,
    epochs=4,
    validate_every=2,
    augment={"degrees": 10},
)
DISTILLATION = DistillationRecipe(
    data="glyphs",
    config={"backbone_options": {"filters": 24}},
    teacher="matching_glyphs",
    way=5,
    n_query=1,
    steps_per_epoch=2,
    epochs=4,
    augment={"degrees": 10},
)
REINFORCEMENT = {
    "config": {"k": 2, "channels": 2, "filters": [4]},
    "stages": ({"size": 5, "max_start_distance": 1, "success_threshold": 0.0}, {"size": 6, "k": 3}),
    "total_timesteps": 120,
    "n_envs": 4,
    "n_steps": 12,
    "maps_per_batch": 4,
    "fisher_maps": 2,
    "cg_max_steps": 2,
    "jit_compile": False,
    "validate_every": 2,
}
TERRAIN = TerrainRecipe(
    config={"filters": [2, 3, 4], "k": 4}, cells=4, epochs=4, steps_per_epoch=2, batch_size=2, goals_per_picture=2
)
WORDS = {"buckets": 60, "word_dim": 3, "units": 3, "embedding_dim": 4}
LANGUAGE = LanguageRecipe(
    data="invented", config={"backbone_options": WORDS, "side": 8, "query_steps": 1}, pretrain_epochs=2,
    steps_per_epoch=2, words_per_step=160, targets_per_step=32, shapes=((3, 1, 2), (3, 2, 1)), batch_size=1, epochs=2,
    episode_steps=2, frozen_backbone=False, sentences_per_word=4,
)  # fmt: skip
WEB = WebRecipe(
    config={"hidden": [3], "k": 3}, pages=96, folds=2, queries=20, epochs=4, steps_per_epoch=2, batch_size=2,
    pages_per_query=6,
)  # fmt: skip
NAVIGATION = NavigationRecipe(
    config={"hidden": 3, "k": 4, "units": [6]}, maps=8, side=9, drives=6, rounds=4, states=3, steps_per_round=2,
    batch_size=4,
)  # fmt: skip
BODY_REINFORCEMENT = NavigationReinforcementRecipe(
    config={"hidden": 3, "k": 4, "units": [6]}, maps=8, side=9, stages=(DriveStage(2.0, 0.0), DriveStage()),
    total_timesteps=100, n_envs=4, n_steps=10, maps_per_batch=4, fisher_maps=2, cg_max_steps=2, jit_compile=False,
    validate_every=2,
)  # fmt: skip
ROOMS = {
    "imitation": "planning", "episodic": "few_shot", "reinforcement": "rl", "terrain": "terrain",
    "distillation": "few_shot",
    "navigation": "navigation", "body_reinforcement": "navigation", "web": "webgraph", "language": "language",
}  # fmt: skip
# Which file of a run it is killed at, and when; the fifth, halfway, where nothing is said.
KILLED = {"imitation": (8, "within"), "episodic": (6, "after"), "reinforcement": (4, "before")}


def recipe_of(name):
    """The tiny recipe of a trainer."""
    if name == "reinforcement":
        return type(next(iter(_room(name, "recipes").RECIPES.values()))).from_dict(REINFORCEMENT)
    recipes = {"imitation": IMITATION, "episodic": EPISODIC, "terrain": TERRAIN, "navigation": NAVIGATION}
    return {**recipes, "body_reinforcement": BODY_REINFORCEMENT, "web": WEB, "language": LANGUAGE,
            "distillation": DISTILLATION}[name]  # fmt: skip


def train(name, folder):
    """Train the tiny recipe, or go on; the model."""
    return _room(name, "command").TRAINER.train(recipe_of(name), folder)


def _room(name, module):
    return importlib.import_module(f"train.{ROOMS[name]}.{module}")


@contextlib.contextmanager
def tiny():
    """Few images and maps to validate on, and no time spent on compiling what runs a few times only."""
    changed = [
        (imitation, "VALIDATION_MAPS", 8),
        (validation, "EPISODES", 5),
        (few_shot_data, "GLYPHS", {"train": (1, 1), "val": (2, 1), "test": (3, 1)}),
        (language_data, "INVENTED", {"n": 2400, "seed": 0}),
        (language_training, "VALIDATION_EPISODES", 5),
        (rl, "VALIDATION_MAPS", 8),
        (terrain, "VALIDATION_SCENES", 4),
        (navigation, "VALIDATION_MAPS", 4),
        (body_reinforcement, "VALIDATION_MAPS", 4),
        (webgraph, "VALIDATION_QUERIES", 4),
    ]
    before = [(module, attribute, getattr(module, attribute)) for module, attribute, _ in changed]
    for module, attribute, value in changed:
        setattr(module, attribute, value)
    try:
        with uncompiled():
            yield
    finally:
        for module, attribute, value in before:
            setattr(module, attribute, value)


@contextlib.contextmanager
def stopped(number, when, stop, kind=""):
    """Call `stop` at the `number`-th file that a run writes: "before", "within" (half of it is there) or "after".

    Only files with `kind` in their names count.
    """
    count, write = 0, atomic._write

    def counting(path, content):
        nonlocal count
        count += kind in path.name
        if count < number or kind not in path.name:
            return write(path, content)
        if when == "before":
            stop()
        write(path, content[: len(content) // 2] if when == "within" else content)
        return stop()

    atomic._write = counting
    try:
        yield
    finally:
        atomic._write = write


def kill():
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed(name, folder, number, when):
    """Train in a forked process that kills itself; True if it died of that."""
    child = os.fork()
    if not child:
        with tiny(), stopped(number, when, kill):
            train(name, folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main():
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    todo = parser.add_mutually_exclusive_group(required=True)
    todo.add_argument("--train", choices=ROOMS)
    todo.add_argument("--kill", choices=ROOMS)
    options = parser.parse_args()
    if options.kill:
        print(killed(options.kill, options.folder, *KILLED.get(options.kill, (5, "within"))))
    else:
        print("ready", flush=True)
        with tiny():
            train(options.train, options.folder)


if __name__ == "__main__":
    main()
