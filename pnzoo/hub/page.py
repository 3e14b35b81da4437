"""An entry's README.md, made from its card alone."""

from collections.abc import Mapping
from typing import Any

from pnzoo.core.metric import Metric


def readme(card: Mapping[str, Any]) -> str:
    """The page that people read."""
    parts = [f"# {card['name']}", card.get("summary") or f"A {card['model']}.", _facts(card)]
    if card.get("metrics"):
        parts += ["## What it reaches", metrics_table(card["metrics"])]
    if card.get("int8"):
        parts += ["## With weights in 8 bits", _int8(card["int8"])]
    parts += ["## Use", f'```python\nimport pnzoo\nmodel = pnzoo.load("{card["name"]}")\n```']
    for title, key in (("Limitations", "limitations"), ("Why it is built like this", "design_notes")):
        if card.get(key):
            parts += [f"## {title}", "\n".join(f"- {line}" for line in card[key])]
    if card.get("recipe"):
        parts += ["## Recipe", "\n".join(f"- `{key}`: {value}" for key, value in card["recipe"].items())]
    return "\n\n".join(parts) + "\n"


def metrics_table(metrics: list[Mapping[str, Any]]) -> str:
    """Markdown rows: value, 95 % interval, n, data set, the paper's number, the command that measures it again."""
    head = ("metric", "value", "95 % interval", "n", "data set", "paper", "command")
    return markdown_table(head, [_metric_row(Metric.from_dict(fields)) for fields in metrics])


def _int8(found: Mapping[str, Any]) -> str:
    """What `pnzoo export --format litert --int8` saves and costs, both files on the same data."""
    head = ("metric", "8 bits", "95 % interval", "float32", "95 % interval", "n", "data set")
    rows = []
    for pair in found["metrics"]:
        small, exact = (Metric.from_dict(pair[kind]) for kind in ("int8", "float32"))
        texts = [small.title(), small.value_text(), small.ci95_text(), exact.value_text(), exact.ci95_text()]
        rows.append([*texts, f"{small.n:,}", small.where()])
    sizes = f"{found['bytes'] / 1e3:,.0f} kB in place of {found['float32_bytes'] / 1e3:,.0f} kB"
    words = f"A LiteRT file (`pnzoo export --format litert --int8`) has {sizes}. Measured by `{found['command']}`:"
    return f"{words}\n\n{markdown_table(head, rows)}"


def markdown_table(head: tuple[str, ...], rows: list[list[Any]]) -> str:
    """A table in Markdown; what would end a cell is escaped."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def duration(seconds: float) -> str:
    """`95` as `1 min 35 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 s"


def _facts(card: Mapping[str, Any]) -> str:
    flops, seconds = card.get("flops"), card.get("training_seconds")
    rows = {
        "paper": card.get("paper"),
        "class": f"`{card['model']}`",
        "parameters": f"{card['parameters']:,}",
        "operations": f"{flops['value']:,} FLOPs for {flops['per']}" if flops else None,
        "training": card.get("training"),
        "data": card.get("data"),
        "command": f"`{card['command']}`" if card.get("command") else None,
        "seed": card.get("seed"),
        "backend": card.get("backend"),
        "hardware": card.get("hardware"),
        "training time": None if seconds is None else duration(seconds),
    }
    return markdown_table(("", ""), [[key, value] for key, value in rows.items() if value is not None])


def _metric_row(metric: Metric) -> list[str]:
    command = f"`{metric.command}`" if metric.command else "-"
    texts = [metric.title(), metric.value_text(), metric.ci95_text(), f"{metric.n:,}", metric.where()]
    return [*texts, metric.paper_text(), command]


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
