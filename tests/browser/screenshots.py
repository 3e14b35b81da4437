"""Photograph the dashboard: python -m tests.browser.screenshots

Without arguments: the pictures of README and a social one (1,200 x 630), into dashboard/screenshots/. With a folder:
every page, light and dark, at 1,280 and 400 pixels, into that folder, to be looked at.
"""

import io
import sys
from pathlib import Path

from tests.browser import serving

MAZE = "inside?model=vin16&step=9"
README = {"inside": (MAZE, 1280, 860), "few_shot": ("few_shot", 1280, 860), "social": ("", 1200, 630)}
PAGES = {
    "plan": "",
    "inside": MAZE,
    "inside_cell": "inside?view=cell&step=5",
    "inside_moves": "inside?view=moves",
    "inside_paint": "inside?view=paint",
    "few_shot": "few_shot",
    "few_shot_fce": "few_shot?fewshot=matching_fce_glyphs&shot=2",
    "compare": "compare",
    "compare_few_shot": "compare?what=few-shot",
    "zoo": "zoo",
    "zoo_card": "zoo?entry=vin16",
    "answers": "answers",
    "lessons": "lessons",
    "photographs": "photographs",
    "terrain": "terrain",
    "worlds": "worlds",
    "worlds_body": "worlds?world=body",
}


def main(folder=None):
    """Take the pictures."""
    with serving.server() as (address, _), serving.browser() as chrome:
        if folder is None:
            target = serving.ROOT / "dashboard" / "screenshots"
            for name, (path, width, height) in README.items():
                take(chrome, f"{address}/{path}", target / f"{name}.png", "light", width, height=height)
            return
        for name, path in PAGES.items():
            for theme in ("light", "dark"):
                for width in (1280, 400):
                    take(chrome, f"{address}/{path}", Path(folder) / f"{name}_{theme}_{width}.png", theme, width)


def take(chrome, url, file, theme, width, height=None):
    """One picture: of the first screen, or of the whole page without a height."""
    context = chrome.new_context(viewport={"width": width, "height": height or 900}, color_scheme=theme,
                                 reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    serving.settle(page)
    page.wait_for_timeout(500)
    if height is None:
        whole = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(int(whole) + 20, 6000)})
        page.wait_for_timeout(500)
    save(page.screenshot(), file)
    context.close()
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")


def save(data, file):
    """A PNG without what nobody sees."""
    from PIL import Image

    file.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(data)).convert("RGB").save(file, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
