"""`model.weights.h5`: one dataset for every weight, under the names of its layers and its own, such as `reward/kernel`.

Keras reads and writes no part of it. Reading opens nothing that lies outside of the file's own bytes, and compares
names, shapes and types with the model before any number is read.
"""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from pnzoo.core import atomic

MAX_OBJECTS = 10_000
MAX_DEPTH = 20
DTYPES: dict[str, np.dtype] = {"float16": np.dtype("<f2"), "float32": np.dtype("<f4")}
FLOATS = ("float32", "float16", "bfloat16")  # of the variables that can be saved


class Stored:
    """The datasets of an HDF5 file in memory: `shapes` are known at once, `read` gives the numbers of one.

    Raises:
        ValueError: links of any other kind than hard ones, data that is not stored plainly in the file itself, or
            another type than float16 and float32.
    """

    def __init__(self, data: bytes):
        import h5py

        self.file = h5py.File(io.BytesIO(data), "r")
        self.datasets: dict[str, Any] = {}
        self._objects = 0
        self._visit(self.file, "", 0)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.file.close()

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(dataset.shape) for name, dataset in self.datasets.items()}

    def read(self, name: str) -> np.ndarray:
        """The numbers of one dataset; all of them finite."""
        values = self.datasets[name][()]
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds a number that is not finite")
        return values

    def _visit(self, group: Any, prefix: str, depth: int) -> None:
        import h5py

        for name in group:
            self._objects += 1
            if self._objects > MAX_OBJECTS or depth > MAX_DEPTH:
                raise ValueError(f"holds more than {MAX_OBJECTS:,} objects, or groups in each other")
            path = f"{prefix}{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):  # looked at before it is followed
                raise ValueError(f"{path[:80]} is a link")
            item = group[name]
            if isinstance(item, h5py.Group):
                self._visit(item, f"{path}/", depth + 1)
            else:
                self.datasets[path] = _plain(path, item)


def _plain(path: str, dataset: Any) -> Any:
    """A dataset whose numbers lie in the file itself, uncompressed, as many bytes as its shape says."""
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise ValueError(f"{path[:80]} holds no array")
    if dataset.dtype not in DTYPES.values():
        raise ValueError(f"{path[:80]} holds {dataset.dtype}, expected {' or '.join(DTYPES)}")
    layout = dataset.id.get_create_plist()
    plain = layout.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    if not plain or layout.get_external_count() or layout.get_nfilters():
        raise ValueError(f"{path[:80]} is compressed, in parts or elsewhere; weights are stored plainly")
    if dataset.size and dataset.id.get_storage_size() != dataset.nbytes:
        raise ValueError(f"{path[:80]} has {dataset.id.get_storage_size():,} bytes, expected {dataset.nbytes:,}")
    return dataset


def to_bytes(weights: Mapping[str, Any], dtype: str) -> bytes:
    """The file of some weights.

    Args:
        weights: name -> `keras.Variable`.
        dtype: "float32", which loses nothing, or "float16" for all but single numbers, which saves nothing.

    Raises:
        ValueError: a weight that no float32 holds, or that is not finite.
    """
    arrays = {name: _array(name, variable, DTYPES[dtype]) for name, variable in weights.items()}

    def fill(file):
        for name, array in arrays.items():
            file.create_dataset(name, data=array, track_times=False)

    return atomic.hdf5_bytes(fill)


def _array(name: str, variable: Any, dtype: np.dtype) -> np.ndarray:
    from keras import ops

    if variable.dtype not in FLOATS:
        raise ValueError(f"the weight {name} is {variable.dtype}, and an entry holds {' or '.join(DTYPES)}")
    array = np.asarray(ops.convert_to_numpy(ops.cast(variable.value, "float32")))
    with np.errstate(over="ignore"):
        array = array.astype(dtype if array.size > 1 else "float32")
    if not np.isfinite(array).all():
        raise ValueError(f"the weight {name} is not finite as {dtype.name}")
    return array


def mismatch(stored: Mapping[str, tuple[int, ...]], weights: Mapping[str, Any]) -> str:
    """What keeps a file's datasets from fitting a model's weights, in words; empty if they fit."""
    shapes = {name: tuple(variable.shape) for name, variable in weights.items()}
    missing, extra = sorted(set(shapes) - set(stored)), sorted(set(stored) - set(shapes))
    if missing or extra:
        words = [f"it has no {missing[0]}"] if missing else []
        return " and ".join([*words, *([f"it has {extra[0][:80]}, which the model has not"] if extra else [])])
    for name, shape in shapes.items():
        if stored[name] != shape:
            return f"{name} has the shape {stored[name]}, and the model's has {shape}"
    return ""
