"""Layers: the parts of the two papers that Keras does not have."""

from pnzoo.core.deprecation import renamed
from pnzoo.layers.few_shot.adapted_attention import AdaptedAttention
from pnzoo.layers.few_shot.aligned_attention import AlignedAttention
from pnzoo.layers.few_shot.blank_context import BlankContext
from pnzoo.layers.few_shot.central_pooling import CentralPooling
from pnzoo.layers.few_shot.color_histogram import ColorHistogram
from pnzoo.layers.few_shot.ensemble_attention import EnsembleAttention
from pnzoo.layers.few_shot.episode_embedding import EpisodeEmbedding
from pnzoo.layers.few_shot.full_context import AttentionLSTM, BidirectionalContext, SetContext
from pnzoo.layers.few_shot.hashed_words import HashedWords
from pnzoo.layers.few_shot.matching_attention import MatchingAttention
from pnzoo.layers.few_shot.memory import MemoryController
from pnzoo.layers.few_shot.pair_comparison import PairComparison
from pnzoo.layers.few_shot.test_time_augmentation import TestTimeAugmentation
from pnzoo.layers.planning.attention_readout import AttentionReadout
from pnzoo.layers.planning.body import BodyFeatures, BodyWindow, CoarseMap, MoveCosts, PlanFeatures, RefineTo
from pnzoo.layers.planning.deterministic_value_iteration import Converged, DeterministicValueIteration
from pnzoo.layers.planning.gated_iteration import GatedIteration
from pnzoo.layers.planning.goal_offset import GoalOffset
from pnzoo.layers.planning.graph_value_iteration import GraphValueIteration
from pnzoo.layers.planning.grid_value_iteration import GridValueIteration
from pnzoo.layers.planning.move_value_iteration import MoveValueIteration
from pnzoo.layers.planning.terrain_cost import GoalCells, TerrainCost
from pnzoo.layers.planning.upsample_to import UpsampleTo
from pnzoo.layers.planning.value_iteration import Backups, ValueIteration

__all__ = [
    "AdaptedAttention",
    "AlignedAttention",
    "AttentionLSTM",
    "AttentionReadout",
    "Backups",
    "BidirectionalContext",
    "BlankContext",
    "BodyFeatures",
    "BodyWindow",
    "CentralPooling",
    "CoarseMap",
    "ColorHistogram",
    "Converged",
    "DeterministicValueIteration",
    "EnsembleAttention",
    "EpisodeEmbedding",
    "GatedIteration",
    "GoalCells",
    "GoalOffset",
    "GraphValueIteration",
    "GridValueIteration",
    "HashedWords",
    "MatchingAttention",
    "MemoryController",
    "MoveCosts",
    "MoveValueIteration",
    "PairComparison",
    "PlanFeatures",
    "RefineTo",
    "SetContext",
    "TerrainCost",
    "TestTimeAugmentation",
    "UpsampleTo",
    "ValueIteration",
]

__getattr__ = renamed(
    __name__,
    {
        "JointAttention": "EnsembleAttention",
        "RoundedValueIteration": "DeterministicValueIteration",
        "Settled": "Converged",
        "Views": "TestTimeAugmentation",
    },
)
