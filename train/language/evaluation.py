"""Measure a trained network for sentences and fill in its card."""

from pnzoo.analysis import flops as count_flops
from pnzoo.core import seeds
from pnzoo.core.dataset import episodes as few_shot_episodes
from pnzoo.evaluation import episodes as episode_evaluation
from train.language import data
from train.language.embeddings import embed_classes

SEED = seeds.EVALUATION_EPISODES[0]
SHOTS, N_QUERY = (1, 2, 3), 1
LEAST = max(SHOTS) + N_QUERY  # sentences of a word: the same words at every shot
PAPER = {"5w1s": 0.324, "5w2s": 0.361, "5w3s": 0.382}


def evaluate(model, name, recipe, card, options):
    """Metrics on the test part, once.

    Raises:
        ValueError: if the card has numbers already: looking at the test part again and again is choosing by it.
    """
    if card.get("metrics") and not options["force"]:
        raise ValueError(f"{name} was measured on the test part before. Pass --force if these numbers must be redone.")
    episodes = options["episodes"]
    command = f"python -m train {name} --evaluate --episodes {episodes}"
    return [metric.replace(command=command) for metric in measure(model, recipe.data, "test", episodes)]


def validate(model, name, recipe, card, options):
    """Metrics on the validation part, which may be looked at often."""
    return measure(model, recipe.data, "valid", options["episodes"])


def measure(model, source, part, episodes):
    """5-way accuracy at one, two and three shots."""
    classes = data.classes(model, source, part, LEAST)
    embeddings = embed_classes(model, classes)
    return [measure_shot(model, embeddings, shot, source, part, episodes) for shot in SHOTS]


def measure_shot(model, embeddings, shot, source, part, episodes):
    """A `Metric`, with the paper's number where it is of the same task."""
    at_once = 500 if embeddings[0].shape[-1] < 1000 else 50  # JAX compiles an LSTM at every call outside of `fit`
    metric = episode_evaluation.accuracy(
        model, embeddings, way=5, shot=shot, n_query=N_QUERY, n=episodes, seed=SEED, batch_size=at_once
    )
    drawn = few_shot_episodes(
        way=5, shot=shot, n_query=N_QUERY, seed=SEED, n_words=len(embeddings), **data.described(source, part)
    )
    paper = PAPER[metric.name] if source == "penn_treebank" else None
    return metric.replace(dataset=drawn, paper=paper)


def flops(model, recipe):
    """Floating point operations for a card."""
    size = (2 * model.side, 5)
    shapes = {"support": (1, 5, *size), "labels": (1, 5, 5), "query": (1, 1, *size)}
    return {
        "value": count_flops(model, shapes),
        "per": "one query with a support of 5 sentences, embedding included",
        "input_shape": shapes,
    }
