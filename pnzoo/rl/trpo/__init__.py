"""Trust Region Policy Optimization on TensorFlow, JAX and PyTorch, for any vector environment of Gymnasium.

    distributions.py  what a network's output means: categorical or Gaussian actions
    policy.py         a Keras model and a distribution as one flat vector of parameters; planners in grid worlds
    backends.py       the gradient, and the Jacobian from either side, on each backend
    rollouts.py       a policy acts in many environments: the buffer of what it saw, did and earned
    baseline.py       the value of a state, fitted to what earlier batches earned
    optimize.py       advantages, conjugate gradient, line search: NumPy, no network
    update.py         one update: the natural gradient within a limit on the KL divergence
    body.py           policies and rollouts of bodies that move continuously

    policy, baseline = Policy(model, distribution_of(envs.single_action_space)), Baseline()
    for _ in range(20):
        rollouts = collect_rollouts(policy, envs, 256, rng)
        advantage, returns = estimate(rollouts, baseline)
        update(policy, rollouts.training_batch(advantage))
        baseline.fit(rollouts, returns)

`train/rl` trains the planners of the zoo.

Reference: Schulman et al. 2015, "Trust Region Policy Optimization"; Schulman et al. 2016, "High-Dimensional Continuous
Control Using Generalized Advantage Estimation".
"""

from pnzoo.core.deprecation import renamed
from pnzoo.rl.trpo.baseline import Baseline, estimate, grid_features
from pnzoo.rl.trpo.body import BodyPolicy, BodyRolloutBuffer, body_features, collect_body_rollouts
from pnzoo.rl.trpo.distributions import Categorical, DiagonalGaussian, distribution_of
from pnzoo.rl.trpo.optimize import advantages, conjugate_gradient, line_search
from pnzoo.rl.trpo.policy import GridPolicy, Policy
from pnzoo.rl.trpo.rollouts import (
    GridRolloutBuffer,
    RolloutBuffer,
    TrainingBatch,
    collect_grid_rollouts,
    collect_rollouts,
)
from pnzoo.rl.trpo.update import UpdateInfo, update

__all__ = [
    "Baseline", "BodyPolicy", "BodyRolloutBuffer", "Categorical", "DiagonalGaussian", "GridPolicy",
    "GridRolloutBuffer", "Policy", "RolloutBuffer", "TrainingBatch", "UpdateInfo", "advantages", "body_features",
    "collect_body_rollouts", "collect_grid_rollouts", "collect_rollouts", "conjugate_gradient", "distribution_of",
    "estimate", "grid_features", "line_search", "update",
]  # fmt: skip

__getattr__ = renamed(
    __name__, {"Batch": "GridRolloutBuffer", "Outcome": "UpdateInfo", "walk": "collect_grid_rollouts"}
)
