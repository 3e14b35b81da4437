"""Training of the head for photographs, on invented pictures from end to end."""

import dataclasses

import numpy as np
import pytest

from pnzoo import hub
from train.__main__ import main
from train.photos import comparison, data, evaluation, open_set, training, views
from train.photos.recipes import RECIPES

pytestmark = pytest.mark.integration

TINY = dataclasses.replace(
    RECIPES["matching_photo"].quick(), images_per_class=4, epochs=2, steps_per_epoch=3, batch_size=1,
    shapes=((5, 2, 1),), instance_ways=(5,), sources=("classes", "crops"),
)  # fmt: skip


def weights(model):
    return np.concatenate([weight.ravel() for weight in model.get_weights()])


@pytest.mark.parametrize("view", views.VIEWS.values())
def test_views_show_the_thing_in_other_ways(view):
    image, background = (part[0] / np.float32(255) for part in data.invented(2, 1))
    one, again, other = (view(image, background, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == image.shape
    assert one.dtype == "float32"
    assert one.min() >= 0
    assert one.max() <= 1
    assert (one == again).all()
    assert (one != other).any()
    # more like the picture that it is a view of than like the one behind: by colour, averaged over the middle
    middle = [x[24:40, 24:40].mean((0, 1)) for x in (one, image, background)]
    assert np.linalg.norm(middle[0] - middle[1]) < np.linalg.norm(middle[0] - middle[2])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, training.train(TINY, folder)


def test_a_stopped_run_ends_as_if_nothing_had_happened(whole, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.fitting, "fit", stop)
        with pytest.raises(KeyboardInterrupt):
            training.train(TINY, tmp_path / "stopped")
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "stopped/embeddings").rglob("*.npy")}
    again = training.train(TINY, tmp_path / "stopped")
    assert kept == {file: file.stat().st_mtime_ns for file in (tmp_path / "stopped/embeddings").rglob("*.npy")}
    np.testing.assert_array_equal(weights(again), weights(whole[1]))
    history = hub.card(whole[0] / "entry")["history"]
    assert history["epoch"] == [1, 2]
    assert np.isfinite(history["loss"]).all()


def stop(*args, **options):
    raise KeyboardInterrupt


def test_it_is_measured_beside_the_class_mean(whole):
    words = ["matching_photo", "--quick", "--run", str(whole[0]), "--evaluate", "--episodes", "3"]
    main(words)
    names = [metric["name"] for metric in hub.card(whole[0] / "entry")["metrics"]]
    assert names == [f"{s}{end}" for end in ("", "_class_mean") for s in ("5w1s", "5w5s", "20w1s", "20w5s")]
    with pytest.raises(ValueError, match="measured before"):
        main(words)


def test_parts_that_are_taken_away_count(whole):
    model, pictures = whole[1], evaluation.photographs("invented")
    embeddings = comparison.embeddings_of(model, pictures)
    rows = {row["name"]: row["5w2s"] for row in comparison.measure(model, embeddings, pictures, 3, ((5, 2),))}
    assert {"pixels, class mean", "class mean", "entry", "exemplar svm"} <= set(rows)
    assert all(0 <= row["value"] <= 1 and row["n"] >= 2 for row in rows.values())
    embeddings = embeddings[..., : model.embedding_dim]
    support, query = embeddings[:3, :2].reshape(1, 6, -1), embeddings[:3, 2][None]
    labels = np.eye(3, dtype="float32")[[0, 0, 1, 1, 2, 2]][None]
    whole_answer = np.array(model.match(support, labels, query))
    for part in ("power", "center", "whiten", "instance", "colours"):
        assert np.abs(np.array(comparison.without(model, part).match(support, labels, query)) - whole_answer).max() > 0


@pytest.mark.slow
def test_none_of_these_is_measured_and_learned_on_invented_pictures(whole, tmp_path):
    entry, output = str(whole[0] / "entry"), tmp_path / "open_set.json"
    options = ["--images", "invented", "--episodes", "3"]
    rows = open_set.main([entry, *options, "--ways", "5", "--output", str(output)])["rows"]
    assert [(row["way"], row["shot"]) for row in rows] == [(5, 1), (5, 5)]
    for row in rows:
        for name in ("fit to the best class", "maximum softmax", "nearest mean"):
            assert 0 <= row[name]["auroc"]["value"] <= 1
        assert row["threshold by the support set"]["known_accepted"]["n"] == 3
        assert 0 <= row["calibration_error"]["value"] <= 1
    assert output.is_file()
    found = open_set.main([entry, "--fit", *options])
    assert found["ODDS"]["slope"] > 0


def test_unseen_classes_that_lie_apart_are_told(whole):
    rng, head = np.random.default_rng(0), open_set.Head(whole[1])
    embeddings = rng.random((12, 1, whole[1].embedding_dim)) ** 4 + 0.01 * rng.random((12, 10, 1))
    embeddings = (embeddings * rng.uniform(0.9, 1.1, (12, 10, embeddings.shape[-1]))).astype("float32")
    row = open_set.measure(head, head.weighed(embeddings), 5, 5, 4)
    for name in ("fit to the best class", "nearest mean"):
        assert row[name]["auroc"]["value"] > 0.95
        assert row[name]["unseen_accepted"]["value"] < 0.1
    assert row["threshold by the support set"]["known_accepted"]["value"] > 0.7
    assert row["threshold by the support set"]["unseen_rejected"]["value"] > 0.9


def test_the_head_over_weighed_embeddings_is_the_entry(whole):
    model = whole[1]
    embeddings = evaluation.embed_classes(model, data.invented(4, 4))
    head = open_set.Head(model)
    both = embeddings, head.weighed(embeddings)
    weighed = [open_set.episode(part, 2, 2, np.random.default_rng(0), 1) for part in both]
    labels = np.eye(2, dtype="float32")[weighed[0][1]][None]
    wanted = np.exp(np.array(model.match(weighed[0][0][None], labels, weighed[0][2][None])))[0]
    np.testing.assert_allclose(open_set.scores(head, *weighed[1][:3])[1], wanted, rtol=1e-3, atol=1e-4)


def test_what_is_not_there_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PNZOO_DATA_DIR", str(tmp_path))
    with pytest.raises(ValueError, match="PNZOO_DATA_DIR"):
        data.load("tiny_imagenet", 2)
    with pytest.raises(ValueError, match="'invented'"):
        data.load("holidays", 2)
    with pytest.raises(ValueError, match="sources"):
        dataclasses.replace(TINY, sources=("dreams",))
