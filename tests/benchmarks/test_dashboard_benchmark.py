"""The dashboard's benchmark as its page shows it; its measurements need a browser and a quiet machine."""

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
