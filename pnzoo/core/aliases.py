"""Names that users may import although the code lives elsewhere: promised short paths, and paths of earlier releases.

`pnzoo.gridworld` is a promise and stays silent. A path of an earlier release works for one more release and warns.
"""

import importlib
import importlib.util
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

# The promised short paths.
PROMISED = {
    "pnzoo.gridworld": "pnzoo.worlds.gridworld",
    "pnzoo.episodes": "pnzoo.data.episodes",
    "pnzoo.glyphs": "pnzoo.data.glyphs",
    "pnzoo.graphs": "pnzoo.worlds.webgraph",
    "pnzoo.language": "pnzoo.data.language",
    "pnzoo.navigation": "pnzoo.worlds.navigation",
    "pnzoo.omniglot": "pnzoo.data.omniglot",
    "pnzoo.still_lifes": "pnzoo.data.still_lifes",
    "pnzoo.terrain": "pnzoo.worlds.terrain",
}

# Release 0.1 -> today.
RENAMED = {
    "pnzoo._backend": "pnzoo.core.backend",
    "pnzoo.cards": "pnzoo.hub.cards",
    "pnzoo.classifier": "pnzoo.few_shot.classifier",
    "pnzoo.drawings": "pnzoo.data.preprocessing",
    "pnzoo.episode_exam": "pnzoo.evaluation.episodes",
    "pnzoo.episode_stream": "pnzoo.data.episode_dataset",
    "pnzoo.exam": "pnzoo.evaluation.gridworld",
    "pnzoo.fine_tuning": "pnzoo.few_shot.fine_tuning",
    "pnzoo.lake_runs": "pnzoo.data.omniglot_challenge",
    "pnzoo.large_support": "pnzoo.few_shot.chunked",
    "pnzoo.long_exam": "pnzoo.evaluation.long_horizon",
    "pnzoo.planning": "pnzoo.worlds.gridworld.rollout",
    "pnzoo.trpo": "pnzoo.rl.trpo",
    "pnzoo.warp": "pnzoo.data.augment",
    "pnzoo.analysis.agreement": "pnzoo.analysis.planning.agreement",
    "pnzoo.analysis.bellman": "pnzoo.analysis.planning.bellman",
    "pnzoo.analysis.decision": "pnzoo.analysis.few_shot.explanation",
    "pnzoo.analysis.front": "pnzoo.analysis.planning.convergence",
    "pnzoo.analysis.kernels": "pnzoo.analysis.planning.kernels",
    "pnzoo.analysis.reliability": "pnzoo.analysis.few_shot.calibration",
    "pnzoo.analysis.replies": "pnzoo.few_shot.predictions",
    "pnzoo.analysis.support": "pnzoo.analysis.few_shot.support_set",
    "pnzoo.analysis.use_of_q": "pnzoo.analysis.planning.ablation",
    "pnzoo.analysis.verdict": "pnzoo.analysis.planning.optimality",
    "pnzoo.analysis.walks": "pnzoo.analysis.planning.rollouts",
    "pnzoo.envs.single": "pnzoo.envs.gridworld",
    "pnzoo.envs.vector": "pnzoo.envs.vector_gridworld",
    "pnzoo.envs.worlds": "pnzoo.envs.map_sampler",
    "pnzoo.envs.pictures": "pnzoo.envs.render",
    "pnzoo.layers.aligned_attention": "pnzoo.layers.few_shot.aligned_attention",
    "pnzoo.layers.attention_readout": "pnzoo.layers.planning.attention_readout",
    "pnzoo.layers.full_context": "pnzoo.layers.few_shot.full_context",
    "pnzoo.layers.joint_attention": "pnzoo.layers.few_shot.ensemble_attention",
    "pnzoo.layers.matching_attention": "pnzoo.layers.few_shot.matching_attention",
    "pnzoo.layers.rounded_value_iteration": "pnzoo.layers.planning.deterministic_value_iteration",
    "pnzoo.layers.value_iteration": "pnzoo.layers.planning.value_iteration",
    "pnzoo.layers.views": "pnzoo.layers.few_shot.test_time_augmentation",
    "pnzoo.models.classifier_head": "pnzoo.models.few_shot.probe",
    "pnzoo.models.encoders": "pnzoo.models.backbones",
    "pnzoo.models.episode_model": "pnzoo.models.few_shot.episode_model",
    "pnzoo.models.gppn": "pnzoo.models.planning.gppn",
    "pnzoo.models.long_vin": "pnzoo.models.planning.deterministic_vin",
    "pnzoo.models.mann": "pnzoo.models.few_shot.mann",
    "pnzoo.models.matching": "pnzoo.models.few_shot.matching",
    "pnzoo.models.planner": "pnzoo.models.planning.planner",
    "pnzoo.models.reactive": "pnzoo.models.planning.reactive",
    "pnzoo.models.siamese": "pnzoo.models.few_shot.siamese",
    "pnzoo.models.value_planner": "pnzoo.models.planning.value_planner",
    "pnzoo.models.vin": "pnzoo.models.planning.vin",
}

# Inside a package that was renamed: release 0.1's file in the package's new place -> today's path.
RENAMED_INSIDE = {
    "pnzoo.worlds.gridworld.checks": "pnzoo.worlds.gridworld.validation",
    "pnzoo.worlds.gridworld.code": "pnzoo.worlds.gridworld.url_string",
    "pnzoo.worlds.gridworld.expert": "pnzoo.worlds.gridworld.tfds_builder",
    "pnzoo.worlds.gridworld.lattice": "pnzoo.worlds.gridworld.maze_graph",
    "pnzoo.worlds.gridworld.mazes": "pnzoo.worlds.gridworld.families",
    "pnzoo.worlds.gridworld.paper_files": "pnzoo.worlds.gridworld.vin_paper",
    "pnzoo.worlds.gridworld.patterns": "pnzoo.worlds.gridworld.neighborhoods",
    "pnzoo.rl.trpo.autodiff": "pnzoo.rl.trpo.policy",
    "pnzoo.rl.trpo.maths": "pnzoo.rl.trpo.optimize",
    "pnzoo.rl.trpo.step": "pnzoo.rl.trpo.update",
    "pnzoo.rl.trpo.walk": "pnzoo.rl.trpo.rollouts",
}


def target(name):
    """Where a dotted name lives today, or None: (path, whether the name is a former one)."""
    if name in PROMISED:
        return PROMISED[name], False
    if name in RENAMED:
        return RENAMED[name], True
    parent, _, leaf = name.rpartition(".")
    above = target(parent) if parent.count(".") else None
    today, former = above or (parent, False)
    path = f"{today}.{leaf}"
    if path in RENAMED_INSIDE:
        return RENAMED_INSIDE[path], True
    return (path, former) if above else None


class _Alias(Loader):
    """Loads nothing: the module of another name, which keeps its own name and spec."""

    def __init__(self, path):
        self.path = path

    def create_module(self, spec):
        module = importlib.import_module(self.path)
        self.spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self.spec  # Python has just written the alias's over it


class _Finder(MetaPathFinder):
    def find_spec(self, fullname, path=None, target_module=None):
        if not fullname.startswith("pnzoo."):
            return None
        place = target(fullname)
        if place is None or importlib.util.find_spec(place[0]) is None:
            return None
        if place[1]:
            warnings.warn(
                f"{fullname} is {place[0]} now; the old path goes with the next release.",
                DeprecationWarning,
                stacklevel=2,  # Python skips its own import machinery
            )
        return ModuleSpec(fullname, _Alias(place[0]))


def install():
    """Let `import` know the names above; a second call changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
