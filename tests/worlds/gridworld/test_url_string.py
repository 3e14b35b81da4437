import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pnzoo import gridworld


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 999))
def test_round_trip(height, width, seed):
    rng = np.random.default_rng(seed)
    walls = rng.random((height, width)) < 0.4
    start, goal = [(int(rng.integers(height)), int(rng.integers(width))) for _ in range(2)]
    back = gridworld.from_string(gridworld.to_string(walls, start, goal))
    assert (back.walls == walls).all()
    assert (back.start, back.goal) == (start, goal)


def test_without_start_and_goal():
    back = gridworld.from_string(gridworld.to_string(np.zeros((3, 5), bool)))
    assert back.start is None
    assert back.goal is None


@pytest.mark.parametrize("code", [
    "", "x", "2x3", "2x3___", "2x3_0.0_1.2_", "2x3_0.0_1.2_GAAA", "2x3_9.0_1.2_GA", "2x3_0.0_1.9_GA",
    "0x0___", "9999x9999_0.0_1.1_GA", "2x3_0.0_1.2_G!", "2x3_0.0_1.2_G", "-2x3_0.0_1.2_GA", "<script>",
    None, 7, "2x3_0.0_1.2_GA\n",
])
def test_broken_codes_say_so(code):
    with pytest.raises(ValueError, match=r"map string|lies outside"):
        gridworld.from_string(code)


@given(st.text(max_size=60))
def test_any_text_is_a_map_or_a_value_error(text):
    try:
        gridworld.from_string(text)
    except ValueError:
        return
    assert gridworld.to_string(*gridworld.from_string(text))
