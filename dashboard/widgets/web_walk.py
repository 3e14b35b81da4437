"""Walks on a web, page after page; words of the sought page light up where a page has them (web_walk.js)."""

from collections.abc import Callable

from dashboard.widgets import canvas

_walk = canvas.component("web_walk", '<div class="web"></div>', drawing=False)


def show(key: str, words: list[str], rare: tuple, goal: str, walks: list[dict], on_another: Callable[[], None]) -> None:
    """Show walks for the same words, all at one speed.

    Args:
        key: of the component.
        words: that are looked for, in their order.
        rare: places of those that few pages have, which light up.
        goal: name of the page that is meant.
        walks: dicts of `name`; `role`, what it does in a word or two; `good`, whether it ends on the page; `ending`,
            how it ended; `guess`, what the model takes for the page, or ""; and `pages`, dicts of `name` and `field`,
            what a reader calls it and its subject; `title`, as the web does; `found` (places of the words that the
            page has), `left` (links from it to the page that is meant, or None), `linked` (how many pages link there)
            and `links` ([name, share, whether it was taken, links left from there], best first).
        on_another: called where another page shall be looked for.
    """
    _walk(key=key, data={"words": words, "rare": list(rare), "goal": goal, "walks": walks},
          on_another_change=on_another)
