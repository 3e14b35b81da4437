"""What a trained model has learned, and what it costs: measurements that read models and never change them."""

from pnzoo.analysis.agreement import (
    ChosenMoves,
    RewardAgreement,
    TransitionAgreement,
    chosen_moves,
    matched_kernels,
    reward_agreement,
    transition_agreement,
    value_agreement,
)
from pnzoo.analysis.bellman import Backup, backup, q_history
from pnzoo.analysis.certify import Certificate, certify
from pnzoo.analysis.decision import Decision, decide, plane, shuffled
from pnzoo.analysis.flops import flops
from pnzoo.analysis.front import behind, changes, flow, settled
from pnzoo.analysis.kernels import Roles, arrows, mean_kernels, roles
from pnzoo.analysis.reliability import Reliability, reliability
from pnzoo.analysis.replies import Replies, reply_all
from pnzoo.analysis.support import Orders, attention_by_step, averaged_subsets, order_sensitivity
from pnzoo.analysis.use_of_q import policy_weights, without_q
from pnzoo.analysis.verdict import Verdict, verdict
from pnzoo.analysis.walks import Walks, rate_by, walk_all

__all__ = [
    "Backup", "Certificate", "ChosenMoves", "Decision", "Orders", "Reliability", "Replies", "RewardAgreement", "Roles",
    "TransitionAgreement", "Verdict", "Walks", "arrows", "attention_by_step", "averaged_subsets", "backup",
    "behind", "certify", "changes", "chosen_moves", "decide", "flops", "flow", "matched_kernels", "mean_kernels",
    "order_sensitivity", "plane", "policy_weights", "q_history", "rate_by", "reliability", "reply_all",
    "reward_agreement", "roles", "settled", "shuffled", "transition_agreement", "value_agreement", "verdict",
    "walk_all", "without_q",
]
