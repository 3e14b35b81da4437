"""What the tile of each answer shows: its question in plain words, and which of its measurements tell most.

Numbers stand in the results alone; here is only where to find them. A measurement is (its label on the tile, a series
of the result's figure, its place in that series); a curve is (label, series). The first one is the headline.
"""

from typing import NamedTuple


class Headline(NamedTuple):
    """What a tile shows.

    title:  the question in plain words
    bars:   measurements
    curves: curves, drawn where there are no bars
    along:  what a curve runs along, in few words; "": as the figure says
    """

    title: str
    bars: tuple = ()
    curves: tuple = ()
    along: str = ""


def _each(at, *pairs):
    return tuple((label, series, at) for label, series in pairs)


def _joined(rest, *pairs):
    """Rows that are named after their series: `SERIES, REST`."""
    return tuple((label, series, f"{series}, {rest}") for label, series in pairs)


def _rows(where, column, *pairs):
    """Rows of the table instead of the figure: those that are like `where`, and have one value of a column."""
    return tuple((label, None, {**where, column: value}) for label, value in pairs)


_VI = "state-dependent P"
HEADLINES = {
    1: Headline("Do simpler networks catch up with more data?",
                _each(50000, ("VIN, 50,000 maps", "VIN"), ("FCN, as many", "FCN"), ("CNN, as many", "CNN"))),
    2: Headline("Does it learn what is good and what is bad?"),
    3: Headline("Does it learn how moves work?",
                (*_joined("weight on the true cell, eight matched kernels", ("sees the true cell", "vin16")),
                 *_joined("weight on the true cell, weights shuffled", ("the same by chance", "vin16")))),
    4: Headline("Is its value the true distance?", curves=(("vin16", "vin16"), ("vin16_paper", "vin16_paper")),
                along="steps of planning"),
    5: Headline("How much computing does one decision take?",
                (("VIN, operations", "vin28", "vin28"), ("CNN", "cnn28", "cnn28"), ("FCN", "fcn28", "fcn28"))),
    6: Headline("How many steps ahead must it think?",
                curves=(("vin16", "K changed after training, vin16"),
                        ("vin16_paper", "K changed after training, vin16_paper")), along="steps, K"),
    7: Headline("Does it use its planning at all?",
                (*_joined("zero", ("planning cut out", _VI)), *_joined("as it is", ("as it is", _VI)))),
    8: Headline("Does success tell the whole story?",
                (*_joined("success", ("vin16 arrives", "vin16"), ("cnn16 arrives", "cnn16")),
                 *_joined("expected reward", ("vin16, its reward", "vin16"), ("cnn16, its reward", "cnn16")))),
    9: Headline("Do easy maps first help reinforcement learning?",
                (("easy maps first", "vin16_rl", "vin16_rl, True, success"),
                 ("all maps at once", "vin16_rl", "vin16_rl, False, success"))),
    10: Headline("What if moves work differently from place to place?",
                 _joined("arrives within 60 moves", ("P by the place", "depends on the place"),
                         ("one P, probabilities", "shared, a distribution"), ("one P, free", "shared, free"))),
    11: Headline("Can another network set its sub-goals?",
                 _joined("success 10x10", ("both together", "LSTM and frozen VI"), ("LSTM alone", "LSTM alone"),
                         ("planner alone", "frozen VI, goal only"))),
    12: Headline("Where does it fail?", curves=(("vin16", "vin16"), ("cnn16", "cnn16"), ("fcn16", "fcn16")),
                 along="moves from the goal"),
    13: Headline("Which measure of likeness is best?",
                 _joined("20-way 1-shot", ("cosine, learned scale", "cosine, scale learned"),
                         ("squared distance", "minus squared distance"), ("dot product", "dot product"),
                         ("cosine as published", "cosine, as in the paper"))),
    14: Headline("Does the order of the examples matter?",
                 _joined("20-way, 1-shot", ("answers change, FCE", "bi-LSTM g (FCE)"),
                         ("order-free context", "order-invariant g"), ("no context", "no context"))),
    15: Headline("How much slower do more examples make it?", curves=(("FCE", "FCE"), ("no context", "no context"))),
    16: Headline("Does it cope with more examples than in training?",
                 curves=(("no context", "invented, no context"), ("FCE", "invented, FCE"))),
    17: Headline("Does averaging many passes rescue FCE?",
                 _each(990, ("averaged passes", "Omniglot, FCE, subsets averaged"), ("one pass", "Omniglot, FCE"),
                       ("no context", "Omniglot, no context"))),
    18: Headline("Is a simple classifier as good?",
                 (*_joined("exemplar_svm", ("SVM on its codes", "matching_conv4_omniglot")),
                  *_joined("attention", ("its own attention", "matching_conv4_omniglot")),
                  *_joined("exemplar_svm", ("SVM on pixels", "pixels")))),
    19: Headline("Which padding did the paper mean?",
                 _joined("20-way 1-shot", ("pools padded", "same"), ("pools not padded", "valid"))),
    20: Headline("How near to people is it?",
                 (("its errors", "measured", "measured, matching_background_omniglot"),
                  *_joined("people", ("people", "reported")), *_joined("BPL (Lake et al. 2015)", ("BPL", "reported")),
                  *_joined("convolutional net (in Lake et al. 2015)", ("a plain network", "reported")))),
    21: Headline("Who wins under one protocol?",
                 _joined("ours, 5w1s", ("matching", "matching_conv4_omniglot"), ("classifier", "classifier_omniglot"),
                         ("Siamese", "siamese_omniglot"), ("MANN", "mann_omniglot"))),
    22: Headline("Does fine-tuning on the examples help?",
                 _joined("5-way, 1-shot", ("gain, Siamese", "siamese_omniglot"),
                         ("gain, matching", "matching_conv4_omniglot"), ("gain, classifier", "classifier_omniglot"))),
    23: Headline("Does it learn what is too steep?"),
    24: Headline("What does the sun hide?", curves=(("told wrong", "cells told wrong"),),
                 along="degrees away from the sun"),
    25: Headline("How many shown paths are enough?",
                 curves=(("arrives", "success rate"), ("shortest way", "optimal rate"))),
    26: Headline("Does invented ground prepare for the Moon?",
                 _rows({"caution": 2.0, "name": "success_rate"}, "paths", ("no path from there", 0), ("10 paths", 10),
                       ("1,000 paths", 1000))),
    27: Headline("Which way of learning from paths wins?",
                 _rows({"caution": 2.0, "name": "success_rate"}, "way",
                       ("value iteration", "value iteration and crossed cells"),
                       ("Fenchel-Young", "solver, Fenchel-Young"), ("black box", "solver, black box"),
                       ("true obstacles", "obstacles"))),
    28: Headline("Does planning help on a web?",
                 curves=(("planner", "vin_web"), ("reactive", "reactive_web"), ("likest text", "nearest_text")),
                 along="and more links away"),
    29: Headline("Does planning help a moving body?",
                 curves=(("planner", "vin_navigation2d"), ("reactive", "cnn_navigation2d")),
                 along="cells from the goal"),
    30: Headline("What helps to find a missing word?",
                 _each(41649, ("FCE", "FCE, 5-shot"), ("attention", "attention over single sentences, 5-shot"),
                       ("class mean", "class mean, 5-shot"))),
    31: Headline("Does context still help a good backbone?",
                 _joined("5-way 1-shot", ("with FCE", "FCE (bi-LSTM)"), ("without", "projection"),
                         ("class mean", "class mean"), ("matching_photo", "matching_photo"))),
}


def of(result: dict) -> Headline:
    """The headline of a result; of one that has none here, its own question."""
    return HEADLINES.get(result["number"], Headline(result["question"]))


def measured(result: dict) -> list[tuple[str, float]]:
    """[(label, value)] of the bars that the result has."""
    found = []
    for label, name, at in of(result).bars:
        if isinstance(at, dict):
            found += [(label, row["value"]) for row in result["table"] if at.items() <= row.items()][:1]
            continue
        for series in result["figure"]["series"]:
            if series["label"] == name and at in series["at"]:
                found.append((label, series["value"][series["at"].index(at)]))
    return found


def curves(result: dict) -> list[tuple[str, dict]]:
    """[(label, series)] of the curves that the result has."""
    series = {each["label"]: each for each in result["figure"]["series"]}
    return [(label, series[name]) for label, name in of(result).curves if name in series and series[name]["value"]]
