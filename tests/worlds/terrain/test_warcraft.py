"""The Warcraft benchmark's files, by NumPy and as a TensorFlow data set."""

import numpy as np
import pytest

from pnzoo.models import TerrainVIN
from pnzoo.worlds import terrain
from tests.worlds.terrain import warcraft_files


def test_files_are_read(tmp_path):
    tiles, paths = warcraft_files.write(tmp_path)
    data = terrain.read_warcraft(tmp_path, "test")
    np.testing.assert_array_equal(data.pictures, tiles.pictures)
    np.testing.assert_allclose(data.costs, tiles.costs, rtol=1e-3)
    assert data.paths.dtype == bool
    np.testing.assert_array_equal(data.paths, paths)
    for mask in data.paths:
        path = terrain.as_path(mask, (12, 12))
        assert (path[0].tolist(), path[-1].tolist(), len(path)) == ([0, 0], [11, 11], mask.sum())


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


ONES = np.ones((3, 12, 12))
PICTURES = np.zeros((3, 96, 96, 3), "uint8")
WRONG = {
    "sides": ({"vertex_weights": np.ones((3, 5, 5))}, r"expected maps .* got \[3, 96, 96, 3\], \[3, 5, 5\]"),
    "one picture": ({"maps": PICTURES[0]}, r"expected maps .* got \[96, 96, 3\]"),
    "none": ({"vertex_weights": ONES[:0], "shortest_paths": ONES[:0], "maps": PICTURES[:0]}, "expected maps"),
    "floats": ({"maps": PICTURES / 255}, r"test_maps\.npy holds uint8 0..255; got float64"),
    "text": ({"vertex_weights": ONES.astype(str)}, "costs and paths are numbers"),
    "NaN": ({"vertex_weights": changed(ONES, (1, 2, 3), np.nan)}, "NaN is none; 1 of 3 .* the first is 1"),
    "free tiles": ({"vertex_weights": changed(ONES, (2, 0, 0), 0)}, "numbers above 0.*the first is 2"),
    "grey masks": ({"shortest_paths": changed(ONES, (0, 4, 4), 0.5)}, "holds 0 or 1; 1 of 3"),
    "no end": ({"shortest_paths": changed(ONES, (1, 11, 11), 0)}, "from the first cell to the last; 1 of 3.* is 1"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_files_that_are_wrong_are_named(tmp_path, kind):
    changes, message = WRONG[kind]
    warcraft_files.write(tmp_path, **changes)
    with pytest.raises(ValueError, match=message):
        terrain.read_warcraft(tmp_path, "test")


def test_missing_files_are_named(tmp_path):
    warcraft_files.write(tmp_path)
    (tmp_path / "test_vertex_weights.npy").unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks test_vertex_weights\.npy\. Download"):
        terrain.read_warcraft(tmp_path, "test")
    with pytest.raises(FileNotFoundError, match=r"lacks train_maps\.npy, train_vertex_weights\.npy, train_shortest"):
        terrain.read_warcraft(tmp_path)
    with pytest.raises(ValueError, match="a split is one of train, val, test; got 'dev'"):
        terrain.read_warcraft(tmp_path, "dev")


@pytest.mark.integration
def test_a_planner_learns_from_the_masks(tmp_path):
    warcraft_files.write(tmp_path, n=4)
    data = terrain.read_warcraft(tmp_path, "test")
    model = TerrainVIN(channels=3, filters=(2, 2, 2), wide_view=False, k=12, diagonal_cost=1.0)
    history = model.fit_paths(data.pictures, data.paths, epochs=4, learning_rate=2e-2, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


@pytest.fixture
def tfds():
    found = pytest.importorskip("tensorflow_datasets")
    found.disable_progress_bar()
    return found


def load(tfds, folder, name, files):
    import pnzoo.worlds.terrain.warcraft_builder  # noqa: F401

    options = {"download_config": tfds.download.DownloadConfig(manual_dir=files)}
    return tfds.load(name, data_dir=folder, download_and_prepare_kwargs=options)


@pytest.mark.integration
def test_the_data_set_holds_the_files(tmp_path, tfds):
    written = {split: warcraft_files.write(tmp_path, split, n=2) for split in ("train", "val", "test")}
    found = load(tfds, tmp_path / "tfds", "pnzoo_warcraft/12", tmp_path)
    assert set(found) == set(written)
    for split, (tiles, paths) in written.items():
        examples = list(tfds.as_numpy(found[split]))
        assert len(examples) == 2
        for example in examples:
            i = next(i for i in range(2) if (tiles.pictures[i] == example["picture"]).all())
            np.testing.assert_allclose(example["cost"], tiles.costs[i], rtol=1e-3)
            np.testing.assert_array_equal(example["mask"], paths[i])
            np.testing.assert_array_equal(example["path"], terrain.as_path(paths[i].astype(bool), (12, 12)))


@pytest.mark.integration
def test_files_of_another_size_are_refused(tmp_path, tfds):
    for split in ("train", "val", "test"):
        warcraft_files.write(tmp_path, split, n=1)
    with pytest.raises(ValueError, match="96x96 pixels and 12x12 tiles, which are not those of pnzoo_warcraft/18"):
        load(tfds, tmp_path / "tfds", "pnzoo_warcraft/18", tmp_path)
