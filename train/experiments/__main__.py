"""The command line of the experiments: `python -m train.experiments --help`."""

import argparse
import re

from train import experiments
from train.experiments import design_notes, experiment, report

NAMES = f"q1 to q{experiments.NUMBERS[-1]}, all, or report"


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m train.experiments",
        description=experiments.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help=NAMES)
    parser.add_argument("--quick", action="store_true", help="toy sizes; writes nothing")
    options = parser.parse_args(arguments)
    try:
        numbers = chosen(options.names)
    except ValueError as error:
        parser.error(str(error))
    for number in numbers:
        result = experiment.run(experiments.find(number), options.quick, log=lambda line: print(line, flush=True))
        print(f"Q{number}: {result['conclusion']}", flush=True)
        if not options.quick:
            experiment.write(result)
    if not options.quick:
        report.refresh()
        report.write()
        design_notes.write()


def chosen(names):
    """The numbers of the named experiments.

    Raises:
        ValueError: a name is unknown.
    """
    if "all" in names:
        return experiments.NUMBERS
    numbers = []
    for name in names:
        match = re.fullmatch(r"q?(\d{1,2})", name.lower())
        if name in ("report", "document"):  # the latter in release 0.1
            continue
        if not match or int(match[1]) not in experiments.NUMBERS:
            raise ValueError(f"{name!r} is no experiment; give {NAMES}.")
        numbers.append(int(match[1]))
    return numbers


if __name__ == "__main__":
    main()
