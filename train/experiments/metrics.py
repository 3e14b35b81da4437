"""Rows of a result: a metric with its 95 % interval, beside the condition it was measured under.

A row is {"name", "value", "ci95": [low, high], "n", "unit"} and the keys of its condition. Units: "%" for fractions of
1 (written as percent), "ms", "MB", or "" for a plain number.
"""

import numpy as np

from pnzoo.core.metric import Metric, format_number


def as_row(metric, **condition):
    """A `Metric` as a row: what a figure and a table need of it, and the keys of its condition."""
    return {"name": metric.name, "value": metric.value, "ci95": list(metric.ci95), "n": metric.n, "unit": metric.unit,
            **condition}


def interval(name, value, low, high, n, unit="", **condition):
    """A number whose interval was computed elsewhere, or is a range."""
    return as_row(Metric(name, float(value), (float(low), float(high)), int(n), unit), **condition)


def proportion(name, successes, **condition):
    """A proportion with Wilson's interval, from a list of booleans."""
    return as_row(Metric.of_flags(name, list(successes)), **condition)


def mean(name, values, unit="", limits=None, **condition):
    """A mean with Student's interval, clipped to `limits` ([0, 1] for "%"); values that are not finite are dropped."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if not len(values):
        return interval(name, 0.0, 0.0, 0.0, 0, unit, **condition)
    limits = limits or ((0.0, 1.0) if unit == "%" else None)
    return as_row(Metric.of_mean(name, values, limits, unit=unit), **condition)


def exact(name, value, unit="", n=1, **condition):
    """A number that is counted, not estimated."""
    return interval(name, value, value, value, n, unit, **condition)


def from_card(recorded, name=None, **condition):
    """A metric of a card, or of an evaluation, as a row."""
    metric = recorded if isinstance(recorded, Metric) else Metric.from_dict(recorded)
    return {**as_row(metric), "name": name or metric.name, **condition}


def mean_over_seeds(rows, by):
    """Rows of several seeds to one row each: the mean over seeds, its interval, and n = the number of seeds.

    The interval is Student's over the seeds or, where that is wider, the mean of the runs' own intervals: three runs
    that happen to agree on the same maps do not make those maps all maps.

    Args:
        rows: with `seed` and the keys `by`.
        by: keys that tell the conditions apart, in order; `name` always does.
    """
    groups = {}
    for row in rows:
        groups.setdefault((*[row.get(key) for key in by], row["name"]), []).append(row)
    means = []
    for (*condition, name), members in groups.items():
        pooled = mean(name, [row["value"] for row in members], members[0]["unit"])
        lows, highs = np.transpose([row["ci95"] for row in members])
        pooled["ci95"] = [min(pooled["ci95"][0], lows.mean()), max(pooled["ci95"][1], highs.mean())]
        means.append({**dict(zip(by, condition, strict=True)), **pooled, "n_of": "seeds"})
    return means


def select(table, **wanted):
    """All rows with these keys."""
    return [row for row in table if all(row.get(key) == value for key, value in wanted.items())]


def select_one(table, **wanted):
    """The one row with these keys.

    Raises:
        ValueError: none, or several.
    """
    rows = select(table, **wanted)
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} rows have {wanted}, expected one.")
    return rows[0]


def values_of(table, key):
    """The different values of a key, in the order of the table."""
    return list(dict.fromkeys(row[key] for row in table if key in row))


def above(row, other):
    """Whether a row's interval lies above another's, so that the two are told apart."""
    return row["ci95"][0] > other["ci95"][1]


def format_value(value, unit=""):
    """A value for people, in fewer digits than on a card: `98.2 %`, `12 ms`, `0.934`."""
    return format_number(value, unit, {"%": 1, "": 3 if abs(value) < 1000 else 0}.get(unit))


def format_ci(row):
    """A row for people: `98.2 % (97.5 to 98.8)`, the interval in brackets."""
    low, high = (format_value(end, row["unit"]).removesuffix(" " + row["unit"]) for end in row["ci95"])
    if low == high:
        return format_value(row["value"], row["unit"])
    return f"{format_value(row['value'], row['unit'])} ({low} to {high})"
