"""The words of the field, one sentence each, and what was measured in plain words."""

import re

import streamlit as st

TERMS = {
    "Value iteration": "A way to plan: give every cell a value, then improve all values again and again from those "
                       "of the neighbouring cells, until each cell knows how good it is to be there.",
    "VIN": "Value Iteration Network: a neural network with value iteration as one of its layers, trained only by "
           "being shown good moves.",
    "K": "How many times the values are improved; news from the goal travels one cell a step, so far goals need "
         "a large K.",
    "R, reward": "How good or bad it is to enter a cell, as the network itself reads it off the map.",
    "P, transition": "What the network believes an action does: for each of the nine cells around, the chance of "
                     "ending up there.",
    "V, value": "How good a cell is in the long run: the reward on the way plus what comes after.",
    "Q": "How good one action is in one cell; V is the largest Q.",
    "psi": "The attention of the planner: it picks out the Q values of the cell where the agent stands.",
    "Row, column": "Where a cell is, counted from 0 at the upper left corner, as arrays are.",
    "Policy": "The move chosen in every cell, drawn as arrows.",
    "Caution": "How much doubt costs a planner that sees only a picture: a path pays for each cell the more, the less "
               "likely it can be entered.",
    "Excess": "How much longer a path is than the shortest one: 1 for a straight move, 1.41 for a diagonal one.",
    "Support": "The few labelled examples that a few-shot model may look at.",
    "Query": "The new image to be named.",
    "Way": "How many classes there are to choose from.",
    "Shot": "How many examples each class has.",
    "Attention": "How much each support image counts for the answer; all of it adds up to 1.",
    "FCE": "Full context embeddings: every image is read again in the light of the whole support set.",
}


MAPS = {"maze": "mazes", "braided": "mazes with loops", "rooms": "maps of rooms", "caves": "caves",
        "spirals": "spirals", "bugtraps": "bug traps", "alternating_gaps": "walls with gaps", "forests": "forests"}
MEASURES = {
    ("success_rate", "terrain"): "of new grounds crossed", ("success_rate", "web_queries"): "of the pages found",
    ("success_rate", "navigation"): "of drives at rest at the goal",
    ("success_rate_far", "web_queries"): "of the pages found that are three or more links away",
    "success_rate": "of new {maps} solved",
    "success_rate_all_starts": "of new {maps} solved, from every free cell",
    "success_rate_over_seeds": "of new maps solved, mean of several trainings",
    "seed_success_rate": "of new maps solved, by other seeds", "optimal_rate": "of new {maps} solved by a shortest way",
    "optimal_rate_all_starts": "of the ways from every free cell of {maps} as short as can be",
    "optimal_action": "of the moves are best ones", "excess_cost": "longer than a shortest way",
    "excess_links": "more links than needed", "expected_reward": "reward, as the paper counts it",
    "prediction_loss": "of its moves are others than the one shown (often as short)",
    "final_distance": "from the goal at the end",
    "time_to_goal": "until it rests at the goal",
    "omniglot_challenge_error": "wrong within an alphabet of 20 letters, one example each",
}
# Where the papers' numbers are of other data than the entries': their photographs are miniImageNet's, their words and
# their body's units are not printed.
OTHER_DATA = {"tiny_imagenet": "on other data", "penn_treebank": "with other words", "navigation": "in another unit"}
# What experiments write for those who know them -> what a reader is told instead.
PLAIN = {
    "By nothing that three seeds can tell": "Not that three trainings could tell",
    "bi-LSTM g (FCE)": "full context (FCE)", "order-invariant g": "order-free context",
    "state-dependent P": "moves learned for each cell", "the paper's free P": "moves as in the paper, free",
    "cosine, scale learned": "cosine with a learned scale", "cosine, as in the paper": "cosine as published",
    "minus squared distance": "squared distance", "BPL (Lake et al. 2015)": "program of pen strokes (BPL)",
    "convolutional net (in Lake et al. 2015)": "a plain convolutional net",
    "Siamese (Koch et al. 2015)": "Siamese net",
    "Hausdorff distance (Lake)": "Hausdorff distance",
    "Hierarchical Deep (in Lake et al. 2015)": "Hierarchical Deep",
    "frozen VI": "frozen planner", "shared, free": "one rule, free",
    "shared, a distribution": "one rule, probabilities",
    "depends on the place": "a rule for each place", "V_k with minus the true distance": "values and true distance",
    "value iteration and crossed cells": "planner, told the cells",
    "solver, Fenchel-Young": "solver, noise averaged",
    "R of ": "reward of ", "FLOPs": "operations",
}
# Whole names: of series and of the parts of a row.
NAMES = {
    "matching_conv4_omniglot": "Matching Network", "siamese_omniglot": "Siamese network",
    "classifier_omniglot": "plain classifier", "mann_omniglot": "memory network (MANN)",
    "matching_background_omniglot": "Matching Network", "vin_web": "planner", "reactive_web": "without planning",
    "nearest_text": "most similar text", "breadth_first": "search in all directions", "random_walk": "at random",
    "vin_navigation2d": "planner", "cnn_navigation2d": "without planning", "pixels": "on bare pixels",
    "valid": "not padded", "same": "padded", "projection": "without context", "FCE (bi-LSTM)": "full context (FCE)",
    "order-free FCE": "order-free context", "matching_photo": "this zoo's network", "FCE": "full context (FCE)",
    "obstacles": "told the true obstacles", "obstacles, hard threshold": "the same, yes or no only",
    "classifier_moon": "taught which cells are blocked", "vin_moon": "planner of the zoo",
    "classifier_moon, hard threshold": "the blocked cells, yes or no only", "value iteration": "planner, told the way",
    "vin8_paper": "vin8 as in the paper", "vin16_paper": "vin16 as in the paper",
    "vin28_paper": "vin28 as in the paper", "vin8_rl": "8x8 maps", "vin16_rl": "16x16 maps",
    "0": "no Moon paths", "10": "10 Moon paths",
    "100": "100 Moon paths", "1000": "1,000 Moon paths", "True": "easy maps first", "False": "all maps at once",
    "ours": "here", "table 1": "in the paper", "exemplar_svm": "SVM", "5w1s": "5-way 1-shot", "5w5s": "5-way 5-shot",
    "20w1s": "20-way 1-shot", "20w5s": "20-way 5-shot", "learned log odds": "what it learned",
    "true slope - 7 degrees": "the true slope",
}
ROWS = {**NAMES, "times 0.5": "what it planned, at half strength", "times 0.1": "what it planned, at a tenth",
        "shuffle": "what it planned, shuffled", "zero": "what it planned, cut out"}
WAYS = {"": "", "_class_mean": ", by class means", "_one_view": ", from one view each"}


def measure(metric) -> str:
    """What a metric counts, to be read after its value: `of new mazes solved, from every free cell`."""
    few = re.fullmatch(r"(within_alphabet_|mnist_)?(\d+)w(\d+)s(_class_mean|_one_view)?", metric.name)
    if few:
        group, way, shot, rest = few.groups()
        of = {"within_alphabet_": "letters of one alphabet", "mnist_": "digits"}.get(group, "classes")
        return f"right among {way} {of}, from {shot} example{'s' * (shot != '1')} each{WAYS[rest or '']}"
    words = MEASURES.get((metric.name, metric.dataset.get("kind")), MEASURES.get(metric.name))
    if metric.name == "excess_cost" and metric.unit == "":
        return f"steps {words}"
    return metric.title() if words is None else words.format(maps=MAPS.get(metric.dataset.get("family"), "maps"))


def other_data(metric) -> str:
    """In what the paper's number is of something else than this metric, as the cards' limitations say; "" else."""
    return OTHER_DATA.get(metric.dataset.get("images"), "") or OTHER_DATA.get(metric.dataset.get("kind"), "")


def paper(metric) -> str:
    """The paper's number beside a metric's: `the paper: 99.6%`, `the paper, on other data: 41.2%`; "" without one."""
    if metric.paper is None:
        return ""
    apart = other_data(metric)
    return f"the paper{', ' * bool(apart)}{apart}: {percents(metric.paper_text())}"


def percents(text: str) -> str:
    """`84 %` as these pages write it: `84%`."""
    return re.sub(r"(?<=\d)[ \u00a0]%", "%", text)


def worded(text: str) -> str:
    """What an experiment wrote, in plainer words."""
    text = NAMES.get(text, text)
    for hard, easy in PLAIN.items():
        text = text.replace(hard, easy)
    return percents(text)


def plain(text: str, most: int = 400) -> str:
    """Text that a visitor gave, or a message that quotes it, so that nothing in it is read as Markdown."""
    shown = " ".join(text.split()).replace("`", "'")
    return f"`{shown[:most]}{'…' if len(shown) > most else ''}`"


def escaped(text: str) -> str:
    """Text in which Markdown finds nothing to do: names have underscores, ranges have tildes and stars."""
    for sign in "\\`_*~$[]<>:#":
        text = text.replace(sign, "\\" + sign)
    return text


def show(*names: str) -> None:
    """A fold-out list of words; all of them without names."""
    folded = st.expander("Words used here", icon=":material/menu_book:", key="words_used", on_change="rerun")
    if folded.open:
        chosen = names or tuple(TERMS)
        folded.markdown("\n".join(f"- **{name}**: {TERMS[name]}" for name in chosen))
