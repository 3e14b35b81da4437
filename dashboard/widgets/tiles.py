"""Tiles: a picture, a title and a line each, which open what they are about (tiles.js)."""

from collections.abc import Callable

import streamlit as st

from dashboard.widgets import canvas

_tiles = canvas.component("tiles", '<ul class="tiles" role="list"></ul>', drawing=False)


def show(key: str, name: str, tiles: list[dict], on_open: Callable[[str], None], wide: bool = False) -> None:
    """Show tiles.

    Args:
        key: of the component.
        name: of the parameter of the address that a tile sets.
        tiles: dicts of `id` (the parameter's value), `title`, `line`, `tag` (above the title, or ""), `number` (large,
            before the line; may be left away), `open` (whether it is the one that is shown), and a picture: `svg`,
            markup that figures of ours made, or `film`, a PNG as text with `frames` pictures side by side, or neither.
            `group` is a heading that the tiles of that name stand under.
        on_open: called with the id of a tile that was chosen.
        wide: whether pictures hold words, and so have a phone's whole width.
    """

    def opened():
        chosen = getattr(st.session_state.get(key), "opened", None)
        if chosen in {tile["id"] for tile in tiles}:
            on_open(chosen)

    _tiles(key=key, data={"name": name, "tiles": tiles, "wide": wide}, on_opened_change=opened)
