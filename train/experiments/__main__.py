"""The command line of the questions: `python -m train.experiments --help`."""

import argparse
import re

from train import experiments as questions
from train.experiments import adopted, document, question

WORDS = "q1 to q22, all, or document"


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m train.experiments",
        description=questions.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help=WORDS)
    parser.add_argument("--quick", action="store_true", help="toy sizes; writes nothing")
    options = parser.parse_args(arguments)
    try:
        numbers = chosen(options.names)
    except ValueError as error:
        parser.error(str(error))
    for number in numbers:
        found = question.answer(questions.find(number), options.quick, say=lambda line: print(line, flush=True))
        print(f"Q{number}: {found['answer']}", flush=True)
        if not options.quick:
            question.write(found)
    if not options.quick:
        document.refresh()
        document.write()
        adopted.write()


def chosen(names):
    """Numbers of the questions that were named.

    Raises:
        ValueError: a name that is none.
    """
    if "all" in names:
        return questions.NUMBERS
    numbers = []
    for name in names:
        match = re.fullmatch(r"q?(\d{1,2})", name.lower())
        if name == "document":
            continue
        if not match or int(match[1]) not in questions.NUMBERS:
            raise ValueError(f"{name!r} is no question; give {WORDS}.")
        numbers.append(int(match[1]))
    return numbers


if __name__ == "__main__":
    main()
