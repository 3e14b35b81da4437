"""A button that copies a text (copying.js), and lines of code with one (snippet.js)."""

from dashboard.widgets import canvas

_ICON = ('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 3h11v13M4 8h11v13H4z" fill="none" '
         'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/></svg>')
_button = canvas.component("copying", f'<div class="copying"><button type="button">{_ICON}<b></b></button>'
                           '<span role="status" aria-live="polite"></span></div>', drawing=False)


def button(key: str, label: str, text: str | None) -> None:
    """Show the button.

    Args:
        key: of the component.
        label: what the button says.
        text: what it copies; None for the page's address, which the film changes without asking the server.
    """
    _button(key=key, data={"label": label, "text": text})


_snippet = canvas.component(
    "snippet", '<div class="snippet"><pre tabindex="0"><code></code></pre><button type="button" aria-label="Copy the '
    'code">Copy</button><span role="status" aria-live="polite"></span></div>', drawing=False)


def snippet(key: str, text: str) -> None:
    """Show lines of Python.

    Args:
        key: of the component.
        text: the lines.
    """
    _snippet(key=key, data={"text": text})
