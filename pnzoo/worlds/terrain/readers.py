"""Elevation as people have it: GeoTIFF, NumPy, PNG, JPEG."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pnzoo.core import images
from pnzoo.worlds.terrain.shading import as_elevation, as_resolution

EARTH_RADIUS = 6_378_137.0  # metres, where a header does not say on which body it is
BYTES = 2_000_000_000  # what one file may hold


class Elevation(NamedTuple):
    """Ground as numbers.

    elevation:        float32 [H, W], metres, row 0 in the north
    metres_per_pixel: (north-south, east-west)
    """

    elevation: np.ndarray
    metres_per_pixel: tuple[float, float]


def read_elevation(path, metres_per_pixel=None, metres_per_level=1.0):
    """Read elevation from a GeoTIFF (needs rasterio), a `.npy` file, or a grey PNG or JPEG (needs Pillow).

    Args:
        path: file.
        metres_per_pixel: a number, or (north-south, east-west). A GeoTIFF states it; for other files it must be given.
        metres_per_level: of a PNG or JPEG of 8 or 16 bits, the metres of height that one level of grey stands for.

    Returns:
        `Elevation`. Gaps of a GeoTIFF are filled with the nearest pixel that has a height.

    Raises:
        ValueError: the file is no elevation, it is damaged, or the resolution is missing.
        FileNotFoundError: there is no such file.
        ImportError: rasterio or Pillow is needed and not installed; the message is the pip line to type.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/hill.npy", np.arange(12.0).reshape(3, 4))
        ...     read_elevation(f"{folder}/hill.npy", metres_per_pixel=30).metres_per_pixel
        (30.0, 30.0)
    """
    path = existing(path)
    ending = path.suffix.lower()
    if ending in (".tif", ".tiff"):
        return _read_geotiff(path, metres_per_pixel)
    if ending not in (".npy", ".png", ".jpg", ".jpeg"):
        what = path.suffix or "a file without ending"
        raise ValueError(f"{path}: elevation is read from .tif, .tiff, .npy, .png, .jpg or .jpeg, not from {what}.")
    if metres_per_pixel is None:
        raise ValueError(
            f"{path} does not say its ground resolution: give metres_per_pixel, for example "
            f"read_elevation({path.name!r}, metres_per_pixel=30)."
        )
    elevation = as_elevation(read_npy(path)) if ending == ".npy" else _read_grey(path, metres_per_level)
    if elevation.ndim != 2:
        raise ValueError(f"{path} holds an array of shape {list(elevation.shape)}; expected one grid [H, W].")
    return Elevation(elevation, as_resolution(metres_per_pixel))


def _read_grey(path, metres_per_level):
    """Heights float32 [H, W] of a grey image."""
    number = isinstance(metres_per_level, (int, float)) and not isinstance(metres_per_level, bool)
    if not (number and 0 < metres_per_level < np.inf):
        raise ValueError(f"metres_per_level is the height of a level of grey, a number > 0; got {metres_per_level!r}.")
    image = images.open_image(path, "elevation")
    try:
        levels = np.asarray(image)
    except Exception as error:  # Pillow's readers raise whatever a damaged file makes them stumble over
        raise ValueError(f"{path} cannot be read as an image: {error}.") from error
    if image.mode == "RGB" and (levels == levels[..., :1]).all():
        levels = levels[..., 0]
    if levels.ndim != 2 or image.mode == "P":
        raise ValueError(
            f"{path} is a picture in colour (mode {image.mode}); elevation is one channel of grey, 8 or 16 bits. "
            "Colours of a map are no heights: look for the file of the heights themselves."
        )
    return levels.astype(np.float32) * np.float32(metres_per_level)


def _read_geotiff(path, metres_per_pixel):
    try:
        import rasterio
    except ImportError as error:
        raise ImportError(f"{path} is a GeoTIFF, which needs rasterio. Type: pip install 'pnzoo[terrain]'") from error
    try:
        with rasterio.open(path) as file:
            if file.width * file.height * 4 > BYTES:
                raise ValueError(f"{path} has {file.width:,} x {file.height:,} pixels; cut out a part first.")
            band = file.read(1, masked=True).astype("float32")
            resolution = metres_per_pixel if metres_per_pixel is not None else _resolution(file)
    except rasterio.errors.RasterioError as error:
        raise ValueError(f"{path} cannot be read as a GeoTIFF: {error}") from error
    elevation = band.filled(np.nan)
    gaps = ~np.isfinite(elevation)
    if gaps.all():
        raise ValueError(f"{path} holds no height at all: every pixel is marked as a gap.")
    if gaps.any():
        from scipy import ndimage

        nearest = ndimage.distance_transform_edt(gaps, return_distances=False, return_indices=True)
        elevation = elevation[tuple(nearest)]
    return Elevation(elevation, as_resolution(resolution))


def _resolution(file):
    """(north-south, east-west) in metres from a GeoTIFF's header."""
    east_west, north_south = (abs(x) for x in file.res)
    if file.crs is None:
        raise ValueError(f"{file.name} does not say its ground resolution; give metres_per_pixel.")
    if not file.crs.is_geographic:
        scale = file.crs.linear_units_factor[1]
        return north_south * scale, east_west * scale
    latitude = np.radians((file.bounds.top + file.bounds.bottom) / 2)
    spheroid = re.search(r'(?:SPHEROID|ELLIPSOID)\["[^"]*",\s*([\d.]+)', file.crs.to_wkt())
    degree = np.radians(float(spheroid.group(1)) if spheroid else EARTH_RADIUS)  # metres of latitude
    return north_south * degree, east_west * degree * np.cos(latitude)


def existing(path):
    """The path of a file that is there and not too large."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if path.stat().st_size > BYTES:
        size = path.stat().st_size / 1e9
        raise ValueError(f"{path} holds {size:.1f} GB; at most {BYTES / 1e9:g} GB are read at once.")
    return path


def read_npy(path):
    """The array of a `.npy` file; a pickle is never opened."""
    try:
        return np.load(path, allow_pickle=False)  # a pickle could run code
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path} is no plain NumPy array: {error}") from error
