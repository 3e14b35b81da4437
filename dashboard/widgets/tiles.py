"""Tiles: a picture, a title and a line each, which open what they are about (tiles.js)."""

from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from dashboard.widgets import canvas

_SCREEN = 8  # more tiles than these fill a phone
_COLOURED = ("vin16", "vin_moon")  # films that are no drawings on light paper

_tiles = canvas.component("tiles", '<div class="frame"><ul class="tiles" role="list"></ul></div>', drawing=False)


def show(key: str, name: str, tiles: list[dict], on_open: Callable[[str], None], wide: bool = False,
         roomy: bool = False, rest: bool = False, fold: bool = False) -> None:
    """Show tiles.

    Args:
        key: of the component.
        name: of the parameter of the address that a tile sets.
        tiles: dicts of `id` (the parameter's value), `title`, `line`, `tag` (above the title, or ""), `number` (large,
            before the line; may be left away), `open` (whether it is the one that is shown), and a picture: `svg`,
            markup that figures of ours made, or `film`, one that moves, or neither.
            `turned`: a film of drawings on light paper has light drawings on dark; `dark`: the page is dark.
            `group` is a heading that the tiles of that name stand under, and `about` what it says of them; small groups
            stand beside each other. `paper` is a line of what the paper reports. `strip`: `value`, `low`, `high` and
            `paper` (or None) of a bar from 0 to 1.
            `href` is where a tile leads instead, seen from the page; `more` is a second line,
            `press` what looks like a button.
        on_open: called with the id of a tile that was chosen.
        wide: whether pictures hold words, and so have a phone's whole width.
        roomy: few tiles, three a row.
        rest: whether the tile that is open stands among others, shown elsewhere.
        fold: whether a group shows its first ones, and the others at a touch.
    """

    def opened():
        chosen = getattr(st.session_state.get(key), "opened", None)
        if chosen in [tile["id"] for tile in tiles]:  # a list: what was sent may be anything
            on_open(chosen)

    with st.container(key=f"{key}_{'screen' if len(tiles) > _SCREEN else 'few'}"):  # room is kept for many: frame.css
        _tiles(key=key, on_opened_change=opened,
               data={"name": name, "tiles": tiles, "wide": wide, "roomy": roomy, "rest": rest, "fold": fold})


@st.cache_data(max_entries=200, show_spinner=False)
def film(name: str) -> dict:
    """`film`, the moving picture of an entry, which `python -m train.readme.thumbnails` drew; {} without."""
    file = Path(__file__).parents[1] / "thumbnails" / f"{name}.svg"
    return {"film": file.read_text(encoding="utf-8")} if file.is_file() else {}


def lead(key: str, name: str, number: str, line: str, more: str, turned: bool = False, dark: bool = False) -> None:
    """What an entry does and how well, large: its living thumbnail, a number, what it counts, what to set it beside."""
    _tiles(key=key, data={"name": "", "tiles": [
        {"id": name, "alone": True, "number": number, "line": line, "more": more, "turned": dark and turned,
         "dark": dark, **film(name)}]})


def beside(markup: str, films: tuple, dark: bool) -> str:
    """A picture with films of entries at its side, (entry, what is seen); its markup alone without any."""
    reels = ""
    for name, words in films:
        shown = film(name)
        if shown:
            turned = " turned" if dark and not name.startswith(_COLOURED) else ""
            reels += (f'<figure><div class="reel film{" dark" * dark}{turned}">{shown["film"]}</div>'
                      f"<figcaption>{escape(words)}</figcaption></figure>")
    return f'<div class="beside"><div>{markup}</div><div class="reels">{reels}</div></div>' if reels else markup


def picture(key: str, markup: str, line: str = "") -> None:
    """A picture of a tile by itself, as large as its column; `line`, for readers of the page, says what it shows."""
    rows = markup.count("<li") + markup.count('class="low"')
    room = next((each for each in ("curves", "compass") if f'class="{each}"' in markup), f"room{rows}")  # frame.css
    _tiles(key=f"{key}_{room}",
           data={"name": "", "wide": True, "tiles": [{"id": key, "alone": True, "svg": markup, "line": line}]})
