"""Train policies of a body by reward alone, with TRPO: `python -m train vin_navigation2d_rl`."""

import time

import keras
import numpy as np

from pnzoo import hub
from pnzoo.core import seeds
from pnzoo.envs import VectorNavigation2D
from pnzoo.evaluation import navigation as evaluation
from pnzoo.rl.trpo import Baseline, BodyPolicy, body_features, collect_body_rollouts
from pnzoo.worlds import navigation
from train.navigation.drives import recipe_seed, training_tasks
from train.rl import batch
from train.rl.progress import Progress
from train.shared import entry
from train.shared.run_folder import open_run

VALIDATION_MAPS = 200
VALIDATED = ("val_success", "val_distance", "val_ep_rew_mean")
PAPER = (
    "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867, section 4.3; "
    "Schulman et al. 2015, Trust Region Policy Optimization, arXiv 1502.05477"
)


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """See `entry.Trainer`; the model is the best by reward on validation maps."""
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = hub.load(recipe.init_from, **recipe.config) if recipe.init_from else entry.build(recipe)
        policy = BodyPolicy(model, recipe.log_std, recipe.maps_per_batch, recipe.jit_compile)
        progress = Progress(folder, recipe.digest(), policy.parameters())
        policy.assign(progress.theta)
        train_batches(policy, recipe, progress)
        policy.assign(progress.best)
        entry.save(model, folder, card(recipe, progress, command), weights_dtype="float16")
    return model


def train_batches(policy, recipe, progress):
    """Batch after batch until the budget is spent."""
    tasks, baseline = training_tasks(recipe), Baseline(body_features)
    baseline.weights = progress.baseline
    measured = evaluation.navigation_set(VALIDATION_MAPS, recipe.side, "val", seeds.VALIDATION_MAPS[recipe.side])
    while progress.timesteps < recipe.total_timesteps:
        started, stage = time.monotonic(), recipe.stages[progress.stage]
        row = train_batch(policy, environments(recipe, tasks, stage), baseline, recipe, progress)
        last = progress.timesteps + row["timesteps"] >= recipe.total_timesteps
        if last or progress.batches % recipe.validate_every == 0:
            row |= validate(policy.body, measured)
        else:  # the numbers of last time
            row |= {name: progress.rows[-1][name] for name in VALIDATED}
        progress.theta, progress.baseline = policy.parameters(), baseline.weights
        progress.record(row, stage, len(recipe.stages), time.monotonic() - started)
        if progress.batches % recipe.validate_every == 0:
            print(said(progress), flush=True)


def environments(recipe, tasks, stage):
    """Worlds of a stage, each of which keeps its map for a batch."""
    return VectorNavigation2D(
        recipe.n_envs,
        tasks=tasks,
        max_steps=recipe.n_steps,
        progress_reward=recipe.progress_reward,
        max_start_distance=stage.max_start_distance or None,
        episodes_per_map=None,
    )


def train_batch(policy, envs, baseline, recipe, progress):
    """See `batch.train_batch`."""
    rollouts, _, row = batch.train_batch(collect_body_rollouts, policy, envs, baseline, recipe, progress)
    return {**row, "std": float(np.exp(rollouts.parameters[..., 2:]).mean())}


def validate(model, measured):
    """Success, distance and reward (the goal's less 0.01 a step) of drives without noise on validation maps."""
    found = navigation.rollouts(measured.tasks, measured.starts, model.driver(measured.tasks))
    reward = found.success - 0.01 * found.steps - 0.01 * found.distance
    return dict(zip(VALIDATED, map(float, (found.success.mean(), found.distance.mean(), reward.mean())), strict=True))


def said(progress):
    """Where the run is, in one line."""
    row = progress.rows[-1]
    numbers = ", ".join(f"{name} {row[name]:.3f}" for name in ("success_rate", "ep_rew_mean", "std", "kl", *VALIDATED))
    return f"batch {progress.batches}, stage {row['stage']:.0f}, {progress.timesteps:,} steps: {numbers}"


def card(recipe, progress, command):
    """What is known of a model when its training ends."""
    return entry.training_card(
        recipe,
        task="navigation",
        training="reinforcement",
        paper=PAPER,
        data=f"{progress.timesteps:,} steps in pnzoo/Navigation2D-v0, {progress.batches} batches of {recipe.n_envs} of "
        f"{recipe.maps:,} maps of {recipe.side}x{recipe.side} cells; reward +1 at the goal, -0.01 a step, "
        f"{recipe.progress_reward:g} a cell nearer; a curriculum of {len(recipe.stages)} stages",
        trained_on={**entry.trained_on([recipe.side], recipe.side), "maps": recipe.maps, "seed": recipe_seed(recipe)},
        command=command,
        seconds=progress.seconds,
        rows=progress.rows,
    )
