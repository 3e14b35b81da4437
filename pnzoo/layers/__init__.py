"""Layers: the parts of the two papers that Keras does not have."""

from pnzoo.layers.aligned_attention import AlignedAttention
from pnzoo.layers.attention_readout import AttentionReadout
from pnzoo.layers.full_context import AttentionLSTM, BidirectionalContext, SetContext
from pnzoo.layers.joint_attention import JointAttention
from pnzoo.layers.matching_attention import MatchingAttention
from pnzoo.layers.rounded_value_iteration import RoundedValueIteration, Settled
from pnzoo.layers.value_iteration import Backups, ValueIteration
from pnzoo.layers.views import Views

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
