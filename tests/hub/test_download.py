"""Weights that are not shipped: fetched once over https, never more than the card says, kept only if they are right."""

import io
import time
import urllib.error

import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.hub import download
from tests.hub.test_hub import outputs, rewrite


class Answer(io.BytesIO):
    """What a server sends."""


@pytest.fixture
def remote(guide, toy_zoo, tmp_path, monkeypatch):
    """`guide8` with its weights elsewhere: a dict of what an address answers, and of how often it was asked."""
    folder = toy_zoo / "guide8"
    data = (folder / "model.weights.h5").read_bytes()
    (folder / "model.weights.h5").unlink()
    card = {"url": "https://example.org/w.h5", "sha256": pnzoo.card("guide8")["files"]["model.weights.h5"]}
    rewrite(folder, download={**card, "size": len(data)})
    server = {"answer": lambda: Answer(data), "asked": 0}

    class Opener:
        def open(self, url, timeout):
            assert url == "https://example.org/w.h5"
            assert timeout <= 60
            server["asked"] += 1
            return server["answer"]()

    monkeypatch.setattr(download, "_opener", Opener)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return server


def kept():
    return list(download.cache_folder().iterdir()) if download.cache_folder().is_dir() else []


def test_weights_are_downloaded_once(guide, remote):
    for _ in range(2):
        np.testing.assert_array_equal(outputs(pnzoo.load("guide8")), outputs(guide))
    assert remote["asked"] == 1
    assert len(kept()) == 1


@pytest.mark.parametrize(
    "answer,message",
    [
        (lambda: Answer(b"something else"), "14 bytes came, and the card says"),
        (lambda: Answer(b"x" * 10_000_000), "more bytes came, and the card says"),
        (lambda: Answer(b""), "0 bytes came"),
        (lambda: (_ for _ in ()).throw(urllib.error.URLError("no route")), "the download failed: no route"),
        (lambda: (_ for _ in ()).throw(TimeoutError("timed out")), "the download failed: timed out"),
    ],
)
def test_what_comes_is_not_what_the_card_says(remote, answer, message):
    remote["answer"] = answer
    with pytest.raises(hub.EntryError, match=message) as error:
        pnzoo.load("guide8")
    assert "example.org" in str(error.value)
    assert kept() == []


def test_the_right_size_with_another_checksum_is_not_kept(remote):
    size = len(remote["answer"]().getvalue())
    remote["answer"] = lambda: Answer(b"x" * size)
    with pytest.raises(hub.EntryError, match="sha256 differs"):
        pnzoo.load("guide8")
    assert kept() == []


def test_an_answer_that_never_ends_is_cut_off(remote, monkeypatch):
    class Slow:
        def __enter__(self):
            return self

        def __exit__(self, *unused):
            pass

        def read1(self, n):
            clock[0] += 5
            return b"x"

    clock = [0.0]
    monkeypatch.setattr(download.time, "monotonic", lambda: clock[0])
    remote["answer"] = Slow
    with pytest.raises(hub.EntryError, match="took too long"):
        pnzoo.load("guide8")
    assert clock[0] < 200


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://example.org/w.h5"},
        {"url": "file:///etc/passwd"},
        {"url": "ftp://example.org/w.h5"},
        {"url": "data:,x"},
        {"url": 7},
        {"url": "https://example.org/a b"},
        {"sha256": "abc"},
        {"sha256": None},
        {"sha256": 7},
        {"size": 0},
        {"size": 10**12},
        {"size": True},
        {"mirror": "https://example.org"},
    ],
)
def test_a_card_that_asks_for_another_download_is_refused(remote, toy_zoo, change):
    rewrite(toy_zoo / "guide8", download={**pnzoo.card("guide8")["download"], **change})
    with pytest.raises(hub.EntryError, match="download"):
        pnzoo.load("guide8")
    assert remote["asked"] == 0


def test_only_https_is_spoken_wherever_an_address_leads():
    opener = download._opener()
    for url in ("http://localhost/", "file:///etc/passwd", "ftp://localhost/", "data:,x"):
        with pytest.raises(urllib.error.URLError):
            opener.open(url, timeout=1)
    with pytest.raises(urllib.error.URLError, match="file address"):
        download._HttpsRedirects().redirect_request(None, None, 302, "", {}, "file:///etc/passwd")


def test_headers_that_never_end_are_cut_off(remote, monkeypatch):
    """Every byte comes in time, so that no time limit of the socket is reached."""
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    monkeypatch.setattr(download, "SLOWEST", 1e9)
    remote["answer"] = lambda: time.sleep(5)
    with pytest.raises(hub.EntryError, match="took too long"):
        pnzoo.load("guide8")
    assert kept() == []


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 10_000_000])
def test_a_download_that_was_damaged_on_the_disk_is_fetched_again(guide, remote, damage):
    pnzoo.load("guide8")
    kept()[0].write_bytes(damage)
    np.testing.assert_array_equal(outputs(pnzoo.load("guide8")), outputs(guide))
    assert remote["asked"] == 2
