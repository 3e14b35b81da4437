"""Reading a file of an entry: plain files only, once, and never more than a limit."""

import hashlib
import json
import math
import os
import re
import stat
from pathlib import Path
from typing import Any

from pnzoo.core.schema import MAX_DEPTH
from pnzoo.hub.errors import MissingFileError, entry_error, shown_path

CARD_LIMIT = 1_000_000  # bytes
CONFIG_LIMIT = 64_000
AGAIN = "install pnzoo again, or save the model again"

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a plain file.

    Raises:
        MissingFileError: there is none.
        EntryError: it is a link, a folder, a pipe or a device; it is larger than `limit`; or it cannot be read.
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY", "O_NOCTTY"):  # those that the system has
        flags |= getattr(os, name, 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise MissingFileError(f"{shown_path(path)} is missing; {AGAIN}") from None
    except (OSError, ValueError) as error:
        if os.path.islink(path):
            raise entry_error(path, "is a link, and an entry holds plain files; copy the file itself here") from None
        raise entry_error(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)  # Python makes no file of a folder
        raise entry_error(path, "is no plain file")
    with os.fdopen(handle, "rb") as file:
        if facts.st_size > limit:
            raise entry_error(path, f"holds {facts.st_size:,} bytes, and at most {limit:,} belong here; {AGAIN}")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise entry_error(path, f"holds more than {limit:,} bytes; {AGAIN}")
    return data


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_digest(path: Path, data: bytes, expected: str | None) -> None:
    """Compare the content of a file with the sha256 in the card beside it."""
    if expected is None:
        raise entry_error(path, "the card beside it holds no sha256 of it; save the model again")
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected:
        raise entry_error(
            path,
            f"was altered or truncated: its sha256 is {digest[:12]}..., the card says {expected[:12]}...; {AGAIN}",
        )


def parse_json(path: Path, data: bytes) -> Any:
    """JSON as pnzoo writes it: nested at most 20 deep, no key twice, no NaN, no number beyond the floats."""
    try:
        _check_depth(data)
        return json.loads(
            data.decode("utf-8"), parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_without_duplicates
        )
    except (ValueError, RecursionError) as error:
        raise entry_error(path, f"is not JSON that pnzoo writes: {error}; {AGAIN}") from None


def _check_depth(data: bytes) -> None:
    depth = 0
    for match in _TOKEN.finditer(data):
        token = match[0]
        depth += (token in (b"[", b"{")) - (token in (b"]", b"}"))
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:40]!r} stands there twice")
    return value
