"""Bodies that drive to a goal on one map, each at its own speed (body_drive.js)."""

from dashboard.widgets import canvas

_drive = canvas.component("body_drive", '<div class="drive"></div>', drawing=False)


def show(key: str, svg: str, goal: tuple, runs: list[dict], about: str, colours: str) -> None:
    """Show drives.

    Args:
        key: of the component.
        svg: the map, with a path of the class `way` and a group of the class `body` for each run.
        goal: (row, col).
        runs: dicts of `name`; `role`, what it does in a word or two; `path`, [[x, y], ...] at equal times; `seconds`
            that it took; `good`, whether it came to rest at the goal; `ending`, how it ended.
        about: what one sees, in a sentence.
        colours: what they mean.
    """
    alt = "A map with the ways of the bodies: " + "; ".join(f"{run['name']} {run['ending']}" for run in runs)
    _drive(key=key, data={"svg": svg, "goal": [goal[1] + 0.5, goal[0] + 0.5], "runs": runs, "about": about,
                          "colours": colours, "alt": alt})
