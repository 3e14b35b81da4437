"""What a trained model has learned, and what it costs: measurements that read models and never change them."""

from pnzoo.analysis.few_shot.calibration import CalibrationCurve, calibration_curve
from pnzoo.analysis.few_shot.explanation import (
    Explanation,
    explain,
    explain_embeddings,
    pca_2d,
    permute_support,
)
from pnzoo.analysis.few_shot.support_set import (
    OrderSensitivity,
    attention_by_step,
    averaged_subsets,
    order_sensitivity,
)
from pnzoo.analysis.flops import flops
from pnzoo.analysis.planning.ablation import ablate_q, policy_weights
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
from pnzoo.analysis.planning.convergence import convergence_step, mean_displacement, value_change, value_gap
from pnzoo.analysis.planning.counterexample import Counterexample, find_counterexample
from pnzoo.analysis.planning.kernels import ActionUsage, action_usage, displacement, mean_kernels
from pnzoo.analysis.planning.optimality import OptimalityReport, compare_to_optimal
from pnzoo.analysis.planning.plain import plain_planner
from pnzoo.analysis.planning.reward_sign import reward_sign
from pnzoo.analysis.planning.rollouts import (
    RolloutReport,
    difference_by_bin,
    evaluate_rollouts,
    success_by_bin,
)
from pnzoo.core.deprecation import renamed
from pnzoo.few_shot.predictions import EpisodePredictions, predict_episodes

__all__ = [
    "ActionUsage", "Backup", "CalibrationCurve", "Certificate", "ChosenMoves", "Counterexample",
    "EpisodePredictions", "Explanation", "OptimalityReport", "OrderSensitivity", "RewardAgreement", "RolloutReport",
    "TransitionAgreement", "ablate_q", "action_usage", "attention_by_step", "averaged_subsets", "backup",
    "calibration_curve", "certify", "chosen_moves", "compare_to_optimal", "convergence_step", "displacement",
    "difference_by_bin", "evaluate_rollouts", "explain", "explain_embeddings",
    "find_counterexample", "flops", "matched_kernels", "mean_displacement",
    "mean_kernels", "order_sensitivity", "pca_2d", "permute_support", "plain_planner", "policy_weights",
    "predict_episodes", "q_history", "reward_agreement", "reward_sign", "success_by_bin", "transition_agreement",
    "value_agreement", "value_change", "value_gap",
]


__getattr__ = renamed(
    __name__,
    {
        "flow": "mean_displacement",
        "settled": "convergence_step",
        "behind": "value_gap",
        "changes": "value_change",
        "arrows": "displacement",
        "roles": "action_usage",
        "Roles": "ActionUsage",
        "verdict": "compare_to_optimal",
        "Verdict": "OptimalityReport",
        "walk_all": "evaluate_rollouts",
        "Walks": "RolloutReport",
        "rate_by": "success_by_bin",
        "Decision": "Explanation",
        "Orders": "OrderSensitivity",
        "Reliability": "CalibrationCurve",
        "Replies": "EpisodePredictions",
        "decide": "explain",
        "plane": "pca_2d",
        "reliability": "calibration_curve",
        "reply_all": "predict_episodes",
        "shuffled": "permute_support",
        "without_q": "pnzoo.analysis.planning.ablation:without_q",
    },
)
