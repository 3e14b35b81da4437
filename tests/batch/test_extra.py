"""Without the extra, what needs it says what to type, and nothing else notices."""

import subprocess
import sys

import pytest

from pnzoo import batch


@pytest.mark.parametrize("missing", ["ray", "pyarrow"])
def test_the_pip_line(missing, monkeypatch, tmp_path):
    for name in [name for name in sys.modules if name.split(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=r"Type: pip install 'pnzoo\[ray\]'"):
        batch.plan("maps.parquet", "vin8", tmp_path)


def test_importing_imports_neither():
    code = "import sys, pnzoo.batch; print(sorted({'ray', 'pyarrow', 'keras', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
