"""TRPO with continuous actions on a published task, Gymnasium's Pendulum-v1, beside stable-baselines3-contrib's.

    KERAS_BACKEND=jax python -m tests.benchmarks.pendulum [--timesteps 200000] [--json tests/benchmarks/pendulum.json]

The same on both sides: an actor of two hidden layers of 64, tanh, with a log deviation that does not depend on the
state; batches of 10 environments with 200 steps each, which is an episode; gamma 0.9, lambda 0.95, KL limit 0.02,
damping 0.1, 15 steps of conjugate gradient on the whole batch. The peer's baseline is a second network of 64 and 64,
ten epochs an update at a rate of 1e-3; ours is the ridge regression of `pnzoo.rl.trpo.Baseline`. After training the
deterministic policy plays 100 episodes that start alike on both sides. What is compared is the mean return over seeds,
with Student's interval. Needs `pip install sb3-contrib`.
"""

import argparse
import json
from pathlib import Path

import gymnasium
import numpy as np

from pnzoo.core.stats import mean_ci

TASK, EPISODE = "Pendulum-v1", 200
ENVS, HIDDEN, EPISODES = 10, 64, 100
SEEDS = (0, 1, 2, 3, 4, 5, 6, 7)
GAMMA, LAMBDA, TARGET_KL, DAMPING, CG_STEPS = 0.9, 0.95, 0.02, 0.1, 15
FIRST_EPISODE = 1_000  # seed of the first of the measured ones


def pnzoo_return(timesteps, seed):
    """Mean return of the policy that our TRPO has learned."""
    import keras

    from pnzoo.rl.trpo import Baseline, DiagonalGaussian, Policy, collect_rollouts, estimate, update

    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(HIDDEN, "tanh", kernel_initializer=_orthogonal(2**0.5)) for _ in range(2)]
    model = keras.Sequential([keras.Input((3,)), *hidden, keras.layers.Dense(1, kernel_initializer=_orthogonal(0.01))])
    policy, baseline = Policy(model, DiagonalGaussian(1), batch_size=ENVS * EPISODE), Baseline(features)
    envs, batches = gymnasium.make_vec(TASK, ENVS), 0
    for batches in range(timesteps // (ENVS * EPISODE)):
        rollouts = collect_rollouts(policy, envs, EPISODE, np.random.default_rng([seed, batches]))
        advantage, returns = estimate(rollouts, baseline, GAMMA, LAMBDA)
        update(policy, rollouts.training_batch(advantage), TARGET_KL, DAMPING, CG_STEPS)
        baseline.fit(rollouts, returns)
    return measure(lambda observation: policy.distribution.mode(_padded(policy, observation)))


def features(rollouts):
    """Of the baseline: all products of up to four of cos, sin and speed, float [N, T + 1, F].

    The return that lies ahead within 10 steps, which is as far as gamma 0.9 sees, depends on the state alone.
    """
    from itertools import combinations_with_replacement

    cos, sin, speed = np.moveaxis(rollouts.observations, -1, 0)
    parts = np.ones_like(cos), cos, sin, speed / 8
    return np.stack([np.prod(chosen, axis=0) for chosen in combinations_with_replacement(parts, 4)], axis=-1)


def sb3_return(timesteps, seed):
    """Mean return of the policy that sb3-contrib's TRPO has learned."""
    from sb3_contrib import TRPO
    from stable_baselines3.common.env_util import make_vec_env

    model = TRPO(
        "MlpPolicy", make_vec_env(TASK, ENVS, seed=seed), n_steps=EPISODE, batch_size=ENVS * EPISODE, gamma=GAMMA,
        gae_lambda=LAMBDA, target_kl=TARGET_KL, cg_damping=DAMPING, cg_max_steps=CG_STEPS, seed=seed, device="cpu",
    )  # fmt: skip
    model.learn(timesteps)
    return measure(lambda observation: model.predict(observation, deterministic=True)[0])


def measure(act):
    """Mean return of the function observations [N, 3] -> actions [N, 1] over `EPISODES` episodes."""
    envs, total = gymnasium.make_vec(TASK, EPISODES), np.zeros(EPISODES)
    observation, _ = envs.reset(seed=[FIRST_EPISODE + i for i in range(EPISODES)])
    for _ in range(EPISODE):
        observation, reward, *_ = envs.step(np.clip(act(observation), -2, 2))
        total += reward
    return float(total.mean())


SIDES = {"pnzoo": pnzoo_return, "sb3-contrib": sb3_return}


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--timesteps", type=int, default=200_000, help="of each training")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--side", choices=SIDES, help="one alone")
    parser.add_argument("--json", type=Path, help="put the numbers into this file, beside those that it holds")
    options = parser.parse_args(arguments)
    results = {}
    for side in [options.side] if options.side else SIDES:
        returns = [SIDES[side](options.timesteps, seed) for seed in options.seeds]
        low, high = mean_ci(returns)
        print(f"{side:12} {np.mean(returns):8.1f} ({low:.1f} to {high:.1f}), seeds {np.round(returns, 1)}", flush=True)
        results[side] = {"returns": returns, "mean": float(np.mean(returns)), "ci95": [low, high]}
    if options.json:
        kept = json.loads(options.json.read_text()) if options.json.exists() else {}
        more = {"task": TASK, "timesteps": options.timesteps, "seeds": list(options.seeds), "episodes": EPISODES}
        options.json.write_text(json.dumps({**kept, **more, **results}, indent=1) + "\n")
    return results


def _orthogonal(gain):
    import keras

    return keras.initializers.Orthogonal(gain)


def _padded(policy, observation):
    return policy.action_parameters(observation)


if __name__ == "__main__":
    main()
