"""Layers: the parts of the two papers that Keras does not have."""

from pnzoo.layers.few_shot.aligned_attention import AlignedAttention
from pnzoo.layers.few_shot.full_context import AttentionLSTM, BidirectionalContext, SetContext
from pnzoo.layers.few_shot.joint_attention import JointAttention
from pnzoo.layers.few_shot.matching_attention import MatchingAttention
from pnzoo.layers.few_shot.test_time_augmentation import Views
from pnzoo.layers.planning.attention_readout import AttentionReadout
from pnzoo.layers.planning.deterministic_value_iteration import RoundedValueIteration, Settled
from pnzoo.layers.planning.value_iteration import Backups, ValueIteration

__all__ = [
    "AlignedAttention",
    "AttentionLSTM",
    "AttentionReadout",
    "Backups",
    "BidirectionalContext",
    "JointAttention",
    "MatchingAttention",
    "RoundedValueIteration",
    "SetContext",
    "Settled",
    "ValueIteration",
    "Views",
]
