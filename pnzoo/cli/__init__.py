"""The command line: `pnzoo list`, `card`, `plan`, `evaluate`, `classify`, `export`, `export-web`, `batch-plan`
and `dashboard`.

Exit status: 0 done; 1 the planner did not reach the goal, or an entry of the list cannot be read; 2 wrong input (one
line on stderr says what to type); 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence

from pnzoo import __version__
from pnzoo.cli import batch, export, few_shot, planning, zoo
from pnzoo.cli.options import Parser, suggestion
from pnzoo.cli.planning import trained_size
from pnzoo.cli.zoo import dashboard_script

__all__ = ["dashboard_script", "main", "trained_size"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `pnzoo`; those of the shell by default.

    Returns:
        The exit status.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # not TensorFlow's notes on this machine
    options = _parsed(list(sys.argv[1:] if arguments is None else arguments))
    try:
        return options.run(options)
    except BrokenPipeError:  # whoever reads, such as head, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except MemoryError as error:
        return _say(f"not enough memory: {error}; take fewer or smaller maps", 2)
    except (ValueError, OSError, ImportError) as error:
        return _say(str(error), 2)


def _say(words: str, status: int) -> int:
    print(f"pnzoo: {' '.join(words.split())}", file=sys.stderr)
    return status


def _parsed(arguments):
    """The options of a command, checked."""
    parser, commands = _parser()
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    if arguments and not arguments[0].startswith("-") and arguments[0] not in commands.choices:
        parser.error(f"there is no command {arguments[0]!r}{suggestion(arguments[0], commands.choices)}")
    options, others = parser.parse_known_args(arguments)
    if options.run is zoo.open_dashboard:
        options.streamlit = others
    elif others:
        options.parser.error(f"unrecognized arguments: {' '.join(others)}{options.parser.suggestion(others[0])}")
    return options


def _parser():
    parser = Parser(prog="pnzoo", description="Pretrained planners and few-shot classifiers.")
    parser.add_argument("--version", action="version", version=f"pnzoo {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")
    zoo.add_commands(commands)
    planning.add_commands(commands)
    few_shot.add_commands(commands)
    export.add_commands(commands)
    batch.add_commands(commands)
    zoo.add_dashboard(commands)
    return parser, commands
