"""One record for a measured number, and one way to write it."""

import json

import pytest

from pnzoo.core.dataset import describe, episodes, generated_maps, training_runs, vin_paper_file
from pnzoo.core.metric import Metric, format_number

MAPS = generated_maps("maze", 15, 15, 1000, "farthest", 9500)


@pytest.mark.parametrize(
    "value,unit,text",
    [
        (1, "%", "100 %"),
        (0.99996, "%", "99.996 %"),
        (0.9998, "%", "99.98 %"),
        (0.5, "%", "50.00 %"),
        (0.0, "%", "0.00 %"),
        (-0.05, "%", "-5.00 %"),
        (0.0123, "", "0.0123"),
        (-1.5, "", "-1.5000"),
        (12345.6, "", "12,346"),
        (87.4, "ms", "87 ms"),
        (0.5, "s", "0.5 s"),
    ],
)
def test_numbers_never_round_up_to_perfect(value, unit, text):
    assert format_number(value, unit) == text


def test_a_metric_is_a_record_and_reads_as_a_dictionary():
    metric = Metric.of_proportion("success_rate", 99, 100, dataset=MAPS, seeds=(0,), command="x", paper=0.996)
    assert (metric.value, metric["n"], metric.get("unit"), dict(metric)["name"]) == (0.99, 100, "%", "success_rate")
    assert str(metric) == "99.00 % (94.55 to 99.82)"
    assert (metric.title(), metric.paper_text()) == ("success rate", "99.60 %")
    assert metric.where() == "1,000 maze maps 15x15, the farthest start, seed 9500"
    stored = json.loads(json.dumps(metric.to_dict()))
    assert Metric.from_dict({**stored, "unknown": 1}).to_dict() == stored


def test_former_keys_warn():
    metric = Metric.of_mean("excess_cost", [0.1, 0.3], unit="", dataset=MAPS)
    with pytest.warns(DeprecationWarning, match="ci95"):
        assert metric["interval"] == list(metric.ci95)
    with pytest.warns(DeprecationWarning, match="dataset"):
        assert metric["on"] == metric.where()
    with pytest.raises(KeyError):
        metric["nothing"]


@pytest.mark.parametrize(
    "dataset,words",
    [
        (generated_maps("open", 8, 16, 50, "random", 3), "50 open maps 8x16, a random start each, seed 3"),
        ({**MAPS, "distance": [0, 10]}, "distances 0 to 10: 1,000 maze maps 15x15, the farthest start, seed 9500"),
        ({**MAPS, "distance": [9, None]}, "distances over 9: 1,000 maze maps 15x15, the farthest start, seed 9500"),
        (vin_paper_file("g", "held_out", "random", 6, 0), "the held-out maps of g, a random start each, seed 0"),
        (vin_paper_file("t.mat", "test", "own", 100, 0), "t.mat, its own starts"),
        (
            episodes("omniglot", 5, 1, 5, 2016, image_size=28, split_scheme="vinyals", split="test", rotations=True),
            "Omniglot 28x28, vinyals split, part test, rotations by 90 degrees as classes; "
            "5-way 1-shot, 5 queries a class, seed 2016",
        ),
        (episodes("mnist", 9, 1, 1, 7), "MNIST test images; 9-way 1-shot, 1 query a class, seed 7"),
        (episodes("birds", 5, 1, 5, 1), "birds; 5-way 1-shot, 5 queries a class, seed 1"),
        (
            training_runs(3, criteria=[{"metric": "success_rate", "at_least": 0.999, "dataset": MAPS}]),
            "3 training runs that must reach success rate >= 99.9 % on "
            "1,000 maze maps 15x15, the farthest start, seed 9500",
        ),
        ({"kind": "description", "text": "my own maps"}, "my own maps"),
        ({}, "data: "),
        ({**MAPS, "starts": []}, "generated_maps: family maze, height 15, width 15, n 1000, starts [], seed 9500"),
    ],
)
def test_data_sets_in_words(dataset, words):
    assert describe(dataset) == words
