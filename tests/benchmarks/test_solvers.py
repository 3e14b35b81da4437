"""The benchmark of the solvers measures what it says."""

import pnzoo
from tests.benchmarks import solvers
from train.readme import benchmark_tables


def test_rows_and_the_table(entry):
    model = entry("vin_maze")
    plan, policy = solvers.plans(model, "maze", 15), solvers.policies(model, 9, 4)
    assert plan["reached"]
    assert plan["ratio"] == round(plan["plan"] / plan["ready"], 2) > 0
    assert min(policy["value_iteration"], policy["dijkstra"]) > 0
    results = {"hardware": "two cores", "backend": "any", "plans": [plan], "policies": [policy]}
    table = benchmark_tables.solver_table(results)
    assert "| maze 15x15 |" in table
    assert "| 4 of 9x9 |" in table


def test_auto_is_the_solver_that_won():
    """The stored table, against what `solver="auto"` does."""
    assert pnzoo.models.DeterministicVIN()._exactly("auto")
    rows = benchmark_tables.stored("solvers")["policies"]
    assert all(row["dijkstra"] < row["value_iteration"] for row in rows)
