"""The ring of the few-shot page by mouse, touch and keyboard alone, on the models of the zoo."""

import io
import re

import numpy as np
import pytest

from pnzoo import list_models

pytestmark = [
    pytest.mark.browser, pytest.mark.integration,
    pytest.mark.skipif("matching_glyphs" not in list_models(), reason="the zoo has no few-shot model yet")]

SHOT = "few_shot?fewshot=matching_glyphs&way=5&shot=1&episode=1"


def address(page, *parts, gone=()):
    """Wait until the address has some parts and lacks others."""
    page.wait_for_function(
        "([parts, gone]) => { const now = decodeURIComponent(location.search);"
        " return parts.every((x) => now.includes(x)) && !gone.some((x) => now.includes(x)); }", arg=[parts, gone])


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def still(page):
    """Wait until the pictures lie where they belong."""
    page.wait_for_function(
        """() => { const find = (root) => root.querySelector('.pictures') ||
             [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
           const now = [...find(document).children].map((e) => e.style.transform).join();
           const same = now && window.lay === now; window.lay = now; return same; }""", polling=150)


def picture(page, name):
    return page.get_by_role("button", name=re.compile(f"^{name}, class"))


def drag(page, begin, end):
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def distances(page):
    """(cosine, pixels from the middle) of every picture."""
    at, found = middle(page.locator("canvas.pad")), []
    for button in page.get_by_role("button", name=re.compile(", class .*cosine")).all():
        cosine = float(re.search(r"cosine ([-.\d]+)", button.get_attribute("aria-label"))[1])
        found.append((cosine, float(np.hypot(*np.subtract(middle(button), at)))))
    return sorted(found)


def png(ink):
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.uint8(255 - 255 * ink)).save(file, "PNG")
    return file.getvalue()


def stroke():
    ink = np.zeros((60, 60))
    ink[10:50, 27:33] = 1
    return ink


def test_pictures_are_dragged_off_and_onto_another_class_and_touched(open_page):
    page = open_page(SHOT)
    page.get_by_text("✓ Right").wait_for()
    still(page)
    stage = page.locator(".stage").bounding_box()
    drag(page, middle(picture(page, "A1")), (stage["x"] + 6, stage["y"] + 6))
    address(page, "drop=0")
    page.get_by_role("button", name="Put A1 back").click()
    address(page, gone=["drop="])
    still(page)
    drag(page, middle(picture(page, "A1")), middle(picture(page, "C1")))
    address(page, "moved=0:C")
    page.get_by_role("button", name="A1, class C").wait_for()
    still(page)
    far = [pixels for _, pixels in distances(page)]
    assert (np.diff(far) <= 2).all(), "what is more alike lies farther out"  # to a pixel, as cosines are rounded
    assert np.ptp(far) > 40
    (x, y), (to_x, to_y) = middle(page.locator("canvas.pad")), middle(picture(page, "B1"))
    page.mouse.click(x + 0.55 * (to_x - x), y + 0.55 * (to_y - y))  # its line
    address(page, "look=1")
    page.get_by_text("B1 counts").wait_for()
    page.get_by_text(re.compile("Without it the answer (is|stays)")).wait_for()
    page.reload()  # nothing of it is lost
    page.get_by_text("B1 counts").wait_for()
    assert picture(page, "A1").get_attribute("aria-label").startswith("A1, class C")


def test_a_drawing_is_answered_while_the_pen_moves_and_kept(open_page):
    page = open_page(SHOT)
    page.get_by_role("button", name="Leave it out").click()
    left_out = page.locator(".say", has_text="is left out.")
    left_out.wait_for()
    address(page, "drop=")
    pad = page.locator("canvas.pad")
    box = pad.bounding_box()
    point = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    page.mouse.move(*point(0.3, 0.3))
    page.mouse.down()
    for i in range(8):
        page.mouse.move(*point(0.3 + 0.05 * i, 0.3 + 0.05 * i), steps=2)
    # Nobody knows what it is, so the answer is neither right nor wrong; and the pen is still down.
    page.locator(".answer", has_text=re.compile(r"says [A-E], \d+% sure[^;]*$")).wait_for()
    assert "drawn=" not in page.url
    assert left_out.count() == 0  # said of another question
    page.mouse.up()
    address(page, "drawn=")
    assert "✓" not in page.locator(".answer").inner_text()
    answer = page.locator(".answer b").inner_text()  # which is what it is kept as, unless another one is chosen
    page.get_by_role("button", name="Keep as an example of").click()
    address(page, f"own={answer}:", gone=["drawn="])
    picture(page, f"{answer}2").wait_for()


@pytest.mark.slow
def test_files_are_opened_and_broken_ones_change_nothing(open_page):
    page = open_page(SHOT)
    files = page.locator("input.file")
    broken = b"\x89PNG\r\n\x1a\n" + bytes(40)
    files.set_input_files({"name": "<img src=x onerror=alert(1)>.png", "mimeType": "image/png", "buffer": broken})
    page.get_by_text("no picture that this browser can open").wait_for()
    assert "drawn=" not in page.url
    assert page.get_by_text("onerror").count() == 0
    files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png(np.zeros((40, 40)))})
    page.get_by_text("That picture cannot be used").wait_for()  # it is empty
    files.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": png(stroke())})
    address(page, "drawn=")
    assert page.get_by_text("That picture cannot be used").count() == 0


@pytest.mark.slow
def test_the_keyboard_alone_leaves_out_relabels_looks_and_draws(open_page):
    page = open_page(SHOT)
    picture(page, "A1").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    address(page, "look=1")
    page.keyboard.press("d")
    address(page, "moved=1:D")
    page.keyboard.press("Delete")
    address(page, "drop=1")
    page.get_by_role("button", name="Leave it out").focus()
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Left out").locator("button:focus").wait_for()
    page.get_by_label(re.compile("none of these")).focus()
    page.keyboard.press("End")
    address(page, "least=100")
    page.get_by_text("none of these", exact=True).wait_for()
    page.keyboard.press("Home")
    address(page, gone=["least="])
    page.locator("canvas.pad").focus()
    for key in ["Space", *["ArrowDown"] * 6, *["ArrowRight"] * 4, "Space"]:
        page.keyboard.press(key)
    address(page, "drawn=")


@pytest.mark.slow
def test_reading_steps_and_order_of_a_model_with_full_context(open_page):
    page = open_page("few_shot?fewshot=matching_fce_glyphs", width=390)
    slider = page.get_by_label(re.compile("Reading step"))
    slider.scroll_into_view_if_needed()
    slider.focus()
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    page.get_by_text("(even)").wait_for()  # f's first look is even
    address(page, "reading=1")
    page.get_by_role("button", name="Shuffle the order").click()
    address(page, "order=1")


def test_a_closed_socket_loses_nothing(open_page):
    page = open_page(SHOT)
    page.context.set_offline(True)
    picture(page, "B1").focus()
    page.keyboard.press("Delete")
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    address(page, "drop=1")


@pytest.mark.slow
def test_a_hundred_pictures_stay_within_reach(open_page):
    page = open_page("few_shot?fewshot=matching_glyphs&way=20&shot=5", width=390)
    still(page)
    boxes = page.locator(".pictures button").evaluate_all(
        "all => all.map((e) => [e.getBoundingClientRect(), e.parentElement.getBoundingClientRect()])"
        ".map(([a, b]) => [a.width, a.height])")
    assert len(boxes) == 100
    assert min(map(min, boxes)) >= 23.9
    picture(page, "T5").focus()
    page.keyboard.press("Enter")
    page.get_by_text("T5 counts").wait_for()
    still(page)
    apart = {letter: nearest(page, letter) for letter in "AT"}
    assert apart["T"] >= 24, "those of the class that is looked at are not fanned out"
    assert apart["A"] < 12, "those of another class lie on no pile"


def nearest(page, letter):
    """Pixels between the two nearest pictures of a class, from middle to middle."""
    found = page.get_by_role("button", name=re.compile(f"^{letter}[1-5], class")).all()
    at = np.array([middle(each) for each in found])
    return np.sort(np.linalg.norm(at[:, None] - at[None], axis=-1), axis=1)[:, 1].min()
