"""`pnzoo batch-plan`: a planner on millions of maps, on Ray."""

from pnzoo.cli import options as checks
from pnzoo.cli.planning import SOLVER_HELP, SOLVERS
from pnzoo.cli.zoo import checked_name


def add_commands(commands):
    """Add `batch-plan` to the parser."""
    command = commands.add_parser("batch-plan", help="plan on all maps of Parquet files, with Ray")
    command.add_argument("maps", help="a Parquet file or a folder of them, with columns walls, start and goal")
    command.add_argument("--model", required=True, help="a planner of the zoo, or a folder")
    command.add_argument("--out", required=True, metavar="FOLDER",
                         help="of the plans; the same command goes on where it was stopped")
    command.add_argument("--workers", type=checks.whole_number(1), help="processes (as many as there are cores)")
    command.add_argument("--rows-per-block", type=checks.whole_number(1), default=4096, metavar="N",
                         help="maps that end in one file (4096)")
    command.add_argument("--max-steps", type=checks.whole_number(0), metavar="N", help="give up after so many moves")
    command.add_argument("--k", type=checks.whole_number(1), help="iterations of value iteration, if not the model's")
    command.add_argument("--solver", choices=SOLVERS, default="auto", help=SOLVER_HELP)
    command.set_defaults(run=plan)


def plan(options):
    """Plan on all maps; returns 0, also where goals were not reached: the plans say why."""
    from pnzoo import batch

    summary = batch.plan(
        options.maps,
        checked_name(options.model),
        options.out,
        workers=options.workers,
        rows_per_block=options.rows_per_block,
        solver=options.solver,
        max_steps=options.max_steps,
        options={} if options.k is None else {"k": options.k},
    )
    print(f"{summary.maps:,} maps planned in {summary.blocks:,} files of {summary.out}: {summary.reached:,} reached, "
          f"{summary.errors:,} no maps; {summary.finished:,} files were there before")
    return 0
