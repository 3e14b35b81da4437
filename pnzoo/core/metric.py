"""A measured number: what it is called, its value with a 95 % interval, what it was measured on, how it is written."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from pnzoo.core import stats
from pnzoo.core.dataset import Dataset, describe
from pnzoo.core.deprecation import warn

# Metrics whose names changed since release 0.1.
FORMER_NAMES = {
    "success": "success_rate",
    "optimal_length": "optimal_rate",
    "every_start_success": "success_rate_all_starts",
    "every_start_optimal": "optimal_rate_all_starts",
    "optimal_by_length": "optimal_rate_by_distance",
    "path_excess": "excess_cost",
    "label_loss": "prediction_loss",
    "author_label_loss": "paper_prediction_loss",
    "seeds_that_reach": "seed_success_rate",
    "success_over_seeds": "success_rate_over_seeds",
    "optimal_length_over_seeds": "optimal_rate_over_seeds",
}
_FORMER_KEYS = {"interval": "ci95", "on": "dataset"}


@dataclasses.dataclass(frozen=True, eq=False)
class Metric(Mapping):
    """One measured number. It reads as a dictionary too: `metric["value"]`, `dict(metric)`.

    Args:
        name: such as "success_rate".
        value: fractions lie in 0..1.
        ci95: (low, high), the 95 % interval.
        n: how many independent things were drawn: maps, episodes, training runs.
        unit: "%" for fractions, which are written as percent; "ms", "MB", "s"; or "" for a plain number.
        dataset: what it was measured on; see `pnzoo.core.dataset`.
        seeds: of the trained models.
        command: measures it again.
        paper: what the paper reports, or None.

    Example:

    >>> metric = Metric.of_flags("success_rate", [True] * 99 + [False])
    >>> str(metric)
    '99.00 % (94.55 to 99.82)'
    """

    name: str
    value: float
    ci95: tuple[float, float]
    n: int
    unit: str = "%"
    dataset: Dataset = dataclasses.field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    command: str = ""
    paper: float | None = None

    @classmethod
    def of_flags(cls, name: str, flags: Any, **more: Any) -> "Metric":
        """The proportion of `flags` that are true, with Wilson's interval."""
        hits, n = sum(map(bool, flags)), len(flags)
        return cls.of_proportion(name, hits, n, **more)

    @classmethod
    def of_proportion(cls, name: str, successes: float, n: int, **more: Any) -> "Metric":
        """`successes` of `n`, with Wilson's interval."""
        return cls(name, float(successes) / n if n else 0.0, stats.proportion_ci(successes, n), n, **more)

    @classmethod
    def of_mean(cls, name: str, values: Any, limits: tuple[float, float] | None = None, **more: Any) -> "Metric":
        """The mean of `values`, with Student's interval inside `limits`."""
        values = [float(value) for value in values]
        return cls(name, sum(values) / len(values), stats.mean_ci(values, limits), len(values), **more)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Metric":
        """A metric as a card holds it; other keys are left out."""
        known = {field.name: fields[field.name] for field in dataclasses.fields(cls) if field.name in fields}
        known["ci95"], known["seeds"] = tuple(known["ci95"]), tuple(known.get("seeds") or ())
        return cls(**known)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**{key: self[key] for key in self}, "ci95": list(self.ci95), "seeds": list(self.seeds)}

    def replace(self, **changes: Any) -> "Metric":
        """The same metric with other fields."""
        return dataclasses.replace(self, **changes)

    def __str__(self) -> str:
        return f"{self.value_text()} ({self.ci95_text()})"

    def value_text(self) -> str:
        """The value as people read it: `99.00 %`."""
        return format_number(self.value, self.unit)

    def ci95_text(self) -> str:
        """The interval as people read it, without a unit: `94.55 to 99.82`."""
        return " to ".join(format_number(end, self.unit).removesuffix(f" {self.unit}") for end in self.ci95)

    def paper_text(self) -> str:
        """The paper's number as people read it, or `-`."""
        return "-" if self.paper is None else format_number(self.paper, self.unit)

    def title(self) -> str:
        """The name in words: `success rate`."""
        return self.name.replace("_", " ")

    def where(self) -> str:
        """The data set in words."""
        return describe(self.dataset)

    def __getitem__(self, key: str) -> Any:
        if key in _FORMER_KEYS:
            warn(f"metric[{key!r}]", f"metric[{_FORMER_KEYS[key]!r}]")
            return self.where() if key == "on" else list(self.ci95)
        if key not in self.__dataclass_fields__:
            raise KeyError(key)
        return getattr(self, key)

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return {**self, **other}

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dataclass_fields__)

    def __len__(self) -> int:
        return len(self.__dataclass_fields__)


def format_number(value: float, unit: str = "%", digits: int | None = None) -> str:
    """A number as people read it.

    Args:
        value: a fraction of 1 where the unit is "%".
        unit: as in `Metric`.
        digits: after the point; 2 for percents and 4 for plain numbers by default.

    Example:

    >>> format_number(0.99996), format_number(1), format_number(0.0123, ""), format_number(1234.5, "ms")
    ('99.996 %', '100 %', '0.0123', '1,234 ms')
    """
    if unit == "%":
        return f"{_percent(value, 2 if digits is None else digits)} %"
    if not unit and abs(value) < 1000:
        return f"{value:z.{4 if digits is None else digits}f}"
    if not unit or abs(value) >= 10:
        return f"{value:,.{digits or 0}f} {unit}".strip()
    return f"{value:.2g} {unit}"


def _percent(value: float, digits: int) -> str:
    """99.996 % is no claim of 100 %: as many digits as it takes."""
    text = f"{100 * value:.{digits}f}"
    while value < 1 and text.startswith("100") and digits < 6:
        digits += 1
        text = f"{100 * value:.{digits}f}"
    return "100" if value == 1 else text
