"""Files of elevation of the forms that people have, invented here."""

import pickle

import numpy as np
import pytest
from PIL import Image

from pnzoo.worlds import terrain


def test_elevation_from_numpy_needs_a_resolution(tmp_path):
    np.save(tmp_path / "hill.npy", np.arange(12, dtype="int16").reshape(3, 4))
    found = terrain.read_elevation(tmp_path / "hill.npy", (30, 25))
    assert found.metres_per_pixel == (30.0, 25.0)
    assert found.elevation.dtype == np.float32
    with pytest.raises(ValueError, match="give metres_per_pixel"):
        terrain.read_elevation(tmp_path / "hill.npy")


def test_a_pickle_is_never_opened(tmp_path):
    (tmp_path / "hill.npy").write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(ValueError, match="no plain NumPy array"):
        terrain.read_elevation(tmp_path / "hill.npy", 30)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "hill.csv").write_text("1,2")
    with pytest.raises(ValueError, match=r"\.tif"):
        terrain.read_elevation(tmp_path / "hill.csv", 30)
    with pytest.raises(FileNotFoundError, match="no file"):
        terrain.read_elevation(tmp_path / "none.npy", 30)


def test_geotiff(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    z = np.arange(20, dtype="float32").reshape(4, 5)
    z[1, 2] = -9999
    options = {"driver": "GTiff", "height": 4, "width": 5, "count": 1, "dtype": "float32", "nodata": -9999}
    place = rasterio.transform.from_origin(0, 0, 25.0, 30.0)
    with rasterio.open(tmp_path / "hill.tif", "w", crs="EPSG:32633", transform=place, **options) as file:
        file.write(z, 1)
    found = terrain.read_elevation(tmp_path / "hill.tif")
    assert found.metres_per_pixel == (30.0, 25.0)
    assert found.elevation[1, 2] in (1 * 5 + 1, 1 * 5 + 3, 2, 2 * 5 + 2)  # the nearest that has a height


@pytest.mark.parametrize(("name", "radius"), [("moon", 1_737_400.0), ("earth", 6_378_137.0)])
def test_degrees_of_a_geotiff_are_those_of_its_body(tmp_path, name, radius):
    rasterio = pytest.importorskip("rasterio")
    crs = f"+proj=longlat +R={radius} +no_defs"
    options = {"driver": "GTiff", "height": 4, "width": 5, "count": 1, "dtype": "int16"}
    place = rasterio.transform.from_origin(10, 60 + 2 / 64, 1 / 64, 1 / 64)
    with rasterio.open(tmp_path / f"{name}.tif", "w", crs=crs, transform=place, **options) as file:
        file.write(np.arange(20, dtype="int16").reshape(4, 5), 1)
    north_south, east_west = terrain.read_elevation(tmp_path / f"{name}.tif").metres_per_pixel
    assert north_south == pytest.approx(np.radians(radius) / 64)
    assert east_west == pytest.approx(north_south / 2, rel=1e-3)  # at 60 degrees north


def test_a_damaged_geotiff_is_refused(tmp_path):
    pytest.importorskip("rasterio")
    (tmp_path / "hill.tif").write_bytes(b"II*\0 and then nothing")
    with pytest.raises(ValueError, match=r"hill\.tif cannot be read as a GeoTIFF"):
        terrain.read_elevation(tmp_path / "hill.tif")


@pytest.mark.parametrize(("dtype", "scale"), [("uint8", 1.0), ("uint16", 0.5)])
def test_a_png_holds_levels_of_grey(tmp_path, dtype, scale):
    levels = np.linspace(0, np.iinfo(dtype).max, 48).astype(dtype).reshape(6, 8)
    Image.fromarray(levels).save(tmp_path / "hill.png")
    found = terrain.read_elevation(tmp_path / "hill.png", (30, 25), metres_per_level=scale)
    assert found.metres_per_pixel == (30.0, 25.0)
    assert found.elevation.dtype == np.float32
    np.testing.assert_array_equal(found.elevation, levels * np.float32(scale))


def test_a_jpeg_and_a_grey_png_in_three_channels(tmp_path):
    levels = np.tile(np.arange(0, 160, 10, dtype="uint8"), (16, 1))
    Image.fromarray(levels).save(tmp_path / "hill.jpg", quality=95)
    np.testing.assert_allclose(terrain.read_elevation(tmp_path / "hill.jpg", 30).elevation, levels, atol=6)
    Image.fromarray(np.repeat(levels[..., None], 3, axis=-1)).save(tmp_path / "hill.png")
    np.testing.assert_array_equal(terrain.read_elevation(tmp_path / "hill.png", 30).elevation, levels)


def test_images_that_are_no_elevation(tmp_path):
    grey, colours = np.full((4, 4), 7, "uint8"), np.random.default_rng(0).integers(0, 255, (4, 4, 3), "uint8")
    Image.fromarray(grey).save(tmp_path / "hill.png")
    Image.fromarray(colours).save(tmp_path / "map.png")
    Image.fromarray(colours).convert("P").save(tmp_path / "palette.png")
    (tmp_path / "text.png").write_text("no picture")
    whole = (tmp_path / "hill.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[:-30])
    with pytest.raises(ValueError, match=r"give metres_per_pixel, for example read_elevation\('hill\.png', metres"):
        terrain.read_elevation(tmp_path / "hill.png")
    for wrong in (0, "thirty", np.nan):
        with pytest.raises(ValueError, match="ground resolution"):
            terrain.read_elevation(tmp_path / "hill.png", wrong)
    with pytest.raises(ValueError, match="metres_per_level is the height"):
        terrain.read_elevation(tmp_path / "hill.png", 30, metres_per_level=0)
    for name in ("map", "palette"):
        with pytest.raises(ValueError, match="is a picture in colour"):
            terrain.read_elevation(tmp_path / f"{name}.png", 30)
    for name in ("text", "half"):
        with pytest.raises(ValueError, match="cannot be read as an image"):
            terrain.read_elevation(tmp_path / f"{name}.png", 30)


def test_nan_in_numpy_elevation_is_refused(tmp_path):
    np.save(tmp_path / "hill.npy", np.array([[1.0, np.nan], [0.0, 2.0]]))
    with pytest.raises(ValueError, match="NaN or infinity in 1 of 4"):
        terrain.read_elevation(tmp_path / "hill.npy", 30)
