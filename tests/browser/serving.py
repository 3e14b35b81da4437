"""Start the dashboard and a browser, for tests, screenshots and benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A browser that talks to nobody but the server under test.
PATIENCE = 120_000  # milliseconds; a busy machine fails no test
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]


def chromium_path():
    """Debian's chromium, or another one on the PATH; None without."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def server(folder=ROOT, **environment):
    """The address of a dashboard of its own, started in a folder, for as long as the block runs; and its process."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pnzoo", "dashboard"]
    log = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process; a pipe that nobody reads would block the server once full
    process = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"],
        cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=subprocess.STDOUT,
        start_new_session=True)
    address = f"http://localhost:{port}"
    try:
        _wait(address, process)
        yield address, process
    except BaseException:
        log.seek(0)
        print(log.read().decode(errors="replace")[-5000:])
        raise
    finally:
        os.killpg(process.pid, 15)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(60)


def _wait(address, process):
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError("the dashboard stopped before it answered")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the dashboard did not start within two minutes")


def family(pid):
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


@contextmanager
def browser():
    """A chromium driven by playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


def settle(page, timeout=PATIENCE):
    """Wait until the page is drawn to its end: every page ends with the words used on it."""
    page.wait_for_selector("h1", timeout=timeout)
    page.get_by_text("Words used here").wait_for(timeout=timeout)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget]') && "
        "!document.querySelector('[data-stale=true]') && !document.querySelector('[data-testid=stSkeleton]')",
        timeout=timeout)
    page.wait_for_timeout(250)


def listen(page, complaints):
    """Collect errors of the console, of scripts and of requests that leave the machine."""

    def console(message):
        if message.type == "error":
            complaints.append(f"console: {message.text} {message.location}")

    def request(sent):
        if not sent.url.startswith(("http://localhost", "ws://localhost", "data:", "blob:")):
            complaints.append(f"asked another site: {sent.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("request", request)
