"""Cards of release 0.1, read for one more release."""

import warnings
from collections.abc import Mapping
from typing import Any

from pnzoo.core.metric import FORMER_NAMES
from pnzoo.core.schema import shown
from pnzoo.hub.errors import EntryError

KEYS = {"limits": "limitations", "wall_seconds": "training_seconds", "choices": "design_notes"}
METRIC_KEYS = {"interval": "ci95", "on": "dataset"}
# The metrics of release 0.1 that were no fractions.
PLAIN_NUMBERS = {"path_excess", "expected_reward", "expected_reward_over_seeds"}


def updated(card: Any) -> Any:
    """A card with today's keys; what is no card comes back as it is."""
    if not isinstance(card, dict):
        return card
    card = {KEYS.get(key, key): value for key, value in card.items()}
    if isinstance(card.get("metrics"), list):
        card["metrics"] = [metric(each) for each in card["metrics"]]
    return card


def announced(card: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a card that a user wrote, with a DeprecationWarning where it has former keys."""
    if not isinstance(card, Mapping):
        raise EntryError(f"a card is an object, not {shown(card)}")
    listed = card.get("metrics")
    metrics = [_dict(metric) for metric in listed] if isinstance(listed, list | tuple) else []
    old = [key for key in KEYS if key in card]
    old += [key for key in METRIC_KEYS if any(isinstance(metric, dict) and key in metric for metric in metrics)]
    if old:
        new = [{**KEYS, **METRIC_KEYS}[key] for key in old]
        message = f"the card's {', '.join(old)} are called {', '.join(new)} now; the old keys go with the next release."
        warnings.warn(message, DeprecationWarning, stacklevel=4)
    return updated({**card, "metrics": metrics} if metrics else dict(card))


def _dict(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def metric(fields: Any) -> Any:
    """A metric with today's keys and name; what is none comes back as it is."""
    if not isinstance(fields, dict) or not set(METRIC_KEYS) & set(fields):
        return fields
    name = fields.get("name")
    new = {METRIC_KEYS.get(key, key): value for key, value in fields.items()}
    new.setdefault("unit", "" if name in PLAIN_NUMBERS else "%")
    if isinstance(name, str):
        new["name"] = FORMER_NAMES.get(name, name)
    if isinstance(new.get("dataset"), str):
        new["dataset"] = {"kind": "description", "text": new["dataset"]}
    return new
