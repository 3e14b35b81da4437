"""A line on stderr that says how far a long run is."""

import sys
import time

LEAST = 200  # pictures; fewer need no line


class Progress:
    """Counts up to a total and shows it, at most twice a second.

    Args:
        total: how many there are.
        unit: what they are.
        shown: True, False or `"auto"`: for more than `LEAST`.

    Example:
        >>> with Progress(3, "pictures", shown=False) as progress:
        ...     progress.add(3)
    """

    def __init__(self, total, unit, shown="auto"):
        self.total, self.unit, self.done = total, unit, 0
        self.shown = total > LEAST if shown == "auto" else shown
        self.began = self.last = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.shown and sys.stderr:
            self._show("\n")

    def add(self, count=1):
        """So many more are done."""
        self.done += count
        now = time.monotonic()
        if self.shown and sys.stderr and now - self.last > 0.5:
            self.last = now
            self._show("")

    def _show(self, end):
        left = (time.monotonic() - self.began) / max(1, self.done) * (self.total - self.done)
        bar = "#" * (20 * self.done // max(1, self.total))
        text = f"\r[{bar:20}] {self.done:,} of {self.total:,} {self.unit}, {left:.0f} s left  "
        print(text, end=end, file=sys.stderr, flush=True)
