"""Lake's official runs: the error goes into the card beside the other numbers, whose weights stay as they are."""

import shutil

import keras
import numpy as np
import pytest

from pnzoo import hub
from pnzoo.core.stats import proportion_ci
from pnzoo.data import glyphs
from pnzoo.models import MatchingNetwork
from train.few_shot import challenge
from train.few_shot.evaluation import evaluate

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def runs(tmp_path):
    """Two runs of four characters; of the second, the labels of two items are exchanged."""
    characters = glyphs.generate(2, 4, 1, size=105).images[:, 0]
    for run in range(2):
        folder = tmp_path / "all_runs" / f"run{run + 1:02d}"
        for part, name in (("training", "class"), ("test", "item")):
            (folder / part).mkdir(parents=True)
            for i in range(4):
                Image.fromarray(255 - characters[4 * run + i]).save(folder / part / f"{name}{i + 1:02d}.png")
        answers = [2, 1, 3, 4] if run else [1, 2, 3, 4]
        lines = [f"test/item{i:02d}.png training/class{a:02d}.png" for i, a in enumerate(answers, 1)]
        (folder / "class_labels.txt").write_text("\n".join(lines))
    return shutil.make_archive(str(tmp_path / "runs"), "zip", tmp_path / "all_runs")


@pytest.fixture
def entry(tmp_path):
    card = {"metrics": [{"name": "5w1s", "value": 0.9, "ci95": [0.8, 0.95], "n": 9, "unit": "%",
                         "dataset": {"kind": "description", "text": "somewhere"}, "command": "-"}],
            "task": "few-shot", "limitations": ["It is a toy."]}  # fmt: skip
    keras.utils.set_random_seed(0)  # other weights may take one of these characters for another
    model = MatchingNetwork(backbone_options={"filters": 4})
    hub.save(model, tmp_path / "entry", card)
    return tmp_path / "entry"


def test_the_error_is_written_beside_the_other_numbers(entry, runs, capsys):
    weights = (entry / "model.weights.h5").read_bytes()
    for _ in range(2):  # measured twice, it stands there once
        challenge.main([str(entry), runs])
    assert "25.00 %" in capsys.readouterr().out
    card = hub.card(entry)
    assert [metric["name"] for metric in card["metrics"]] == ["5w1s", challenge.NAME]
    metric = card["metrics"][1]
    assert (metric["value"], metric["n"]) == (0.25, 8)
    np.testing.assert_allclose(metric["ci95"], proportion_ci(2, 8), atol=1e-6)
    assert metric["dataset"]["reported"] == {"people": 0.045, "BPL": 0.033}
    assert card["limitations"] == ["It is a toy.", challenge.PROMISE]
    page = (entry / "README.md").read_text()
    assert "people 4.5 %, BPL 3.3 %" in page
    assert challenge.PROMISE in page
    assert (entry / "model.weights.h5").read_bytes() == weights


def test_the_test_part_is_not_looked_at_again(entry, runs):
    from pathlib import Path

    options = {"force": False, "lake_runs": Path(runs), "episodes": 5, "mnist": None}
    metrics = evaluate(hub.load(entry), "toy", None, hub.card(entry), options)
    assert [metric.name for metric in metrics] == ["5w1s", challenge.NAME]
    with pytest.raises(ValueError, match="--force"):
        evaluate(hub.load(entry), "toy", None, hub.card(entry), {**options, "lake_runs": None})
