"""One kind of error for everything that can be wrong with an entry: a line that names the file and says what to do."""

import contextlib
from collections.abc import Iterator
from os import PathLike

from pnzoo.core.schema import shown

LONGEST = 300  # characters of a message, the path not counted


class EntryError(ValueError):
    """An entry, or a file of it, is not what `pnzoo.load` reads."""


class MissingFileError(EntryError, FileNotFoundError):
    """A file of an entry is not there."""

    __str__ = ValueError.__str__


def entry_error(path: str | PathLike, message: object) -> EntryError:
    """An `EntryError` on one line: the path, then at most `LONGEST` characters."""
    return EntryError(f"{shown_path(path)}: {one_line(message)}")


def one_line(message: object) -> str:
    """A message without line breaks and control characters, cut where it gets long."""
    text = "".join(character if character.isprintable() else " " for character in str(message)[: 4 * LONGEST])
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def shown_path(path: str | PathLike) -> str:
    """A path in a message: whole unless somebody made it absurdly long."""
    text = str(path)
    return text if len(text) <= LONGEST and text.isprintable() else shown(text)


@contextlib.contextmanager
def reading(path: str | PathLike) -> Iterator[None]:
    """Turn whatever goes wrong while an entry is read into one `EntryError`; missing packages stay ImportErrors."""
    try:
        yield
    except (EntryError, ImportError):
        raise
    except RecursionError:
        raise entry_error(path, "is nested too deeply") from None
    except MemoryError:
        raise entry_error(path, "needs more memory than there is") from None
    except Exception as error:
        raise entry_error(path, error or type(error).__name__) from error
