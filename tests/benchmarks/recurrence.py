"""Value iteration alone, as an expert writes it on each backend: arrays only, compiled where the backend compiles.

    Q_a(s) = sum_j P_a(j | s) (R_j + V_j) + b_a        V(s) = max_a Q_a(s)

K times and once more for the read-out, with P [B, H, W, A, 9], R [B, H, W] and b [A] given. This is the work that no
planner can do without; what `policy` adds is f_R, f_P, the policy layer, and everything around them.
"""

import numpy as np


def bare(backend, k, height, width):
    """A function (P, R, b), arrays of that backend, -> Q [B, H, W, A], which returns when Q is there.

    Compiled as Keras compiles a model there: on a CPU, JAX goes through XLA and TensorFlow does not.
    """
    return {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[backend](k, height, width)


def _jax(k, height, width):
    import jax
    from jax import numpy as jnp

    def backup(p, reward, bias, value):
        padded = jnp.pad(reward + value, ((0, 0), (1, 1), (1, 1)), mode="edge")
        near = jnp.stack([padded[:, i : i + height, j : j + width] for i, j in np.ndindex(3, 3)], axis=-1)
        return jnp.einsum("bhwaj,bhwj->bhwa", p, near) + bias

    @jax.jit
    def q(p, reward, bias):
        value = jnp.zeros_like(reward)
        for _ in range(k):
            value = backup(p, reward, bias, value).max(axis=-1)
        return backup(p, reward, bias, value)

    return lambda p, reward, bias: q(p, reward, bias).block_until_ready()


def _tensorflow(k, height, width, xla=False):
    import tensorflow as tf

    def backup(p, reward, bias, value):
        x = reward + value
        x = tf.concat([x[:, :1], x, x[:, -1:]], axis=1)
        x = tf.concat([x[:, :, :1], x, x[:, :, -1:]], axis=2)
        near = tf.stack([x[:, i : i + height, j : j + width] for i, j in np.ndindex(3, 3)], axis=-1)
        return tf.einsum("bhwaj,bhwj->bhwa", p, near) + bias

    @tf.function(jit_compile=xla)
    def q(p, reward, bias):
        value = tf.zeros_like(reward)
        for _ in range(k):
            value = tf.reduce_max(backup(p, reward, bias, value), axis=-1)
        return backup(p, reward, bias, value)

    return q


def _torch(k, height, width):
    import torch

    def backup(p, reward, bias, value):
        padded = torch.nn.functional.pad((reward + value)[:, None], (1, 1, 1, 1), mode="replicate")[:, 0]
        near = torch.stack([padded[:, i : i + height, j : j + width] for i, j in np.ndindex(3, 3)], dim=-1)
        return torch.einsum("bhwaj,bhwj->bhwa", p, near) + bias

    @torch.no_grad()
    def q(p, reward, bias):
        value = torch.zeros_like(reward)
        for _ in range(k):
            value = backup(p, reward, bias, value).amax(dim=-1)
        return backup(p, reward, bias, value)

    return q


def given(model, image):
    """What the recurrence starts from, as the model computes it on images [B, H, W, 2]: P, R and b."""
    from keras import ops

    layer = model.value_iteration
    observation, reward = model.features_and_reward(ops.convert_to_tensor(image))
    p = layer.transition_probabilities(observation)
    bias = ops.convert_to_tensor(layer.action_bias[0])
    bias = -ops.softplus(bias) if layer.nonpositive_reward else bias
    arrays = (ops.reshape(p, (*p.shape[:4], 9)), reward, bias)
    return [ops.convert_to_tensor(ops.convert_to_numpy(each)) for each in arrays]
