"""A large support set without its extra."""

import sys

import numpy as np
import pytest

from pnzoo.few_shot.large_support import LargeSupport


def test_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ImportError, match=r"Type: pip install 'pnzoo\[faiss\]'"):
        LargeSupport(np.eye(2), [0, 1], scale=1.0)
