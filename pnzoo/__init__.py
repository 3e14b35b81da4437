"""Pretrained Value Iteration Networks and Matching Networks, in Keras 3.

    import pnzoo
    model = pnzoo.load("vin16")

Importing this package imports neither Keras nor a backend: every public name below is fetched on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pnzoo.core import aliases as _aliases
from pnzoo.core import registry as _registry
from pnzoo.core.backend import choose as _choose_backend

if TYPE_CHECKING:
    from pnzoo import analysis, batch, envs, hub, layers, models
    from pnzoo.data import episodes, glyphs, language, omniglot, still_lifes
    from pnzoo.few_shot.classifier import FewShotClassifier
    from pnzoo.few_shot.embedder import ImageEmbedder
    from pnzoo.hub import card, list_models, load, push, save
    from pnzoo.models.planning.trace import Trace
    from pnzoo.worlds import gridworld, navigation, terrain
    from pnzoo.worlds import webgraph as graphs
    from pnzoo.worlds.gridworld.rollout import Plan

__version__ = "0.2.0"

# public name -> where it lives; fetched on first use
_HOME = {
    "list_models": "pnzoo.hub:list_models",
    "card": "pnzoo.hub:card",
    "load": "pnzoo.hub:load",
    "save": "pnzoo.hub:save",
    "push": "pnzoo.hub:push",
    "FewShotClassifier": "pnzoo.few_shot.classifier:FewShotClassifier",
    "ImageEmbedder": "pnzoo.few_shot.embedder:ImageEmbedder",
    "Plan": "pnzoo.worlds.gridworld.rollout:Plan",
    "Trace": "pnzoo.models.planning.trace:Trace",
    "analysis": "pnzoo.analysis",
    "batch": "pnzoo.batch",
    "envs": "pnzoo.envs",
    "hub": "pnzoo.hub",
    "layers": "pnzoo.layers",
    "models": "pnzoo.models",
    **{name.removeprefix("pnzoo."): path for name, path in _aliases.PROMISED.items()},
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        path, _, attribute = _HOME[name].partition(":")
        value = getattr(import_module(path), attribute) if attribute else import_module(path)
        globals()[name] = value  # the next access does not come here
        return value
    if f"pnzoo.{name}" in _aliases.RENAMED:
        return import_module(f"pnzoo.{name}")
    raise AttributeError(f"module 'pnzoo' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)


_aliases.install()
_choose_backend()
_registry.install()
