"""The reviews' 22 questions: one small module a question, or a group that shares its runs.

    python -m train.experiments q6            # run it, go on where a stopped run was, write train/answers/q06.json
    python -m train.experiments all --quick   # everything at toy size, in a minute or two; writes nothing
    python -m train.experiments document      # train/answers/ANSWERS.md and the cards' choices from the results

A question says what it asks and what was expected before it ran. Its answer is a sentence built from the numbers, so
that it can't say anything else than they do.
"""

from importlib import import_module

# Which module answers what; questions that share their runs share a module.
MODULES = {
    "sample_size": (1,),
    "inside_vin": (2, 3, 4),
    "cost": (5,),
    "steps": (6,),
    "use_of_q": (7,),
    "measures": (8,),
    "curriculum": (9,),
    "places": (10,),
    "controller": (11,),
    "failures": (12,),
    "kernels": (13,),
    "support_order": (14,),
    "support_cost": (15,),
    "support_size": (16, 17),
    "heads": (18,),
    "padding": (19,),
    "lake": (20,),
    "baselines": (21,),
    "tuning": (22,),
}
NUMBERS = tuple(sorted(number for numbers in MODULES.values() for number in numbers))


def find(number):
    """The `Question` of a number, 1 to 22.

    Raises:
        ValueError: there is no such question.
    """
    for module, numbers in MODULES.items():
        if number in numbers:
            return import_module(f"train.experiments.{module}").QUESTIONS[number]
    raise ValueError(f"there are questions 1 to {NUMBERS[-1]}, and none of number {number!r}.")
