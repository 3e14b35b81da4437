"""What a policy network's output means: a distribution over actions.

A distribution works on its parameters, an array [..., P] for each state. `log_prob`, `entropy`, `kl` and `fisher` are
written in `keras.ops`, so that they can be compiled and differentiated; `sample` and `mode` are NumPy, for the
environment's side.
"""

import math

import keras
import numpy as np
from gymnasium import spaces
from keras import ops


class Categorical:
    """One of n actions; the parameters are logits, so that P = n.

    Args:
        n: the number of actions.

    Example:
        >>> round(float(Categorical(4).entropy(np.zeros((1, 4), "float32"))[0]), 4)  # log 4
        1.3863
    """

    action_dtype = "int32"

    def __init__(self, n):
        self.num_outputs = self.num_parameters = int(n)
        self.variables = []  # what is trained beside the network

    def parameters(self, output):
        """The parameters [..., P] for a network's output: the output itself."""
        return output

    def log_prob(self, parameters, actions):
        """log pi(action): [..., P], int [...] -> [...]."""
        chosen = ops.one_hot(actions, self.num_parameters, dtype=parameters.dtype)
        return ops.sum(chosen * ops.log_softmax(parameters, axis=-1), axis=-1)

    def entropy(self, parameters):
        """In nats: [..., P] -> [...]."""
        log_p = ops.log_softmax(parameters, axis=-1)
        return -ops.sum(ops.exp(log_p) * log_p, axis=-1)

    def kl(self, old, new):
        """KL(old || new): [..., P] twice -> [...]."""
        old, new = ops.log_softmax(old, axis=-1), ops.log_softmax(new, axis=-1)
        return ops.sum(ops.exp(old) * (old - new), axis=-1)

    def fisher(self, parameters, tangent):
        """The Fisher matrix of the parameters times a vector, (diag(p) - p p') v: [..., P] twice -> [..., P]."""
        p, tangent = ops.softmax(parameters, axis=-1), ops.convert_to_tensor(tangent)
        return p * (tangent - ops.sum(p * tangent, axis=-1, keepdims=True))

    def sample(self, parameters, rng):
        """Draw an action in each state: NumPy [..., P] -> int32 [...]."""
        noise = rng.gumbel(size=parameters.shape)  # the largest logit plus noise is a draw from the softmax
        return (parameters + noise).argmax(axis=-1).astype("int32")

    def mode(self, parameters):
        """The most likely action in each state: NumPy [..., P] -> int32 [...]."""
        return parameters.argmax(axis=-1).astype("int32")


class DiagonalGaussian:
    """Independent normal actions. The network gives the means.

    One log standard deviation for each component is trained beside it, the same in every state. The parameters are
    means and log standard deviations, P = 2 `size`.

    Args:
        size: the number of action components.
        log_std: the log standard deviations to begin with.

    Example:
        >>> gaussian = DiagonalGaussian(2)
        >>> round(float(gaussian.log_prob(np.zeros((1, 4), "float32"), np.zeros((1, 2), "float32"))[0]), 4)  # -log 2 pi
        -1.8379

    Reference: Schulman et al. 2015, appendix D: a network for the means, a separate vector for the deviations.
    """

    action_dtype = "float32"

    def __init__(self, size, log_std=0.0):
        self.num_outputs, self.num_parameters = int(size), 2 * int(size)
        initial = keras.initializers.Constant(log_std)
        self.variables = [keras.Variable(initial, shape=(int(size),), dtype="float32", name="log_std")]

    def parameters(self, output, log_std):
        """Means and log deviations [..., P] for a network's output [..., size] and the deviations [size]."""
        return ops.concatenate([output, ops.zeros_like(output) + log_std], axis=-1)

    def log_prob(self, parameters, actions):
        """log pi(action): [..., P], float [..., size] -> [...]."""
        mean, log_std = self._split(parameters)
        scaled = (ops.convert_to_tensor(actions) - mean) * ops.exp(-log_std)
        return -ops.sum(0.5 * scaled**2 + log_std + 0.5 * math.log(2 * math.pi), axis=-1)

    def entropy(self, parameters):
        """In nats: [..., P] -> [...]."""
        _, log_std = self._split(parameters)
        return ops.sum(log_std + 0.5 * math.log(2 * math.pi * math.e), axis=-1)

    def kl(self, old, new):
        """KL(old || new): [..., P] twice -> [...]."""
        (mean, log_std), (new_mean, new_log_std) = self._split(old), self._split(new)
        square = ops.exp(2 * log_std) + (mean - new_mean) ** 2
        return ops.sum(new_log_std - log_std + 0.5 * square * ops.exp(-2 * new_log_std) - 0.5, axis=-1)

    def fisher(self, parameters, tangent):
        """The Fisher matrix of the parameters times a vector: 1 / variance for a mean, 2 for a log deviation."""
        _, log_std = self._split(parameters)
        of_mean, of_log_std = self._split(tangent)
        return ops.concatenate([of_mean * ops.exp(-2 * log_std), 2 * of_log_std], axis=-1)

    def sample(self, parameters, rng):
        """Draw an action in each state: NumPy [..., P] -> float32 [..., size]."""
        mean, log_std = np.split(parameters, 2, axis=-1)
        return (mean + np.exp(log_std) * rng.standard_normal(mean.shape)).astype("float32")

    def mode(self, parameters):
        """The most likely action in each state: NumPy [..., P] -> float32 [..., size]."""
        return np.split(parameters, 2, axis=-1)[0].astype("float32")

    def _split(self, parameters):
        parameters = ops.convert_to_tensor(parameters)
        return parameters[..., : self.num_outputs], parameters[..., self.num_outputs :]


def distribution_of(action_space):
    """The distribution for an action space of Gymnasium: `Discrete`, or `Box` with one axis.

    Raises:
        ValueError: another space.

    Example:
        >>> distribution_of(spaces.Discrete(4)).num_parameters
        4
    """
    if isinstance(action_space, spaces.Discrete) and action_space.start == 0:
        return Categorical(action_space.n)
    if isinstance(action_space, spaces.Box) and len(action_space.shape) == 1:
        return DiagonalGaussian(action_space.shape[0])
    raise ValueError(
        f"actions are Discrete(n) from 0 or a Box with one axis, received {action_space}; wrap the environment so that "
        "they are (gymnasium.wrappers.TransformAction)"
    )
