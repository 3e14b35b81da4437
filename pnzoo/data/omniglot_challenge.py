"""Lake's one-shot classification: 20 runs of 20 characters of one alphabet, one image each, drawn by two people.

`read_runs` reads his official folder `all_runs`. Where it is not at hand, `sample_runs` draws the same kind of task
from the background protocol's test part; TFDS does not record who drew what, so there the two drawings of a character
are by any two people.
"""

import pathlib
from typing import NamedTuple

import numpy as np

from pnzoo.data.omniglot import shrink


class Run(NamedTuple):
    """One 20-way one-shot task.

    Attributes:
        training: uint8 `[20, 28, 28]`, one image of every class, 255 for ink.
        test: uint8 `[20, 28, 28]`, the images to classify.
        answer: int `[20]`, which training image shows the same character as each test image.
    """

    training: np.ndarray
    test: np.ndarray
    answer: np.ndarray


def read_runs(folder):
    """Read Lake's folder.

    Args:
        folder: `all_runs`, with `runNN/training/classMM.png`, `runNN/test/itemMM.png` and `runNN/class_labels.txt`,
            whose lines read `runNN/test/item01.png runNN/training/class08.png`.

    Returns:
        A list of `Run`, in the folders' order.

    Raises:
        ValueError: if there is no run, or a run is incomplete or its labels do not fit its images.
        ImportError: if Pillow is missing.

    Reference: Lake, Salakhutdinov and Tenenbaum 2015, one-shot classification.
    """
    folder = pathlib.Path(folder)
    runs = sorted(path for path in folder.glob("run*") if path.is_dir())
    if not runs:
        raise ValueError(
            f"{folder} holds no run01, run02, ... Give the folder all_runs of one-shot-classification/all_runs.zip "
            "from github.com/brendenlake/omniglot."
        )
    return [_read_run(run) for run in runs]


def _read_run(run):
    labels = run / "class_labels.txt"
    if not labels.is_file():
        raise ValueError(f"{labels} is missing: the run is incomplete. Unpack all_runs.zip again.")
    pairs = [line.split() for line in labels.read_text().splitlines() if line.strip()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"{labels}: expected lines such as 'run01/test/item01.png run01/training/class08.png'.")
    classes = sorted(path.name for path in (run / "training").glob("class*.png"))
    answer = []
    for _, training in pairs:
        name = training.rsplit("/", 1)[-1]
        if name not in classes:
            raise ValueError(
                f"{labels} names {training}, which is not in {run / 'training'}. Unpack all_runs.zip again."
            )
        answer.append(classes.index(name))
    items = [run / "test" / item.rsplit("/", 1)[-1] for item, _ in pairs]
    return Run(
        np.stack([_read_png(run / "training" / name) for name in classes]),
        np.stack([_read_png(item) for item in items]),
        np.array(answer),
    )


def _read_png(path):
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("reading Lake's runs needs Pillow: type `pip install 'pnzoo[fewshot]'`.") from error
    if not path.is_file():
        raise ValueError(f"{path} is missing: the run is incomplete. Unpack all_runs.zip again.")
    with Image.open(path) as file:
        paper = np.asarray(file.convert("L"))
    return np.rint(shrink(255 - paper)).astype("uint8")


def sample_runs(characters, n, rng, way=20, codes=None):
    """Draw tasks of the same kind: within one alphabet, one training and one test image a character.

    Args:
        characters: `Characters`, such as `omniglot.split(drawings, "test", protocol="background", rotations=False)`.
        n: how many runs.
        rng: a `numpy.random.Generator`.
        way: characters in a run.
        codes: float32 `[classes, drawings, D]` of the characters' images, to look up instead of them: an exam of many
            runs then encodes every drawing once.

    Returns:
        A list of n `Run`; with `codes`, their `training` and `test` are codes `[way, D]`.

    Raises:
        ValueError: if no alphabet has `way` characters.
    """
    from pnzoo.data.episodes import sample_within

    counts = [len(drawings) for drawings in characters.images]
    shown = characters.images if codes is None else codes
    runs = []
    for _ in range(n):
        episode = sample_within(characters.alphabet, way, 1, 1, rng, counts)
        support, query = (np.stack([shown[c][d] for c, d in rows]) for rows in (episode.support, episode.query))
        answer = [int(np.flatnonzero(episode.support_label == label)[0]) for label in episode.query_label]
        runs.append(Run(support, query, np.array(answer)))
    return runs


def error_rate(model, runs):
    """Share of test images that a few-shot model gives to the wrong character.

    Args:
        model: a few-shot model with `encode` and `match`.
        runs: list of `Run`, of images or of the model's codes.

    Returns:
        float `[len(runs)]`, one error rate a run.
    """
    from keras import ops

    from pnzoo.models.few_shot.matching import encode_all

    training, test = (np.stack([getattr(run, part) for run in runs]) for part in ("training", "test"))
    if training.ndim > 3:  # images [runs, way, H, W]
        training, test = encode_all(model, training), encode_all(model, test)
    labels = np.tile(np.eye(training.shape[1], dtype="float32"), (len(runs), 1, 1))
    log_p = ops.convert_to_numpy(model.match(training, labels, test))
    return (log_p.argmax(-1) != np.stack([run.answer for run in runs])).mean(1)
