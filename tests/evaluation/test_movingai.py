"""Planners on the MovingAI benchmarks: an invented one, and the published one where it is there."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pnzoo import cli, gridworld
from pnzoo.evaluation import movingai
from pnzoo.models import VIN
from tests.models.test_deterministic_vin import perfect
from tests.models.test_learned_graph import octile

PUBLISHED = Path(os.environ.get("PNZOO_MOVINGAI", Path(__file__).parents[3] / "shared/data/movingai/movingai.zip"))


def write_benchmark(folder, rule=False):
    """Two families of two maps each, with scenarios whose lengths the exact solver gives."""
    for family in ("caves", "rooms"):
        walls, goals = gridworld.generate_family(family, 2, 20, 30, seed=4)
        for number, (wall, goal) in enumerate(zip(walls, goals, strict=True)):
            name = f"{family}/{family}{number}.map"
            length = gridworld.distances(wall, goal, corner_cutting=rule)
            starts = np.argwhere(np.isfinite(length) & (length > 0))[::9]
            rows = "\n".join("".join(".@"[int(cell)] for cell in row) for row in wall)
            lines = [
                f"0\t{name}\t30\t20\t{c}\t{r}\t{goal[1]}\t{goal[0]}\t{length[r, c]:.6g}"
                for r, c in sorted(starts.tolist(), key=lambda cell: length[tuple(cell)])
            ]
            for file, text in (
                (folder / "maps" / name, f"type octile\nheight 20\nwidth 30\nmap\n{rows}\n"),
                (folder / "scenarios" / f"{name}.scen", "\n".join(["version 1", *lines])),
            ):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
    return folder


def test_every_length_is_right_and_a_wrong_one_is_seen(tmp_path):
    folder, model, seen = write_benchmark(tmp_path), octile(), []
    total, caves, rooms = movingai.evaluate(model, folder, progress=lambda *line: seen.append(line))
    assert total.value == caves.value == rooms.value == 1.0
    assert total.n == caves.n + rooms.n == sum(line[2] for line in seen)
    assert [line[0] for line in seen][:2] == ["caves/caves0.map", "caves/caves1.map"]
    file = folder / "scenarios/rooms/rooms1.map.scen"
    lines = file.read_text().splitlines()
    lines[3] = lines[3].rsplit("\t", 1)[0] + "\t9.25"
    file.write_text("\n".join(lines))
    total, caves, rooms = movingai.evaluate(model, folder)
    assert caves.value == 1.0
    assert rooms.value == (rooms.n - 1) / rooms.n
    assert total.value == (total.n - 1) / total.n


def test_a_length_of_0_between_two_cells_says_that_no_path_leads_there(tmp_path):
    for row, name in ((".@.", "apart"), ("...", "joined")):
        for kind, ending, text in (
            ("maps", "", f"type octile\nheight 1\nwidth 3\nmap\n{row}\n"),
            ("scenarios", ".scen", f"version 1\n0\t{name}.map\t3\t1\t0\t0\t2\t0\t0"),
        ):
            (tmp_path / kind / name).mkdir(parents=True)
            (tmp_path / kind / name / f"{name}.map{ending}").write_text(text)
    total, apart, joined = movingai.evaluate(octile(), tmp_path)
    assert (apart.value, joined.value, total.n) == (1.0, 0.0, 2)


def test_another_rule_has_other_lengths(tmp_path):
    assert movingai.evaluate(octile(), write_benchmark(tmp_path, rule=True))[0].value < 0.9
    assert movingai.evaluate(perfect(), tmp_path)[0].value == 1.0


def test_some_scenarios_of_a_zip_by_the_command(tmp_path, capsys, monkeypatch):
    folder = write_benchmark(tmp_path / "benchmark")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.relative_to(folder))
    monkeypatch.setattr("pnzoo.cli.planning._load_planner", lambda options: octile())
    assert cli.main(["evaluate", "vin_octile", "--movingai", str(tmp_path / "all.zip"), "--every", "5"]) == 0
    out, err = capsys.readouterr()
    every_fifth = sum(len(b.scenarios.length) for b in movingai.read_benchmark(folder)) / 5
    count = int(out.split(" scenarios of 4 maps of the MovingAI benchmarks, each 5th")[0].split()[-1])
    assert every_fifth <= count <= every_fifth + 4
    assert out.count("100 %") >= 3
    assert "caves/caves0.map: " in err


def test_what_does_not_fit_is_refused(tmp_path):
    with pytest.raises(ValueError, match="has no folder scenarios"):
        movingai.evaluate(octile(), tmp_path)
    folder = write_benchmark(tmp_path)
    with pytest.raises(ValueError, match="moves are known"):
        movingai.evaluate(VIN(k=2, filters=(4,)), folder)
    with pytest.raises(ValueError, match="has not learned the moves of its world"):
        movingai.evaluate(perfect().with_options(corner_cutting=False), folder)
    (folder / "maps/caves/caves0.map").write_text("type octile\nheight 1\nwidth 2\nmap\n..\n")
    with pytest.raises(ValueError, match=r"the map is \[1, 2\] and its scenarios are for \[20, 30\]"):
        movingai.evaluate(octile(), folder)


@pytest.mark.slow
@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the MovingAI benchmark is not on this machine (PNZOO_MOVINGAI)")
def test_the_published_lengths(entry):
    """All agree, or are lengths that no path of the map as published has: one on a wall, or another exact length."""
    model = entry("vin_octile")
    for benchmark in movingai.read_benchmark(PUBLISHED):
        chosen = movingai.take_every(benchmark.scenarios, 200)
        lengths = movingai.path_lengths(model, benchmark.walls, chosen)
        margin = movingai.TOLERANCE * chosen.length + chosen.precision
        for i in np.flatnonzero(np.abs(lengths - chosen.length) > margin):
            start, goal = tuple(chosen.start[i]), tuple(chosen.goal[i])
            exact = gridworld.distances(benchmark.walls, goal, corner_cutting=False)[start]
            assert abs(exact - chosen.length[i]) > margin[i], (benchmark.name, start, goal)
            if np.isfinite(exact):
                assert model.plan(benchmark.walls, start, goal).cost == pytest.approx(exact, rel=1e-5)
