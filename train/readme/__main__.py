"""Write the generated parts of the READMEs from the cards of the zoo, the benchmarks and the experiments.

    python -m train.readme [--check]

Text between `<!-- NAME:begin -->` and `<!-- NAME:end -->` is replaced; everything else stays. `--check` writes nothing
and exits 1 if a page is stale.
"""

import argparse
import os
import re
from pathlib import Path

from train.readme import benchmark_tables, rl_tables, zoo_tables

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "zoo/README.md", "pnzoo/rl/README.md", "dashboard/README.md", "tests/benchmarks/README.md",
         "train/experiments/README.md", "pnzoo/few_shot/README.md", "docs/scale.md")
TABLES = {**zoo_tables.TABLES, **rl_tables.TABLES, **benchmark_tables.TABLES}


def filled(text, folder="."):
    """A page's text with every table made anew.

    Args:
        text: of the page.
        folder: of the page, relative to the repository; links into the zoo start there.

    Raises:
        ValueError: a table begins and does not end.
    """
    zoo = os.path.relpath("zoo", folder)
    for name in re.findall(r"<!-- ([\w-]+):begin -->", text):
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"the page has {begin} but no {end} after it")
        if name not in TABLES:
            raise ValueError(f"there is no table {name!r}; take one of {', '.join(TABLES)}")
        links = "](" if zoo == "." else f"]({zoo}/"
        new = f"{begin}\n{TABLES[name]()}\n{end}".replace("](zoo/", links)
        text = pattern.sub(lambda _, new=new: new, text)
    return text


def main(arguments=None):
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.readme", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is stale")
    options = parser.parse_args(arguments)
    stale = []
    for page in PAGES:
        old = (ROOT / page).read_text(encoding="utf-8")
        new = filled(old, os.path.dirname(page) or ".")
        if new != old:
            stale.append(page)
            if not options.check:
                (ROOT / page).write_text(new, encoding="utf-8")
    if options.check:
        print(f"stale: {', '.join(stale)}; run python -m train.readme" if stale else "all pages are up to date")
        return int(bool(stale))
    print(f"written: {', '.join(stale)}" if stale else "all pages were up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
