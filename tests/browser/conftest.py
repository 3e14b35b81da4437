"""One server and one chromium for all browser tests."""

import os
from typing import Any, NamedTuple

import pytest

pytest.importorskip("streamlit", reason="the dashboard's own extra is not installed")
pytest.importorskip("playwright", reason="browser tests need playwright: pip install 'pnzoo[test]'")

from tests.browser import serving


@pytest.fixture(scope="session")
def chrome():
    """A browser."""
    if serving.chromium_path() is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with serving.browser() as chromium:
        yield chromium


class Dashboard(NamedTuple):
    """The server under test: where it answers, its process, the file of its output, its home."""

    address: str
    process: Any
    log: str
    home: Any


@pytest.fixture(scope="session")
def dashboard(chrome, tmp_path_factory):
    """One server for all tests, whose home, temporary and working folder is an empty one."""
    home = tmp_path_factory.mktemp("home")
    with serving.server(home, HOME=str(home), TMPDIR=str(home)) as (address, process):
        yield Dashboard(address, process, os.readlink(f"/proc/{process.pid}/fd/1"), home)


@pytest.fixture
def open_page(chrome, dashboard):
    """open_page(path, width=, height=, theme=, touch=, script=): a drawn page in a browser of its own.

    Its complaints fail the test; not those of a page with a script of the test's, which is there to disturb it.
    """
    contexts, complaints = [], []

    def open_page(path="", width=1280, height=1000, theme="light", touch=False, script=None):
        context = chrome.new_context(viewport={"width": width, "height": height}, color_scheme=theme, has_touch=touch,
                                     is_mobile=touch)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(serving.PATIENCE)
        if script:
            page.add_init_script(script)
        else:
            serving.listen(page, complaints)
        page.goto(f"{dashboard.address}/{path}")
        serving.settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)
