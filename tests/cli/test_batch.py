"""`pnzoo batch-plan`: what it hands on, and what it says of wrong input."""

import sys

import pytest

from pnzoo import batch
from pnzoo.cli import main


def test_options_arrive(monkeypatch, capsys):
    def plan(maps, model, out, **options):
        assert (maps, model, out) == ("maps.parquet", "vin8", "plans")
        assert options.pop("options") == {"k": 9}
        assert options == {"workers": 3, "rows_per_block": 7, "solver": "auto", "max_steps": None}
        return batch.Summary(out, 70, 60, 1, 10, 2)

    monkeypatch.setattr(batch, "plan", plan)
    words = "maps.parquet --model vin8 --out plans --workers 3 --rows-per-block 7 --k 9"
    assert main(["batch-plan", *words.split()]) == 0
    said = capsys.readouterr().out
    assert said == "70 maps planned in 10 files of plans: 60 reached, 1 no maps; 2 files were there before\n"


def test_without_ray_it_says_what_to_type(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setitem(sys.modules, "ray.data", None)
    assert main(["batch-plan", "maps.parquet", "--model", "vin8", "--out", str(tmp_path)]) == 2
    assert "Type: pip install 'pnzoo[ray]'" in capsys.readouterr().err


def test_a_name_that_is_none(capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["batch-plan", "maps.parquet", "--out", str(tmp_path)])
    assert "--model" in capsys.readouterr().err
