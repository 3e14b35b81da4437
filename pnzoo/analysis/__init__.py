"""What a trained model has learned, and what it costs: measurements that read models and never change them."""

from pnzoo.analysis.few_shot.calibration import Reliability, reliability
from pnzoo.analysis.few_shot.explanation import Decision, decide, plane, shuffled
from pnzoo.analysis.few_shot.predictions import Replies, reply_all
from pnzoo.analysis.few_shot.support_set import Orders, attention_by_step, averaged_subsets, order_sensitivity
from pnzoo.analysis.flops import flops
from pnzoo.analysis.planning.ablation import policy_weights, without_q
from pnzoo.analysis.planning.agreement import (
    ChosenMoves,
    RewardAgreement,
    TransitionAgreement,
    chosen_moves,
    matched_kernels,
    reward_agreement,
    transition_agreement,
    value_agreement,
)
from pnzoo.analysis.planning.bellman import Backup, backup, q_history
from pnzoo.analysis.planning.certify import Certificate, certify
from pnzoo.analysis.planning.convergence import behind, changes, flow, settled
from pnzoo.analysis.planning.kernels import Roles, arrows, mean_kernels, roles
from pnzoo.analysis.planning.optimality import Verdict, verdict
from pnzoo.analysis.planning.rollouts import Walks, rate_by, walk_all

__all__ = [
    "Backup", "Certificate", "ChosenMoves", "Decision", "Orders", "Reliability", "Replies", "RewardAgreement", "Roles",
    "TransitionAgreement", "Verdict", "Walks", "arrows", "attention_by_step", "averaged_subsets", "backup",
    "behind", "certify", "changes", "chosen_moves", "decide", "flops", "flow", "matched_kernels", "mean_kernels",
    "order_sensitivity", "plane", "policy_weights", "q_history", "rate_by", "reliability", "reply_all",
    "reward_agreement", "roles", "settled", "shuffled", "transition_agreement", "value_agreement", "verdict",
    "walk_all", "without_q",
]
