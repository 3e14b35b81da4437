"""Fifty visitors in a row: what the server keeps is bounded."""

import pytest

from tests.benchmarks.dashboard import memory
from tests.browser import serving

pytestmark = [pytest.mark.browser, pytest.mark.integration]


@pytest.mark.slow
def test_fifty_sessions_leave_no_more_behind_than_ten(chrome):
    with serving.server() as (address, process):
        early, late = memory(chrome, address, process.pid, sessions=50)
    assert late - early < 120, f"{early:.0f} MB after 10 sessions, {late:.0f} MB after 50"
