"""Baselines without weights: measured by one protocol, written down, and shown in README's table."""

import json

import pytest

from pnzoo.data import glyphs
from pnzoo.models import MatchingNetwork
from train.few_shot import baselines
from train.readme import zoo_tables

METRIC = {"value": 0.45, "n": 20, "interval": [0.44, 0.46], "seeds": [1], "paper": 0.417}


def test_every_baseline_is_measured_at_every_way_and_shot():
    pytest.importorskip("sklearn")
    characters, network = glyphs.generate(2, 6, 8, seed=4), MatchingNetwork(backbone_options={"filters": 8})
    rows = baselines.measure(characters, network, 6, table=((5, 1), (5, 2)))
    assert [row["name"] for row in rows] == [
        "pixels, cosine",
        "classifier, cosine",
        "classifier, softmax",
        "classifier, logistic regression",
        "classifier, exemplar svm",
    ]
    assert all(row[shot]["n"] == 6 and 0.2 < row[shot]["value"] <= 1 for row in rows for shot in ("5w1s", "5w2s"))
    assert rows[0]["5w1s"]["paper"] == 0.417
    assert rows[3]["5w1s"]["paper"] is None


def test_what_was_measured_is_written(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(baselines.few_shot_data, "part", lambda *what: what)
    monkeypatch.setattr(baselines.hub, "load", lambda name: name)
    found = [{"name": "x", "5w1s": METRIC}]
    monkeypatch.setattr(baselines, "measure", lambda *what, paper: asked.append(what) or found)
    baselines.main(["--episodes", "20", "--json", str(tmp_path / "found.json")])
    assert asked == [(("omniglot", "vinyals", "test"), "classifier_omniglot", 20)]
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["episodes"] == 20
    assert found["rows"] == [{"name": "x", "5w1s": METRIC}]


def test_the_table_shows_interval_and_paper():
    table = zoo_tables.baselines_table({"episodes": 2000, "rows": [{"name": "pixels, cosine", "5w1s": METRIC}]})
    assert "| pixels, cosine | 45.00 ± 1.00 % (paper 41.7 %) | - | - | - | 2,000 |" in table
