"""A button that copies a text (copying.js)."""

from widgets import canvas

_button = canvas.component("copying", '<div class="copying"><button type="button"></button>'
                           '<span role="status" aria-live="polite"></span></div>', drawing=False)


def button(key: str, label: str, text: str) -> None:
    """Show the button.

    Args:
        key: of the component.
        label: what the button says.
        text: what it copies.
    """
    _button(key=key, data={"label": label, "text": text})
