import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.core.resize import resize_area
from pnzoo.data import omniglot

ALPHABETS = [*omniglot.VINYALS_VAL, *omniglot.VINYALS_TEST, "Gurmukhi", "Latin"]


def drawings(characters=45, each=2, size=28):
    """A made-up `OmniglotData`: alphabet a, character c, drawing d has pixel values of its own."""
    names = np.array(sorted(ALPHABETS))
    alphabet = np.repeat(np.arange(len(names)), characters * each).astype("int16")
    character = np.tile(np.repeat(np.arange(characters), each), len(names)).astype("int16")
    images = np.random.default_rng(0).integers(0, 256, (len(alphabet), size, size)).astype("uint8")
    background = np.isin(names[alphabet], (*omniglot.VINYALS_VAL, "Latin"))
    return omniglot.OmniglotData(images, alphabet, character, background, names)


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """A prepared file of made-up drawings at the default place, its checksum the expected one."""
    made = drawings(each=1)
    monkeypatch.setattr(omniglot, "CHECKSUM", omniglot.checksum(made))
    monkeypatch.setenv("PNZOO_DATA", str(tmp_path))
    np.savez_compressed(omniglot.cache_path(), **made._asdict())
    return made


@pytest.mark.slow  # unpacks all of Omniglot
def test_the_vinyals_split_has_the_papers_counts(real_omniglot):
    counts = {
        part: len(omniglot.split(real_omniglot, part, rotations=False).images)
        for part in ("train", "val", "trainval", "test")
    }
    assert counts == {"train": 1028, "val": 172, "trainval": 1200, "test": 423}


@pytest.mark.slow  # unpacks all of Omniglot
def test_the_background_split_is_lakes(real_omniglot):
    train, test = (
        omniglot.split(real_omniglot, part, split_scheme="background", rotations=False) for part in ("train", "test")
    )
    assert (len(train.images), len(np.unique(train.group))) == (964, 30)
    assert (len(test.images), len(np.unique(test.group))) == (659, 20)


@pytest.mark.slow  # unpacks all of Omniglot
def test_the_two_splits_overlap_as_documented(real_omniglot):
    """The trap: a model of the vinyals split has seen characters of Lake's evaluation set."""
    vinyals = set(omniglot.split(real_omniglot, "train", rotations=False).names)
    lake = set(omniglot.split(real_omniglot, "test", split_scheme="background", rotations=False).names)
    shared = {name.split("/")[0] for name in vinyals & lake}
    assert {"Atlantean", "Ge_ez", "Glagolitic", "Gurmukhi"} <= shared


@pytest.mark.slow  # unpacks all of Omniglot
def test_every_character_has_twenty_drawings_with_ink(real_omniglot):
    test = omniglot.split(real_omniglot, "test", rotations=False)
    assert test.images.shape == (423, 20, 28, 28)
    assert (test.images.reshape(-1, 784).max(1) > 100).all()
    assert 0.02 < (test.images > 127).mean() < 0.2  # ink is the small bright part


def test_splits_of_one_scheme_share_no_character():
    made = drawings()
    parts = [set(omniglot.split(made, part, rotations=False).names) for part in ("train", "val", "test")]
    assert not parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2]
    assert parts[0] | parts[1] == set(omniglot.split(made, "trainval", rotations=False).names)
    assert {name for name in parts[2] if name.startswith("Gurmukhi")} == {f"Gurmukhi/{c}" for c in range(41, 45)}


def test_a_class_holds_the_drawings_of_its_character():
    made = drawings()
    val = omniglot.split(made, "val", rotations=False)
    i = list(val.names).index("Hebrew/07")
    want = made.images[(made.alphabets[made.alphabet] == "Hebrew") & (made.character == 7)]
    assert (val.images[i] == want).all()


def test_a_rotation_is_a_class_and_turns_all_its_drawings_alike():
    val = omniglot.split(drawings(), "val", rotations=False)
    turned = omniglot.with_rotations(val)
    n = len(val.images)
    assert len(turned.images) == len(set(turned.names)) == 4 * n
    for turn in range(4):
        assert (turned.images[turn * n + 3] == np.rot90(val.images[3], turn, axes=(1, 2))).all()
    assert (turned.group == np.tile(val.group, 4)).all()
    assert turned.names[n + 3] == f"{val.names[3]} turned 90"


def test_a_mirror_image_is_a_class():
    val = omniglot.split(drawings(), "val", rotations=False)
    both = omniglot.with_mirrors(val)
    n = len(val.images)
    assert len(both.images) == len(set(both.names)) == 2 * n
    assert (both.images[:n] == val.images).all()
    assert (both.images[n:] == val.images[..., ::-1]).all()
    assert (both.group[n:] == val.group).all()


def test_unknown_parts_are_named():
    made = drawings(each=1)
    with pytest.raises(ValueError, match="'trainval'"):
        omniglot.split(made, "validation")
    with pytest.raises(ValueError, match="background"):
        omniglot.split(made, "val", split_scheme="background")
    with pytest.raises(ValueError, match="split scheme 'lake'"):
        omniglot.split(made, "train", split_scheme="lake")


def test_load_reads_what_was_prepared(prepared):
    for got, want in zip(omniglot.load(), prepared, strict=True):
        assert (got == want).all()


def test_a_missing_file_says_what_to_type(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"python -m train\.few_shot\.prepare_omniglot"):
        omniglot.load(tmp_path / "omniglot28.npz")


@pytest.mark.parametrize("keep", [0.5, 0.99, 0.0])
def test_a_truncated_cache_says_so(prepared, keep):
    path = omniglot.cache_path()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(ValueError, match=r"Delete it.*train\.few_shot\.prepare_omniglot"):
        omniglot.load()


def test_an_altered_cache_fails_its_checksum(prepared):
    images = prepared.images.copy()
    images[17, 3, 3] ^= 1
    np.savez_compressed(omniglot.cache_path(), **prepared._replace(images=images)._asdict())
    with pytest.raises(ValueError, match="checksum"):
        omniglot.load()


def test_something_else_in_the_cache_is_refused(prepared):
    np.savez(omniglot.cache_path(), images=prepared.images)
    with pytest.raises(ValueError, match="not a whole prepared Omniglot"):
        omniglot.load()


def test_preparing_without_tfds_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "tensorflow_datasets", None)
    with pytest.raises(ImportError, match=r"pnzoo\[data\]"):
        omniglot.prepare(tmp_path / "x.npz")


def test_prepare_refuses_another_data_set(monkeypatch, tmp_path):
    monkeypatch.setattr(omniglot, "_read_tfds", lambda data_dir: drawings(each=1))
    with pytest.raises(ValueError, match="checksum"):
        omniglot.prepare(tmp_path / "x.npz")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 60), width=st.integers(1, 60), size=st.integers(1, 40), seed=st.integers(0, 99))
def test_shrinking_keeps_the_mean(height, width, size, seed):
    image = np.random.default_rng(seed).random((height, width))
    small = resize_area(image, size)
    assert small.shape == (size, size)
    assert small.mean() == pytest.approx(image.mean(), abs=1e-4)
    assert image.min() - 1e-5 <= small.min() <= small.max() <= image.max() + 1e-5


def test_shrinking_is_the_mean_of_what_a_pixel_covers():
    image = np.arange(9.0).reshape(3, 3)
    want = (image[0, 0] + image[0, 1] / 2 + image[1, 0] / 2 + image[1, 1] / 4) / 2.25
    assert resize_area(image, 2)[0, 0] == pytest.approx(want)


def test_a_thin_stroke_becomes_grey_and_stays():
    page = np.zeros((105, 105))
    page[:, 50] = 1
    small = resize_area(page, 28)
    assert small.sum(1) == pytest.approx(28 / 105, abs=1e-5)


def test_former_argument_names_work_and_say_what_they_are_called_now():
    made = drawings()
    with pytest.warns(DeprecationWarning, match="split") as said:
        former = omniglot.split(made, which="train", protocol="background", rotations=False)
    assert [str(warning.message).partition(";")[0] for warning in said] == [
        "split(which=...) is called part=... now", "split(protocol=...) is called split_scheme=... now",
    ]  # fmt: skip
    wanted = omniglot.split(made, "train", split_scheme="background", rotations=False)
    np.testing.assert_array_equal(former.names, wanted.names)
    with pytest.raises(TypeError, match="'protocol' is the former name of 'split_scheme'"):
        omniglot.split(made, "train", protocol="vinyals", split_scheme="vinyals")
