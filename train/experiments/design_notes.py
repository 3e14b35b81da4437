"""Which experiment's numbers speak for how an entry of the zoo is built: a card's design notes."""

from pnzoo import hub
from train.experiments.experiment import ANSWERS, read_all

# Number of the experiment, what was chosen, and the entries that chose it: a start of their names, and their config.
CHOICES = (
    (6, "more steps than the paths need, as they do no harm", "vin", {"transition": "per_cell"}),
    (27, "through value iteration, and from cells that no shown path crosses", "vin_moon", {}),
    (10, "a P that depends on the place", "vin", {"transition": "per_cell"}),
    (13, "a cosine with a learned scale", "matching_", {"similarity": "cosine", "learn_scale": None}),
    (19, "padded pools, which end at 2x2x64", "siamese_", {"backbone_options": {"pool_padding": "same"}}),
)


def notes(name, config, results):
    """The lines for one entry's card."""
    return [
        f"{choice[0].upper()}{choice[1:]}. Question {number} of train/answers/ANSWERS.md: "
        + results[number]["conclusion"]
        for number, choice, start, wanted in CHOICES
        if number in results and name.startswith(start) and all(config.get(k) == v for k, v in wanted.items())
    ]


def write(folder=ANSWERS):
    """Bring the cards of the zoo up to date with the results; weights and numbers stay as they are."""
    results = read_all(folder)
    for name in hub.list_models():
        lines = notes(name, hub.config(name), results)
        if lines != hub.card(name).get("design_notes", []):
            hub.update_card(name, design_notes=lines or None)
