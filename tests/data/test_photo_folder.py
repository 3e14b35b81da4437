"""A folder of photographs: one folder a class, in natural order, and what is wrong with it is said."""

import numpy as np
import pytest

from pnzoo.data.photo_folder import read_photo_folder

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def folder(tmp_path):
    """Classes shelf2 and shelf10 of two photographs each; all four differ."""
    rng = np.random.default_rng(0)
    for name in ("shelf10", "shelf2"):
        for file in ("10.png", "9.jpg"):
            write(tmp_path / name / file, rng.integers(0, 256, (40, 30, 3), "uint8"))
    return tmp_path


def write(path, pixels):
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.fromarray(pixels).save(path)


def test_classes_and_files_come_in_natural_order(folder):
    found = read_photo_folder(folder)
    assert found.class_names == ["shelf2", "shelf10"]
    assert found.labels.tolist() == ["shelf2"] * 2 + ["shelf10"] * 2
    names = ["shelf2/9.jpg", "shelf2/10.png", "shelf10/9.jpg", "shelf10/10.png"]
    assert found.paths == [str(folder / name) for name in names]
    assert found.broken == {}


def test_hidden_and_other_files_are_skipped_and_inner_folders_are_read(folder):
    for file in (".DS_Store", "shelf2/.hidden.png", "shelf2/notes.txt", "readme.png"):
        (folder / file).write_bytes(b"none")
    (folder / ".git").mkdir()
    (folder / "__MACOSX").mkdir()
    write(folder / "shelf2" / "more" / "A.JPEG", np.full((30, 30, 3), 7, "uint8"))
    found = read_photo_folder(str(folder))
    assert len(found.paths) == 5
    assert dict(zip(found.paths, found.labels, strict=True))[str(folder / "shelf2/more/A.JPEG")] == "shelf2"


def test_broken_files_are_listed_together_or_skipped(folder):
    whole = (folder / "shelf2/9.jpg").read_bytes()
    (folder / "shelf2/cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "shelf10/empty.png").write_bytes(b"")
    write(folder / "shelf10/dot.png", np.zeros((1, 1), "uint8"))
    with pytest.raises(ValueError, match="3 of 7 files") as raised:
        read_photo_folder(folder)
    lines = {line.split(": ")[0].strip(): line for line in str(raised.value).splitlines()[1:]}
    assert set(lines) == {str(folder / name) for name in ("shelf2/cut.jpg", "shelf10/empty.png", "shelf10/dot.png")}
    assert "truncated" in lines[str(folder / "shelf2/cut.jpg")]
    assert "1 x 1 pixel" in lines[str(folder / "shelf10/dot.png")]
    found = read_photo_folder(folder, broken="skip")
    assert set(found.broken) == set(lines)
    assert len(found.paths) == len(found.labels) == 4


def test_the_same_photograph_in_two_classes_is_named(folder):
    (folder / "shelf10/twin.jpg").write_bytes((folder / "shelf2/9.jpg").read_bytes())
    (folder / "shelf10/again.jpg").write_bytes((folder / "shelf10/9.jpg").read_bytes())  # its own class: fine
    with pytest.warns(UserWarning, match="in several classes") as caught:
        assert len(read_photo_folder(folder).paths) == 6
    text = str(caught[0].message)
    assert f"{folder / 'shelf2/9.jpg'} = {folder / 'shelf10/twin.jpg'}" in text
    assert "again" not in text


def test_too_few_classes(folder, tmp_path_factory):
    bare = tmp_path_factory.mktemp("bare")
    with pytest.raises(ValueError, match="holds no folders"):
        read_photo_folder(bare)
    (bare / "cats").mkdir()
    with pytest.raises(ValueError, match="only the class 'cats'"):
        read_photo_folder(bare)
    with pytest.raises(ValueError, match="is no folder"):
        read_photo_folder(folder / "shelf2/9.jpg")
    (folder / "none").mkdir()
    with pytest.raises(ValueError, match=r"no photographs in .*none\. Add"):
        read_photo_folder(folder)


def test_a_class_of_broken_files_is_empty(folder):
    (folder / "bad").mkdir()
    (folder / "bad/1.png").write_bytes(b"not a picture")
    with pytest.raises(ValueError, match=r"no photographs in .*bad"):
        read_photo_folder(folder, broken="skip")
    with pytest.raises(ValueError, match="broken='other' is not"):
        read_photo_folder(folder, broken="other")
