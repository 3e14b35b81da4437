"""Each lesson's task is done by mouse, by touch and by keyboard alone, from its link on the page Lessons."""

import re
from itertools import product

import pytest

pytest.importorskip("streamlit", reason="the dashboard's own extra is not installed")

from dashboard import lessons
from pnzoo import list_models
from tests.browser import serving

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.skipif(
    not {"vin16", "cnn16", "matching_glyphs", "matching_fce_glyphs"} <= set(list_models()), reason="they need the zoo")]

DESKTOP, PHONE = (1440, 900), (390, 844)
FOCUSED = "element => element.getRootNode().activeElement === element"
# Where one can see and touch: below the strip of the lesson, above the bar of a phone.
CLEAR = """() => { const edge = (what, side, other) => {
    const box = document.querySelector(what)?.getBoundingClientRect(); return box && box.height ? box[side] : other; };
  return [edge('.st-key-lesson', 'bottom', 60), edge('.pnzoo-tabs', 'top', 0) || innerHeight]; }"""
ON_TOP = """element => { const box = element.getBoundingClientRect(), found = document.elementFromPoint(
    box.left + box.width / 2, box.top + box.height / 2); return element === found || element.contains(found); }"""


class Hand:
    """How somebody reaches what is on the page.

    page: of the browser
    """

    size = DESKTOP

    def __init__(self, page):
        self.page = page

    def reach(self, target):
        """Scroll until all of something is to be seen, as far as it fits."""
        for _ in range(12):
            top, bottom = self.page.evaluate(CLEAR)
            box = target.bounding_box()
            low, high = box["y"] - top, bottom - box["y"] - box["height"]
            if (low >= 0 and high >= 0) or (low < 0 and high < 0):
                return box
            self.scroll(min(500, 60 - low) if low < 0 else max(-500, high - 60))
        raise AssertionError(f"{target} cannot be scrolled into view: {box}, {top} to {bottom}")

    def at(self, target, across, down):
        """A place on something, in shares of its width and height."""
        box = self.reach(target)
        return box["x"] + across * box["width"], box["y"] + down * box["height"]


class Mouse(Hand):
    """Buttons and the wheel."""

    def scroll(self, far):
        self.page.mouse.move(12, 450)
        self.page.mouse.wheel(0, -far)
        self.page.wait_for_timeout(200)

    def press(self, target):
        self.page.mouse.click(*self.at(target, 0.5, 0.5))

    def drag(self, begin, end):
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=12)
        self.page.mouse.up()


class Finger(Hand):
    """Touches, as the browser gets them from a screen."""

    size = PHONE

    def __init__(self, page):
        super().__init__(page)
        self.screen = page.context.new_cdp_session(page)

    def scroll(self, far):  # at the edge: on the canvas a finger draws
        self.drag((3, 450 - far / 2), (3, 450 + far / 2))
        self.page.wait_for_timeout(200)

    def press(self, target):
        self.page.touchscreen.tap(*self.at(target, 0.5, 0.5))

    def drag(self, begin, end):
        steps = [[a + (b - a) * i / 12 for a, b in zip(begin, end, strict=True)] for i in range(13)]
        for i, (x, y) in enumerate(steps):
            self._touch("touchMove" if i else "touchStart", [{"x": x, "y": y}])
            self.page.wait_for_timeout(16)
        self.page.wait_for_timeout(100)  # a finger that is lifted while it moves throws the page
        self._touch("touchEnd", [])

    def _touch(self, kind, points):
        self.screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


class Keys(Hand):
    """The tab key to come there, then the keys that it knows."""

    def focus(self, target):
        for _ in range(60):
            if target.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not within 60 stops of the tab key")

    def press(self, target, *keys):
        self.focus(target)
        self.type(*(keys or ["Enter"]))

    def type(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(40)


def value_spreads(hand, page):
    slider = page.get_by_label("Step of value iteration")
    if isinstance(hand, Keys):
        hand.press(slider, *["ArrowRight"] * 26)
    elif isinstance(hand, Mouse):
        hand.drag(hand.at(slider, 0.03, 0.5), hand.at(slider, 0.7, 0.5))
    else:  # as far as it goes
        hand.drag(hand.at(slider, 0.03, 0.5), hand.at(slider, 1.0, 0.5))


def why_k_matters(hand, page):
    menu = page.get_by_label("K, steps ahead")
    if isinstance(hand, Keys):
        return hand.press(menu, "ArrowDown", "ArrowDown")
    hand.reach(menu)
    menu.select_option("32")  # in the list that the system shows, out of the page's reach


def what_it_learned(hand, page):
    board = page.locator("canvas.map")
    if isinstance(hand, Keys):
        return hand.press(board, *["ArrowRight"] * 4, *["-"] * 24)  # the cursor starts on S, the path is straight
    hand.press(page.get_by_role("toolbar", name="Tools of the map").get_by_role("button", name="Reward"))
    begin = hand.at(board, 6.5 / 16, 13.5 / 16)
    hand.drag(begin, (begin[0], begin[1] + 200))


def where_a_reactive_net_fails(hand, page):
    if isinstance(hand, Keys):
        return hand.press(page.get_by_role("button", name="Break cnn16"))
    board = page.locator("canvas.map")
    hand.drag(hand.at(board, 10.5 / 16, 14.5 / 16), hand.at(board, 10.5 / 16, 8.5 / 16))


def what_attention_looks_at(hand, page):
    picture = page.get_by_role("button", name=re.compile("^A1, class"))
    if isinstance(hand, Keys):
        return hand.press(picture, "Delete")
    stage = page.locator(".stage")
    page.wait_for_timeout(1200)  # until the pictures lie where they belong
    end = hand.at(stage, 0.02, 0.02)  # first: to bring all of the stage into view moves the page
    hand.drag(hand.at(picture, 0.5, 0.5), end)


def order_and_fce(hand, page):
    for number in range(2, 40):  # its link comes with the first order
        hand.press(page.get_by_role("button", name="Shuffle the order"))
        page.wait_for_function("n => location.search.includes(`order=${n}`)", arg=number)
        page.wait_for_timeout(400)
        if done(page).count():
            return


DO = [value_spreads, why_k_matters, what_it_learned, where_a_reactive_net_fails, what_attention_looks_at, order_and_fce]
WAYS = [pytest.param(number, hand, ("light", "dark")[(number + place) % 2],
                     id=f"{number}-{hand.__name__}", marks=[] if (number, hand) == (4, Keys) else pytest.mark.slow)
        for number, (place, hand) in product(range(1, 7), enumerate((Mouse, Finger, Keys)))]


def done(page):
    return page.locator(".st-key-lesson").get_by_text("Done.", exact=True)


@pytest.fixture
def arrive(open_page):
    """arrive(hand, theme): the page Lessons, and a hand on it."""
    return lambda kind, theme: kind(open_page("lessons", *kind.size, theme, touch=kind is Finger))


@pytest.mark.parametrize("number,kind,theme", WAYS)
def test_a_lesson_is_done(arrive, number, kind, theme):
    lesson, hand = lessons.LESSONS[number - 1], arrive(kind, theme)
    page = hand.page
    hand.press(page.get_by_role("link", name="Start").nth(number - 1))
    page.locator(".st-key-lesson").get_by_text(lesson.task).wait_for()
    serving.settle(page)
    assert done(page).count() == 0
    DO[number - 1](hand, page)
    done(page).wait_for()
    assert done(page).evaluate(ON_TOP), "one does not see that it is done"
    if number == 6:
        hand.press(page.get_by_role("button", name="Shuffle the order"))
        serving.settle(page)
        assert done(page).count() == 1, "what is done stays done"
    stage, (top, bottom) = page.locator("canvas.map, .stage .lines").first.bounding_box(), page.evaluate(CLEAR)
    seen = min(bottom, stage["y"] + stage["height"]) - max(top, stage["y"])
    assert seen > 0.6 * stage["height"], "one does not see the task and the canvas together"
    if number < 6:  # on the same page or on another one: the address and what is done next are the next lesson's
        onward = page.get_by_role("link", name="Next lesson")
        hand.press(onward) if kind is Keys else onward.click()
        page.wait_for_function("number => location.search.includes(`lesson=${number}`)", arg=number + 1)
        page.locator(".st-key-lesson").get_by_text(lessons.LESSONS[number].task).wait_for()
        serving.settle(page)
        if number < 4:
            walls = page.locator("button[data-tool=wall]")
            assert walls.get_attribute("aria-pressed") == "true", "the tool of the lesson before"
        if kind is Keys:
            assert page.evaluate("() => document.activeElement !== document.body"), "the focus is lost"
    page.goto(page.url.split("?")[0].removesuffix("few_shot").rstrip("/") + "/lessons")  # a session of its own
    page.get_by_text("1 of 6 done").wait_for()


@pytest.mark.slow
def test_a_film_that_ends_has_its_step_kept(arrive):
    """Played instead of slid: at the end the page knows the step that one sees."""
    hand = arrive(Mouse, "light")
    hand.press(hand.page.get_by_role("link", name="Start").first)
    serving.settle(hand.page)
    assert "step=1" in hand.page.url
    hand.press(hand.page.get_by_role("button", name="Play", exact=True))
    done(hand.page).wait_for()
    hand.page.wait_for_function("() => !location.search.includes('step=')")
