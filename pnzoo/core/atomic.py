"""Files that are there whole or not at all, whatever kills the program or fills the disk.

A file is written beside its place, flushed to the disk and moved over the old one in one step. HDF5 is built in
memory first: its library ends the whole process where it cannot flush a file to a full disk.
"""

import contextlib
import ctypes
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]  # folders may be shared between machines
_TEMPORARY = re.compile(r"\..+\.tmp-(?P<host>[0-9a-f]{6})-(?P<pid>\d+)-[0-9a-f]{8}")


def write_bytes(path: str | os.PathLike, data: bytes) -> None:
    """Replace a file by `data`; a kill or a full disk leaves the old file as it was.

    Args:
        path: the file, in a folder that exists.
        data: its whole content.

    Raises:
        OSError: the disk is full, or the folder cannot be written; names the file and its size.

    Example:

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "best.json"
    >>> write_bytes(file, b"{}")
    >>> file.read_bytes()
    b'{}'
    """
    path = Path(path)
    new = temporary(path)
    try:
        with naming(path, len(data)):
            _write(new, data)
            os.replace(new, path)
            _flush_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """`write_bytes` of a text in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: str | os.PathLike, value: Any) -> None:
    """`write_bytes` of JSON; NumPy scalars and arrays become numbers and lists.

    Raises:
        ValueError: NaN, infinity or an object that JSON has no word for.
        OSError: as in `write_bytes`.
    """
    write_text(path, to_json(value, Path(path).name))


def to_json(value: Any, name: str = "JSON") -> str:
    """The text that `write_json` writes; `name` stands in its error."""
    try:
        return json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False, default=_from_numpy) + "\n"
    except RecursionError:
        raise ValueError(f"{name} would be nested too deeply") from None
    except (TypeError, ValueError) as error:
        message = f"{name} cannot be written: {error}; it holds finite numbers, strings, lists and objects"
        raise ValueError(message) from None


def hdf5_bytes(fill: Callable[[Any], None]) -> bytes:
    """The bytes of an HDF5 file that `fill(file)` writes into an open `h5py.File`.

    Example:

    >>> data = hdf5_bytes(lambda file: file.create_dataset("kernel", data=[1.0, 2.0]))
    >>> data[1:4]
    b'HDF'
    """
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        fill(file)
    return buffer.getvalue()


def exchange(one: Path, other: Path) -> None:
    """Let two folders or files change places: in one step where the system can, else in three.

    Raises:
        FileNotFoundError: one of them is not there.
        OSError: they cannot be moved; both are where they were.
    """
    if _exchanged(one, other):
        return
    aside = temporary(other)
    other.rename(aside)
    try:
        one.rename(other)
    except OSError:
        aside.rename(other)
        raise
    aside.rename(one)


def _exchanged(one: Path, other: Path) -> bool:
    """Linux can do it in one step, on most of its file systems; Python has no word for it."""
    if sys.platform != "linux":
        return False
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return function(here, os.fsencode(one), here, os.fsencode(other), swap) == 0


def temporary(path: Path) -> Path:
    """A hidden name beside `path` for what will replace it; it tells which process writes there."""
    return path.parent / f".{path.name[:60]}.tmp-{_HOST}-{os.getpid()}-{secrets.token_hex(4)}"


def sweep(folder: str | os.PathLike, name: str = "") -> None:
    """Remove what processes of this machine that run no more left under a `temporary` name.

    Args:
        folder: where to look.
        name: only what was meant to become this file or folder; everything by default.
    """
    for path in Path(folder).glob(f".{_escaped(name[:60]) or '*'}.tmp-*"):
        match = _TEMPORARY.fullmatch(path.name)
        if match and match["host"] == _HOST and not _runs(int(match["pid"])):
            remove(path)


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there and may be deleted."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def naming(path: str | os.PathLike, size: int):
    """Let an OSError name the file or folder that was to be written, and its size."""
    try:
        yield
    except OSError as error:
        why = f"cannot write {size:,} bytes: {error.strerror or error}; make room or choose another folder"
        raise type(error)(error.errno, why, str(path)) from error


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a rename last through a power cut; not every system can open a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def _from_numpy(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{value!r:.60} is a {type(value).__name__}")
