"""Entries of the zoo: their cards, and models with their weights."""

import streamlit as st

from dashboard import backend
from pnzoo import hub

# Cells times steps of a trace: some 60 MB while it is made.
MAX_TRACE = {"VIN": 1_500_000, "DeterministicVIN": 5_000_000}
ITERATE = tuple(MAX_TRACE)  # the classes that plan in steps
OF_PHOTOGRAPHS = ("PhotoMatchingNetwork",)  # few-shot classes that know no characters; their page is Photographs
OF_SENTENCES = ("SentenceMatchingNetwork",)  # nor do these, and they have no page


@st.cache_resource(max_entries=4, show_spinner=False, ttl=60)
def read_zoo() -> tuple[dict[str, dict], dict[str, str]]:
    """`pnzoo.hub.read_cards`, read again once a minute."""
    return hub.read_cards()


def cards() -> dict[str, dict]:
    """name -> card, of every entry that can be read; what is broken is left out and reported by `broken`."""
    return read_zoo()[0]


def broken() -> dict[str, str]:
    """name -> what is wrong with the entry."""
    return read_zoo()[1]


def names(task: str, models: tuple | None = None) -> list[str]:
    """Entries of a task, of some classes if `models` says so; without, those of no characters are left out."""
    found = {name: card for name, card in cards().items() if card["task"] == task}
    if models:
        return [name for name, card in found.items() if card["model"] in models]
    without = OF_PHOTOGRAPHS + OF_SENTENCES
    return [name for name, card in found.items() if card["model"] not in without and not in_color(card)]


def in_color(card: dict) -> bool:
    """Whether an entry reads pictures in colour with a backbone made for characters; no page is for these."""
    config = (card.get("recipe") or {}).get("config") or {}
    return (config.get("backbone_options") or {}).get("image_channels") == 3


def iterates(name: str) -> bool:
    """Whether an entry plans in steps."""
    return cards()[name]["model"] in ITERATE


def reacts(name: str) -> bool:
    """Whether an entry plans nothing and only reacts to what it sees."""
    return cards()[name]["model"] in ("CNNPolicy", "FCNPolicy")


def training(name: str) -> str | None:
    """How an entry was trained: "imitation", "reinforcement"; None where its card does not say."""
    return cards()[name].get("training")


def converges(name: str) -> bool:
    """Whether an entry finds K itself."""
    return cards()[name]["model"] == "DeterministicVIN"


def rule(name: str) -> dict:
    """The moves of an entry's world, as `pnzoo.gridworld.distances` takes them: 4 or 8, past corners or not."""
    recipe = cards()[name].get("recipe") or {}
    return {"moves": recipe.get("moves") or 8, "corner_cutting": recipe.get("corner_cutting", True)}


@st.cache_resource(max_entries=6, show_spinner="Loading the model")
def model(name: str, k: int | None = None):
    """A model of the zoo with its weights, for k steps of planning."""
    import pnzoo
    backend.load()

    return pnzoo.load(name, **({} if k is None else {"k": k}))


@st.cache_data(max_entries=64, show_spinner=False)
def own_k(name: str) -> int:
    """K of the stored model; no model is built for it."""
    return hub.config(name)["k"]


@st.cache_data(max_entries=64, show_spinner=False)
def reads_context(name: str) -> bool:
    """Whether a Matching Network reads its images in the light of the support set."""
    import pnzoo
    backend.load()

    settings = pnzoo.load(name, weights=False).get_config()
    return bool(settings["support_embedding"] or settings["query_steps"])


@st.cache_data(max_entries=64, show_spinner=False)
def reads_order(name: str) -> bool:
    """Whether the order of the support set can change a few-shot model's answer."""
    import pnzoo
    backend.load()

    stored = pnzoo.load(name, weights=False)
    return not hasattr(stored, "attend") or stored.get_config().get("support_embedding") == "lstm"


def measured(name: str, metric: str, **dataset) -> dict | None:
    """A metric of an entry's card, by what it was measured on: its `value`, its `dataset` and so on; None without one.

    Args:
        name: of the entry.
        metric: its name, such as "success_rate" or "5w1s".
        dataset: what its data set has to say, such as kind="episodes".
    """
    for each in cards()[name].get("metrics", ()):
        told = each.get("dataset") or {}
        if each["name"] == metric and all(told.get(key) == value for key, value in dataset.items()):
            return each
    return None
