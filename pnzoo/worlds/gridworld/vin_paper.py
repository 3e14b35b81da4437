"""The VIN authors' MATLAB files: their training layout and their test layout, which differ in most things.

            training (gridworld_8.mat)                   test (gridworld_8_test.mat)
variables   batch_im_data, batch_value_data,             all_im_data, all_value_data, all_states_xy
            state_x_data, state_y_data, batch_label_data
a row       ten states of one (map, goal)                one map and one shortest path on it
map image   row by row, 1 free, 0 wall                   column by column, 1 free, 0 wall
goal image  0, and 10 at the goal                        -1, and 10 at the goal
states      x is the row, y the column, from 0           row and column, from 1
"""

from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, renamed_method

_TRAINING = ("batch_im_data", "batch_value_data", "state_x_data", "state_y_data", "batch_label_data")
_TEST = ("all_im_data", "all_value_data", "all_states_xy")


class PaperTrainingFile(NamedTuple):
    """A training file: M maps, each once, and N labelled states on them.

    Attributes:
        walls: bool `[M, H, W]`.
        goal: int `[M, 2]`, row and column.
        map_index: int `[N]`, the map of each state.
        states: int `[N, 2]`, row and column.
        labels: int `[N]`, the move of one shortest path, an index into `MOVES`.
    """

    walls: np.ndarray
    goal: np.ndarray
    map_index: np.ndarray
    states: np.ndarray
    labels: np.ndarray
    which = renamed_method("which", "map_index")


class PaperTestFile(NamedTuple):
    """A test file: M maps, each with a shortest path.

    Attributes:
        walls: bool `[M, H, W]`.
        goal: int `[M, 2]`, row and column.
        starts: int `[M, 2]`.
        paths: a tuple of M arrays int `[T, 2]`, from start to goal.
    """

    walls: np.ndarray
    goal: np.ndarray
    starts: np.ndarray
    paths: tuple


def read_training(path):
    """Read a training file of the authors, `gridworld_8.mat` and the like.

    Args:
        path: the file.

    Returns:
        `PaperTrainingFile(walls, goal, map_index, states, labels)`. Rows with the same map and goal are merged.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not a whole training file; the message says what is wrong with it.

    Example:
        >>> import os, tempfile
        >>> from scipy.io import savemat
        >>> free, goal = np.ones((1, 4), dtype=np.uint8), np.array([[0, 0, 0, 10]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "tiny.mat")
        ...     savemat(path, {"batch_im_data": free, "batch_value_data": goal, "state_x_data": [[0, 1]],
        ...                    "state_y_data": [[0, 0]], "batch_label_data": [[6, 2]]})
        ...     data = read_training(path)
        >>> data.goal.tolist(), data.states.tolist(), data.labels.tolist()
        ([[1, 1]], [[0, 0], [1, 0]], [6, 2])
    """
    image, value, x, y, labels = _variables(path, _TRAINING, "training")
    if not image.shape[0] == len(value) == len(x) or not x.shape == y.shape == labels.shape or x.ndim != 2:
        raise ValueError(f"{path}: rows do not match, "
                         + ", ".join(f"{name} {list(array.shape)}" for name, array in
                                     zip(_TRAINING, (image, value, x, y, labels), strict=True)))
    walls, goal = _maps(path, image, value, columns_first=False)
    keys = np.concatenate([np.packbits(walls.reshape(len(walls), -1), axis=1).astype(int), goal], axis=1)
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)  # maps keep the order of the file
    which = np.argsort(order)[inverse.reshape(-1)].repeat(x.shape[1])
    data = PaperTrainingFile(walls[first[order]], goal[first[order]], which,
                         np.stack([x.reshape(-1), y.reshape(-1)], axis=1).astype(int),
                         labels.reshape(-1).astype(int))
    if ((data.labels < 0) | (data.labels > 7)).any():
        raise ValueError(f"{path}: batch_label_data holds moves 0..7, "
                         f"received {data.labels.min()}..{data.labels.max()}")
    _check_states(path, data.walls, data.map_index, data.states)
    return data


def read_test(path):
    """Read a test file of the authors, `gridworld_8_test.mat` and the like.

    Args:
        path: the file.

    Returns:
        `PaperTestFile(walls, goal, starts, paths)`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not a whole test file; the message says what is wrong with it.

    Example:
        >>> import os, tempfile
        >>> from scipy.io import savemat
        >>> paths = np.empty((1, 1), dtype=object)
        >>> paths[0, 0] = np.array([[1, 1], [2, 1]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "tiny.mat")
        ...     savemat(path, {"all_im_data": [[1, 1, 0, 1]], "all_value_data": [[-1, 10, -1, -1]],
        ...                    "all_states_xy": paths})
        ...     data = read_test(path)
        >>> data.walls[0].astype(int).tolist(), data.goal.tolist(), data.starts.tolist()
        ([[0, 1], [0, 0]], [[1, 0]], [[0, 0]])
    """
    image, value, cells = _variables(path, _TEST, "test")
    if not len(image) == len(value) == cells.size or cells.dtype != object:
        raise ValueError(f"{path}: {len(image)} maps, {len(value)} goal images and {cells.size} paths; "
                         "expected as many of each, the paths as a cell array")
    walls, goal = _maps(path, image, value, columns_first=True)
    paths = []
    for index, cell in enumerate(cells.reshape(-1)):
        states = np.asarray(cell)
        if states.ndim != 2 or states.shape[1:] != (2,) or not len(states):
            raise ValueError(f"{path}: path {index} of all_states_xy has shape {list(states.shape)}, "
                             "expected [T, 2]")
        paths.append(states.astype(int) - 1)
        _check_states(path, walls, np.full(len(states), index), paths[-1])
        if tuple(paths[-1][-1]) != tuple(goal[index]):
            raise ValueError(f"{path}: path {index} ends at {paths[-1][-1].tolist()} (from 0), "
                             f"its goal image has the goal at {goal[index].tolist()}")
    return PaperTestFile(walls, goal, np.array([states[0] for states in paths]), tuple(paths))


def read_paper_file(path):
    """Read a file of the authors in whichever of the two layouts it is.

    Args:
        path: the file.

    Returns:
        `PaperTrainingFile` or `PaperTestFile`; both have `walls` and `goal`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is neither layout.

    Example:
        >>> read_paper_file("no_such_file.mat")
        Traceback (most recent call last):
        ...
        FileNotFoundError: no_such_file.mat: no such file
    """
    names = set(_load(path))
    if names.issuperset(_TRAINING):
        return read_training(path)
    if names.issuperset(_TEST):
        return read_test(path)
    raise ValueError(f"{path}: neither a training file ({', '.join(_TRAINING)}) nor a test file "
                     f"({', '.join(_TEST)}); it holds {_listed(names)}")


def split_by_map(data, holdout=1 / 7, seed=0):
    """Split a training file so that no map is on both sides, with any goal.

    The authors hold out the last seventh of the rows; at 8x8 a good part of those repeat a training map.

    Args:
        data: a `PaperTrainingFile`.
        holdout: the share of maps to hold out, between 0 and 1.
        seed: an int.

    Returns:
        A tuple (training part, held-out part) of `PaperTrainingFile`.

    Raises:
        ValueError: if `holdout` leaves a side without maps.

    Example:
        >>> walls = np.array([[[False, False]], [[False, False]], [[True, False]]])
        >>> data = PaperTrainingFile(walls, np.array([[0, 0], [0, 1], [0, 1]]), np.array([0, 1]),
        ...                      np.array([[0, 1], [0, 0]]), np.array([3, 2]))
        >>> train, test = split_by_map(data, holdout=0.5)
        >>> len(train.walls) + len(test.walls), {len(train.walls), len(test.walls)} == {1, 2}
        (3, True)
    """
    _, pattern = np.unique(data.walls.reshape(len(data.walls), -1), axis=0, return_inverse=True)
    pattern = pattern.reshape(-1)
    patterns = int(pattern.max()) + 1
    n_held_out = round(holdout * patterns)
    if not 0 < n_held_out < patterns:
        raise ValueError(f"holdout={holdout!r} of {patterns} different maps leaves one side without maps; "
                         "choose a share between 0 and 1")
    chosen = np.zeros(patterns, dtype=bool)
    chosen[np.random.default_rng(seed).permutation(patterns)[:n_held_out]] = True
    return _part(data, ~chosen[pattern]), _part(data, chosen[pattern])


def _part(data, maps):
    states = maps[data.map_index]
    number = np.cumsum(maps) - 1
    return PaperTrainingFile(data.walls[maps], data.goal[maps], number[data.map_index[states]], data.states[states],
                         data.labels[states])


def _load(path):
    from scipy.io import loadmat

    if not isinstance(path, (str, PathLike)):
        raise ValueError(f"a path was expected, received {type(path).__name__}")
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        variables = loadmat(Path(path), appendmat=False)
    except Exception as error:  # SciPy raises a dozen types for files that are not whole
        raise ValueError(f"{path}: not a readable MATLAB 5 file, or cut short ({error}); "
                         "download it again") from error
    return {name: array for name, array in variables.items() if not name.startswith("__")}


def _variables(path, names, layout):
    variables = _load(path)
    missing = [name for name in names if name not in variables]
    if missing:
        raise ValueError(f"{path}: not a {layout} file, {', '.join(missing)} missing; it holds "
                         f"{_listed(variables)}; read_paper_file(path) reads either layout")
    return [variables[name] for name in names]


def _listed(names):
    return ", ".join(sorted(names)) or "nothing"


def _maps(path, image, value, columns_first):
    """Walls `[M, S, S]` and goals `[M, 2]` from images `[M, S * S]` of free cells and of the goal."""
    side = int(np.sqrt(image.shape[1])) if image.ndim == 2 else 0
    if image.ndim != 2 or image.shape != value.shape or not len(image) or side * side != image.shape[1]:
        raise ValueError(f"{path}: images of square maps, one a row, were expected, received shapes "
                         f"{list(image.shape)} for maps and {list(value.shape)} for goals")
    if not np.isin(image, (0, 1)).all():
        raise ValueError(f"{path}: map images hold 1 (free) and 0 (wall), "
                         f"received values from {image.min()} to {image.max()}")
    goals = np.asarray(value) == 10
    if (goals.sum(axis=1) != 1).any():
        row = int(np.argmax(goals.sum(axis=1) != 1))
        raise ValueError(f"{path}: goal image {row} has {int(goals[row].sum())} cells of value 10, "
                         "expected one")
    walls = (image == 0).reshape(-1, side, side)
    goal = np.stack(np.divmod(goals.argmax(axis=1), side), axis=1)
    return (walls.transpose(0, 2, 1), goal[:, ::-1]) if columns_first else (walls, goal)


def _check_states(path, walls, which, states):
    outside = ((states < 0) | (states >= walls.shape[1:])).any(axis=1)
    if outside.any():
        raise ValueError(f"{path}: state {states[outside][0].tolist()} (from 0) lies outside the "
                         f"{walls.shape[1]}x{walls.shape[2]} map")
    buried = walls[which, states[:, 0], states[:, 1]]
    if buried.any():
        raise ValueError(f"{path}: state {states[buried][0].tolist()} (from 0) lies on a wall; are rows and "
                         "columns of the map swapped?")


__getattr__ = renamed(__name__, {"PaperTraining": "PaperTrainingFile", "PaperTest": "PaperTestFile"})
