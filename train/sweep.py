"""Many trainings: recipes, changes of them and seeds, one after another or all at once on Ray.

    python -m train.sweep recipe.json                       # one after another
    python -m train.sweep recipe.json --ray                 # on all cores of a machine, or of RAY_ADDRESS' cluster

`recipe.json` names a recipe, what to change of it, and the seeds:

    {"recipe": "vin8", "overrides": [{}, {"batch_size": 64}], "seeds": [0, 1, 2],
     "early_stopping": {"metric": "val_loss", "mode": "min", "grace_epochs": 2, "reduction_factor": 3}}

Every training has a folder of its own below `runs/sweep/NAME`, as `python -m train` makes them: one that was stopped,
or whose process was killed, goes on from its checkpoint and ends as if nothing had happened, with or without Ray.
Early stopping is Ray Tune's ASHA, so that it needs --ray; without, all are trained to their end, those too that Ray
had stopped. `results.json` has a row for each.
"""

import argparse
import csv
import dataclasses
import itertools
import pathlib
import sys
from typing import NamedTuple

from pnzoo.core import atomic, backend
from train.__main__ import recipes, trainer_of
from train.shared import options as options_
from train.shared import run_folder, watching

RESULTS = "results.json"
FAILURES = 3  # how often a training is taken up again by Ray
STOPPING = {"metric": "val_loss", "mode": "min", "grace_epochs": 1, "reduction_factor": 4}
FIELDS = {"recipe", "overrides", "seeds", "early_stopping"}


class Trial(NamedTuple):
    """One training of a sweep.

    recipe:    name
    overrides: dict of fields that are not the recipe's own
    seed:      int
    folder:    of the run
    """

    recipe: str
    overrides: dict
    seed: int
    folder: pathlib.Path

    def built(self):
        """The recipe that trains."""
        recipe = recipes()[self.recipe]
        plain = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
        return type(recipe).from_dict({**plain, **self.overrides, "seed": self.seed})


def read(path, root):
    """The trainings of a file.

    Args:
        path: of the JSON file.
        root: folder of the sweep.

    Returns:
        A tuple (list of `Trial`s, dict like `STOPPING` or None).

    Raises:
        ValueError: the file says nothing that can be trained.
        OSError: there is no such file.
    """
    pathlib.Path(path).read_bytes()  # says which file is missing
    content = run_folder.read_json(path)
    if not isinstance(content, dict) or "recipe" not in content:
        raise ValueError(f'{path} is no sweep; it holds {{"recipe": "vin8", "overrides": {{}}, "seeds": [0, 1]}}')
    if unknown := sorted(set(content) - FIELDS):
        raise ValueError(f"{path} has no field {', '.join(unknown)}; its fields are {', '.join(sorted(FIELDS))}")
    trials = []
    for name, overrides, seed in itertools.product(
        _several(content["recipe"]), _several(content.get("overrides", {})), _several(content.get("seeds", 0))
    ):
        if name not in recipes():
            raise ValueError(f"no recipe {name!r}; `python -m train list` names them all")
        if not isinstance(overrides, dict) or not isinstance(seed, int) or "seed" in overrides:
            raise ValueError(f"{path}: overrides are objects of a recipe's fields, and seeds whole numbers")
        trial = Trial(name, overrides, seed, pathlib.Path())
        digest = trial.built().digest()[:8]
        trials.append(trial._replace(folder=root / f"{name}-seed{seed}-{digest}"))
    stopping = content.get("early_stopping")
    if stopping is not None and (not isinstance(stopping, dict) or set(stopping) - set(STOPPING)):
        raise ValueError(f"{path}: early_stopping has the fields {', '.join(STOPPING)}")
    return trials, None if stopping is None else {**STOPPING, **stopping}


def _several(value):
    return value if isinstance(value, list) else [value]


def train(trial, told=None):
    """Train one, or what is left of it; a finished one stays as it is.

    Args:
        trial: `Trial`.
        told: function (row of the log), called after every epoch; or None.
    """
    if is_finished(trial):
        return
    recipe = trial.built()
    command = options_.command_for(trial.recipe, recipe, recipes()[trial.recipe])
    with watching.epochs(told):
        trainer_of(trial.recipe).train(recipe, trial.folder, command)


def is_finished(trial):
    """Whether the training has come to its end."""
    return (trial.folder / "entry").is_dir() and run_folder.holds(trial.folder, trial.built())


def result(trial, state=None):
    """What a training came to: its last epoch, as a dict for `results.json`."""
    rows = log(trial.folder)
    return {
        "recipe": trial.recipe,
        "overrides": trial.overrides,
        "seed": trial.seed,
        "folder": trial.folder.name,
        "state": state or ("finished" if is_finished(trial) else "unfinished"),
        "epochs": len(rows),
        "last": rows[-1] if rows else {},
    }


def log(folder):
    """Rows of a run's log, of all its stages: dicts of numbers."""
    rows = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                rows.append({name: float(value) for name, value in row.items() if name != "epoch" and value != "nan"})
    return rows


def one_after_another(trials, root):
    """Train all, each to its end."""
    for trial in trials:
        train(trial)
        write_results(trials, root)


def write_results(trials, root, states=None):
    """Write `results.json`; states are by a trial's folder, where they are not plain to see."""
    states = states or {}
    atomic.write_json(root / RESULTS, [result(trial, states.get(trial.folder.name)) for trial in trials])


# -- Ray ------------------------------------------------------------------------------------------


def on_ray(trials, root, stopping=None, threads=1, most=None):
    """Train all at once, as many as there are cores, with Ray Tune.

    Args:
        trials: list of `Trial`s.
        root: folder of the sweep, that all workers see.
        stopping: dict like `STOPPING`: ASHA ends those that fall behind. None: each is trained to its end.
        threads: of each training.
        most: at once; by default as many as the cores allow.

    Raises:
        ImportError: Ray is not installed; says what to type.
        RuntimeError: a training failed again and again; says why.
    """
    from pnzoo.batch import engine

    try:
        from ray import tune
    except ImportError as error:
        raise ImportError(engine.LINE.replace("pnzoo.batch", "--ray")) from error
    known = {row["folder"]: row["state"] for row in run_folder.read_json(root / RESULTS) or []} if stopping else {}
    stopped = {name for name, state in known.items() if state == "stopped"}
    todo = [trial for trial in trials if not is_finished(trial) and trial.folder.name not in stopped]
    if todo:
        engine.start()
        space = {"trial": tune.grid_search([tuple(trial._replace(folder=str(trial.folder))) for trial in todo])}
        names = {str(trial.folder): trial.folder.name for trial in todo}
        tuner = tune.Tuner(
            tune.with_resources(_trainable(threads, stopping), {"cpu": threads}),
            param_space=space,
            tune_config=tune.TuneConfig(
                scheduler=_scheduler(stopping),
                max_concurrent_trials=most,
                trial_dirname_creator=lambda trial: names[trial.config["trial"][3]],
            ),
            run_config=tune.RunConfig(
                name="tune", storage_path=str(root / "_ray"), verbose=0,
                failure_config=tune.FailureConfig(max_failures=FAILURES),
            ),
        )  # fmt: skip
        failed = [error for error in tuner.fit().errors if error is not None]
        if failed:
            write_results(trials, root)
            raise RuntimeError(f"{len(failed)} of {len(todo)} trainings failed; the first one: {failed[0]}")
        stopped |= {trial.folder.name for trial in todo if not is_finished(trial)}
    write_results(trials, root, dict.fromkeys(stopped, "stopped"))


def _scheduler(stopping):
    if stopping is None:
        return None
    from ray.tune.schedulers import ASHAScheduler

    return ASHAScheduler(
        time_attr="epochs", metric=stopping["metric"], mode=stopping["mode"], max_t=1_000_000,
        grace_period=stopping["grace_epochs"], reduction_factor=stopping["reduction_factor"],
    )  # fmt: skip


def _trainable(threads, stopping):
    """The function that Ray calls in a process of its own for each training."""
    name, path = backend.chosen(), list(sys.path)

    def trainable(config):
        sys.path[:] = path
        backend.limit_threads(threads, name)
        from ray import tune

        from train import sweep

        recipe, overrides, seed, folder = config["trial"]
        trial = sweep.Trial(recipe, overrides, seed, pathlib.Path(folder))

        def told(row):
            if stopping and stopping["metric"] not in row:
                raise ValueError(f"{recipe} logs no {stopping['metric']}; early stopping goes by {', '.join(row)}")
            tune.report({**row, "epochs": len(sweep.log(trial.folder))})

        sweep.train(trial, told)

    return trainable


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(
        "python -m train.sweep", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=pathlib.Path, metavar="recipe.json")
    parser.add_argument("--ray", action="store_true", help="all at once, with Ray Tune; needs pip install '.[ray]'")
    parser.add_argument("--run", type=pathlib.Path, metavar="FOLDER", help="of the sweep (runs/sweep/NAME of the file)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of each training (1)")
    parser.add_argument("--workers", type=int, metavar="N", help="trainings at once (as many as there are cores)")
    options = parser.parse_args(arguments)
    root = (options.run or run_folder.RUNS / "sweep" / options.file.stem).resolve()
    trials, stopping = read(options.file, root)
    root.mkdir(parents=True, exist_ok=True)
    if options.ray:
        on_ray(trials, root, stopping, options.threads, options.workers)
    else:
        backend.limit_threads(options.threads, backend.chosen())
        one_after_another(trials, root)
    for row in run_folder.read_json(root / RESULTS):
        last = ", ".join(f"{name} {value:.4f}" for name, value in row["last"].items())
        print(f"{row['folder']}: {row['state']} after {row['epochs']} epochs: {last}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError, ImportError, RuntimeError) as error:
        sys.exit(f"train.sweep: {error}")
