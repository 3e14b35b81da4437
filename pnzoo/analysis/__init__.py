"""What a trained model has learned, and what it costs: measurements that read models and never change them."""

from pnzoo.analysis.bellman import Backup, backup, q_history
from pnzoo.analysis.decision import Decision, decide, plane, shuffled
from pnzoo.analysis.flops import flops
from pnzoo.analysis.front import behind, changes, flow, settled
from pnzoo.analysis.kernels import Roles, arrows, mean_kernels, roles
from pnzoo.analysis.verdict import Verdict, verdict
from pnzoo.analysis.walks import Walks, rate_by, walk_all

__all__ = [
    "Backup", "Decision", "Roles", "Verdict", "Walks", "arrows", "backup", "behind", "changes", "decide", "flops",
    "flow", "mean_kernels", "plane", "q_history", "rate_by", "roles", "settled", "shuffled", "verdict", "walk_all",
]
