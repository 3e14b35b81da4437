"""Speed of reinforcement learning: steps of the worlds, updates of TRPO, and learning beside stable-baselines3-contrib.

    KERAS_BACKEND=jax python -m tests.benchmarks.rl [--seconds 10] [--json tests/benchmarks/rl.json]
    KERAS_BACKEND=jax python -m tests.benchmarks.rl --curves tests/benchmarks/rl.svg [--json tests/benchmarks/rl.json]

The worlds: 256 of 16x16 with random moves, in one `VectorGridWorld` against a loop over single `GridWorld`s.

The update: one of TRPO on 2,048 steps in 8x8 worlds with the same actor on both sides, a perceptron of two hidden
layers of 64 on the picture of walls, goal and agent; 15 steps of conjugate gradient, damping 0.1, F on the whole batch.
The peer is sb3-contrib's TRPO (`pip install sb3-contrib`). Both fit their baseline in an update as well: a ridge
regression here, ten epochs of a second perceptron there; `sb3 actor` leaves that out. The sides run in processes of
their own, because two frameworks in one process fight over threads, and take turns, so that other work slows both.

The curves: success of the episodes of each batch against steps in 8x8 worlds, without a curriculum, mean over seeds:
the perceptron on both sides with batch, limit and solver as above, and a VIN here.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.race import race, serve, timed
from train.experiments import figures

WORLDS, SIZE = 256, 16
ENVS, STEPS = 32, 64  # a batch of 2,048 steps
HIDDEN = 64
COMPILE = True  # by XLA, on TensorFlow
SEEDS = (0, 1, 2)  # of the learning curves


# -- the worlds -----------------------------------------------------------------------------------


def vector_rate(seconds):
    """Steps a second of 256 worlds in NumPy."""
    from pnzoo.envs import VectorGridWorld

    envs = VectorGridWorld(WORLDS, height=SIZE)
    envs.reset(seed=0)
    actions, count = np.random.default_rng(0).integers(0, 8, (1000, WORLDS)), 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        envs.step(actions[count % 1000])
        count += 1
    return WORLDS * count / (time.perf_counter() - began)


def loop_rate(seconds):
    """Steps a second of a loop over single worlds."""
    from pnzoo.envs import GridWorld

    envs = [GridWorld(height=SIZE) for _ in range(WORLDS)]
    for seed, env in enumerate(envs):
        env.reset(seed=seed)
    rng, count = np.random.default_rng(0), 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for env, action in zip(envs, rng.integers(0, 8, WORLDS), strict=True):
            *_, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        count += WORLDS
    return count / (time.perf_counter() - began)


# -- one update -----------------------------------------------------------------------------------


def perceptron(size):
    """The peer's default actor as a planner: the picture with the agent in it -> 64 -> 64 -> 8."""
    import keras
    from keras import ops

    class Perceptron(keras.Model):
        dense_prediction = False

        def __init__(self):
            super().__init__()
            self.stack = [keras.layers.Dense(HIDDEN, "tanh"), keras.layers.Dense(HIDDEN, "tanh"), keras.layers.Dense(8)]
            width = 3 * size * size
            for layer in self.stack:
                layer.build((None, None, width))
                width = layer.units
            self.built = True

        def call(self, inputs):
            image, positions = inputs
            maps, count = positions.shape[:2]
            flat = ops.broadcast_to(ops.reshape(image, (maps, 1, -1)), (maps, count, 2 * size * size))
            agent = ops.one_hot(positions[..., 0] * size + positions[..., 1], size * size, dtype=image.dtype)
            x = ops.concatenate([flat, agent], axis=-1)
            for layer in self.stack:
                x = layer(x)
            return x

    return Perceptron()


def pnzoo_update(size=8):
    """A function that does one update of ours on a batch of its own."""
    from pnzoo.envs import VectorGridWorld
    from pnzoo.rl.trpo import Baseline, GridPolicy, collect_grid_rollouts, estimate, grid_features, update

    policy = GridPolicy(perceptron(size), batch_size=ENVS, jit_compile=COMPILE)
    baseline = Baseline(grid_features)
    envs = VectorGridWorld(ENVS, height=size, episodes_per_map=None)
    rollouts = collect_grid_rollouts(policy, envs, STEPS, np.random.default_rng(0))
    theta = policy.parameters()

    def step():
        policy.assign(theta)
        advantage, returns = estimate(rollouts, baseline)
        batch = rollouts.training_batch(advantage)
        info = update(policy, batch, target_kl=0.01, cg_damping=0.1, cg_max_steps=15)
        baseline.fit(rollouts, returns)
        return info.kl

    return step


def sb3_update(critic_updates, size=8):
    """The same with sb3-contrib."""
    model = sb3_model(size, critic_updates)
    model.learn(ENVS * STEPS)  # fills the buffer and trains once
    kept = {name: value.clone() for name, value in model.policy.state_dict().items()}

    def step():
        model.policy.load_state_dict(kept)
        model.train()
        return model.logger.name_to_value["train/kl_divergence_loss"]

    return step


def sb3_model(size, critic_updates=10, seed=0, max_steps=None):
    import warnings

    from sb3_contrib import TRPO
    from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

    from pnzoo.envs import GridWorld

    warnings.filterwarnings("ignore", "Mean of empty slice|invalid value")  # its log, where the critic is left out
    make = lambda: GridWorld(height=size, observation="image", max_steps=max_steps)  # noqa: E731
    envs = VecMonitor(DummyVecEnv([make] * ENVS))
    arguments = {"n_steps": STEPS, "batch_size": STEPS * ENVS, "target_kl": 0.01, "cg_damping": 0.1, "cg_max_steps": 15}
    return TRPO("MlpPolicy", envs, n_critic_updates=critic_updates, seed=seed, device="cpu", **arguments)


UPDATES = {
    "pnzoo": pnzoo_update,
    "sb3": lambda: sb3_update(10),
    "sb3 actor": lambda: sb3_update(0),
}


def updates(seconds, names):
    """Median seconds of an update, {name: seconds}; sb3 needs `pip install sb3-contrib` and is left out without it."""
    commands = {name: [sys.executable, "-m", "tests.benchmarks.rl", "--serve", name] for name in names}
    return {name: statistics.median(times) for name, times in race(commands, rounds=1, seconds=seconds).items()}


# -- learning curves ------------------------------------------------------------------------------


def pnzoo_curve(kind, total_timesteps, size=8, seed=0):
    """[(steps, success of a batch's episodes)] of TRPO here, without a curriculum."""
    import keras

    from pnzoo.envs import VectorGridWorld
    from pnzoo.models import VIN
    from pnzoo.rl.trpo import Baseline, GridPolicy, collect_grid_rollouts, estimate, grid_features, update

    keras.utils.set_random_seed(seed)
    model = perceptron(size) if kind == "perceptron" else VIN(k=12, channels=16, inverse_temperature=6.0)
    policy, baseline = GridPolicy(model, batch_size=ENVS, jit_compile=COMPILE), Baseline(grid_features)
    envs = VectorGridWorld(ENVS, height=size, episodes_per_map=None, max_steps=4 * size)
    curve, steps = [], 0
    while steps < total_timesteps:
        rollouts = collect_grid_rollouts(policy, envs, STEPS, np.random.default_rng([seed, len(curve)]))
        advantage, returns = estimate(rollouts, baseline)
        update(policy, rollouts.training_batch(advantage), target_kl=0.01, cg_damping=0.1, cg_max_steps=15)
        baseline.fit(rollouts, returns)
        steps += rollouts.steps
        curve.append((steps, rollouts.success_rate))
    return curve


def sb3_curve(env_steps, size=8, seed=0):
    """[(steps, success of a batch's episodes)] of sb3-contrib's TRPO in the same worlds."""
    from stable_baselines3.common.callbacks import BaseCallback

    curve, ended = [], []

    class Note(BaseCallback):
        def _on_step(self):
            ended.extend(info["episode"]["r"] > 0 for info in self.locals["infos"] if "episode" in info)
            return True

        def _on_rollout_end(self):  # only the goal makes an episode's reward positive
            curve.append((self.num_timesteps, float(np.mean(ended)) if ended else 0.0))
            ended.clear()

    sb3_model(size, seed=seed, max_steps=4 * size).learn(env_steps, callback=Note())
    return curve


CURVES = {
    "VIN, pnzoo": lambda steps, seed: pnzoo_curve("VIN", steps, seed=seed),
    "perceptron, pnzoo": lambda steps, seed: pnzoo_curve("perceptron", steps, seed=seed),
    "perceptron, sb3-contrib": lambda steps, seed: sb3_curve(steps, seed=seed),
}


def mean_curve(of_seeds, points=60):
    """The mean of some curves at the same numbers of steps: [(steps, success)]."""
    last = min(curve[-1][0] for curve in of_seeds)
    steps = np.linspace(last / points, last, points)
    success = [np.interp(steps, *zip(*curve, strict=True)) for curve in of_seeds]
    return [(round(x), round(float(y), 4)) for x, y in zip(steps, np.mean(success, axis=0), strict=True)]


def measure_curves(env_steps, file):
    """Learn on every side from every seed, and draw the means."""
    learned = {}
    for name, learn in CURVES.items():
        of_seeds = [learn(env_steps, seed) for seed in SEEDS]
        last = [statistics.mean(success for _, success in curve[-10:]) for curve in of_seeds]
        learned[name] = {"success_of_last_10_batches": last, "mean": mean_curve(of_seeds)}
        print(f"{name:24} success in the last 10 batches: {', '.join(f'{each:.3f}' for each in last)}", flush=True)
    Path(file).write_text(draw_curves({name: curve["mean"] for name, curve in learned.items()}), encoding="utf-8")
    return {"env_steps": env_steps, "seeds": SEEDS, "of": learned}


def draw_curves(curves):
    """SVG text of {name: [(steps, success)]}."""
    series = [{"label": name, "at": [steps for steps, _ in curve], "value": [success for _, success in curve],
               "ci95": [(success, success) for _, success in curve]} for name, curve in curves.items()]
    return figures.draw_series({"kind": "lines", "x_title": "steps", "y_title": "success of training episodes",
                                "log_x": False, "log_y": False, "unit": "%", "series": series})


# -- the command line -------------------------------------------------------------------------------


def measure_speed(seconds):
    """Steps of the worlds, then updates."""
    many, loop = vector_rate(seconds), loop_rate(seconds)
    print(f"{WORLDS} worlds of {SIZE}x{SIZE}: {many:,.0f} steps a second together")
    print(f"a loop over single worlds: {loop:,.0f} steps a second; ratio {many / loop:.0f}")
    times = updates(seconds, UPDATES)
    for name, each in times.items():
        print(f"update, {name:10} {each * 1e3:8.1f} ms   pnzoo takes {times['pnzoo'] / each:.2f} of it")
    return {"vector_steps_a_second": many, "loop_steps_a_second": loop, "update_seconds": times}


def main(arguments=None):
    """Run the command line; returns what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="for each measurement")
    parser.add_argument("--json", type=Path, help="put the numbers into this file, beside those that it holds")
    parser.add_argument("--curves", help="draw learning curves into this SVG file instead (takes minutes)")
    parser.add_argument("--env-steps", type=int, default=200_000, help="of each learning curve")
    parser.add_argument("--serve", choices=UPDATES, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        step = UPDATES[options.serve]()
        return serve(lambda: timed(step))
    if options.curves:
        results = {"curves": measure_curves(options.env_steps, options.curves)}
    else:
        import keras

        results = {"speed": {"backend": keras.backend.backend(), **measure_speed(options.seconds)}}
    if options.json:
        from train.shared import run_folder as run  # brings Keras, which the peer's process does without

        kept = json.loads(options.json.read_text()) if options.json.exists() else {}
        options.json.write_text(json.dumps({**kept, "hardware": run.hardware(), **results}, indent=1) + "\n")
    return results


if __name__ == "__main__":
    main()
