"""The film that a visitor takes along."""

import io
import itertools

import numpy as np
import pytest

pytest.importorskip("streamlit", reason="the dashboard's own extra is not installed")

from dashboard.figures import film


def test_the_film_floods_and_walks_and_the_picture_is_its_end():
    from PIL import Image

    walls = np.zeros((6, 8), bool)
    walls[0] = True
    values = np.stack([np.where(walls, -1e4, np.minimum(k, np.arange(8.0))) for k in range(9)])
    path = np.array([(3, 1), (3, 2), (3, 3), (2, 4)])
    made = Image.open(io.BytesIO(film.gif(values, walls, (3, 1), (2, 4), path)))
    assert made.n_frames > 9
    frames = []
    for i in range(made.n_frames):
        made.seek(i)
        frames.append(np.asarray(made.convert("RGB"), int))
    assert frames[0].shape == (360, 480, 3)
    assert all((one != other).any() for one, other in itertools.pairwise(frames))
    last = np.asarray(Image.open(io.BytesIO(film.png(values, walls, (3, 1), (2, 4), path))).convert("RGB"), int)
    assert np.abs(last - frames[-1]).mean() < 6  # but for the film's 64 colours
    assert last[30, 30].tolist() == [0x3C, 0x48, 0x56]  # a wall
