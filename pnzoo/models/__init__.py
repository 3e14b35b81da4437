"""Models: planners and few-shot classifiers, each a `keras.Model`."""

from pnzoo.core.deprecation import renamed
from pnzoo.models.few_shot.mann import MANN
from pnzoo.models.few_shot.matching import MatchingNetwork
from pnzoo.models.few_shot.photo_matching import PhotoMatchingNetwork
from pnzoo.models.few_shot.sentence_matching import SentenceMatchingNetwork
from pnzoo.models.few_shot.siamese import SiameseNetwork
from pnzoo.models.planning.continuous_vin import ContinuousVIN
from pnzoo.models.planning.deterministic_vin import DeterministicVIN
from pnzoo.models.planning.gppn import GPPN
from pnzoo.models.planning.graph_vin import GraphVIN, ReactiveGraphPolicy
from pnzoo.models.planning.planner import Planner
from pnzoo.models.planning.reactive import CNNPolicy, FCNPolicy
from pnzoo.models.planning.reactive_continuous import ContinuousCNNPolicy
from pnzoo.models.planning.reactive_terrain import TerrainCNNPolicy
from pnzoo.models.planning.terrain_vin import TerrainVIN
from pnzoo.models.planning.vin import VIN

__all__ = [
    "GPPN",
    "MANN",
    "VIN",
    "CNNPolicy",
    "ContinuousCNNPolicy",
    "ContinuousVIN",
    "DeterministicVIN",
    "FCNPolicy",
    "GraphVIN",
    "MatchingNetwork",
    "PhotoMatchingNetwork",
    "Planner",
    "ReactiveGraphPolicy",
    "SentenceMatchingNetwork",
    "SiameseNetwork",
    "TerrainCNNPolicy",
    "TerrainVIN",
]

__getattr__ = renamed(__name__, {"LongVIN": "DeterministicVIN"})
