"""The pages on which something walks: what a hand or a keyboard does there, in a real browser."""

import re

import pytest

from pnzoo import list_models
from tests.browser import serving

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow, pytest.mark.skipif(
    not {"vin16", "cnn16", "vin_web", "reactive_web"} <= set(list_models()), reason="they need the zoo")]


def parameter(page, name):
    found = re.search(rf"[?&]{name}=(\d+)", page.url)
    return found and int(found[1])


def wait_for_parameter(page, name, value):
    page.wait_for_function(f"() => new URLSearchParams(location.search).get('{name}') === '{value}'")
    serving.settle(page)


def test_any_map_of_compare_is_opened_by_its_square_and_failures_by_keyboard(open_page):
    page = open_page("compare?maps=100")
    squares = page.locator("svg.squares[role=application]")
    box = squares.bounding_box()
    first = page.locator(".thumbs [aria-pressed=true]").get_attribute("aria-label")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("() => new URLSearchParams(location.search).get('trial')")
    serving.settle(page)
    chosen = parameter(page, "trial")
    assert page.get_by_role("link", name=f"Open map {chosen} ").count() == 1
    assert page.locator(".thumbs [aria-pressed=true]").count() in (0, 1)
    thumb = page.locator(f".thumbs [aria-label='{first}']")
    thumb.focus()
    page.keyboard.press("Enter")
    wait_for_parameter(page, "trial", re.match(r"Map (\d+)", first)[1])
    assert page.locator(".lines .bad").count() == 1
    page.keyboard.press("Tab")
    while not squares.evaluate("each => each.getRootNode().activeElement === each"):
        page.keyboard.press("Tab")
    page.keyboard.press("Home")
    said = page.locator(".told").inner_text()
    page.keyboard.press("Enter")
    wait_for_parameter(page, "trial", re.match(r"Map (\d+): both arrive", said)[1])
    page.keyboard.press("ArrowRight")  # the keyboard stays on the squares
    assert page.locator(".told").inner_text() not in (said, "each square is a map: touch one")


def test_the_walks_move_and_end_where_they_are_said_to(open_page):
    page = open_page("compare?maps=100")
    ends = "() => [...document.querySelectorAll('*')].flatMap((each) => each.shadowRoot ? [...each.shadowRoot." \
           "querySelectorAll('.walker')] : []).map((each) => getComputedStyle(each).offsetDistance)"
    page.get_by_role("button", name="Walk again").click()
    assert any(end != "100%" for end in page.evaluate(ends))
    page.wait_for_function(f"() => ({ends})().every((end) => end === '100%')")
    page.emulate_media(reduced_motion="reduce")
    assert not page.get_by_role("button", name="Walk again").is_visible()
    assert set(page.evaluate(ends)) == {"100%"}


def test_words_light_up_on_the_way_and_a_page_shows_its_links(open_page):
    page = open_page("worlds")
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Walk again").click()
    assert page.locator("li.ahead").count() > 0
    last = page.locator("section.first .page").last
    page.locator("section.first li.goal:not(.ahead)").wait_for()
    last.focus()
    rare, lit = page.locator(".words .rare"), page.locator(".words .one")
    assert lit.all_inner_texts() == rare.all_inner_texts()
    page.keyboard.press("Enter")
    assert last.get_attribute("aria-expanded") == "true"
    assert page.locator("li.ahead").count() == 0  # a touch ends the show
    first = page.locator("section.first .page").first
    first.focus()
    page.keyboard.press("Space")
    assert page.locator("section.first .links:visible .taken").count() == 1
    page.emulate_media(reduced_motion="reduce")
    page.get_by_text("A moving body").click()
    ends = page.locator(".drive .now")
    ends.first.wait_for()
    assert all(text[0] in "✓✗" for text in ends.all_inner_texts())  # the whole ways, where less motion is asked for
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Again").click()
    assert all("cells to go" in text for text in ends.all_inner_texts())  # how it ends is not said before


def test_a_tile_leads_where_its_link_does_by_keyboard(open_page):
    page = open_page("lessons")
    tile = page.locator(".tiles a").nth(1)
    assert "lesson=2" in tile.get_attribute("href")
    tile.focus()
    page.keyboard.press("Enter")
    wait_for_parameter(page, "lesson", 2)
    page = open_page("answers?part=worlds")
    page.locator(".tiles a").first.focus()
    page.keyboard.press("Enter")
    wait_for_parameter(page, "question", 23)
    assert page.get_by_role("heading", name="too steep").is_visible()
