"""Photographs to vectors: batches, duplicates, a cache that goes on, any Keras model, scikit-learn's manners."""

import copy
import pickle
import tracemalloc
from pathlib import Path

import keras
import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("PIL")
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import pnzoo
from pnzoo.data.photographs import load_photographs
from pnzoo.few_shot import frozen, photo_network
from pnzoo.few_shot.embedder import ImageEmbedder
from pnzoo.few_shot.frozen import FrozenEmbedding, frozen_embedding
from pnzoo.few_shot.model_digest import model_digest
from pnzoo.models.backbones import EfficientNetLite
from tests.few_shot.photos import folder, network, photographs

IMAGES, LABELS = photographs()


@pytest.fixture(scope="module")
def colours():
    return network()


@pytest.fixture
def counted(monkeypatch):
    """How many photographs went through the network."""
    seen, call = [], photo_network.PhotoNetwork.__call__

    def count(self, images):
        seen.append(len(images))
        return call(self, images)

    monkeypatch.setattr(photo_network.PhotoNetwork, "__call__", count)
    return seen


def test_any_keras_model_gets_0_to_255_and_its_preprocessing(colours):
    found = ImageEmbedder(colours).fit_transform(IMAGES)
    wanted = colours.predict_on_batch(load_photographs(IMAGES, size=16) * 255)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert found.dtype == np.float32
    flipped = ImageEmbedder(colours, preprocess_input=lambda x: 255 - x).fit_transform(IMAGES)
    np.testing.assert_allclose(
        flipped, colours.predict_on_batch(255 - load_photographs(IMAGES, size=16) * 255), atol=1e-5
    )


def test_a_model_of_ours_gets_0_to_1():
    model = EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=24, image_size=32)
    found = ImageEmbedder(model).fit_transform(IMAGES[:2])
    wanted = keras.ops.convert_to_numpy(model(load_photographs(IMAGES[:2], size=32))["pooled"])
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="preprocess_input is for models of other libraries"):
        ImageEmbedder(model, preprocess_input=abs).fit()


def test_vectors_depend_on_neither_batch_nor_order(colours, counted):
    whole = ImageEmbedder(colours).fit_transform(IMAGES)
    for batch_size in (1, 2, 5):
        np.testing.assert_allclose(
            ImageEmbedder(colours, batch_size=batch_size).fit_transform(IMAGES), whole, atol=1e-6
        )
    np.testing.assert_allclose(ImageEmbedder(colours).fit_transform(IMAGES[::-1]), whole[::-1], atol=1e-6)
    assert counted == [9, *[1] * 9, 2, 2, 2, 2, 1, 5, 4, 9]


def test_equal_photographs_are_embedded_once(colours, counted):
    found = ImageEmbedder(colours).fit_transform([IMAGES[0], IMAGES[1], IMAGES[0].copy(), IMAGES[0]])
    assert counted == [2]
    np.testing.assert_array_equal(found[[2, 3]], found[[0, 0]])


def test_whatever_holds_photographs(colours, tmp_path):
    import pandas as pd

    root = folder(tmp_path)
    paths = sorted(map(str, root.rglob("*.png")))
    embedder = ImageEmbedder(colours).fit()
    wanted = embedder.transform(paths)
    contents = [Path(path).read_bytes() for path in paths]
    for held in (contents, [Image.open(p) for p in paths], pd.Series(paths), pd.DataFrame({"file": paths}),
                 np.stack([np.asarray(Image.open(p)) for p in paths])):  # fmt: skip
        np.testing.assert_allclose(embedder.transform(held), wanted, atol=1e-5)
    with pytest.raises(ValueError, match="one image"):
        embedder.transform(paths[0])
    (tmp_path / "bad.jpg").write_bytes(contents[0][:99])
    with pytest.raises(ValueError, match=r"image 1 \(.*bad\.jpg\) cannot be read"):
        embedder.transform([paths[0], str(tmp_path / "bad.jpg")])
    with pytest.raises(ValueError, match=r"image 0 \(none\.png\) cannot be read: No such file"):
        embedder.transform(["none.png"])


def test_a_stopped_run_goes_on_where_it_was(colours, counted, tmp_path):
    file = tmp_path / "shelf.embeddings"
    embedder = ImageEmbedder(colours, batch_size=2, cache=file).fit()
    with pytest.raises(ValueError, match="image 5"):
        embedder.transform([*IMAGES[:5], np.full((2, 2, 3), 9), *IMAGES[5:]])  # two batches are done
    assert counted == [2, 2]
    with open(file, "ab") as stream:
        stream.write(b"half a record")
    found = ImageEmbedder(colours, batch_size=2, cache=file).fit_transform(IMAGES)
    assert counted == [2, 2, 2, 2, 1]
    np.testing.assert_allclose(found, ImageEmbedder(colours).fit_transform(IMAGES), atol=1e-6)
    del counted[:]
    np.testing.assert_array_equal(embedder.transform(IMAGES[::-1]), found[::-1])
    assert counted == []


def test_a_cache_of_another_model_is_refused(colours, tmp_path):
    file = tmp_path / "shelf.embeddings"
    ImageEmbedder(colours, cache=file).fit_transform(IMAGES)
    for other in (ImageEmbedder(network(32), cache=file), ImageEmbedder(colours, resize="pad", cache=file),
                  ImageEmbedder(colours, preprocess_input=np.sqrt, cache=file)):  # fmt: skip
        with pytest.raises(ValueError, match="of another model or of photographs prepared in another way"):
            other.fit_transform(IMAGES)
    file.write_bytes(b"something else")
    with pytest.raises(ValueError, match="is no file of embeddings"):
        ImageEmbedder(colours, cache=file).fit_transform(IMAGES)


def test_memory_does_not_grow_with_the_number_of_files(colours, tmp_path):
    rng = np.random.default_rng(0)
    for i in range(60):
        Image.fromarray(rng.integers(0, 256, (200, 200, 3), "uint8")).save(tmp_path / f"{i}.bmp")
    paths = sorted(map(str, tmp_path.iterdir()))
    embedder = ImageEmbedder(colours, batch_size=4).fit()
    embedder.transform(paths[:4])
    tracemalloc.start()
    embedder.transform(paths)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 200 * 200 * 3  # of 60


def test_a_progress_bar_above_200(colours, capsys, monkeypatch):
    ImageEmbedder(colours).fit_transform(IMAGES)
    assert capsys.readouterr().err == ""
    ImageEmbedder(colours).fit_transform(np.random.default_rng(0).random((201, 8, 8)))
    assert "201 of 201 photographs" in capsys.readouterr().err
    ImageEmbedder(colours, progress=True).fit_transform(IMAGES)
    assert "9 of 9 photographs" in capsys.readouterr().err
    ImageEmbedder(colours, progress=False).fit_transform(np.random.default_rng(0).random((201, 8, 8)))
    assert capsys.readouterr().err == ""


# -- scikit-learn -----------------------------------------------------------------------------------


def test_in_a_pipeline_and_a_grid_search(colours):
    pipeline = make_pipeline(ImageEmbedder(colours), LogisticRegression())
    search = GridSearchCV(pipeline, {"imageembedder__resize": ["crop", "pad"], "logisticregression__C": [1.0]}, cv=3)
    search.fit(IMAGES, LABELS)
    assert search.best_score_ == 1
    assert (search.predict(photographs(2, first=50)[0]) == photographs(2)[1]).all()


def test_names_of_features_and_frames(colours):
    embedder = ImageEmbedder(colours).fit()
    assert embedder.get_feature_names_out().tolist() == [f"imageembedder{i}" for i in range(12)]
    pytest.importorskip("pandas")
    frame = clone(embedder).set_output(transform="pandas").fit(None).transform(IMAGES)
    assert list(frame.columns) == embedder.get_feature_names_out().tolist()
    assert frame.shape == (9, 12)


def test_parameters_and_state(colours):
    embedder = ImageEmbedder(colours, batch_size=3)
    with pytest.raises(NotFittedError):
        embedder.transform(IMAGES)
    assert (
        clone(ImageEmbedder("x", batch_size=3, cache="c")).get_params()
        == ImageEmbedder("x", batch_size=3, cache="c").get_params()
    )
    assert embedder.fit(IMAGES, LABELS) is embedder
    before = embedder.network_
    with pytest.raises(ValueError, match="no model 'nothing_such'"):
        embedder.set_params(model="nothing_such").fit()
    assert embedder.network_ is before


@pytest.mark.parametrize(
    "wrong",
    [{"batch_size": 0}, {"batch_size": True}, {"image_size": -3}, {"image_size": 1.5}, {"resize": "fit"},
     {"progress": "yes"}, {"preprocess_input": 3}, {"model": 3}],
    ids=repr,
)  # fmt: skip
def test_parameters_out_of_range_are_named(colours, wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name}="):
        ImageEmbedder(**{"model": colours, **wrong}).fit()


def test_models_that_give_no_vectors_are_refused(colours):
    inputs = keras.Input((16, 16, 3))
    with pytest.raises(ValueError, match=r"gives \[1, 16, 16, 3\], expected vectors"):
        ImageEmbedder(keras.Model(inputs, keras.layers.ReLU()(inputs))).fit_transform(IMAGES[:1])
    two = keras.Model(inputs, [keras.layers.Flatten()(inputs)] * 2)
    with pytest.raises(ValueError, match="has 2 outputs"):
        ImageEmbedder(two).fit_transform(IMAGES[:1])
    with pytest.raises(ValueError, match=r"input has the shape \(None, 5\)"):
        ImageEmbedder(keras.Sequential([keras.Input((5,)), keras.layers.ReLU()])).fit()
    with pytest.raises(ValueError, match="takes characters, see FewShotClassifier"):
        ImageEmbedder(pnzoo.models.MatchingNetwork()).fit()
    with pytest.raises(ValueError, match="NaN or infinity"):
        ImageEmbedder(colours, preprocess_input=lambda x: x * np.nan).fit_transform(IMAGES)


@pytest.mark.integration
def test_a_network_of_keras_applications():
    model = keras.applications.MobileNetV3Small(weights=None, include_top=False, pooling="avg", input_shape=(64, 64, 3))
    assert ImageEmbedder(model).fit_transform(IMAGES).shape == (9, 576)


def test_a_frozen_model_embeds_as_it_did():
    model = EfficientNetLite(width=0.1, depth=0.3, stem_filters=8, head_filters=24, image_size=32)
    images = load_photographs(IMAGES[:2], size=32)
    frozen, wanted = FrozenEmbedding(model), keras.ops.convert_to_numpy(model.embed(images))
    for weight in model.weights:
        weight.assign(weight * 0)
    np.testing.assert_allclose(frozen.predict_on_batch(images), wanted, rtol=1e-4, atol=1e-5)
    assert np.ptp(keras.ops.convert_to_numpy(model.embed(images))) == 0
    assert frozen.weights == []


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="elsewhere no model is frozen")
def test_a_model_is_frozen_once_while_its_weights_stay(monkeypatch):
    model = EfficientNetLite(width=0.1, depth=0.3, head_filters=16, image_size=32)
    made, digests, start = [], [], FrozenEmbedding.__init__
    monkeypatch.setattr(FrozenEmbedding, "__init__",
                        lambda self, of, *given: (made.append(of), start(self, of, *given))[1])
    monkeypatch.setattr(frozen, "model_digest", lambda of: (digests.append(of), model_digest(of))[1])
    frozen_embedding(model)
    assert digests == [model]  # once, also where it is compiled
    first = ImageEmbedder(model).fit()
    before = first.transform(IMAGES[:2])
    ImageEmbedder(model).fit_transform(IMAGES)
    assert made == [model]
    assert frozen_embedding(model).digest == first.network_.digest == model_digest(model)
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(first)).network_.model]  # which hold nothing compiled
    bias = model.weights[-1]
    bias.assign(bias + 1)
    after = ImageEmbedder(model).fit_transform(IMAGES[:2])
    np.testing.assert_allclose(after, before + 1, atol=1e-3)
    np.testing.assert_array_equal(first.transform(IMAGES[:2]), before)  # fitted before the weights changed,
    assert first.network_.digest != model_digest(model)  # which what is kept under its digest has to know
    for each in copies:
        assert len(each.weights) == len(model.weights)
        np.testing.assert_allclose(ImageEmbedder(each).fit_transform(IMAGES[:2]), before, atol=1e-5)


def test_embedders_share_embeddings_in_a_dict(colours, counted):
    kept = {}
    found = ImageEmbedder(colours, cache=kept).fit_transform(IMAGES[:4])
    np.testing.assert_array_equal(ImageEmbedder(colours, cache=kept).fit_transform(IMAGES)[:4], found)
    assert (counted, len(kept)) == ([4, 5], 9)
    kept.pop(next(iter(kept)))
    others = ImageEmbedder(network(32), cache=kept).fit_transform(IMAGES)  # of another model: nothing of it is known
    assert counted == [4, 5, 9]
    assert others.shape != found.shape or not np.allclose(others[:4], found)
    ImageEmbedder(colours, cache=kept).fit_transform(IMAGES)
    assert counted == [4, 5, 9, 1]
