"""Cards and models from entries. Everything is checked before anything is built, and no code comes from a file."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, overload

from pnzoo.core import backend, former, schema
from pnzoo.core.deprecation import warn
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
from pnzoo.core.schema import Bool, Either, ListOf, OneOf, Record, Text, shown
from pnzoo.hub import cards, download
from pnzoo.hub.cards import MAX_PARAMETERS, Card
from pnzoo.hub.errors import EntryError, entry_error, one_line, reading
from pnzoo.hub.files import AGAIN, CONFIG_LIMIT, check_digest, parse_json, read_bytes
from pnzoo.hub.names import (
    BodyPolicyName,
    EpisodeModelName,
    PlannerName,
    TerrainPlannerName,
    TerrainPolicyName,
    ValuePlannerName,
    WebPlannerName,
    WebPolicyName,
)
from pnzoo.hub.registry import CARD, CLASSES, CONFIG, WEIGHTS, class_named, find, list_models

FORMAT = 2  # 1 was release 0.1: other words in config.json, Keras' own layout of the weights
FORMATS = (1, 2)
_ATTEMPTS = 20

_NO_NAME: Any = object()  # until the next release, an entry may be given as name=
_POLICIES = ("float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")
# What every class takes beside its own arguments; `frozen` names the layers that are not trained.
SHARED_ARGUMENTS: dict[str, schema.Check] = {
    "dtype": Either(OneOf(*_POLICIES), Record({"default": OneOf(*_POLICIES), "layers": Record({}, others=Text(40))})),
    "trainable": Bool(),
    "frozen": ListOf(Text(200), 0, 1000),
}


def card(name: str | PathLike) -> Card:
    """The card of an entry: what it is, how it was made, what it reaches.

    Args:
        name: an entry of the zoo, or a folder written by `save`.

    Returns:
        The parsed and checked `card.json`, a dictionary (see `pnzoo.hub.cards`).

    Raises:
        ValueError: no such entry (the nearest names are suggested), or the card is not a card.
        FileNotFoundError: the folder holds no card.

    Example:

    >>> import pnzoo
    >>> pnzoo.card("vin16")["task"]
    'planning'
    """
    folder = find(name)
    with reading(folder / CARD):
        return cards.read(folder / CARD)


def read_cards(pattern: str = "*") -> tuple[dict[str, Card], dict[str, str]]:
    """The cards of the zoo's entries; a broken entry hides no other.

    Args:
        pattern: as in `list_models`.

    Returns:
        A tuple (cards, broken): name -> card of the entries that can be read, and name -> one line that says why not
        of the others.

    Example:

    >>> import pnzoo
    >>> cards, broken = pnzoo.hub.read_cards("vin*")
    >>> cards["vin16"]["model"], broken
    ('VIN', {})
    """
    readable, broken = {}, {}
    for name in list_models(pattern):
        try:
            readable[name] = card(name)
        except (ValueError, OSError) as error:
            broken[name] = one_line(error)
    return readable, broken


@overload
def load(name: ValuePlannerName, /, weights: bool = True, **overrides: Any) -> ValuePlanner: ...
@overload
def load(name: PlannerName, /, weights: bool = True, **overrides: Any) -> Planner: ...
@overload
def load(name: TerrainPolicyName, /, weights: bool = True, **overrides: Any) -> TerrainPolicy: ...
@overload
def load(name: TerrainPlannerName, /, weights: bool = True, **overrides: Any) -> TerrainPlanner: ...
@overload
def load(name: WebPolicyName, /, weights: bool = True, **overrides: Any) -> WebPolicy: ...
@overload
def load(name: WebPlannerName, /, weights: bool = True, **overrides: Any) -> WebPlanner: ...
@overload
def load(name: BodyPolicyName, /, weights: bool = True, **overrides: Any) -> BodyPolicy: ...
@overload
def load(name: EpisodeModelName, /, weights: bool = True, **overrides: Any) -> EpisodeModel: ...
@overload
def load(name: str | PathLike[str], /, weights: bool = True, **overrides: Any) -> Any: ...
def load(name: str | PathLike = _NO_NAME, /, weights: bool = True, **overrides: Any) -> Any:
    """Build a model of the zoo, or of a folder written by `save`, and give it its weights.

    Args:
        name: an entry of `list_models()`, the path of a folder, or `hf://user/repo@revision` on the Hugging Face hub.
        weights: False builds the same model with fresh weights, for training from scratch.
        **overrides: arguments of the model's class that replace the stored ones, such as `k=40`; also `dtype`,
            `trainable`, and `name`, what the Keras model is called.

    Returns:
        The built `keras.Model`.

    Raises:
        ValueError: unknown name or override, altered or truncated file, or weights that do not fit the overrides.
        FileNotFoundError: a file of the entry is missing.
        ImportError: no backend is installed.

    Example:

    ```python
    model = pnzoo.load("vin16")
    model = pnzoo.load("vin16", k=60)
    ```
    """
    if name is _NO_NAME:
        name = _former_name(overrides)
    folder = find(name)
    with reading(folder):
        entry, stored, data = _read(folder, weights)
        backend.require()
        cls = class_named(stored.class_name)
        arguments = check_arguments(cls, stored.arguments, folder / CONFIG)
    arguments |= check_overrides(cls, overrides)
    with reading(folder):
        model = build(cls, arguments, None if overrides else entry["parameters"], empty=data is not None)
        if data is not None:
            _assign(model, data, folder / WEIGHTS, overrides)
    return model


def _former_name(overrides: dict[str, Any]) -> Any:
    """The entry's name as release 0.1 took it too, by keyword."""
    if "name" not in overrides:
        raise TypeError("load() needs the name of an entry, such as pnzoo.load('vin16'), or the path of a folder.")
    warn("load(name=...) for an entry", "load(...) without the keyword")
    return overrides.pop("name")


def config(name: str | PathLike) -> dict[str, Any]:
    """The arguments of an entry's model, as `config.json` holds them; nothing is built.

    Args:
        name: an entry of the zoo, or a folder written by `save`.

    Raises:
        ValueError: no such entry, or a damaged one.
        FileNotFoundError: a file of the entry is missing.

    Example:

    >>> import pnzoo
    >>> pnzoo.hub.config("vin16")["k"]
    48
    """
    folder = find(name)
    with reading(folder):
        return _read(folder, weights=False)[1].arguments


def read_arrays(name: str | PathLike) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The class, the arguments and the weights of an entry, checked against its card; no backend is imported.

    Args:
        name: an entry of the zoo, or a folder written by `save`.

    Returns:
        A tuple (class name, arguments as `config` gives them, arrays: name -> float32).

    Raises:
        ValueError: no such entry, or a damaged one.
        FileNotFoundError: a file of the entry is missing.

    Example:

    >>> import pnzoo
    >>> class_name, arguments, arrays = pnzoo.hub.read_arrays("vin8")
    >>> class_name, arguments["channels"], arrays["policy/kernel"].shape
    ('VIN', 16, (16, 8))
    """
    from pnzoo.hub.weights import Stored  # NumPy; cards need none

    folder = find(name)
    with reading(folder):
        _, stored, data = _read(folder, weights=True)
        try:
            with Stored(data or b"") as file:
                arrays = {path: file.read(path).astype("float32") for path in file.shapes}
        except Exception as error:
            raise entry_error(folder / WEIGHTS, error) from error
    return stored.class_name, stored.arguments, arrays


class Config:
    """What a `config.json` says, in today's words: `class_name`, `arguments`, and the `format` it was written in."""

    def __init__(self, format: int, class_name: str, arguments: dict[str, Any]):
        self.format, self.class_name, self.arguments = format, class_name, arguments


def read_config(folder: Path, entry: Mapping[str, Any]) -> Config:
    """Read the `config.json` of an entry, and compare its checksum with the card.

    Raises:
        EntryError: it is none; the message names the field.
    """
    path = folder / CONFIG
    data = read_bytes(path, CONFIG_LIMIT)
    check_digest(path, data, entry["files"].get(CONFIG))
    return parse_config(path, parse_json(path, data))


def parse_config(path: Path, stored: Any) -> Config:
    """`{"format", "class", "config"}` as a `Config`."""
    if not isinstance(stored, dict):
        raise entry_error(path, f'expected an object with "format", "class" and "config", not {shown(stored)}')
    version, class_name, arguments = (stored.get(key) for key in ("format", "class", "config"))
    if type(version) is not int or version not in FORMATS:
        raise entry_error(path, f'"format" is {shown(version)}, expected {FORMAT}; upgrade pnzoo if the model is newer')
    if not isinstance(class_name, str) or former.CLASSES.get(class_name, class_name) not in CLASSES:
        raise entry_error(path, f'"class" is {shown(class_name)}, and pnzoo loads only {", ".join(CLASSES)}')
    if not isinstance(arguments, dict):
        raise entry_error(path, f'"config" must hold the arguments of {class_name}, not {shown(arguments)}')
    if unknown := set(stored) - {"format", "class", "config"}:
        raise entry_error(path, f"holds {shown(min(unknown))}, which is no part of a config")
    return Config(version, *former.updated(class_name, arguments))


def check_arguments(cls: Any, arguments: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The stored arguments in plain types; an error names the file."""
    try:
        return schema.check(cls.__name__, {**cls.CONFIG_SCHEMA, **SHARED_ARGUMENTS}, arguments)
    except ValueError as error:
        raise entry_error(path, error) from None


def check_overrides(cls: Any, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides in plain types; a policy object of Keras goes through as it is.

    Raises:
        ValueError: no argument of the class, or a value that it does not take.
    """
    table = {**cls.CONFIG_SCHEMA, **SHARED_ARGUMENTS, "name": Text(100, 1)}
    objects = {key: value for key, value in overrides.items() if key == "dtype" and hasattr(value, "compute_dtype")}
    return {**schema.check(cls.__name__, table, {k: v for k, v in overrides.items() if k not in objects}), **objects}


def build(cls: Any, arguments: dict[str, Any], parameters: int | None, empty: bool = False) -> Any:
    """A model whose parameters are counted before memory is taken for them.

    Args:
        cls: its class.
        arguments: checked ones.
        parameters: how many there must be; None allows as many as any entry may have.
        empty: leave the weights at zero, for those of a file: JAX would compile every random draw, for two seconds.

    Raises:
        ValueError: another number of parameters, or too many.
    """
    import keras
    from keras.src.backend.common import global_state

    scope = keras.StatelessScope(initialize_variables=False)  # variables have shapes in it, but no values
    try:
        with scope:
            model = cls.from_config(arguments)
            count = sum(_size(weight.shape) for weight in model.weights)
            if count > MAX_PARAMETERS:
                raise ValueError(f"this {cls.__name__} has {count:,} parameters, more than {MAX_PARAMETERS:,}")
            if parameters is not None and count != parameters:
                raise ValueError(f"the card says {parameters:,} parameters, and the config gives {count:,}; {AGAIN}")
            for weight in model.weights if empty else ():
                weight._initializer = _zeros
            scope.initialize_variables = True
    except BaseException:
        global_state.set_global_attribute("uninitialized_variables", [])  # or Keras fills them with values later
        raise
    return model


def _zeros(shape: Any, dtype: Any = None) -> Any:
    import numpy as np

    return np.zeros(shape, "float32")


def _size(shape: Any) -> int:
    size = 1
    for side in shape:
        size *= int(side)
    return size


def _read(folder: Path, weights: bool) -> tuple[Card, Config, bytes | None]:
    """Card, config and weights of one entry, although others may be saved in its place meanwhile."""
    for _ in range(_ATTEMPTS):
        entry = cards.read(folder / CARD)
        try:
            return entry, read_config(folder, entry), _read_weights(folder, entry) if weights else None
        except EntryError:
            if cards.read(folder / CARD) == entry:  # nobody replaced it: the files are wrong
                raise
    raise entry_error(folder, "other processes keep writing there; try again")


def _read_weights(folder: Path, entry: Mapping[str, Any]) -> bytes:
    """The file beside the card or, for an entry too large to ship, from its download."""
    path = folder / WEIGHTS
    if entry.get("download") and not path.exists():
        return download.fetch(entry["name"], entry["download"])
    data = read_bytes(path, weights_limit(entry["parameters"]))
    check_digest(path, data, entry["files"].get(WEIGHTS))
    return data


def weights_limit(parameters: int) -> int:
    """Bytes that a file of so many float32 weights may have, with HDF5's own and an optimizer of release 0.1."""
    return 12 * parameters + 1_000_000


def _assign(model: Any, data: bytes, path: Path, overrides: Mapping[str, Any]) -> None:
    """Give a model the weights of a file, once all of them fit."""
    from pnzoo.core.model import load_former_weights, named_weights
    from pnzoo.hub.weights import Stored, mismatch  # NumPy; cards need none

    try:
        with Stored(data) as stored:
            weights = named_weights(model)
            if problem := mismatch(stored.shapes, weights):
                arrays = {name: stored.read(name) for name in stored.shapes if not name.startswith("optimizer/")}
                if not load_former_weights(model, arrays):
                    raise ValueError(problem)
                return
            for name, variable in weights.items():
                variable.assign(stored.read(name))
    except Exception as error:
        given = ", ".join(f"{key}={shown(value)}" for key, value in overrides.items())
        why = f"with {given} the model has other weights; pass weights=False to train it anew" if given else error
        raise entry_error(path, f"does not fit this {type(model).__name__}: {why}") from error
