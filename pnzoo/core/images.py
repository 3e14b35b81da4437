"""Images as people have them, opened by one function: paths, bytes, files, PIL images of any mode, arrays of any type.

`open_image` opens, `to_grey` reads an image in grey, `to_rgb` in colour. Pillow is needed for files and colour.
"""

import io
import math
import os
import stat
import warnings
from typing import Any, NamedTuple

import numpy as np

MAX_PIXELS = 100_000_000  # as many and more are refused
STRIPE = 250_000  # pixels converted in one go
GREY = np.array([0.299, 0.587, 0.114])  # of red, green and blue: ITU-R BT.601
ADDRESSES = ("http", "https", "ftp", "file", "s3", "gs")
FITS = ("crop", "stretch", "pad")
DEEP = ("I", "F")  # Pillow's modes of more than 8 bits begin so
# What brings an image upright, by its EXIF orientation.
UPRIGHT = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: np.swapaxes(a, 0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.swapaxes(a[::-1, ::-1], 0, 1),
    8: lambda a: np.rot90(a),
}


def open_image(image: Any, name: str = "the image") -> Any:
    """Open whatever holds one image.

    Args:
        image: a path, the bytes of a file, a binary file object, a PIL image, or an array `[H, W]` or `[H, W, C]`
            with C = 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) of any numbers, or a flattened square `[H*H]`.
        name: what to call it in errors; a path is added.

    Returns:
        A PIL image, not yet decoded where it comes from a file, or a NumPy array `[H, W]` or `[H, W, C]`.

    Raises:
        ValueError: for a file that cannot be read, an address of the web (it is not fetched), an image of
            `MAX_PIXELS` or more, NaN or infinity, or anything else.
        ImportError: if Pillow is needed and missing.
    """
    if isinstance(image, str | os.PathLike):
        return _open_path(image, f"{name} ({os.fspath(image)})")
    if isinstance(image, bytes | bytearray | memoryview):
        return _open_file(io.BytesIO(image), name)
    if hasattr(image, "read"):
        return _open_stream(image, name)
    if is_pil(image):
        _check_size(image.size[::-1], name)
        return image
    return _check_array(image, name)


def _open_path(path, name):
    if "://" in str(path) and str(path).split("://")[0].lower() in ADDRESSES:
        raise ValueError(f"{name}: addresses are not fetched. Download it and give its path.")
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise ValueError(f"{name} is a folder or no regular file. Give an image file.")
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}.") from error
    return _open_file(path, name)


def _open_stream(stream, name):
    name = f"{name} ({stream.name})" if isinstance(getattr(stream, "name", None), str) else name
    try:
        content = stream.read()
    except (OSError, ValueError) as error:
        raise ValueError(f"{name} cannot be read: {error}.") from error
    if not isinstance(content, bytes):
        raise ValueError(f"{name} is a text file object. Open it with mode 'rb'.")
    return _open_file(io.BytesIO(content), name)


def _open_file(file, name):
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("reading image files needs Pillow: type `pip install 'pnzoo[fewshot]'`.") from error
    try:
        with warnings.catch_warnings():  # Pillow warns of sizes that are refused below
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file)
    except Image.DecompressionBombError as error:
        raise ValueError(f"{name} has {MAX_PIXELS:,} pixels or more. Make it smaller.") from error
    except Image.UnidentifiedImageError as error:
        if _is_heif(file) and _register_heif(name):
            return _open_file(file, name)
        raise ValueError(f"{name} cannot be read as an image: {_first_line(error)}.") from error
    except Exception as error:  # Pillow's readers raise whatever a damaged file makes them stumble over
        raise ValueError(f"{name} cannot be read as an image: {_first_line(error)}.") from error
    _check_size(image.size[::-1], name)
    return image


HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")  # brands of what phones write


def _is_heif(file):
    """Whether a file is one of HEIF, by its first bytes."""
    if hasattr(file, "read"):
        file.seek(0)
        start = file.read(12)
        file.seek(0)
    else:
        with open(file, "rb") as stream:
            start = stream.read(12)
    return start[4:8] == b"ftyp" and start[8:12] in HEIF


def _register_heif(name):
    """Teach Pillow to read HEIF; True the first time.

    Raises:
        ValueError: the plugin is not installed.
    """
    from PIL import Image

    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise ValueError(f"{name} is HEIC. Pillow reads it with a plugin: type `pip install pillow-heif`.") from error
    known = "HEIF" in Image.OPEN
    register_heif_opener()
    return not known


def _check_array(image, name):
    try:
        array = np.asarray(image)
        array = array.astype("float64") if array.dtype == object and array.ndim else array
    except (TypeError, ValueError):
        array = np.zeros(0, "O")
    if array.dtype.kind not in "buif":
        raise ValueError(f"{name} is {kind(image)}, expected a path, a PIL image or an array of numbers.")
    if array.ndim == 1 and array.size and math.isqrt(array.size) ** 2 == array.size:
        array = array.reshape(math.isqrt(array.size), -1)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 2, 3, 4)):
        raise ValueError(f"{name} has shape {array.shape}, expected [H, W] or [H, W, C] with C = 1, 2, 3 or 4.")
    _check_size(array.shape, name)
    if array.dtype.kind == "f" and not _finite(array):
        raise ValueError(f"{name} holds NaN or infinity. Replace them, for example with numpy.nan_to_num.")
    return array


def _finite(array):
    return all(np.isfinite(array[top:bottom]).all() for top, bottom in _stripes(*array.shape[:2]))


def _check_size(shape, name):
    height, width = shape[:2]
    if not height * width:
        raise ValueError(f"{name} has shape {tuple(shape)}: there is nothing in it.")
    if height * width >= MAX_PIXELS:
        raise ValueError(f"{name} has {width:,} x {height:,} pixels, {MAX_PIXELS:,} or more. Make it smaller.")


# -- grey -----------------------------------------------------------------------------------------


class Grey(NamedTuple):
    """A grey image whose pixels may stand for several of the original's.

    Attributes:
        values: `[h, w]`, uint8 from 8-bit files, else float64 in the image's own range.
        rows: float `[h + 1]`, where its rows begin and end, in pixels of the original.
        columns: float `[w + 1]`, likewise.
    """

    values: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


def to_grey(image: Any, name: str = "the image", least: int | None = None) -> Grey:
    """One image in grey, upright, on white where it is transparent.

    Args:
        image, name: as for `open_image`.
        least: None for every pixel; or a length: sides at least twice as long are averaged down to it (and at most
            twice it) while the image is read, so that a large photograph takes little time and memory.

    Returns:
        `Grey`.

    Raises:
        ValueError, ImportError: as `open_image` does.

    Example:
        >>> grey = to_grey(np.full((4000, 30, 3), 200, "uint8"), least=500)
        >>> grey.values.shape, float(grey.rows[-1]), round(grey.values[0, 0])
        ((500, 30), 4000.0, 200)
    """
    opened = open_image(image, name)
    if isinstance(opened, np.ndarray):
        return _grey_of_array(opened, least)
    shape, turn = opened.size[::-1], _orientation(opened)
    if least and opened is not image:  # a JPEG is decoded at a fraction of its size
        opened.draft("L", (least, least))
    grey = _decoded(lambda: _grey_of_pil(opened, least), image, name)
    # where decoding has halved an odd length, the last pixel stands for less
    rows, columns = grey.rows * (shape[0] / grey.rows[-1]), grey.columns * (shape[1] / grey.columns[-1])
    return _turned(Grey(grey.values, rows, columns), turn)


def _grey_of_pil(image, least):
    if image.mode.startswith(DEEP):
        return _grey_of_array(_deep_array(image), least)
    (width, height), (down, across) = image.size, _factors(image.size[::-1], least)
    parts = [
        np.asarray(_grey_stripe(image.crop((0, top, width, bottom))).reduce((across, down)))
        for top, bottom in _stripes(height, width, down)
    ]
    return Grey(np.concatenate(parts), _edges(height, down), _edges(width, across))


def _grey_stripe(image):
    return image if image.mode == "L" and "transparency" not in image.info else _on_white(image).convert("L")


def _on_white(image):
    """RGB of an 8-bit PIL image of any mode."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _deep_array(image):
    """A PIL image of more than 8 bits, white where it is transparent."""
    array = _check_array(np.asarray(image), "it")
    clear = image.info.get("transparency")
    return np.where(array == clear, _white(array), array) if isinstance(clear, int) else array


def _grey_of_array(array, least):
    (height, width), (down, across) = array.shape[:2], _factors(array.shape, least)
    rows, columns = _edges(height, down), _edges(width, across)
    white = _white(array) if array.ndim == 3 and array.shape[2] in (2, 4) else None
    parts = []
    for top, bottom in _stripes(height, width, down):
        stripe = np.add.reduceat(_grey_channel(array[top:bottom], white), columns[:-1].astype(int), axis=1)
        parts.append(np.add.reduceat(stripe, np.arange(0, bottom - top, down), axis=0))
    return Grey(np.concatenate(parts) / np.diff(rows)[:, None] / np.diff(columns), rows, columns)


def _grey_channel(image, white):
    """float64 [h, w] of an array's rows."""
    image = image.astype("float64")
    if image.ndim == 2:
        return image
    if white is not None:  # the last channel says how opaque
        opaque = np.clip(image[..., -1:] / white, 0, 1)
        image = image[..., :-1] * opaque + white * (1 - opaque)
    return image @ GREY if image.shape[2] == 3 else image[..., 0]


def _white(array):
    """The value of white: that of the type, or the likeliest one for types that have no own."""
    if array.dtype.kind == "b":
        return 1.0
    if array.dtype in (np.uint8, np.uint16):
        return float(np.iinfo(array.dtype).max)
    most = float(array.max())
    if array.dtype.kind == "f":
        return 255.0 if most > 1.5 else 1.0  # resizing leaves 1.0000002 where 1 was
    return 255.0 if most <= 255 else max(65535.0, most)


def _factors(shape, least):
    return [max(1, length // least) if least else 1 for length in shape[:2]]


def _edges(length, factor):
    return np.minimum(np.arange(-(-length // factor) + 1) * factor, length).astype("float64")


def _stripes(height, width, multiple=1):
    """(top, bottom) of the rows to convert in one go, so that nothing but the image itself is large."""
    step = multiple * max(1, STRIPE // (width * multiple))
    return [(top, min(height, top + step)) for top in range(0, height, step)]


def _orientation(image):
    try:
        return image.getexif().get(0x0112, 1)
    except Exception:  # a damaged note about the image does not make the image unreadable
        return 1


def _turned(grey, orientation):
    """`Grey` upright: its values, and which edges they lie between."""
    if orientation not in UPRIGHT:
        return grey
    up, left = (edges[-1] - edges[::-1] for edges in (grey.rows, grey.columns))
    edges = {
        2: (grey.rows, left),
        3: (up, left),
        4: (up, grey.columns),
        5: (grey.columns, grey.rows),
        6: (grey.columns, up),
        7: (left, up),
        8: (left, grey.rows),
    }
    return Grey(UPRIGHT[orientation](grey.values), *edges[orientation])


# -- colour ---------------------------------------------------------------------------------------


def to_rgb(
    image: Any, size: int | tuple[int, int], name: str = "the image", fit: str = "crop", least: int = 1
) -> np.ndarray:
    """One photograph in colour, upright, on white where it is transparent.

    Args:
        image, name: as for `open_image`.
        size: height and width of the result, in pixels: one number, or a pair.
        fit: `"crop"` keeps the middle, `"stretch"` all of the image, `"pad"` all of it between bars of middle grey.
        least: pixels that each side must have.

    Returns:
        float32 `[H, W, 3]`, RGB, 0 to 1; a grey image has three equal channels.

    Raises:
        ValueError, ImportError: as `open_image` does.

    Example:
        >>> to_rgb(np.zeros((40, 60), "uint8"), 32).shape
        (32, 32, 3)
    """
    if fit not in FITS:
        raise ValueError(f"fit={fit!r} is not one of {', '.join(map(repr, FITS))}.")
    height, width = size if isinstance(size, tuple | list) else (size, size)
    opened = open_image(image, name)
    if isinstance(opened, np.ndarray):
        _check_least(opened.shape, least, image, name)
        return _small_rgb(_eight_bit(opened), height, width, fit)
    try:
        _check_least(opened.size[::-1], least, image, name)
        return _rgb_of_pil(opened, (height, width), fit, image, name)
    finally:
        if opened is not image:
            opened.close()


def _check_least(shape, least, image, name):
    height, width = shape[:2]
    if min(height, width) < least:
        size = f"{width} x {height} pixel{'s' if width * height > 1 else ''}"
        raise ValueError(f"{_where(image, name)} has {size}, and a photograph needs {least} or more a side.")


def _rgb_of_pil(opened, shape, fit, image, name):
    height, width = shape
    turn = _orientation(opened)
    if turn in (5, 6, 7, 8):
        height, width = width, height
    if opened is not image:
        opened.draft("RGB", (2 * width, 2 * height))
    small = _decoded(lambda: _small_rgb(opened, height, width, fit), image, name)
    return UPRIGHT[turn](small) if turn in UPRIGHT else small


def _small_rgb(image, height, width, fit):
    image = _eight_bit(_deep_array(image)) if image.mode.startswith(DEEP) else image
    box = _middle(image.size, height, width) if fit == "crop" else None
    inner = _within(image.size, height, width) if fit == "pad" else (width, height)
    small = _on_white(image).resize(inner, resample=2, box=box, reducing_gap=3.0)  # 2: bilinear
    array = np.asarray(small, "float32") / np.float32(255)
    return array if fit != "pad" else _padded(array, height, width)


def _within(size, height, width):
    """(width, height) of the largest image of these proportions inside a frame."""
    scale = min(width / size[0], height / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _padded(array, height, width):
    frame = np.full((height, width, 3), 0.5, "float32")
    top, left = (height - len(array)) // 2, (width - array.shape[1]) // 2
    frame[top : top + len(array), left : left + array.shape[1]] = array
    return frame


def _eight_bit(array):
    """A PIL image of an array of any numbers."""
    from PIL import Image

    array = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    if array.dtype != np.uint8:
        array = np.rint(np.clip(array / _white(array), 0, 1) * 255).astype("uint8")
    return Image.fromarray(np.ascontiguousarray(array))


def _middle(size, height, width):
    """The largest part of that shape, (left, top, right, bottom)."""
    scale = min(size[0] / width, size[1] / height)
    left, top = (size[0] - width * scale) / 2, (size[1] - height * scale) / 2
    return (left, top, left + width * scale, top + height * scale)


# -- words ----------------------------------------------------------------------------------------


def _decoded(decode, image, name):
    """What `decode()` gives; Pillow decodes late, and raises whatever a damaged file makes it stumble over."""
    try:
        return decode()
    except Exception as error:
        raise ValueError(f"{_where(image, name)} cannot be read as an image: {_first_line(error)}.") from error


def _where(image, name):
    return f"{name} ({os.fspath(image)})" if isinstance(image, str | os.PathLike) else name


def is_pil(image: Any) -> bool:
    """Whether it is a PIL image, without importing Pillow."""
    return hasattr(image, "getbands") and hasattr(image, "crop")


def kind(thing: Any) -> str:
    """The type in words: `numpy.ndarray`."""
    return f"{type(thing).__module__}.{type(thing).__qualname__}".removeprefix("builtins.")


def _first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")[:200]
