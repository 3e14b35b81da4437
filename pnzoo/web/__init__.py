"""A static page that plans and matches in the browser: plain files, no server, no library, nothing from elsewhere.

`pnzoo export-web out/` writes it. The folder `page` holds what is the same for every folder that is written: HTML, a
style sheet, and the networks in plain JavaScript (`planner.js`, `matcher.js`), which read weights as `pnzoo.web.site`
stores them: a JSON that names arrays, and one file of float32 numbers.
"""

from pnzoo.web.site import export_web

__all__ = ["export_web"]
