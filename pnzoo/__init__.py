"""Pretrained Value Iteration Networks and Matching Networks, in Keras 3.

    import pnzoo
    model = pnzoo.load("vin16")

Importing this package imports neither Keras nor a backend: every public name below is fetched on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pnzoo._backend import choose as _choose_backend

if TYPE_CHECKING:
    from pnzoo import analysis, episodes, glyphs, gridworld, hub, layers, models, omniglot, planning
    from pnzoo.classifier import FewShotClassifier
    from pnzoo.hub import card, list_models, load, save
    from pnzoo.planning import Plan, Trace

__version__ = "0.1.0"

# name -> the module that holds it; a name that is its own module stands for that module.
_HOME = {
    "list_models": "pnzoo.hub",
    "card": "pnzoo.hub",
    "load": "pnzoo.hub",
    "save": "pnzoo.hub",
    "FewShotClassifier": "pnzoo.classifier",
    "Plan": "pnzoo.planning",
    "Trace": "pnzoo.planning",
}
_MODULES = ("analysis", "episodes", "glyphs", "gridworld", "hub", "layers", "models", "omniglot", "planning")

__all__ = [
    "__version__",
    "list_models",
    "card",
    "load",
    "save",
    "FewShotClassifier",
    "Plan",
    "Trace",
    "analysis",
    "episodes",
    "glyphs",
    "gridworld",
    "hub",
    "layers",
    "models",
    "omniglot",
    "planning",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _MODULES:
        value = import_module(f"pnzoo.{name}")
    else:
        raise AttributeError(f"module 'pnzoo' has no attribute {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value  # the next access does not come here
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


_choose_backend()
