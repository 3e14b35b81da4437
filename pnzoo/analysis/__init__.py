"""What a trained model has learned, and what it costs: measurements that read models and never change them.

Each is fetched on first use: what compares maps and policies in NumPy needs no backend.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pnzoo.core.deprecation import renamed

if TYPE_CHECKING:
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
    from pnzoo.analysis.operations import flops
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
    from pnzoo.few_shot.predictions import EpisodePredictions, predict_episodes

_NAMES = {  # module -> what it gives
    "pnzoo.analysis.few_shot.calibration": "CalibrationCurve calibration_curve",
    "pnzoo.analysis.few_shot.explanation": "Explanation explain explain_embeddings pca_2d permute_support",
    "pnzoo.analysis.few_shot.support_set": "OrderSensitivity attention_by_step averaged_subsets order_sensitivity",
    "pnzoo.analysis.operations": "flops",
    "pnzoo.analysis.planning.ablation": "ablate_q policy_weights",
    "pnzoo.analysis.planning.agreement": "ChosenMoves RewardAgreement TransitionAgreement chosen_moves "
        "matched_kernels reward_agreement transition_agreement value_agreement",
    "pnzoo.analysis.planning.bellman": "Backup backup q_history",
    "pnzoo.analysis.planning.certify": "Certificate certify",
    "pnzoo.analysis.planning.convergence": "convergence_step mean_displacement value_change value_gap",
    "pnzoo.analysis.planning.counterexample": "Counterexample find_counterexample",
    "pnzoo.analysis.planning.kernels": "ActionUsage action_usage displacement mean_kernels",
    "pnzoo.analysis.planning.optimality": "OptimalityReport compare_to_optimal",
    "pnzoo.analysis.planning.plain": "plain_planner",
    "pnzoo.analysis.planning.reward_sign": "reward_sign",
    "pnzoo.analysis.planning.rollouts": "RolloutReport difference_by_bin evaluate_rollouts success_by_bin",
    "pnzoo.few_shot.predictions": "EpisodePredictions predict_episodes",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

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


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        return _former(name)
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


_former = renamed(
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
