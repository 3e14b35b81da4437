"""Which of TensorFlow, JAX and PyTorch Keras runs on: decided before Keras is imported, without importing any."""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")


def choose() -> None:
    """Set `KERAS_BACKEND` where Keras would otherwise fail to find its backend.

    Keras takes `KERAS_BACKEND`, else the backend named in its configuration file, else TensorFlow. Where
    the user said nothing and that one is not installed, the first installed of TensorFlow, JAX and
    PyTorch is taken. A backend that the user named is never replaced.
    """
    if "keras" in sys.modules or os.environ.get("KERAS_BACKEND"):
        return
    wanted = _configured()
    if wanted not in BACKENDS or _installed(wanted):
        return
    available = next((name for name in BACKENDS if _installed(name)), None)
    if available:
        os.environ["KERAS_BACKEND"] = available


def chosen() -> str:
    """The backend that Keras will import, or has imported."""
    if "keras" in sys.modules:
        return sys.modules["keras"].backend.backend()
    return os.environ.get("KERAS_BACKEND") or _configured()


def limit_threads(threads: int, backend: str) -> None:
    """Say how many threads a backend may use; it listens only before it is imported.

    Processes that share a machine's cores have one each. With one, sums of floats are also made in one order.
    """
    os.environ.update(
        KERAS_BACKEND=backend,
        OMP_NUM_THREADS=str(threads),
        TF_NUM_INTRAOP_THREADS=str(threads),
        TF_NUM_INTEROP_THREADS="1",
        NUMBA_NUM_THREADS=str(threads),
    )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    flag = "--xla_cpu_multi_thread_eigen=false"
    if backend == "jax" and threads == 1 and flag not in os.environ.get("XLA_FLAGS", ""):
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}".strip()


def require() -> None:
    """Check that the backend which Keras will import is installed.

    Raises:
        ImportError: it is not; the message is the pip line to type.
    """
    if "keras" in sys.modules:
        return
    wanted = os.environ.get("KERAS_BACKEND") or _configured()
    if wanted not in BACKENDS or _installed(wanted):
        return  # another backend of Keras' own: Keras judges it
    if os.environ.get("KERAS_BACKEND"):
        raise ImportError(
            f'KERAS_BACKEND is "{wanted}", which is not installed. '
            f"Type: pip install 'pnzoo[{wanted}]', or unset KERAS_BACKEND."
        )
    raise ImportError(
        "A model needs TensorFlow, JAX or PyTorch, and none is installed. Type: pip install 'pnzoo[tensorflow]'"
    )


def _installed(name: str) -> bool:
    return find_spec(name) is not None


def _configured() -> str:
    """The backend in Keras' configuration file, which Keras writes on its first import."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    try:
        return json.loads((Path(home) / "keras.json").read_text())["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return "tensorflow"
