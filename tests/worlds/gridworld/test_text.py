"""Maps as text and back, as people have them."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pnzoo.envs import GridWorld
from pnzoo.worlds.gridworld import parse, read_movingai, render
from pnzoo.worlds.gridworld.text_source import MAX_BYTES

WALLS = [[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]]
MAPS = arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_render_and_parse_are_inverse(data):
    walls = data.draw(MAPS)
    free = [tuple(map(int, cell)) for cell in np.argwhere(~walls)]
    start, goal = (data.draw(st.none() | st.sampled_from(free)) if free else None for _ in range(2))
    path = data.draw(st.lists(st.sampled_from(free), max_size=5)) if free else None
    text = render(walls, start, goal, path)
    indented, lines = "\t" + text.replace("\n", "\n\t"), text.split("\n")
    spaced = "\n".join(" ".join(line) for line in lines)
    tabbed = "\n".join("\t".join(line) for line in lines)
    summary = f"{text}\nreached in 3 moves, length 3.41\n"
    for variant in (text, f"\n\n{text}\n  \n", text.replace("\n", "   \r\n"), indented, lines, list(map(list, lines)),
                    tabbed, f"\ufeff{text}", f"```text\n{text}\n```", text.lower(), text.encode(), summary,
                    spaced if "." in text else text):  # fmt: skip
        again = parse(variant)
        np.testing.assert_array_equal(again.walls, walls)
        assert (again.start, again.goal) == (start, goal)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.integers(4, 9))
def test_what_an_environment_prints_reads_back(seed, size):
    env = GridWorld(height=size, render_mode="ansi")
    observation, _ = env.reset(seed=seed)
    again = parse(env.render())
    np.testing.assert_array_equal(again.walls, observation["image"][..., 0] > 0)
    assert again.start == tuple(observation["position"])
    assert observation["image"][(*again.goal, 1)] == 1


@pytest.mark.parametrize("text", [
    "####\n#..#\n####",
    "████\n█  █\n████",
    "XXXX\nX  X\nXXXX",
    "xxxx\nx..x\nxxxx",
    "1111\n1001\n1111",
    "1 1 1 1\n1 0 0 1\n1 1 1 1",
    "1,1,1,1\n1,0,0,1\n1,1,1,1\n",
    "#\t#\t#\t#\n#\t\t\t#\n#\t#\t#\t#",
    "#\u00a0#\u00a0#\u00a0#\n#\u00a0.\u00a0.\u00a0#\n#\u00a0#\u00a0#\u00a0#",
    "####\n#\u00a0\u00a0#\n####",
    "@@@@\n@..@\n@@@@",
    "TTTT\nT..W\nOOOO",
    "\ufeff####\n#··#\n####",
    "~~~\n####\n#**#\n####\n~~~",
    "type octile\nheight 3\nwidth 4\nmap\n@TOW\n@GS@\ngst@\n",
])
def test_dialects(text):
    parsed = parse(text)
    np.testing.assert_array_equal(parsed.walls, WALLS)
    assert parsed.start is None
    assert parsed.goal is None


def test_one_at_sign_is_the_agent_and_several_are_walls():
    assert parse("@.\n.G").start == (0, 0)
    assert parse("@@\n.G").walls.tolist() == [[True, True], [False, False]]
    assert parse("@.\nSG").walls.tolist() == [[True, False], [False, False]]


def test_spaces_are_free_and_editors_cut_them():
    parsed = parse("####\n#S\n#  G\n")
    assert parsed.walls.tolist() == [[True] * 4, [True, False, False, False], [True, False, False, False]]
    assert (parsed.start, parsed.goal) == ((1, 1), (2, 3))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_by_its_path_or_name(tmp_path, monkeypatch, encoding):
    (tmp_path / "map.txt").write_text("█S\nG.\n", encoding=encoding)
    monkeypatch.chdir(tmp_path)
    for source in (tmp_path / "map.txt", str(tmp_path / "map.txt"), "map.txt"):
        assert parse(source).start == (0, 1)
    (tmp_path / "S.G").write_text("####")
    assert parse("S.G").goal == (0, 2)  # a map, whatever files lie about


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        parse(tmp_path / "nowhere.txt")
    with pytest.raises(ValueError, match=r"received 'm'.*a file of that name is not there either"):
        parse("map.txt")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\xff")
    with pytest.raises(ValueError, match=r"a\.png is not text"):
        parse(tmp_path / "a.png")
    with open(tmp_path / "large.txt", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ValueError, match="more than 32 MB"):
        parse(tmp_path / "large.txt")
    with pytest.raises(ValueError, match="line 1"):
        parse("m" * 100_000)


@pytest.mark.parametrize("text, words", [
    ("", "holds no map"),
    ("  \n \n", "holds no map"),
    ("```\n```", "holds no map"),
    ("#.\n.?", "line 2, column 2: received '\\?'"),
    ("\n  #.\n  ?. ", "line 3, column 3: received '\\?'"),
    ("#.\n.\u2603", r"line 2, column 2: received '☃' \(SNOWMAN\)"),
    ("#. .", "line 1, column 3: received ' ' in a map whose free cells are '.'"),
    ("#..\n#.", "line 2 has 2 cells, the first line of the map has 3; it differs from column 3"),
    ("#.\n#..", "line 2 has 3 cells, the first line of the map has 2; it differs from column 3"),
    ("# . .\n# .", "line 2 has 2 cells, the first line of the map has 3; it differs from column 5"),
    ("#\t.\t.\n#\t.", "line 2 has 2 cells, the first line of the map has 3; it differs from cell 3"),
    ("#,.\n##,.", "line 2: received '##' between two ','"),
    ("#.\n\n#.", "line 2 is blank"),
    ("####\n\n####", "line 2 is blank"),
    ("S.\n.S", "line 2, column 2: a second S"),
    ("S. .\n", "column 3"),
    ("GG", "line 1, column 2: a second G"),
    ("+G", "line 1, column 2: a second G"),
    (b"\xff.", "is not text"),
    (np.zeros((2, 2)), "text was expected, received ndarray"),
    ([[0, 1]], "text was expected, received list; an array needs no parsing"),
    (None, "text was expected, received NoneType"),
])
def test_bad_text_names_line_and_column(text, words):
    with pytest.raises(ValueError, match=words):
        parse(text)


MARKS = "#.SG*+@01xXTW█ \t,;\n\r\u00a0\ufeff`~-?"


@settings(deadline=None, max_examples=300)
@given(st.text(MARKS, max_size=40) | st.text(max_size=40) | st.lists(st.text(MARKS, max_size=6), max_size=6)
       | st.binary(max_size=40) | st.text(MARKS, max_size=20).map("type octile\nheight 2\nwidth 3\nmap\n".__add__))
def test_any_text_is_a_map_or_a_value_error(text):
    """What is read is what `render` writes again: nothing is lost on the way."""
    try:
        parsed = parse(text)
    except ValueError:
        return
    assert parsed.walls.ndim == 2
    assert all(cell is None or not parsed.walls[cell] for cell in parsed[1:])
    again = parse(render(*parsed))
    np.testing.assert_array_equal(again.walls, parsed.walls)
    assert again[1:] == parsed[1:]


@pytest.mark.parametrize("text, words", [
    ("type octile\nheight 2\nwidth 3\nmap\n.@S", "says 2 rows of 3 cells, the map has 1 rows"),
    ("type octile\nheight 1\nwidth 3\nmap\n.@", "line 5 has 2 cells, the header says width 3"),
    ("type octile\nheight x\nwidth 3\nmap\n...", "the header of a MovingAI map has four lines"),
    ("type octile", "the header of a MovingAI map has four lines"),
    ("type octile\nheight 0\nwidth 0\nmap\n", "says 0 rows"),
    ("type octile\nheight 999999\nwidth 999999\nmap\n.", "the map has 1 rows"),
    ("...\n", "has no header of a MovingAI map"),
])
def test_movingai_files_that_are_none(tmp_path, text, words):
    (tmp_path / "a.map").write_text(text)
    with pytest.raises(ValueError, match=words):
        read_movingai(tmp_path / "a.map")


def test_a_movingai_file(tmp_path):
    (tmp_path / "a.map").write_bytes(b"type octile\r\nheight 2\r\nwidth 3\r\nmap\r\n.@S\r\nGTW\r\n\r\n")
    np.testing.assert_array_equal(read_movingai(tmp_path / "a.map"), [[0, 1, 0], [0, 1, 1]])
    np.testing.assert_array_equal(parse(tmp_path / "a.map").walls, [[0, 1, 0], [0, 1, 1]])


def test_a_large_map_is_read_in_a_moment():
    text, start = "\n".join([".#" * 500] * 1000), time.perf_counter()
    assert parse(text).walls.shape == (1000, 1000)
    assert time.perf_counter() - start < 5  # 0.3 s on an idle core


def test_a_path_reads_back_as_free_ground():
    text = render(np.zeros((2, 3)), start=(0, 0), goal=(1, 2), path=[(0, 0), (0, 1), (1, 2)])
    assert text == "S*.\n..G"
    assert not parse(text).walls.any()


def test_cells_off_the_map_cannot_be_drawn():
    for cells in ({"start": (2, 0)}, {"goal": (0, 5)}, {"path": [(0, 0), (-1, 0)]}):
        with pytest.raises(ValueError, match="outside the 2x3 map"):
            render(np.zeros((2, 3)), **cells)
