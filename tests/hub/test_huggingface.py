"""Entries on the Hugging Face hub, against a small server of the test suite: fetched once, checked, kept, pushed."""

import json
import sys

import numpy as np
import pytest

import pnzoo
from pnzoo import hub
from pnzoo.core.metric import Metric
from tests.hub.hub_server import TOKEN, Server
from tests.toys import CARD, Guide

pytest.importorskip("huggingface_hub")

REPO = "hf://ada/guide"


@pytest.fixture
def server(tmp_path, monkeypatch):
    server = Server()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    yield server
    server.close()


@pytest.fixture
def pushed(server, guide, toy_zoo):
    """The address of `guide8` on the hub, with its commit."""
    return pnzoo.push("guide8", REPO, token=TOKEN)


def weights(model):
    return np.concatenate([weight.ravel() for weight in model.get_weights()])


def files(server, name="ada/guide"):
    return server.commits[name, server.repos[name]["main"]]


def test_what_is_pushed_is_loaded(pushed, guide):
    assert pushed.startswith(f"{REPO}@")
    for address in (REPO, pushed):
        np.testing.assert_array_equal(weights(pnzoo.load(address)), weights(guide))
    assert pnzoo.card(pushed) == pnzoo.card("guide8")
    assert isinstance(Guide.from_preset(pushed), Guide)


def test_a_model_is_pushed_with_a_card_and_its_page_has_the_hub_s_head(server, guide):
    metric = Metric("success_rate", 0.5, (0.4, 0.6), 100, "%", dataset={"kind": "description", "text": "10 maps"})
    address = pnzoo.push(guide, "hf://ada/mine", {**CARD, "metrics": [metric.to_dict()]}, token=TOKEN)
    assert pnzoo.card(address)["name"] == "mine"
    page = files(server, "ada/mine")["README.md"].decode()
    _, head, body = page.split("---\n", 2)
    fields = {key: json.loads(value) for key, value in (line.split(": ", 1) for line in head.splitlines())}
    assert fields["library_name"] == "pnzoo"
    assert fields["pipeline_tag"] == "reinforcement-learning"
    assert fields["metrics"] == ["success_rate"]
    (result,) = fields["model-index"][0]["results"]
    assert result["metrics"][0] == {"type": "success_rate", "value": 0.5, "name": metric.title()}
    assert result["dataset"]["name"] == "10 maps"
    assert 'pnzoo.load("hf://ada/mine")' in body
    with pytest.raises(ValueError, match="has a card of its own"):
        pnzoo.push("guide8", REPO, CARD, token=TOKEN)


def test_a_commit_is_fetched_once_and_stays_what_it_is(server, pushed, guide):
    before = weights(pnzoo.load(pushed))
    asked = len(server.asked)
    pnzoo.load(pushed)
    assert len(server.asked) == asked  # nothing of a commit can change
    guide.dense.kernel.assign(guide.dense.kernel + 1)
    pnzoo.push(guide, REPO, CARD, token=TOKEN)
    np.testing.assert_array_equal(weights(pnzoo.load(pushed)), before)
    assert (weights(pnzoo.load(REPO)) != before).any()


def test_without_a_network_what_is_kept_is_loaded(server, pushed, guide, monkeypatch):
    kept = weights(pnzoo.load(REPO))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    asked = len(server.asked)
    np.testing.assert_array_equal(weights(pnzoo.load(REPO)), kept)
    assert len(server.asked) == asked
    with pytest.raises(hub.EntryError, match=r"other cannot be reached \(HF_HUB_OFFLINE is set\), and no copy"):
        pnzoo.load("hf://ada/other")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    server.close()
    np.testing.assert_array_equal(weights(pnzoo.load(REPO)), kept)
    with pytest.raises(hub.EntryError, match=r"other cannot be reached \(\w+\), and no copy"):
        pnzoo.load("hf://ada/other")
    with pytest.raises(hub.EntryError, match="cannot be reached"):
        pnzoo.push(guide, REPO, CARD, token=TOKEN)


def test_nothing_that_is_no_entry_is_fetched(server, pushed, tmp_path):
    good = dict(files(server))
    server.commit("ada/empty", {"README.md": b"hello"})
    with pytest.raises(hub.EntryError, match=r"holds no card\.json and no config\.json"):
        pnzoo.load("hf://ada/empty")
    server.commit("ada/altered", {**good, "model.weights.h5": good["model.weights.h5"][:-1] + b"x"})
    with pytest.raises(hub.EntryError, match="was altered or truncated"):
        pnzoo.load("hf://ada/altered")
    config = json.loads(good["config.json"]) | {"class": "os.system"}
    server.commit("ada/hostile", {**good, "config.json": json.dumps(config).encode()})
    with pytest.raises(hub.EntryError, match=r"config\.json"):
        pnzoo.load("hf://ada/hostile")
    server.sizes["model.weights.h5"] = 10**12
    server.commit("ada/huge", good)
    asked = len(server.asked)
    with pytest.raises(hub.EntryError, match=r"model\.weights\.h5 has 1000000000000 bytes, at most"):
        pnzoo.load("hf://ada/huge")
    assert not [path for _, path in server.asked[asked:] if "weights" in path]
    assert not list((tmp_path / "keras").rglob("*huge/?*"))


@pytest.mark.parametrize(
    "address", ["hf://", "hf://ada", "hf://ada/x/y", "hf://../x", "hf://ada/x@", "hf://a/..", "hf://a b/c"]
)
def test_other_addresses_are_refused_with_what_to_type(address):
    with pytest.raises(hub.EntryError, match="type hf://user/repo"):
        pnzoo.load(address)


def test_what_the_hub_refuses_is_one_line_without_a_token(server, pushed, capfd):
    with pytest.raises(hub.EntryError, match="no such repository, or it is private") as caught:
        pnzoo.load("hf://ada/unknown")
    with pytest.raises(hub.EntryError, match="there is no such revision"):
        pnzoo.load(f"{REPO}@v9")
    with pytest.raises(hub.EntryError, match="401, it wants a token") as refused:
        pnzoo.push("guide8", REPO, token="hf_wrongwrongwrongwrongwrongwrongwrong")
    with pytest.raises(hub.EntryError, match="is no address that pnzoo reads; type hf://user/repo"):
        pnzoo.load("https://example.org/ada/guide")
    said = str(caught.value) + str(refused.value) + "".join(capfd.readouterr())
    assert "hf_" not in said
    assert "\n" not in str(refused.value)


def test_missing_huggingface_hub_says_what_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"Type: pip install 'pnzoo\[hub\]'"):
        pnzoo.push("guide8", REPO)
