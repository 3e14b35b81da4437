"""Train the networks for sentences: `python -m train matching_ptb`.

First language modelling (`stage0.npz`), then episodes (`history.npz`). The last weights of each stage count;
validation words and sentences, which the log has, are for choosing between recipes.
"""

import keras

from pnzoo import hub
from pnzoo.data.episode_dataset import EpisodeDataset
from pnzoo.evaluation import episodes as evaluation
from train.few_shot.losses import EpisodeTrainer, episode_loss
from train.language import data, pretraining
from train.language.embeddings import embed_classes
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run

PAPER = "Vinyals et al. 2016, Matching Networks for One Shot Learning, arXiv 1606.04080, section 4.1.3"
VALIDATION_SEED, VALIDATION_EPISODES = 1, 1000
LEAST = 4  # sentences of a word for validation: one, two or three shots and a query


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """See `entry.Trainer`."""
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = entry.build(recipe)
        first, second = (Progress(folder / f"{name}.npz", recipe.digest()) for name in ("stage0", "history"))
        if recipe.init_from:
            model.backbone.set_weights(hub.load(recipe.init_from).backbone.get_weights())
        elif recipe.pretrain_epochs:
            pretrain(model, recipe, first, tensorboard)
        keras.utils.set_random_seed(recipe.seed + 1)  # what the second stage draws does not depend on a resume
        learn_episodes(model, recipe, second, tensorboard)
        seconds, rows = first.seconds + second.seconds, [*first.rows, *second.rows]
        entry.save(model, folder, card(recipe, seconds, rows, command), weights_dtype="float16")
        return hub.load(folder / "entry")


def pretrain(model, recipe, progress, tensorboard=None):
    """The first stage: language modelling with the network's backbone."""
    text = pretraining.TrainingText(data.corpus(recipe.data, recipe.data_share), model.buckets, recipe.rarity)
    learner = pretraining.compiled(model.backbone, text, recipe)
    validation = Validation(model, recipe)

    def score(epoch, row):
        if epoch == recipe.pretrain_epochs or epoch % 5 == 0:
            row["val_5w1s"] = validation.accuracy()

    fitting.fit(
        learner,
        progress,
        recipe.pretrain_epochs,
        lambda epoch: pretraining.WordBatches(text, recipe, epoch),
        score=score,
        label="language model, ",
        callbacks=fitting.tensorboard(tensorboard and tensorboard / "pretraining"),
    )


def learn_episodes(model, recipe, progress, tensorboard=None):
    """The second stage: episodes of training words."""
    model.backbone.trainable = not recipe.frozen_backbone
    learner = compiled(model, recipe)
    validation = Validation(model, recipe)
    classes = training_classes(model, recipe)
    frozen = recipe.frozen_backbone and progress.epoch < recipe.epochs
    sentences = embed_classes(model, classes) if frozen else classes.items

    def score(epoch, row):
        row.update({f"val_5w{shot}s": validation.accuracy(shot) for shot in (1, 3)})

    fitting.fit(
        learner,
        progress,
        recipe.epochs,
        lambda epoch: Episodes(sentences, recipe, epoch),
        score=score,
        label="episodes, ",
        callbacks=fitting.tensorboard(tensorboard),
    )
    model.backbone.trainable = True


def training_classes(model, recipe):
    """Training words with sentences enough for every shape of episodes."""
    least = max(shot + n_query for _, shot, n_query in recipe.shapes)
    return data.classes(model, recipe.data, "train", least, recipe.data_share, max(least, recipe.sentences_per_word))


class Episodes(keras.utils.PyDataset):
    """Batches of episodes of one epoch, shapes in turn, of encoded sentences or of their embeddings."""

    def __init__(self, sentences, recipe, epoch):
        super().__init__(workers=1)
        self.steps = recipe.episode_steps
        self.episodes = EpisodeDataset(
            embeddings=sentences,
            shapes=recipe.shapes,
            batch_size=recipe.batch_size,
            steps=recipe.episode_steps,
            seed=recipe.seed,
            epoch=epoch,
        )

    @property
    def num_batches(self):
        return self.steps

    def __getitem__(self, index):
        return self.episodes[index]


class Validation:
    """5-way 1-shot accuracy on validation words and sentences, always the same episodes."""

    def __init__(self, model, recipe):
        self.model, self.classes = model, data.classes(model, recipe.data, "valid", least=LEAST)

    def accuracy(self, shot=1):
        """A number between 0 and 1."""
        embeddings = embed_classes(self.model, self.classes)
        # all at once: outside of `fit`, JAX compiles an LSTM at every call
        options = {"n_query": 1, "n": VALIDATION_EPISODES, "seed": VALIDATION_SEED, "batch_size": VALIDATION_EPISODES}
        return float(evaluation.accuracy(self.model, embeddings, way=5, shot=shot, **options).value)


def compiled(model, recipe):
    """A network with the loss of its episodes."""
    trainer = EpisodeTrainer(model)
    trainer.build()
    steps, peak = recipe.epochs * recipe.episode_steps, recipe.learning_rate
    rate = keras.optimizers.schedules.CosineDecay(
        peak / 100, max(1, steps - steps // 20), warmup_target=peak, warmup_steps=max(1, steps // 20)
    )
    optimizer = keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0)
    jit = keras.backend.backend() == "jax"
    trainer.compile(optimizer, loss=episode_loss(), metrics=["accuracy"], jit_compile=jit)
    return trainer


def card(recipe, seconds, rows, command):
    """What is known of a model when its training ends."""
    return entry.training_card(
        recipe,
        task="few-shot",
        training="episodic",
        paper=PAPER,
        data=data.describe(recipe.data, recipe.data_share),
        trained_on=data.described(recipe.data, "train"),
        command=command,
        seconds=seconds,
        rows=rows,
    )
