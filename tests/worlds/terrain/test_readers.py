"""Files of the forms that people have, invented here."""

import pickle

import numpy as np
import pytest

from pnzoo.worlds import terrain


def warcraft(folder, **changes):
    """Invented files of the benchmark's form."""
    tiles = terrain.generate_tiles(3, 4, seed=0)
    arrays = {"maps": tiles.pictures, "vertex_weights": tiles.costs, "shortest_paths": tiles.costs < 3, **changes}
    for name, array in arrays.items():
        np.save(folder / f"test_{name}.npy", array)
    return tiles


def test_warcraft_files(tmp_path):
    tiles = warcraft(tmp_path)
    data = terrain.read_warcraft(tmp_path, "test")
    np.testing.assert_array_equal(data.pictures, tiles.pictures)
    np.testing.assert_allclose(data.costs, tiles.costs)
    assert data.paths.dtype == bool
    assert data.paths.shape == (3, 4, 4)


def test_warcraft_files_that_do_not_belong_together(tmp_path):
    warcraft(tmp_path, vertex_weights=np.ones((3, 5, 5)))
    with pytest.raises(ValueError, match="expected maps"):
        terrain.read_warcraft(tmp_path, "test")
    with pytest.raises(FileNotFoundError, match="train_maps"):
        terrain.read_warcraft(tmp_path, "train")


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
