"""Rows: a measured number with its 95 % interval, and how it is said.

A row is {"measure", "value", "low", "high", "n", "unit"} beside the keys of its case. Units: "%" for fractions of 1
(written as percent), "ms", "MB", or "" for a plain number.
"""

import math

import numpy as np

from pnzoo.worlds.gridworld.rollout import wilson


def row(measure, value, low, high, n, unit="", **more):
    """A number with its interval."""
    return {"measure": measure, "value": float(value), "low": float(low), "high": float(high), "n": int(n),
            "unit": unit, **more}


def share(measure, hits, **more):
    """A proportion with Wilson's interval, from a list of yes and no."""
    hits = np.asarray(hits, bool)
    return row(measure, hits.mean() if len(hits) else 0.0, *wilson(int(hits.sum()), len(hits)), len(hits), "%", **more)


def mean(measure, values, unit="", limits=None, **more):
    """A mean with Student's interval, inside the limits of what can be; values that are not finite are left out."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if not len(values):
        return row(measure, 0.0, 0.0, 0.0, 0, unit, **more)
    low, high = _student(values)
    least, most = limits or ((0.0, 1.0) if unit == "%" else (-math.inf, math.inf))
    low, high = max(least, low), min(most, high)
    return row(measure, values.mean(), low, high, len(values), unit, **more)


def exact(measure, value, unit="", n=1, **more):
    """A number that is counted, not estimated."""
    return row(measure, value, value, value, n, unit, **more)


def metric(found, measure=None, **more):
    """A metric of a card as a row."""
    plain = found["name"] in ("path_excess", "expected_reward")
    return row(measure or found["name"], found["value"], *found["interval"], found["n"], "" if plain else "%", **more)


def _student(values):
    if len(values) < 2:
        return float(values[0]), float(values[0])
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1)) * values.std(ddof=1) / math.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def over_seeds(rows, by):
    """Rows of several seeds to one row each: the mean over seeds, its interval, and n = the number of seeds.

    The interval is Student's over the seeds or, where that is wider, the mean of the runs' own intervals: three runs
    that happen to agree on the same maps do not make those maps all maps.

    Args:
        rows: with `seed` and the keys `by`.
        by: keys that tell the cases apart, in order; `measure` always does.
    """
    groups = {}
    for each in rows:
        groups.setdefault((*[each.get(key) for key in by], each["measure"]), []).append(each)
    found = []
    for key, members in groups.items():
        made = mean(key[-1], [each["value"] for each in members], members[0]["unit"])
        made["low"] = min(made["low"], float(np.mean([each["low"] for each in members])))
        made["high"] = max(made["high"], float(np.mean([each["high"] for each in members])))
        found.append({**dict(zip(by, key[:-1], strict=True)), **made, "of": "seeds"})
    return found


def pick(table, **wanted):
    """The one row with these keys.

    Raises:
        ValueError: none, or several.
    """
    found = [each for each in table if all(each.get(key) == value for key, value in wanted.items())]
    if len(found) != 1:
        raise ValueError(f"{len(found)} rows have {wanted}, expected one.")
    return found[0]


def every(table, **wanted):
    """All rows with these keys."""
    return [each for each in table if all(each.get(key) == value for key, value in wanted.items())]


def number(value, unit=""):
    """A value as people read it."""
    if unit == "%":
        digits = 1 if abs(value) < 0.995 or value == 1 else 2
        return f"{100 * value:.{digits}f} %"
    if unit in ("ms", "MB", "s"):
        return f"{value:,.0f} {unit}" if abs(value) >= 10 else f"{value:.2g} {unit}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def said(each, digits=None):
    """A row as people read it: `98.2 % (97.5 to 98.8)`, the interval in brackets."""
    low, high = (number(each[end], each["unit"]).removesuffix(" " + each["unit"]) for end in ("low", "high"))
    if low == high:
        return number(each["value"], each["unit"])
    return f"{number(each['value'], each['unit'])} ({low} to {high})"
