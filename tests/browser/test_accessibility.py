"""What axe-core finds on every page, wide and narrow, light and dark; headings, targets, and the way by keyboard.

`vendor/axe.min.js` is axe-core 4.14.1 by Deque Systems, under the Mozilla Public License 2.0 (`vendor/axe-LICENSE`).
"""

from pathlib import Path

import pytest

from tests.browser import serving

pytestmark = [pytest.mark.browser, pytest.mark.integration]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = ["", "inside", "inside?view=cell", "inside?view=moves", "inside?view=paint", "terrain", "worlds",
         "worlds?world=body", "worlds?world=sentences", "few_shot", "photographs", "compare?maps=100",
         "compare?what=few-shot&episodes=30", "zoo", "zoo?entry=vin16", "answers", "answers?question=6", "lessons"]
FIRST = ("", "few_shot", "zoo", "answers")  # the others by make test-all
FOUND = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter((each) => ['serious', 'critical'].includes(each.impact) || each.id === 'heading-order')
  .map((each) => [each.id, ...each.nodes.slice(0, 3).map((node) => node.target.flat().join(' ') + ': '
                  + (node.any[0]?.message ?? '') + ' ' + node.html.slice(0, 120))])"""
SMALL = """() => {
  const THUMB = '[data-testid=stSlider] [style*="translate(-50%, -50%)"]';  // a slider's handle
  const found = [], look = (root) => { for (const each of root.querySelectorAll('*')) {
    if (each.shadowRoot) look(each.shadowRoot);
    if (!each.matches('button, a[href], input, select, summary, [role=button], ' + THUMB)) continue;
    const box = each.getBoundingClientRect(), label = each.closest('label')?.getBoundingClientRect();
    const wide = Math.max(box.width, label?.width ?? 0), high = Math.max(box.height, label?.height ?? 0);
    const text = each.matches('p a, li a');  // links in a sentence may be as high as its letters
    const seen = each.checkVisibility({opacityProperty: true, visibilityProperty: true});
    if (!seen || box.width <= 1 || box.height <= 1 || text) continue;
    if (wide < 23.9 || high < 23.9) found.push([each.outerHTML.slice(0, 120), wide, high]); } };
  look(document); return found; }"""
FOCUSED = """() => { let here = document.activeElement;
  while (here?.shadowRoot?.activeElement) here = here.shadowRoot.activeElement;
  const main = document.querySelector('[data-testid=stMain]');
  let top = here; while (top && !main.contains(top)) top = top.getRootNode().host;
  const look = getComputedStyle(here);
  return {tag: here.tagName, main: !!top && here.tagName !== 'H1',
          words: (here.ariaLabel ?? here.textContent).slice(0, 40),
          seen: look.outlineStyle !== 'none' || look.boxShadow !== 'none'}; }"""


@pytest.fixture(scope="module")
def visit(chrome, dashboard):
    """visit(path): a page in one browser for all tests here."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light", bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(serving.PATIENCE)

    def visit(path):
        page.goto(f"{dashboard.address}/{path}")
        serving.settle(page)
        return page

    yield visit
    context.close()


# Letters of charts, which axe passes over: what reads with less than 4.5 : 1 on the page.
FAINT = """() => {
    const parts = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
    const light = (colour) => parts(colour).map((x) => x / 255)
        .map((x) => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
        .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
    const page = light(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor);
    return [...document.querySelectorAll('.js-plotly-plot :is([class$=tick], [class^=g-], .legend, .annotation) text')]
        .map((text) => [text.textContent, light(getComputedStyle(text).fill)])
        .filter(([, ink]) => (Math.max(ink, page) + 0.05) / (Math.min(ink, page) + 0.05) < 4.5)
        .map(([words]) => words); }"""


@pytest.mark.parametrize(
    "path", [pytest.param(page, marks=[] if page in FIRST else pytest.mark.slow) for page in PAGES])
def test_axe_finds_nothing_serious_and_targets_are_large_enough(visit, path):
    page = visit(path)
    page.evaluate(AXE)
    for width, theme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(700)
        assert page.evaluate(FOUND) == [], (width, theme)
        assert page.evaluate(SMALL) == [], (width, theme)
        assert page.evaluate(FAINT) == [], (width, theme)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def test_what_is_wrong_is_found(visit):
    """The checks themselves: faint letters and a small button are seen, also inside a component."""
    page = visit("answers")
    page.evaluate("""() => {
        const host = document.createElement('div');
        host.attachShadow({mode: 'open'}).innerHTML = '<p style="color:#ccc;background:#fff">These words are faint</p>'
          + '<button style="width:12px;height:12px;padding:0">x</button>';
        document.querySelector('[data-testid=stMain] h1').before(host); }""")
    page.evaluate(AXE)
    assert "color-contrast" in [found[0] for found in page.evaluate(FOUND)]
    assert page.evaluate(SMALL) != []


@pytest.mark.parametrize("path", ["", "few_shot"])
def test_the_first_tool_is_within_eight_stops_and_focus_is_seen(visit, path):
    page = visit(path)
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert first["words"] == "Skip to main content"  # Streamlit's own
    assert first["seen"]
    page.keyboard.press("Enter")
    stops = []
    while len(stops) < 6:
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        assert stops[-1]["seen"], stops[-1]
    assert stops[0]["main"], stops


def test_a_phone_goes_from_page_to_page_by_words(visit):
    page = visit("few_shot")
    page.set_viewport_size({"width": 390, "height": 844})
    bar = page.locator(".pnzoo-tabs")
    assert bar.get_by_role("link").count() >= 9
    stays = bar.get_by_role("link", name="Zoo").element_handle()
    bar.get_by_role("link", name="Zoo").click()
    page.get_by_role("heading", name="The zoo").wait_for()
    page.wait_for_function("() => location.pathname.endsWith('/zoo')")
    assert bar.locator("[aria-current=page]").inner_text() == "Zoo"
    page.wait_for_function("() => document.title === 'Zoo · pnzoo'")
    assert stays.evaluate("link => link.isConnected")  # else a click in the middle of a run would be lost
    assert bar.bounding_box()["y"] > 700  # under the thumb
    bar.get_by_role("button", name="All").click()
    sheet = page.get_by_role("dialog", name="All pages")
    assert sheet.get_by_role("link").count() == bar.get_by_role("link").count()
    sheet.get_by_role("link", name="Lessons six short tasks").click()
    page.wait_for_function("() => location.pathname.endsWith('/lessons')")
    assert not sheet.is_visible()
    page.get_by_role("link", name="Next: Inside").wait_for()
    page.set_viewport_size({"width": 1440, "height": 900})
    assert bar.bounding_box()["y"] == 0
