"""The static page of `pnzoo export-web`, given out by `python -m http.server`, in a browser beside pnzoo itself."""

import re
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

import pnzoo
from pnzoo import gridworld
from pnzoo.data.preprocessing import preprocess_images
from pnzoo.web import export_web
from pnzoo.web.site import LARGEST, MATCHER
from tests.browser import serving

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SIZES = {"desktop": {"viewport": {"width": 1280, "height": 900}},
         "phone": {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}}
SOLVE = """async ([name, height, width, walls, goal, k]) => {
  const { loadPlanner, planOn } = await import('./planning.js');
  const map = { height, width, walls: Uint8Array.from(walls), goal };
  const answer = planOn(await loadPlanner(name), map, k);
  const steps = Array.from({ length: answer.k + 1 }, (_, step) => [...answer.valueAt(step)]);
  return { k: answer.k, values: steps, policy: [...answer.policy] };
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the page's folder, given out by Python's own server."""
    folder = export_web(tmp_path_factory.mktemp("web") / "out")
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < LARGEST
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "localhost", "--directory", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = re.search(r"port (\d+)", process.stdout.readline())[1]
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def screens(chrome, site):
    """The page on a screen of each size."""
    with opened(chrome, site, "desktop") as desktop, opened(chrome, site, "phone") as phone:
        yield {"desktop": desktop, "phone": phone}


@pytest.fixture(params=SIZES)
def page(request, screens):
    """The page on each screen, one after the other."""
    return screens[request.param]


@pytest.fixture
def desktop(screens):
    """The page on a large screen, for what does not depend on the size."""
    return screens["desktop"]


@contextmanager
def opened(chrome, site, size):
    """The page on a new screen; what it complains about, or asks another site for, fails the test."""
    context, complaints = chrome.new_context(**SIZES[size]), []
    page = context.new_page()
    page.set_default_timeout(serving.PATIENCE)
    serving.listen(page, complaints)
    page.goto(site)
    page.locator("#map").wait_for()
    yield page
    context.close()
    assert not complaints, "\n".join(complaints)


def solved(page, name, walls, goal, k):
    """What the page's network answers for one map, as arrays."""
    height, width = walls.shape
    answer = page.evaluate(SOLVE, [name, height, width, walls.astype(int).ravel().tolist(), [int(x) for x in goal], k])
    shapes = {"values": (-1, height, width), "policy": (height, width)}
    return {key: np.reshape(answer[key], shape) for key, shape in shapes.items()} | {"k": answer["k"]}


@pytest.mark.parametrize("border", [True, False])
def test_a_vin_gives_the_values_and_moves_of_keras(desktop, entry, border):
    model = entry("vin16")
    walls, goal = gridworld.generate(3, 12, 15, seed=5, border=border)
    for one, end in zip(walls, goal, strict=True):
        found, trace = solved(desktop, "vin16", one, end, model.k), model.trace(one, end)
        free = ~one
        np.testing.assert_allclose(found["values"][:, free], trace.values[:, free], rtol=1e-4, atol=1e-4)
        logits = model.logits(one[None], end[None])[0]
        clear = np.diff(np.sort(logits[free], axis=-1)[:, -2:], axis=-1)[:, 0] > 1e-2  # ties may fall either way
        assert clear.mean() > 0.5
        np.testing.assert_array_equal(found["policy"][free][clear], model.policy(one, end)[free][clear])


@pytest.mark.slow
def test_a_deterministic_vin_converges_to_the_values_of_keras(desktop, entry):
    model = entry("vin_maze")
    walls, goal = gridworld.generate_family("maze", 2, 15, seed=1)
    for one, end in zip(walls, goal, strict=True):
        found, wanted = solved(desktop, "vin_maze", one, end, None), model.converge(one, end)
        assert found["k"] == wanted.k
        np.testing.assert_allclose(found["values"][-1][~one], wanted.value[~one], rtol=1e-5)


def centre(page, cell):
    """Where a cell of the map is on the screen."""
    page.locator("#map").scroll_into_view_if_needed()
    box, side = page.locator("#map").bounding_box(), page.evaluate("pnzoo.map.state.width")
    return box["x"] + (cell[1] + 0.5) * box["width"] / side, box["y"] + (cell[0] + 0.5) * box["width"] / side


def shown(page):
    """The map, and the plan that stands on it."""
    return page.evaluate("""() => { const { height, width, walls, start, goal } = pnzoo.map.state;
        return { shape: [height, width], walls: [...walls], start, goal, plan: pnzoo.map.plan() }; }""")


def test_one_draws_walls_drags_the_goal_and_sees_the_path(page, entry):
    page.locator("#tab-plan").click()
    page.get_by_role("button", name="Empty").click()
    before = shown(page)
    assert (before["start"], before["goal"]) == ([1, 1], [14, 14])
    assert before["plan"]["cost"] == pytest.approx(13 * 2**0.5)
    page.mouse.move(*centre(page, (14, 14)))
    page.mouse.down()
    page.mouse.move(*centre(page, (9, 3)), steps=6)
    page.mouse.up()
    for cell in ((4, 2), (5, 3)):
        tap(page, centre(page, cell))
    after = shown(page)
    assert after["goal"] == [9, 3]
    walls = np.reshape(after["walls"], after["shape"]).astype(bool)
    assert walls[4, 2]
    assert walls[5, 3]
    plan = entry("vin16").plan(walls, (1, 1), (9, 3))
    assert plan.reached
    assert after["plan"]["cost"] == pytest.approx(plan.cost)
    assert "Reached the goal" in page.locator("#verdict").inner_text()
    page.locator("#k").fill("2")
    assert page.locator("#k-said").inner_text() == "2 of 48"
    tap(page, centre(page, (4, 2)))
    assert not shown(page)["walls"][4 * 16 + 2]


def tap(page, place):
    if page.evaluate("navigator.maxTouchPoints > 0"):
        page.touchscreen.tap(*place)
    else:
        page.mouse.click(*place)


def test_walls_all_around_are_no_path(desktop):
    page = desktop
    page.get_by_role("button", name="Empty").click()
    for cell in ((1, 2), (2, 2), (2, 1)):
        page.mouse.click(*centre(page, cell))
    assert page.locator("#verdict").inner_text().splitlines()[0] == "No way found"
    assert "separate" in page.locator("#verdict").inner_text()


@pytest.mark.slow
def test_every_preset_size_network_and_key_draws(desktop):
    page = desktop
    for planner in ("vin_maze", "vin16"):
        page.locator("#planner").select_option(planner)
        for size in ("8", "24"):
            page.locator("#size").select_option(size)
            for name in ("Random", "Rooms", "Maze", "Empty"):
                page.get_by_role("button", name=name).click()
                found = shown(page)
                assert found["shape"] == [int(size)] * 2
                assert page.locator("#verdict").inner_text()
                if name == "Maze" and planner == "vin_maze":
                    assert found["plan"]["reached"]
    page.locator("#map").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    found = shown(page)
    assert found["walls"][2 * 24 + 1]
    assert found["start"] == [3, 1]


def stroke(page, points):
    """Draw a line on the pad; points are shares of its side."""
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


CHARACTERS = {"cross": [[(0.2, 0.5), (0.8, 0.5)], [(0.5, 0.15), (0.5, 0.85)]],
              "roof": [[(0.15, 0.75), (0.5, 0.2), (0.85, 0.75)]],
              "gate": [[(0.2, 0.8), (0.2, 0.2), (0.8, 0.2), (0.8, 0.8)], [(0.2, 0.5), (0.8, 0.5)]]}


def test_one_draws_characters_and_they_are_named_as_pnzoo_names_them(page):
    page.locator("#tab-name").click()
    page.get_by_role("button", name="Forget all").click()
    for name, strokes in CHARACTERS.items():
        for points in strokes:
            stroke(page, points)
        page.locator("#label").fill(name)
        page.get_by_role("button", name="Keep as example").click()
    for points in CHARACTERS["roof"]:
        stroke(page, [(0.1 + 0.7 * x, 0.15 + 0.6 * y) for x, y in points])
    assert page.locator("#guess").inner_text().startswith("This is roof")
    pixels, drawing, support, guesses = page.evaluate(
        """() => [[...pnzoo.pad.pixels()], [...pnzoo.pad.drawing()], pnzoo.pad.shelf.map((each) => [...each.image]),
                  pnzoo.pad.guesses()]""")
    wanted = preprocess_images([np.reshape(pixels, (140, 140))])[0]
    np.testing.assert_allclose(np.reshape(drawing, (28, 28)), wanted, atol=1e-5)
    images = np.reshape(support, (1, 3, 28, 28, 1)).astype("float32")
    model = pnzoo.load(MATCHER, tta_views=1)
    inputs = {"support": images, "labels": np.eye(3, dtype="float32")[None], "query": wanted.reshape(1, 1, 28, 28, 1)}
    probabilities = np.exp(np.asarray(model.predict_on_batch(inputs))[0, 0])
    found = {each["label"]: each["probability"] for each in guesses}
    bars = page.locator("#classes .bar").evaluate_all(
        "bars => bars.map((bar) => bar.firstChild.offsetWidth / bar.offsetWidth)")
    np.testing.assert_allclose(bars, [found[name] for name in CHARACTERS], atol=0.02)
    np.testing.assert_allclose([found[name] for name in CHARACTERS], probabilities, atol=1e-3)


@pytest.mark.slow
def test_the_example_characters_are_known_and_can_be_forgotten(desktop):
    page = desktop
    page.locator("#tab-name").click()
    page.get_by_role("button", name="Forget all").click()
    page.get_by_role("button", name="Put in example characters").click()
    assert page.locator("#classes li").count() == 5
    page.get_by_role("button", name="Forget beta").click()
    assert page.locator("#classes b").all_inner_texts() == ["alpha", "gamma", "delta", "epsilon"]
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Keep as example").click()
    assert page.locator("#guess").inner_text() == "Draw a character first"


def test_nothing_is_cut_off_sideways(page):
    for tab in ("#tab-plan", "#tab-name"):
        page.locator(tab).click()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
