"""The text of a map, wherever it stands: a string, lines, bytes, or a file of bounded size."""

from os import PathLike
from pathlib import Path

MAX_BYTES = 1 << 25  # 32 MB: a map of 5,000 x 5,000 cells
_LONGEST_NAME = 1024
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # by byte order mark, as Windows' editors write


def as_text(source, is_map=lambda line: False):
    """Return the text of a map.

    Args:
        source: text; lines, or rows of characters; bytes; a `Path`; or the name of a file that exists.
        is_map: whether a single line is a map itself, and so no file's name.

    Returns:
        str.

    Raises:
        OSError: the file is not there or cannot be read.
        ValueError: too large, no text, or none of the above.

    Example:
        >>> as_text(["#.", "S."]), as_text(b"#.")
        ('#.\\nS.', '#.')
    """
    if isinstance(source, PathLike):
        return read_text(source)
    if isinstance(source, (bytes, bytearray)):
        return decoded(bytes(source), "the map")
    if isinstance(source, str):
        return read_text(source) if _is_file(source) and not is_map(source) else source
    if isinstance(source, (list, tuple)) and source and all(map(_is_line, source)):
        return "\n".join("".join(line) for line in source)
    raise ValueError(f"a map as text was expected, received {type(source).__name__}; an array needs no parsing")


def read_text(path):
    """Read a text file of at most 32 MB.

    Args:
        path: of the file.

    Raises:
        OSError: it is not there or cannot be read.
        ValueError: it is larger, or no text.
    """
    with open(path, "rb") as file:
        return decoded(read_bounded(file, path), path)


def read_bounded(file, name):
    """The bytes of an open file, unless they are too many, as those of /dev/zero.

    Args:
        file: open for reading bytes.
        name: of the file, for the message.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"{name} holds more than {MAX_BYTES >> 20} MB; a map is lines of # . S G")
    return data


def decoded(data, name):
    """Text of bytes: UTF-8, or UTF-16 with a byte order mark.

    Args:
        data: bytes.
        name: of where they come from, for the message.
    """
    try:
        return data.decode(_ENCODINGS.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not text; a map is lines of # . S G") from None


def _is_file(name):
    if len(name) > _LONGEST_NAME or "\n" in name or "\r" in name or "\0" in name:
        return False
    try:
        return Path(name).is_file()
    except OSError:  # longer than the system allows
        return False


def _is_line(line):
    """Text, or a row of characters."""
    whole = isinstance(line, (list, tuple)) and all(isinstance(mark, str) and len(mark) == 1 for mark in line)
    return isinstance(line, str) or whole
