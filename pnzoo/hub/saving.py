"""Writing entries: whole or not at all, over nothing but an entry, and nothing that `load` would refuse."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnzoo.core import atomic, schema
from pnzoo.hub import cards, former
from pnzoo.hub.cards import Card
from pnzoo.hub.errors import EntryError
from pnzoo.hub.files import CARD_LIMIT, CONFIG_LIMIT
from pnzoo.hub.loading import FORMAT, SHARED_ARGUMENTS, build, card, parse_config
from pnzoo.hub.registry import CARD, CLASSES, CONFIG, ENTRY, README, WEIGHTS, class_named, find

if TYPE_CHECKING:
    import keras

_ATTEMPTS = 100


def save(
    model: "keras.Model",
    folder: str | PathLike,
    card: Mapping[str, Any] | None = None,
    *,
    weights_dtype: str = "float32",
) -> Path:
    """Write a model as an entry that `load` reads: config, weights, card and README.

    The folder appears whole or not at all, and one that is there already is replaced only if it is an entry whose
    README nobody edited, and only once the new one is complete. `name`, `model`, `parameters` and `files` of the card
    are filled in here. The optimizer is not stored.

    Args:
        model: an instance of a class in `CLASSES`.
        folder: where to write; its name becomes the entry's name.
        card: what is known of the model: summary, data, command, metrics (see `pnzoo.hub.cards`).
        weights_dtype: "float32", or "float16", which halves the file and rounds the weights.

    Returns:
        The folder.

    Raises:
        ValueError: the model's class is not in `CLASSES`, the card is not a card, or the folder holds other files or an
            edited README.
        OSError: the folder cannot be written, or the disk is full; names it, and the bytes that are needed.

    Example:

    ```python
    pnzoo.save(model, "my_vin", {"summary": "Fine-tuned on my maps.", "seed": 0})
    ```
    """
    place = writable_folder(folder)
    files = entry_files(model, place.name, {} if card is None else card, weights_dtype)
    _write(place, files)
    return place


def update_card(name: str | PathLike, **changes: Any) -> Card:
    """Change keys of an entry's card, and make its README anew; config and weights stay as they are.

    Args:
        name: an entry of the zoo, or a folder written by `save`.
        **changes: keys of the card; None removes one.

    Returns:
        The new card.

    Raises:
        ValueError: the entry has no card, or it would be none.

    Example:

    ```python
    pnzoo.hub.update_card("my_vin", limitations=["Maps up to 16x16."])
    ```
    """
    folder = find(name)
    new = cards.check({**card(folder), **former.announced(changes)})
    atomic.write_text(folder / README, cards.readme(new))
    atomic.write_json(folder / CARD, new)  # last: a README of yesterday beside a new card is made anew next time
    return new


def entry_files(model: Any, name: str, card: Mapping[str, Any], weights_dtype: str = "float32") -> dict[str, bytes]:
    """The four files of an entry: name -> content.

    Raises:
        ValueError: the model or the card cannot be stored so that `load` reads it.
    """
    from pnzoo.hub.weights import DTYPES  # NumPy; cards need none

    if weights_dtype not in list(DTYPES):
        raise ValueError(f"weights_dtype is {' or '.join(DTYPES)}, not {schema.shown(weights_dtype)}")
    class_name = _class_name(model)
    config = {"format": FORMAT, "class": class_name, "config": _config(model)}
    files = {CONFIG: atomic.to_json(config, CONFIG).encode(), WEIGHTS: _weights(model, config, weights_dtype)}
    task = _task(model)
    digests = {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
    facts = {"name": name, "model": class_name, "parameters": int(model.count_params()), "files": digests}
    written = cards.check({"task": task, **former.announced(card), **facts})
    files |= {CARD: atomic.to_json(written, CARD).encode(), README: cards.readme(written).encode()}
    for file, limit in ((CONFIG, CONFIG_LIMIT), (CARD, CARD_LIMIT)):
        if len(files[file]) > limit:
            raise EntryError(f"{file} would hold {len(files[file]):,} bytes, and `load` reads at most {limit:,}")
    return files


def _task(model: Any) -> str:
    """Of what kind a model is, by what it can do."""
    signs = {"terrain": "fit_paths", "web": "page_scores", "navigation": "drive", "planning": "plan"}
    for task, method in signs.items():
        if hasattr(model, method):
            return task
    return "few-shot"


def _class_name(model: Any) -> str:
    name = type(model).__name__
    if name not in CLASSES or type(model) is not class_named(name):
        home = f" of {type(model).__module__}" if name in CLASSES else ""
        raise EntryError(f"save writes one of {', '.join(CLASSES)}, and this model is a {name}{home}")
    return name


def _config(model: Any) -> dict[str, Any]:
    """`get_config()` without the name of the instance, nor what is as usual."""
    config = {key: value for key, value in model.get_config().items() if key != "name"}
    if config.get("trainable") is True:
        del config["trainable"]
    if isinstance(config.get("dtype"), dict) and "config" in config["dtype"]:
        config["dtype"] = model.dtype_policy.name
    if config.get("dtype") == "float32":
        del config["dtype"]
    return schema.check(type(model).__name__, {**type(model).CONFIG_SCHEMA, **SHARED_ARGUMENTS}, config)


def _weights(model: Any, config: dict[str, Any], dtype: str) -> bytes:
    """The weights, after the same model was built from the config alone: what cannot be loaded is not saved."""
    from pnzoo.core.model import named_weights
    from pnzoo.hub.weights import mismatch, to_bytes  # NumPy; cards need none

    weights = named_weights(model)
    parsed = parse_config(Path(CONFIG), config)
    try:
        again = named_weights(build(type(model), parsed.arguments, None))
        problem = mismatch({name: tuple(variable.shape) for name, variable in weights.items()}, again)
        if problem:
            raise ValueError(f"built again from its config, {problem}")
        return to_bytes(weights, dtype)
    except ValueError as error:
        quantized = any(getattr(layer, "quantization_mode", None) for layer in model._flatten_layers())
        advice = f"{'a quantized model is kept' if quantized else 'it may be kept'} by model.save('name.keras')"
        raise EntryError(f"this {type(model).__name__} cannot be saved as an entry: {error}; {advice}") from error


# -- the folder -----------------------------------------------------------------------------------


def writable_folder(folder: str | PathLike) -> Path:
    """The absolute path of a folder that may be written: a new one, an empty one, or an entry.

    Raises:
        ValueError: it is a file, a link, the working folder, or holds what is no entry.
    """
    if not isinstance(folder, str | PathLike) or not str(folder).strip() or "\0" in str(folder):
        raise ValueError(f"save takes the path of a folder, not {schema.shown(str(folder))}")
    place = Path(os.path.abspath(folder))
    if place.is_symlink():
        raise ValueError(f"{place} is a link; save to the folder that it leads to: {os.path.realpath(place)}")
    if Path.cwd().is_relative_to(place) or Path.cwd().resolve().is_relative_to(place.resolve()):
        raise ValueError(f"{place} is the working folder or holds it; name a folder inside it, such as my_model")
    if place.exists():
        _check_replaceable(place)
    return place


def _check_replaceable(place: Path) -> None:
    """Several files are read; where another saver put a new entry there in between, they are read again."""
    for _ in range(_ATTEMPTS):
        before = _identity(place)
        try:
            return _check_files(place)
        except (ValueError, OSError):
            if _identity(place) == before:
                raise
    raise OSError(16, "other processes keep writing there", str(place))


def _identity(place: Path) -> tuple[int, ...] | None:
    """Changes when another folder takes this place."""
    try:
        found = place.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def _check_files(place: Path) -> None:
    if not place.is_dir():
        raise ValueError(f"{place} is a file; save takes a folder")
    present = {file.name: file for file in place.iterdir()}
    if not present:
        return
    other = sorted(name for name, file in present.items() if name not in ENTRY or file.is_symlink() or file.is_dir())
    advice = "which saving here would delete; choose a folder of its own for the model"
    if other:
        raise ValueError(f"{place} holds other files ({', '.join(map(schema.shown, other[:3]))}), {advice}")
    try:
        entry = cards.read(place / CARD)
    except (ValueError, OSError):
        raise ValueError(f"{place} holds {', '.join(sorted(present))} but no card of an entry, {advice}") from None
    if not {CONFIG, WEIGHTS} <= set(entry["files"]):
        raise ValueError(f"the card in {place} is that of no entry; {advice.partition('; ')[2]}")
    if README in present and not _is_made_from(place / README, entry):
        raise ValueError(
            f"{place / README} is not the page that the card beside it gives: somebody edited it, or another release "
            f"wrote it, and saving here would replace it. Move it elsewhere (or delete it) and save again, or "
            f"{advice.partition('; ')[2]}"
        )


def _is_made_from(page: Path, entry: Card) -> bool:
    """Whether a README is what `save` wrote with this card."""
    try:
        return page.read_text(encoding="utf-8") == cards.readme(entry)
    except (OSError, UnicodeDecodeError):
        return False


def _write(place: Path, files: Mapping[str, bytes]) -> None:
    size = sum(map(len, files.values()))
    with atomic.naming(place, size):
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            atomic.sweep(place.parent, place.name)
        new = atomic.temporary(place)
        try:
            if shutil.disk_usage(place.parent).free < size:
                raise OSError(28, "No space left on device")
            new.mkdir()
            for name, data in files.items():
                atomic.write_bytes(new / name, data)
            _swap(new, place)
        finally:
            atomic.remove(new)


def _swap(new: Path, place: Path) -> None:
    """Put `new` in its place, and what stood there in the place of `new`; of several savers the last one wins."""
    for _ in range(_ATTEMPTS):
        try:
            new.rename(place)  # an empty folder gives way
            return
        except OSError:
            if not place.exists():
                raise
        try:
            atomic.exchange(new, place)
            return
        except FileNotFoundError:  # another saver is at it
            continue
    raise OSError(16, "other processes keep writing there")
