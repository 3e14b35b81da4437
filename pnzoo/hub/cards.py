"""Model cards: what `card.json` holds.

A card is a plain dictionary. `FIELDS` lists its keys in the order in which people read them. `name`, `task`, `model`
(the class), `parameters` and `files` (sha256 of each) are always there. An entry of the zoo has nearly all:

* `training`: "imitation", "reinforcement", "episodic" or "classification"; `trained_on`: the size of the maps, or
  the images; `data`: the same in words; `training_seconds`; `recipe`; `history`: columns of the training log.
* `metrics`: list of `pnzoo.core.metric.Metric` as dictionaries; what one was measured on is a structured `dataset`.
* `flops`: {"value", "per", "input_shape"}; `limitations`; `design_notes`: what it is built like, and the experiment
  that speaks for it; `download`: {"url", "sha256", "size"} of weights that are too large to ship.
"""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pnzoo.core.dataset import describe
from pnzoo.core.metric import Metric
from pnzoo.core.schema import Check, Either, Float, Int, ListOf, OneOf, Optional, Plain, Record, Text
from pnzoo.hub import former
from pnzoo.hub.errors import EntryError, entry_error
from pnzoo.hub.files import AGAIN, CARD_LIMIT, parse_json, read_bytes
from pnzoo.hub.page import duration, metrics_table, readme

__all__ = ["Card", "check", "duration", "metrics", "metrics_table", "ordered", "read", "readme"]

# terrain: planning on pictures; web: on pages and links; navigation: a body that moves continuously
TASKS = ("planning", "terrain", "web", "navigation", "few-shot")
TRAININGS = ("imitation", "reinforcement", "episodic", "classification")
MAX_PARAMETERS = 50_000_000


class Digest(Check):
    """A sha256 as 64 hex digits."""

    expected = "a sha256 of 64 hex digits"

    def check(self, name, value):
        if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
            raise self.refuse(name, value)
        return value


class Address(Check):
    """An https address."""

    expected = "an address that starts with https://"

    def check(self, name, value):
        if not isinstance(value, str) or not re.fullmatch(r"https://[!-~]{1,2000}", value):
            raise self.refuse(name, value)
        return value


class MetricFields(Record):
    """A metric as a card holds it."""

    def __init__(self):
        fields = {
            "name": Text(100, 1),
            "value": Float(),
            "ci95": ListOf(Float(), 2, 2),
            "n": Int(0, 10**12),
            "unit": Text(10),
            "dataset": Plain(1000),
            "seeds": ListOf(Int(0, 2**63), 0, 1000),
            "command": Text(2000),
            "paper": Optional(Float()),
        }
        super().__init__(fields, required=("name", "value", "ci95", "n", "dataset", "command"))

    def check(self, name, value):
        metric = super().check(name, value)
        low, high = metric["ci95"]
        if not low <= metric["value"] <= high:
            raise ValueError(f"{name} ({metric['name']}): {metric['value']} is not inside ci95 {metric['ci95']}")
        if not isinstance(metric["dataset"], dict):
            raise ValueError(f"{name}.dataset must be an object with a 'kind'")
        return metric


_words = Text(5000)
FIELDS: dict[str, Check] = {
    "name": Text(200, 1),
    "task": OneOf(*TASKS),
    "summary": Optional(_words),
    "model": Text(100, 1),
    "paper": Optional(_words),
    "command": Optional(_words),
    "training": Optional(OneOf(*TRAININGS)),
    "trained_on": Optional(Plain(1000)),
    "seed": Optional(Int(0, 2**63)),
    "backend": Optional(Text(100)),
    "data": Optional(_words),
    "hardware": Optional(_words),
    "training_seconds": Optional(Float(0, 1e10)),
    "recipe": Optional(Record({}, others=Plain(20_000))),
    "parameters": Int(0, MAX_PARAMETERS),
    "flops": Optional(
        Record(
            {"value": Either(Int(0, 10**18), Float(0, 1e18)), "per": _words, "input_shape": Plain(1000)},
            required=("value", "per"),
        )
    ),
    "files": Record({}, others=Digest()),
    "download": Optional(
        Record({"url": Address(), "sha256": Digest(), "size": Int(1, 10**9)}, required=("url", "sha256", "size"))
    ),
    "metrics": Optional(ListOf(MetricFields(), 0, 1000)),
    "int8": Optional(
        Record(
            {
                "bytes": Int(1, 10**9),
                "float32_bytes": Int(1, 10**9),
                "metrics": ListOf(Record({"int8": MetricFields(), "float32": MetricFields()}), 1, 100),
                "command": Text(2000),
            },
            required=("bytes", "float32_bytes", "metrics", "command"),
        )
    ),
    "limitations": Optional(ListOf(_words, 0, 100)),
    "design_notes": Optional(ListOf(_words, 0, 100)),
    "history": Optional(Record({}, others=ListOf(Optional(Float()), 0, 100_000))),
}
REQUIRED = ("name", "task", "model", "parameters", "files")
_SCHEMA = Record(FIELDS, REQUIRED, others=Plain(20_000))


class MetricDict(dict):
    """A card's metric; it too still answers to keys of release 0.1."""

    def __missing__(self, key):
        if key not in former.METRIC_KEYS or former.METRIC_KEYS[key] not in self:
            raise KeyError(key)
        message = f"metric[{key!r}] is metric[{former.METRIC_KEYS[key]!r}] now; the old key goes with the next release."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return describe(self["dataset"]) if key == "on" else self[former.METRIC_KEYS[key]]


class Card(dict):
    """A card; it still answers to keys of release 0.1, and says what they are called now."""

    def __missing__(self, key):
        if key not in former.KEYS or former.KEYS[key] not in self:
            raise KeyError(key)
        message = f"card[{key!r}] is card[{former.KEYS[key]!r}] now; the old key goes with the next release."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return self[former.KEYS[key]]


def read(path: Path) -> Card:
    """Read and check a `card.json`.

    Raises:
        MissingFileError: there is none.
        EntryError: it is no card; the message names the field, what it holds, and what is expected.
    """
    fields = parse_json(path, read_bytes(path, CARD_LIMIT))
    try:
        return check(former.updated(fields))
    except ValueError as error:
        raise entry_error(path, f"{error}; {AGAIN}") from None


def check(card: Any) -> Card:
    """A card in plain JSON types, in the order in which people read it.

    Raises:
        EntryError: it is none.
    """
    if not isinstance(card, Mapping):
        raise EntryError(f"a card is an object, this is a {type(card).__name__}")
    try:
        return ordered(_SCHEMA.check("", {key: value for key, value in card.items() if value is not None}))
    except ValueError as error:
        raise EntryError(f"the card: {error}") from None


def ordered(card: Mapping[str, Any]) -> Card:
    """The card with its keys in the order in which people read them; others follow."""
    known = {key: card[key] for key in [*FIELDS, *sorted(set(card) - set(FIELDS))] if key in card}
    if known.get("metrics"):
        known["metrics"] = [MetricDict(metric) for metric in known["metrics"]]
    return Card(known)


def metrics(card: Mapping[str, Any]) -> list[Metric]:
    """The card's metrics as records."""
    return [Metric.from_dict(fields) for fields in card.get("metrics") or []]


def metric(card: Mapping[str, Any], name: str, **dataset: Any) -> Metric | None:
    """The first metric of that name whose data set has these values, or None; cards put their own size first.

    Example:

    >>> card = {"metrics": [{"name": "5w1s", "value": 1, "ci95": [1, 1], "n": 3, "dataset": {"images": "mnist"}}]}
    >>> metric(card, "5w1s", images="mnist").n
    3
    """
    for each in metrics(card):
        if each.name == name and all(each.dataset.get(key) == value for key, value in dataset.items()):
            return each
    return None
