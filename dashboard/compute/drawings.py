"""Drawings of characters as words that an address can carry."""

import base64
import binascii

import numpy as np

from pnzoo.data.preprocessing import preprocess_images

SIZE = 28  # of a drawing
SIDE = 140  # of the bitmap that the page sends
_LEVELS = 3  # ink in an address is 0, 1/3, 2/3 or 1


def read_bitmap(text) -> str | None:
    """Code of the drawing in what the pad sent; None where nothing is drawn or it is no bitmap."""
    if not isinstance(text, str) or len(text) > 2 * SIDE * SIDE // 8:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) * 8 != SIDE * SIDE:
        return None
    bits = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(SIDE, SIDE)
    return code_of_image(1.0 - bits) if 0 < bits.mean() < 0.9 else None


def code_of_image(image) -> str:
    """Code of a picture of a character: dark ink on light paper or the other way round.

    Raises:
        ValueError: nothing is drawn on it.
    """
    return to_code(preprocess_images([image], crop=True)[0])


def to_code(drawing: np.ndarray) -> str:
    """A drawing [28, 28], ink 0 to 1, as a word of 262 letters."""
    levels = np.rint(np.clip(drawing, 0, 1) * _LEVELS).astype(np.uint8).ravel()
    packed = (levels[0::4] << 6) | (levels[1::4] << 4) | (levels[2::4] << 2) | levels[3::4]
    return base64.urlsafe_b64encode(packed.tobytes()).decode().rstrip("=")


def from_code(code: str) -> np.ndarray:
    """The drawing float32 [28, 28] of a code.

    Raises:
        ValueError: it is none.
    """
    try:
        data = base64.b64decode(code + "=" * (-len(code) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) * 4 != SIZE * SIZE:
        raise ValueError(f"{code[:30]!r} is no drawing; it was cut off or changed, copy the link again")
    packed = np.frombuffer(data, np.uint8)
    levels = np.stack([(packed >> shift) & 3 for shift in (6, 4, 2, 0)], axis=1)
    if not levels.any():
        raise ValueError("a drawing is empty")
    return (levels.reshape(SIZE, SIZE) / np.float32(_LEVELS)).astype("float32")
