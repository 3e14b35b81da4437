"""Train the planners of the zoo by reinforcement: TRPO and a curriculum, nothing but reward.

    python -m train vin16_rl                                       # train; stopped, it goes on where it was
    python -m train vin16_rl --num-seeds 3 --evaluate --publish    # three seeds; the best by validation goes into zoo/
    python -m train vin16_rl --curriculum false --num-seeds 3 --run runs/plain    # the same without the curriculum

A run lives in `runs/NAME`: `log.csv` has a row for each batch, `state.npz` is where it goes on.
"""

import time

import keras
import numpy as np

from pnzoo import gridworld, hub
from pnzoo.envs import VectorGridWorld
from pnzoo.evaluation import gridworld as evaluation
from pnzoo.rl.trpo import Baseline, GridPolicy, collect_grid_rollouts, grid_features
from pnzoo.worlds.gridworld import rollout as planning
from train.planning import imitation
from train.rl import batch
from train.rl.progress import Progress
from train.shared import entry
from train.shared.run_folder import open_run

VALIDATION_MAPS = 500
VALIDATED = ("val_success_rate", "val_ep_rew_mean")
PAPER = (
    "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867; "
    "Schulman et al. 2015, Trust Region Policy Optimization, arXiv 1502.05477"
)


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """Train by a recipe, or go on with a run that was stopped, as `entry.Trainer` says.

    Returns:
        The best model by validation, also saved in `folder / "entry"`.
    """
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = hub.load(recipe.init_from, **recipe.config) if recipe.init_from else entry.build(recipe)
        own_k = getattr(model, "k", 0)
        policy = GridPolicy(model)
        progress = Progress(folder, recipe.digest(), policy.parameters())
        policy.assign(progress.theta)
        train_batches(model, own_k, recipe, progress, summary_writer(tensorboard))
        policy.assign(progress.best)
        if own_k:
            imitation.set_options(model, {"k": own_k})
        entry.save(model, folder, card(recipe, progress, command))
    return model


def train_batches(model, own_k, recipe, progress, write_summary):
    """Batch after batch until the budget is spent."""
    stages, validation = recipe.curriculum_stages, validation_maps(recipe)
    baseline, policy = Baseline(grid_features), None
    baseline.weights = progress.baseline
    while progress.timesteps < recipe.total_timesteps:
        started, stage = time.monotonic(), stages[progress.stage]
        if policy is None or progress.moved_up:
            policy, envs = prepare(model, recipe, stage, own_k, policy)
        row = train_batch(policy, envs, baseline, recipe, progress)
        last = progress.timesteps + row["timesteps"] >= recipe.total_timesteps
        if last or progress.batches % recipe.validate_every == 0:
            row |= validate(policy, *validation)
        else:  # the numbers of last time
            row |= {name: progress.rows[-1][name] for name in VALIDATED}
        progress.theta, progress.baseline = policy.parameters(), baseline.weights
        progress.record(row, stage, len(stages), time.monotonic() - started)
        write_summary(progress.timesteps, progress.rows[-1])
        if progress.batches % recipe.validate_every == 0:
            print(progress.line(recipe.total_timesteps), flush=True)


def prepare(model, recipe, stage, own_k, policy=None):
    """Policy and environments of a stage. A policy is compiled for one k, and serves the next stage with the same k."""
    k = own_k and (stage.k or own_k)
    if policy is None or (own_k and model.k != k):
        if own_k:
            imitation.set_options(model, {"k": k})
        policy = GridPolicy(model, recipe.maps_per_batch, recipe.jit_compile)
    envs = VectorGridWorld(
        recipe.n_envs,
        height=stage.size,
        max_start_distance=stage.max_start_distance or None,
        max_steps=round(recipe.max_steps_factor * stage.size),
        episodes_per_map=None,
        max_obstacles=stage.max_obstacles or None,
    )
    return policy, envs


def train_batch(policy, envs, baseline, recipe, progress):
    """See `batch.train_batch`; the entropy's share falls to nothing."""
    remaining = 1 - progress.timesteps / recipe.total_timesteps
    rollouts, info, row = batch.train_batch(
        collect_grid_rollouts, policy, envs, baseline, recipe, progress, ent_coef=recipe.ent_coef * remaining
    )
    log_prob = rollouts.parameters
    entropy = -(np.exp(log_prob) * log_prob).sum(axis=-1).mean()
    return {**row, "entropy": entropy, "gain": info.gain, "step_size": info.step_size}


def validation_maps(recipe):
    """Maps of the last stage's size, whatever the stage, and how many moves a rollout on each may take."""
    maps = evaluation.generated(recipe.side, n=VALIDATION_MAPS, seed=imitation.VALIDATION_SEED + recipe.side)
    return maps, 2 * (planning.optimal_steps(maps.walls, maps.goal, maps.start) + 1)


def validate(policy, maps, limit):
    """Success and reward of greedy rollouts on validation maps."""
    rollouts = planning.rollouts(maps.walls, maps.start, maps.goal, greedy(policy, maps), limit)
    reward = rollouts.success * 1.0 - rollouts.collided * 1.0 - 0.01 * rollouts.steps
    return dict(zip(VALIDATED, (rollouts.success.mean(), reward.mean()), strict=True))


def greedy(policy, maps):
    """The function (map indices [n], positions [n, 2]) -> best actions [n]."""
    image = gridworld.encode(maps.walls, maps.goal)
    if policy.dense_prediction:
        best = policy.logits(image).argmax(axis=-1)
        return lambda index, at: best[index, at[:, 0], at[:, 1]]
    return lambda index, at: policy.logits_at(image[index], at[:, None].astype("int32")).argmax(axis=-1)[:, 0]


def summary_writer(folder):
    """The function (step, row) that draws the log in TensorBoard; it does nothing without a folder.

    Raises:
        ValueError: TensorFlow or TensorBoard is not installed.
    """
    if not folder:
        return lambda step, row: None
    try:
        import tensorboard  # noqa: F401  TensorFlow's summaries need it
        import tensorflow as tf
    except ImportError as error:
        raise ValueError(f"--tensorboard needs TensorFlow and TensorBoard ({error}); install them") from error
    writer = tf.summary.create_file_writer(str(folder))

    def write(step, row):
        with writer.as_default(step=step):
            for name, value in row.items():
                tf.summary.scalar(name, value)
        writer.flush()

    return write


def card(recipe, progress, command):
    """What is known of a model when its training ends."""
    stages = recipe.curriculum_stages
    sizes = " then ".join(dict.fromkeys(f"{stage.size}x{stage.size}" for stage in stages))
    climb = f"a curriculum of {len(stages)} stages" if len(stages) > 1 else "no curriculum"
    return entry.training_card(
        recipe,
        task="planning",
        training="reinforcement",
        paper=PAPER,
        command=command,
        data=f"{progress.timesteps:,} steps in pnzoo/GridWorld-v0, {progress.batches} batches of {recipe.n_envs} new "
        f"maps of the paper's distribution, {sizes}, {climb}; reward +1 at the goal, -1 at a wall, -0.01 a move",
        trained_on=entry.trained_on([stage.size for stage in stages], recipe.side),
        seconds=progress.seconds,
        rows=progress.rows,
    )
