"""How many floating-point operations one forward pass takes.

Counted are the products that carry a network's cost, a multiplication and an addition each: convolutions, dense
layers, LSTM steps, matrix products. Maxima, activations and normalisations are left out, as is usual.
"""

import math
from contextlib import contextmanager

import keras
import numpy as np
from keras import ops


def flops(model, input_shape):
    """Floating-point operations of one call of a model.

    The model is called once on zeros while the products are counted, so what is counted is what runs.

    Args:
        model: a Keras model or layer.
        input_shape: of the input, batch included, such as `(1, 16, 16, 2)`. For several inputs a dictionary of shapes,
            or a list of two for image and positions of a planner's `position_network`.

    Returns:
        int, two for each multiply-add.

    Example:
        >>> import keras
        >>> from pnzoo.analysis import flops
        >>> flops(keras.layers.Dense(8), (1, 10))
        160
    """
    inputs = _zeros(input_shape)
    if isinstance(inputs, list):
        model = getattr(model, "position_network", model)
    if not model.built:
        model(inputs)  # building a layer may call it, and that call must not count
    with _counting() as count:
        model(inputs)
    return count.total


def _zeros(shape):
    if isinstance(shape, dict):
        return {name: _zeros(each) for name, each in shape.items()}
    if all(isinstance(length, int | np.integer) for length in shape):
        return np.zeros(shape, "float32")
    image, positions = shape
    return [np.zeros(image, "float32"), np.zeros(positions, "int32")]


class _Count:
    """A running total; what a counted function calls inside itself does not count again."""

    def __init__(self):
        self.total = 0
        self.inside = False

    def watch(self, function, cost):
        def watched(*args, **kwargs):
            if self.inside:
                return function(*args, **kwargs)
            self.inside = True
            try:
                result = function(*args, **kwargs)
            finally:
                self.inside = False
            self.total += 2 * cost(result, *args, **kwargs)
            return result

        return watched


# -- multiply-adds of Keras' layers, given (output, layer, input) -------------------------------


def _conv_layer(output, layer, *args, **kwargs):
    return math.prod(output.shape) * math.prod(layer.kernel.shape[:-1])


def _dense_layer(output, layer, *args, **kwargs):
    return math.prod(output.shape) * layer.kernel.shape[0]


def _lstm_layer(output, layer, sequence, *args, **kwargs):
    batch, steps, features = sequence.shape
    return batch * steps * 4 * layer.units * (features + layer.units)


def _lstm_cell(output, layer, inputs, *args, **kwargs):
    return inputs.shape[0] * 4 * layer.units * (inputs.shape[-1] + layer.units)


# -- multiply-adds of keras.ops, given (output, *operands) --------------------------------------


def _conv(output, image, kernel, *args, **kwargs):
    return math.prod(output.shape) * math.prod(kernel.shape[:-1])


def _matmul(output, left, right, *args, **kwargs):
    return math.prod(output.shape) * left.shape[-1]


def _einsum(output, subscripts, *operands, **kwargs):
    lengths = {}
    for letters, operand in zip(subscripts.split("->")[0].split(","), operands, strict=True):
        lengths.update(zip(letters.strip(), operand.shape, strict=True))
    return math.prod(lengths.values())


def _unrolled(lower, upper, body, value):
    for step in range(lower, upper):
        value = body(step, value)
    return value


LAYERS = {
    keras.layers.Conv2D: _conv_layer,
    keras.layers.Dense: _dense_layer,
    keras.layers.LSTM: _lstm_layer,
    keras.layers.LSTMCell: _lstm_cell,
}
OPS = {"conv": _conv, "matmul": _matmul, "einsum": _einsum}


@contextmanager
def _counting():
    """Watch the layers and operations above for as long as the context lasts."""
    count = _Count()
    kept = {name: getattr(ops, name) for name in [*OPS, "fori_loop"]}
    own = {layer: layer.__dict__.get("call") for layer in LAYERS}
    try:
        for layer, cost in LAYERS.items():
            layer.call = count.watch(layer.call, cost)
        for name, cost in OPS.items():
            setattr(ops, name, count.watch(kept[name], cost))
        ops.fori_loop = _unrolled  # a loop's body is traced once, and runs many times
        yield count
    finally:
        for name, function in kept.items():
            setattr(ops, name, function)
        for layer, call in own.items():
            if call is None:
                del layer.call
            else:
                layer.call = call
