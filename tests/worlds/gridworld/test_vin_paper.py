"""Readers of the authors' files: on their training files where those are, and on files written here."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from pnzoo.worlds.gridworld import distances, generate, optimal_actions, random_starts, shortest_paths
from pnzoo.worlds.gridworld.vin_paper import (
    PaperTestFile,
    PaperTrainingFile,
    read_paper_file,
    read_test,
    read_training,
    split_by_map,
)

AUTHORS = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "vin_paper"


def training_variables(walls, goal, states, labels):
    """The authors' training layout: row by row, 1 free, goal 10, cells from 0."""
    value = np.zeros(walls.shape, dtype=np.uint8)
    value[np.arange(len(walls)), goal[:, 0], goal[:, 1]] = 10
    return {"batch_im_data": (~walls).astype(np.uint8).reshape(len(walls), -1),
            "batch_value_data": value.reshape(len(walls), -1),
            "state_x_data": states[..., 0].astype(np.uint8), "state_y_data": states[..., 1].astype(np.uint8),
            "batch_label_data": labels.astype(np.uint8)}


def test_variables(walls, goal, paths):
    """The authors' test layout: column by column, 1 free, goal 10 and -1 elsewhere, cells from 1."""
    value = np.full(walls.shape, -1.0)
    value[np.arange(len(walls)), goal[:, 0], goal[:, 1]] = 10
    cells = np.empty((len(walls), 1), dtype=object)
    for i, path in enumerate(paths):
        cells[i, 0] = path + 1.0
    columns_first = (0, 2, 1)
    return {"all_im_data": (~walls).astype(float).transpose(columns_first).reshape(len(walls), -1),
            "all_value_data": value.transpose(columns_first).reshape(len(walls), -1), "all_states_xy": cells}


test_variables.__test__ = False


@pytest.fixture
def world():
    walls, goal = generate(20, 9, seed=0, max_obstacles=12)
    starts = random_starts(walls, goal, rng=1)
    return walls, goal, shortest_paths(walls, starts, goal, rng=2)


@pytest.fixture
def training(world):
    """Variables of a training file of ten states a row."""
    walls, goal, _ = world
    rng = np.random.default_rng(0)
    states = np.stack([random_starts(walls, goal, rng) for _ in range(10)], axis=1)
    best = optimal_actions(walls, goal)
    labels = best[np.arange(20)[:, None], states[..., 0], states[..., 1]].argmax(axis=-1)
    return training_variables(walls, goal, states, labels)


def test_a_test_file_reads_back(world, tmp_path):
    walls, goal, paths = world
    savemat(tmp_path / "test.mat", test_variables(*world))
    data = read_paper_file(tmp_path / "test.mat")
    assert isinstance(data, PaperTestFile)
    np.testing.assert_array_equal(data.walls, walls)
    np.testing.assert_array_equal(data.goal, goal)
    np.testing.assert_array_equal(data.starts, [path[0] for path in paths])
    for mine, theirs in zip(paths, data.paths, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    dist = distances(data.walls, data.goal)
    assert np.isfinite(dist[np.arange(20), data.starts[:, 0], data.starts[:, 1]]).all()


def test_a_training_file_reads_back(world, training, tmp_path):
    walls, goal, _ = world
    savemat(tmp_path / "train.mat", training)
    data = read_paper_file(tmp_path / "train.mat")
    assert isinstance(data, PaperTrainingFile)
    np.testing.assert_array_equal(data.walls, walls)
    np.testing.assert_array_equal(data.goal, goal)
    np.testing.assert_array_equal(data.map_index, np.arange(20).repeat(10))
    np.testing.assert_array_equal(data.states[:, 0], training["state_x_data"].reshape(-1))
    assert optimal_actions(data.walls, data.goal)[data.map_index, *data.states.T, data.labels].all()


def test_rows_of_one_map_and_goal_are_merged(training, tmp_path):
    rows = [3, 5, 3, 3, 1]
    savemat(tmp_path / "train.mat", {name: array[rows] for name, array in training.items()})
    data = read_training(tmp_path / "train.mat")
    assert len(data.walls) == 3
    np.testing.assert_array_equal(data.map_index.reshape(5, 10)[:, 0], [0, 1, 0, 0, 2])


@pytest.mark.parametrize("size", [8, 16])
def test_the_authors_labels_are_in_the_optimal_set(size):
    if not AUTHORS.exists():
        pytest.skip("the authors' files are not on this machine")
    data = read_paper_file(AUTHORS / f"gridworld_{size}.mat")
    best = optimal_actions(data.walls, data.goal)
    row, column = data.states.T
    share = best[data.map_index, row, column, data.labels].mean()
    print(f"{size}x{size}: {share:.4%} of {len(data.labels)} labels are optimal, "
          f"{best[data.map_index, row, column].sum(axis=-1).mean():.3f} optimal moves a state")
    assert share == 1.0
    wrong_order = best[data.map_index, column, row, data.labels].mean()  # if x were the column
    assert wrong_order < 0.6


def test_no_map_is_on_both_sides_of_a_split():
    walls = generate(60, 6, seed=0, max_obstacles=2).walls
    walls = np.concatenate([walls, walls])
    rng = np.random.default_rng(0)
    which = rng.integers(0, 120, 500)
    data = PaperTrainingFile(walls, rng.integers(1, 5, (120, 2)), which, rng.integers(1, 5, (500, 2)),
                         rng.integers(0, 8, 500))
    train, held = split_by_map(data, holdout=0.25, seed=3)
    sides = [{w.tobytes() for w in part.walls} for part in (train, held)]
    assert not sides[0] & sides[1]
    assert len(train.walls) + len(held.walls) == 120
    assert len(train.states) + len(held.states) == 500
    assert len(sides[1]) == round(0.25 * len(sides[0] | sides[1]))
    for part in (train, held):  # every state still lies on its own map
        original = {(w.tobytes(), tuple(s), label) for w, s, label in
                    zip(walls[which], data.states.tolist(), data.labels.tolist(), strict=True)}
        assert {(part.walls[m].tobytes(), tuple(s), label) for m, s, label in
                zip(part.map_index, part.states.tolist(), part.labels.tolist(), strict=True)} <= original
    again = split_by_map(data, holdout=0.25, seed=3)[1]
    np.testing.assert_array_equal(held.walls, again.walls)
    for share in (0, 1, -1):
        with pytest.raises(ValueError, match="leaves one side without maps"):
            split_by_map(data, holdout=share)


@pytest.mark.parametrize("change, words", [
    ({"batch_im_data": None}, "not a training file, batch_im_data missing"),
    ({"batch_im_data": lambda a: a[:-1]}, "rows do not match|shapes"),
    ({"batch_im_data": lambda a: a[:, :-1]}, "square maps"),
    ({"batch_im_data": lambda a: a * 5}, "1 \\(free\\) and 0 \\(wall\\)"),
    ({"batch_value_data": lambda a: a * 0}, "goal image 0 has 0 cells"),
    ({"state_x_data": lambda a: a + 8}, "outside the 9x9 map"),
    ({"state_x_data": lambda a: a * 0}, "on a wall"),
    ({"batch_label_data": lambda a: a + 8}, "moves 0..7"),
    ({"batch_label_data": lambda a: a[:, :-1]}, "rows do not match"),
])
def test_wrong_training_files_are_named(training, tmp_path, change, words):
    for name, edit in change.items():
        training[name] = edit(training[name]) if edit else training.pop(name)
        if edit is None:
            del training[name]
    savemat(tmp_path / "train.mat", training)
    with pytest.raises(ValueError, match=words):
        read_training(tmp_path / "train.mat")


@pytest.mark.parametrize("change, words", [
    ({"all_states_xy": lambda a: a[:-1]}, "expected as many of each"),
    ({"all_value_data": lambda a: np.roll(a, 1, axis=1)}, "its goal image has the goal at"),
    ({"all_im_data": lambda a: a.reshape(-1, 9, 9).transpose(0, 2, 1).reshape(-1, 81)}, "swapped"),
    ({"all_im_data": lambda a: a[0]}, "square maps|as many"),
])
def test_wrong_test_files_are_named(world, tmp_path, change, words):
    variables = test_variables(*world)
    for name, edit in change.items():
        variables[name] = edit(variables[name])
    savemat(tmp_path / "test.mat", variables)
    with pytest.raises(ValueError, match=words):
        read_test(tmp_path / "test.mat")


def test_files_that_are_no_such_files_are_named(training, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_training(tmp_path / "missing.mat")
    (tmp_path / "text.mat").write_text("#.#\n" * 100)
    with pytest.raises(ValueError, match="not a readable MATLAB 5 file"):
        read_training(tmp_path / "text.mat")
    savemat(tmp_path / "other.mat", {"im_data": np.zeros((2, 2))})
    with pytest.raises(ValueError, match=r"neither a training file .* it holds im_data"):
        read_paper_file(tmp_path / "other.mat")
    with pytest.raises(ValueError, match="read_paper_file"):
        read_test(tmp_path / "other.mat")
    with pytest.raises(ValueError, match="path was expected"):
        read_test(None)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("compress", [True, False])
def test_files_cut_short_are_named(training, tmp_path, share, compress):
    whole = tmp_path / "whole.mat"
    savemat(whole, training, do_compression=compress)
    content = whole.read_bytes()
    (tmp_path / "cut.mat").write_bytes(content[:int(share * len(content))])
    with pytest.raises(ValueError, match=r"cut short|missing|neither"):
        read_paper_file(tmp_path / "cut.mat")
