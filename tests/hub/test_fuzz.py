"""Thousands of broken entries: each gives a right answer or one `EntryError` of one line, soon, and in little memory.

A mutation is a function of its number, so a failure names what to look at: `mutate(number)` makes the same entry again.
Every config and weights file is sealed anew: the checksum in the card is true, as an attacker would have it.
"""

import hashlib
import io
import json
import os
import resource
import time

import h5py
import keras
import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.models import VIN, MatchingNetwork
from tests.toys import CARD, Guide

SECONDS, MEGABYTES = 2.0, 1000
NASTY = [
    None, True, False, 0, -1, 1, 2, 3.0, 0.5, -0.0, 10**6, 2**31, 2**63, 10**30, 1e308, -1e308, "", "x", "3", "relu",
    "os.system", "x" * 5000, "\ud800", "\n\n", [], {}, [1], [[1]], [None], [0] * 3000, {"a": 1}, {"a": {"a": {"a": 1}}},
    ["a", "b"],
    {"class_name": "Lambda", "module": "os", "config": {}}, {"registered_name": "x"}, [1e308, -1e308], [-1], [2.5],
    [True], [4096] * 16, [64] * 3, {"default": "float32", "layers": {"x": "y"}}, "float16", "mixed_bfloat16", "float64",
]  # fmt: skip
TOKENS = [b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"NaN", b"Infinity", b"1e999", b"-", b"9" * 400, b"null",
          b"\x00", b"\xff", b'{"a":' * 30, b"[" * 2000, b'"name": 1,', b"true"]  # fmt: skip


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """A whole entry of three kinds, as bytes: {kind: {file: content}}."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(hub.CLASSES, "Guide", "tests.toys")
        models = {
            "guide": Guide(),
            "vin": VIN(k=3, channels=2, filters=[4]),
            "matching": MatchingNetwork(backbone_options={"filters": 2}),
        }
        folder = tmp_path_factory.mktemp("originals")
        for kind, model in models.items():
            pnzoo.save(model, folder / kind, CARD)
        yield {kind: {file.name: file.read_bytes() for file in (folder / kind).iterdir()} for kind in models}


def sealed(files, **changed):
    """The files with some changed, and the card's checksums true for them."""
    files = {**files, **changed}
    card = json.loads(files["card.json"])
    card["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in ("config.json", "model.weights.h5")}
    return {**files, "card.json": json.dumps(card).encode()}


def places(value, path=()):
    """Paths of all values in a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def replaced(value, path, new):
    """A copy of a JSON value with another one at a path."""
    if not path:
        return new
    value = value.copy()
    value[path[0]] = replaced(value[path[0]], path[1:], new)
    return value


# -- kinds of mutation: function (files, random generator) -> files -----------------------------------


def any_json(value):
    return json.dumps(value, allow_nan=True, ensure_ascii=True).encode()


def value_in_card(files, rng):
    card = json.loads(files["card.json"])
    where = list(places(card))
    card = replaced(card, where[rng.integers(len(where))], NASTY[rng.integers(len(NASTY))])
    return {**files, "card.json": any_json(card)}


def key_in_card(files, rng):
    card = json.loads(files["card.json"])
    where = [path for path in places(card) if path]
    path = where[rng.integers(len(where))]
    parent = card
    for key in path[:-1]:
        parent = parent[key]
    value = parent.pop(path[-1])
    if isinstance(parent, dict) and rng.random() < 0.5:
        parent[["limits", "Name", "", "k" * 300, "task "][rng.integers(5)]] = value
    return {**files, "card.json": any_json(card)}


def text_of(name):
    def mutate(files, rng):
        data = bytearray(files[name])
        for _ in range(rng.integers(1, 4)):
            at = int(rng.integers(len(data)))
            how = rng.integers(4)
            if how == 0:
                data[at] = int(rng.integers(256))
            elif how == 1:
                data = data[:at] or data
            elif how == 2:
                data[at:at] = TOKENS[rng.integers(len(TOKENS))]
            else:
                data[at : at + int(rng.integers(1, 40))] = b""
            data = data or bytearray(b" ")
        files = {**files, name: bytes(data)}
        return files if name == "card.json" else sealed(files)

    return mutate


def value_in_config(files, rng):
    config = json.loads(files["config.json"])
    where = list(places(config))
    path = where[rng.integers(len(where))] if rng.random() < 0.7 else ("config", _any_key(config["config"], rng))
    return sealed(files, **{"config.json": any_json(replaced(config, path, NASTY[rng.integers(len(NASTY))]))})


def _any_key(arguments, rng):
    keys = [*arguments, "dtype", "trainable", "frozen"]
    arguments.update({key: None for key in keys if key not in arguments})
    return keys[rng.integers(len(keys))]


def key_in_config(files, rng):
    config = json.loads(files["config.json"])
    words = ["input_shape", "name", "batch_size", "weights", "class_name", "kk", "", "K", "x" * 3000, "__class__"]
    word = words[rng.integers(len(words))]
    config["config"][word] = NASTY[rng.integers(len(NASTY))]
    return sealed(files, **{"config.json": any_json(config)})


def duplicated_key(files, rng):
    name = ["card.json", "config.json"][rng.integers(2)]
    text = files[name].decode()
    keys = [part.split('"')[-1] for part in text.split('":')[:-1]]
    key = keys[rng.integers(len(keys))]
    files = {**files, name: text.replace(f'"{key}":', f'"{key}": 3, "{key}":', 1).encode()}
    return files if name == "card.json" else sealed(files)


def bytes_of_weights(files, rng):
    data = bytearray(files["model.weights.h5"])
    for _ in range(rng.integers(1, 6)):
        at = int(rng.integers(len(data)))
        how = rng.integers(5)
        if how == 0:
            data[at] ^= 1 << int(rng.integers(8))
        elif how == 1:
            data[at] = int(rng.integers(256))
        elif how == 2:
            data[at : at + 8] = (b"\xff" * 8)[: len(data) - at]
        elif how == 3:
            data[at : at + 8] = int(rng.integers(2**40)).to_bytes(8, "little")[: len(data) - at]
        elif rng.random() < 0.3:
            data = data[: max(1, at)]
    return sealed(files, **{"model.weights.h5": bytes(data)})


def structure_of_weights(files, rng):
    buffer = io.BytesIO(files["model.weights.h5"])
    with h5py.File(buffer, "a") as file:
        names = []
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        name = names[rng.integers(len(names))]
        STRUCTURES[rng.integers(len(STRUCTURES))](file, name, rng)
    return sealed(files, **{"model.weights.h5": buffer.getvalue()})


def _other(make):
    def change(file, name, rng):
        array = file[name][()]
        del file[name]
        make(file, name, array)

    return change


def _dataset(**options):
    return _other(lambda file, name, array: file.create_dataset(name, data=array, **options))


def _unfilled(shape, **options):
    """Terabytes of zeros that take no bytes in the file."""
    return _other(lambda file, name, array: file.create_dataset(name, shape, "f4", **options))


def _as(convert):
    return _other(lambda file, name, array: file.__setitem__(name, convert(array)))


def _link(link):
    return _other(lambda file, name, array: file.__setitem__(name, link))


def _layout():
    layout = h5py.VirtualLayout((5, 8), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (5, 8))
    return layout


STRUCTURES = [
    lambda file, name, rng: file.__delitem__(name),
    lambda file, name, rng: file.__setitem__("extra", np.zeros(3, "float32")),
    lambda file, name, rng: file.create_group("extra/deep"),
    lambda file, name, rng: file.__setitem__("again", file[name]),  # a second hard link
    lambda file, name, rng: file.create_group("loop").__setitem__("loop", file["/"]),  # a circle of hard links
    lambda file, name, rng: [file.create_group(f"many/{i}") for i in range(300)],
    lambda file, name, rng: file.attrs.update({"keras": "x" * 30_000}),
    _as(lambda x: np.full_like(x, np.nan)),
    _as(lambda x: np.full_like(x, np.inf)),
    _as(lambda x: x.astype("float64")),
    _as(lambda x: x.astype("float16")),
    _as(lambda x: x.astype("complex64")),
    _as(lambda x: x.astype("int32")),
    _as(lambda x: x > 0),
    _as(lambda x: x.astype(">f4")),
    _as(lambda x: x[..., None]),
    _as(lambda x: x.ravel()[:-1]),
    _as(lambda x: x.T),
    _as(lambda x: np.zeros((0, *x.shape), "float32")),
    _as(lambda x: "text"),
    _as(lambda x: h5py.Empty("f4")),
    _as(lambda x: np.zeros(3, [("a", "f4"), ("b", "S9")])),
    _as(lambda x: h5py.SoftLink("/nothing")),
    _link(h5py.ExternalLink("/etc/passwd", "/x")),
    _link(h5py.ExternalLink("/dev/zero", "/x")),
    _link(h5py.SoftLink("/")),
    _dataset(chunks=True),
    _dataset(chunks=True, compression="gzip"),
    _unfilled((4000, 4000, 60), chunks=(4000, 4000, 60)),
    _unfilled((4000, 4000, 60), chunks=True, compression="gzip"),
    _unfilled((10**6, 10**6)),
    _other(lambda file, name, array: file.create_dataset(name, array.shape, "f4")),
    _other(lambda file, name, array: file.create_dataset(name, (5, 8), "f4", external=[("/dev/zero", 0, 160)])),
    _other(lambda file, name, array: file.create_virtual_dataset(name, _layout())),
    _other(lambda file, name, array: file.create_group(name)),
    _other(lambda file, name, array: file.__setitem__(name, np.dtype("f4"))),
]  # fmt: skip

KINDS = {  # mutations of each kind, and the entries they are made of
    value_in_card: (500, ("guide",)),
    key_in_card: (100, ("guide",)),
    text_of("card.json"): (300, ("guide",)),
    value_in_config: (450, ("guide", "guide", "guide", "guide", "vin", "matching")),
    key_in_config: (80, ("guide", "vin", "matching")),
    text_of("config.json"): (200, ("guide",)),
    duplicated_key: (60, ("guide", "vin")),
    bytes_of_weights: (300, ("guide",)),
    structure_of_weights: (150, ("guide", "vin")),
}
assert sum(count for count, _ in KINDS.values()) >= 2000


def mutations(originals):
    """(number, kind, files) of all mutations."""
    number = 0
    for kind, (count, entries) in KINDS.items():
        for i in range(count):
            yield number, kind, kind(originals[entries[i % len(entries)]], np.random.default_rng(number))
            number += 1


def attempt(folder):
    """Load an entry; returns what is wrong with how that went, or None."""
    start = time.perf_counter()
    try:
        card = pnzoo.card(folder)
        model = pnzoo.load(folder)
    except hub.EntryError as error:
        words = str(error)
        if "\n" in words or len(words) > 300 + len(str(folder)) + 20 or str(folder) not in words:
            return f"the message is {words!r}"
    except Exception as error:
        return f"{type(error).__name__}: {error!s:.200}"
    else:
        if model.count_params() != card["parameters"] or not _finite(model):
            return f"a wrong model was loaded: {model.get_config()}"
    seconds = time.perf_counter() - start
    return f"it took {seconds:.1f} s" if seconds > SECONDS else None


def _finite(model):
    return all(np.isfinite(keras.ops.convert_to_numpy(keras.ops.cast(w, "float32"))).all() for w in model.weights)


@pytest.mark.integration
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_two_thousand_broken_entries(originals, tmp_path, monkeypatch, every):
    monkeypatch.setitem(hub.CLASSES, "Guide", "tests.toys")
    folder, wrong = tmp_path / "entry", []
    for kind in originals:  # what loading takes at first is no entry's fault
        write(folder, originals[kind])
        assert attempt(folder) is None or "it took" in attempt(folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, kind, files in mutations(originals):
        if number % every:
            continue
        write(folder, files)
        if problem := attempt(folder):
            wrong.append(f"{number} ({kind.__qualname__}): {problem}")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    assert wrong == [], f"{len(wrong)} wrong\n" + "\n".join(wrong[:30])
    assert grown < MEGABYTES


def write(folder, files):
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


# -- files that are none ------------------------------------------------------------------------------

WEIRD = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to a secret": lambda path: path.symlink_to("/etc/passwd"),
    "a dangling link": lambda path: path.symlink_to("/nothing"),
    "a link to itself": lambda path: path.symlink_to(path),
    "sixty gigabytes of nothing": lambda path: os.truncate(_touched(path), 60 * 10**9),
    "two megabytes of spaces": lambda path: path.write_bytes(b" " * 2_000_000),
    "a deep text": lambda path: path.write_bytes(b"[" * 900_000),
    "a wide text": lambda path: path.write_bytes(b"[" + b"1," * 30_000 + b"1]"),
    "escaped quotes": lambda path: path.write_bytes(b'"' + b'\\"' * 30_000),
    "nothing": lambda path: path.write_bytes(b""),
}


def _touched(path):
    path.touch()
    return path


@pytest.mark.parametrize("file", ["card.json", "config.json", "model.weights.h5"])
@pytest.mark.parametrize("weird", WEIRD)
def test_files_that_are_none(originals, tmp_path, monkeypatch, file, weird):
    monkeypatch.setitem(hub.CLASSES, "Guide", "tests.toys")
    folder = tmp_path / "entry"
    write(folder, originals["guide"])
    (folder / file).unlink()
    WEIRD[weird](folder / file)
    assert attempt(folder) is None
    with pytest.raises(ValueError, match=file):
        pnzoo.load(folder)


@pytest.mark.parametrize(
    "name", ["x" * 5000, "a/../b", "\0", "", "vin16\n", "../zoo/", "/dev/zero", "/proc/self/environ", "vin8.keras"]
)
def test_names_that_are_none(name):
    for function in (pnzoo.load, pnzoo.card):
        with pytest.raises(hub.EntryError) as error:
            function(name)
        assert "\n" not in str(error.value)
        assert len(str(error.value)) < 400


def test_a_keras_file_is_told_its_own_loader():
    with pytest.raises(ValueError, match=r"import pnzoo, then keras\.models\.load_model"):
        pnzoo.load("vin8.keras")


def test_a_broken_entry_hides_no_other(originals, toy_zoo):
    for name, file in (("good", None), ("bad", "card.json"), ("worse", "card.json")):
        write(toy_zoo / name, originals["guide"])
        if file:
            text = b"[" * 100_000 if name == "worse" else b'{"metrics": [{"ci95": [null, 1]}]}'
            (toy_zoo / name / file).write_bytes(text)
    cards, broken = hub.read_cards()
    assert list(cards) == ["good"]
    assert set(broken) == {"bad", "worse"}
    assert all("\n" not in line and len(line) < 400 for line in broken.values())
