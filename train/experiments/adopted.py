"""What entries of the zoo are built like, and which question's numbers speak for it: a card's `choices`."""

from pnzoo import hub
from pnzoo.hub import cards
from train.experiments.question import ANSWERS, read_all

# Number of the question, what was chosen, and the entries that chose it: a start of their names, and their config.
CHOICES = (
    (6, "more steps than the paths need, as they do no harm", "vin", {"transition": "state"}),
    (10, "a P that depends on the place", "vin", {"transition": "state"}),
    (13, "a cosine with a learned scale", "matching_", {"kernel": "cosine", "learn_scale": None}),
    (19, "padded pools, which end at 2x2x64", "siamese_", {"encoder_options": {"pool": "same"}}),
)


def choices(name, config, results):
    """The lines for one entry's card."""
    return [
        f"{chosen[0].upper()}{chosen[1:]}. Question {number} of train/answers/ANSWERS.md: {results[number]['answer']}"
        for number, chosen, start, wanted in CHOICES
        if number in results and name.startswith(start) and all(config.get(k) == v for k, v in wanted.items())
    ]


def write(folder=ANSWERS):
    """Bring the cards of the zoo up to date with the results; weights and numbers stay as they are."""
    results = read_all(folder)
    for name in hub.list_models():
        entry = hub.zoo_folder() / name
        card, config = cards.read(entry / hub.CARD), cards.read_json(entry / hub.CONFIG)["config"]
        found = choices(name, config, results)
        if found != card.get("choices", []):
            card = cards.ordered({**card, "choices": found})
            cards.write_json(entry / hub.CARD, card)
            (entry / hub.README).write_text(cards.readme(card), encoding="utf-8")
