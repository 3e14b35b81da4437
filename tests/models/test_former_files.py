"""`.keras` files of release 0.1: loaded where Keras can, and otherwise an error that says what to type."""

import io
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import ops

from pnzoo.core.model import named_layers, own_weights
from tests.contracts.model_cases import CASES

LOADED = ("VIN", "CNNPolicy", "FCNPolicy")
# Classes of release 0.1.
FORMER = ("VIN", "DeterministicVIN", "GPPN", "CNNPolicy", "FCNPolicy", "MatchingNetwork", "SiameseNetwork", "MANN")


@pytest.fixture(params=FORMER)
def model(request):
    model = CASES[request.param].make()
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.1, 1, weight.shape).astype("float32") for weight in model.get_weights()])
    return model


def weights_as_0_1_wrote_them(model):
    layers, content = dict(named_layers(model)), io.BytesIO()
    with h5py.File(content, "w") as file:
        for group, path in model.former_weights.items():
            for i, weight in enumerate(own_weights(layers[path])):
                file[f"{group}/vars/{i}".lstrip("/")] = ops.convert_to_numpy(weight)
    return content.getvalue()


def test_a_keras_file_of_release_0_1_is_loaded_or_says_what_to_type(model, tmp_path):
    model.save(tmp_path / "today.keras")
    with zipfile.ZipFile(tmp_path / "today.keras") as today, zipfile.ZipFile(tmp_path / "old.keras", "w") as old:
        for name in ("metadata.json", "config.json"):
            old.writestr(name, today.read(name))
        old.writestr("model.weights.h5", weights_as_0_1_wrote_them(model))
    if type(model).__name__ in LOADED:
        again = keras.models.load_model(tmp_path / "old.keras")
        for mine, stored in zip(model.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, stored)
    else:
        with pytest.raises(ValueError, match=r"of release 0\.1.*`import keras, pnzoo\.models; pnzoo\.save\(") as error:
            keras.models.load_model(tmp_path / "old.keras")
        assert "`model = pnzoo.load('my_model')`" in str(error.value)
