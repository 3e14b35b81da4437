"""Slope and relief against planes, whose answers are known exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pnzoo.worlds.terrain import cast_shadows, gradients, hillshade, slope


def plane(east, north, size=9, metres=10.0):
    """Ground that rises `east` and `north` metres a metre."""
    rows, columns = np.mgrid[:size, :size] * metres
    return east * columns - north * rows


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(0, 360), st.floats(5, 85))
@settings(max_examples=50, deadline=None)
def test_a_plane_is_lit_as_its_normal_says(east, north, azimuth, altitude):
    normal = np.array([-east, -north, 1]) / np.sqrt(east**2 + north**2 + 1)
    up, around = np.radians(altitude), np.radians(azimuth)
    sun = np.array([np.sin(around) * np.cos(up), np.cos(around) * np.cos(up), np.sin(up)])
    light = hillshade(plane(east, north), 10.0, azimuth, altitude)
    np.testing.assert_allclose(light[1:-1, 1:-1], max(0.0, normal @ sun), atol=2e-5)
    found = slope(plane(east, north), 10.0)
    np.testing.assert_allclose(found[1:-1, 1:-1], np.degrees(np.arctan(np.hypot(east, north))), atol=1e-2)


def test_pixels_need_not_be_square():
    east, north = gradients(plane(0.5, -0.25), (10.0, 20.0))
    np.testing.assert_allclose(east[1:-1, 1:-1], 0.25, atol=1e-6)
    np.testing.assert_allclose(north[1:-1, 1:-1], -0.25, atol=1e-6)


def test_a_batch_is_its_patches_one_by_one():
    z = np.random.default_rng(0).normal(size=(3, 12, 15)).astype("float32")
    for function in (slope, hillshade, cast_shadows):
        whole = function(z, 2.0)
        assert whole.shape == z.shape
        assert all((whole[i] == function(z[i], 2.0)).all() for i in range(3))


@pytest.mark.parametrize("azimuth, shadow", [(0, (slice(6, 10), 5)), (90, (5, slice(1, 5))), (180, (slice(1, 5), 5))])
def test_a_tower_throws_a_shadow_away_from_the_sun(azimuth, shadow):
    z = np.zeros((11, 11))
    z[5, 5] = 41.0
    expected = np.zeros(z.shape, bool)
    expected[shadow] = True  # 45 degrees: as long as the tower is high
    np.testing.assert_array_equal(cast_shadows(z, 10.0, azimuth, 45.0), expected)
    assert (hillshade(z, 10.0, azimuth, 45.0, shadows=True)[expected] == 0).all()


def test_the_sun_overhead_casts_no_shadow():
    assert not cast_shadows(np.random.default_rng(0).normal(size=(9, 9)) * 50, 1.0, altitude=90.0).any()


@pytest.mark.parametrize("elevation, metres, words", [
    (np.zeros(5), 1.0, "grid of metres"),
    (np.array([["a"]]), 1.0, "grid of metres"),
    (np.full((3, 3), np.nan), 1.0, "NaN or infinity in 9 of 9"),
    (np.zeros((3, 3)), None, "ground resolution"),
    (np.zeros((3, 3)), -5, "ground resolution"),
    (np.zeros((3, 3)), (1, 2, 3), "ground resolution"),
])
def test_what_is_no_ground_is_refused(elevation, metres, words):
    with pytest.raises(ValueError, match=words):
        slope(elevation, metres)


def test_a_sun_below_the_horizon_is_refused():
    with pytest.raises(ValueError, match="0 to 90"):
        hillshade(np.zeros((3, 3)), 1.0, altitude=-3)
