"""What a browser does beside the page: back and forward, a connection that breaks, a reload, a second tab, a theme."""

import re

import pytest

from pnzoo import list_models
from tests.browser import serving
from tests.browser.test_dashboard import board, centre
from tests.browser.test_few_shot import SHOT, address, middle, picture, still
from tests.browser.test_planning_canvas import CODE, wait_for_words

pytestmark = [
    pytest.mark.browser, pytest.mark.integration, pytest.mark.slow,
    pytest.mark.skipif(not {"vin8", "matching_glyphs", "cnn16"} <= set(list_models()), reason="they need the zoo")]

LATE = 2300  # milliseconds in which a busy machine has drawn the page; test_address.py goes back at once
# Every socket of the page at hand, so that it can be closed as a bad network closes it.
SOCKETS = """(() => { const Plain = WebSocket; window.sockets = [];
  window.WebSocket = class extends Plain { constructor(...given) { super(...given); sockets.push(this); } }; })()"""
CLOSE = """() => { const open = sockets.filter((each) => each.readyState === 1);
  open.forEach((each) => each.close()); return open.length; }"""


@pytest.fixture
def fragile(open_page):
    """fragile(path): a page whose sockets can be closed."""
    return lambda path: open_page(path, 1440, script=SOCKETS)


def cut(page):
    assert page.evaluate(CLOSE) == 1


def test_back_and_forward_go_from_edit_to_edit_and_out_of_the_page(open_page):
    page = open_page("zoo")
    page.evaluate("() => { location.href = location.href.replace(/zoo.*/, 'few_shot?way=5&shot=1&episode=1'); }")
    page.get_by_role("heading", name="Who decided?").wait_for()
    serving.settle(page)
    still(page)
    for name, gone in (("B1", "drop=1"), ("C1", "drop=1,2")):
        picture(page, name).focus()
        page.keyboard.press("Delete")
        address(page, gone)
        page.wait_for_timeout(LATE)
    tray = page.locator(".tray button")
    page.go_back()
    page.wait_for_function("() => !decodeURIComponent(location.search).includes('drop=1,2')")
    page.get_by_role("button", name="Put C1 back").wait_for(state="detached")
    assert tray.count() == 1
    page.go_back()  # to the address that has no such part at all
    page.get_by_role("button", name="Put B1 back").wait_for(state="detached")
    address(page, gone=["drop="])
    page.go_forward()
    page.get_by_role("button", name="Put B1 back").wait_for()
    address(page, "drop=1")
    page.wait_for_timeout(LATE)
    page.go_back()
    page.get_by_role("button", name="Put B1 back").wait_for(state="detached")
    page.go_back()  # and out: the page's own first address was no step of the visitor's
    page.get_by_role("heading", name="The zoo").wait_for()


def test_back_takes_a_wall_away_and_forward_brings_it(open_page):
    page = open_page(f"?model=vin8&map={CODE}&step=3")
    canvas = board(page)
    canvas.focus()
    for key in ("ArrowDown", "ArrowRight", "Space"):
        canvas.press(key)
    page.wait_for_function("old => !location.search.includes(old)", arg=CODE)
    with_wall = page.url
    page.wait_for_timeout(LATE)
    page.go_back()
    page.wait_for_function("old => location.search.includes(old)", arg=CODE)
    wait_for_words(page, "Step 3 of K = ")
    page.wait_for_timeout(LATE)
    assert CODE in page.url  # and it stays so
    page.go_forward()
    page.wait_for_url(with_wall)
    wait_for_words(page, "vin8 reaches G")  # all steps, as that address has none


@pytest.mark.parametrize("path,label", [(f"?model=vin8&map={CODE}&step=6", "Step of value iteration"),
                                        (f"inside?model=vin8&map={CODE}&step=6", "Step of value iteration")])
def test_back_moves_the_slider_of_k(open_page, path, label):
    page = open_page(path)
    slider = page.get_by_label(label)
    slider.focus()
    slider.press("ArrowLeft")
    address(page, "step=5")
    page.wait_for_timeout(LATE)
    assert slider.input_value() == "5"
    page.go_back()
    address(page, "step=6")
    page.wait_for_timeout(800)
    assert slider.input_value() == "6"
    address(page, "step=6")


@pytest.mark.slow
def test_back_looks_at_the_picture_before(open_page):
    page = open_page(SHOT)
    still(page)
    for name, number in (("B1", 1), ("C1", 2)):
        picture(page, name).focus()
        page.keyboard.press("Enter")
        page.get_by_text(f"{name} counts").wait_for()
        address(page, f"look={number}")
        page.wait_for_timeout(LATE)
    page.go_back()
    page.get_by_text("B1 counts").wait_for()
    assert picture(page, "B1").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("model", ["vin8", "cnn16"])
def test_a_connection_that_breaks_while_the_hand_draws_loses_no_wall(fragile, model):
    page = fragile(f"?model={model}&map={CODE}&layer=V&hide=best")
    canvas = board(page)
    canvas.press("Escape")
    points = [centre(canvas, (row, 8), 12) for row in (2, 3, 4, 5)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=3)
    cut(page)
    page.mouse.move(*points[3], steps=3)
    page.mouse.up()
    page.wait_for_function("old => !location.search.includes(old)", arg=CODE)
    wait_for_words(page, f"{model} reaches G: 11 moves")  # around all of the wall


def test_a_broken_connection_loses_nothing_that_was_done_on_a_canvas(fragile):
    """One gesture of each canvas, told again when the connection is back."""
    page = fragile(f"inside?model=vin8&map={CODE}&view=paint")
    canvas = page.locator("canvas[aria-label^='Map of the reward']")
    canvas.scroll_into_view_if_needed()
    page.mouse.move(*centre(canvas, (4, 1), 12))
    page.mouse.down()
    cut(page)
    page.mouse.move(*centre(canvas, (4, 3), 12), steps=6)
    page.mouse.up()
    page.get_by_text("3 painted cells change").wait_for()
    address(page, "paint=4,1,")

    page = fragile(f"inside?model=vin8&map={CODE}&view=cell")
    canvas = page.locator("canvas[aria-label^='Map of the value']")
    canvas.scroll_into_view_if_needed()
    cut(page)
    page.mouse.click(*centre(canvas, (3, 4), 12))
    page.get_by_text("Row 3, column 4", exact=True).wait_for()

    page = fragile(f"inside?model=vin8&map={CODE}&step=6")
    slider = page.locator("input[aria-label^='Step of value']")
    slider.focus()
    cut(page)
    slider.press("ArrowLeft")
    address(page, "step=5")

    page = fragile(f"?model=vin8&map={CODE}&step=6")
    slider = page.get_by_label("Step of value iteration")
    slider.focus()
    cut(page)
    slider.press("ArrowLeft")
    board(page).press("2")
    address(page, "step=5", "layer=R")

    page = fragile("zoo")
    cut(page)
    page.get_by_role("link", name=re.compile("vin8")).first.click()
    address(page, "entry=vin8")

    page = fragile("terrain")
    canvas = page.locator(".terrain .ground canvas")
    canvas.scroll_into_view_if_needed()
    cut(page)
    page.mouse.click(*middle(canvas))
    address(page, "ends=")


def test_a_reload_in_the_middle_of_a_race_shows_the_same_race_anew(open_page):
    page = open_page(f"?model=vin8&map={CODE}&race=cnn16&step=3")
    page.get_by_role("button", name="Start the race").click()
    page.locator(".racers li", has_text="runs").first.wait_for()
    page.reload()
    serving.settle(page)
    assert "race=cnn16" in page.url
    assert page.locator(".racers li").count() == 3
    page.get_by_role("button", name="Start the race").click()
    page.get_by_text("✓ 10.7 long").first.wait_for()


def test_a_theme_that_changes_while_the_hand_draws_keeps_the_stroke(open_page):
    page = open_page(f"?model=vin8&map={CODE}&step=3")
    canvas = board(page)
    points = [centre(canvas, (row, 8), 12) for row in (2, 3, 4, 5)]
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=3)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(2500)  # until the page is drawn anew in its colours
    page.mouse.move(*points[3], steps=3)
    wait_for_words(page, "11.8 long, 1.2 longer than before")  # all four cells, and the map that was before the stroke
    page.mouse.up()
    page.wait_for_function("old => !location.search.includes(old)", arg=CODE)
    wait_for_words(page, "vin8 reaches G: 11 moves")
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before


def test_two_tabs_of_one_browser_do_not_disturb_each_other(open_page):
    one = open_page(f"?model=vin8&map={CODE}&step=3")
    two = one.context.new_page()
    two.goto(one.url)
    serving.settle(two)
    for page, row in ((one, 2), (two, 4)):
        canvas = board(page)
        page.mouse.click(*centre(canvas, (row, 8), 12))
        page.wait_for_function("old => !location.search.includes(old)", arg=CODE)
    address_one = one.url
    assert one.url != two.url
    board(two).press("u")
    two.wait_for_function("old => location.search.includes(old)", arg=CODE)
    one.wait_for_timeout(500)
    assert one.url == address_one
