"""The reviews' 22 questions, and those about the worlds that came later: each a small module, or a few in one.

    python -m train.experiments q07             # run it, or go on with a stopped run; writes train/answers/q07.json
    python -m train.experiments all --quick     # every experiment at toy size, in a minute or two; writes nothing
    python -m train.experiments report          # train/answers/ANSWERS.md, its figures and the cards' design notes

An experiment states its question and what was expected before it ran. Its conclusion is a sentence made from the
numbers, so it cannot say anything else than they do.
"""

from importlib import import_module

# Which module holds which experiments; those that share their runs share a module.
MODULES = {
    "planning.sample_size": (1,),
    "planning.inside_vin": (2, 3, 4),
    "planning.cost": (5,),
    "planning.iterations": (6,),
    "planning.use_of_q": (7,),
    "planning.measures": (8,),
    "planning.curriculum": (9,),
    "planning.places": (10,),
    "planning.controller": (11,),
    "planning.failures": (12,),
    "few_shot.similarities": (13,),
    "few_shot.support_order": (14,),
    "few_shot.support_cost": (15,),
    "few_shot.support_size": (16, 17),
    "few_shot.probes": (18,),
    "few_shot.padding": (19,),
    "few_shot.lake": (20,),
    "few_shot.baselines": (21,),
    "few_shot.fine_tuning": (22,),
    "few_shot.good_backbone": (31,),
    "terrain.learned_cost": (23,),
    "terrain.sunlight": (24,),
    "terrain.path_count": (25,),
    "terrain.transfer": (26,),
    "terrain.ways": (27,),
    "webgraph.planning_gain": (28,),
    "language.context": (30,),
    "navigation.planner_gain": (29,),
}
NUMBERS = tuple(sorted(number for numbers in MODULES.values() for number in numbers))


def find(number):
    """The `Experiment` of a number.

    Raises:
        ValueError: there is no such experiment.
    """
    for module, numbers in MODULES.items():
        if number in numbers:
            return import_module(f"train.experiments.{module}").EXPERIMENTS[number]
    raise ValueError(f"there are experiments 1 to {NUMBERS[-1]}, and none of number {number!r}.")
