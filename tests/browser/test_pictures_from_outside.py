"""Pictures that a visitor drops, pastes, photographs or gives as a folder, and gestures of a finger."""

import base64
import re

import numpy as np
import pytest

from pnzoo import gridworld, list_models
from tests.browser import serving
from tests.browser.test_dashboard import board, centre
from tests.browser.test_few_shot import SHOT, address, drag, middle, picture, png, still, stroke

pytestmark = [pytest.mark.browser, pytest.mark.integration]

# An event with a file, as a browser makes it when somebody drops or pastes one.
GIVE = """([kind, where, bytes, name]) => {
  const find = (what, root = document) => root.querySelector(what) ||
    [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(what, e.shadowRoot)).find(Boolean);
  const carried = new DataTransfer(), target = where ? find('.stage') : window;
  carried.items.add(new File([Uint8Array.from(atob(bytes), (x) => x.charCodeAt(0))], name, {type: 'image/png'}));
  const options = {bubbles: true, cancelable: true, composed: true};
  if (kind === 'paste') target.dispatchEvent(new ClipboardEvent('paste', {...options, clipboardData: carried}));
  else for (const type of ['dragover', 'drop']) target.dispatchEvent(
    new DragEvent(type, {...options, dataTransfer: carried, clientX: where[0], clientY: where[1]}));
}"""
ROOM = gridworld.to_string(*gridworld.parse("\n".join(
    ["############", "#S.........#", *["#..........#"] * 3, "#.........G#", "############"])))


def give(page, kind, data, where=None, name="a.png"):
    page.evaluate(GIVE, [kind, where, base64.b64encode(data).decode(), name])


@pytest.mark.skipif("matching_glyphs" not in list_models(), reason="the zoo has no few-shot model yet")
def test_a_picture_is_pasted_as_the_question_and_dropped_on_a_class(open_page):
    page = open_page(SHOT)
    give(page, "paste", b"GIF89a, but no picture", name="<img src=x onerror=alert(1)>.png")
    page.get_by_text("no picture that this browser can open").wait_for()
    assert "drawn=" not in page.url
    give(page, "paste", png(stroke()))
    address(page, "drawn=")
    still(page)
    give(page, "drop", png(stroke().T), middle(picture(page, "C1")))
    address(page, "own=C:")
    picture(page, "C2").wait_for()


@pytest.mark.slow
def test_a_question_is_photographed(chrome, dashboard):
    """Chromium's own moving picture in place of a camera."""
    asked = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with chrome.browser_type.launch(executable_path=serving.chromium_path(), args=[*serving.ARGUMENTS, *asked]) as own:
        page = own.new_context(viewport={"width": 1280, "height": 900}, permissions=["camera"]).new_page()
        page.set_default_timeout(serving.PATIENCE)
        page.goto(f"{dashboard.address}/{SHOT}")
        serving.settle(page)
        page.get_by_role("button", name="Camera", exact=True).click()
        page.get_by_role("button", name="Take it").wait_for()
        page.wait_for_timeout(700)
        page.get_by_role("button", name="Take it").click()
        address(page, "drawn=")
        page.get_by_role("button", name="Camera", exact=True).wait_for()


@pytest.mark.slow
def test_without_a_camera_it_says_so(open_page):
    page = open_page(SHOT)
    page.get_by_role("button", name="Camera", exact=True).click()
    page.get_by_text("There is no camera here").wait_for()


@pytest.mark.slow
@pytest.mark.skipif("matching_photo" not in list_models(), reason="the zoo has no model of photographs yet")
def test_invented_photographs_that_are_left_out_or_relabelled_are_in_the_link(open_page):
    page = open_page("photographs?photo_drop=6,7")  # here a nearer one does not win, and it is said
    page.get_by_text(re.compile("though target . is nearer")).wait_for()
    page = open_page("photographs")
    still(page)
    boxes = [each.bounding_box() for each in page.locator(".pictures button").all()]
    assert all(max(abs(one[at] - other[at]) - one[size] for at, size in (("x", "width"), ("y", "height"))) > -1
               for i, one in enumerate(boxes) for other in boxes[:i]), "one picture covers another"
    first, other = (picture(page, name) for name in ("pinwheel 1", "star 3"))
    stage = page.locator(".stage").bounding_box()
    thing = other.get_attribute("aria-label").split("class ")[1].split(",")[0]
    drag(page, middle(first), middle(other))
    address(page, "photo_moved=0:4")
    page.get_by_role("button", name=re.compile(f"^pinwheel 1, class {thing}")).wait_for()
    still(page)
    drag(page, middle(first), (stage["x"] + 6, stage["y"] + 6))
    address(page, "photo_drop=0", "photo_moved=0:4")
    again = open_page(page.url.removeprefix("http://localhost").partition("/")[2])
    again.get_by_role("button", name="Put pinwheel 1 back").wait_for()
    assert again.locator(".pictures button").count() == 14
    again.get_by_role("button", name="Put pinwheel 1 back").click()
    address(again, "photo_moved=0:4", gone=["photo_drop"])
    again.get_by_role("button", name=re.compile(f"^pinwheel 1, class {thing}")).wait_for()


@pytest.mark.slow
@pytest.mark.skipif("matching_photo" not in list_models(), reason="the zoo has no model of photographs yet")
def test_a_folder_of_photographs_becomes_the_ring(open_page, tmp_path):
    from PIL import Image

    for number, thing in enumerate(("sky", "grass")):
        (tmp_path / "things" / thing).mkdir(parents=True)
        for i in range(2):
            colour = np.zeros((32, 32, 3), np.uint8) + np.uint8([40, 90, 200] if number == 0 else [40, 180, 60])
            Image.fromarray(colour + np.uint8(10 * i)).save(tmp_path / "things" / thing / f"{i}.jpg")
    page = open_page("photographs")
    page.get_by_role("button", name="Use my own").click()
    page.get_by_role("radio", name="A folder").click()
    page.locator("input[type=file][webkitdirectory]").set_input_files(tmp_path / "things")
    page.get_by_role("button", name="Add 4 photographs of 2 things").click()
    for thing in ("sky", "grass"):
        page.get_by_role("button", name=f"{thing} ").first.wait_for()
    page.get_by_text("✓ Right").wait_for()  # one of them is the question, the others know it
    page.locator("input.file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png(stroke())})
    page.locator("select.letter").select_option("a new thing")
    page.get_by_label("What it shows", exact=True).fill("post")
    page.get_by_label("What it shows", exact=True).press("Enter")
    page.get_by_role("button", name="post 1, class post").wait_for()


class Finger:
    """One finger on a page with a touch screen."""

    def __init__(self, page):
        self.network = page.context.new_cdp_session(page)

    def __call__(self, kind, *point):
        points = [{"x": point[0], "y": point[1]}] if point else []
        self.network.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    def drag(self, begin, end):
        self("Start", *begin)
        for i in range(1, 7):
            self("Move", *(b + (e - b) * i / 6 for b, e in zip(begin, end, strict=True)))
        self("End")


@pytest.fixture
def touch_page(chrome, dashboard):
    """touch_page(path): a page on a phone, and a finger."""
    context = chrome.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
                                 reduced_motion="reduce")

    def touch_page(path):
        page = context.new_page()
        page.set_default_timeout(serving.PATIENCE)
        page.goto(f"{dashboard.address}/{path}")
        serving.settle(page)
        return page, Finger(page)

    yield touch_page
    context.close()


@pytest.mark.slow
def test_a_finger_draws_a_wall_and_drags_the_goal(touch_page):
    page, finger = touch_page(f"?model=vin8&map={ROOM}")
    canvas = board(page)
    finger.drag(centre(canvas, (2, 6), 12), centre(canvas, (4, 6), 12))
    page.wait_for_function("old => !location.search.includes(old)", arg=ROOM)
    finger.drag(centre(canvas, (5, 10), 12), centre(canvas, (1, 10), 12))
    page.wait_for_function("() => location.search.includes('1.10_')")


@pytest.mark.slow
@pytest.mark.skipif("vin_moon" not in list_models(), reason="the zoo has no planner over terrain yet")
def test_a_thumb_scrolls_past_the_ground_and_drags_its_ends(touch_page):
    page, finger = touch_page("terrain?ends=2.2.12.12")
    canvas = page.locator("canvas[aria-label^='Ground of']")
    canvas.scroll_into_view_if_needed()
    at = lambda cell: centre(canvas, cell, 16)  # noqa: E731
    top = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    before = page.evaluate(top)
    finger.drag(at((10, 5)), at((2, 5)))
    page.wait_for_function(f"before => ({top})() > before + 20", arg=before)
    page.wait_for_timeout(400)
    assert "ends=2.2.12.12" in page.url  # nothing moved but the page
    finger.drag(at((12, 12)), at((9, 13)))
    address(page, "ends=2.2.9.13")
    page.mouse.move(*at((9, 13)))
    page.mouse.down()
    page.mouse.move(*at((6, 12)), steps=5)
    address(page, "ends=2.2.6.12")  # it plans while the hand still holds G
    page.mouse.up()


@pytest.mark.slow
@pytest.mark.skipif("matching_glyphs" not in list_models(), reason="the zoo has no few-shot model yet")
def test_a_finger_drags_a_picture_off_the_ring(touch_page):
    page, finger = touch_page(SHOT)
    still(page)
    stage = page.locator(".stage").bounding_box()
    finger.drag(middle(picture(page, "A1")), (stage["x"] + 6, stage["y"] + 6))
    address(page, "drop=0")
