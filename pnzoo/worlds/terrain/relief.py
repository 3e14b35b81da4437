"""Invented ground: craters, ridges, dunes and channels, drawn from a seed."""

import numpy as np
from scipy import fft, ndimage

# Depth of a simple crater is about a fifth of its diameter, its rim stands about a twentieth above the ground around
# it; floors of large ones are flat (Pike 1977). Of crater diameters, the number larger than D falls as D^-2 on a
# saturated surface.
DEPTH, RIM, POWER = 0.2, 0.045, 1.8
COMPLEX = (10, 25)  # radii in pixels between which floors turn flat, patch by patch
PLAINS = 0.35  # share of patches whose low ground lava or dust has buried
CROWD = 0.005  # craters a pixel where a surface is old
EXTENT = 2.6  # radii from the centre to where a crater's ejecta end
ROUGHNESS = (0.06, 0.26)  # root mean square slope of the noise, metres per metre


def generate_relief(n, size=128, metres_per_pixel=100.0, seed=0):
    """Invented elevation that looks like ground seen from above.

    Each patch mixes noise with a fractal spectrum, ridged in part, with craters of power-law sizes (bowl, rim, ejecta,
    old ones worn down, large ones with flat floors), and in some patches plains, dunes or a channel. Patch i depends on
    the seed and i alone. At 474 m a pixel its slopes are distributed as those of the Moon at 64 pixels a degree:
    roughness, number of craters and plains were chosen so, on longitudes that no test uses.

    Args:
        n: patches.
        size: pixels of a side, or (height, width).
        metres_per_pixel: ground resolution, a number > 0.
        seed: int, or several.

    Returns:
        float32 `[n, height, width]`, metres; each patch has mean 0.

    Raises:
        ValueError: n < 0, a side shorter than 8 pixels, or no positive resolution.

    Example:
        >>> generate_relief(2, 64, 100.0, seed=0).shape
        (2, 64, 64)

    Reference: Pike 1977 for the shape of craters; Neukum and Ivanov 1994 for their size distribution.
    """
    height, width = (int(side) for side in np.broadcast_to(size, (2,)))
    if n < 0 or min(height, width) < 8:
        raise ValueError(f"n is a number of patches >= 0 and size at least 8 pixels; got n={n!r}, size={size!r}.")
    if not metres_per_pixel > 0:
        raise ValueError(f"metres_per_pixel is the ground resolution, a number > 0; got {metres_per_pixel!r}.")
    patches = np.empty((n, height, width), np.float32)
    filters = _frequencies(height, width)
    for i in range(n):
        rng = np.random.default_rng((*np.atleast_1d(seed), i))
        patches[i] = _patch(filters, height, width, rng) * metres_per_pixel
    return patches


def _patch(filters, height, width, rng):
    """One patch, in pixels: of height as well as of length."""
    ground = _noise(filters, height, width, rng)
    if rng.random() < 0.1:
        ground += _dunes(height, width, rng)
    if rng.random() < 0.15:
        ground += _channel(height, width, rng)
    _add_craters(ground, rng)
    if rng.random() < PLAINS:
        ground = _with_plains(ground, rng)
    ground = ndimage.gaussian_filter(ground, rng.uniform(0.3, 1.2), mode="nearest")
    return ground - ground.mean(dtype=np.float64)


def _frequencies(height, width):
    """Length of each frequency's vector, cycles a pixel; 1 in place of 0 at the mean."""
    f = np.hypot(fft.fftfreq(height)[:, None], fft.rfftfreq(width)[None]).astype(np.float32)
    f[0, 0] = 1.0
    return f


def _noise(f, height, width, rng):
    """Fractal noise, smooth and ridged parts, scaled to a root mean square slope.

    Instruments and age blur the ground, so amplitudes fall faster beyond a cut-off of 3 to 12 pixels.
    """
    exponent = rng.uniform(1.6, 2.4)  # of the amplitude: the Hurst exponent + 1
    envelope = f**-exponent * np.exp(-((f * rng.uniform(3, 12)) ** 2) / 4)
    envelope[0, 0] = 0
    spectrum = rng.standard_normal((2, *f.shape), dtype=np.float32) * envelope
    smooth = fft.irfft2(spectrum[0] + 1j * spectrum[1], s=(height, width)).astype(np.float32)
    smooth /= smooth.std()
    # Absolute values turn the zero line of the noise into ridges.
    ground = smooth - np.float32(rng.uniform(0, 0.8)) * np.abs(smooth)
    slope = np.sqrt(np.mean(np.diff(ground, axis=0) ** 2) + np.mean(np.diff(ground, axis=1) ** 2))
    return ground * np.float32(np.exp(rng.uniform(*np.log(ROUGHNESS))) / slope)


def _add_craters(ground, rng, crowd=None):
    """Craters, the largest first, added in place."""
    height, width = ground.shape
    smallest, largest = 2.0, 0.4 * min(height, width)  # radii in pixels
    crowd = np.exp(rng.uniform(np.log(0.2), np.log(3.0))) if crowd is None else crowd
    count = rng.poisson(crowd * CROWD * height * width)
    radius = smallest * (1 - rng.random(count) * (1 - (smallest / largest) ** POWER)) ** (-1 / POWER)
    age = rng.random(count) ** 0.5  # 0 fresh, 1 worn away
    centre = rng.uniform(-0.1, 1.1, (count, 2)) * (height, width)
    flat_beyond = rng.uniform(*COMPLEX)
    for i in np.argsort(-radius):
        _add_crater(ground, centre[i], radius[i], age[i], flat_beyond)


def _add_crater(ground, centre, radius, age, flat_beyond):
    """One crater: a parabolic bowl inside radius 1, its floor cut flat if it is large, and a rim that falls as r^-3."""
    reach = radius * EXTENT
    first = np.maximum(0, np.floor(centre - reach).astype(int))
    last = np.minimum(ground.shape, np.ceil(centre + reach).astype(int) + 1)
    if (first >= last).any():
        return
    rows = (np.arange(first[0], last[0], dtype=np.float32) - np.float32(centre[0])) / np.float32(radius)
    columns = (np.arange(first[1], last[1], dtype=np.float32) - np.float32(centre[1])) / np.float32(radius)
    r2 = rows[:, None] ** 2 + columns[None] ** 2
    fresh = 1 - age
    depth, rim = 2 * DEPTH * fresh, 2 * RIM * fresh  # DEPTH and RIM are shares of the diameter
    floor = depth * min(1.0, (flat_beyond / radius) ** 0.7)  # as deep as a crater of that size, and a little deeper
    inside = np.maximum((depth + rim) * r2 - depth, -floor)
    outside = rim * np.maximum(0, np.maximum(r2, 1) ** np.float32(-1.5) - EXTENT**-3.0)
    ground[first[0] : last[0], first[1] : last[1]] += np.float32(radius) * np.where(r2 < 1, inside, outside)


def _with_plains(ground, rng):
    """The same ground with its low parts buried, and younger craters on the plain."""
    level = np.quantile(ground, rng.uniform(0.1, 0.7))
    tilt = np.add.outer(*(np.linspace(-0.5, 0.5, side) * rng.normal(0, 0.01 * side) for side in ground.shape))
    rough = rng.uniform(0.02, 0.15) * ndimage.gaussian_filter(rng.standard_normal(ground.shape), 2.0)
    ground = np.maximum(ground, level + tilt + rough).astype(np.float32)
    _add_craters(ground, rng, rng.uniform(0.02, 0.4))
    return ground


def _dunes(height, width, rng):
    """Transverse dunes: a wave with a gentle windward and a steep lee side, its crests bent."""
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(8, 24)
    rows, columns = np.ogrid[:height, :width]
    along = columns * np.cos(angle) + rows * np.sin(angle)
    across = rows * np.cos(angle) - columns * np.sin(angle)
    bend = rng.uniform(1, 4) * np.sin(2 * np.pi * (across / rng.uniform(40, 90) + rng.random()))
    phase = (along + bend) / length + rng.random()
    phase = phase - np.floor(phase)
    lee = 0.75  # share of the wavelength that the wind climbs
    wave = np.where(phase < lee, phase / lee, (1 - phase) / (1 - lee))
    strength = np.clip(np.sin(2 * np.pi * across / rng.uniform(80, 200) + rng.uniform(0, 6)) + 0.6, 0, 1)
    return (rng.uniform(0.02, 0.09) * length * wave * strength).astype(np.float32)


def _channel(height, width, rng):
    """A valley that winds from one side to the other, with banks as steep as its age allows."""
    rows, columns = np.ogrid[:height, :width]
    if rng.random() < 0.5:
        rows, columns, height, width = columns, rows, width, height
    x = columns / width
    middle = rng.uniform(0.25, 0.75) * height
    for _ in range(3):
        middle = middle + rng.uniform(0, 0.12) * height * np.sin(2 * np.pi * (rng.uniform(0.4, 2.5) * x + rng.random()))
    half = rng.uniform(2, 8)
    bank = rng.uniform(1.0, 4.0)
    depth = rng.uniform(0.06, 0.3) * half
    return (-depth / (1 + np.exp(np.clip((np.abs(rows - middle) - half) / bank * 2, -30, 30)))).astype(np.float32)
