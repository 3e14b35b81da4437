import numpy as np
import pytest

from pnzoo.data.augment import affine_transform, random_affine

IMAGE = np.random.default_rng(0).random((3, 12, 12))


def turned(degrees, size=1.0):
    t = np.deg2rad(degrees)
    return np.array([[size * np.cos(t), -size * np.sin(t), 0], [size * np.sin(t), size * np.cos(t), 0]])


@pytest.mark.parametrize(("degrees", "quarter"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_quarter_turns_are_exact(degrees, quarter):
    got = affine_transform(IMAGE, np.tile(turned(degrees), (3, 1, 1)))
    options = [np.rot90(IMAGE, quarter * sign, axes=(1, 2)) for sign in (1, -1)]
    assert any(np.allclose(got, option, atol=1e-5) for option in options)


def test_a_shift_by_pixels_is_exact_and_brings_paper_in():
    matrix = np.array([[1, 0, 2 / 12 * 3], [0, 1, 0]], float)  # read 3 pixels further down
    got = affine_transform(IMAGE, np.tile(matrix, (3, 1, 1)))
    np.testing.assert_allclose(got[:, :9], IMAGE[:, 3:], atol=1e-5)
    assert (got[:, 9:] == 0).all()


def test_far_outside_is_paper():
    assert (affine_transform(IMAGE + 1, np.tile([[1, 0, 9.0], [0, 1, -9.0]], (3, 1, 1))) == 0).all()


def test_half_a_pixel_is_the_mean_of_two():
    got = affine_transform(IMAGE, np.tile([[1, 0, 0], [0, 1, 1 / 12]], (3, 1, 1)))
    np.testing.assert_allclose(got[:, :, :11], (IMAGE[:, :, :11] + IMAGE[:, :, 1:]) / 2, atol=1e-5)


def test_zooming_out_makes_room():
    got = affine_transform(np.ones((1, 12, 12)), turned(0, 2.0)[None])
    assert got[0, :2].max() == 0
    assert got[0, 5, 5] == pytest.approx(1)


def test_limits_are_kept():
    rng = np.random.default_rng(0)
    matrices = random_affine(500, rng, degrees=10, shift=0.1)
    angle = np.rad2deg(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    assert 9 < np.abs(angle).max() <= 10.001
    assert 0.18 < np.abs(matrices[:, :, 2]).max() <= 0.2001
    assert np.allclose(random_affine(5, rng), [[1, 0, 0], [0, 1, 0]])


def test_bends_move_ink_as_far_as_asked_and_stay_smooth():
    maps = random_affine(400, np.random.default_rng(0), elastic=0.05)
    assert np.allclose(maps[:, :, :3], [[1, 0, 0], [0, 1, 0]])
    ramp = np.tile(np.arange(40.0), (400, 40, 1))  # grey values say which column was read
    moved = (affine_transform(ramp, maps) - ramp)[:, 8:-8, 8:-8]
    assert np.sqrt((moved**2).mean()) == pytest.approx(0.05 * 40, rel=0.2)
    assert np.abs(np.diff(moved, axis=1)).mean() < 0.25 * np.abs(moved).mean()


def test_a_map_without_waves_is_the_affine_one():
    affine = random_affine(3, np.random.default_rng(1), degrees=20, shift=0.1)
    np.testing.assert_array_equal(
        affine_transform(IMAGE, np.pad(affine, ((0, 0), (0, 0), (0, 13)))), affine_transform(IMAGE, affine)
    )
