"""No seed serves two purposes."""

from itertools import pairwise

import pytest

from pnzoo.core import seeds
from pnzoo.evaluation import gridworld as evaluation
from pnzoo.evaluation.long_horizon import Benchmark


@pytest.mark.parametrize("group", seeds.GROUPS)
def test_ranges_are_disjoint(group):
    ranges = sorted(seeds.GROUPS[group], key=lambda each: each.start)
    assert all(before.stop <= after.start for before, after in pairwise(ranges))
    assert all(len(each) for each in ranges)


def test_every_range_belongs_to_a_group():
    named = [value for value in vars(seeds).values() if isinstance(value, range)]
    assert sorted(map(str, named)) == sorted(str(each) for group in seeds.GROUPS.values() for each in group)


def test_measuring_draws_from_its_own_ranges():
    for height in (4, 16, 499, 500, 1024):
        assert evaluation.evaluation_seed(height) in seeds.EVALUATION_MAPS
    assert evaluation.generated(16, n=1).dataset["seed"] == 9016
    assert Benchmark("maze", 9, 9, 1).seed in seeds.LONG_HORIZON_MAPS
