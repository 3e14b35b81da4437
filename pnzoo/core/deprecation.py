"""Old names for one release: they work, and say what they are called now."""

import functools
import importlib
import inspect
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

        wrapper.__signature__ = inspect.signature(function)  # Keras reads it, and does not look through wrappers
        return wrapper

    return decorate


def renamed_method(old, new, advice=None):
    """A method or property under its former name: `scores = renamed_method("scores", "logits")`.

    Args:
        old: the former name.
        new: today's name.
        advice: what to type now, if that is not `new`.
    """

    def get(self):
        # Keras looks at every attribute when it saves; that is nobody's use of the former name
        if not sys._getframe(1).f_globals.get("__name__", "").startswith("keras."):
            warn(f"{type(self).__name__}.{old}", advice or new)
        return getattr(self, new)

    return property(get, doc=f"Former name of `{advice or new}`.")


class RenamedKeys(dict):
    """A dictionary that still answers to former keys: a subclass gives `names`, former key -> today's."""

    names: dict[str, str] = {}

    def __missing__(self, key):
        if key in self.names and self.names[key] in self:
            warn(f"the key {key!r}", repr(self.names[key]))
            return self[self.names[key]]
        raise KeyError(key)

    def get(self, key, default=None):
        """As a dictionary's, former keys included."""
        return self[key] if key in self or self.names.get(key) in self else default
