"""Many maps on Ray, for real: the plans are those of the model, and a killed worker costs nothing."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from pnzoo import batch, gridworld
from pnzoo.batch import blocks, planning, worker
from tests.scale import processes

pytestmark = pytest.mark.integration


def maps(count, size, seed):
    walls, goal = gridworld.generate(count, size, seed=seed)
    return walls, gridworld.random_starts(walls, goal, rng=seed), goal


def plans_in(folder):
    """Rows of all finished blocks, by `id`."""
    dataset = pytest.importorskip("pyarrow.dataset")
    rows = dataset.dataset(str(folder)).to_table().to_pylist()
    return {row["id"]: row for row in rows}, len(rows)


def same(row, plan):
    found = (row["path"], row["actions"], row["reached"], row["cost"], row["reason"])
    return found == (plan.path.tolist(), plan.actions.tolist(), plan.reached, plan.cost, plan.reason)


@pytest.fixture
def folder_of_maps(tmp_path):
    """Two files: maps of two sizes, one whose halves are apart, and three rows that hold no map."""
    parquet = pytest.importorskip("pyarrow.parquet")
    small, large = maps(30, 8, 1), maps(20, 13, 2)
    walls, start, goal = ([*one, *two] for one, two in zip(small, large, strict=True))
    walls[4] = np.zeros((3, 5), bool)
    walls[4][1] = True
    start[4], goal[4] = (0, 0), (2, 2)
    goal[7] = (0, 0)  # the border, which is wall
    table = batch.table(walls, start, goal, id=range(50))
    rows = table.to_pylist()
    rows[9]["walls"][2] = rows[9]["walls"][2][:-1]
    rows[11]["walls"] = None
    table = table.from_pylist(rows, schema=table.schema)
    (tmp_path / "maps").mkdir()
    parquet.write_table(table.slice(0, 25), tmp_path / "maps/a.parquet", row_group_size=7)
    parquet.write_table(table.slice(25), tmp_path / "maps/b.parquet")
    return tmp_path / "maps", (walls, start, goal)


def test_the_plans_are_those_of_the_model(cluster, folder_of_maps, tmp_path, entry):
    source, (walls, start, goal) = folder_of_maps
    summary = batch.plan(source, "vin8", tmp_path / "plans", workers=2, rows_per_block=10, options={"k": 4})
    plans, count = plans_in(tmp_path / "plans")
    assert count == len(plans) == summary.maps == 50
    assert (summary.blocks, summary.finished, summary.errors) == (6, 0, 3)
    model = entry("vin8").with_options(k=4)
    wrong = {7: "goal (0, 0) is a wall", 9: "rows of equal length", 11: "at least one row"}
    for i, row in plans.items():
        if i in wrong:
            assert not row["reached"]
            assert row["reason"].startswith("error: ")
            assert wrong[i] in row["reason"]
        else:
            assert same(row, model.plan(walls[i], start[i], goal[i])), i
    reasons = " ".join(row["reason"] for row in plans.values())
    assert "walls separate them" in reasons
    assert "K = 4 iterations look 4 moves ahead" in reasons
    assert summary.reached == sum(row["reached"] for row in plans.values())

    again = batch.plan(source, "vin8", tmp_path / "plans", workers=2, rows_per_block=10, options={"k": 4})
    assert again == batch.Summary(summary.out, 0, 0, 0, 0, 6)
    with pytest.raises(ValueError, match="plans that were made with another options; choose another"):
        batch.plan(source, "vin8", tmp_path / "plans", rows_per_block=10)
    (source / "b.parquet").unlink()
    with pytest.raises(ValueError, match="holds 3 files of plans of other maps"):
        batch.plan(source, "vin8", tmp_path / "plans", rows_per_block=10, options={"k": 4})


def test_a_killed_worker_costs_nothing(cluster, tmp_path, entry, request):
    walls, start, goal = maps(960, 16, 3)
    dataset = cluster.data.from_arrow(batch.table(walls, start, goal, id=range(960)))
    out, summaries = tmp_path / "plans", []

    def run():
        summaries.append(batch.plan(dataset, "vin16", out, workers=2, rows_per_block=24))

    thread = threading.Thread(target=run)
    thread.start()
    while len(done := finished_files(out)) < 4 and thread.is_alive():
        time.sleep(0.01)
    victims = processes.workers("BlockPlanner")
    assert victims, "no worker to kill"
    os.kill(victims[0], signal.SIGKILL)
    done |= finished_files(out)
    thread.join(300)
    assert len(done) < 40, "it was killed after the end"
    plans, count = plans_in(out)
    assert count == len(plans) == 960
    assert finished_files(out) >= done  # the same files: none of them was written again
    assert len({name for name, *_ in finished_files(out)}) == summaries[0].blocks == 40
    model = entry("vin16")
    for i in range(0, 960, 80):
        assert same(plans[i], model.plan(walls[i], start[i], goal[i])), i

    # Whoever is killed leaves whole blocks, and perhaps a half-written one under another name.
    left = sorted(finished_files(out))
    for name, *_ in left[:2]:
        (out / name).rename(out / f".{name}.tmp-000000-1-00000000")
    request.getfixturevalue("worker_here")
    summary = batch.plan(dataset, "vin16", out, rows_per_block=24)
    assert (summary.blocks, summary.finished, summary.maps) == (2, 38, 48)
    assert finished_files(out) >= set(left[2:])
    assert plans_in(out)[0].keys() == plans.keys()


@pytest.fixture
def worker_here(monkeypatch):
    """The worker in this process, which has a model's libraries already: it is there at once."""

    class Mapped:
        def __init__(self, todo, name, constructor, *_):
            self.todo, self.worker = todo, getattr(worker, name)(*constructor)

        def iter_rows(self):
            for block in self.todo.take_all():
                row = self.worker({name: [value] for name, value in block.items()})
                yield {name: values[0] for name, values in row.items()}

    monkeypatch.setattr(planning, "_mapped", Mapped)
    monkeypatch.setattr(worker, "limit_threads", lambda *_: None)


def finished_files(folder):
    """(name, number in the file system, time of writing) of each finished block."""
    stats = ((path.name, path.stat()) for path in folder.glob("*.parquet"))
    return {(name, stat.st_ino, stat.st_mtime_ns) for name, stat in stats}


@pytest.mark.slow  # another start of a worker, for the same plans
def test_arrays_stream_through_without_a_folder(cluster, entry):
    arrays = maps(30, 8, 5)
    tables = batch.plan(arrays, "vin_maze", workers=1, rows_per_block=10).iter_batches(batch_format="pyarrow")
    plans = {tuple(row["start"] + row["goal"]): row for table in tables for row in table.to_pylist()}
    for walls, start, goal in zip(*arrays, strict=True):
        assert same(plans[*start.tolist(), *goal.tolist()], entry("vin_maze").plan(walls, start, goal))


def test_wrong_input_is_one_clear_error(cluster, tmp_path):
    one = maps(1, 8, 0)
    with pytest.raises(FileNotFoundError, match="is not there; maps are read from a Parquet file"):
        batch.plan(tmp_path / "none.parquet", "vin8", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"holds no file \*.parquet"):
        batch.plan(tmp_path / "empty", "vin8", tmp_path / "out")
    (tmp_path / "text.parquet").write_text("no")
    with pytest.raises(ValueError, match=r"text\.parquet is no Parquet file"):
        batch.plan(tmp_path / "text.parquet", "vin8", tmp_path / "out")
    with pytest.raises(ValueError, match="matching_omniglot is a few-shot model"):
        batch.plan(one, "matching_omniglot", tmp_path / "out")
    with pytest.raises(ValueError, match="give the name of an entry or a folder, not a dict"):
        batch.plan(one, {}, tmp_path / "out")
    with pytest.raises(ValueError, match="received a list"):
        batch.plan([1], "vin8", tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    with pytest.raises(ValueError, match=r"holds letter\.txt and no plans"):
        batch.plan(one, "vin8", tmp_path / "mine")
    with pytest.raises(ValueError, match=r"workers must be a whole number of 1 or more"):
        batch.plan(one, "vin8", tmp_path / "out", workers=0)


def test_what_a_worker_raises_is_raised_as_it_was(cluster, worker_here, tmp_path, monkeypatch):
    one = maps(1, 8, 0)
    assert batch.plan(one, "vin8", tmp_path / "good").maps == 1
    with pytest.raises(ValueError, match=r"^solver of a VIN is 'auto'"):  # which only a worker knows
        batch.plan(one, "vin8", tmp_path / "solver", solver="dijkstra")

    def full(*_):
        raise OSError(28, "cannot write 9 bytes: No space left on device; make room", "plans")

    monkeypatch.setattr(blocks, "write", full)
    with pytest.raises(OSError, match="No space left on device"):
        batch.plan(one, "vin8", tmp_path / "full")
