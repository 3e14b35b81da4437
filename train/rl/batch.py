"""One batch of TRPO, the same for every policy: rollouts, advantages, an update."""

import numpy as np

from pnzoo.rl.trpo import estimate, update


def train_batch(collect, policy, envs, baseline, recipe, progress, **options):
    """Collect rollouts, estimate advantages, update. All that is random comes from the seed and the batch's number.

    Args:
        collect: (policy, envs, n_steps, rng) -> rollouts.
        policy, envs, baseline: see `pnzoo.rl.trpo`.
        recipe: the trust region's settings.
        progress: `Progress`.
        **options: more of `update`, such as `ent_coef`.

    Returns:
        A tuple (rollouts, what `update` says, row of the log).
    """
    rollouts = collect(policy, envs, recipe.n_steps, np.random.default_rng([recipe.seed, progress.batches]))
    value = baseline(rollouts)
    advantage, returns = estimate(rollouts, baseline, recipe.gamma, recipe.gae_lambda)
    info = update(
        policy,
        rollouts.training_batch(advantage),
        target_kl=recipe.target_kl,
        cg_damping=recipe.cg_damping,
        cg_max_steps=recipe.cg_max_steps,
        fisher_rows=recipe.fisher_maps,
        **options,
    )
    baseline.fit(rollouts, returns)
    missed = (returns - value[:, :-1])[rollouts.mask]
    return rollouts, info, {
        "timesteps": rollouts.steps,
        "success_rate": rollouts.success_rate,
        "ep_rew_mean": rollouts.mean_return,
        "explained_variance": 1 - np.var(missed) / max(1e-12, np.var(returns[rollouts.mask])),
        "kl": info.kl,
    }  # fmt: skip
