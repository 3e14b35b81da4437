"""What the dashboard must not do: listen to others, talk to others, write files, run what it is sent."""

import os
import re
import zlib
from pathlib import Path

import pytest

from pnzoo import list_models
from tests.browser import serving
from tests.dashboard.test_fuzz import chunk, png

pytestmark = [pytest.mark.browser, pytest.mark.integration]
LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
NOBODY = {"00000000", "00000000000000000000000000000000"}  # the far end of a socket that listens
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="window.caught = 1"><script>window.caught = 1</script></svg>'
# A picture of 32 kB that says it has 2.5 billion pixels, and one that says 16 and unpacks to 100 MB.
BOMBS = {"bomb.png": png(50_000, 50_000, bytes(10**6)),
         "text_bomb.png": png(4, 4, bytes(20)).replace(chunk(b"IEND", b""), b"") + chunk(
             b"zTXt", b"a\0\0" + zlib.compress(bytes(10**8))) + chunk(b"IEND", b"")}
FILES = {"picture.svg": SVG, "picture.png": SVG, **BOMBS, "program.png": b"\x7fELF" + bytes(500)}


def sockets(pid):
    """(local, remote) addresses of a process's TCP sockets, as the kernel writes them."""
    own = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        if found := re.fullmatch(r"socket:\[(\d+)\]", _target(link)):
            own.add(found[1])
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[9] in own:
                yield parts[1].split(":")[0], parts[2].split(":")[0]


def open_for_writing(pid):
    """Regular files that a process holds open to write to."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = _target(link)
        info = Path(f"/proc/{pid}/fdinfo/{link.name}")
        if target.startswith("/") and not target.startswith(("/dev/", "/proc/", "/memfd:")) and info.exists():
            flags = int(re.search(r"flags:\s+(\d+)", info.read_text())[1], 8)
            if flags & (os.O_WRONLY | os.O_RDWR):
                yield target


def _target(link):
    try:
        return os.readlink(link)
    except FileNotFoundError:  # closed meanwhile
        return ""


def upload(page, name, data):
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data})


def test_files_in_disguise_are_refused_and_nothing_of_them_runs(open_page):
    page = open_page("")
    page.get_by_text("Take a ready map").click()
    before = page.url
    for name, data in FILES.items():
        upload(page, name, data)
        page.locator("[data-testid=stAlert]", has_text="This file is no map").wait_for()
        page.get_by_role("button", name=re.compile("Remove")).first.click()
        page.locator("[data-testid=stAlert]", has_text="This file is no map").wait_for(state="detached")
    assert page.url == before
    assert page.evaluate("() => window.caught") is None


@pytest.mark.parametrize("path", ["?model=%3Cimg%20src%3Dx%20onerror%3D%22window.caught%3D1%22%3E",
                                  "zoo?find=%3Cimg%20src%3Dx%20onerror%3D%22window.caught%3D1%22%3E"])
def test_markup_in_an_address_is_shown_as_text(open_page, path):
    page = open_page(path)
    assert "onerror" in page.locator("[data-testid=stMain]").inner_text()
    assert page.locator("img[src='x']").count() == 0
    assert page.evaluate("() => window.caught") is None


def test_after_visits_to_all_pages_nothing_was_written_and_nobody_else_was_asked(open_page, dashboard):
    """`open_page` itself fails where the browser asks another site; here are the server's own sockets and files."""
    for path in ("", "inside?view=paint&paint=2,2,1", "few_shot", "zoo", "compare?what=few-shot&episodes=30"):
        if path.startswith(("few_shot", "compare")) and not list_models("matching*"):
            continue
        page = open_page(path)
        page.get_by_text("Take it with you").click()
        page.wait_for_timeout(300)
        if page.get_by_role("button", name="Arrays (NumPy)").count():
            with page.expect_download():
                page.get_by_role("button", name="Arrays (NumPy)").click()
    page = open_page("")
    page.get_by_text("Take a ready map").click()
    upload(page, "room.txt", b"#####\n#S.G#\n#####")
    page.get_by_role("button", name="Use this map of 3 x 5 cells").click()
    serving.settle(page)
    processes = serving.family(dashboard.process.pid)
    seen = {pair for pid in processes for pair in sockets(pid)}
    assert any(remote in NOBODY for _, remote in seen), "no socket listens: this test looks at the wrong process"
    assert {local for local, _ in seen} <= LOOPBACK
    assert {remote for _, remote in seen} <= LOOPBACK | NOBODY
    assert not [file for pid in processes for file in open_for_writing(pid) if file != dashboard.log]
    left = [file for file in dashboard.home.rglob("*") if file.is_file()]
    assert not left, f"files in the home, working and temporary folder of the server: {left}"
