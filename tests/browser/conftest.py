"""One server and one chromium for all browser tests."""

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


@pytest.fixture(scope="session")
def address(chrome):
    """Where the dashboard answers."""
    with serving.server() as (where, _):
        yield where


@pytest.fixture
def open_page(chrome, address):
    """open_page(path, width=, theme=): a drawn page in a browser of its own; its complaints fail the test."""
    contexts, complaints = [], []

    def open_page(path="", width=1280, theme="light"):
        context = chrome.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(serving.PATIENCE)
        serving.listen(page, complaints)
        page.goto(f"{address}/{path}")
        serving.settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)
