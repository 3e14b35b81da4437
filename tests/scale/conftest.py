"""One Ray cluster of two cores for all tests of this folder."""

import os

import pytest


@pytest.fixture(scope="session")
def cluster():
    """Ray, with two cores and no more memory than it must have."""
    ray = pytest.importorskip("ray", reason="needs pip install '.[ray]'")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100 << 20, log_to_driver=False)
    yield ray
    ray.shutdown()
