"""Options of the command line: checked numbers and sizes, names of earlier releases, suggestions for typing errors."""

import argparse
import re
import sys
from difflib import get_close_matches

MAX_MAP_CELLS = 1 << 22  # of one map: 2,048 x 2,048; a planner takes minutes and gigabytes for it
MAX_CELLS = 50_000_000  # of all maps of a measurement


class Parser(argparse.ArgumentParser):
    """A parser that takes options by their whole names and suggests near ones."""

    def __init__(self, **settings):
        super().__init__(**settings, allow_abbrev=False)
        self.set_defaults(parser=self)

    def suggestion(self, word):
        """Options that look like a word, as the end of a message."""
        known = [name for action in self._actions for name in action.option_strings if action.help != argparse.SUPPRESS]
        return suggestion(word.split("=")[0], known) if word.startswith("-") else ""

    def add_former(self, old, new, **settings):
        """An option under its name of an earlier release."""
        self.add_argument(old, action=_Former, dest=new.strip("-").replace("-", "_"), new=new, help=argparse.SUPPRESS,
                          default=argparse.SUPPRESS, **settings)


class _Former(argparse.Action):
    def __init__(self, option_strings, dest, new, **settings):
        super().__init__(option_strings, dest, **settings)
        self.new = new

    def __call__(self, parser, namespace, values, option_string=None):
        print(f"pnzoo: DeprecationWarning: {option_string} is called {self.new} now; "
              "the old name goes with the next release.", file=sys.stderr)
        setattr(namespace, self.dest, True if self.nargs == 0 else values)


def suggestion(word, known):
    """The near ones of some words, as the end of a message.

    Example:
        >>> suggestion("lst", ["list", "card"])
        '; did you mean list?'
    """
    near = get_close_matches(str(word).lower(), list(known), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def whole_number(least):
    """A type for argparse: a whole number of at least `least`."""

    def read(text):
        if not re.fullmatch(r"\d{1,18}", text, re.ASCII) or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text[:30]!r} is no whole number of {least} or more")
        return int(text)

    return read


def number(least):
    """A type for argparse: a finite number of at least `least`."""

    def read(text):
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text[:30]!r} is no number of {least} or more")
        return value

    return read


def size(text):
    """Height and width, such as 16x24 or 16.

    Example:
        >>> size("16x24"), size("9")
        ((16, 24), (9, 9))
    """
    match = re.fullmatch(r"(\d{1,9})(?:[xX×](\d{1,9}))?", text, re.ASCII)
    if not match:
        raise argparse.ArgumentTypeError(f"{text[:30]!r} is no size; type height x width, such as 16x16")
    height, width = int(match[1]), int(match[2] or match[1])
    check_cells(height, width, argparse.ArgumentTypeError)
    return height, width


def cell(text):
    """Row and column, such as 3,5.

    Example:
        >>> cell("3,5")
        (3, 5)
    """
    match = re.fullmatch(r"(\d{1,9}),(\d{1,9})", text, re.ASCII)
    if not match:
        raise argparse.ArgumentTypeError(f"{text[:30]!r} is no cell; type ROW,COLUMN, counted from 0, such as 3,5")
    return int(match[1]), int(match[2])


def check_cells(height, width, error=ValueError):
    """Refuse maps that no planner here can hold."""
    if height * width > MAX_MAP_CELLS:
        raise error(f"a map of {height}x{width} has more than {MAX_MAP_CELLS:,} cells, too many to plan on")


def check_all_cells(count, height, width):
    """Refuse measurements that would take more memory than a computer has."""
    if count * height * width > MAX_CELLS:
        raise ValueError(f"{count:,} maps of {height}x{width} have more than {MAX_CELLS:,} cells; "
                         f"take --num-maps {max(1, MAX_CELLS // (height * width))} or less")
