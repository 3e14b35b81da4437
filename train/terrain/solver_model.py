"""A planner whose costs are learned through an exact solver: `exact_solver` in Keras' training, on every backend."""

import keras
import numpy as np
from keras import ops

from train.terrain.exact_solver import black_box, fenchel_young

RULES = ("fenchel_young", "black_box")


class SolverModel(keras.Model):
    """A planner's encoder, and a loss whose gradient with respect to costs comes from the solver.

    Args:
        planner: a planner over terrain, whose weights are trained.
        rule: "fenchel_young", or "black_box".
        lengths: whether diagonal moves cost their length.
        strength: of "black_box", its lambda.

    Call args:
        inputs: dict of picture [B, h, w, C], goals int [B, G, 2], starts [B, G, H, W], shown [B, G, H, W], and noise
            [B, M, H, W], as `exact_solver` has them.

    Returns:
        The loss of each picture, [B]: what `mean_loss` takes the mean of.
    """

    def __init__(self, planner, rule, lengths=True, strength=20.0, **kwargs):
        super().__init__(**kwargs)
        self.planner, self.rule, self.lengths, self.strength, self.built = planner, rule, lengths, strength, True

    def call(self, inputs, training=None):
        encoder = self.planner.view if training else self.planner.encoder
        cost = self.planner.terrain_cost(encoder(inputs["picture"], training=training))
        given = [inputs[name] for name in ("goals", "starts", "shown", "noise")]
        loss, gradient = in_python(self._solved, (cost.shape[:1], cost.shape), ops.stop_gradient(cost), *given)
        # Its value is the solver's loss, and its derivative by cost the solver's gradient.
        return loss + ops.sum(ops.stop_gradient(gradient) * (cost - ops.stop_gradient(cost)), axis=(1, 2))

    def _solved(self, cost, goals, starts, shown, noise):
        if self.rule == "fenchel_young":
            found = fenchel_young(cost, goals, starts.astype(bool), shown, noise, self.lengths)
        else:
            found = black_box(cost, goals, starts.astype(bool), shown, self.strength, self.lengths)
        return [np.asarray(x, np.float32) for x in found]


def mean_loss(_, losses):
    """The loss of a `SolverModel`, which answers with losses."""
    return ops.mean(losses)


def in_python(function, shapes, *tensors):
    """Call a function of NumPy arrays on tensors, inside compiled code too; no gradient passes through.

    Args:
        function: arrays -> list of float32 arrays.
        shapes: of what it returns.
        *tensors: its arguments.

    Returns:
        A list of float32 tensors.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        results = tf.numpy_function(function, tensors, [tf.float32] * len(shapes), stateful=False)
        for result, shape in zip(results, shapes, strict=True):
            result.set_shape(shape)
        return results
    if backend == "jax":
        import jax

        def on_arrays(*arrays):
            return function(*map(np.asarray, arrays))

        return jax.pure_callback(on_arrays, [jax.ShapeDtypeStruct(shape, np.float32) for shape in shapes], *tensors)
    return [ops.convert_to_tensor(result) for result in function(*map(ops.convert_to_numpy, tensors))]
