"""What a number was measured on: a plain dictionary with a `kind`, and the words that people read.

Programs read the dictionary; nobody reads the words back. A new kind of data needs one function here; a kind without
one is listed key by key.
"""

from collections.abc import Callable
from typing import Any

Dataset = dict[str, Any]


def generated_maps(family: str, height: int, width: int, n: int, starts: str, seed: int, **more: Any) -> Dataset:
    """Maps drawn for the measurement: {"kind": "generated_maps", ...}.

    Args:
        family: of `pnzoo.gridworld.FAMILIES`; "open" is the VIN paper's distribution.
        height, width: of a map.
        n: how many maps.
        starts: "random" (one a map), "every" (reachable cell) or "farthest" (one a map).
        seed: of the maps.
        **more: `distance`, [low, high]: only starts whose shortest path is that long; high is None without a limit.
    """
    maps = {"family": family, "height": height, "width": width, "n": n, "starts": starts, "seed": seed}
    return {"kind": "generated_maps", **maps, **more}


def vin_paper_file(file: str, split: str, starts: str, n: int, seed: int) -> Dataset:
    """Maps of one of the VIN authors' files: the "held_out" maps of a training file, or a whole "test" file.

    `starts` are "random" (one a map, of that seed) or the file's "own".
    """
    return {"kind": "vin_paper_file", "file": file, "split": split, "starts": starts, "n": n, "seed": seed}


def movingai_scenarios(maps: int, n: int, every: int = 1, **more: Any) -> Dataset:
    """Scenarios of the MovingAI benchmarks: {"kind": "movingai_scenarios", ...}.

    Args:
        maps: how many maps.
        n: how many scenarios.
        every: each so-manieth scenario of a map was taken.
        **more: `family`, the folder that the maps are in, where they are of one.
    """
    return {"kind": "movingai_scenarios", "maps": maps, "n": n, "every": every, **more}


def episodes(images: str, way: int, shot: int, n_query: int, seed: int, **more: Any) -> Dataset:
    """Few-shot episodes: {"kind": "episodes", ...}.

    Args:
        images: where they come from: "omniglot", "mnist", "glyphs" ...
        way, shot, n_query: classes, support images and queries of a class in an episode.
        seed: of the episodes.
        **more: `image_size`, `split_scheme`, `split`, `rotations` (whether rotated classes are classes too),
            `within_alphabet`, `tta_views`; for glyphs `alphabets`, `characters`, `drawers` and `images_seed`.
    """
    return {"kind": "episodes", "images": images, "way": way, "shot": shot, "n_query": n_query, "seed": seed, **more}


def training_runs(n: int, dataset: Dataset | None = None, criteria: list[dict[str, Any]] | None = None) -> Dataset:
    """Several trainings of one recipe.

    Args:
        n: how many.
        dataset: what each run was measured on.
        criteria: list of {"metric", "at_least", "dataset"} that a run has to reach, where runs are counted.
    """
    given = {"dataset": dataset, "criteria": criteria}
    return {"kind": "training_runs", "n": n, **{key: value for key, value in given.items() if value is not None}}


def terrain(world: str, part: str, cells: int, n: int, seed: int, **more: Any) -> Dataset:
    """Scenes of a world of pictures, one start and one goal each; `caution` if it is not the planner's own."""
    return {"kind": "terrain", "world": world, "split": part, "cells": cells, "n": n, "seed": seed, **more}


def web_queries(web: str, part: str, pages: int, n: int, seed: int, **more: Any) -> Dataset:
    """Queries for pages of a web, a random start each; {"kind": "web_queries", ...}.

    Args:
        web: its name.
        part: of the goal pages.
        pages: of the web.
        n: how many queries.
        seed: of the queries.
        **more: `distance`, [low, high] links to the goal; `graph`, where the planner knows an approximation;
            `policy`, where it is none of the entry's.
    """
    return {"kind": "web_queries", "web": web, "split": part, "pages": pages, "n": n, "seed": seed, **more}


def navigation(part: str, side: int, n: int, seed: int, **more: Any) -> Dataset:
    """Maps among whose obstacles a body moves continuously, one start and one goal each."""
    return {"kind": "navigation", "split": part, "height": side, "width": side, "n": n, "seed": seed, **more}


def describe(dataset: Dataset) -> str:
    """A data set in words, for a table or a page.

    Example:

    >>> describe(generated_maps("maze", 15, 15, 1000, "every", 9500))
    '1,000 maze maps 15x15, every reachable start, seed 9500'
    >>> describe({"kind": "photographs", "folder": "birds", "n": 20})
    'photographs: folder birds, n 20'
    """
    kind = dataset.get("kind")
    try:
        return _WORDS[kind](dataset)  # type: ignore[index]
    except (KeyError, TypeError, ValueError):  # an unknown kind, or a known one with other fields
        values = ", ".join(f"{key} {value}" for key, value in dataset.items() if key != "kind")
        return f"{kind or 'data'}: {values}"


def _maps(dataset: Dataset) -> str:
    starts = {"random": "a random start each", "every": "every reachable start", "farthest": "the farthest start"}
    words = (
        f"{dataset['n']:,} {dataset['family']} maps {dataset['height']}x{dataset['width']}, "
        f"{starts[dataset['starts']]}, seed {dataset['seed']}"
    )
    if "distance" not in dataset:
        return words
    low, high = dataset["distance"]
    return f"distances over {low:,}: {words}" if high is None else f"distances {low:,} to {high:,}: {words}"


def _terrain(dataset: Dataset) -> str:
    cells = dataset["cells"]
    caution = f", caution {dataset['caution']:g}" if "caution" in dataset else ""
    return (
        f"{dataset['n']:,} pictures of {dataset['world']}, part {dataset['split']}, {cells}x{cells} cells, a random "
        f"start and goal each, seed {dataset['seed']}{caution}"
    )


def _web(dataset: Dataset) -> str:
    words = (
        f"{dataset['n']:,} queries for pages of {dataset['web']}, part {dataset['split']}, {dataset['pages']:,} pages, "
        f"a random start each, 10 links at most, seed {dataset['seed']}"
    )
    if "graph" in dataset:
        words += f", planned on {dataset['graph'].replace('_', ' ')}"
    if "policy" in dataset:
        words = f"{dataset['policy'].replace('_', ' ')}: {words}"
    if "distance" not in dataset:
        return words
    low, high = dataset["distance"]
    far = f"{low} and more links" if high is None else f"{low} link{'s' * (low > 1)}"
    return f"goals {far} away: {words}"


def _navigation(dataset: Dataset) -> str:
    parts = {"train": "training maps", "val": "validation maps", "test": "maps never seen"}
    return (
        f"{dataset['n']:,} {parts[dataset['split']]} {dataset['height']}x{dataset['width']}, a body from a random "
        f"start each, seed {dataset['seed']}"
    )


def _paper_file(dataset: Dataset) -> str:
    maps = {"held_out": "the held-out maps of ", "test": ""}[dataset["split"]]
    starts = {"random": f"a random start each, seed {dataset['seed']}", "own": "its own starts"}[dataset["starts"]]
    return f"{maps}{dataset['file']}, {starts}"


def _movingai(dataset: Dataset) -> str:
    every = f", each {dataset['every']}th scenario of a map" if dataset["every"] > 1 else ""
    of = f" {dataset['family']}" if "family" in dataset else ""
    return f"{dataset['n']:,} scenarios of {dataset['maps']}{of} maps of the MovingAI benchmarks{every}"


def images_in_words(dataset: Dataset) -> str:
    """The images of a few-shot data set in words."""
    where = {
        "omniglot": _omniglot,
        "glyphs": _glyphs,
        "mnist": lambda _: "MNIST test images",
        "grocery": _grocery,
        "penn_treebank": _sentences,
        "invented_language": _sentences,
    }
    where |= {"tiny_imagenet": _photographs, "mini_imagenet": _photographs, "invented": _photographs}
    return where.get(dataset["images"], lambda _: dataset["images"])(dataset)


def _episodes(dataset: Dataset) -> str:
    images = images_in_words(dataset)
    within = " within an alphabet" if dataset.get("within_alphabet") else ""
    views = f", {dataset['tta_views']} view" if "tta_views" in dataset else ""
    return (
        f"{images}; {dataset['way']}-way {dataset['shot']}-shot{within}, {dataset['n_query']} "
        f"{'query' if dataset['n_query'] == 1 else 'queries'} a class, seed {dataset['seed']}{views}"
    )


def _omniglot(dataset: Dataset) -> str:
    size, turned = dataset["image_size"], "rotations by 90 degrees as classes" if dataset["rotations"] else "upright"
    return f"Omniglot {size}x{size}, {dataset['split_scheme']} split, part {dataset['split']}, {turned}"


def _sentences(dataset: Dataset) -> str:
    text = {"penn_treebank": "the Penn Treebank"}.get(dataset["images"], "an invented language")
    words = f", {dataset['n_words']} words" if "n_words" in dataset else ""
    return f"sentences of {text} with a blank, part {dataset['split']}{words}"


def _grocery(dataset: Dataset) -> str:
    return f"photographs of the Grocery Store data set, {dataset['image_size']}x{dataset['image_size']}, 81 classes"


def _photographs(dataset: Dataset) -> str:
    name = {"tiny_imagenet": "Tiny-ImageNet", "mini_imagenet": "miniImageNet", "invented": "invented pictures"}
    size = dataset["image_size"]
    return f"{name[dataset['images']]} {size}x{size}, part {dataset.get('split', 'test')}"


def _glyphs(dataset: Dataset) -> str:
    return (
        f"generated characters (pnzoo.glyphs), {dataset['alphabets']} alphabets of {dataset['characters']} characters, "
        f"{dataset['drawers']} drawers, seed {dataset['images_seed']}"
    )


def _challenge(dataset: Dataset) -> str:
    reported = ", ".join(f"{who} {100 * error:.1f} %" for who, error in dataset.get("reported", {}).items())
    return (
        f"Lake's {dataset['runs']} official {dataset['way']}-way {dataset['shot']}-shot runs, "
        f"{dataset['questions']} questions" + (f" (reported there: {reported})" if reported else "")
    )


def _runs(dataset: Dataset) -> str:
    if "criteria" not in dataset:
        return f"{dataset['n']} training runs, each on {describe(dataset['dataset'])}"
    criteria = "; ".join(_criterion(criterion) for criterion in dataset["criteria"])
    return f"{dataset['n']} training runs that must reach {criteria}"


def _criterion(criterion: dict[str, Any]) -> str:
    name, percent = criterion["metric"].replace("_", " "), 100 * criterion["at_least"]
    return f"{name} >= {percent:g} % on {describe(criterion['dataset'])}"


_WORDS: dict[str, Callable[[Dataset], str]] = {
    "generated_maps": _maps,
    "terrain": _terrain,
    "web_queries": _web,
    "navigation": _navigation,
    "vin_paper_file": _paper_file,
    "movingai_scenarios": _movingai,
    "episodes": _episodes,
    "omniglot_challenge": _challenge,
    "training_runs": _runs,
    "description": lambda dataset: str(dataset["text"]),  # cards of release 0.1 had words only
}
