"""Old names for one release: they work, and say what they are called now."""

import functools
import importlib
import sys
import warnings


def warn(old, new, stacklevel=3):
    """Say that `old` is called `new` now."""
    words = f"{old} is called {new} now; the old name goes with the next release."
    warnings.warn(words, DeprecationWarning, stacklevel)


def renamed(module, names):
    """A module's `__getattr__` that still answers to former names.

    Args:
        module: `__name__` of the module.
        names: dict, former name -> today's name in the same module, or `"package.module:name"` elsewhere.

    Example, at the end of a module:

    ```python
    __getattr__ = renamed(__name__, {"follow": "rollout"})
    ```
    """

    def __getattr__(name):
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        path, _, attribute = names[name].rpartition(":")
        warn(f"{module}.{name}", names[name].replace(":", "."))
        return getattr(importlib.import_module(path) if path else sys.modules[module], attribute)

    return __getattr__


def renamed_arguments(**names):
    """Let a function take former keyword arguments, given as former="today's".

    Raises:
        TypeError: when called, if both the former and today's name are given.
    """

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for old, new in names.items():
                if old not in kwargs:
                    continue
                if new in kwargs:
                    raise TypeError(f"{function.__qualname__}: {old!r} is the former name of {new!r}; give that alone.")
                warn(f"{function.__qualname__}({old}=...)", f"{new}=...")
                kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return wrapper

    return decorate


def renamed_method(old, new):
    """A method or property under its former name: `scores = renamed_method("scores", "logits")`."""

    def get(self):
        warn(f"{type(self).__name__}.{old}", new)
        return getattr(self, new)

    return property(get, doc=f"Former name of `{new}`.")
