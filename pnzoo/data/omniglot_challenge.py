"""Lake's one-shot classification: 20 episodes of 20 characters of one alphabet, one image each, drawn by two people.

`read_challenge` reads his official 20 runs. Where they are not at hand, `sample_challenge` draws the same kind of
episode from the background split's test part; TFDS does not record who drew what, so there the two images of a
character are by any two people.
"""

import pathlib
import zipfile
from typing import NamedTuple

import numpy as np

from pnzoo.core.deprecation import renamed, warn
from pnzoo.core.images import to_grey
from pnzoo.core.resize import resize_area
from pnzoo.data import episodes
from pnzoo.data.classes import ImageClasses
from pnzoo.data.omniglot import IMAGE_SIZE

LARGEST_FILE = 1_000_000  # bytes; an image of the official runs has some 300


def read_challenge(path):
    """Read Lake's official runs.

    Args:
        path: `all_runs.zip`, or the unpacked folder: `runNN/training/classMM.png`, `runNN/test/itemMM.png` and
            `runNN/class_labels.txt`, whose lines read `runNN/test/item01.png runNN/training/class08.png`.

    Returns:
        `(classes, episodes)`: `ImageClasses` with two images a class, the training and the test image, whose groups
        are the runs; and one `Episode` a run, which asks for the test images in the order of the labels.

    Raises:
        ValueError: if there is no run, or a run is incomplete or its labels do not fit its images.
        ImportError: if Pillow is missing.

    Reference: Lake, Salakhutdinov and Tenenbaum 2015, one-shot classification.
    """
    path = pathlib.Path(path)
    root = zipfile.Path(path) if zipfile.is_zipfile(path) else path
    runs = _runs(root) if root.is_dir() else []
    if not runs:
        raise ValueError(
            f"{path} holds no run01, run02, ... Give the file all_runs.zip of github.com/brendenlake/omniglot, or the "
            "folder unpacked from it."
        )
    images, group, names, drawn = [], [], [], []
    for number, run in enumerate(runs):
        support, query, label, files = _read_run(run)
        images.append(np.stack([support, query[np.argsort(label)]], axis=1))
        drawn.append(_episode(len(names), label))
        group += [number] * len(label)
        names += [f"{run.name}/{file.removesuffix('.png')}" for file in files]
    return ImageClasses(np.concatenate(images), np.array(group), np.array(names)), drawn


def _runs(root):
    """The run folders, at the top or one folder deeper."""
    folders = [child for child in root.iterdir() if child.is_dir()]
    deeper = [child for folder in folders if folder.name == "all_runs" for child in folder.iterdir() if child.is_dir()]
    return sorted((f for f in folders + deeper if f.name.startswith("run")), key=lambda folder: folder.name)


def _episode(first, label):
    """The episode of a run whose classes begin at `first`: image 0 of each is its support, image 1 its query."""
    classes = first + np.arange(len(label))
    support = np.stack([classes, np.zeros_like(classes)], axis=1)
    query = np.stack([classes[label], np.ones_like(classes)], axis=1)
    return episodes.Episode(classes, support, np.arange(len(label)), query, label)


def _read_run(run):
    """Training images, test images, the class of each test image, and the training images' file names."""
    labels = run / "class_labels.txt"
    pairs = [line.split() for line in _read(labels).decode("utf-8", "replace").splitlines() if line.strip()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"{labels}: expected lines such as 'run01/test/item01.png run01/training/class08.png'.")
    training = run / "training"
    files = sorted(file.name for file in training.iterdir() if file.name.endswith(".png")) if training.is_dir() else []
    answers = [_name(pair[1]) for pair in pairs]
    if sorted(answers) != files:
        odd = sorted(set(answers) ^ set(files)) or ["one class twice"]
        raise ValueError(f"{labels} does not name each image of {training} once ({odd[0]}). Get all_runs.zip again.")
    query = np.stack([_read_image(run / "test" / _name(item)) for item, _ in pairs])
    support = np.stack([_read_image(training / file) for file in files])
    return support, query, np.array([files.index(answer) for answer in answers]), files


def _name(path):
    return path.rsplit("/", 1)[-1]


def _read(file):
    if not file.is_file():
        raise ValueError(f"{file} is missing: the run is incomplete. Get all_runs.zip again.")
    with file.open("rb") as stream:
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{file} has more than {LARGEST_FILE:,} bytes: it is none of Lake's. Get all_runs.zip again.")
    return content


def _read_image(file):
    paper = to_grey(_read(file), name=str(file)).values
    return np.rint(resize_area(255 - paper, IMAGE_SIZE)).astype("uint8")


def sample_challenge(classes, n, rng, way=20):
    """Draw episodes of the same kind: within one alphabet, one training and one test image a character.

    Args:
        classes: `ImageClasses`, such as `omniglot.split(data, "test", split_scheme="background", rotations=False)`.
        n: how many episodes.
        rng: a `numpy.random.Generator`.
        way: characters in an episode.

    Returns:
        A list of n `Episode`s.

    Raises:
        ValueError: if no alphabet has `way` characters.
    """
    return [episodes.sample(classes.counts, way, 1, 1, rng, within=classes.group) for _ in range(n)]


class Run(NamedTuple):
    """Former form of an episode, until the next release: uint8 `[20, 28, 28]` twice, and int `[20]`."""

    training: np.ndarray
    test: np.ndarray
    answer: np.ndarray


def _former(images, drawn):
    """Episodes as `Run`s."""
    runs = []
    for episode in drawn:
        support, query = (np.stack([images[c][i] for c, i in rows]) for rows in (episode.support, episode.query))
        answer = [int(np.flatnonzero(episode.support_label == label)[0]) for label in episode.query_label]
        runs.append(Run(support, query, np.array(answer)))
    return runs


def read_runs(folder):
    """Former name of `read_challenge`."""
    warn("pnzoo.data.omniglot_challenge.read_runs", "read_challenge, which gives (classes, episodes)")
    classes, drawn = read_challenge(folder)
    return _former(classes.images, drawn)


def sample_runs(characters, n, rng, way=20, codes=None):
    """Former name of `sample_challenge`."""
    warn("pnzoo.data.omniglot_challenge.sample_runs", "sample_challenge, which gives episodes")
    return _former(characters.images if codes is None else codes, sample_challenge(characters, n, rng, way))


__getattr__ = renamed(__name__, {"error_rate": "pnzoo.evaluation.episodes:error_rate_of_runs"})
