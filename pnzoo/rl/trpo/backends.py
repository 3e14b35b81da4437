"""What TRPO needs of automatic differentiation, on JAX, TensorFlow and PyTorch.

Keras has no gradient function of its own. Three short classes do the same on each backend: compile a function,
differentiate it by its first argument, and multiply by its Jacobian from either side.
"""

import keras
from keras import ops


def backend_tools():
    """The class below for Keras' backend."""
    return {"jax": Jax, "tensorflow": TensorFlow, "torch": Torch}[keras.backend.backend()]


class Jax:
    """Compiled by XLA."""

    unroll = False  # value iteration as a loop: compiled in seconds, unrolled steps take minutes

    @staticmethod
    def compiled(function):
        import jax

        return jax.jit(function)

    traced = compiled

    @staticmethod
    def value_and_gradient(function):
        import jax

        return jax.value_and_grad(function)

    @staticmethod
    def pushed_and_pulled(function, curve, compiled):
        """(theta, weight, *inputs) -> the function v -> J' curve(value, J v, weight), J the Jacobian at theta."""
        import jax

        linear = compiled(lambda theta, *inputs: jax.linearize(lambda at: function(at, *inputs), theta))

        @compiled
        def product(value, push, weight, vector):
            pull = jax.linear_transpose(push, vector)
            return pull(curve(value, push(vector), weight))[0]

        def prepared(theta, weight, *inputs):
            value, push = linear(theta, *inputs)
            return lambda vector: product(value, push, weight, vector)

        return prepared


class TensorFlow:
    """Graphs, compiled by XLA or not."""

    unroll = True  # XLA does not differentiate a loop twice

    @staticmethod
    def compiled(function, xla=True):
        import tensorflow as tf

        graph = tf.function(function, jit_compile=xla)
        return lambda *arrays: graph(*map(tf.convert_to_tensor, arrays))

    @staticmethod
    def traced(function):
        return TensorFlow.compiled(function, xla=False)

    @staticmethod
    def value_and_gradient(function):
        import tensorflow as tf

        def both(theta, *others):
            with tf.GradientTape() as tape:
                tape.watch(theta)
                value = function(theta, *others)
            return value, tape.gradient(value, theta)

        return both

    @staticmethod
    def pushed_and_pulled(function, curve, compiled):
        """As on JAX, but a graph can't keep J between two calls: each product runs the network again."""
        import tensorflow as tf

        @compiled
        def product(theta, vector, weight, *inputs):
            with tf.GradientTape() as outer:
                with tf.GradientTape(persistent=True) as inner:
                    inner.watch(theta)
                    value = function(theta, *inputs)
                u = tf.zeros_like(value)
                outer.watch(u)
                pulled = inner.gradient(value, theta, output_gradients=u)
            # J' u is linear in u, so that its derivative by u, pulled back along v, is J v.
            tangent = outer.gradient(pulled, u, output_gradients=vector)
            return inner.gradient(value, theta, output_gradients=curve(value, tangent, weight))

        return lambda theta, weight, *inputs: lambda vector: product(theta, vector, weight, *inputs)


class Torch:
    """Never compiled: torch.compile needs a C++ compiler and minutes. Eager mode is PyTorch's usual way."""

    unroll = True

    @staticmethod
    def compiled(function):
        return lambda *arrays: function(*map(ops.convert_to_tensor, arrays))

    traced = compiled

    @staticmethod
    def value_and_gradient(function):
        import torch

        both = torch.func.grad_and_value(function)
        return lambda *arguments: both(*arguments)[::-1]

    @staticmethod
    def pushed_and_pulled(function, curve, compiled):
        """As on JAX, with J v found as on TensorFlow."""
        import torch

        @compiled
        def prepared(theta, weight, *inputs):
            theta = theta.detach().requires_grad_()
            value = function(theta, *inputs)
            u = torch.zeros_like(value, requires_grad=True)
            (pulled,) = torch.autograd.grad(value, theta, u, create_graph=True)

            def product(vector):
                (tangent,) = torch.autograd.grad(pulled, u, ops.convert_to_tensor(vector), retain_graph=True)
                return torch.autograd.grad(value, theta, curve(value, tangent, weight), retain_graph=True)[0].detach()

            return product

        return prepared
