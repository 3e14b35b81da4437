"""What elevation looks like: slope, and relief lit by the sun."""

import numpy as np


def gradients(elevation, metres_per_pixel):
    """Horn's gradients: how steeply the ground rises to the east and to the north.

        dz/dx = ((c + 2f + i) - (a + 2d + g)) / (8 dx)      dz/dy = ((a + 2b + c) - (g + 2h + i)) / (8 dy)

    for the 3x3 neighbourhood a b c / d e f / g h i, whose first row lies north. The edge is repeated beyond the edge.

    Args:
        elevation: metres, `[..., H, W]`, row 0 in the north.
        metres_per_pixel: a number > 0, or a pair (north-south, east-west) where pixels are not square.

    Returns:
        A tuple of float32 `[..., H, W]`, metres per metre: (eastwards, northwards).

    Raises:
        ValueError: elevation is no grid of finite numbers, or the resolution is no positive number.

    Reference: Horn 1981, "Hill shading and the reflectance map".
    """
    z = as_elevation(elevation)
    north_south, east_west = as_resolution(metres_per_pixel)
    padded = np.pad(z, [(0, 0)] * (z.ndim - 2) + [(1, 1), (1, 1)], mode="edge")
    # Each kernel is a difference along one axis and a weighted sum (1, 2, 1) along the other.
    difference = padded[..., :, 2:] - padded[..., :, :-2]
    east = (difference[..., :-2, :] + 2 * difference[..., 1:-1, :] + difference[..., 2:, :]) / (8 * east_west)
    difference = padded[..., :-2, :] - padded[..., 2:, :]
    north = (difference[..., :, :-2] + 2 * difference[..., :, 1:-1] + difference[..., :, 2:]) / (8 * north_south)
    return east, north


def slope(elevation, metres_per_pixel):
    """Steepness of the ground.

    Args:
        elevation: metres, `[..., H, W]`.
        metres_per_pixel: as in `gradients`.

    Returns:
        float32 `[..., H, W]`, degrees from 0 (flat) to 90.

    Raises:
        ValueError: as `gradients`.

    Example:
        >>> ramp = np.tile(np.arange(5) * 10.0, (4, 1))     # rises 10 m every 10 m
        >>> slope(ramp, 10)[1:3, 1:4].round(1).tolist()
        [[45.0, 45.0, 45.0], [45.0, 45.0, 45.0]]

    Reference: Horn 1981.
    """
    return np.degrees(np.arctan(np.hypot(*gradients(elevation, metres_per_pixel))))


def hillshade(elevation, metres_per_pixel, azimuth=315.0, altitude=45.0, shadows=False):
    """A picture of the ground from above, lit by the sun.

    The brightness of a matt surface is the cosine of the angle between its normal and the sun:

        max(0, sin(altitude) - cos(altitude) (dz/dx sin(azimuth) + dz/dy cos(azimuth))) / sqrt(1 + dz/dx^2 + dz/dy^2)

    Args:
        elevation: metres, `[..., H, W]`, row 0 in the north.
        metres_per_pixel: as in `gradients`.
        azimuth: where the sun stands, degrees clockwise from north; 315 is north-west.
        altitude: of the sun above the horizon, degrees from 0 to 90.
        shadows: whether ground that other ground hides from the sun is black.

    Returns:
        float32 `[..., H, W]` from 0 (dark) to 1.

    Raises:
        ValueError: as `gradients`, and for an altitude outside 0 to 90.

    Example:
        >>> round(float(hillshade(np.zeros((3, 3)), 10, altitude=30)[1, 1]), 3)     # flat ground: sin(altitude)
        0.5

    Reference: Horn 1981, equation for a Lambertian surface.
    """
    if not 0 <= altitude <= 90:
        raise ValueError(f"altitude is the sun's height above the horizon, 0 to 90 degrees; got {altitude!r}.")
    east, north = gradients(elevation, metres_per_pixel)
    up, round_about = np.radians(altitude), np.radians(azimuth)
    towards = east * np.float32(np.sin(round_about)) + north * np.float32(np.cos(round_about))
    light = (np.float32(np.sin(up)) - np.float32(np.cos(up)) * towards) / np.sqrt(1 + east**2 + north**2)
    light = np.maximum(light, 0)
    return np.where(cast_shadows(elevation, metres_per_pixel, azimuth, altitude), 0, light) if shadows else light


def cast_shadows(elevation, metres_per_pixel, azimuth=315.0, altitude=45.0):
    """Where higher ground stands between a pixel and the sun.

    A pixel lies in shadow if, at some distance d towards the sun, the ground is higher than z + d tan(altitude).

    Args:
        elevation, metres_per_pixel, azimuth, altitude: as in `hillshade`.

    Returns:
        bool `[..., H, W]`. Ground beyond the edge casts no shadow.

    Raises:
        ValueError: as `gradients`.

    Example:
        >>> wall = np.zeros((1, 6)); wall[0, 1] = 10.0
        >>> cast_shadows(wall, 10, azimuth=270, altitude=20).tolist()     # the sun in the west
        [[False, False, True, True, False, False]]
    """
    z = as_elevation(elevation)
    metres = np.array(as_resolution(metres_per_pixel))
    direction = np.array([-np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth))])  # (row, col), in metres
    pixels = direction / metres
    pixels = pixels / np.abs(pixels).max()  # a step enters the next row or the next column
    rise = np.hypot(*(pixels * metres)) * np.tan(np.radians(altitude))  # of a ray of light, in one step
    height = np.ptp(z) if z.size else 0.0
    # Beyond the point where the ray is above all ground nothing can stand in its way.
    steps = max(z.shape[-2:]) if rise * max(z.shape[-2:]) <= height else int(height / rise)
    hidden = np.zeros(z.shape, bool)
    for step in range(1, steps + 1):
        here, there = _overlap(z.shape[-2:], np.rint(step * pixels).astype(int))
        hidden[here] |= z[there] > z[here] + np.float32(step * rise)
    return hidden


def _overlap(shape, offset):
    """Index of the pixels whose neighbour at an offset is on the grid, and of those neighbours."""
    here, there = [...], [...]
    for size, by in zip(shape, offset, strict=True):
        here.append(slice(max(0, -by), max(0, min(size, size - by))))
        there.append(slice(max(0, by), max(0, min(size, size + by))))
    return tuple(here), tuple(there)


def as_elevation(elevation):
    """Check elevation and return it as float32 `[..., H, W]`.

    Raises:
        ValueError: it has fewer than two axes, or holds NaN or infinity, or no numbers.
    """
    z = np.asarray(elevation)
    if z.ndim < 2 or z.dtype.kind not in "iuf":
        raise ValueError(
            f"elevation is a grid of metres [..., H, W]; got {z.dtype} of shape {list(z.shape)}. "
            "Read a file with pnzoo.terrain.read_elevation(path)."
        )
    z = z.astype(np.float32)
    if not np.isfinite(z).all():
        count = int((~np.isfinite(z)).sum())
        raise ValueError(
            f"elevation holds NaN or infinity in {count:,} of {z.size:,} pixels; "
            "fill gaps first, for example with the mean of the pixels around them."
        )
    return z


def as_resolution(metres_per_pixel):
    """(north-south, east-west) in metres, from a number or a pair.

    Raises:
        ValueError: it is missing, or not positive.
    """
    try:
        pair = np.broadcast_to(np.asarray(metres_per_pixel, dtype=float), (2,))
    except (TypeError, ValueError):
        pair = np.array([np.nan, np.nan])
    if not (np.isfinite(pair).all() and (pair > 0).all()):
        raise ValueError(
            "metres_per_pixel is the ground resolution, a number > 0 or a pair (north-south, east-west); got "
            f"{metres_per_pixel!r}. A GeoTIFF's header states it; 64 pixels a degree of the Moon are 474 metres each."
        )
    return float(pair[0]), float(pair[1])
