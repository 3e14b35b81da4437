"""The dashboard in a real browser, on the models of the zoo."""

import re

import numpy as np
import pytest

from dashboard.figures import theme
from pnzoo import gridworld, list_models

pytestmark = [pytest.mark.browser, pytest.mark.integration]

PAGES = ["", "inside", "inside?view=cell", "inside?view=moves", "inside?view=paint", "few_shot", "compare?maps=100",
         "compare?what=few-shot&episodes=30", "zoo"]
SIDEWAYS = """() => { const main = document.querySelector('[data-testid=stMain]');
                      return main.scrollWidth - main.clientWidth; }"""
IS_LIGHT = """() => { const back = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor;
                      return back.match(/\\d+/g).slice(0, 3).reduce((sum, x) => sum + Number(x), 0) > 380; }"""
ROOM = gridworld.to_string(*gridworld.parse("""
##########
#S......G#
#........#
#........#
##########
"""))
STROKE = "A" * 100 + "__8A" * 15 + "A" * 102  # a drawing as addresses carry it
PLANNER = "vin8" if "vin8" in list_models() else list_models("vin*")[0]

# How much of the screen has moved since the page was asked for.
SHIFTS = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().reduce((sum, each) => sum + each.value, 0)))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(0), 300); })"""


def metric(page, label):
    box = page.locator("[data-testid=stMetric]", has_text=label).first
    return box.locator("[data-testid=stMetricValue]").text_content()


def wait_for_metric(page, label, value):
    page.wait_for_function(
        """([label, value]) => [...document.querySelectorAll('[data-testid=stMetric]')].some((box) => box.textContent
           .includes(label) && box.querySelector('[data-testid=stMetricValue]').textContent === value)""",
        arg=[label, value])


def board(page):
    """The map editor's canvas, and the side of a cell in pixels."""
    canvas = page.locator("canvas[aria-label^='Map editor']")
    canvas.scroll_into_view_if_needed()
    return canvas


def centre(canvas, cell, columns):
    box = canvas.bounding_box()
    side = box["width"] / columns
    return box["x"] + (cell[1] + 0.5) * side, box["y"] + (cell[0] + 0.5) * side


def drag(page, points):
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("index,path", list(enumerate(PAGES)))
def test_opens_without_an_error_wide_and_narrow_light_and_dark(open_page, index, path):
    """Opened narrow and dark or wide and light, and then changed to the other while it stands."""
    looks = [(400, "dark"), (1280, "light")]
    (first, theme), (second, other) = looks if index % 2 else looks[::-1]
    page = open_page(path, width=first, theme=theme)
    if "inside" not in path:  # half of the screen moved before the document had the frame's style
        assert page.evaluate(SHIFTS) < 0.1
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("h1").count() == 1
    for width, look in ((first, theme), (second, other)):
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(color_scheme=look)
        page.wait_for_function(f"wanted => ({IS_LIGHT})() === wanted", arg=look == "light")
        page.wait_for_function(f"() => ({SIDEWAYS})() <= 0")  # nothing is cut off
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.slow
def test_pictures_of_the_server_follow_a_change_of_theme(open_page):
    page = open_page(f"inside?model={PLANNER}&map={ROOM}&view=cell")
    page.locator(f".curves svg[fill='{theme.LIGHT.text}']").wait_for()
    page.emulate_media(color_scheme="dark")
    page.locator(f".curves svg[fill='{theme.DARK.text}']").wait_for()


def test_a_wall_drawn_with_the_mouse_changes_the_path(open_page):
    page = open_page(f"?model={PLANNER}&map={ROOM}")
    wait_for_metric(page, "Shortest length", "7.00")
    canvas = board(page)
    drag(page, [centre(canvas, (1, 5), 10), centre(canvas, (2, 5), 10)])
    wait_for_metric(page, "Shortest length", "8.66")
    page.wait_for_function("old => !location.search.includes(old)", arg=ROOM)  # the address follows the figures
    assert page.url.count("map=") == 1


def test_the_goal_is_dragged(open_page):
    page = open_page(f"?model={PLANNER}&map={ROOM}")
    canvas = board(page)
    drag(page, [centre(canvas, (1, 8), 10), centre(canvas, (2, 4), 10), centre(canvas, (1, 3), 10)])
    wait_for_metric(page, "Shortest length", "2.00")


def test_a_wall_drawn_with_the_keyboard_changes_the_path_and_undo_takes_it_back(open_page):
    page = open_page(f"?model={PLANNER}&map={ROOM}")
    wait_for_metric(page, "Shortest length", "7.00")
    canvas = board(page)
    canvas.focus()
    for key in ["ArrowRight"] * 4 + ["Space", "ArrowDown", "Space"]:  # the cursor starts on S
        canvas.press(key)
    wait_for_metric(page, "Shortest length", "8.66")
    for _ in range(2):
        canvas.press("u")
    wait_for_metric(page, "Shortest length", "7.00")


def test_a_rectangle_and_the_goal_by_keyboard(open_page):
    page = open_page(f"?model={PLANNER}&map={ROOM}")
    canvas = board(page)
    canvas.focus()
    for key in ["ArrowRight"] * 3 + ["r", "ArrowDown", "ArrowRight", "r", "ArrowDown", "ArrowRight", "g"]:
        canvas.press(key)
    wait_for_metric(page, "Shortest length", "5.83")
    page.wait_for_function("() => location.search.includes('_3.6_')")  # the address follows the figures
    parsed = gridworld.from_string(re.search(r"map=([^&]+)", page.url)[1])
    assert parsed.goal == (3, 6)
    assert parsed.walls[1:3, 4:6].all()


def test_k_scrubs_in_the_page(open_page):
    page = open_page(f"inside?model={PLANNER}&map={ROOM}&step=6")
    slider, value = page.locator("input[aria-label^='Step of value']"), page.locator(".control output")
    picture = page.locator("canvas[data-panel=V]")
    page.wait_for_function("() => true")
    assert "k = 6" in value.inner_text()
    seen = {picture.evaluate("canvas => canvas.toDataURL()")}
    slider.focus()
    for step in (5, 4, 3, 2):
        slider.press("ArrowLeft")
        assert f"k = {step} " in value.inner_text()
        seen.add(picture.evaluate("canvas => canvas.toDataURL()"))
    assert len(seen) > 2
    assert page.locator(".read").inner_text().startswith("step 2: largest")  # the charts' cursor follows
    assert page.locator("canvas[data-panel=change]").bounding_box()["width"] > 100
    final, cells = map(int, re.search(r"(\d+) of (\d+) are", page.locator(".wave small").inner_text()).groups())
    assert final < cells
    page.locator("canvas[data-panel=wave]").press("ArrowRight")
    assert "its move" in page.locator(".control .say").inner_text()  # of S
    page.wait_for_function("() => location.search.includes('step=2')")
    assert "step=2" in copied(page, "Copy the link")


def test_a_step_by_hand_goes_through_its_parts_in_their_order(open_page):
    page = open_page(f"inside?model={PLANNER}&map={ROOM}&step=3", width=390, height=844)
    chips, shown = page.locator(".flow button"), page.locator(".panels figure:visible b")
    assert chips.all_inner_texts() == ["R", "P", "V", "wave"]
    assert shown.all_inner_texts() == ["V"]  # the one that a phone shows large
    page.evaluate(LIT)
    page.get_by_role("button", name="One step on").click()
    page.wait_for_function("() => window.lit.length === 3")
    assert page.evaluate("window.lit") == ["P", "V", "wave"]
    chips.first.click()
    assert shown.all_inner_texts() == ["R"]
    assert page.locator("canvas[data-panel=R]").bounding_box()["width"] > 300
    assert "k = 4" in page.locator(".control output").inner_text()


LIT = """() => { window.lit = [];
    const find = (root) => root.querySelector('.flow')
      || [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
    const flow = find(document);
    new MutationObserver(() => flow.querySelectorAll('.lit').forEach(({dataset: {panel}}) => {
      if (!window.lit.includes(panel)) window.lit.push(panel); }))
      .observe(flow, {subtree: true, attributes: true, attributeFilter: ['class']}); }"""


def test_the_film_plays(open_page):
    page = open_page(f"inside?model={PLANNER}&map={ROOM}&step=1")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("""() => { const find = (root) => root.querySelector('.control output') ||
        [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
        const [, k, last] = find(document).textContent.match(/k = (\\d+) of (\\d+)/); return k === last; }""")


def test_a_painted_reward_replans(open_page):
    page = open_page(f"inside?model={PLANNER}&map={ROOM}&view=paint")
    canvas = page.locator("canvas[aria-label^='Map of the reward']")
    canvas.scroll_into_view_if_needed()
    drag(page, [centre(canvas, (0, 1), 10), centre(canvas, (0, 2), 10)])
    page.get_by_text("The outer wall cannot be painted").wait_for()
    drag(page, [centre(canvas, (3, 1), 10), centre(canvas, (3, 2), 10)])
    page.get_by_text("2 painted cells change").wait_for()
    page.locator(".grid:not(.look) .say").get_by_text(" G").wait_for()  # what became of the way
    drag(page, [centre(canvas, (3, 3), 10), centre(canvas, (3, 4), 10)])
    page.get_by_text("4 painted cells change").wait_for()
    page.locator(".grid:not(.look) .say").get_by_text(" G").wait_for()
    page.wait_for_function("() => location.search.includes('paint=')")


def test_a_cell_is_picked(open_page):
    page = open_page(f"inside?model={PLANNER}&map={ROOM}&view=cell")
    canvas = page.locator("canvas[aria-label^='Map of the value']")
    canvas.scroll_into_view_if_needed()
    page.mouse.click(*centre(canvas, (2, 6), 10))
    page.get_by_text("Row 2, column 6", exact=True).wait_for()
    page.wait_for_function("() => location.search.includes('cell=2.6')")
    page.mouse.move(*centre(canvas, (3, 2), 10))
    page.get_by_text("Row 3, column 2", exact=True).wait_for()  # which the pointer is on; the one that was picked stays
    slider = page.get_by_label("Step k")
    slider.press("ArrowLeft")
    step = int(slider.get_attribute("max")) - 1
    page.get_by_text(f"at step {step}").wait_for()
    page.wait_for_function("end => location.search.includes('cell=2.6') && location.search.endsWith(end)",
                           arg=f"step={step}")
    middle = page.locator(".backup .nine").nth(1).locator("i").nth(4)
    middle.hover()
    weights, rewards, values = ([float(each.replace("−", "-")) for each in nine.locator("i").all_inner_texts()]
                                for nine in page.locator(".backup .nine").all())
    bias, answer = (float(each.replace("−", "-").replace(" ", "")) for each in re.search(
        r"\)\s*([−+] [0-9.]+)\s*=\s*Q?\s*(−?[0-9.]+)", page.locator(".backup").inner_text()).groups())
    found = sum(p * (r + v) for p, r, v in zip(weights, rewards, values, strict=True)) + bias
    assert abs(found - answer) < 0.15  # of nine numbers of three digits each
    assert page.locator(".backup i.top").count() == 3  # the same cell in P, R and V
    assert "top" in middle.get_attribute("class")


@pytest.mark.parametrize("path", [
    f"?model={PLANNER}&map={ROOM}&k=7&hide=moves",
    f"inside?model={PLANNER}&map={ROOM}&k=7&view=cell&cell=2.3&step=4",
    f"inside?model={PLANNER}&map={ROOM}&view=paint&paint=2,3,1.5",
    f"few_shot?way=3&shot=2&episode=5&own=B:{STROKE}&drawn={STROKE}&drop=1&swap=0:1&least=30&moved=3:A&look=2",
    f"compare?what=few-shot&way=3&episodes=30&first=9&drawn={STROKE}",
    "compare?maps=100&seed=5&kind=maze&size=11", f"zoo?entry={PLANNER}&task=planning",
])
def test_a_link_restores_the_page_in_another_browser(open_page, path):
    first = open_page(path)
    again = open_page(re.sub(r"^http://localhost:\d+/?", "", copied(first, "Copy the link")))
    words = [page.locator("[data-testid=stMain]").inner_text() for page in (first, again)]
    without_times = [re.sub(r"Planned in \d+ ms", "", text) for text in words]
    assert without_times[0] == without_times[1]
    for part in path.split("?")[1].split("&"):
        assert part.replace(":", "%3A").replace(",", "%2C") in again.url.replace(":", "%3A").replace(",", "%2C")


def copied(page, button):
    """What a button puts on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("() => navigator.clipboard.writeText('')")
    page.get_by_role("button", name=button).click()
    page.wait_for_function("() => navigator.clipboard.readText().then((text) => text !== '')")
    return page.evaluate("() => navigator.clipboard.readText()")


def test_the_load_line_is_copied(open_page):
    lines = copied(open_page(f"zoo?entry={PLANNER}"), "Copy the code")
    assert lines.startswith(f'import pnzoo\nmodel = pnzoo.load("{PLANNER}")\n')


def test_a_ready_map_is_taken(open_page):
    page = open_page(f"?model={PLANNER}")
    page.get_by_text("Take a ready map").click()
    page.get_by_role("button", name="No way").click()
    wait_for_metric(page, "Shortest length", "no way")


def test_figure_and_arrays_are_downloaded(open_page, tmp_path):
    page = open_page(f"?model={PLANNER}&map={ROOM}")
    page.get_by_text("Take it with you").click()
    for button, name in (("Figure (HTML)", "plan.html"), ("Arrays (NumPy)", "plan.npz")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        download.value.save_as(tmp_path / name)
    assert "<html>" in (tmp_path / "plan.html").read_text()[:200]
    kept = np.load(tmp_path / "plan.npz")
    assert kept["path"][0].tolist() == [1, 1]


def test_the_few_shot_snippet_reads_its_arrays(open_page, tmp_path, monkeypatch):
    page = open_page("few_shot")
    page.get_by_text("Take it with you").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Arrays (NumPy)").click()
    download.value.save_as(tmp_path / "few_shot.npz")
    monkeypatch.chdir(tmp_path)
    scope = {}
    exec(copied(page, "Copy the code").replace("print(", "_ = ("), scope)
    np.testing.assert_allclose(scope["explanation"].probability, np.load("few_shot.npz")["probability"], atol=1e-5)


def test_other_visitors_are_untouched_by_a_bad_address(open_page):
    good = open_page(f"?model={PLANNER}&map={ROOM}")
    bad = open_page("?model=%3Cscript%3Ealert(1)%3C/script%3E&map=9999x9999_1.1_2.2_A&k=1000000000")
    assert bad.get_by_text("cannot be used").count() == 3
    assert metric(good, "Shortest length") == "7.00"
