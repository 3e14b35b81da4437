"""The folder of the static page: its files, and the weights of a few small entries beside them."""

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

import pnzoo
from pnzoo import hub
from pnzoo.core import atomic

PLANNERS = ("vin16", "vin_maze")
MATCHER = "matching_conv4_omniglot"
SITE = "site.json"
LARGEST = 15_000_000  # bytes of the whole folder
EXAMPLES = ("alpha", "beta", "gamma", "delta", "epsilon")  # what five invented characters are called on the page


def export_web(folder: str | os.PathLike, planners: Any = PLANNERS, matcher: str = MATCHER) -> Path:
    """Write a folder of plain files that plans on maps and names drawings in a browser.

    Any web server may give it out, such as `python -m http.server --directory FOLDER`; it asks nobody else for
    anything. A folder that an earlier call has written is replaced as a whole, any other is left alone.

    Args:
        folder: where to write.
        planners: entries or folders of a `VIN` or a `DeterministicVIN` that `pnzoo.analysis.plain_planner` takes.
        matcher: an entry or folder of a `MatchingNetwork` with a Conv-4, cosines, and no context.

    Returns:
        The folder.

    Raises:
        ValueError: a model that the page cannot run, says what it can; or a site of more than 15 MB.
        FileExistsError: the folder holds something else.
        OSError: no room on the disk, or no permission.

    Example:

    ```python
    pnzoo.web.export_web("out")     # then: python -m http.server --directory out
    ```
    """
    place = Path(os.path.abspath(folder))
    _check_replaceable(place)
    if not place.parent.is_dir():
        raise ValueError(f"there is no folder {place.parent} to write {place.name} into.")
    site = _files([_planner(name) for name in planners], _matcher(matcher))
    size = sum(map(len, site.values()))
    if size > LARGEST:
        raise ValueError(f"the page would take {size:,} bytes, more than {LARGEST:,}; take smaller models.")
    new = atomic.temporary(place)
    try:
        with atomic.naming(place, size):
            for name, data in site.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(data)
            atomic.exchange(new, place) if place.exists() else os.replace(new, place)
    finally:
        atomic.remove(new)
    return place


def _check_replaceable(place):
    if not place.exists():
        return
    if not place.is_dir() or (any(place.iterdir()) and not (place / SITE).is_file()):
        raise FileExistsError(f"{place} holds something else; give a new folder, or an empty one.")
    if Path.cwd().resolve().is_relative_to(place.resolve()):
        raise ValueError(f"{place} is the working folder or holds it; name a folder inside it, such as out.")


def _files(planners, matcher):
    """Every file of the folder: path -> bytes."""
    site = {path.name: path.read_bytes() for path in (files("pnzoo.web") / "page").iterdir() if path.is_file()}
    for card in (*planners, matcher[0]):
        site[f"models/{card['name']}.json"] = json.dumps(card).encode()
    site[f"models/{matcher[0]['name']}.bin"] = matcher[1]
    about = {
        "version": pnzoo.__version__,
        "planners": [card["name"] for card in planners],
        "matcher": matcher[0]["name"],
        "bytes": sum(map(len, site.values())),
        "examples": _examples(),
    }
    return {**site, SITE: json.dumps(about).encode()}


def _examples():
    """Five invented characters, each drawn once: bytes of 28x28 pixels, 255 at strokes."""
    from pnzoo.data import glyphs

    images = glyphs.generate(1, len(EXAMPLES), 1, seed=4).images[:, 0]
    return [{"label": name, "image": image.ravel().tolist()} for name, image in zip(EXAMPLES, images, strict=True)]


def _planner(name):
    from pnzoo.analysis import plain_planner

    model = hub.load(name)
    try:
        plain = plain_planner(model)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} does not run in a page: {error} Take {' or '.join(PLANNERS)}.") from None
    return {"name": hub.card(name)["name"], "class": type(model).__name__, "plain": plain}


def _matcher(name):
    from pnzoo.core.model import named_weights

    model = hub.load(name)
    config = model.get_config()
    plain = (
        type(model).__name__ == "MatchingNetwork" and config["backbone"] == "conv4" and config["image_size"] == 28
        and config["similarity"] == "cosine" and not config["support_embedding"] and not config["query_steps"]
        and set(config["backbone_options"]) <= {"filters"}
    )  # fmt: skip
    if not plain:
        raise ValueError(f"{name}: the page runs Matching Networks of 28x28 drawings with a Conv-4, cosines and no "
                         f"context. Take {MATCHER} or matching_glyphs.")
    found = named_weights(model).items()
    weights = {path.removeprefix("embed/backbone/"): np.asarray(weight, "float64") for path, weight in found}
    settings = {"filters": model.backbone.filters, "scale": float(model.matching_attention.scale)}
    blocks = {}
    for block in ("block1", "block2", "block3", "block4"):
        norm = {key: weights[f"{block}_norm/{key}"] for key in ("gamma", "beta", "moving_mean", "moving_variance")}
        factor = norm["gamma"] / np.sqrt(norm["moving_variance"] + model.backbone.get_layer(f"{block}_norm").epsilon)
        blocks[f"{block}/kernel"] = weights[f"{block}_conv/kernel"] * factor
        blocks[f"{block}/bias"] = norm["beta"] - norm["moving_mean"] * factor
    return _stored(name, "MatchingNetwork", settings, blocks)


def _stored(name, kind, config, arrays):
    """The card of a model's arrays, and their numbers."""
    arrays = {path: np.ascontiguousarray(array, "<f4") for path, array in arrays.items()}
    table, offset = {}, 0
    for path, array in arrays.items():
        table[path] = {"shape": list(array.shape), "offset": offset}
        offset += array.nbytes
    card = {"name": hub.card(name)["name"], "class": kind, "config": config, "arrays": table}
    return card, b"".join(array.tobytes() for array in arrays.values())
