"""What a language model that has seen all words guesses among the five: an upper bound, no one-shot learning.

    python -m train.language.oracle                 # adds its row to tests/benchmarks/language.json

The paper has 72.8 % for a language model that reads a sentence with each of the five words filled in. Ours is the one
that `matching_ptb` begins with, which reads up to the blank from both sides; trained here on all words, those of the
test among them, it takes the one of the five that it thinks most likely in the blank. Sentences of the test stay
unseen.
"""

import argparse
import dataclasses
import json

import keras
import numpy as np
from keras import ops

from pnzoo.core.dataset import episodes as few_shot_episodes
from pnzoo.core.metric import Metric
from pnzoo.data import episodes as sampler
from pnzoo.data.language import blanked
from train.language import data, pretraining
from train.language.baselines import RESULTS
from train.language.embeddings import embed_items
from train.language.evaluation import LEAST, SEED
from train.language.recipes import RECIPES
from train.shared import entry

PAPER = 0.728


def measure(recipe, episodes=2000, part="test"):
    """`Metric` of a language model trained by a recipe's first stage on all words.

    Args:
        recipe: `LanguageRecipe`.
        episodes: of five words, with one query each.
        part: whose words are asked for.
    """
    keras.utils.set_random_seed(recipe.seed)
    whole = data.corpus(recipe.data, recipe.data_share)
    every = sorted({word for words in whole.words.values() for word in words})
    known = whole._replace(words={"train": every, "valid": [], "test": []})
    model = entry.build(recipe)
    text = pretraining.TrainingText(known, model.buckets, recipe.rarity)
    learner = pretraining.compiled(model.backbone, text, recipe)
    for epoch in range(recipe.pretrain_epochs):
        history = learner.fit(pretraining.WordBatches(text, recipe, epoch), verbose=0, shuffle=False)
        print(f"epoch {epoch + 1}/{recipe.pretrain_epochs}: loss {history.history['loss'][-1]:.4f}", flush=True)
    # the test's own sentences and words, with nothing hidden
    place = {word: i for i, word in enumerate(text.words)}
    classes = blanked(whole, part, least=LEAST, side=model.side, buckets=model.buckets, hide=())
    kept = [i for i, word in enumerate(classes.words) if word in place]  # some words are in no training sentence
    vectors, bias = ops.convert_to_numpy(learner.vectors), ops.convert_to_numpy(learner.bias) - text.log_share
    rows = np.array([place[classes.words[i]] for i in kept])
    items = [classes.items[i] for i in kept]
    embeddings = np.split(embed_items(model, np.concatenate(items)), np.cumsum([len(each) for each in items])[:-1])
    logits = [each @ vectors[rows].T + bias[rows] for each in embeddings]
    rng, correct = np.random.default_rng(SEED), []
    for _ in range(episodes):
        drawn = sampler.sample([len(each) for each in items], 5, LEAST - 1, 1, rng)
        guesses = [drawn.classes[logits[c][n][drawn.classes].argmax()] for c, n in drawn.query]
        correct.append(np.mean(np.array(guesses) == drawn.query[:, 0]))
    described = few_shot_episodes(
        way=5, shot=0, n_query=1, seed=SEED, n_words=len(kept), **data.described(recipe.data, part)
    )
    return Metric.of_mean("5w_oracle", correct, limits=(0, 1), dataset=described, seeds=(SEED,), paper=PAPER)


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=RECIPES["matching_ptb"].pretrain_epochs)
    parser.add_argument("--episodes", type=int, default=2000)
    options = parser.parse_args(arguments)
    recipe = dataclasses.replace(RECIPES["matching_ptb"], pretrain_epochs=options.epochs)
    metric = measure(recipe, options.episodes)
    print(metric)
    known = json.loads(RESULTS.read_text())
    rows = [row for row in known["rows"] if row["name"] != "oracle"]
    row = {"name": "oracle", metric.name: metric.to_dict(), "epochs": options.epochs}
    RESULTS.write_text(json.dumps({**known, "rows": [*rows, row]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
