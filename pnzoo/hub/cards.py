"""Model cards: what `card.json` holds, and the page that people read.

A card is a plain dictionary. These keys are always there: `name`, `task` ("planning" or "few-shot"), `model` (the
class), `parameters`, `files` (sha256 of each). An entry of the zoo also has `summary`, `paper`, `command`, `seed`,
`backend`, `data`, `hardware`, `wall_seconds`, `recipe`, `flops` ({"value", "per"}), `metrics`, `limits` and `history`,
and may have `choices`: what it is built like, and the experiment that speaks for it.

A metric is {"name", "value", "n", "interval": [low, high], "on", "seeds", "command", "paper"}: fractions lie in 0..1,
the interval covers 95 %, `n` counts what was drawn (maps, episodes), `paper` is what the paper reports or null.
"""

import json
from pathlib import Path
from typing import Any

TASKS = ("planning", "few-shot")

REQUIRED = {"name": str, "task": str, "model": str, "parameters": int, "files": dict}
OPTIONAL = {
    "summary": str,
    "paper": str,
    "command": str,
    "data": str,
    "hardware": str,
    "backend": str,
    "seed": int,
    "wall_seconds": (int, float),
    "recipe": dict,
    "flops": dict,
    "download": dict,
    "metrics": list,
    "limits": list,
    "choices": list,
    "history": dict,
}
METRIC = {"name": str, "value": (int, float), "n": int, "interval": list, "on": str, "command": str}
ORDER = [
    "name",
    "task",
    "summary",
    "model",
    "paper",
    "command",
    "seed",
    "backend",
    "data",
    "hardware",
    "wall_seconds",
    "recipe",
    "parameters",
    "flops",
    "files",
    "download",
    "metrics",
    "limits",
    "choices",
    "history",
]

# How the metrics that are not fractions are written.
UNITS = {
    "path_excess": "{:.4f}",
    "expected_reward": "{:.4f}",
    "expected_reward_over_seeds": "{:.4f}",
    "cost": "{:.3f}",
    "label_loss": "{:.4f}",
}


def read(path: Path) -> dict[str, Any]:
    """Read and check a `card.json`.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is not JSON or lacks what every card has; the message names the key.
    """
    card = read_json(path)
    try:
        check(card)
    except ValueError as error:
        raise ValueError(f"{path}: {error}; install pnzoo again, or save the model again") from None
    return card


def check(card: Any) -> None:
    """Raise ValueError where `card` is not a card."""
    if not isinstance(card, dict):
        raise ValueError(f"a card is an object, this is {card!r:.60}")
    for key, kind in REQUIRED.items():
        if key not in card:
            raise ValueError(f"the card has no {key!r}")
        _check_kind("the card's", key, card[key], kind)
    for key, kind in OPTIONAL.items():
        if card.get(key) is not None:
            _check_kind("the card's", key, card[key], kind)
    if card["task"] not in TASKS:
        raise ValueError(f"the card's 'task' is {card['task']!r}, expected one of {', '.join(TASKS)}")
    for metric in card.get("metrics") or []:
        _check_metric(metric)
    if card.get("download") and not {"url", "sha256"} <= set(card["download"]):
        raise ValueError("the card's 'download' must hold 'url' and 'sha256'")


def _check_metric(metric: Any) -> None:
    if not isinstance(metric, dict):
        raise ValueError(f"a metric is an object, this is {metric!r:.60}")
    for key, kind in METRIC.items():
        if key not in metric:
            raise ValueError(f"the metric {metric.get('name', '?')!r} has no {key!r}")
        _check_kind(f"the metric {metric['name']!r}'s", key, metric[key], kind)
    if len(metric["interval"]) != 2 or not metric["interval"][0] <= metric["value"] <= metric["interval"][1]:
        raise ValueError(f"the metric {metric['name']!r}: {metric['value']} is not inside {metric['interval']}")


def _check_kind(owner: str, key: str, value: Any, kind: type | tuple) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        expected = " or ".join(k.__name__ for k in kinds)
        raise ValueError(f"{owner} {key!r} must be {expected}, not {value!r:.60}")


def ordered(card: dict[str, Any]) -> dict[str, Any]:
    """The card with its keys in the order in which people read them."""
    return {key: card[key] for key in [*ORDER, *sorted(set(card) - set(ORDER))] if key in card}


# -- files --------------------------------------------------------------------------------------


def read_json(path: Path) -> Any:
    """Parse a JSON file; NaN and Infinity, which are not JSON, are refused."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        message = f"{path} is missing; install pnzoo again, or save the model again"
        raise FileNotFoundError(message) from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}; install pnzoo again, or save the model again") from None


def write_json(path: Path, value: Any) -> None:
    """Write JSON as `read_json` accepts it; NumPy scalars and arrays become numbers and lists."""
    try:
        text = json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False, default=_from_numpy)
    except ValueError as error:
        raise ValueError(f"{path.name} would hold NaN or infinity, which JSON has not: {error}") from None
    path.write_text(text + "\n", encoding="utf-8")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _from_numpy(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise ValueError(f"{value!r:.60} is a {type(value).__name__}; a card holds numbers, strings, lists and objects")


# -- the page for people ------------------------------------------------------------------------


def readme(card: dict[str, Any]) -> str:
    """The entry's README.md, from its card alone."""
    parts = [f"# {card['name']}", card.get("summary") or f"A {card['model']}.", _facts(card)]
    if card.get("metrics"):
        parts += ["## What it reaches", metrics_table(card["metrics"])]
    parts += ["## Use", _usage(card)]
    if card.get("limits"):
        parts += ["## Limits", "\n".join(f"- {limit}" for limit in card["limits"])]
    if card.get("choices"):
        parts += ["## Why it is built like this", "\n".join(f"- {choice}" for choice in card["choices"])]
    if card.get("recipe"):
        parts += ["## Recipe", "\n".join(f"- `{key}`: {value}" for key, value in card["recipe"].items())]
    return "\n\n".join(parts) + "\n"


def _facts(card: dict[str, Any]) -> str:
    flops = card.get("flops") or {}
    rows = {
        "paper": card.get("paper"),
        "class": f"`{card['model']}`",
        "parameters": f"{card['parameters']:,}",
        "operations": f"{flops['value']:,} FLOPs {flops['per']}" if flops else None,
        "data": card.get("data"),
        "command": f"`{card['command']}`" if card.get("command") else None,
        "seed": card.get("seed"),
        "backend": card.get("backend"),
        "hardware": card.get("hardware"),
        "training time": duration(card["wall_seconds"]) if card.get("wall_seconds") is not None else None,
    }
    lines = [f"| {key} | {_cell(value)} |" for key, value in rows.items() if value is not None]
    return "\n".join(["| | |", "|---|---|", *lines])


def metrics_table(metrics: list[dict[str, Any]]) -> str:
    """Markdown rows: value, 95 % interval, n, where, the paper's number, the command that measures it again."""
    head = ["| metric | value | 95 % interval | n | on | paper | command |", "|---|---|---|---|---|---|---|"]
    return "\n".join(head + [_metric_row(metric) for metric in metrics])


def _metric_row(metric: dict[str, Any]) -> str:
    name, paper = metric["name"], metric.get("paper")
    cells = [
        name.replace("_", " "),
        number(name, metric["value"]),
        interval(metric),
        f"{metric['n']:,}",
        metric["on"],
        "-" if paper is None else number(name, paper),
        f"`{metric['command']}`",
    ]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def number(name: str, value: float) -> str:
    """A metric's value as people read it: percent, unless the metric is not a fraction."""
    if name in UNITS:
        return UNITS[name].format(value)
    for digits in (2, 3, 4, 5):
        text = f"{value * 100:.{digits}f}"
        if value == 1 or not text.startswith("100"):  # 99.996 % is no claim of 100 %
            break
    return "100 %" if value == 1 else f"{text} %"


def interval(metric: dict[str, Any]) -> str:
    """The metric's 95 % interval as people read it."""
    low, high = (number(metric["name"], bound).removesuffix(" %") for bound in metric["interval"])
    return f"{low} to {high}"


def duration(seconds: float) -> str:
    """`95` as `1 min 35 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"


def _usage(card: dict[str, Any]) -> str:
    lines = ["```python", "import pnzoo", f'model = pnzoo.load("{card["name"]}")', "```"]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
