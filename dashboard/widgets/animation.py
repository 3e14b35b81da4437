"""R, P and V step by step: an animation that runs in the page (animation.js)."""

from collections.abc import Callable

import streamlit as st

from dashboard.widgets import canvas

_PANEL = """<figure class="{0}"><figcaption><b>{1}</b>: {2}<small>{3}</small></figcaption>
<canvas data-panel="{0}" tabindex="0" role="img" aria-label="Map of {1}: {2}. Arrow keys read the cells."></canvas>
<div class="key" data-panel="{0}">{4}</div></figure>"""
_KEY = ('<span class="low"></span><span class="ramp"></span><span class="high"></span>'
        '<span class="marks"></span>')
_WAVE_KEY = """<span class="low">step 0</span><span class="ramp"><i class="here"></i></span><span class="high"></span>
<span class="marks"><span><i class="now"></i> this step</span> <span><i class="open"></i> not yet</span>
<span><i class="early"></i> a guess before news of G, that held</span></span>"""
_FLOW = "".join(f'<button type="button" data-panel="{name}" aria-pressed="{str(name == "V").lower()}">{words}</button>'
                for name, words in (("R", "R"), ("P", "P"), ("V", "V"), ("wave", "wave")))
_HTML = f"""<div class="animation" data-big="V">
<div class="flow" role="group" aria-label="The map that is large">{_FLOW}</div><div class="panels">
<p class="again">again at every step: <b>P</b> × (<b>R</b> + <b>V</b> before), best action → new <b>V</b></p>
{_PANEL.format("R", "R", "the reward it sees", "", _KEY)}
{_PANEL.format("P", "P", "what it does there", "where each cell's best action pushes", "")}
{_PANEL.format("V", "V", "how good each cell is", "bright is near the best cell", _KEY)}
{_PANEL.format("wave", "The wave", "which moves are final", "", _WAVE_KEY)}
</div>
<div class="control"><button type="button" class="play" aria-label="Play">▶</button>
<button type="button" class="back" aria-label="One step back">‹</button>
<button type="button" class="forth" aria-label="One step on">›</button><output></output>
<div class="say" role="status" aria-live="polite"></div>
<select aria-label="Speed"><option value="0.1">slow</option><option value="1" selected>1 ×</option>
<option value="2.5">fast</option></select>
<button type="button" class="loop" aria-label="Repeat" aria-pressed="false">⟳</button>
<input type="range" min="0" value="0" step="1" aria-label="Step of value iteration"></div>
<figure class="below"><canvas data-panel="change" role="img"></canvas>
<figcaption><b>How much V still changes</b>: <span class="largest">━ largest</span> <span class="mean">┅ mean</span>
<span class="read"></span></figcaption></figure></div>"""

_animation = canvas.component("animation", _HTML)


def draw(key: str, data: dict, *, step: int | None, on_step: Callable[[int], None]) -> None:
    """Show a trace.

    Args:
        key: of the component.
        data: `dashboard.compute.animation`.
        step: the step shown first; None plays all of them once.
        on_step: called with the step where the slider came to rest.
    """
    steps = data["steps"]
    shown = steps if step is None else [s for s in steps if s <= step] or steps[:1]

    def moved():
        value = getattr(st.session_state.get(key), "step", None)
        if type(value) is int and 0 <= value <= steps[-1]:
            on_step(value)

    _animation(key=key, data={**data, "autoplay": step is None, "first": len(shown) - 1}, on_step_change=moved)
