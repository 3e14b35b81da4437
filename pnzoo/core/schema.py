"""What arguments may be: type, range and choices of each, checked in one place.

A table such as `{"k": Int(1, 1000), "activation": OneOf("relu", "tanh")}` says what a class takes. Its constructor,
`pnzoo.load` and the overrides given to `load` check against the same table, before anything is built.
"""

import math
import operator
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

MAX_DEPTH = 20
_SHOWN = 60  # characters of a refused value in a message


class Check:
    """What one value may be. `check` returns it as a plain new JSON value, or raises ValueError."""

    expected = "a value"

    def check(self, name: str, value: Any) -> Any:
        """`value` in plain types; `name` stands in the error."""
        raise NotImplementedError

    def refuse(self, name: str, value: Any) -> ValueError:
        """The error for a value that is none of what is expected."""
        return ValueError(f"{name} must be {self.expected}, not {shown(value)}")


class Int(Check):
    """A whole number from `low` to `high`; True and 3.0 are none."""

    def __init__(self, low: int, high: int):
        self.low, self.high = low, high
        self.expected = f"a whole number from {low:,} to {high:,}"

    def check(self, name, value):
        try:
            number = operator.index(value)
        except TypeError:
            raise self.refuse(name, value) from None
        if _is_bool(value) or not self.low <= number <= self.high:
            raise self.refuse(name, value)
        return int(number)


class Float(Check):
    """A finite number from `low` to `high`; without them, any float32 that is finite."""

    def __init__(self, low: float = -3e38, high: float = 3e38):
        self.low, self.high = low, high
        limits = "" if (low, high) == (-3e38, 3e38) else f" from {low:,g} to {high:,g}"
        self.expected = f"a finite number{limits}"

    def check(self, name, value):
        if _is_bool(value) or isinstance(value, str | bytes) or not hasattr(value, "__float__"):
            raise self.refuse(name, value)
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise self.refuse(name, value) from None
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise self.refuse(name, value)
        return number


class Bool(Check):
    """True or False."""

    expected = "true or false"

    def check(self, name, value):
        if not _is_bool(value):
            raise self.refuse(name, value)
        return bool(value)


class OneOf(Check):
    """One of some strings, or whatever else is listed."""

    def __init__(self, *choices: Any):
        self.choices = choices
        self.expected = f"one of {', '.join(map(repr, choices))}"

    def check(self, name, value):
        for choice in self.choices:
            if type(value) is type(choice) and value == choice:
                return choice
        near = get_close_matches(value, [c for c in self.choices if isinstance(c, str)], 1) if _short(value) else []
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{self.refuse(name, value)}{hint}")


class Text(Check):
    """A string of at most `high` characters, and of at least `low`."""

    def __init__(self, high: int, low: int = 0):
        self.low, self.high = low, high
        self.expected = f"a text of {low:,} to {high:,} characters"

    def check(self, name, value):
        if not isinstance(value, str) or not self.low <= len(value) <= self.high or not _is_utf8(value):
            raise self.refuse(name, value)
        return value


class Optional(Check):
    """None, or what another check allows."""

    def __init__(self, other: Check):
        self.other = other
        self.expected = f"none, or {other.expected}"

    def check(self, name, value):
        return None if value is None else self.other.check(name, value)


class Either(Check):
    """What any of several checks allows."""

    def __init__(self, *others: Check):
        self.others = others
        self.expected = ", or ".join(other.expected for other in others)

    def check(self, name, value):
        for other in self.others:
            try:
                return other.check(name, value)
            except ValueError as error:
                last = error
        raise self.refuse(name, value) from last


class ListOf(Check):
    """A list of `low` to `high` items; tuples and other sequences become lists."""

    def __init__(self, item: Check, low: int = 0, high: int = 16):
        self.item, self.low, self.high = item, low, high
        self.expected = f"a list of {high:,} items" if low == high else f"a list of {low} to {high:,} items"

    def check(self, name, value):
        if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__len__") or not hasattr(value, "__iter__"):
            raise self.refuse(name, value)
        if not self.low <= len(value) <= self.high:
            raise ValueError(f"{name} must be {self.expected}, not {len(value):,}")
        return [self.item.check(f"{name}[{index}]", item) for index, item in enumerate(value)]


class Record(Check):
    """An object with some of these keys and no other; `required` ones must be there.

    Args:
        fields: key -> `Check`.
        required: keys that may not be missing.
        others: a check for keys that `fields` does not name; None refuses them.
    """

    expected = "an object"

    def __init__(self, fields: Mapping[str, Check], required: tuple[str, ...] = (), others: Check | None = None):
        self.fields, self.required, self.others = dict(fields), required, others

    def check(self, name, value):
        if not isinstance(value, Mapping):
            raise self.refuse(name, value)
        prefix = f"{name}." if name else ""
        for key in self.required:
            if key not in value:
                raise ValueError(f"{name or 'it'} has no {key!r}")
        return {key: self._of(name, key).check(f"{prefix}{shown(key, bare=True)}", item) for key, item in value.items()}

    def _of(self, name, key):
        known = self.fields.get(key) if isinstance(key, str) else self.others
        if known is None:
            known = self.others
        if known is None or not isinstance(key, str) or not _is_utf8(key):
            raise ValueError(f"{name or 'it'} takes {unknown_word(key, list(self.fields))}")
        return known


class Plain(Check):
    """Anything JSON has: nested at most `MAX_DEPTH` deep, numbers finite, at most `high` values in all."""

    expected = "numbers, strings, lists and objects"

    def __init__(self, high: int = 100_000):
        self.high = high

    def check(self, name, value):
        self._left = self.high
        return self._plain(name, value, 0)

    def _plain(self, name, value, depth):
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            raise ValueError(f"{name} is nested deeper than {MAX_DEPTH} or holds more than {self.high:,} values")
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, Mapping):
            return {self._key(name, key): self._plain(name, item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(name, item, depth + 1) for item in value]
        if isinstance(value, str) and not _is_utf8(value):
            raise self.refuse(name, value)
        if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
            return value
        raise self.refuse(name, value)

    def _key(self, name, key):
        if not isinstance(key, str) or not _is_utf8(key):
            raise ValueError(f"{name} has a key that is no text: {shown(key)}")
        return key


def check(owner: str, schema: Mapping[str, Check], values: Mapping[str, Any]) -> dict[str, Any]:
    """Check keyword arguments against a table.

    Args:
        owner: who takes them, such as "VIN"; stands in the error.
        schema: argument -> `Check`.
        values: the arguments; those that are missing keep their defaults.

    Returns:
        A new dict of plain JSON values.

    Raises:
        ValueError: an unknown argument, or a value outside of what its check allows; one line that says what came,
            and what is expected.

    Example:

    >>> check("VIN", {"k": Int(1, 1000), "filters": ListOf(Int(1, 4096))}, {"k": 36, "filters": (64, 64)})
    {'k': 36, 'filters': [64, 64]}
    >>> check("VIN", {"k": Int(1, 1000)}, {"kk": 36})
    Traceback (most recent call last):
    ...
    ValueError: VIN takes no 'kk'; did you mean k? It takes k
    """
    for word in values:
        if word not in schema:
            raise ValueError(f"{owner} takes {unknown_word(word, list(schema))}")
    return {word: schema[word].check(f"{owner}: {word}", value) for word, value in values.items()}


def unknown_word(word: Any, known: list[str]) -> str:
    """`no 'widht'; did you mean width? It takes width, k`."""
    near = get_close_matches(word.lower(), known, n=3, cutoff=0.5) if _short(word) else []
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"no {shown(word)}; {hint}It takes {', '.join(known)}"


def shown(value: Any, bare: bool = False) -> str:
    """A value in a message: on one line, and not much of it."""
    if isinstance(value, str):
        text = value[: _SHOWN + 1] if bare else repr(value[: 2 * _SHOWN])
    elif isinstance(value, list | tuple | Mapping) and len(value) > 8:
        return f"{type(value).__name__} of {len(value):,} items"
    else:
        try:
            text = repr(value)
        except Exception:  # an object may have any repr, and an int too many digits
            text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN + 2 else text[:_SHOWN] + "..."


def _short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _SHOWN


def _is_utf8(text: str) -> bool:
    """Whether a file can hold the text: half of a surrogate pair, as JSON may have it, is no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")
