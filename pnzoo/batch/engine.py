"""Ray, where it is installed: found on first use, and started where none runs yet."""

import os
from importlib import import_module

LINE = "pnzoo.batch needs Ray and PyArrow. Type: pip install 'pnzoo[ray]'"


def ray():
    """The module `ray`.

    Raises:
        ImportError: the extra is not installed; says what to type.
    """
    _module("ray.data")
    return _module("ray")


def start():
    """Connect to a cluster: the one that runs, that of RAY_ADDRESS, or a new one on this machine."""
    if not ray().is_initialized():
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
        here = {} if "RAY_ADDRESS" in os.environ else {"include_dashboard": False}
        ray().init(logging_level="WARNING", **here)


def arrow():
    """The modules `pyarrow` and `pyarrow.parquet`.

    Raises:
        ImportError: the extra is not installed; says what to type.
    """
    return _module("pyarrow"), _module("pyarrow.parquet")


def _module(name):
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(LINE) from error
