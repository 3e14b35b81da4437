"""The planning canvas in a real browser: its planners compute what pnzoo computes, and it answers to the hand."""

import re

import numpy as np
import pytest
from keras import ops

import pnzoo
from pnzoo import analysis, gridworld
from pnzoo.web import planner_script
from pnzoo.worlds.gridworld.maps import _encode
from pnzoo.worlds.gridworld.rollout import rollout
from tests.browser import serving
from tests.browser.test_dashboard import board, centre, drag, wait_for_metric

pytestmark = [pytest.mark.browser, pytest.mark.integration]

PLANNERS = {"vin8": 8, "vin16": 16, "vin28": 28, "vin8_paper": 8, "vin16_paper": 16, "vin28_paper": 28, "vin_maze": 15}
MAPS = 200
SPREAD = 1e-4  # of V and of logits, in units of the largest: two moves nearer than that count as equally good
ROOM = """
############
#S.........#
#..........#
#..........#
#..........#
#.........G#
############
"""
CODE = gridworld.to_string(*gridworld.parse(ROOM))
RUN = """({plain, maps}) => {
  const planner = makePlanner(plain);
  return maps.map((map) => {
    const plan = makePlan(planner, {...map, walls: Uint8Array.from(map.walls)}, null);
    plan.advance();
    const {policy} = plan.decide(plan.last);
    return {k: plan.k, sign: planner.sign, value: Array.from(plan.last), policy: Array.from(policy)};
  });
}"""


@pytest.fixture(scope="module")
def numbers(chrome):
    """A page that holds nothing but planner.js."""
    page = chrome.new_page()
    page.add_script_tag(content=f"{planner_script()}\n"
                                "Object.assign(window, {makePlanner, makePlan, solve, follow, enoughSteps});")
    yield page
    page.close()


def of_pnzoo(name, walls, goal):
    """(V, logits, K) of many maps at once."""
    model = pnzoo.load(name)
    if name == "vin_maze":
        found = [model.converge(*each) for each in zip(walls, goal, strict=True)]  # K is that of a map alone
        return tuple(np.stack([getattr(each, name) for each in found]) for name in ("value", "logits", "k"))
    image = ops.convert_to_tensor(_encode(walls, goal))
    observation, reward = model.features_and_reward(image)
    steps = model.value_iteration(reward, observation, steps=True)
    values = ops.convert_to_numpy(steps.values)[:, -1]
    return values, ops.convert_to_numpy(model.policy_logits(steps.q)), np.full(len(walls), model.k)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if size == 28 else []) for name, size in PLANNERS.items()])
def test_planners_in_the_browser_are_those_of_pnzoo(numbers, name):
    """V to 1e-4, the same K and move on 200 maps; where two moves are equally good but for rounding, one of them."""
    side = PLANNERS[name]
    count = MAPS if name != "vin_maze" and side < 28 else 24
    walls, goal = gridworld.generate_family("maze" if name == "vin_maze" else "open", count, side, seed=11)
    value, logits, k = of_pnzoo(name, walls, goal)
    maps = [{"rows": side, "cols": side, "walls": each.astype(int).ravel().tolist(),
             "goal": int(end[0]) * side + int(end[1])} for each, end in zip(walls, goal, strict=True)]
    found = numbers.evaluate(RUN, {"plain": analysis.plain_planner(pnzoo.load(name)), "maps": maps})
    assert [each["k"] for each in found] == k.tolist()
    if "16" in name:  # one of each kind: the paper's is turned over
        assert found[0]["sign"] == analysis.reward_sign(pnzoo.load(name))
    own = np.array([each["value"] for each in found]).reshape(walls.shape)
    free = ~walls
    most = np.abs(value * free).max(axis=(1, 2), keepdims=True)
    assert (np.abs(own - value) / most)[free].max() < SPREAD
    policy = np.array([each["policy"] for each in found]).reshape(walls.shape)
    behind = logits.max(-1) - np.take_along_axis(logits, policy[..., None], -1)[..., 0]
    assert behind[free].max() <= SPREAD * np.abs(logits[free]).max()
    assert (policy == logits.argmax(-1))[free].mean() > 0.99


def test_the_exact_solution_and_walks_are_those_of_pnzoo(numbers):
    walls, goal = gridworld.generate(40, 12, seed=4)
    start = gridworld.random_starts(walls, goal, np.random.default_rng(0))
    far = gridworld.distances(walls, goal)
    random = np.random.default_rng(1).integers(0, 8, walls.shape)
    for index in range(len(walls)):
        map_ = {"rows": 12, "cols": 12, "walls": walls[index].astype(int).ravel().tolist(),
                "start": int(start[index] @ [12, 1]), "goal": int(goal[index] @ [12, 1])}
        lengths, farthest, reason, path = numbers.evaluate("""([map, policy]) => {
          const exact = solve(map), walk = follow(map, policy);
          return [Array.from(exact.far, (x) => (x === Infinity ? -1 : x)), exact.eccentricity, walk.reason, walk.path];
        }""", [map_, random[index].ravel().tolist()])
        np.testing.assert_allclose(np.where(np.isfinite(far[index]), far[index], -1).ravel(), lengths, atol=1e-6)
        assert abs(farthest - analysis.compare_to_optimal(walls[index], start[index], goal[index]).eccentricity) <= 1
        plan = rollout(walls[index], start[index], goal[index], random[index])
        assert (plan.reason, len(plan.path)) == (reason, len(path))


# R as the sentence and as the lens says it, of one moment.
BOTH = """() => { const find = (root) => root.querySelector('.sentence') ? root :
    [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
  const root = find(document), said = root.querySelector('.sentence'), lens = root.querySelector('.whatif output');
  return [said, lens].map(({ textContent }) => Number(textContent.match(/-[0-9.]+/)[0])); }"""


def sentence(page):
    return page.locator(".sentence").inner_text()


def kind_of_map(page):
    """What the control of the map's kind names."""
    page.locator("[data-testid=stPopover] button").last.click()
    kind = page.locator("input[aria-label='Kind of map']").input_value()
    page.keyboard.press("Escape")
    return kind


def wait_for_words(page, words):
    page.wait_for_function("""(words) => { const find = (root) => root.querySelector('.sentence') ||
        [...root.querySelectorAll('*')].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
        const said = find(document);
        return said && said.textContent.includes(words); }""", arg=words)


def added_up(page):
    """(the sum that the lens prints, its right side, how far rounding may take them apart)."""
    cells = page.locator(".lens .nine").all()
    p, r, v = (np.array(each.locator("i").all_inner_texts(), float) for each in cells)
    bias, q = (float(page.locator(f".lens .{name} strong").inner_text()) for name in ("bias", "answer"))
    return (p * (r + v)).sum() + bias, q, 0.0005 * np.abs(r + v).sum() + (0.055 * np.abs(p)).sum() + 0.06


def test_the_show_plays_and_any_touch_ends_it(chrome, dashboard):
    """News spreads, the agent arrives, a hand draws a wall: then a touch, and the map is as it was."""
    page = chrome.new_page()
    page.goto(f"{dashboard.address}/?model=vin8&map={CODE}")
    wait_for_words(page, "news of G has reached")
    page.locator("svg.hand:not([hidden])").wait_for(state="attached")
    wait_for_words(page, "draw one yourself")
    board(page).press("Escape")
    page.locator("svg.hand[hidden]").wait_for(state="attached")
    wait_for_words(page, "vin8 reaches G: 9 moves, 10.7 long, a shortest way.")
    assert CODE in page.url
    page.close()


def test_it_plans_while_the_hand_draws_and_the_server_hears_of_it_afterwards(open_page):
    page = open_page(f"?model=vin8&map={CODE}&step=3")
    wait_for_words(page, "Step 3 of K = ")
    total, q, rounding = added_up(page)
    assert abs(total - q) <= rounding < abs(total), (total, q)
    pressed, part = page.locator(".layers [aria-pressed=true]"), page.locator(".lens .block", has_text="R ").first
    part.hover()
    part.hover(position={"x": 9, "y": 9})
    page.locator("[data-layer=R][aria-pressed=true]").wait_for()  # the button follows the map
    assert [page.locator(f".key {end}").inner_text()[:8] for end in (".low", ".high")] == ["costs: R", "costs: R"]
    page.mouse.move(0, 0)
    page.locator("[data-layer=V][aria-pressed=true]").wait_for()
    assert pressed.count() == 1
    canvas = board(page)
    box = [centre(canvas, (row, 8), 12) for row in (2, 3, 4, 5)]
    page.mouse.move(*box[0])
    page.mouse.down()
    for point in box[1:]:
        page.mouse.move(*point, steps=3)
    wait_for_words(page, "plans anew with every cell")
    assert CODE in page.url  # nothing was sent
    page.mouse.up()
    page.wait_for_function("old => !location.search.includes(old)", arg=CODE)
    wait_for_words(page, "vin8 reaches G")
    wait_for_metric(page, "Moves", re.search(r"(\d+) moves", sentence(page))[1])
    canvas.press("u")
    page.wait_for_function("old => location.search.includes(old)", arg=CODE)
    wait_for_metric(page, "Moves", "9")
    page.locator("[data-tool=reward]").click()
    cell = centre(canvas, (1, 3), 12)
    page.mouse.move(*cell)
    page.mouse.down()
    page.mouse.up()
    wait_for_words(page, "Drag the cell up or down")  # a press alone changes nothing
    page.locator("[data-tool=look]").click()
    wait_for_words(page, "vin8 reaches G")  # what was said of the other tool is gone
    page.locator("[data-tool=reward]").click()
    page.mouse.move(*cell)
    page.mouse.down()
    for down in (40, 90, 170):
        page.mouse.move(cell[0], cell[1] + down)
        wait_for_words(page, "V adapts")
        said, lens = page.evaluate(BOTH)
        assert said == lens  # of one plan
    page.mouse.up()
    canvas.press("u")
    page.locator("[data-tool=wall]").click()
    drag(page, [centre(canvas, (row, 8), 12) for row in (1, 3, 5)])
    wait_for_words(page, "Undo takes it back")


def test_the_server_answers_an_edit_and_the_controls_name_the_map_that_is_shown(open_page):
    page = open_page("?model=cnn16")
    wait_for_words(page, "cnn16 ")
    assert kind_of_map(page) == "Open ground, as in the paper"
    canvas = board(page)
    canvas.focus()
    for wall in (1, 2):
        url = page.url
        for _ in range(wall):
            canvas.press("ArrowUp")
        canvas.press("ArrowLeft")
        canvas.press("Space")
        page.wait_for_function("old => location.href !== old", arg=url)
        serving.settle(page)
        walls, start, goal = gridworld.from_string(re.search(r"map=([^&]+)", page.url)[1])
        plan = rollout(walls, start, goal, pnzoo.load("cnn16").policy(walls, goal))
        assert ("does not reach" in sentence(page)) is not plan.reached, sentence(page)
        if plan.reached:
            wait_for_metric(page, "Moves", str(len(plan.actions)))
        assert kind_of_map(page) == ""  # its own


@pytest.mark.slow
def test_layers_a_reward_and_the_lens_by_keyboard_alone(open_page):
    page = open_page(f"?model=vin16_paper&map={CODE}&step=4")
    canvas = board(page)
    canvas.focus()
    pictures = set()
    for key, layer in zip("12345", ("V", "R", "P", "Q", "pi"), strict=True):
        canvas.press(key)
        page.locator(f"button[data-layer={layer}][aria-pressed=true]").wait_for()
        page.wait_for_timeout(60)
        pictures.add(canvas.evaluate("canvas => canvas.toDataURL()"))
    assert len(pictures) == 5
    canvas.press("ArrowRight")
    page.get_by_text("Row 1, column 2, step 4").wait_for()
    before = page.locator(".whatif output").inner_text()
    canvas.press("+")
    page.wait_for_function("() => location.search.includes('paint=1%2C2') || location.search.includes('paint=1,2')")
    now = page.locator(".whatif output").inner_text()
    learned, painted = (float(text.split("=")[1].split(",")[0]) for text in (before, now))
    assert painted < learned  # this network learned costs: more for the agent is less R
    page.get_by_role("button", name="As learned").click()
    page.wait_for_function("() => !location.search.includes('paint=')")


def test_a_race_has_losers_with_a_reason(open_page):
    page = open_page(f"?model=vin16&map={CODE}&race=vin8_paper&k=2")
    page.get_by_role("button", name="Start the race").click()
    page.get_by_text("✓ 10.7 long").first.wait_for()
    rows = page.locator(".racers li")
    assert rows.count() == 3
    wait = page.locator(".racers li", has_text="✗").first
    wait.wait_for()
    assert "after" in wait.inner_text()


def test_a_planner_that_joins_is_seen_at_once_and_then_with_its_way(open_page):
    page = open_page(f"?model=vin8&map={CODE}")
    menu = page.get_by_label("Add a planner to the race")
    menu.locator("option", has_text="vin8_paper").wait_for(state="attached")
    assert menu.locator("option[value=cnn8]").count() == 0  # is for smaller maps
    groups = menu.locator("optgroup").evaluate_all("all => all.map((each) => each.label)")
    assert groups == ["Plans ahead", "Reacts at once"]
    menu.select_option("vin8_paper")
    row = page.locator(".racers li", has_text="vin8_paper")
    assert row.count() == 1
    row.filter(has_text=re.compile("[✓✗]")).wait_for()


def test_a_map_is_found_on_which_the_reactive_network_fails(open_page):
    page = open_page(f"?model=vin8&map={CODE}")
    page.get_by_role("button", name="Break cnn16").click()
    page.wait_for_function("() => location.search.includes('race=cnn16')")
    page.locator(".racers li", has_text="✗").first.wait_for()
    page.locator(".racers li", has_text="vin8").filter(has_text="✓").first.wait_for()
    assert re.match(r"New map: cnn16 (goes|walks) in.*, vin8 arrives in \d+ moves\.", sentence(page))


@pytest.mark.slow
def test_a_lost_server_is_said_and_the_drawing_stays(chrome, dashboard):
    page = chrome.new_page()  # whose console may complain about the lost server
    page.goto(f"{dashboard.address}/?model=vin8&map={CODE}&step=1")
    serving.settle(page)
    canvas = board(page)
    page.context.set_offline(True)
    page.evaluate("() => { WebSocket.prototype.send = () => { throw new Error('closed'); }; }")
    drag(page, [centre(canvas, (2, 8), 12), centre(canvas, (4, 8), 12)])
    words = sentence(page)
    assert "moves" in words
    wait_for_words(page, "The server does not answer")
    page.context.close()


def test_a_thumb_draws_on_a_phone_in_the_dark(chrome, dashboard):
    context = chrome.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True,
                                 reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{dashboard.address}/?model=vin8&map={CODE}")
    serving.settle(page)
    canvas = board(page)
    box = canvas.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    wait_for_words(page, "vin8 reaches G: 9 moves")  # nothing moves for those who asked for that
    start = page.get_by_role("button", name="Start the race")
    start.scroll_into_view_if_needed()
    page.mouse.wheel(0, 400)
    start.tap()  # far below the map, which comes into view
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop < 200")
    page.touchscreen.tap(*centre(canvas, (2, 2), 12))
    page.wait_for_function("old => !location.search.includes(old)", arg=CODE)
    page.get_by_role("button", name="Look", exact=True).tap()
    page.touchscreen.tap(*centre(canvas, (4, 4), 12))
    page.locator(".lens-title", has_text="Row 4, column 4").wait_for()
    *parts, total = (float(each) for each in page.locator(".sum-rows tr:not(:first-child) .product").all_inner_texts())
    assert abs(sum(parts) - total) < 0.2 < abs(total)  # a sum that is read downwards, rounded line by line
    found, bar = page.locator(".sum-rows .total").bounding_box(), page.locator(".pnzoo-tabs").bounding_box()
    assert canvas.bounding_box()["y"] >= 0  # the map and its lens together
    assert found["y"] + found["height"] <= bar["y"]
    context.close()
