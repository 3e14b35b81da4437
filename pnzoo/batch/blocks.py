"""Blocks of maps: some rows of a Parquet file each, and the one file that their plans end in.

A block's file has a name that follows from what is planned, is written whole or not at all, and its being there is the
only sign that the block is done: whoever is killed, nothing is lost and nothing is done twice.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pnzoo.batch.engine import arrow
from pnzoo.core import atomic

SETTINGS = "_plan.json"  # readers of Parquet folders pass over what begins with _
SUFFIX = ".parquet"


class Block(NamedTuple):
    """Rows of a file of maps.

    file:  a path that every worker sees
    first: number of the first row
    rows:  how many
    name:  of the file of their plans
    """

    file: str
    first: int
    rows: int
    name: str


def files_of(source):
    """The Parquet files of a folder, or the one that was given.

    Raises:
        FileNotFoundError: there is none.
    """
    source = Path(source)
    files = sorted(source.rglob(f"*{SUFFIX}")) if source.is_dir() else [source]
    files = [file for file in files if not file.name.startswith((".", "_"))]
    if not files or not source.exists():
        what = "holds no file *.parquet" if source.is_dir() else "is not there"
        raise FileNotFoundError(f"{source} {what}; maps are read from a Parquet file or a folder of them, with columns "
                                "walls, start and goal (pnzoo.batch.table makes such a table)")
    return files


def split(source, rows):
    """The blocks of a folder or a file, from the files' footers alone.

    Args:
        source: folder or file.
        rows: at most so many a block.

    Returns:
        A list of `Block`s.

    Raises:
        FileNotFoundError: there is none.
        ValueError: a file is not Parquet.
    """
    root = Path(source) if Path(source).is_dir() else Path(source).parent
    blocks = []
    for file in files_of(source):
        total, state = _footer(file), file.stat()
        key = f"{file.relative_to(root)} {state.st_size} {state.st_mtime_ns} {rows}"
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        for first in range(0, total, rows):
            name = f"{file.stem}-{digest}-{first:012d}{SUFFIX}"
            blocks.append(Block(str(file.resolve()), first, min(rows, total - first), name))
    return blocks


def _footer(file):
    pa, parquet = arrow()
    try:
        return parquet.read_metadata(file).num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"{file} is no Parquet file: {error}") from error


def read(block):
    """The table of a block's maps."""
    pa, _ = arrow()
    parts, before = [], 0
    for number, size in enumerate(_row_groups(block.file)):
        first, last = max(block.first, before), min(block.first + block.rows, before + size)
        if first < last:
            parts.append(_row_group(block.file, number).slice(first - before, last - first))
        before += size
    return pa.concat_tables(parts)


@lru_cache(maxsize=1)
def _row_groups(file):
    """How many rows each row group of a file has."""
    metadata = arrow()[1].read_metadata(file)
    return [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]


@lru_cache(maxsize=1)  # a row group may be many blocks, which follow each other
def _row_group(file, number):
    with arrow()[1].ParquetFile(file) as source:
        return source.read_row_group(number)


def is_done(folder, name):
    """Whether the plans of a block are written."""
    return (Path(folder) / name).is_file()


def write(folder, name, rows):
    """Write a table under its final name, whole or not at all.

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    pa, parquet = arrow()
    buffer = pa.BufferOutputStream()
    parquet.write_table(rows, buffer)
    atomic.write_bytes(Path(folder) / name, buffer.getvalue().to_pybytes())


def open_folder(folder, settings):
    """Make the folder of plans, or find it again.

    Args:
        folder: where.
        settings: dict of what decides the plans; a folder holds plans of one kind.

    Raises:
        ValueError: it holds plans that were made otherwise, or files but no plans.
        OSError: it cannot be made.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    atomic.sweep(folder)  # what killed workers of this machine left
    try:
        known = json.loads((folder / SETTINGS).read_text())
    except FileNotFoundError:
        if others := [path.name for path in folder.iterdir() if not path.name.startswith(".")]:
            raise ValueError(f"{folder} holds {others[0]} and no plans; choose a folder of its own") from None
        atomic.write_json(folder / SETTINGS, settings)
        return
    except ValueError:
        known = None
    if known != settings:
        changed = [name for name in settings if not isinstance(known, dict) or known.get(name) != settings[name]]
        other = " and another ".join(changed) or "setting"
        raise ValueError(f"{folder} holds plans that were made with another {other}; choose another, or delete it")


def finished(folder, blocks):
    """Names of the blocks that are done.

    Raises:
        ValueError: the folder also has plans of other maps.
    """
    there = {path.name for path in Path(folder).glob(f"*{SUFFIX}")}
    if strange := sorted(there - {block.name for block in blocks}):
        raise ValueError(f"{folder} holds {len(strange)} files of plans of other maps, such as {strange[0]}; "
                         "choose another folder, or delete them")
    return there
