"""The model zoo: list the entries, read a card, load a model, save one's own.

An entry is a folder of plain files: `config.json` (a class name and its arguments), `model.weights.h5`
(arrays), `card.json` (where they come from, what they reach, sha256 of both) and `README.md` (the card for people).
Loading runs no code from a file: JSON is parsed, the class is looked up in the closed table
`CLASSES`, hashes are compared, the model is built, and only then are arrays read into it.
"""

import difflib
import fnmatch
import hashlib
import inspect
import re
import shutil
import tempfile
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnzoo.core import backend as _backend
from pnzoo.hub import cards

if TYPE_CHECKING:
    import keras

FORMAT = 1
CONFIG, WEIGHTS, CARD, README = "config.json", "model.weights.h5", "card.json", "README.md"
ENTRY = {CONFIG, WEIGHTS, CARD, README}

# The only classes that a file can name, and the module of each.
CLASSES = {
    "VIN": "pnzoo.models.planning.vin",
    "LongVIN": "pnzoo.models.planning.deterministic_vin",
    "GPPN": "pnzoo.models.planning.gppn",
    "CNNPolicy": "pnzoo.models.planning.reactive",
    "FCNPolicy": "pnzoo.models.planning.reactive",
    "MatchingNetwork": "pnzoo.models.few_shot.matching",
    "SiameseNetwork": "pnzoo.models.few_shot.siamese",
    "MANN": "pnzoo.models.few_shot.mann",
}


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

    Example:

    >>> import pnzoo
    >>> isinstance(pnzoo.list_models("vin*"), list)
    True
    """
    if not isinstance(pattern, str):
        raise TypeError(f"list_models takes a pattern such as 'vin*', not {pattern!r}")
    zoo = zoo_folder()
    names = [folder.name for folder in zoo.iterdir() if (folder / CONFIG).is_file()] if zoo.is_dir() else []
    return sorted(fnmatch.filter(names, pattern), key=_natural)


def card(name: str | PathLike) -> dict[str, Any]:
    """The card of an entry: what it is, how it was made, what it reaches.

    Args:
        name: an entry of the zoo, or a folder written by `save`.

    Returns:
        The parsed and checked `card.json`.

    Raises:
        ValueError: no such entry (the nearest names are suggested), or the card is not a card.
        FileNotFoundError: the folder holds no card.
    """
    return cards.read(_folder(name) / CARD)


def load(name: str | PathLike, weights: bool = True, **overrides: Any) -> "keras.Model":
    """Build a model of the zoo, or of a folder written by `save`, and give it its weights.

    Args:
        name: an entry of `list_models()`, or the path of a folder.
        weights: False builds the same model with fresh weights, for training from scratch.
        **overrides: arguments of the model's class that replace the stored ones, such as `k=40`.

    Returns:
        The built `keras.Model`.

    Raises:
        ValueError: unknown name or override, altered or truncated file, or weights that do not fit the overrides.
        FileNotFoundError: a file of the entry is missing.
        ImportError: no backend is installed.

    Example:

    ```python
    model = pnzoo.load("vin16")
    patient = pnzoo.load("vin16", k=60)
    ```
    """
    folder = _folder(name)
    entry = cards.read(folder / CARD)
    _check_hash(folder / CONFIG, entry["files"].get(CONFIG))
    class_name, config = _read_config(folder / CONFIG)
    path = _weights_file(folder, entry) if weights else None
    _backend.require()
    cls = getattr(import_module(CLASSES[class_name]), class_name)
    _check_overrides(cls, overrides)
    model = cls(**{**config, **overrides})
    model.build_weights()
    if path is not None:
        _load_weights(model, path, overrides)
    return model


def save(model: "keras.Model", folder: str | PathLike, card: dict[str, Any] | None = None) -> Path:
    """Write a model as an entry that `load` reads: config, weights, card and README.

    The folder appears whole or not at all, and one that is there already is replaced only once
    the new one is complete. `name`, `model`, `parameters` and `files` of the card are filled in here.

    Args:
        model: an instance of a class in `CLASSES`.
        folder: where to write; its name becomes the entry's name.
        card: what is known of the model: summary, data, command, metrics (see `pnzoo.hub.cards`).

    Returns:
        The folder.

    Raises:
        ValueError: the model's class is not in `CLASSES`, the card is not a card, or the folder holds other files.
    """
    folder = Path(folder).absolute()
    class_name = type(model).__name__
    if class_name not in CLASSES:
        raise ValueError(f"save writes one of {', '.join(CLASSES)}, and this model is a {class_name}")
    _check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_entry(model, new, folder.name, dict(card or {}))
        new.chmod(0o755)  # mkdtemp made it private
        _swap(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


# -- finding an entry ---------------------------------------------------------------------------


def _natural(name: str) -> list:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _folder(name: str | PathLike) -> Path:
    if not isinstance(name, str | PathLike):
        raise TypeError(f"expected the name of a model or a folder, got {name!r}; pnzoo.list_models() has the names")
    if str(name) in list_models():
        return zoo_folder() / str(name)
    path = Path(name)
    if (path / CONFIG).is_file() or (path / CARD).is_file():
        return path
    raise ValueError(_unknown(str(name), path))


def _unknown(name: str, path: Path) -> str:
    if path.is_dir():
        return f"the folder {name!r} holds no model: expected {CONFIG}, {WEIGHTS} and {CARD}, as pnzoo.save writes them"
    near = nearest(name, list_models())
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"no model {name!r} in the zoo and no such folder; {hint}pnzoo.list_models() names them all"


def nearest(word: str, words: list[str]) -> list[str]:
    """Up to three of `words` that look like `word`, whatever its case."""
    by_lower = {w.lower(): w for w in words}
    return [by_lower[w] for w in difflib.get_close_matches(word.lower(), by_lower, n=3, cutoff=0.5)]


# -- checking an entry --------------------------------------------------------------------------


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_hash(path: Path, expected: str | None) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; install pnzoo again, or save the model again")
    if expected is None:
        raise ValueError(f"the card beside {path} holds no sha256 of it; save the model again")
    found = sha256(path)
    if found != expected:
        raise ValueError(
            f"{path} was altered or truncated: its sha256 is {found[:12]}..., the card says {expected[:12]}...; "
            f"install pnzoo again, or save the model again"
        )


def _read_config(path: Path) -> tuple[str, dict[str, Any]]:
    stored = cards.read_json(path)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f'{path}: expected an object with "format": {FORMAT}; upgrade pnzoo if the model is newer')
    class_name, config = stored.get("class"), stored.get("config")
    if not isinstance(class_name, str) or class_name not in CLASSES:
        raise ValueError(f'{path}: "class" is {class_name!r}, and pnzoo loads only {", ".join(CLASSES)}')
    if not isinstance(config, dict):
        raise ValueError(f'{path}: "config" must hold the arguments of {class_name}, found {config!r}')
    _check_plain(config, path)
    return class_name, config


def _check_plain(value: Any, path: Path) -> None:
    """Refuse Keras' serialised objects: Keras would import a module that the file names."""
    if isinstance(value, dict):
        if {"class_name", "registered_name", "module"} & set(value):
            raise ValueError(f"{path}: holds a serialised object, and pnzoo loads only numbers, strings and lists")
        for item in value.values():
            _check_plain(item, path)
    elif isinstance(value, list):
        for item in value:
            _check_plain(item, path)


def _check_overrides(cls: type, overrides: dict[str, Any]) -> None:
    parameters = inspect.signature(cls.__init__).parameters.values()
    known = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name != "self"]
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        known += [word for word in ("dtype", "trainable") if word not in known]
    for word in overrides:
        if word not in known:
            near = nearest(word, known)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise ValueError(f"{cls.__name__} takes no {word!r}; {hint}It takes {', '.join(known)}")


def _weights_file(folder: Path, entry: dict[str, Any]) -> Path:
    """The weights beside the card or, for an entry too large to ship, in Keras' download cache."""
    path = folder / WEIGHTS
    download = entry.get("download")
    if path.is_file() or download is None:
        _check_hash(path, entry["files"].get(WEIGHTS))
        return path
    _backend.require()
    import keras

    digest = download["sha256"]
    file = keras.utils.get_file(
        f"{entry['name']}-{digest[:12]}.weights.h5",  # a new version never meets an old one's file
        download["url"],
        cache_subdir="pnzoo",
        file_hash=digest,
        hash_algorithm="sha256",
    )
    _check_hash(Path(file), digest)
    return Path(file)


def _load_weights(model: "keras.Model", path: Path, overrides: dict[str, Any]) -> None:
    try:
        model.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        given = ", ".join(f"{key}={value!r}" for key, value in overrides.items())
        why = f"with {given} the model has other weights; pass weights=False to train it anew" if given else str(error)
        raise ValueError(f"{path} does not fit this {type(model).__name__}: {why}") from error


# -- writing an entry ---------------------------------------------------------------------------


def _write_entry(model: "keras.Model", folder: Path, name: str, card: dict[str, Any]) -> None:
    class_name = type(model).__name__
    config = _plain_config(model)
    _check_plain(config, folder / CONFIG)
    cards.write_json(folder / CONFIG, {"format": FORMAT, "class": class_name, "config": config})
    model.save_weights(folder / WEIGHTS)
    card = {
        "task": "planning" if hasattr(model, "plan") else "few-shot",
        **card,
        "name": name,
        "model": class_name,
        "parameters": int(model.count_params()),
        "files": {file: sha256(folder / file) for file in (CONFIG, WEIGHTS)},
    }
    cards.write_json(folder / CARD, cards.ordered(card))
    written = cards.read(folder / CARD)  # a card that cannot be read back is never published
    (folder / README).write_text(cards.readme(written), encoding="utf-8")


def _plain_config(model: "keras.Model") -> dict[str, Any]:
    """`get_config()` without what names the instance, its dtype policy by name."""
    config = {key: value for key, value in model.get_config().items() if key not in ("name", "trainable")}
    if "dtype" in config:
        config["dtype"] = model.dtype_policy.name
    return config


def _check_replaceable(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; save takes a folder")
    other = {file.name for file in folder.iterdir()} - ENTRY if folder.is_dir() else set()
    if other:
        raise ValueError(
            f"{folder} holds other files ({', '.join(sorted(other)[:3])}), which saving here would delete; "
            f"choose a folder of its own for the model"
        )


def _swap(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`; whatever fails, one of the two stands there whole."""
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent)) / folder.name
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    finally:
        shutil.rmtree(old.parent)
