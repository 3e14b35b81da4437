"""Colours, in one place for figures, pictures and the canvases of the browser.

They hold for every kind of colour vision: Okabe and Ito's palette where things are told apart; Viridis for values;
orange to purple for rewards, white at 0; Inferno for costs.
"""

from typing import NamedTuple

BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999",
)  # fmt: skip
PALETTE = (BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY)
RESULTS_PALETTE = (BLUE, RED, GREEN, PINK, ORANGE, SKY, "#7a5195", "#8a9199")
VALUE_SCALE = "Viridis"
REWARD_SCALE = ["#a65a0f", "#e08214", "#fdb863", "#fee0b6", "#f7f7f7", "#d8daeb", "#b2abd2", "#8073ac", "#5b3a94"]
# On a dark page white would glare: what costs or pays nothing is dark there.
REWARD_SCALE_DARK = ["#ffc27a", "#e89436", "#b3661a", "#66411f", "#2a313b", "#3f3866", "#654aa0", "#8f7fca", "#c2b4f0"]
COST_SCALE = "Inferno"
BLACK, WHITE = "#12161c", "#ffffff"  # of letters on a colour


class Theme(NamedTuple):
    """Colours of a theme.

    text, faint:   of letters, of what stays in the background
    floor, wall:   of free cells and walls
    path, best:    of the model's path and a shortest one, which is the exact solver's
    good, ink:     of the goal, of letters on path and goal
    weight:        of a positive weight (a negative one is `ORANGE`)
    move, edge:    of the arrow of a true move, of the frame of an image
    reacts:        of the path of a network that only reacts
    third, fourth: of paths of further models
    """

    text: str
    faint: str
    floor: str
    wall: str
    path: str
    best: str
    good: str
    ink: str
    weight: str
    move: str
    edge: str
    reacts: str
    third: str
    fourth: str


LIGHT = Theme(
    text="#1d2733", faint="rgba(29,39,51,0.35)", floor="#f2f4f7", wall="#3c4856", path="#c74e00", best=BLUE,
    good="#00795a", ink=WHITE, weight="#4f86b0", move="#003f66", edge="#b9c2ce",
    reacts="#b3277f", third="#6a4bc4", fourth="#766400",
)  # fmt: skip
DARK = Theme(
    text="#e8ecf1", faint="rgba(232,236,241,0.4)", floor="#1d232c", wall="#657389", path="#ff8c42", best="#6cc4ff",
    good="#2cc295", ink=BLACK, weight="#8fb8d8", move="#6cc4ff", edge="#46515f",
    reacts="#ff8ecb", third="#b8a4ff", fourth="#e3d36b",
)  # fmt: skip


def of(dark: bool) -> Theme:
    """The colours of a theme."""
    return DARK if dark else LIGHT


def of_models(reacts: list[bool]) -> list[str]:
    """Fields of `Theme` for models in one picture: planners have one, networks that only react another.

    Whoever finds the colour of its kind taken has a further one.

    Args:
        reacts: of each model, at most four.
    """
    free = ["path", "reacts", "third", "fourth"]
    kept = []
    for each in reacts:
        own = "reacts" if each else "path"
        kept.append(own if own not in kept else next(hue for hue in free[2:] + free[:2] if hue not in kept))
    return kept


def parts(colour: str) -> list[int]:
    """Red, green and blue of #rrggbb, from 0 to 255."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def letters_on(red: float, green: float, blue: float) -> str:
    """Black or white, whichever is read more easily on a colour of parts from 0 to 255."""
    return BLACK if 0.3 * red + 0.59 * green + 0.11 * blue > 130 else WHITE


def reward_scale(sign: int, dark: bool = False) -> list[str]:
    """Colours of R from its lowest to its highest: purple is what makes V rise, whichever way round R is."""
    scale = REWARD_SCALE_DARK if dark else REWARD_SCALE
    return scale if sign >= 0 else scale[::-1]


def stops(scale):
    """Colours of a scale as [[red, green, blue], ...], for the canvas."""
    from plotly.colors import get_colorscale

    colours = scale if isinstance(scale, list) else [colour for _, colour in get_colorscale(scale)]
    return [parts(colour) for colour in colours]
