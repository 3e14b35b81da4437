"""A photograph is the same whatever holds it; what is none is named."""

import io

import numpy as np
import pytest

from pnzoo.core import images as images_module
from pnzoo.core.image_list import as_list
from pnzoo.data.photographs import load_photograph, load_photographs

Image = pytest.importorskip("PIL.Image")


def scene():
    """A sky over a meadow with a dark tree left of the middle; smooth, so that JPEG keeps it."""
    y, x = np.mgrid[:60, :90] / 60
    rgb = np.stack([0.4 + 0.3 * y, 0.5 + 0.2 * np.sin(3 * x), 0.9 - 0.7 * y], -1)
    rgb[20:50, 25:40] = 0.15
    return np.rint(rgb * 255).astype("uint8")


SCENE = scene()
PLAIN = load_photograph(SCENE, 32)


def encoded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def grey():
    return load_photograph(Image.fromarray(SCENE).convert("L").convert("RGB"), 32)


def test_the_middle_is_kept_and_smoothed():
    assert PLAIN.shape == (32, 32, 3)
    assert PLAIN.dtype == np.float32
    square = SCENE[:, 15:75].astype("float64") / 255
    np.testing.assert_allclose(PLAIN.mean((0, 1)), square.mean((0, 1)), atol=0.01)
    stripes = np.tile(np.array([0, 255], "uint8"), (200, 100))
    assert np.ptp(load_photograph(stripes, 20)) < 0.1  # no moiré


def test_the_whole_picture_between_bars():
    padded = load_photograph(SCENE, 30, fit="pad")
    assert (padded[:5] == 0.5).all()
    assert (padded[-5:] == 0.5).all()
    np.testing.assert_allclose(padded[5:25].mean((0, 1)), SCENE.mean((0, 1)) / 255, atol=0.01)
    with pytest.raises(ValueError, match="fit='whole' is not one of 'crop', 'stretch', 'pad'"):
        load_photograph(SCENE, 30, fit="whole")


def test_arrays_of_any_numbers_are_the_same_photograph():
    floats = (SCENE / 255).astype("float32")
    for same in (floats, SCENE.astype("float64"), SCENE.astype("uint16") * 257, SCENE.astype("int64")):
        np.testing.assert_allclose(load_photograph(same, 32), PLAIN, atol=0.005)
    alpha = np.concatenate([SCENE, np.full((60, 90, 1), 255, "uint8")], -1)
    np.testing.assert_allclose(load_photograph(alpha, 32), PLAIN, atol=0.005)


@pytest.mark.parametrize("mode", ["RGBA", "CMYK", "YCbCr", "P"])
def test_colour_modes(mode):
    image = Image.fromarray(SCENE).convert(mode)
    np.testing.assert_allclose(load_photograph(image, 32), PLAIN, atol=0.15 if mode == "P" else 0.02)


@pytest.mark.parametrize("mode", ["L", "LA", "I", "F", "I;16"])
def test_grey_modes_have_three_equal_channels(mode):
    image = Image.fromarray(SCENE).convert("L")
    image = Image.fromarray(np.asarray(image).astype("uint16") * 257) if mode == "I;16" else image.convert(mode)
    assert image.mode == mode
    found = load_photograph(image, 32)
    assert (found[..., 0] == found[..., 1]).all()
    np.testing.assert_allclose(found, grey(), atol=0.01)


def test_what_is_transparent_is_white():
    clear = np.concatenate([SCENE, np.zeros((60, 90, 1), "uint8")], -1)
    assert (load_photograph(Image.fromarray(clear), 32) == 1).all()
    palette = Image.new("P", (40, 40), 3)
    palette.putpalette([9, 9, 9] * 256)
    assert (load_photograph(encoded(palette, "PNG", transparency=3), 32) == 1).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_it_upright(orientation, tmp_path):
    undo = {6: lambda a: np.rot90(a, 1), 8: lambda a: np.rot90(a, -1)}.get(
        orientation, images_module.UPRIGHT.get(orientation, lambda a: a)
    )  # the others are their own inverse
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = tmp_path / "turned.jpg"
    Image.fromarray(np.ascontiguousarray(undo(SCENE))).save(file, exif=exif, quality=95, subsampling=0)
    np.testing.assert_allclose(load_photograph(file, 32), PLAIN, atol=0.06)


def test_whatever_holds_a_photograph(tmp_path):
    file = tmp_path / "scene.png"
    file.write_bytes(encoded(Image.fromarray(SCENE)))
    with open(file, "rb") as stream:
        held = [str(file), file, file.read_bytes(), bytearray(file.read_bytes()), stream, Image.open(file), SCENE]
        found = load_photographs(held, size=32)
    for photograph in found:
        np.testing.assert_allclose(photograph, PLAIN, atol=0.005)


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "cannot identify"),
        (b"words, and no picture", "cannot identify"),
        (encoded(Image.fromarray(SCENE), "JPEG")[:300], "(?i)truncated"),
        (encoded(Image.new("L", (1, 1))), "has 1 x 1 pixel, and a photograph needs 8"),
        (encoded(Image.new("1", (30_000, 30_000))), "100,000,000 pixels or more"),
    ],
    ids=["empty", "text", "truncated", "one pixel", "huge"],
)
def test_errors_name_the_file(content, words, tmp_path):
    file = tmp_path / "my.png"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=words) as raised:
        load_photographs([SCENE, str(file)])
    assert str(raised.value).startswith(f"image 1 ({file})")


def test_heic_without_its_plugin_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    file = tmp_path / "phone.heic"
    file.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99))
    for holder in (file, file.read_bytes()):
        with pytest.raises(ValueError, match="type `pip install pillow-heif`"):
            load_photograph(holder)


def test_a_single_photograph_is_no_batch():
    for one in ("a.jpg", b"bytes", Image.fromarray(SCENE), SCENE):
        with pytest.raises(ValueError, match="one image"):
            load_photographs(one)
    with pytest.raises(ValueError, match="got no images"):
        load_photographs([])
    assert len(as_list([SCENE])) == 1
