"""`pnzoo classify`: pictures named after a folder of examples, or after a saved classifier."""

import json

import numpy as np
import pytest
from PIL import Image

import pnzoo
from pnzoo import cli
from pnzoo.models import PhotoMatchingNetwork
from pnzoo.models.backbones import EfficientNetLite
from tests.few_shot.photos import COLOURS, folder, photograph


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An entry `network` of random weights, examples in `shelf`, and `new.png` that is nearly one of them."""
    place = tmp_path_factory.mktemp("classify")
    pnzoo.save(
        EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=24, image_size=32), place / "network"
    )
    folder(place / "shelf")
    with Image.open(next((place / "shelf" / "sky").iterdir())) as example:
        pixels = np.asarray(example).copy()
    pixels[:3, :3] += 2
    Image.fromarray(pixels).save(place / "new.png")
    return place


def run(capsys, *arguments):
    status = cli.main(["classify", *map(str, arguments)])
    return status, *capsys.readouterr()


def test_a_line_a_picture_and_a_saved_classifier(place, capsys, tmp_path):
    saved = tmp_path / "shelf.npz"
    arguments = ["--model", place / "network", place / "shelf", place / "new.png", "--save", saved, "--top", 2]
    status, out, err = run(capsys, *arguments)
    file, label, p, second, q = out.rstrip("\n").split("\t")
    assert (status, file, label, err) == (0, str(place / "new.png"), "sky", "")
    assert second in COLOURS
    assert 100 >= float(p.removesuffix(" %")) >= float(q.removesuffix(" %"))
    assert run(capsys, saved, place / "new.png", "--top", 2) == (0, out, "")


def test_json_has_all_classes_and_the_nearest_examples(place, capsys):
    status, out, _ = run(capsys, "--model", place / "network", place / "shelf", place / "new.png", "--json")
    answer = json.loads(out)
    (picture,) = answer["pictures"]
    assert (status, answer["model"], answer["classes"]) == (0, str(place / "network"), sorted(COLOURS))
    assert sum(picture["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert picture["label"] == max(picture["probabilities"], key=picture["probabilities"].get) == "sky"
    assert picture["nearest"][0]["label"] == "sky"
    again = pnzoo.FewShotClassifier(place / "network").fit(place / "shelf")
    assert picture["confidence"] == pytest.approx(again.confidence([place / "new.png"])[0], abs=1e-4)


def test_none_of_these(place, capsys, tmp_path):
    stranger, saved = tmp_path / "stranger.png", tmp_path / "shelf.npz"
    Image.new("RGB", (52, 40), (230, 20, 240)).save(stranger)
    asked = [place / "new.png", stranger, "--none-of-these"]
    colours = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16, "color_bins": 4}
    pnzoo.save(PhotoMatchingNetwork(colours, image_size=32), tmp_path / "model")
    fit = ["--model", tmp_path / "model", place / "shelf"]
    status, out, _ = run(capsys, *fit, *asked, "--json", "--save", saved)
    known, other = json.loads(out)["pictures"]
    assert (status, known["label"], known["rejected"]) == (0, "sky", False)
    assert (other["label"], other["rejected"]) == ("none of these", True)
    assert 0 <= known["none_of_these"] < other["none_of_these"] <= 1
    lines = run(capsys, saved, *asked)[1].splitlines()
    assert [line.split("\t")[1] for line in lines] == ["sky", "none of these"]
    assert lines[1].endswith(f"{100 * other['none_of_these']:.1f} %")
    status, out, _ = run(capsys, *fit, stranger, "--json")
    assert json.loads(out)["pictures"][0]["rejected"] is False


def test_what_is_wrong_is_one_line(place, capsys, tmp_path):
    for arguments, words in (
        ((place / "shelf",), "no pictures to name"),
        ((place / "none", place / "new.png"), "is no folder"),
        ((place / "shelf", tmp_path / "x.png"), "cannot be read: No such file"),
        ((tmp_path / "x.npz", place / "new.png"), "No such file"),
    ):
        status, out, err = run(capsys, "--model", place / "network", *arguments)
        assert (status, out) == (2, "")
        assert words in err
        assert err.count("\n") == 1


def test_broken_and_doubled_files(place, capsys, tmp_path):
    root = folder(tmp_path / "shelf")
    (root / "sky" / "bad.jpg").write_bytes(b"none")
    (root / "moss" / "twin.png").write_bytes(next((root / "brick").iterdir()).read_bytes())
    Image.fromarray(photograph("sky", 5)).save(tmp_path / "new.png")
    arguments = ["--model", place / "network", root, tmp_path / "new.png"]
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert "1 of 11 files" in err
    status, out, err = run(capsys, *arguments, "--skip-broken")
    assert status == 0
    assert out.startswith(str(tmp_path / "new.png"))
    assert f"skipped {root / 'sky' / 'bad.jpg'}: " in err
    assert "in several classes" in err
