"""Maps as text and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pnzoo.worlds.gridworld import parse, render


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_render_and_parse_are_inverse(data):
    walls = data.draw(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
    free = [tuple(map(int, cell)) for cell in np.argwhere(~walls)]
    picked = data.draw(st.lists(st.sampled_from(free), max_size=2, unique=True)) if free else []
    start, goal = (*picked, None, None)[:2]
    text = render(walls, start, goal)
    indented = "\t" + text.replace("\n", "\n\t")
    for variant in (text, f"\n\n{text}\n  \n", text.replace("\n", "   \r\n"), indented):
        again = parse(variant)
        np.testing.assert_array_equal(again.walls, walls)
        assert (again.start, again.goal) == (start, goal)


def test_a_path_reads_back_as_free_ground():
    text = render(np.zeros((2, 3)), start=(0, 0), goal=(1, 2), path=[(0, 0), (0, 1), (1, 2)])
    assert text == "S*.\n..G"
    assert not parse(text).walls.any()


@pytest.mark.parametrize("text, words", [
    ("", "holds no map"),
    ("  \n \n", "holds no map"),
    ("#.\n.x", "line 2, column 2: received 'x'"),
    ("\n  #.\n  ? ", "line 3, column 3: received '\\?'"),
    ("#. .", "line 1, column 3: received ' '"),
    ("#..\n#.", "line 2 has 2 cells, the first line of the map has 3; it differs from column 3"),
    ("#.\n#..", "line 2 has 3 cells, the first line of the map has 2; it differs from column 3"),
    ("#.\n\n#.", "line 2 is blank"),
    ("S.\n.S", "line 2, column 2: a second S"),
    ("GG", "line 1, column 2: a second G"),
    (b"#.", "text was expected, received bytes"),
    (np.zeros((2, 2)), "text was expected, received ndarray"),
])
def test_bad_text_names_line_and_column(text, words):
    with pytest.raises(ValueError, match=words):
        parse(text)


def test_cells_off_the_map_cannot_be_drawn():
    for cells in ({"start": (2, 0)}, {"goal": (0, 5)}, {"path": [(0, 0), (-1, 0)]}):
        with pytest.raises(ValueError, match="outside the 2x3 map"):
            render(np.zeros((2, 3)), **cells)
