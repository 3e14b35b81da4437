"""Elevation and pictures as people have them: GeoTIFF, NumPy, PNG, JPEG, and the Warcraft benchmark's files."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from pnzoo.worlds.terrain.shading import as_elevation

EARTH_DEGREE = 111_320.0  # metres of latitude a degree on the Earth
BYTES = 2_000_000_000  # what one file may hold


class Elevation(NamedTuple):
    """Ground as numbers.

    elevation:        float32 [H, W], metres, row 0 in the north
    metres_per_pixel: (north-south, east-west)
    """

    elevation: np.ndarray
    metres_per_pixel: tuple[float, float]


def read_elevation(path, metres_per_pixel=None):
    """Read elevation from a GeoTIFF (needs rasterio) or a `.npy` file.

    Args:
        path: file.
        metres_per_pixel: a number, or (north-south, east-west). A GeoTIFF states it; for `.npy` it must be given.

    Returns:
        `Elevation`. Gaps of a GeoTIFF are filled with the nearest pixel that has a height.

    Raises:
        ValueError: the file is no elevation, or the resolution is missing.
        FileNotFoundError: there is no such file.
        ImportError: rasterio is needed and not installed; the message is the pip line to type.
    """
    path = _existing(path)
    if path.suffix.lower() == ".npy":
        if metres_per_pixel is None:
            raise ValueError(f"{path} does not say its ground resolution; give metres_per_pixel, for example 30.")
        elevation = as_elevation(_read_npy(path))
        if elevation.ndim != 2:
            raise ValueError(f"{path} holds an array of shape {list(elevation.shape)}; expected one grid [H, W].")
        return Elevation(elevation, tuple(float(x) for x in np.broadcast_to(metres_per_pixel, (2,))))
    if path.suffix.lower() in (".tif", ".tiff"):
        return _read_geotiff(path, metres_per_pixel)
    ending = path.suffix or "a file without ending"
    raise ValueError(f"{path}: elevation is read from .tif, .tiff or .npy, not from {ending}.")


def _read_geotiff(path, metres_per_pixel):
    try:
        import rasterio
    except ImportError as error:
        raise ImportError(f"{path} is a GeoTIFF, which needs rasterio. Type: pip install 'pnzoo[terrain]'") from error
    with rasterio.open(path) as file:
        if file.width * file.height * 4 > BYTES:
            raise ValueError(f"{path} has {file.width:,} x {file.height:,} pixels; cut out a part first.")
        band = file.read(1, masked=True).astype("float32")
        resolution = metres_per_pixel if metres_per_pixel is not None else _resolution(file)
    elevation = band.filled(np.nan)
    gaps = ~np.isfinite(elevation)
    if gaps.all():
        raise ValueError(f"{path} holds no height at all: every pixel is marked as a gap.")
    if gaps.any():
        from scipy import ndimage

        nearest = ndimage.distance_transform_edt(gaps, return_distances=False, return_indices=True)
        elevation = elevation[tuple(nearest)]
    return Elevation(elevation, tuple(float(x) for x in np.broadcast_to(resolution, (2,))))


def _resolution(file):
    """(north-south, east-west) in metres from a GeoTIFF's header."""
    east_west, north_south = (abs(x) for x in file.res)
    if file.crs is None:
        raise ValueError(f"{file.name} does not say its ground resolution; give metres_per_pixel.")
    if not file.crs.is_geographic:
        scale = file.crs.linear_units_factor[1]
        return north_south * scale, east_west * scale
    latitude = np.radians((file.bounds.top + file.bounds.bottom) / 2)
    degree = EARTH_DEGREE  # of another body's map, give metres_per_pixel yourself
    return north_south * degree, east_west * degree * np.cos(latitude)


class PathData(NamedTuple):
    """Pictures, costs of cells and shown paths of one part of a path benchmark.

    pictures: uint8 [N, H, W, 3]
    costs:    float32 [N, rows, columns]
    paths:    bool [N, rows, columns], the cells of a cheapest path from the first cell to the last
    """

    pictures: np.ndarray
    costs: np.ndarray
    paths: np.ndarray


def read_warcraft(folder, split="train"):
    """Read one part of the Warcraft shortest-path benchmark, which users download themselves.

    Args:
        folder: holds `{split}_maps.npy`, `{split}_vertex_weights.npy` and `{split}_shortest_paths.npy`.
        split: `"train"`, `"val"` or `"test"`.

    Returns:
        `PathData`.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: the files do not belong together.

    Reference: Vlastelica et al. 2020, "Differentiation of Blackbox Combinatorial Solvers".
    """
    names = ("maps", "vertex_weights", "shortest_paths")
    pictures, costs, paths = (_read_npy(_existing(Path(folder) / f"{split}_{name}.npy")) for name in names)
    fits = (
        pictures.ndim == 4
        and pictures.shape[-1] == 3
        and costs.ndim == 3
        and costs.shape == paths.shape
        and len(pictures) == len(costs)
        and pictures.shape[1] % costs.shape[1] == 0
        and pictures.shape[2] % costs.shape[2] == 0
    )
    if not fits:
        raise ValueError(
            f"{folder}: expected maps [N, H, W, 3], and vertex_weights and shortest_paths [N, rows, columns] that "
            f"divide H and W; got {list(pictures.shape)}, {list(costs.shape)} and {list(paths.shape)}."
        )
    return PathData(pictures.astype(np.uint8), costs.astype(np.float32), paths.astype(bool))


def _existing(path):
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if path.stat().st_size > BYTES:
        size = path.stat().st_size / 1e9
        raise ValueError(f"{path} holds {size:.1f} GB; at most {BYTES / 1e9:g} GB are read at once.")
    return path


def _read_npy(path):
    try:
        return np.load(path, allow_pickle=False)  # a pickle could run code
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path} is no plain NumPy array: {error}") from error
