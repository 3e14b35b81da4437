"""What every Keras layer must do, whatever it computes; `check_layer` is called by the tests of each."""

import keras
import numpy as np
from keras import ops


def array(x):
    """A tensor of any backend as a NumPy array; half precision as single."""
    return np.asarray(ops.convert_to_numpy(ops.cast(x, "float32")))


def randomise(layer, seed=0, scale=0.5):
    """Give every weight a value of its own: zeros would hide a mistake."""
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        weight.assign(rng.normal(scale=scale, size=weight.shape).astype("float32"))
    return layer


def check_layer(make, inputs, folder, call=lambda layer, *inputs: layer(*inputs)):
    """Config and serialisation round trips, symbolic against eager shapes, a training step, save and load.

    Args:
        make: function (**options) -> a new layer; options are those of `keras.layers.Layer`.
        inputs: arrays [B, ...], the arguments of a call.
        folder: a temporary folder.
        call: how the layer is called with the inputs.
    """
    layer = make()
    eager = call(layer, *inputs)
    randomise(layer)
    check_config(layer, inputs, call)
    symbols = [keras.Input(x.shape[1:], dtype=x.dtype.name) for x in inputs]
    symbolic = call(layer, *symbols)
    assert symbolic.shape == (None, *eager.shape[1:])
    assert symbolic.dtype == keras.backend.standardize_dtype(eager.dtype)
    model = keras.Model(symbols, symbolic)
    check_training(model, list(inputs), eager.shape)
    model.save(folder / "layer.keras")
    again = keras.models.load_model(folder / "layer.keras")
    np.testing.assert_array_equal(array(again(list(inputs))), array(model(list(inputs))))
    half = call(make(dtype="mixed_bfloat16"), *inputs)
    assert np.isfinite(array(half)).all()


def check_config(layer, inputs, call):
    """A copy made from the config, with the same weights, gives the same outputs."""
    copies = [type(layer).from_config(layer.get_config()), keras.saving.deserialize_keras_object(_serialised(layer))]
    for copy in copies:
        assert copy.get_config() == layer.get_config()
        call(copy, *inputs)
        copy.set_weights(layer.get_weights())
        np.testing.assert_array_equal(array(call(copy, *inputs)), array(call(layer, *inputs)))


def _serialised(layer):
    data = keras.saving.serialize_keras_object(layer)
    assert data["registered_name"] == f"pnzoo>{type(layer).__name__}"
    return data


def check_training(model, inputs, shape):
    """One step of gradient descent changes every trainable weight, by finite amounts."""
    before = [np.array(w) for w in model.get_weights()]
    model.compile(keras.optimizers.SGD(0.1), "mse")
    loss = model.train_on_batch(inputs, np.random.default_rng(1).normal(size=shape).astype("float32"))
    assert np.isfinite(loss)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = array(weight)
        assert np.isfinite(new).all(), weight.path
        assert (new != old).any(), f"{weight.path} got no gradient"
