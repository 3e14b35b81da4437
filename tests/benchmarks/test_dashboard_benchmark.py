"""The dashboard's benchmark as its page shows it; its measurements need a browser and a quiet machine."""

from tests.benchmarks import planning_canvas
from tests.benchmarks.dashboard import row
from train.readme import benchmark_tables


def test_a_table_says_what_was_measured_and_what_is_asked():
    page, k = row("first page", 1.23123, "s", "6 s"), row("moving K", 0.0213, "s", "100 ms")
    rows = [page, k, row("memory", 1812.4, "MB", "")]
    measured = {"machine": "2 cores", "rows": rows}
    assert benchmark_tables.dashboard_table(measured).splitlines() == [
        "| on 2 cores | measured | asked |",
        "| --- | --- | --- |",
        "| first page | 1.23 s | 6 s |",
        "| moving K | 21 ms | 100 ms |",
        "| memory | 1,812 MB | - |",
    ]


def test_parts_are_kept_in_their_order_and_a_busy_machine_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(planning_canvas, "RESULTS", tmp_path / "found.json")
    found = [{**planning_canvas.row("drag", 41.4, "frames/s", "30 frames/s"), "load": 9.3}]
    first = [{**planning_canvas.row("cold start", 4.1, "s", "5 s"), "load": 1.0}]
    planning_canvas.keep({"machine": "2 cores", "parts": {"drag": found, "cold_start": first}})
    kept = planning_canvas.stored()["parts"]
    assert list(kept) == ["cold_start", "drag"]
    assert benchmark_tables.canvas_table({"machine": "2 cores", "parts": kept}).splitlines()[2:] == [
        "| cold start | 4.10 s | 5 s |", "| drag (beside a load of 9) | 41 frames/s | 30 frames/s |"]


def test_a_part_that_takes_too_long_is_ended_with_all_that_it_started(monkeypatch):
    monkeypatch.setitem(planning_canvas.PARTS, "drag", (None, 0.5))
    assert planning_canvas.measured("drag") is None
