"""`import pnzoo` is enough for Keras to load a `.keras` file that holds our classes.

Keras looks a class up in its table of custom objects, which a class enters when its module is imported. Ours import
Keras, and `import pnzoo` must not: so the table gets stand-ins that import the class when Keras asks for it. They are
put there at once if Keras is there, else as soon as it has been imported.
"""

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import PathFinder

from pnzoo.core import former

PACKAGE = "pnzoo"
LAYERS = (
    "AdaptedAttention", "AlignedAttention", "AttentionLSTM", "AttentionReadout", "BidirectionalContext",
    "BlankContext", "BodyFeatures", "BodyWindow", "CentralPooling", "CoarseMap", "ColorHistogram",
    "DeterministicValueIteration", "EnsembleAttention", "EpisodeEmbedding", "GatedIteration", "GoalCells",
    "GoalOffset", "GraphValueIteration", "GridValueIteration", "HashedWords", "MatchingAttention",
    "MemoryController", "MoveCosts", "MoveValueIteration", "PairComparison", "PlanFeatures", "RefineTo",
    "SetContext", "TerrainCost", "TestTimeAugmentation", "UpsampleTo", "ValueIteration",
)  # fmt: skip
BACKBONES = (
    "Conv4Backbone", "EfficientNetLite", "EnsembleBackbone", "LocalBackbone", "PhotographBackbone",
    "ResidualBackbone", "SentenceBackbone",
)  # fmt: skip
MODELS = (
    "CNNPolicy", "ContinuousCNNPolicy", "ContinuousVIN", "DeterministicVIN", "FCNPolicy", "GPPN", "GraphVIN",
    "MANN", "MatchingNetwork", "PhotoMatchingNetwork", "ReactiveGraphPolicy", "SentenceMatchingNetwork",
    "SiameseNetwork", "TerrainCNNPolicy", "TerrainVIN", "VIN",
)  # fmt: skip
HOMES = {
    **dict.fromkeys(LAYERS, "pnzoo.layers"),
    **dict.fromkeys(BACKBONES, "pnzoo.models.backbones"),
    **dict.fromkeys(MODELS, "pnzoo.models"),
}


class _StandIn:
    """Imports a class when Keras makes an object of it."""

    def __init__(self, name):
        self.__name__ = former.CLASSES.get(name, name)

    def resolve(self):
        return getattr(import_module(HOMES[self.__name__]), self.__name__)

    def from_config(self, config):
        return self.resolve().from_config(config)

    def __call__(self, *args, **kwargs):
        return self.resolve()(*args, **kwargs)


def register():
    """Put the stand-ins into Keras' table, where no class is registered yet."""
    table = sys.modules["keras"].saving.get_custom_objects()
    for name in (*HOMES, *former.CLASSES):
        if former.CLASSES.get(name, name) in HOMES:
            table.setdefault(f"{PACKAGE}>{name}", _StandIn(name))


class _AfterKeras(MetaPathFinder, Loader):
    """Finds Keras as Python does, and calls `register` once it has been imported."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        sys.meta_path.remove(self)
        self.loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        register()


def install():
    """Register now, or as soon as Keras has been imported."""
    if "keras" in sys.modules:
        register()
    else:
        sys.meta_path.insert(0, _AfterKeras())
