"""Sides take turns in processes of their own; one that cannot start is left out."""

import sys

from tests.benchmarks.race import race

SIDE = "from tests.benchmarks.race import serve; serve(lambda: {})"


def test_every_side_has_its_turns(capsys):
    commands = {name: [sys.executable, "-c", SIDE.format(value)] for name, value in (("a", 1.5), ("b", "1 / 0"))}
    assert race(commands, rounds=3) == {"a": [1.5, 1.5, 1.5]}
    assert "b did not start; try" in capsys.readouterr().out
