"""A Keras model as a policy with one flat vector of parameters, differentiable on TensorFlow, JAX and PyTorch.

Keras has no gradient function of its own. What TRPO needs of one fits into the three short classes below: compile a
function, differentiate it by its first argument, and multiply by its Jacobian from either side.
"""

import inspect

import keras
import numpy as np
from keras import ops


class Policy:
    """The functions of a planner's parameters that TRPO needs. Each takes a whole batch and adds it up in parts.

    Sums over steps are means: a step's weight is 0 where it does not count, else 1.

    Args:
        model: a built planner whose call takes (image [B, H, W, 2], positions [B, N, 2]) and gives logits [B, N, 8].
        maps_a_pass: how many maps go through the network together.
        compile: whether TensorFlow's graphs are compiled by XLA, which makes planning faster and large convolutions
            slower. JAX always compiles, PyTorch never.

    Example:
        >>> from pnzoo.models import VIN
        >>> policy = Policy(VIN(k=3, channels=2, features=(4,)).build_weights())
        >>> policy.parameters().shape == (policy.model.count_params(),)
        True
    """

    def __init__(self, model, maps_a_pass=64, compile=True):
        self.model, self.maps_a_pass = model, int(maps_a_pass)
        self.shapes = [tuple(variable.shape) for variable in model.trainable_variables]
        self.ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        self.tools = tools = {"jax": _Jax, "tensorflow": _TensorFlow, "torch": _Torch}[keras.backend.backend()]
        self.mode = tools.mode if "training" in inspect.signature(model.call).parameters else {}
        finished = tools.compiled if compile else tools.traced
        self._logits = finished(self._call)
        self._cells = finished(self._call_everywhere)
        self._surrogate = finished(tools.value_and_gradient(self._objective))
        self._measure = finished(self._objective_and_kl)
        self._fisher = tools.pushed_and_pulled(self._call, self._curve, finished)

    # -- parameters ---------------------------------------------------------------------------------

    def parameters(self):
        """All trainable parameters, float32 [P]."""
        return np.concatenate([ops.convert_to_numpy(v).reshape(-1) for v in self.model.trainable_variables])

    def assign(self, theta):
        """Give the model other parameters, [P]."""
        parts = np.split(np.asarray(theta, "float32"), self.ends[:-1])
        for variable, part, shape in zip(self.model.trainable_variables, parts, self.shapes, strict=True):
            variable.assign(part.reshape(shape))

    # -- what the network says ----------------------------------------------------------------------

    def logits(self, image, positions):
        """Logits at some positions of each map: [B, H, W, 2], int [B, N, 2] -> [B, N, 8]."""
        theta = self.parameters()
        parts = self._parts(image, positions)
        return np.concatenate([self._numbers(self._logits, theta, *part)[:n] for n, part in parts])

    def cells(self, image):
        """Logits in every cell of each map: [B, H, W, 2] -> [B, H, W, 8]."""
        theta = self.parameters()
        return np.concatenate([self._numbers(self._cells, theta, *part)[:n] for n, part in self._parts(image)])

    # -- what TRPO asks -----------------------------------------------------------------------------

    def surrogate(self, data, entropy=0.0):
        """Objective and gradient at the present parameters: (float, [P]).

            mean_t [ pi(a_t | s_t) / pi_old(a_t | s_t) A_t ] + entropy * mean_t H(pi(. | s_t))

        Args:
            data: (image [B, H, W, 2], positions [B, N, 2], actions [B, N], old log pi [B, N, 8], A [B, N],
                weight [B, N]).
            entropy: the bonus for undecided policies.
        """
        theta, value, gradient = self.parameters(), 0.0, 0.0
        for part in self._weighted(data):
            one, its_gradient = self._surrogate(theta, np.float32(entropy), *part)
            value += float(one)
            gradient = gradient + ops.convert_to_numpy(its_gradient).astype(float)
        return value, gradient

    def measure(self, data, entropy=0.0):
        """Objective and mean KL(old || present) at the present parameters, without a gradient: (float, float)."""
        theta, found = self.parameters(), np.zeros(2)
        for part in self._weighted(data):
            found += self._numbers(self._measure, theta, np.float32(entropy), *part)
        return float(found[0]), float(found[1])

    def fisher(self, data):
        """The Fisher matrix of the policy, averaged over the batch, as the function v -> F v: [P] -> [P].

        It is the Hessian of the mean KL divergence at the present parameters: F = mean J' (diag(p) - p p') J with J the
        Jacobian of the logits, so that one tangent pushed forward and one cotangent pulled back give F v. The network
        itself is computed once, here, and not again for each vector.
        """
        theta = self.parameters()
        parts = [self._fisher(theta, weight, *where) for *where, _, _, _, weight in self._weighted(data)]

        def product(vector):
            vector = np.asarray(vector, "float32")
            return sum(ops.convert_to_numpy(part(vector)).astype(float) for part in parts)

        return product

    # -- in the language of keras.ops, to be compiled ------------------------------------------------

    def _call(self, theta, image, positions):
        parts = [
            ops.reshape(theta[end - int(np.prod(shape)) : end], shape)
            for end, shape in zip(self.ends.tolist(), self.shapes, strict=True)
        ]
        fixed = [variable.value for variable in self.model.non_trainable_variables]
        inputs = image if positions is None else (image, positions)
        return self.model.stateless_call(parts, fixed, inputs, **self.mode)[0]

    def _call_everywhere(self, theta, image):
        return self._call(theta, image, None)

    def _objective(self, theta, entropy, *data):
        return self._objective_and_kl(theta, entropy, *data)[0]

    def _objective_and_kl(self, theta, entropy, image, positions, actions, old, advantage, weight):
        new = ops.log_softmax(self._call(theta, image, positions), axis=-1)
        chosen = ops.one_hot(actions, new.shape[-1], dtype=new.dtype)
        ratio = ops.exp(ops.sum(chosen * (new - old), axis=-1))
        undecided = -ops.sum(ops.exp(new) * new, axis=-1)
        gain = ops.sum(weight * (ratio * advantage + entropy * undecided))
        kl = ops.sum(weight * ops.sum(ops.exp(old) * (old - new), axis=-1))
        return ops.stack([gain, kl])

    @staticmethod
    def _curve(logits, tangent, weight):
        """(diag(p) - p p') tangent, a step at a time."""
        p = ops.softmax(logits, axis=-1)
        return weight[..., None] * p * (tangent - ops.sum(p * tangent, axis=-1, keepdims=True))

    # -- a batch in parts of one shape, so that each function compiles once ---------------------------

    def _parts(self, *arrays):
        size = self.maps_a_pass
        for first in range(0, len(arrays[0]), size):
            part = [array[first : first + size] for array in arrays]
            count = len(part[0])
            yield count, [np.concatenate([a, np.zeros_like(a[:1]).repeat(size - count, 0)]) for a in part]

    def _weighted(self, data):
        *others, weight = data
        weight = np.asarray(weight, "float32") / max(1.0, float(np.sum(weight)))
        return [part for _, part in self._parts(*others, weight)]  # what fills up a part has weight 0

    @staticmethod
    def _numbers(function, *arguments):
        return np.asarray(ops.convert_to_numpy(function(*arguments)))


class _Jax:
    """Compiled by XLA."""

    mode = {"training": False}  # value iteration is then a loop: compiled in seconds, unrolled steps take minutes

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


class _TensorFlow:
    """Graphs, compiled by XLA or not."""

    mode = {}  # value iteration unrolled: XLA does not differentiate a loop twice

    @staticmethod
    def compiled(function, xla=True):
        import tensorflow as tf

        graph = tf.function(function, jit_compile=xla)
        return lambda *arrays: graph(*map(tf.convert_to_tensor, arrays))

    @staticmethod
    def traced(function):
        return _TensorFlow.compiled(function, xla=False)

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


class _Torch:
    """Never compiled: torch.compile needs a C++ compiler and minutes. Eager mode is PyTorch's usual way."""

    mode = {}

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
