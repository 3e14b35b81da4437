"""Train models on a web by imitation of shortest ways: `python -m train vin_web`."""

import keras
import numpy as np

from pnzoo.evaluation import webgraph as evaluation
from pnzoo.layers.planning.web_heads import LinkLogits
from pnzoo.models.planning.path_learning import optimal_set_loss
from pnzoo.worlds import webgraph
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run
from train.webgraph import worlds
from train.webgraph.batches import Batches

PAPER = "Tamar et al. 2016, Value Iteration Networks, arXiv 1602.02867, section 4.4 (WebNav)"
VALIDATION_QUERIES = 256
VALIDATION_SEED = 9_700
WARMUP = 50  # steps


class ChoicesModel(keras.Model):
    """A model on a web that answers for some pages of each query: logits of their links.

    Args:
        policy: `GraphVIN` or `ReactiveGraphPolicy`, whose weights are trained.

    Call args:
        inputs: dict of what `policy.page_scores` takes, and choices int [B, S, D].

    Returns:
        logits [B, S, D].
    """

    def __init__(self, policy, **kwargs):
        super().__init__(**kwargs)
        self.policy, self.built = policy, True
        self.link_logits = LinkLogits(dtype="float32", name="choices")

    def call(self, inputs):
        inputs = dict(inputs)
        choices = inputs.pop("choices")
        return self.link_logits(self.policy.page_scores(inputs), choices)


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """See `entry.Trainer`."""
    worlds.web(recipe.world, recipe.pages)  # what is missing is said before anything is made
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = entry.build(recipe)
        progress = Progress(folder / "stage0.npz", recipe.digest())
        fitting.fit(
            compiled(model, recipe),
            progress,
            recipe.epochs,
            lambda epoch: Batches(recipe, model, (recipe.seed, epoch), recipe.steps_per_epoch),
            score=lambda epoch, row: score(model, recipe, row),
            callbacks=fitting.tensorboard(tensorboard),
        )
        entry.save(model, folder, card(recipe, progress, command))
    return model


def score(model, recipe, row):
    """Success on validation goals, which goes into the log."""
    measured = evaluation.web_set(
        worlds.measured(recipe.world, recipe.pages), recipe.world, "val", VALIDATION_QUERIES, VALIDATION_SEED
    )
    model._recompile()  # JAX: what was compiled reads the weights of before
    row["val_success"] = float(evaluation.walks_of(model, measured, recipe.graph).reached.mean())
    return row["val_success"]


def compiled(model, recipe):
    """What is trained."""
    steps = recipe.epochs * recipe.steps_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 10, steps, alpha=0.02, warmup_target=recipe.learning_rate,
        warmup_steps=min(WARMUP, steps // 4),
    )  # fmt: skip
    learner = ChoicesModel(model)
    learner.compile(
        keras.optimizers.Adam(rate, global_clipnorm=1.0), optimal_set_loss, jit_compile=keras.backend.backend() == "jax"
    )
    return learner


def card(recipe, progress, command):
    """What is known of a model when its training ends."""
    web = worlds.web(recipe.world, recipe.pages)
    goals = webgraph.split(web, "train", worlds.SPLIT_SEED)
    name = "Wikispeedia's articles" if recipe.world == "wikispeedia" else "an invented web (pnzoo.graphs.generate)"
    return entry.training_card(
        recipe,
        task="web",
        training="imitation",
        paper=PAPER,
        data=(
            f"{name}: {len(web):,} pages, {len(web.indices):,} links; {round(recipe.goals * len(goals)):,} goal pages, "
            f"{recipe.queries:,} queries, and the links on shortest ways from {recipe.pages_per_query} pages a query"
        ),
        trained_on={"pages": len(web), "links": len(web.indices)},
        command=command,
        seconds=progress.seconds,
        rows=progress.rows,
    )


def goals_seen(recipe):
    """int [G], the pages that training asks for."""
    folds = worlds.folds(recipe.world, recipe.pages, recipe.folds)
    return np.concatenate([fold.goals for fold in folds])
