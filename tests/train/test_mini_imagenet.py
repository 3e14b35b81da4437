"""Tiny-ImageNet's honest split, and miniImageNet from a folder of one's own, on invented files of that form."""

import itertools
import json

import numpy as np
import pytest
from PIL import Image

from train.few_shot import data as few_shot_data
from train.photos import data, mini_imagenet

SPLIT = {"train": ["n01", "n02", "n03"], "val": ["n04"], "test": ["n05"]}


def every(parts):
    return list(itertools.chain.from_iterable(parts.values()))


@pytest.fixture
def imagenet(tmp_path):
    """Five classes of three pictures of any size and mode, in the form of ImageNet's training pictures."""
    rng = np.random.default_rng(0)
    for wnid in every(SPLIT):
        (tmp_path / "train" / wnid).mkdir(parents=True)
        for i, (shape, mode) in enumerate((((90, 120, 3), "RGB"), ((60, 60), "L"), ((100, 84, 4), "CMYK"))):
            picture = Image.fromarray(rng.integers(0, 256, shape, dtype="uint8"), mode)
            picture.save(tmp_path / "train" / wnid / f"{wnid}_{i}.JPEG")
    (tmp_path / "split.json").write_text(json.dumps(SPLIT))
    return tmp_path


def test_a_folder_becomes_three_parts(imagenet, monkeypatch):
    monkeypatch.setenv("PNZOO_DATA_DIR", str(imagenet / "data"))
    monkeypatch.setattr(mini_imagenet, "N_IMAGES", 3)
    mini_imagenet.prepare(imagenet / "train", imagenet / "split.json", n_images=3)
    assert sorted(file.name for file in (imagenet / "data/mini_imagenet").iterdir()) == [
        "test.npz", "train.npz", "val.npz",
    ]  # fmt: skip
    train = few_shot_data.part("mini_imagenet", "", "train")
    assert train.images.shape == (3, 3, 84, 84, 3)
    assert train.images.dtype == "uint8"
    assert train.names.tolist() == SPLIT["train"]
    with Image.open(imagenet / "train/n02/n02_0.JPEG") as picture:
        expected = np.asarray(picture.resize((84, 84), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(train.images[1, 0], expected)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda folder: (folder / "train/n03/n03_0.JPEG").unlink(), "n03 has 2 pictures, expected 3"),
        (lambda folder: (folder / "train/n01/n01_1.JPEG").write_bytes(b"no picture"), "n01_1.JPEG cannot be read"),
        (lambda folder: (folder / "train/n05").rename(folder / "train/x05"), "no folder n05"),
        (lambda folder: (folder / "split.json").write_text('{"train": ["n01"]}'), "train, val and test"),
        (
            lambda folder: (folder / "split.json").write_text('{"train": ["n01"], "val": ["n01"], "test": ["n02"]}'),
            "no class is in two",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_half_written(imagenet, change, message):
    change(imagenet)
    with pytest.raises(ValueError, match=message):
        mini_imagenet.prepare(imagenet / "train", imagenet / "split.json", imagenet / "out", n_images=3)
    assert not list(imagenet.glob("out/.*"))


def test_a_missing_part_says_which_command_makes_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PNZOO_DATA_DIR", str(tmp_path))
    with pytest.raises(ValueError, match=r"python -m train\.photos\.mini_imagenet"):
        few_shot_data.part("mini_imagenet", "", "test")


def test_classes_of_mini_imagenet_stay_on_their_side():
    free = {f"n{i:03d}": "" for i in range(100, 275)}
    splits = {f"n{i:03d}": part for i, part in enumerate(["train"] * 14 + ["val"] * 6 + ["test"] * 5)} | free
    parts = data.parts_of(splits)
    assert {part: len(names) for part, names in parts.items()} == {"train": 150, "val": 20, "test": 30}
    assert sorted(every(parts)) == sorted(splits)
    for part, names in parts.items():
        assert {splits[name] for name in names} <= {part, ""}
    assert data.parts_of(splits) == parts
    assert data.parts_of(splits, seed=1) != parts


def test_invented_parts_share_no_class():
    train, test = (few_shot_data.part("invented", "", part) for part in ("train", "test"))
    assert train.images.shape == (24, 20, 64, 64, 3)
    means = [part.images.mean((1, 2, 3)) for part in (train, test)]
    assert np.linalg.norm(means[0][:, None] - means[1][None], axis=-1).min() > 0
