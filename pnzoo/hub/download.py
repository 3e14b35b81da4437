"""Weights that are too large to ship: fetched once over https, bounded in size and time, and kept in Keras' folder."""

import contextlib
import hashlib
import http.client
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from pnzoo.core import atomic
from pnzoo.hub.errors import EntryError, entry_error, one_line, shown_path
from pnzoo.hub.files import check_digest, read_bytes

TIMEOUT = 30  # seconds without an answer
SLOWEST = 20_000  # bytes a second, on the whole
_PART = 1 << 20


def fetch(name: str, download: dict[str, Any]) -> bytes:
    """The bytes of a card's "download", from the cache or from its address.

    Args:
        name: of the entry.
        download: {"url", "sha256", "size"}.

    Raises:
        EntryError: no answer in time, another size or another checksum; nothing of it is kept.
    """
    url, digest, size = download["url"], download["sha256"], download["size"]
    cached = cache_folder() / f"{digest[:40]}.weights.h5"
    with contextlib.suppress(EntryError):  # not there, or damaged since: it is fetched again
        data = read_bytes(cached, size)
        check_digest(cached, data, digest)
        return data
    data = _get(url, size)
    if hashlib.sha256(data).hexdigest() != digest:
        raise EntryError(f"{_shown(url)}: what came is not the file of {shown_path(name)}: its sha256 differs")
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(cached, data)
    except OSError as error:
        raise entry_error(cached, error) from None
    return data


def cache_folder() -> Path:
    """Where downloads are kept: `pnzoo` in Keras' folder."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "pnzoo"


def _get(url: str, size: int) -> bytes:
    """What an address answers, in a thread that is left behind where names, handshakes or headers come too slowly."""
    seconds, came = TIMEOUT + size / SLOWEST, []

    def exchange():
        try:
            came.append(_exchange(url, size, time.monotonic() + seconds))
        except Exception as error:
            came.append(error)

    thread = threading.Thread(target=exchange, daemon=True)
    thread.start()
    thread.join(seconds)
    answer = came[0] if came else _too_slow(url)
    if isinstance(answer, Exception):
        raise answer
    return answer


def _exchange(url: str, size: int, deadline: float) -> bytes:
    try:
        with _opener().open(url, timeout=TIMEOUT) as answer:
            return _body(answer, url, size, deadline)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, EntryError):
            raise
        raise EntryError(f"{_shown(url)}: the download failed: {one_line(getattr(error, 'reason', error))}") from None


def _body(answer: Any, url: str, size: int, deadline: float) -> bytes:
    parts, remaining = [], size + 1
    while remaining > 0 and (part := answer.read1(min(_PART, remaining))):
        parts.append(part)
        remaining -= len(part)
        if time.monotonic() > deadline:
            raise _too_slow(url)
    if remaining != 1:
        received = "more" if remaining <= 0 else f"{size + 1 - remaining:,}"
        raise EntryError(f"{_shown(url)}: {received} bytes came, and the card says {size:,}")
    return b"".join(parts)


def _too_slow(url: str) -> EntryError:
    return EntryError(f"{_shown(url)}: the download took too long; try again on a faster connection")


def _opener() -> urllib.request.OpenerDirector:
    """An opener that knows https and nothing else, wherever an address leads on to."""
    opener = urllib.request.OpenerDirector()
    handlers = (urllib.request.ProxyHandler, urllib.request.HTTPSHandler, urllib.request.HTTPDefaultErrorHandler,
                _HttpsRedirects, urllib.request.HTTPErrorProcessor, urllib.request.UnknownHandler)  # fmt: skip
    for handler in handlers:
        opener.add_handler(handler())
    return opener


class _HttpsRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if not newurl.startswith("https://"):
            raise urllib.error.URLError(f"it leads on to {urllib.parse.urlsplit(newurl).scheme or 'another'} address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _shown(url: str) -> str:
    return f"https://{urllib.parse.urlsplit(url).hostname or '?'}/..."
