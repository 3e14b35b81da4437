"""What the tile of each answer shows: its question in plain words, its answer, and the measurements that it rests on.

Numbers stand in the results alone; here is only where to find them. A measurement is (its label on the tile, a series
of the result's figure, its place in that series); a curve is (label, series). They stand here from the best to the
worst, and the answer is given in these words only while the result has them in that order.
"""

from typing import NamedTuple

import numpy as np


class Headline(NamedTuple):
    """What a tile shows.

    title:  the question in plain words
    line:   the answer in plain words. {a}, {b}, ... are the numbers of the bars, or those at the ends of the curves;
            {x} is where the curves end, {p} the number of `more`
    bars:   measurements
    curves: curves, drawn where there are no bars
    along:  what a curve runs along, in few words; "": as the figure says
    low:    whether the smallest is the best
    unit:   of the bars; "": as the result says
    more:   the row of the table that the line alone tells, where the picture has no numbers
    answer: label of the bar that answers the question, where that is not the best one
    """

    title: str
    line: str = ""
    bars: tuple = ()
    curves: tuple = ()
    along: str = ""
    low: bool = False
    unit: str = ""
    more: dict | None = None
    answer: str = ""


class Measurement(NamedTuple):
    """A bar: its label, value, unit and 95 % interval."""

    label: str
    value: float
    unit: str
    ci95: tuple[float, float]


def _each(at, *pairs):
    return tuple((label, series, at) for label, series in pairs)


def _joined(rest, *pairs):
    """Rows that are named after their series: `SERIES, REST`."""
    return tuple((label, series, f"{series}, {rest}") for label, series in pairs)


def _along(series, *pairs):
    """Places of one series."""
    return tuple((label, series, at) for label, at in pairs)


def _rows(where, column, *pairs):
    """Rows of the table instead of the figure: those that are like `where`, and have one value of a column."""
    return tuple((label, None, {**where, column: value}) for label, value in pairs)


_VI = "state-dependent P"
HEADLINES = {
    1: Headline("Do simpler networks catch up with more data?",
                "It depends: with 50,000 maps an FCN solves {b}, a VIN {a}, but a plain CNN only {c}.",
                _each(50000, ("VIN, 50,000 maps", "VIN"), ("FCN, as many", "FCN"), ("CNN, as many", "CNN"))),
    2: Headline("Does it learn what is good and what is bad?",
                "Yes: the reward that it reads off the map follows the true one (correlation {p}; 1 is perfect).",
                more={"model": "vin16", "name": "correlation"}),
    3: Headline("Does it learn how moves work?",
                "Yes: {a} of a move's weight lies on the cell that it leads to; {b} in shuffled weights.",
                (*_joined("weight on the true cell, eight matched kernels", ("on the true cell", "vin16")),
                 *_joined("weight on the true cell, weights shuffled", ("the same by chance", "vin16")))),
    4: Headline("Is its value the true distance?",
                "Yes: after {x} steps its values rank the cells as the true distance does (correlation {a}).",
                curves=(("vin16", "vin16"), ("paper's VIN", "vin16_paper")), along="steps of planning"),
    5: Headline("How much computing does one decision take?",
                "As much as a CNN's: {b} operations on a 28x28 map against {c}; an FCN takes only {a}.",
                (("FCN, operations", "fcn28", "fcn28"), ("VIN", "vin28", "vin28"), ("CNN", "cnn28", "cnn28")),
                low=True),
    6: Headline("How many steps ahead must it think?",
                "About one per move: on 16x16 maps 20 steps solve {a}, 10 steps {b}, one step {d}.",
                _along("K changed after training, vin16", ("20 steps", 20), ("10 steps", 10), ("5 steps", 5),
                       ("1 step", 1))),
    7: Headline("Does it use its planning at all?",
                "Yes: with its planning cut out it solves {b} of the maps instead of {a}.",
                (*_joined("as it is", ("as it is", _VI)), *_joined("zero", ("planning cut out", _VI)))),
    8: Headline("Does success tell the whole story?",
                "Yes: who arrives more often earns more too. VIN: {a}, reward {c}; CNN: {b}, reward {d}.",
                (*_rows({"name": "success"}, "model", ("VIN arrives", "vin16"), ("CNN arrives", "cnn16")),
                 *_rows({"name": "expected reward"}, "model", ("VIN, its reward", "vin16"),
                        ("CNN, its reward", "cnn16")))),
    9: Headline("Do easy maps first help reinforcement learning?",
                "No: with easy maps first it solves {a}, with all maps at once {b}.",
                (("easy maps first", "vin16_rl", "vin16_rl, True, success"),
                 ("all maps at once", "vin16_rl", "vin16_rl, False, success"))),
    10: Headline("What if moves work differently from place to place?",
                 "It must know the place: then it arrives in {a}; with one rule for all places in {b} at best.",
                 _joined("arrives within 60 moves", ("a rule for each place", "depends on the place"),
                         ("one rule, probabilities", "shared, a distribution"), ("one rule, free", "shared, free"))),
    11: Headline("Can another network set its sub-goals?",
                 "Yes: an LSTM and a planner together solve {a}, the LSTM alone {b}, the planner alone {c}.",
                 _joined("success 10x10", ("both together", "LSTM and frozen VI"), ("LSTM alone", "LSTM alone"),
                         ("planner alone", "frozen VI, goal only"))),
    12: Headline("Where does it fail?",
                 "Far from the goal: where it is {x} moves away a VIN solves {a}, a CNN {b}, an FCN {c}.",
                 curves=(("VIN", "vin16"), ("CNN", "cnn16"), ("FCN", "fcn16")), along="moves from the goal"),
    13: Headline("Which measure of likeness is best?",
                 "The cosine with a learned scale: {a} right; without that scale, as published, {d}.",
                 _joined("20-way 1-shot", ("cosine, learned scale", "cosine, scale learned"),
                         ("squared distance", "minus squared distance"), ("dot product", "dot product"),
                         ("cosine as published", "cosine, as in the paper"))),
    14: Headline("Does the order of the examples matter?",
                 "Hardly: with full context (FCE) another order changes {c} of the answers, without it {a}.",
                 _joined("20-way, 1-shot", ("changed, no context", "no context"),
                         ("order-free context", "order-invariant g"), ("full context (FCE)", "bi-LSTM g (FCE)")),
                 low=True),
    15: Headline("How much slower do more examples make it?",
                 "Hardly, without context: 20 answers from {x} examples take {a}; with full context (FCE) {b}.",
                 curves=(("no context", "no context"), ("full context", "FCE")), low=True),
    16: Headline("Does it cope with more examples than in training?",
                 "Yes: with {x} examples, far more than in training, it names {a} right; with context {b}.",
                 curves=(("no context", "invented, no context"), ("full context", "invented, FCE"))),
    17: Headline("Does reading many examples in parts help?",
                 "No: of 990 examples read in context at once it names {b} right, read in parts and averaged {c}.",
                 _each(990, ("no context", "Omniglot, no context"), ("context, at once", "Omniglot, FCE"),
                       ("context, in parts", "Omniglot, FCE, subsets averaged"))),
    18: Headline("Is a simple classifier as good?",
                 "Yes, with the network's features: an SVM names {b} right, the network {a}; on bare pixels {c}.",
                 (*_joined("attention", ("the network itself", "matching_conv4_omniglot")),
                  *_joined("exemplar_svm", ("SVM on its features", "matching_conv4_omniglot")),
                  *_joined("exemplar_svm", ("SVM on pixels", "pixels")))),
    19: Headline("Which padding did the paper mean?",
                 "None where the image shrinks: only so the sizes fit. But padded it names {a} right, not {b}.",
                 _joined("20-way 1-shot", ("padded", "same"), ("not padded", "valid")), answer="not padded"),
    20: Headline("How near to people is it?",
                 "Half way: it gets {c} of unknown letters wrong, people {b}, a plain network {d}.",
                 (*_joined("BPL (Lake et al. 2015)", ("program of pen strokes", "reported")),
                  *_joined("people", ("people", "reported")),
                  ("Matching Network", "measured", "measured, matching_background_omniglot"),
                  *_joined("convolutional net (in Lake et al. 2015)", ("a plain network", "reported"))), low=True,
                 answer="Matching Network"),
    21: Headline("Who wins under one protocol?",
                 "The Matching Network: it names {a} right, the classifier {b}, Siamese {c}, MANN {d}.",
                 _joined("ours, 5w1s", ("Matching Network", "matching_conv4_omniglot"),
                         ("classifier", "classifier_omniglot"), ("Siamese", "siamese_omniglot"),
                         ("memory (MANN)", "mann_omniglot"))),
    22: Headline("Does fine-tuning on the examples help?",
                 "It depends: Siamese networks gain {a}, Matching Networks {b}, the classifier {c}.",
                 _joined("5-way, 1-shot", ("Siamese", "siamese_omniglot"),
                         ("Matching Network", "matching_conv4_omniglot"), ("classifier", "classifier_omniglot")),
                 unit="points"),
    23: Headline("Does it learn what is too steep?",
                 "Yes, mostly: its cost follows the true slope ({a}; 1 is perfect), not just light and dark ({b}).",
                 _rows({}, "name", ("cost and true slope", "rank correlation, cost and slope"),
                       ("cost and contrast", "rank correlation, cost and contrast"))),
    24: Headline("What does the sun hide?",
                 "Slopes across its light: it takes {c} of them wrong, of those that face away from it only {a}.",
                 _along("cells told wrong", ("wrong, facing away", 165.0), ("facing the sun", 15.0),
                        ("across its light", 97.5)), low=True),
    25: Headline("How many shown paths are enough?",
                 "Not settled: with 1,000 paths it arrives in {a}, with 10 in {d}, and chance could explain that.",
                 _along("success rate", ("1,000 paths", 1000), ("300 paths", 300), ("100 paths", 100),
                        ("10 paths", 10))),
    26: Headline("Does invented ground prepare for the Moon?",
                 "Yes: trained on invented ground alone it arrives in {a} on the Moon; 1,000 paths there add nothing "
                 "({c}).",
                 _rows({"caution": 2.0, "name": "success_rate"}, "paths", ("invented ground alone", 0),
                       ("and 10 Moon paths", 10), ("and 1,000 Moon paths", 1000))),
    27: Headline("Which way of learning from paths wins?",
                 "None for certain: a planner arrives in {b} ({a} if told the cells as well), a solver in {c}.",
                 _rows({"name": "success_rate at the chosen caution"}, "way",
                       ("planner, told the cells", "value iteration and crossed cells"),
                       ("planner, told the way", "value iteration"),
                       ("solver, noise averaged", "solver, Fenchel-Young"),
                       ("solver, black box", "solver, black box"))),
    28: Headline("Does planning help on a web?",
                 "Yes: with planning it finds {a} of the pages, without {b}, by likeness of the text alone {c}.",
                 _rows({"part": "distance", "name": "success_rate"}, "policy", ("planner", "vin_web"),
                       ("without planning", "reactive_web"), ("most similar text", "nearest_text"))),
    29: Headline("Does planning help a moving body?",
                 "Yes, for far goals: more than {x} cells away it arrives in {a} with planning, in {b} without.",
                 curves=(("planner", "vin_navigation2d"), ("no planning", "cnn_navigation2d")),
                 along="cells from the goal"),
    30: Headline("What helps to find a missing word?",
                 "Nothing for certain: attention finds {b} of the words, with FCE {a}, the plain class mean {c}.",
                 _each(41649, ("full context (FCE)", "FCE, 5-shot"),
                       ("attention", "attention over single sentences, 5-shot"), ("class mean", "class mean, 5-shot"))),
    31: Headline("Does context help with photographs?",
                 "No: with full context (FCE) {d} are right, without it {c}, by the plain class mean {b}.",
                 _joined("5-way 1-shot", ("this zoo's network", "matching_photo"), ("class mean", "class mean"),
                         ("without context", "projection"), ("full context (FCE)", "FCE (bi-LSTM)"))),
}


def of(result: dict) -> Headline:
    """The headline of a result; of one that has none here, its own question."""
    return HEADLINES.get(result["number"], Headline(result["question"]))


def measured(result: dict) -> list[Measurement]:
    """The bars that the result has."""
    wanted, found = of(result), []
    for label, name, at in wanted.bars:
        if isinstance(at, dict):
            found += [Measurement(label, row["value"], wanted.unit or row["unit"], tuple(row["ci95"]))
                      for row in result["table"] if at.items() <= row.items()][:1]
            continue
        for series in result["figure"]["series"]:
            if series["label"] == name and at in series["at"]:
                place = series["at"].index(at)
                found.append(Measurement(label, series["value"][place], wanted.unit or result["figure"]["unit"],
                                         tuple(series["ci95"][place])))
    return found


def told(result: dict) -> dict | None:
    """The row of the table that the line tells beside its picture; None without one."""
    more = of(result).more
    return next((row for row in result["table"] if more and more.items() <= row.items()), None)


def curves(result: dict) -> list[tuple[str, dict]]:
    """[(label, series)] of the curves that the result has."""
    series = {each["label"]: each for each in result["figure"]["series"]}
    return [(label, series[name]) for label, name in of(result).curves if name in series and series[name]["value"]]


def leading(bars: list[Measurement], low: bool = False) -> list[bool]:
    """Of each bar, whether it is the best of its unit, or one that the intervals do not tell apart from it.

    Where none is behind, nothing wins, and none leads; nor does what stands alone with its unit.
    """
    leads = []
    for bar in bars:
        rivals = [each for each in bars if each.unit == bar.unit]
        best = (min if low else max)(rivals, key=lambda each: each.value)
        leads.append(len(rivals) > 1 and bar.ci95[0] <= best.ci95[1] and best.ci95[0] <= bar.ci95[1])
    return leads if not all(leads) else [False] * len(bars)


def answering(result: dict) -> list[bool]:
    """Of each bar of a result, whether it is what answers its question: the one that the headline names, or the best.
    """
    wanted, bars = of(result), measured(result)
    if wanted.answer:
        return [bar.label == wanted.answer for bar in bars]
    return leading(bars, wanted.low)


def line(result: dict) -> str:
    """The answer in plain words with the numbers of the result; "" where the result does not have it so."""
    wanted, bars, drawn = of(result), measured(result), curves(result)
    numbers = [(bar.value, bar.unit) for bar in bars] or [
        (each["value"][-1], result["figure"]["unit"]) for _, each in drawn]
    order = np.diff([value for value, _ in numbers]) * (1 if wanted.low else -1)
    if not wanted.line or len(numbers) != len(wanted.bars or wanted.curves) or (order < 0).any():
        return ""
    words = {letter: number(*each) for letter, each in zip("abcd", numbers, strict=False)}
    if drawn:
        words["x"] = f"{drawn[0][1]['at'][-1]:,.0f}"
    if wanted.more:
        row = told(result)
        if not row:
            return ""
        words["p"] = number(row["value"], row["unit"])
    return wanted.line.format_map(words)


def parts(said: str) -> tuple[str, str]:
    """(verdict, the rest) of an answer: what stands before its colon, in at most six words, and what it rests on."""
    verdict, colon, rest = said.partition(": ")
    if not colon or len(verdict.split()) > 6:
        return "", said
    return verdict, rest[:1].upper() + rest[1:]


def number(value: float, unit: str) -> str:
    """A value as a tile has it."""
    if unit == "points":
        return f"{100 * value:+.1f} points"
    if unit == "%":
        shown = f"{100 * value:.1f}"
        return f"{100 * value:.2f}%" if shown == "100.0" and value < 0.9999 else f"{shown}%".replace("100.0", "100")
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.{1 if abs(value) < 1e7 else 0}f} M"
    return f"{value:,.0f} {unit}".strip() if abs(value) >= 100 else f"{value:.3g} {unit}".strip()
