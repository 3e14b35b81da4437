"""The folder of the static page: what is written, and what is left alone."""

import json

import numpy as np
import pytest

import pnzoo
from pnzoo.analysis.planning.plain import unpack
from pnzoo.cli import main
from pnzoo.models import VIN, MatchingNetwork
from pnzoo.web import export_web


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Two small models as folders, for a page that is written in a moment."""
    folder = tmp_path_factory.mktemp("models")
    pnzoo.save(VIN(k=3, channels=2, filters=(3,)), folder / "planner")
    pnzoo.save(MatchingNetwork(backbone_options={"filters": 4}), folder / "matcher")
    return {"planners": [folder / "planner"], "matcher": folder / "matcher"}


def test_all_files_are_there_and_hold_the_weights(small, tmp_path):
    folder = export_web(tmp_path / "out", **small)
    site = json.loads((folder / "site.json").read_text())
    assert (site["planners"], site["matcher"], site["version"]) == (["planner"], "matcher", pnzoo.__version__)
    assert all(set(each) == {"label", "image"} and len(each["image"]) == 28 * 28 for each in site["examples"])
    card = json.loads((folder / "models" / "planner.json").read_text())
    model = pnzoo.load(small["planners"][0])
    np.testing.assert_array_equal(unpack(card["plain"])["features_0/kernel"], model.features[0].kernel)
    card = json.loads((folder / "models" / "matcher.json").read_text())
    numbers = np.frombuffer((folder / "models" / "matcher.bin").read_bytes(), "<f4")
    assert sum(np.prod(array["shape"]) for array in card["arrays"].values()) == numbers.size
    page = (folder / "index.html").read_text()
    assert "http:" not in page
    assert "https:" not in page


def test_a_page_is_replaced_as_a_whole_and_nothing_else_is(small, tmp_path):
    folder = export_web(tmp_path / "out", **small)
    (folder / "of_yesterday.js").write_text("")
    export_web(folder, **small)
    assert not (folder / "of_yesterday.js").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="mine holds something else"):
        export_web(tmp_path / "mine", **small)
    with pytest.raises(ValueError, match="there is no folder"):
        export_web(tmp_path / "nowhere" / "out", **small)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"]


def test_models_that_the_page_cannot_run_are_refused(small, tmp_path):
    pnzoo.save(VIN(k=3, channels=2, filters=(3,), concat_state=True), tmp_path / "reads_phi")
    with pytest.raises(ValueError, match=r"reads_phi does not run in a page: .* concat_state=True"):
        export_web(tmp_path / "out", planners=[tmp_path / "reads_phi"], matcher=small["matcher"])
    with pytest.raises(ValueError, match="Matching Networks of 28x28 drawings with a Conv-4"):
        export_web(tmp_path / "out", planners=[], matcher=small["planners"][0])
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_nothing(small, tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match=r"cannot write [\d,]+ bytes: No space left"):
        export_web(tmp_path / "out", **small)
    assert not list(tmp_path.iterdir())


def test_the_command_says_how_to_look_at_it(small, tmp_path, capsys):
    out = str(tmp_path / "out")
    assert main(["export-web", out, "--planner", str(small["planners"][0]), "--matcher", str(small["matcher"])]) == 0
    assert capsys.readouterr().out.endswith(f"python -m http.server --directory {out}\n")
