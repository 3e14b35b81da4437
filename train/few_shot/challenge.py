"""Lake's 20 official one-shot runs: measure an entry on them and write the error into its card.

    python -m train.few_shot.challenge matching_background_omniglot all_runs.zip

The file is `python/one-shot-classification/all_runs.zip` of github.com/brendenlake/omniglot. Nothing is ever trained,
chosen or tuned on these runs.
"""

import argparse
from pathlib import Path

from pnzoo import hub
from pnzoo.core.metric import Metric
from pnzoo.data.omniglot_challenge import read_challenge
from pnzoo.evaluation.episodes import error_rate
from pnzoo.models.few_shot.embedding import embed_images

NAME = "omniglot_challenge_error"
REPORTED = {"people": 0.045, "BPL": 0.033}  # Lake et al. 2015, on the same runs
PROMISE = (
    "Nothing was ever trained, chosen or tuned on Lake's 20 official one-shot runs; the error on them is that of the "
    "stored weights."
)


def measure(model, path):
    """The share of wrong answers.

    Args:
        model: a few-shot model.
        path: `all_runs.zip`, or the folder unpacked from it.

    Returns:
        `Metric`, with Wilson's interval over all questions.
    """
    classes, episodes = read_challenge(path)
    errors = error_rate(model, embed_images(model, classes.images), episodes)
    questions = sum(len(episode.query_label) for episode in episodes)
    dataset = {
        "kind": "omniglot_challenge",
        "runs": len(episodes),
        "way": len(episodes[0].classes),
        "shot": 1,
        "questions": questions,
        "reported": REPORTED,
    }
    return Metric.of_proportion(NAME, round(errors.mean() * questions), questions, dataset=dataset)


def evaluate_challenge(entry, path):
    """Measure an entry and write the result into its card, beside its other numbers.

    Args:
        entry: a name of the zoo, or a folder.
        path: as for `measure`.

    Returns:
        `Metric`.
    """
    command = f"python -m train.few_shot.challenge {Path(entry).name} {Path(path).name}"
    metric = measure(hub.load(entry), path).replace(command=command)
    card = hub.card(entry)
    others = [other for other in card.get("metrics") or [] if other["name"] != NAME]
    lines = [line for line in card.get("limitations") or [] if line != PROMISE]
    hub.update_card(entry, metrics=[*others, metric], limitations=[*lines, PROMISE])
    return metric


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", help="a few-shot entry of the zoo, or a folder")
    parser.add_argument("runs", type=Path, help="all_runs.zip")
    options = parser.parse_args(arguments)
    metric = evaluate_challenge(options.entry, options.runs)
    print(f"{options.entry}: {metric.title()} {metric} on {metric.where()}")


if __name__ == "__main__":
    main()
