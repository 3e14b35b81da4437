"""V flooding a map and the path that follows -> a GIF, or its last picture as a PNG."""

import io

import numpy as np

from dashboard.figures import theme

SIDE, MOST_FRAMES = 480, 40  # pixels of the longer side, pictures of a film


def gif(values, walls, start, goal, path) -> bytes:
    """The film.

    Args:
        values: [K, H, W], V after each step.
        walls:  bool [H, W].
        start, goal: cells.
        path: [T+1, 2], the cells that are walked.

    Returns:
        A GIF file that starts again.
    """
    steps = np.unique(np.linspace(0, len(values) - 1, MOST_FRAMES * 2 // 3).astype(int))
    parts = np.unique(np.linspace(1, len(path), MOST_FRAMES // 3).astype(int))
    pictures = [_picture(values[step], walls, start, goal, path[:1]) for step in steps]
    pictures += [_picture(values[-1], walls, start, goal, path[:part]) for part in parts]
    file = io.BytesIO()
    first, *others = [picture.quantize(64) for picture in pictures]
    first.save(file, "GIF", save_all=True, append_images=others, duration=[90] * (len(pictures) - 1) + [1500], loop=0)
    return file.getvalue()


def png(values, walls, start, goal, path) -> bytes:
    """The last picture of the film; arguments as for `gif`."""
    file = io.BytesIO()
    _picture(values[-1], walls, start, goal, path).save(file, "PNG")
    return file.getvalue()


def _picture(value, walls, start, goal, path):
    from PIL import Image, ImageDraw

    walls = np.asarray(walls, bool)
    free = value[~walls]
    share = np.clip((value - free.min()) / max(float(np.ptp(free)), 1e-9), 0, 1)
    stops = np.array(theme.stops(theme.VALUE_SCALE), float)
    place = share * (len(stops) - 1)
    below = np.minimum(place.astype(int), len(stops) - 2)
    cells = stops[below] + (stops[below + 1] - stops[below]) * (place - below)[..., None]
    cells[walls] = [int(theme.LIGHT.wall[i : i + 2], 16) for i in (1, 3, 5)]
    unit = max(1, SIDE // max(walls.shape))
    image = Image.fromarray(cells.astype("uint8")).resize((walls.shape[1] * unit, walls.shape[0] * unit), 0)
    pen, spot = ImageDraw.Draw(image), lambda cell: ((cell[1] + 0.5) * unit, (cell[0] + 0.5) * unit)
    if len(path) > 1:
        pen.line([spot(cell) for cell in path], fill=theme.LIGHT.path, width=max(2, unit // 5), joint="curve")
    for cell, colour in ((start, "white"), (goal, theme.LIGHT.good), (path[-1], theme.LIGHT.path)):
        x, y = spot(cell)
        reach = max(2, unit * 0.36)
        pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour, outline="black")
    return image
