"""Where maps come from: Parquet files, a Ray Dataset, or arrays."""

import hashlib
from os import PathLike

from pnzoo.batch import blocks, engine, rows
from pnzoo.core import atomic


def of(dataset, rows_per_block):
    """`FilesOfMaps`, `DatasetOfMaps` or `TableOfMaps`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is none of these.
    """
    if isinstance(dataset, str | PathLike):
        return FilesOfMaps(dataset)
    if isinstance(dataset, tuple) and len(dataset) == 3:
        return TableOfMaps(rows.table(*dataset), rows_per_block)
    if isinstance(dataset, engine.ray().data.Dataset):
        return DatasetOfMaps(dataset)
    raise ValueError("maps are a Parquet file, a folder of such files, a Ray Dataset or arrays (walls, start, goal); "
                     f"received a {type(dataset).__name__}")


class FilesOfMaps:
    """A Parquet file, or a folder of them."""

    def __init__(self, source):
        self.source, self.paths = source, blocks.files_of(source)

    def description(self):
        """What a folder of plans notes of its maps; files are told apart by their own blocks."""
        return "files"

    def dataset(self):
        """The maps as a Ray Dataset."""
        return engine.ray().data.read_parquet([str(path) for path in self.paths])

    def files(self, place):
        """The maps as a file, or a folder of files; written at `place` if they are in none yet, whole or not at all."""
        return self.source


class DatasetOfMaps(FilesOfMaps):
    """A Ray Dataset: what it is made of may be slow, or different every time, so it is written down once."""

    def __init__(self, dataset):
        self.rows = dataset

    def description(self):
        return "a Ray Dataset"

    def dataset(self):
        return self.rows

    def files(self, place):
        if not place.is_dir():
            new = atomic.temporary(place)
            new.mkdir()
            self.write(new)
            new.rename(place)
        return place

    def write(self, folder):
        engine.start()
        self.rows.write_parquet(str(folder))


class TableOfMaps(DatasetOfMaps):
    """Arrays."""

    def __init__(self, table, rows_per_block):
        super().__init__(table)
        self.rows_per_block = rows_per_block

    def description(self):
        digest = hashlib.sha256(str(self.rows.schema).encode())
        for column in self.rows.columns:
            for buffer in (buffer for chunk in column.chunks for buffer in chunk.buffers() if buffer is not None):
                digest.update(buffer)
        return digest.hexdigest()

    def dataset(self):
        step = self.rows_per_block
        parts = [self.rows.slice(i, step) for i in range(0, max(1, len(self.rows)), step)]
        return engine.ray().data.from_arrow(parts)

    def write(self, folder):
        parquet = engine.arrow()[1]
        parquet.write_table(self.rows, folder / "maps.parquet", row_group_size=self.rows_per_block)
