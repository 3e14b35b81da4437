"""`pnzoo list`, `card` and `dashboard`: the zoo and its cards."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from pnzoo import hub
from pnzoo.cli.options import suggestion
from pnzoo.hub import cards


def add_commands(commands):
    """Add `list` and `card` to the parser."""
    command = commands.add_parser("list", help="the models of the zoo")
    command.add_argument("pattern", nargs="?", default="*", help="with wildcards, such as 'vin*'")
    command.add_argument("--json", action="store_true", help="names, tasks, first metrics and summaries as JSON")
    command.set_defaults(run=list_entries)

    command = commands.add_parser("card", help="what a model is, how it was made, what it reaches")
    command.add_argument("name", help="a model of the zoo, or a folder")
    command.add_argument("--json", action="store_true", help="the card as a program reads it")
    command.set_defaults(run=show_card)


def add_dashboard(commands):
    """Add `dashboard` to the parser."""
    words = "open the dashboard in a browser; options such as --server.port go to streamlit"
    commands.add_parser("dashboard", help=words).set_defaults(run=open_dashboard)


def list_entries(options):
    """Print a line an entry; one that cannot be read is a line on stderr."""
    names = hub.list_models(options.pattern.lower())
    if not names:
        near = suggestion(options.pattern, hub.list_models())
        raise ValueError(f"no model matches {options.pattern!r}{near or '; pnzoo list shows them all'}")
    readable, broken = hub.read_cards(options.pattern.lower())
    rows = [_row(name, readable[name]) for name in names if name in readable]
    if options.json:
        print(json.dumps([*rows, *({"name": name, "error": broken[name]} for name in broken)], indent=1))
    else:
        _print_rows(rows)
    for name in broken:
        print(f"pnzoo: {name} cannot be read: {broken[name]}", file=sys.stderr)
    return int(bool(broken))


def _row(name, card):
    first = next(iter(cards.metrics(card)), None)
    return {"name": name, "task": card["task"], "metric": first and first.to_dict(),
            "headline": f"{first.value_text()} {first.title()}" if first else "-", "summary": card.get("summary", "")}


def _print_rows(rows):
    """Aligned columns on a terminal, tabs for programs."""
    texts = [(row["name"], row["task"], row["headline"]) for row in rows]
    if not (sys.stdout and sys.stdout.isatty()):
        for text in texts:
            print("\t".join(text))
        return
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    left = max(0, shutil.get_terminal_size().columns - sum(widths) - 7)
    for text, row in zip(texts, rows, strict=True):
        summary = row["summary"] if len(row["summary"]) <= left else f"{row['summary'][: max(0, left - 1)]}…"
        aligned = "  ".join(f"{part:{width}}" for part, width in zip(text, widths, strict=True))
        print(f"{aligned}  {summary if left >= 20 else ''}".rstrip())


def show_card(options):
    """Print a card."""
    card = hub.card(checked_name(options.name))
    print(json.dumps(card, indent=1, ensure_ascii=False) if options.json else cards.readme(card).rstrip())
    return 0


def checked_name(name):
    """The name of an entry or folder, which may be written in capitals."""
    if not name.strip():
        raise ValueError("the name of a model is missing; pnzoo list shows them all")
    lower = name.lower()
    return lower if lower != name and not Path(name).exists() and lower in hub.list_models() else name


def dashboard_script() -> Path:
    """The dashboard's `serve.py`: of the clone, or where a wheel put it."""
    script = hub.zoo_folder().parent / "dashboard" / "serve.py"
    if not script.is_file():
        raise FileNotFoundError(f"{script} is missing; install pnzoo again")
    return script


def open_dashboard(options):
    """Start Streamlit."""
    if find_spec("streamlit") is None:
        raise ImportError("the dashboard needs Streamlit and Plotly. Type: pip install 'pnzoo[dashboard]'")
    # Streamlit reads the theme from .streamlit/ of the working folder or of the script's.
    return become([sys.executable, "-m", "streamlit", "run", str(dashboard_script()), *options.streamlit])


def become(command):
    """Run a command in this process's place, where the system can: whoever ends this one ends the server then."""
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.call(command)
