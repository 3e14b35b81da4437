"""Millions of maps: `pnzoo.batch.plan` on Ray, from Parquet to Parquet. Needs `pip install 'pnzoo[ray]'`.

Importing this package imports neither Ray nor PyArrow.
"""

from pnzoo.batch.planning import Summary, plan
from pnzoo.batch.rows import table

__all__ = ["Summary", "plan", "table"]
