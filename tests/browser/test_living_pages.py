"""The pages on which something walks: what a hand or a keyboard does there, in a real browser."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from pnzoo import gridworld, list_models
from tests.browser import serving

ENTRIES = {"vin_moon", "vin16", "cnn16", "vin_web", "reactive_web", "vin_navigation2d", "matching_fce_ptb"}
pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow, pytest.mark.skipif(
    not set(list_models()) >= ENTRIES, reason="they need the zoo")]


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
    page.locator(".steps [data-as=Next]").evaluate("each => each.click()")  # in sight where a finger is the hand
    page.wait_for_function(f"() => new URLSearchParams(location.search).get('trial') !== '{chosen}'")
    serving.settle(page)
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
    lines, map_ = page.locator(".lines"), page.locator("figure svg[role=img]")
    assert lines.bounding_box()["y"] > map_.bounding_box()["y"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".thumbs button").nth(1).click()  # on a phone who is which colour stands above the map
    page.locator(".lines:first-child").wait_for()


def test_words_light_up_on_the_way_and_a_page_shows_its_links(open_page):
    page = open_page("worlds")
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Walk again").click()
    assert page.locator(".dot.ahead").count() > 0
    card, dots = page.locator("section.first .card"), page.locator(".dot.first")
    page.locator("section.first .ending.good").wait_for()
    assert card.locator(".name").inner_text() == page.locator(".homeward").text_content() + "water"
    high = page.locator("section.first").bounding_box()["height"]
    rare, lit = page.locator(".words .rare"), page.locator(".words .one")
    assert lit.all_inner_texts() == rare.all_inner_texts()
    page.locator(".dot.second").first.dispatch_event("click")
    assert page.locator(".dot.ahead").count() == 0  # a touch ends the show
    assert "Here they part" in card.inner_text()  # and the same links stand on both cards, as each rates them
    assert card.locator(".name").inner_text() == page.locator("section.second .name").inner_text()
    names = [label.split(": ")[1].split(",")[0] for label in dots.evaluate_all("all => all.map((e) => e.ariaLabel)")]
    dots.last.focus()
    for name in names[-2::-1]:  # the arrow keys go back page by page
        page.keyboard.press("ArrowLeft")
        assert page.locator(".dot.first.shown .label").text_content() == name
        assert card.locator(".name").inner_text().startswith(name)
    assert card.locator(".taken").inner_text().startswith(f"→ {names[1]}")
    dots.nth(1).hover()
    assert card.locator(".name").inner_text().startswith(names[1])
    assert page.locator("section.first").bounding_box()["height"] == high  # nothing below was pushed away


def test_bodies_set_out_anew_while_the_goal_is_dragged_and_bad_places_are_refused(open_page):
    page = open_page("worlds")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_text("A moving body").click()
    ends, canvas, said = page.locator(".drive .now"), page.locator(".drive canvas"), page.locator(".drive .say")
    ends.first.wait_for()
    assert all(text[0] in "✓✗" for text in ends.all_inner_texts())  # the whole ways, where less motion is asked for
    box = canvas.bounding_box()

    def go(row, col):
        page.mouse.move(box["x"] + (col + 0.5) * box["width"] / 28, box["y"] + (row + 0.5) * box["height"] / 28)

    walls, _, goal = compute_map()
    free = next(row for row in range(goal[0] + 1, 27) if not walls[row, goal[1]])
    go(*goal)
    page.mouse.down()
    go(0, 0)
    assert "G cannot stand in a wall" in said.inner_text()
    go(free, goal[1])
    page.wait_for_function("() => location.search.includes('course=')")  # while the hand still holds it
    page.mouse.up()
    serving.settle(page)
    goal_of = lambda: gridworld.from_string(parse_qs(urlparse(page.url).query)["course"][0]).goal  # noqa: E731
    assert goal_of() == (free, goal[1])
    page.get_by_role("button", name="Undo").click()
    serving.settle(page)
    assert goal_of() == goal
    assert page.get_by_role("button", name="Undo").is_disabled()
    canvas.focus()
    page.keyboard.press("ArrowUp")  # from S in its corner into the rim
    page.keyboard.press("Space")
    assert "The rim stays a wall" in said.inner_text()
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Again").click()
    assert all("cells to go" in text for text in ends.all_inner_texts())  # how it ends is not said before


def compute_map():
    """Walls, start and goal of the map that a visitor meets."""
    from dashboard import compute

    return gridworld.from_string(compute.body_map(5))


def test_a_word_is_cut_out_by_keyboard_and_the_answer_stands_in_its_gap(open_page):
    page = open_page("worlds?world=sentences&asked=the ___ said its loans rose", width=390, height=844, theme="dark")
    chip = page.locator(".gap .chip")
    page.locator(".gap:not(.looking)").wait_for()
    answer = chip.inner_text()
    assert answer in page.locator(".verdict").inner_text()
    page.get_by_role("button", name="loans: cut it out").focus()
    page.keyboard.press("Enter")
    wait_for_parameter(page, "word", "loans")
    page.locator(".verdict", has_text="It was loans").wait_for()
    assert page.locator(".word", has_text=answer).count() >= 1  # the gap of before was filled with its word
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_sun_is_dragged_the_light_follows_and_the_keyboard_does_the_same(open_page):
    from dashboard.app_pages.terrain import FIRST_SEED
    from dashboard.widgets import terrain_map
    from pnzoo import terrain

    page = open_page("terrain")
    page.emulate_media(reduced_motion="reduce")
    sky, ground = page.locator("canvas.dome"), page.locator(".ground canvas")
    box, before = sky.bounding_box(), ground.evaluate("canvas => canvas.toDataURL()")
    middle = [box[side] + box[size] / 2 for side, size in (("x", "width"), ("y", "height"))]
    radius, up = box["width"] / 2 - 17, 0.5 ** 0.5 / 2  # 45 degrees high: half way out
    page.mouse.move(middle[0] - up * radius, middle[1] - up * radius)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] + radius * 80 / 90, steps=3)
    assert ground.evaluate("canvas => canvas.toDataURL()") != before  # at once
    page.wait_for_function("() => location.search.includes('azimuth=180')")  # while the hand holds it
    page.mouse.up()
    wait_for_parameter(page, "altitude", "10")
    assert page.locator(".verdict").inner_text().startswith("✗ No path: in this light it takes 100% of the ground")
    page.get_by_role("button", name="As trained").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => !location.search.includes('altitude')")
    page.keyboard.press("ArrowUp")  # the focus went to the sun's height
    wait_for_parameter(page, "altitude", "46")
    _, elevation, metres = terrain.example("moon", FIRST_SEED)
    relief = terrain_map.sky_data(elevation, metres, (0, 0), (0, 0))["relief"]
    script = (Path(terrain_map.__file__).parent / "relief.js").read_text(encoding="utf-8")
    for sun in ((180, 10), (315, 45), (40, 80)):
        light = page.evaluate(f"([of, sun]) => {{ {script} return [...makeRelief(of).light(sun)]; }}", [relief, sun])
        there = terrain.hillshade(elevation, metres, *sun)
        np.testing.assert_allclose(np.reshape(light, elevation.shape), there, atol=2e-3)


INNERMOST = """() => { let at = document.activeElement;
while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"""


def test_a_tile_leads_where_its_link_does_by_keyboard_and_back(open_page):
    page = open_page("lessons")
    tile = page.locator(".tiles a").nth(1)
    assert "lesson=2" in tile.get_attribute("href")
    tile.focus()
    page.keyboard.press("Enter")
    wait_for_parameter(page, "lesson", 2)
    page = open_page("answers?part=worlds")
    page.emulate_media(reduced_motion="no-preference")
    walks = page.locator("[data-id='28'] .reel")
    page.locator("[data-id='28']").focus()  # what moves is seen moving, unless one asked for less of it
    moving = "all => all.map((each) => each.getAnimations({subtree: true}).length > 0)"
    assert walks.evaluate_all(moving) == [True, True]
    every = "all.flatMap((each) => each.getAnimations({subtree: true}))"
    walks.evaluate_all(f"all => {every}.forEach((each) => each.finish())")
    page.locator("[data-id='28']").hover()  # a hand that comes while it rests need not wait
    page.wait_for_function("() => { const all = [...document.querySelectorAll('*')].flatMap((each) => "
                           "[...(each.shadowRoot?.querySelectorAll(\"[data-id='28'] .reel\") ?? [])]); "
                           f"return {every}.some((each) => each.playState === 'running'); }}", timeout=2000)
    page.emulate_media(reduced_motion="reduce")
    walks.evaluate_all("all => all.forEach((each) => each.classList.remove('play'))")
    page.locator(".tiles a").first.focus()
    page.locator("[data-id='28']").focus()
    assert walks.evaluate_all(moving) == [False, False]
    page.locator(".tiles a").first.focus()
    page.keyboard.press("Enter")
    wait_for_parameter(page, "question", 23)
    assert page.get_by_role("heading", name="too steep").is_visible()
    # What was opened has the focus.
    page.wait_for_function(INNERMOST + " return at.ariaLabel?.includes('too steep'); }")
    page.keyboard.press("Escape")
    page.wait_for_function(INNERMOST + " return at.dataset.id === '23'; }")  # and its tile has it again
    assert "question" not in page.url
