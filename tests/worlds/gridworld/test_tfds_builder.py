"""The TensorFlow data set: TFDS's own test case, and what the examples hold."""

import numpy as np
import pytest

tfds = pytest.importorskip("tensorflow_datasets")
pytest.importorskip("dill", reason="tensorflow_datasets.testing imports dill without declaring it")

from pnzoo.worlds.gridworld import COSTS, distances, optimal_actions, step  # noqa: E402
from pnzoo.worlds.gridworld.tfds_builder import GridworldConfig, PnzooGridworld, expert_maps  # noqa: E402

TINY = {"train": 24, "validation": 8, "test": 8}


class TestPnzooGridworld(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = PnzooGridworld
    BUILDER_CONFIG_NAMES_TO_TEST = ["tiny"]
    SPLITS = TINY
    EXAMPLE_DIR = str(tfds.core.Path(__file__).parent)  # nothing is downloaded, nothing is read from here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tfds")


def load(folder, name="pnzoo_gridworld/tiny", **options):
    tfds.disable_progress_bar()
    return {split: list(tfds.as_numpy(data)) for split, data in
            tfds.load(name, data_dir=folder, **options).items()}


def test_load_gives_solved_maps(folder):
    splits = load(folder)
    assert {split: len(examples) for split, examples in splits.items()} == TINY
    for example in splits["train"]:
        walls, goal, path, actions = (example[key] for key in ("walls", "goal", "path", "actions"))
        dist = distances(walls, goal)
        np.testing.assert_array_equal(example["optimal"], optimal_actions(walls, goal))
        np.testing.assert_allclose(example["distance"], dist, rtol=1e-6)
        np.testing.assert_array_equal(path[0], example["start"])
        np.testing.assert_array_equal(path[-1], goal)
        assert len(path) == len(actions) + 1 > 1
        assert COSTS[actions].sum() == pytest.approx(dist[tuple(example["start"])])
        after, blocked = step(walls, path[:-1].astype(int), actions)
        np.testing.assert_array_equal(after, path[1:])
        assert not blocked.any()


def test_a_config_of_ones_own(folder):
    config = GridworldConfig(name="5x9", height=5, width=9, train=6, validation=2, test=2, moves=4)
    splits = load(folder, "pnzoo_gridworld", builder_kwargs={"config": config})
    assert len(splits["train"]) == 6
    for example in splits["train"]:
        assert example["walls"].shape == (5, 9)
        assert (example["actions"] < 4).all()
        assert not example["optimal"][..., 4:].any()


@pytest.mark.parametrize("name", ["8", "16", "28"])
def test_the_papers_sizes_are_there(name, folder):
    builder = tfds.builder(f"pnzoo_gridworld/{name}", data_dir=folder)
    assert builder.info.features["walls"].shape == (int(name), int(name))
    assert builder.builder_config.train == 5000


def test_splits_share_no_map_and_goal():
    config = GridworldConfig(name="6", height=6, width=6, train=1000, validation=200, test=200)
    pairs = {}
    for split in TINY:
        maps = expert_maps(config, split)
        assert len(maps.walls) == getattr(config, split)
        pairs[split] = {w.tobytes() + g.tobytes() for w, g in zip(*maps, strict=True)}
    assert not pairs["train"] & pairs["validation"]
    assert not pairs["train"] & pairs["test"]
    assert not pairs["validation"] & pairs["test"]


def test_bad_splits_are_named():
    config = GridworldConfig(name="4", height=3, width=4, train=1, validation=1, test=1)  # walls around two cells

    def all_splits():
        return [expert_maps(config, split) for split in TINY]

    with pytest.raises(ValueError, match=r"no map of size 3x4 for \w+ that other splits have not, in 250 draws; ask"):
        all_splits()
    with pytest.raises(ValueError, match="one of train, validation, test, received 'dev'"):
        next(PnzooGridworld.draw(config, "dev", 0))


def test_a_map_depends_on_its_index_alone():
    config = GridworldConfig(name="8", height=8, width=8, train=9)
    (first, example), (_, again), (_, other) = (
        next(PnzooGridworld.draw(config, "train", index)) for index in (7, 7, 8)
    )
    assert first == 7
    for name in example:
        np.testing.assert_array_equal(example[name], again[name])
    assert any(not np.array_equal(example[name], other[name]) for name in ("walls", "goal"))
    np.testing.assert_array_equal(example["walls"], expert_maps(config, "train").walls[7])
