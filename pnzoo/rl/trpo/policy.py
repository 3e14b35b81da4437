"""A Keras model and a distribution as a policy with one flat vector of parameters."""

from contextlib import nullcontext

import keras
import numpy as np
from keras import ops

from pnzoo.core.deprecation import renamed_arguments
from pnzoo.rl.trpo.backends import backend_tools
from pnzoo.rl.trpo.distributions import Categorical
from pnzoo.worlds.gridworld import MOVES


class Policy:
    """The functions of a network's parameters that TRPO needs. Each takes a whole batch and adds it up in parts.

    Sums over steps are means: a step's weight is 0 where it does not count, else 1.

    Args:
        model: a built Keras model; an observation batch in, the distribution's outputs [B, ..., num_outputs] out.
        distribution: `Categorical`, `DiagonalGaussian` or another object with their methods.
        batch_size: how many rows of a batch go through the network together.
        jit_compile: whether TensorFlow's graphs are compiled by XLA, which makes planning faster and large convolutions
            slower. JAX always compiles, PyTorch never.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        >>> policy = Policy(model, Categorical(2))
        >>> policy.parameters().shape == (policy.model.count_params(),)
        True
    """

    @renamed_arguments(maps_a_pass="batch_size", compile="jit_compile")
    def __init__(self, model, distribution, batch_size=1024, jit_compile=True):
        self.model, self.distribution, self.batch_size = model, distribution, int(batch_size)
        self.variables = [*model.trainable_variables, *distribution.variables]
        self.shapes = [tuple(variable.shape) for variable in self.variables]
        self.ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        self.tools = tools = backend_tools()
        self.compiled = tools.compiled if jit_compile else tools.traced
        self._apply = self.compiled(self._call)
        self._surrogate = self.compiled(tools.value_and_gradient(self._objective))
        self._measure = self.compiled(self._objective_and_kl)
        self._fisher = tools.pushed_and_pulled(self._call, self._curve, self.compiled)

    # -- parameters ---------------------------------------------------------------------------------

    def parameters(self):
        """All trainable parameters, float32 [P]."""
        return np.concatenate([ops.convert_to_numpy(v).reshape(-1) for v in self.variables])

    def assign(self, theta):
        """Give the model and the distribution other parameters, [P]."""
        parts = np.split(np.asarray(theta, "float32"), self.ends[:-1])
        for variable, part, shape in zip(self.variables, parts, self.shapes, strict=True):
            variable.assign(part.reshape(shape))

    # -- what the network says ----------------------------------------------------------------------

    def action_parameters(self, inputs):
        """Parameters of the distribution over actions: inputs [B, ...] -> float [B, ..., num_parameters].

        Raises:
            ValueError: another number of outputs than the distribution has, NaN or infinity.
        """
        return self._checked(self._in_parts(self._apply, inputs))

    # -- what TRPO asks -----------------------------------------------------------------------------

    def surrogate(self, batch, ent_coef=0.0):
        """Objective and gradient at the present parameters: (float, [P]).

            mean_t [ pi(a_t | s_t) / pi_old(a_t | s_t) A_t ] + ent_coef * mean_t H(pi(. | s_t))

        Args:
            batch: `TrainingBatch`.
            ent_coef: the entropy coefficient.
        """
        theta, value, gradient = self.parameters(), 0.0, 0.0
        for part in self._weighted(batch):
            one, its_gradient = self._surrogate(theta, np.float32(ent_coef), *part)
            value += float(one)
            gradient = gradient + ops.convert_to_numpy(its_gradient).astype(float)
        return value, gradient

    def measure(self, batch, ent_coef=0.0):
        """Objective and mean KL(old || present) at the present parameters, without a gradient: (float, float)."""
        theta, total = self.parameters(), np.zeros(2)
        for part in self._weighted(batch):
            total += _numpy(self._measure(theta, np.float32(ent_coef), *part))
        return float(total[0]), float(total[1])

    def fisher(self, batch):
        """The Fisher matrix of the policy, averaged over the batch, as the function v -> F v: [P] -> [P].

        It is the Hessian of the mean KL divergence at the present parameters: F = mean J' M J, with J the Jacobian of
        the distribution's parameters and M their own Fisher matrix, so that one tangent pushed forward and one
        cotangent pulled back give F v. The network itself is computed once, here, and not again for each vector.
        """
        theta = self.parameters()
        parts = [self._fisher(theta, weight, *inputs) for _, _, _, weight, *inputs in self._weighted(batch)]

        def product(vector):
            vector = np.asarray(vector, "float32")
            return sum(_numpy(part(vector)).astype(float) for part in parts)

        return product

    # -- in the language of keras.ops, to be compiled ------------------------------------------------

    def _call(self, theta, *inputs):
        """The distribution's parameters, from the flat parameters and the flattened inputs."""
        parts = [
            ops.reshape(theta[end - int(np.prod(shape)) : end], shape)
            for end, shape in zip(self.ends.tolist(), self.shapes, strict=True)
        ]
        count = len(self.model.trainable_variables)
        mine = dict(zip(map(id, self.model.trainable_variables), parts[:count], strict=True))
        inputs = keras.tree.pack_sequence_as(self._structure, inputs)
        network = self._network(inputs)
        trained = [mine[id(variable)] for variable in network.trainable_variables]
        fixed = [variable.value for variable in network.non_trainable_variables]
        with self._unrolled():
            output = network.stateless_call(trained, fixed, inputs)[0]
        return self.distribution.parameters(output, *parts[count:])

    def _network(self, inputs):
        """The model that answers such inputs; its weights are the policy's."""
        return self.model

    def _unrolled(self):
        """Value iteration written out or as a loop, whichever the backend compiles and differentiates."""
        return self.model.unrolled(self.tools.unroll) if hasattr(self.model, "unrolled") else nullcontext()

    def _objective(self, theta, ent_coef, *data):
        return self._objective_and_kl(theta, ent_coef, *data)[0]

    def _objective_and_kl(self, theta, ent_coef, actions, old, advantage, weight, *inputs):
        new, pi = self._call(theta, *inputs), self.distribution
        ratio = ops.exp(pi.log_prob(new, actions) - pi.log_prob(old, actions))
        gain = ops.sum(weight * (ratio * advantage + ent_coef * pi.entropy(new)))
        return ops.stack([gain, ops.sum(weight * pi.kl(old, new))])

    def _curve(self, parameters, tangent, weight):
        return weight[..., None] * self.distribution.fisher(parameters, tangent)

    # -- a batch in parts of one shape, so that each function compiles once ---------------------------

    def _in_parts(self, function, inputs):
        theta, arrays = self.parameters(), self._flat(inputs)
        return np.concatenate([_numpy(function(theta, *part))[:count] for count, part in self._parts(*arrays)])

    def _weighted(self, batch):
        weight = np.asarray(batch.weight, "float32") / max(1.0, float(np.sum(batch.weight)))
        arrays = batch.actions, batch.old, batch.advantage, weight, *self._flat(batch.inputs)
        return [part for _, part in self._parts(*arrays)]  # what fills up a part has weight 0

    def _flat(self, inputs):
        self._structure = keras.tree.map_structure(lambda array: None, inputs, none_is_leaf=False)
        return keras.tree.flatten(inputs)

    def _parts(self, *arrays):
        size = self.batch_size
        for first in range(0, len(arrays[0]), size):
            part = [array[first : first + size] for array in arrays]
            count = len(part[0])
            yield count, [np.concatenate([a, np.zeros_like(a[:1]).repeat(size - count, 0)]) for a in part]

    def _checked(self, parameters):
        expected = self.distribution.num_parameters
        if parameters.shape[-1] != expected:
            raise ValueError(
                f"this {type(self.distribution).__name__} has {expected} parameters a state; "
                f"the model {self.model.name!r} gives {parameters.shape[-1]}"
            )
        if not np.isfinite(parameters).all():
            raise ValueError("the policy gives NaN or infinity; start again from good weights")
        return parameters


class GridPolicy(Policy):
    """A planner as a policy of grid worlds, with one logit for each move.

    Args:
        model: a built planner whose call takes (image [B, H, W, 2], positions [B, N, 2]) and gives logits [B, N, 8]; if
            it is a dense predictor, the image alone gives [B, H, W, 8].
        batch_size: how many maps go through the network together.
        jit_compile: as in `Policy`.

    Example:
        >>> from pnzoo.models import VIN
        >>> GridPolicy(VIN(k=3, channels=2)).logits(np.zeros((2, 8, 8, 2), "float32")).shape
        (2, 8, 8, 8)
    """

    @renamed_arguments(maps_a_pass="batch_size", compile="jit_compile")
    def __init__(self, model, batch_size=64, jit_compile=True):
        super().__init__(model, Categorical(len(MOVES)), batch_size, jit_compile)

    @property
    def dense_prediction(self):
        """Whether the network gives the logits of every cell at once."""
        return getattr(self.model, "dense_prediction", True)

    def logits(self, image):
        """Logits in every cell of each map: [B, H, W, 2] -> [B, H, W, 8]."""
        return self.action_parameters(image)

    def logits_at(self, image, positions):
        """Logits at some positions of each map: [B, H, W, 2], int [B, N, 2] -> [B, N, 8]."""
        return self.action_parameters([image, positions])

    def _network(self, inputs):
        return getattr(self.model, "position_network", self.model) if isinstance(inputs, (list, tuple)) else self.model


def _numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))
