"""Files from strangers: what they are is read from their bytes, never from their name, before anything is opened."""

import io
import warnings

import numpy as np

from dashboard.compute import MAX_SIDE
from pnzoo import gridworld
from pnzoo.worlds.gridworld.border import pad_border

MOST_BYTES = 500_000
MOST_PIXELS = 2_000 * 2_000
_PNG = b"\x89PNG\r\n\x1a\n"
_OTHERS = {b"\xff\xd8\xff": "a JPEG", b"GIF8": "a GIF", b"BM": "a BMP", b"PK": "a ZIP archive", b"%PDF": "a PDF",
           b"\x1f\x8b": "a gzip archive", b"MZ": "a program", b"\x7fELF": "a program", b"RIFF": "a WebP or sound file",
           b"\x89HDF": "an HDF5 file", b"\x93NUMPY": "a NumPy file"}


def read_map(data: bytes, cells: int = 41):
    """A map from an uploaded text or PNG.

    Args:
        data: the file.
        cells: a picture larger than a map can be is shrunk until its longer side has so many cells.

    Returns:
        `pnzoo.gridworld.ParsedMap` with a ring of wall round it. In a picture dark is wall; in one with a
        pixel a cell a red pixel is the start and a green one the goal.

    Raises:
        ValueError: it is no map; says what it is and what to upload.
    """
    _check_size(data)
    parsed = _from_png(data, cells) if data.startswith(_PNG) else text_map(_as_text(data))
    return parsed


def text_map(text: str):
    """A map from text, with a ring of wall round it."""
    if len(text) > 4 * MAX_SIDE * MAX_SIDE:
        raise ValueError(f"{len(text):,} characters are no map; at most {MAX_SIDE} lines of {MAX_SIDE}.")
    return bordered(*gridworld.parse(text))


def read_image(data: bytes) -> np.ndarray:
    """Grey values 0 (black) to 1 (white), float [H, W], of an uploaded PNG.

    Raises:
        ValueError: it is no PNG, or too large.
    """
    _check_size(data)
    if not data.startswith(_PNG):
        raise ValueError(f"this is {_kind(data)}; upload a PNG.")
    return np.asarray(_open_png(data).convert("L"), dtype="float32") / 255


def _check_size(data):
    if not data:
        raise ValueError("the file is empty.")
    if len(data) > MOST_BYTES:
        raise ValueError(f"the file has {len(data):,} bytes, at most {MOST_BYTES:,} are read.")


def _as_text(data):
    kind = _kind(data)
    if kind != "text":
        raise ValueError(f"this is {kind}; upload a PNG picture, or text of # (wall), . (free), S and G.")
    return data.decode("utf-8-sig")


def _kind(data):
    for mark, kind in _OTHERS.items():
        if data.startswith(mark):
            return kind
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "neither text nor a PNG"
    if text.lstrip().startswith("<"):
        return "markup (SVG, HTML or XML)"
    return "neither text nor a PNG" if "\0" in text else "text"


def _open_png(data):
    from PIL import Image

    width, height = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
    if data[12:16] != b"IHDR" or not width or not height:
        raise ValueError("this PNG is damaged; save it again.")
    if width * height > MOST_PIXELS:  # said by the header, before a pixel is unpacked
        raise ValueError(f"the picture says it has {width:,} x {height:,} pixels, at most {MOST_PIXELS:,} in all.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(data), formats=["PNG"])
            picture.load()
            picture = picture.convert("RGBA")
            return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    except Exception as error:  # a decoder can fail in many ways on bytes made to hurt it
        raise ValueError("this PNG is damaged; save it again.") from error


def _from_png(data, cells):
    picture = _open_png(data)
    width, height = picture.size
    if max(width, height) > MAX_SIDE:
        share = cells / max(width, height)
        picture = picture.resize((max(1, round(width * share)), max(1, round(height * share))), resample=4)
        pixels = np.asarray(picture.convert("L"))
        return bordered(pixels < 128, None, None)
    pixels = np.asarray(picture).astype(int)
    red, green, blue = (pixels[..., i] for i in range(3))
    start = _one_cell((red > 150) & (green < 100) & (blue < 100), "red", "start")
    goal = _one_cell((green > 150) & (red < 120) & (blue < 120), "green", "goal")
    walls = pixels.mean(axis=2) < 128
    for cell in (start, goal):
        if cell is not None:
            walls[cell] = False
    return bordered(walls, start, goal)


def _one_cell(mask, colour, what):
    cells = np.argwhere(mask)
    if len(cells) > 1:
        raise ValueError(f"the picture has {len(cells)} {colour} pixels; the {what} is one pixel, or none.")
    return tuple(int(x) for x in cells[0]) if len(cells) else None


def bordered(walls, start, goal):
    """A map with its ring of wall, where it has none; ValueError if it is too large, too small or all wall."""
    walls, margin = pad_border(walls)
    if min(walls.shape) < 3 or max(walls.shape) > MAX_SIDE:
        height, width = (side - 2 * margin for side in walls.shape)
        raise ValueError(
            f"the map has {height} x {width} cells; {MAX_SIDE} x {MAX_SIDE} with its ring of wall is the most."
        )
    if walls.all():
        raise ValueError("the map is all wall; leave some cells free (. in text, light in a picture).")
    start, goal = (None if cell is None else (cell[0] + margin, cell[1] + margin) for cell in (start, goal))
    return gridworld.ParsedMap(walls, start, goal)
