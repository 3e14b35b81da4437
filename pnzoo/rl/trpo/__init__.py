"""Trust Region Policy Optimisation for the planners of this package, on TensorFlow, JAX and PyTorch.

    walk.py       a policy walks through many worlds: the batch of what it saw, did and earned
    maths.py      advantages, conjugate gradient, line search: NumPy, no network
    autodiff.py   the gradient, and the Fisher matrix times a vector, of a Keras model on each backend
    step.py       one update: the natural gradient within a limit on the KL divergence
    baseline.py   the value of a state, fitted to what earlier batches earned

`train/rl.py` runs them in a loop.

Reference: Schulman et al. 2015, "Trust Region Policy Optimization"; Schulman et al. 2016, "High-Dimensional Continuous
Control Using Generalized Advantage Estimation".
"""

from pnzoo.rl.trpo.baseline import Baseline
from pnzoo.rl.trpo.optimize import advantages, conjugate_gradient, line_search
from pnzoo.rl.trpo.policy import Policy
from pnzoo.rl.trpo.rollouts import Batch, walk
from pnzoo.rl.trpo.update import Outcome, update

__all__ = [
    "Baseline", "Batch", "Outcome", "Policy", "advantages", "conjugate_gradient", "line_search", "update", "walk",
]
