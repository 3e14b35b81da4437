"""Arrays as text that a page unpacks."""

import base64

import numpy as np


def bits(flags: np.ndarray) -> str:
    """bool [H, W] as a string of 0 and 1."""
    return "".join("1" if flag else "0" for flag in np.asarray(flags).ravel())


def base64_of(array: np.ndarray) -> str:
    """The bytes of an array in base64."""
    return base64.b64encode(array.tobytes()).decode()
