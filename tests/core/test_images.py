"""One image, however people have it, is the same image; what is none is named."""

import io
import os
import pathlib
import tracemalloc

import numpy as np
import pytest

from pnzoo.core.image_list import as_list
from pnzoo.core.images import UPRIGHT, open_image, to_grey, to_rgb
from pnzoo.core.resize import area_weights, resize_area
from pnzoo.data import preprocessing
from pnzoo.data.preprocessing import preprocess_images

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")


def colours():
    """An L of black strokes with a light grey box on white paper, in colour."""
    image = Image.new("RGB", (60, 40), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle([35, 5, 55, 20], fill=(200, 210, 205))
    draw.line([(10, 5), (10, 35), (30, 35)], fill=(10, 0, 20), width=3)
    return image


PLAIN = preprocess_images([colours()])[0]


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def same(image, atol=0.02):
    np.testing.assert_allclose(preprocess_images([image])[0], PLAIN, atol=atol)


@pytest.mark.parametrize(
    "mode", ["P", "PA", "CMYK", "YCbCr", "HSV", "LAB", "RGBA", "RGBa", "RGBX", "LA", "L", "I", "F"]
)
def test_pil_images_of_any_mode(mode):
    image = colours()
    if mode == "LAB":
        from PIL import ImageCms

        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.applyTransform(image, ImageCms.buildTransform(*profiles, "RGB", "LAB"))
    elif mode in ("PA", "RGBa", "LA"):
        image = image.convert({"PA": "P", "RGBa": "RGBA", "LA": "L"}[mode]).convert(mode)
    else:
        image = image.convert(mode)
    same(image, atol=0.05)


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "RGB", {}),
        ("GIF", "P", {}),
        ("PNG", "P", {}),
        ("BMP", "RGB", {}),
        ("JPEG", "RGB", {"quality": 98}),
        ("JPEG", "CMYK", {"quality": 98}),
        ("TIFF", "CMYK", {}),
        ("TIFF", "LAB", {}),
        ("PNG", "I;16", {}),
    ],
)
def test_files_by_path_bytes_and_file_object(kind, mode, options, tmp_path):
    if mode == "LAB":
        from PIL import ImageCms

        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.applyTransform(colours(), ImageCms.buildTransform(*profiles, "RGB", "LAB"))
    elif mode == "I;16":
        image = Image.fromarray(np.asarray(colours().convert("L")).astype("uint16") * 257)
    else:
        image = colours().convert(mode)
    path = tmp_path / "image"
    path.write_bytes(saved(image, kind, **options))
    whole = preprocess_images([path, str(path), np.str_(path), path.read_bytes(), bytearray(path.read_bytes())])
    np.testing.assert_allclose(whole, np.tile(PLAIN, (5, 1, 1)), atol=0.12 if kind == "JPEG" else 0.05)
    with path.open("rb") as file:
        same(file, atol=0.12 if kind == "JPEG" else 0.05)
    with Image.open(path) as image:
        np.testing.assert_allclose(preprocess_images([image]), whole[:1], atol=0.01)


@pytest.mark.parametrize("mode", ["L", "RGB", "1", "I;16"])
def test_transparency_by_a_colour_is_laid_on_white(mode):
    """Ink 1 or black on transparent 0, as tRNS tells, and an opaque white box."""
    array = np.zeros((40, 60), "uint8")
    array[5:20, 35:55] = 255
    array[5:36, 9:12] = 1
    image = Image.fromarray(array)
    if mode == "1":
        image = Image.fromarray(array > 0)
        content = saved(image, "PNG", transparency=0)
        assert to_grey(content).values.min() == 255  # white on clear is white
        return
    image = Image.fromarray(array.astype("uint16") * 257) if mode == "I;16" else image.convert(mode)
    content = saved(image, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)
    grey = to_grey(content).values
    grey = grey / 257 if mode == "I;16" else grey
    np.testing.assert_allclose(grey, np.where(array == 0, 255, array), atol=1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("least", [None, 8])
def test_exif_turns_the_image(orientation, least):
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved(colours(), "JPEG", quality=98, exif=exif.tobytes())
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("L")
    grey = to_grey(content, least=least)
    assert (grey.rows[-1], grey.columns[-1]) == upright.size[::-1]
    if least is None:
        assert np.abs(grey.values.astype(int) - np.asarray(upright)).max() <= 1
    np.testing.assert_array_equal(to_grey(Image.open(io.BytesIO(content))).values, to_grey(content).values)
    rgb = to_rgb(content, (40, 60) if upright.size == (60, 40) else (60, 40))
    assert np.abs(rgb.mean(-1) * 255 - np.asarray(upright)).max() < 20


def test_the_edges_turn_with_the_image():
    """A column of unlike widths: the file's last pixel stands for less than the others."""
    exif = Image.Exif()
    for orientation in UPRIGHT:
        exif[0x0112] = orientation
        grey = to_grey(saved(Image.new("L", (21, 40), 99), "PNG", exif=exif), least=5)
        assert grey.values.shape == (len(grey.rows) - 1, len(grey.columns) - 1)
        assert sorted(np.diff(grey.columns if orientation < 5 else grey.rows).tolist()) == [1, 4, 4, 4, 4, 4]


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.astype("uint16") * 257,
        lambda a: a.astype("int32"),
        lambda a: a.astype("int64"),
        lambda a: a.astype("uint32") * 257,
        lambda a: a / 255.0,
        lambda a: np.where(a == a.max(), 1.0000002, a / 255.0),
        lambda a: a.astype("float16"),
        lambda a: a.astype(object),
        lambda a: a[::-1][::-1],
        lambda a: np.asfortranarray(a),
        lambda a: a.tolist(),
    ],
    ids=["uint16", "int32", "int64", "uint32", "float", "above-1", "float16", "object", "views", "fortran", "nested"],
)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_arrays_of_any_type(change, mode):
    array = np.asarray(colours().convert(mode))
    if mode.endswith("A"):
        array = array.copy()
        array[array[..., 0] == 255] = 0  # the paper is clear: black under alpha 0
    array = change(array)
    if isinstance(array, np.ndarray):
        array.flags.writeable = False
    same(array)


def test_alpha_of_1_in_bytes_is_nearly_clear():
    image = np.zeros((20, 20, 4), "uint8")
    image[..., 3] = 1
    assert to_grey(image).values.min() == pytest.approx(254)
    assert to_grey(image.astype(bool)).values.max() == 0


class Tensor:
    """What frameworks give: an array by `__array__` alone."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array if dtype is None else self.array.astype(dtype)


def test_many_images_in_any_container(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (6, 9, 9)).astype("uint8")
    paths = [tmp_path / f"{i}.png" for i in range(6)]
    for path, image in zip(paths, pixels, strict=True):
        Image.fromarray(image).save(path)
    pd = pytest.importorskip("pandas")
    flat = pixels.reshape(6, -1)
    for images in (
        flat,
        flat.astype(object),
        flat.tolist(),
        pixels.tolist(),
        tuple(pixels),
        (image for image in pixels),
        Tensor(pixels),
        Tensor(flat),
        list(flat),
        pd.DataFrame(flat),
        pd.DataFrame(flat, columns=[f"p{i}" for i in range(81)], dtype="Int64"),
        pd.DataFrame({"path": paths}),
        pd.Series(map(str, paths)),
        pd.Series(list(pixels), index=list("fedcba")),
        np.array(list(map(str, paths))),
        np.array(paths),
        [[path] for path in paths],
        np.array(paths)[:, None],
    ):
        np.testing.assert_allclose(preprocess_images(images), preprocess_images(pixels), atol=2e-6)


@pytest.mark.parametrize(
    ("images", "match"),
    [
        (np.zeros((28, 28, 3), "uint8"), r"one image.*Write \[image\]"),
        (np.zeros((28, 28, 1)), r"one image.*Write \[image\]"),
        (np.zeros((100, 100)), r"one image or 100 flattened ones"),
        (np.zeros((28, 28)), r"\[image\]"),
        (colours(), r"Write \[image\]"),
        (saved(colours(), "PNG"), r"one image.*Write"),
        ("a.png", r"Write \['a.png'\]"),
        (pathlib.Path("a.png"), "Write"),
        (io.BytesIO(b""), r"Write \[image\]"),
        ({"a": 1}, r"list\(images.values\(\)\)"),
        (None, "NoneType"),
        (5, "int"),
        ([], "no images"),
        (np.zeros((0, 784)), "no images"),
        (np.zeros((3, 0)), "no flattened squares"),
        ([[1, 2], [3]], "no array of images"),
        (np.zeros((2, 3, 4, 5, 6)), r"expected \[N, H, W\]"),
        ([None], "image 0 is NoneType"),
        ([np.zeros((0, 5, 4))], "nothing in it"),
        ([np.array(["a"])], "image 0"),
        ([5], "image 0"),
        ([{"a": 1}], "image 0 is dict"),
        ([np.zeros((2, 3), complex)], "expected a path"),
        ([io.StringIO("text")], "mode 'rb'"),
        (["https://example.org/a.png"], "not fetched"),
        (["FILE:///a.png"], "not fetched"),
        ([colours(), "/nowhere/b.png"], r"image 1 \(/nowhere/b.png\) cannot be read: No such file"),
        (["/"], "regular file"),
        ([b"no image at all"], "image 0 cannot be read as an image"),
        ([b""], "image 0 cannot be read"),
        ([np.lib.stride_tricks.as_strided(np.zeros(1), (20_000, 10_000), (0, 0))], "100,000,000 or more"),
        ([Image.new("F", (4, 4), float("nan"))], "NaN"),
    ],
    ids=lambda value: None if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said(images, match):
    with pytest.raises(ValueError, match=match):
        preprocess_images(images)


def test_a_broken_file_is_named(tmp_path):
    files = [tmp_path / f"{i}.png" for i in range(3)]
    for kind in ("PNG", "JPEG", "TIFF", "GIF"):
        content = saved(colours().convert("P" if kind == "GIF" else "RGB"), kind)
        for file in files:
            file.write_bytes(content)
        files[2].write_bytes(content[: len(content) * 2 // 3])
        with pytest.raises(ValueError, match=r"image 2 \(.*2\.png\)"):
            preprocess_images(files)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="regular file"):
        preprocess_images([tmp_path / "pipe"])


def test_a_hundred_megapixels_are_refused_before_they_are_read():
    content = saved(Image.new("1", (10_000, 10_000)), "PNG")
    with pytest.raises(ValueError, match=r"10,000 x 10,000 pixels"):
        open_image(content)


def peak(images):
    """Bytes that NumPy and Python take at most while the images are read."""
    tracemalloc.start()
    try:
        small = preprocess_images(images)
        return tracemalloc.get_traced_memory()[1], small
    finally:
        tracemalloc.stop()


def test_a_large_image_takes_little_memory_and_looks_the_same(monkeypatch):
    large = np.kron(np.asarray(colours().convert("L")), np.ones((50, 50), "uint8"))  # 6 megapixels
    content = saved(Image.fromarray(large), "JPEG", quality=95)
    (most, small), (also, decoded) = peak([large]), peak([content])
    assert max(most, also) < 40e6
    monkeypatch.setattr(preprocessing, "LEAST", None)
    np.testing.assert_allclose(small, preprocess_images([large]), atol=0.03)
    np.testing.assert_allclose(decoded, preprocess_images([large]), atol=0.06)


def test_a_long_strip_takes_a_few_kilobytes():
    strip = np.full((20, 40_000), 255, "uint8")
    strip[8:12, 500:39_000] = 0
    most, small = peak([strip])
    assert most < 4e6
    assert small.shape == (1, 28, 28)
    assert (small[0].max(1) > 0.5).sum() <= 3  # a line across the middle
    file = saved(Image.fromarray(strip), "PNG")
    np.testing.assert_allclose(preprocess_images([file]), small, atol=0.02)
    assert peak([file])[0] < 4e6


def test_colour_and_its_fit():
    photograph = np.zeros((40, 80, 3), "uint8")
    photograph[:, 30:50] = (255, 0, 0)
    cropped, stretched = to_rgb(photograph, 20), to_rgb(photograph, 20, fit="stretch")
    assert cropped.shape == stretched.shape == (20, 20, 3)
    assert cropped.dtype == np.float32
    assert (cropped[..., 0] > 0.9).mean() == pytest.approx(0.5, abs=0.11)
    assert (stretched[..., 0] > 0.9).mean() == pytest.approx(0.25, abs=0.11)
    assert cropped[..., 1:].max() == 0
    np.testing.assert_allclose(to_rgb(photograph / 255.0, 20), cropped, atol=0.01)
    np.testing.assert_allclose(to_rgb(saved(Image.fromarray(photograph), "PNG"), (20, 20)), cropped)
    grey = to_rgb(np.asarray(colours().convert("L")), (40, 60))
    assert (grey[..., 0] == grey[..., 2]).all()
    with pytest.raises(ValueError, match="fit='whole'"):
        to_rgb(photograph, 20, fit="whole")


def test_area_weights_share_what_they_cover():
    np.testing.assert_allclose(area_weights(np.array([0.0, 3, 4]), 0, 4, 2), [[1, 0], [0.5, 0.5]])
    assert area_weights(np.arange(5.0), -2, 8, 2).sum() == 1  # half of the frame lies outside
    image = np.random.default_rng(0).random((7, 9))
    assert resize_area(image, (3, 5)).mean() == pytest.approx(image.mean(), rel=1e-5)


def test_lists_stay_lists():
    assert as_list(["a.png"]) == ["a.png"]
    assert [image.shape for image in as_list(np.zeros((2, 16)))] == [(4, 4)] * 2
