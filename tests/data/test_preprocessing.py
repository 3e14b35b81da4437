import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.data.preprocessing import preprocess_images


def page(height=60, width=60, paper=255, pen=20, dtype="uint8"):
    """A page with an L drawn on it, asymmetric in both directions."""
    image = np.full((height, width), paper, dtype)
    image[height // 6 : 5 * height // 6, width // 4 : width // 4 + max(1, width // 12)] = pen
    image[5 * height // 6 - max(1, height // 12) : 5 * height // 6, width // 4 : 3 * width // 4] = pen
    return image


PLAIN = preprocess_images([page()])[0]


@pytest.mark.parametrize(
    "same",
    [
        page(paper=0, pen=255),  # chalk
        page(paper=200, pen=90),  # pencil: low contrast
        page().astype("float32") / 255,
        page().astype("float64"),
        page().astype("int32") * 200,
        page() > 100,
        page()[..., None],
        np.repeat(page()[..., None], 3, -1),
        np.concatenate([np.repeat(page()[..., None], 3, -1), np.full((60, 60, 1), 255, "uint8")], -1),
        np.concatenate([np.zeros((60, 60, 3), "uint8"), 255 - page(pen=0)[..., None]], -1),  # ink on nothing
        page(600, 600),
    ],
)
def test_the_same_drawing_in_many_guises(same):
    crop = False
    np.testing.assert_allclose(
        preprocess_images([same], crop=crop)[0], preprocess_images([page()], crop=crop)[0], atol=0.06
    )


def test_ink_is_one_and_paper_zero():
    assert PLAIN.shape == (28, 28)
    assert PLAIN.dtype == np.float32
    assert PLAIN.max() > 0.95
    assert (PLAIN[:3] == 0).all()
    assert PLAIN[22, 14] > 0.5  # the foot of the L
    assert PLAIN[14, 20] == 0


def test_told_instead_of_detected():
    mostly_ink = np.full((40, 40), 10, "uint8")  # a black sheet with a little paper left: detection must fail here
    mostly_ink[5:15, 5:15] = 255
    told = preprocess_images([mostly_ink], foreground="dark")[0]
    assert told.mean() > 0.7
    assert preprocess_images([mostly_ink])[0].mean() < 0.3


def test_photographs_are_cropped_and_small_images_are_not():
    far = np.full((400, 400), 255, "uint8")
    far[20:80, 20:80] = page()
    photograph = preprocess_images([far])[0]
    inked = np.argwhere(photograph > 0.3)
    assert inked.min() < 7 < 20 < inked.max()  # fills the frame
    small = np.zeros((28, 28), "uint8")
    small[2:8, 2:8] = 255
    assert np.array_equal(preprocess_images([small])[0], small / np.float32(255))


def test_place_and_size_do_not_matter_once_cropped():
    a, b = np.full((2, 300, 500), 255, "uint8")
    a[10:70, 400:460] = page()
    b[100:280, 40:220] = page(180, 180)
    first, second = preprocess_images([a, b], crop=True)
    assert np.abs(first - second).mean() < 0.02


def test_mixed_sizes_and_an_array_of_one_size():
    assert preprocess_images([page(20, 50), page(333, 21), page()]).shape == (3, 28, 28)
    assert preprocess_images(np.stack([page()] * 4)).shape == (4, 28, 28)
    flat = np.stack([page()] * 4).reshape(4, -1)
    np.testing.assert_allclose(preprocess_images(flat), preprocess_images(np.stack([page()] * 4)))


def test_pictures_and_paths(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    picture = Image.fromarray(page())
    picture.save(tmp_path / "a.png")
    picture.convert("P").save(tmp_path / "b.png")
    for same in (picture, picture.convert("RGB"), tmp_path / "a.png", str(tmp_path / "b.png")):
        np.testing.assert_allclose(preprocess_images([same])[0], PLAIN, atol=0.02)


def test_four_thousand_by_four_thousand():
    big = np.full((4000, 4000), 255, "uint8")
    big[1000:3000, 1000:1100] = 0
    assert preprocess_images([big])[0].max() > 0.9


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    seed=st.integers(0, 99),
    foreground=st.sampled_from(["auto", "dark", "light"]),
)
def test_any_image_that_is_not_constant_becomes_a_drawing(height, width, seed, foreground):
    image = np.random.default_rng(seed).integers(0, 256, (height, width)).astype("uint8")
    if image.min() == image.max():
        return
    for crop in (True, False):
        drawing = preprocess_images([image], foreground=foreground, crop=crop)[0]
        assert drawing.shape == (28, 28)
        assert np.isfinite(drawing).all()
        assert 0 <= drawing.min() <= drawing.max() <= 1
        assert drawing.max() > 0


@pytest.mark.parametrize(
    ("images", "match"),
    [
        ([page(), np.full((9, 9), 7)], "image 1 is constant"),
        ([np.zeros((1, 1))], "image 0 is constant"),
        ([np.where(page() > 99, np.nan, 0)], "image 0 holds NaN"),
        ([np.zeros((0, 5))], "nothing in it"),
        ([], "no images"),
        (np.zeros((0, 28, 28)), "no images"),
        ("drawing.png", r"one image, 'drawing.png'.*Write \['drawing.png'\]"),
        (np.zeros(28), r"\(28,\)"),
        (np.zeros((2, 50)), "no flattened squares"),
        ([np.zeros((4, 4, 7))], r"image 0 has shape \(4, 4, 7\)"),
        ([np.array([["a", "b"]])], "expected .* an array of numbers"),
        ([[[1, 2], [3]]], "."),
    ],
)
def test_what_is_no_drawing_is_named(images, match):
    with pytest.raises(ValueError, match=match):
        preprocess_images(images)


@pytest.mark.parametrize("arguments", [{"foreground": "black"}, {"crop": "always"}])
def test_wrong_options_are_named(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        preprocess_images([page()], **arguments)
