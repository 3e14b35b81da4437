"""A static page that plans and matches in the browser: plain files, no server, no library, nothing from elsewhere.

`pnzoo export-web out/` writes it. The folder `page` holds what is the same for every folder that is written: HTML, a
style sheet, and the networks in plain JavaScript: `planner.js`, which reads what `pnzoo.analysis.plain_planner` gives
and which the dashboard runs too, and `matcher.js`, which reads a JSON that names arrays and a file of float32 numbers.
"""

import re
from importlib.resources import files

from pnzoo.web.site import export_web

__all__ = ["export_web", "planner_script"]


def planner_script() -> str:
    """`planner.js` as a plain script, for pages of several: `makePlanner`, `makePlan`, `solve`, `follow`.

    Example:
        >>> "export" in planner_script()
        False
    """
    module = (files("pnzoo.web") / "page" / "planner.js").read_text(encoding="utf-8")
    return re.sub(r"^export ", "", module, flags=re.MULTILINE)
