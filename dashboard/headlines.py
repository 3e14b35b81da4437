"""What the tile of each answer shows: its question in plain words, its answer, and the measurements that it rests on.

Numbers stand in the results alone; here is only where to find them. A measurement is (its label on the tile, a series
of the result's figure, its place in that series); a curve is (label, series). They stand here from the best to the
worst, and the answer is given in these words only while the result has them in that order.
"""

import re
from typing import NamedTuple

import numpy as np


class Headline(NamedTuple):
    """What a tile shows.

    title:   the question in plain words
    finding: the answer in plain words, without a number
    line:    what it rests on. {a}, {b}, ... are the numbers of the bars, or those at the ends of the curves;
             {x} is where the curves end, {p} the number of `more`
    about:   what one must know to understand the question
    bars:    measurements
    curves:  curves, drawn where there are no bars
    along:   what a curve runs along, in few words; "": as the figure says
    low:     whether the smallest is the best
    unit:    of the bars; "": as the result says
    more:    the row of the table that the line alone tells, where the picture has no numbers
    what:    what the numbers of the picture count, in few words
    data:    a pattern of the words in the result's notes that say what was measured on; its groups are shown
    films:   (entry of the zoo, what it is seen doing), for questions about what moves
    """

    title: str
    finding: str = ""
    line: str = ""
    about: str = ""
    bars: tuple = ()
    curves: tuple = ()
    along: str = ""
    low: bool = False
    unit: str = ""
    more: dict | None = None
    what: str = ""
    data: str = ""
    films: tuple = ()


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


_VI, _FREE = "state-dependent P", "the paper's free P"
HEADLINES = {
    1: Headline("Do simpler networks catch up with more data?",
                "An FCN catches up, a CNN trained as briefly does not",
                "Maps solved after 50,000 examples: VIN {a}, FCN {b}, CNN {c}.",
                "A VIN plans inside itself; a CNN and an FCN only react to what they see. The paper trained all "
                "three on 5,000 maps, which may be too few for the last two.",
                _each(50000, ("VIN", "VIN"), ("FCN", "FCN"), ("CNN", "CNN")),
                what="of maps solved, from 50,000 examples",
                data=r"(8x8), (1,000 new maps)"),
    2: Headline("Does a VIN learn what is good and what is bad?",
                "It reads the true reward off the map",
                "Learned and true reward correlate at {p}; 1 is perfect.",
                "A VIN is only ever shown good moves. Inside, it draws a map of rewards for itself, which nobody "
                "gave it: is that the true one?",
                more={"model": "vin16", "name": "correlation"},
                data=r"200 new 16x16 maps"),
    3: Headline("Does a VIN learn how moves work?",
                "It learns where each move leads",
                "{a} of a move's weight lies on the cell that it leads to; {b} in shuffled weights.",
                "Nobody tells a VIN what a move does. For each one it learns weights over the nine cells around: do "
                "they lie where the move leads?",
                (*_joined("weight on the true cell, eight matched kernels", ("on the true cell", "vin16")),
                 *_joined("weight on the true cell, weights shuffled", ("the same by chance", "vin16"))),
                what="of a move's weight",
                data=r"200 new 16x16 maps"),
    4: Headline("Is a VIN's value the true distance?",
                "Its values rank the cells as the true distance does",
                "After {x} steps of planning the rank correlation is {a}; 1 is perfect.",
                "A VIN gives every cell a value. If it plans well, the cells that are nearer to the goal have the "
                "higher values.",
                curves=(("vin16", "vin16"), ("paper's VIN", "vin16_paper")), along="steps of planning",
                what="rank correlation with the true distance",
                data=r"200 new 16x16 maps"),
    5: Headline("How much computing does one decision take?",
                "A VIN computes as much as a CNN, an FCN far less",
                "Operations for one move on a 28x28 map: FCN {a}, VIN {b}, CNN {c}.",
                "Before it moves, a VIN plans for every cell of the map; networks that only react do not. What does "
                "the planning cost?",
                (("FCN", "fcn28", "fcn28"), ("VIN", "vin28", "vin28"), ("CNN", "cnn28", "cnn28")),
                low=True,
                what="operations for one move on a 28x28 map"),
    6: Headline("How many steps ahead must a VIN think?",
                "About one step of planning per move of the way",
                "On 16x16 maps 20 steps solve {a}, 10 steps {b}, one step {d}.",
                "Each step of planning carries the news of the goal one cell further. Their number, K, is chosen "
                "before training.",
                _along("K changed after training, vin16", ("20 steps", 20), ("10 steps", 10), ("5 steps", 5),
                       ("1 step", 1)),
                what="of maps solved",
                films=(("vin16", "value spreads from the goal, step by step"),),
                data=r"200 new 16x16 maps"),
    7: Headline("Does a VIN use its planning at all?",
                "Without its planning it gets lost",
                "Maps solved: {a} as it is, {d} with its planning cut out; the paper's VIN {b} and {c}.",
                "The last layer of this VIN sees what was planned, and also the cells round the agent. It might "
                "choose its move by these alone.",
                (*_joined("as it is", ("VIN as it is", _VI), ("the paper's VIN as it is", _FREE)),
                 *_joined("zero", ("the paper's, planning cut out", _FREE), ("VIN, planning cut out", _VI))),
                what="of maps solved",
                data=r"(8x8), .*(1,000 new maps)"),
    8: Headline("Does success tell the whole story?",
                "Who arrives more often also earns more",
                "VIN: {a} arrive, reward {c}. CNN: {b} arrive, reward {d}.",
                "The paper counts how often an agent arrives, but training by reward also counts how long the way "
                "is. Would reward rank the networks differently?",
                (*_rows({"name": "success"}, "model", ("VIN arrives", "vin16"), ("CNN arrives", "cnn16")),
                 *_rows({"name": "expected reward"}, "model", ("VIN, its reward", "vin16"),
                        ("CNN, its reward", "cnn16"))),
                data=r"(5,000 new maps).*fresh (16x16) maps"),
    9: Headline("Do easy maps first help reinforcement learning?",
                "Easy maps first make no difference",
                "Maps solved: {a} with easy maps first, {b} with all maps at once.",
                "The paper says that a curriculum, easy maps before hard ones, works better, but not by how much.",
                (("easy maps first", "vin16_rl", "vin16_rl, True, success"),
                 ("all maps at once", "vin16_rl", "vin16_rl, False, success")),
                what="of maps solved",
                data=r"(16x16) .*(1,000 new maps)"),
    10: Headline("What if moves work differently from place to place?",
                 "Then a planner must know the place",
                 "It arrives in {a} with a rule for each place, in {b} at best with one rule for all.",
                 "A VIN applies one rule of motion to the whole map. Where there is ice, wind or a one-way door, "
                 "that rule is wrong.",
                 _joined("arrives within 60 moves", ("a rule for each place", "depends on the place"),
                         ("one rule, probabilities", "shared, a distribution"), ("one rule, free", "shared, free")),
                 what="of agents arrive within 60 moves",
                 data=r"(10x10) .*(300 new worlds)"),
    11: Headline("Can another network set a planner's sub-goals?",
                 "An LSTM and a planner solve what neither can alone",
                 "With keys and doors: both together {a}, the LSTM alone {b}, the planner alone {c}.",
                 "To pass a door one must fetch its key first. An LSTM, a network with a memory, says where "
                 "to go next; a frozen planner finds the way there.",
                 _joined("success 10x10", ("both together", "LSTM and frozen VI"), ("LSTM alone", "LSTM alone"),
                         ("planner alone", "frozen VI, goal only")),
                 what="of tasks with keys and doors solved",
                 data=r"(10x10) .*(500 new maps)"),
    12: Headline("Where do planners fail?",
                 "Far from the goal, and those that only react fail first",
                 "{x} moves from the goal a VIN solves {a}, a CNN {b}, an FCN {c}.",
                 "Success of each network by the length of the way. A VIN plans it; a CNN and an FCN must guess it "
                 "from what they see.",
                 curves=(("VIN", "vin16"), ("CNN", "cnn16"), ("FCN", "fcn16")), along="moves from the goal",
                 what="of maps solved",
                 data=r"1,000 new 16x16 maps"),
    13: Headline("Which measure of likeness is best?",
                 "The cosine needs a learned scale",
                 "Right of 20 classes: {a} with the learned scale, {d} without it, as published.",
                 "A Matching Network names a picture by its likeness to labelled ones. The paper measures likeness "
                 "by the cosine of two embeddings.",
                 _joined("20-way 1-shot", ("cosine, learned scale", "cosine, scale learned"),
                         ("squared distance", "minus squared distance"), ("dot product", "dot product"),
                         ("cosine as published", "cosine, as in the paper")),
                 what="named right, of 20 classes",
                 data=r"(Omniglot).*(300 episodes) on the (validation characters)"),
    14: Headline("Does the order of the examples matter?",
                 "Hardly, and only with full context",
                 "Answers that another order changes: {c} with full context (FCE), {a} without.",
                 "Full context (FCE) reads the labelled examples one after another, though their order means "
                 "nothing.",
                 _joined("20-way, 1-shot", ("no context", "no context"),
                         ("order-free context", "order-invariant g"), ("full context (FCE)", "bi-LSTM g (FCE)")),
                 low=True,
                 what="of answers change with the order",
                 films=(("matching_fce_omniglot", "where it looks, with full context"),),
                 data=r"(20 episodes) .*(test characters)"),
    15: Headline("How much slower do more examples make an answer?",
                 "Hardly, but for full context",
                 "20 answers from {x} examples take {a}; with full context (FCE) {b}.",
                 "Each question is compared with all labelled examples. Full context (FCE) also reads them one "
                 "after another first.",
                 curves=(("no context", "no context"), ("full context", "FCE")), low=True,
                 what="for 20 answers"),
    16: Headline("Can it use more examples than it had in training?",
                 "It copes with far more than in training",
                 "With {x} examples it names {a} right; with full context (FCE) {b}.",
                 "In training the network saw at most 100 labelled examples at a time. Does it still work with ten "
                 "times as many?",
                 curves=(("no context", "invented, no context"), ("full context", "invented, FCE")),
                 what="of pictures named right",
                 data=r"(20 episodes) .*(invented characters)"),
    17: Headline("Does reading many examples in parts help?",
                 "Reading in parts does not help",
                 "Of 990 examples read in context: {b} right at once, {c} in parts, averaged.",
                 "Full context (FCE) might read a long list of examples badly. Then it would help to read small "
                 "draws of it, and average the answers.",
                 _each(990, ("no context", "Omniglot, no context"), ("context, at once", "Omniglot, FCE"),
                       ("context, in parts", "Omniglot, FCE, subsets averaged")),
                 what="named right, from 990 examples",
                 data=r"(20 episodes) .*(Omniglot), the (test characters)"),
    18: Headline("Is a simple classifier as good?",
                 "An SVM is as good, on the network's features",
                 "Right of 20 classes: network {a}, SVM on its features {b}, SVM on bare pixels {c}.",
                 "An exemplar SVM draws a boundary between each example and all others: a classic that the paper "
                 "does not compare with.",
                 (*_joined("attention", ("the network itself", "matching_conv4_omniglot")),
                  *_joined("exemplar_svm", ("SVM on its features", "matching_conv4_omniglot")),
                  *_joined("exemplar_svm", ("SVM on pixels", "pixels"))),
                 what="named right, of 20 classes",
                 data=r"(100 episodes) on the (test characters)"),
    19: Headline("Which padding did the paper mean?",
                 "Pooling without padding: only so the sizes fit",
                 "Padded pools end at 2x2 instead of 1x1, and name {a} right, not {b}.",
                 "The paper's network halves a picture of 28x28 four times and ends at 1x1; it does not say how it "
                 "treats the rim. Does it matter?",
                 _joined("20-way 1-shot", ("padded", "same"), ("not padded", "valid")),
                 what="named right, of 20 classes",
                 data=r"(Omniglot).*(300 episodes) on the (validation characters)"),
    20: Headline("How near to people is a Matching Network?",
                 "Half way from a plain network to people",
                 "Unknown letters named wrong: people {b}, Matching Network {c}, plain network {d}.",
                 "Lake et al. let people and programs find a letter among 20 of one unknown alphabet, from one "
                 "example each. The paper leaves that out.",
                 (*_joined("BPL (Lake et al. 2015)", ("program of pen strokes", "reported")),
                  *_joined("people", ("people", "reported")),
                  ("Matching Network", "measured", "measured, matching_background_omniglot"),
                  *_joined("convolutional net (in Lake et al. 2015)", ("a plain network", "reported"))), low=True,
                 what="of unknown letters named wrong",
                 data=r"20 evaluation alphabets"),
    21: Headline("Which network wins under one protocol?",
                 "The Matching Network wins",
                 "Right of 5 classes: Matching Network {a}, classifier {b}, Siamese {c}, MANN {d}.",
                 "The paper's table takes numbers from other papers, which measured in other ways. Here all have "
                 "the same data, encoder and test.",
                 _joined("ours, 5w1s", ("Matching Network", "matching_conv4_omniglot"),
                         ("classifier", "classifier_omniglot"), ("Siamese", "siamese_omniglot"),
                         ("memory (MANN)", "mann_omniglot")),
                 what="named right, of 5 classes",
                 films=(("matching_conv4_omniglot", "the Matching Network: where it looks"),),
                 data=r"(test characters) .*(2,000 episodes)"),
    22: Headline("Does fine-tuning on the examples help?",
                 "It helps a Siamese network, the others hardly",
                 "Siamese {a}, Matching Network {b}, classifier {c}.",
                 "A network can train further on the few labelled examples, before it answers. The paper finds that "
                 "this helps all but its own.",
                 _joined("5-way, 1-shot", ("Siamese", "siamese_omniglot"),
                         ("Matching Network", "matching_conv4_omniglot"), ("classifier", "classifier_omniglot")),
                 unit="points",
                 what="gained by fine-tuning",
                 data=r"(40 episodes) on the (test characters)"),
    23: Headline("Does a planner learn what is too steep?",
                 "Its cost follows the true slope",
                 "Correlation of its cost: with the true slope {a}, with light and dark {b}; 1 is perfect.",
                 "This planner sees pictures of the Moon and paths that a rover may take. Nobody shows it a height "
                 "or a slope.",
                 _rows({}, "name", ("cost and true slope", "rank correlation, cost and slope"),
                       ("cost and contrast", "rank correlation, cost and contrast")),
                 what="rank correlation with its cost; 1 is perfect",
                 films=(("vin_moon", "it plans on the Moon"),),
                 data=r"400 pictures of the test part"),
    24: Headline("What does the sun hide?",
                 "Slopes that lie across its light",
                 "Cells told wrong: {c} across the light, {a} facing away from the sun, {b} facing it.",
                 "A planner of the Moon reads slopes from light and shade. Ground that slopes across the light is "
                 "as bright as flat ground.",
                 _along("cells told wrong", ("facing away from the sun", 165.0), ("facing the sun", 15.0),
                        ("across its light", 97.5)), low=True,
                 what="of cells told wrong",
                 data=r"400 pieces of ground of the test part"),
    25: Headline("How many shown paths are enough?",
                 "Not settled: chance could explain the gain",
                 "It arrives in {a} with 1,000 paths, in {d} with 10.",
                 "Nobody marks for it where a rover cannot go: a planner of the Moon learns from paths that it is "
                 "shown.",
                 _along("success rate", ("1,000 paths", 1000), ("300 paths", 300), ("100 paths", 100),
                        ("10 paths", 10)),
                 what="of rovers arrive",
                 data=r"600 pictures of the test part"),
    26: Headline("Does invented ground prepare for the Moon?",
                 "Invented ground alone is enough",
                 "It arrives on the Moon in {a} without one Moon path, in {c} with 1,000 of them.",
                 "Pictures of invented hills cost nothing. A planner trains on these, and is then set down on the "
                 "Moon.",
                 _rows({"caution": 2.0, "name": "success_rate"}, "paths", ("invented ground alone", 0),
                       ("and 10 Moon paths", 10), ("and 1,000 Moon paths", 1000)),
                 what="of rovers arrive on the Moon",
                 data=r"600 pictures of the test part"),
    27: Headline("Which way of learning from paths wins?",
                 "None for certain",
                 "It arrives in {b} as a planner, {a} if told the cells as well, {c} as a solver.",
                 "A network can learn from shown paths move by move, by planning; or it can have an exact solver "
                 "inside, and compare whole paths.",
                 _rows({"name": "success_rate at the chosen caution"}, "way",
                       ("planner, told the cells", "value iteration and crossed cells"),
                       ("planner, told the way", "value iteration"),
                       ("solver, noise averaged", "solver, Fenchel-Young"),
                       ("solver, black box", "solver, black box")),
                 what="of rovers arrive",
                 data=r"600 pictures of the test part"),
    28: Headline("Does planning help on a web?",
                 "Planning finds more of the pages",
                 "Pages found: {a} with planning, {b} without, {c} by likeness of the text alone.",
                 "To find a page one follows links. A planner thinks several links ahead; without planning the next "
                 "link must show the way.",
                 _rows({"part": "distance", "name": "success_rate"}, "policy", ("planner", "vin_web"),
                       ("without planning", "reactive_web"), ("most similar text", "nearest_text")),
                 what="of pages found",
                 films=(("vin_web", "planning"), ("reactive_web", "without")),
                 data=r"(2,000 queries) .*(Wikispeedia)"),
    29: Headline("Does planning help a moving body?",
                 "Planning helps when the goal is far",
                 "More than {x} cells away it arrives in {a} with planning, in {b} without.",
                 "A body that has a speed must steer round walls and come to rest at its goal.",
                 curves=(("planner", "vin_navigation2d"), ("no planning", "cnn_navigation2d")),
                 along="cells from the goal",
                 what="of drives arrive",
                 data=r"maps that neither training nor card saw"),
    30: Headline("What helps to find a missing word?",
                 "Nothing for certain",
                 "Words found: full context (FCE) {a}, attention {b}, plain class mean {c}.",
                 "A sentence lacks a word; a few sentences show how each candidate is used. Attention weighs these "
                 "one by one, a class mean averages them.",
                 _each(41649, ("full context (FCE)", "FCE, 5-shot"),
                       ("attention", "attention over single sentences, 5-shot"), ("class mean", "class mean, 5-shot")),
                 what="of missing words found",
                 data=r"(5-way episodes) of (test words)"),
    31: Headline("Does context help with photographs?",
                 "Full context does not help",
                 "Right of 5 classes: class mean {b}, no context {c}, full context (FCE) {d}.",
                 "Full context (FCE) helped networks with weak features. Here the features are strong ones, of a "
                 "large network that stays as it is.",
                 _joined("5-way 1-shot", ("this zoo's network", "matching_photo"), ("class mean", "class mean"),
                         ("without context", "projection"), ("full context (FCE)", "FCE (bi-LSTM)")),
                 what="named right, of 5 classes",
                 data=r"(2,592 photographs of groceries), (2,000 episodes)"),
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
    """Of each bar of a result, whether it is the best one, or may be."""
    return leading(measured(result), of(result).low)


def ahead(result: dict) -> bool:
    """Whether the first of the curves ends better than all others, their intervals apart."""
    ends = [Measurement(label, each["value"][-1], "", tuple(each["ci95"][-1])) for label, each in curves(result)]
    return leading(ends, of(result).low) == [True] + [False] * (len(ends) - 1)


def data(result: dict) -> str:
    """What the numbers of the picture were measured on, in the result's own words; "" where these do not say it."""
    on = [str(row["on"]) for row in result["table"] if "on" in row]
    found = re.search(of(result).data, "\n".join([*result["notes"], *on]), re.DOTALL)
    return ", ".join(found.groups() or [found[0]]) if found else ""


def line(result: dict) -> str:
    """What the answer rests on, with the numbers of the result; "" where the result does not have it so."""
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


def finding(result: dict) -> str:
    """The answer in a few words; "" where the result does not have it so."""
    return of(result).finding if line(result) else ""


def winner(result: dict) -> str:
    """The series of the figure that has the best measurement and none that is behind; "" where there is none."""
    labels, best, behind = [series["label"] for series in result["figure"]["series"]], [], []
    for (_, series, at), leads in zip(of(result).bars, answering(result), strict=False):
        words = [series, *(map(str, at.values()) if isinstance(at, dict) else [])]
        (best if leads else behind).extend(word for word in words if word in labels)
    return next((name for name in best if name not in behind), "")


def answers(result: dict) -> list[tuple[str, str | float]]:
    """[(series, place)] of the best measurements."""
    return [(series, at) for (_, series, at), leads in zip(of(result).bars, answering(result), strict=False) if leads]


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
