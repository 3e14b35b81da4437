"""Calibration curves."""

import numpy as np
import pytest

from pnzoo.analysis import calibration_curve


def test_calibrated_answers_have_a_small_error():
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.5, 1, 20_000)
    label = (rng.random(20_000) > sure).astype(int)
    found = calibration_curve(np.stack([sure, 1 - sure], axis=1), label)
    assert found.error < 0.02
    assert sum(row["n"] for row in found.rows) == 20_000
    assert sum(row["ci95"][0] <= row["confidence"] <= row["ci95"][1] for row in found.rows) >= 4


def test_boasting_shows():
    found = calibration_curve(np.tile([0.99, 0.01], (100, 1)), np.arange(100) % 2)
    assert found.error == pytest.approx(0.49)
    (row,) = found.rows
    assert (row["confidence"], row["accuracy"], row["n"]) == (pytest.approx(0.99), 0.5, 100)
    assert row["ci95"][0] < 0.5 < row["ci95"][1]


def test_certain_answers_fall_into_the_last_bin():
    assert calibration_curve(np.eye(3), [0, 1, 2]).error == 0


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="expected probability"):
        calibration_curve(np.ones(3), [0, 1, 2])
