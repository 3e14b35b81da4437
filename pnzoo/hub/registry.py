"""Where the entries are, what they are called, and which classes a file can name."""

import difflib
import fnmatch
import re
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from pnzoo.core.schema import shown
from pnzoo.hub.errors import EntryError

CONFIG, WEIGHTS, CARD, README = "config.json", "model.weights.h5", "card.json", "README.md"
ENTRY = {CONFIG, WEIGHTS, CARD, README}

# The only classes that a file can name, and the module of each.
CLASSES = {
    "VIN": "pnzoo.models.planning.vin",
    "DeterministicVIN": "pnzoo.models.planning.deterministic_vin",
    "GPPN": "pnzoo.models.planning.gppn",
    "CNNPolicy": "pnzoo.models.planning.reactive",
    "FCNPolicy": "pnzoo.models.planning.reactive",
    "GraphVIN": "pnzoo.models.planning.graph_vin",
    "ReactiveGraphPolicy": "pnzoo.models.planning.graph_vin",
    "ContinuousCNNPolicy": "pnzoo.models.planning.reactive_continuous",
    "ContinuousVIN": "pnzoo.models.planning.continuous_vin",
    "TerrainCNNPolicy": "pnzoo.models.planning.reactive_terrain",
    "TerrainVIN": "pnzoo.models.planning.terrain_vin",
    "MatchingNetwork": "pnzoo.models.few_shot.matching",
    "PhotoMatchingNetwork": "pnzoo.models.few_shot.photo_matching",
    "SentenceMatchingNetwork": "pnzoo.models.few_shot.sentence_matching",
    "SiameseNetwork": "pnzoo.models.few_shot.siamese",
    "MANN": "pnzoo.models.few_shot.mann",
    "EfficientNetLite": "pnzoo.models.backbones.efficientnet_lite",
}


def class_named(name: str) -> Any:
    """The class of that name in `CLASSES`; imports its module, and Keras with it."""
    return getattr(import_module(CLASSES[name]), name)


def zoo_folder() -> Path:
    """The folder that holds the entries: `zoo/` of the clone, or `pnzoo/zoo` where a wheel put it."""
    package = Path(__file__).parents[1]
    clone = package.parent
    if (clone / "pyproject.toml").is_file() and (clone / "zoo").is_dir():
        return clone / "zoo"
    return package / "zoo"


def list_models(pattern: str = "*") -> list[str]:
    """Names of the zoo's entries, in natural order (`vin8` before `vin16`).

    Args:
        pattern: shell wildcards `*`, `?` and `[...]`.

    Returns:
        The names that match; an empty list if none does.

    Raises:
        TypeError: the pattern is no string.

    Example:

    >>> import pnzoo
    >>> isinstance(pnzoo.list_models("vin*"), list)
    True
    """
    if not isinstance(pattern, str):
        raise TypeError(f"list_models takes a pattern such as 'vin*', not {shown(pattern)}")
    zoo = _zoo()
    names = [folder.name for folder in zoo.iterdir() if (folder / CONFIG).is_file()] if zoo.is_dir() else []
    return sorted(fnmatch.filter(names, pattern), key=_natural)


def find(name: str | PathLike) -> Path:
    """The folder of an entry: its name in the zoo, the path of a folder that `save` wrote, or an address of the hub.

    Raises:
        TypeError: neither a name nor a path.
        EntryError: no such entry; the nearest names are suggested.
    """
    if not isinstance(name, str | PathLike):
        raise TypeError(
            f"expected the name of a model or a folder, got {shown(name)}; pnzoo.list_models() has the names"
        )
    if str(name) in list_models():
        return _zoo() / str(name)
    if str(name).startswith("hf://"):
        from pnzoo.hub.huggingface import fetch  # nobody needs it for what is here

        return fetch(str(name))
    path = Path(name)
    try:
        if (path / CONFIG).is_file() or (path / CARD).exists():
            return path
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a name that is too long, or holds a zero byte
        is_folder = False
    raise EntryError(_unknown(path, is_folder))


def nearest(word: str, words: list[str]) -> list[str]:
    """Up to three of `words` that look like `word`, whatever its case."""
    by_lower = {w.lower(): w for w in words}
    return [by_lower[w] for w in difflib.get_close_matches(word[:200].lower(), by_lower, n=3, cutoff=0.5)]


def _zoo() -> Path:
    return import_module("pnzoo.hub").zoo_folder()  # by its public name, where a test puts another zoo


def _natural(name: str) -> list:
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _unknown(path: Path, is_folder: bool) -> str:
    name = shown(str(path))
    if re.match(r"[a-z]+:/", str(path)):
        return f"{name} is no address that pnzoo reads; type hf://user/repo for an entry on the Hugging Face hub"
    if path.suffix == ".keras":
        return f"{name} is a Keras file, not an entry: import pnzoo, then keras.models.load_model({name})"
    if is_folder:
        return f"the folder {name} holds no model: expected {CONFIG}, {WEIGHTS} and {CARD}, as pnzoo.save writes them"
    near = nearest(str(path), list_models())
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"no model {name} in the zoo and no such folder; {hint}pnzoo.list_models() names them all"
