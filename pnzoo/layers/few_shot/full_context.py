"""Full context embeddings (FCE): embeddings that depend on the whole support set.

`BidirectionalContext` is the paper's g (it reads the set in some order), `SetContext` an order-invariant g, and
`AttentionLSTM` the paper's f. All take a `mask` `[B, S]`, False at padding, given or as Keras hands it over.
"""

import keras
from keras import layers, ops

from pnzoo.core.deprecation import renamed_arguments
from pnzoo.layers.few_shot.masks import mask_of
from pnzoo.layers.few_shot.matching_attention import MASKED_LOGIT
from pnzoo.layers.orthogonal import Orthogonal


@keras.saving.register_keras_serializable("pnzoo")
class BidirectionalContext(keras.layers.Layer):
    """g(x_i, S) = h_forward_i + h_backward_i + g'(x_i): a bidirectional LSTM over the support set, with a skip.

    The result depends on the order of the support set. Padded positions are masked.

    Call it with embeddings g' `[B, S, D]` and an optional `mask` bool `[B, S]`; it returns `[B, S, D]`.

    Example:
        >>> import numpy as np
        >>> BidirectionalContext()(np.zeros((1, 5, 8), "float32")).shape == (1, 5, 8)
        True

    Reference: Vinyals et al. 2016, section 2.1.2 and appendix A.2.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        units = input_shape[-1]
        options = {"return_sequences": True, "recurrent_initializer": Orthogonal(), "dtype": self.dtype_policy}
        self.lstm = layers.Bidirectional(
            layers.LSTM(units, **options, name="lstm"), merge_mode="sum", dtype=self.dtype_policy, name="bidirectional"
        )
        self.lstm.build(input_shape)
        self.built = True

    @renamed_arguments(real="mask")
    def call(self, embeddings, mask=None):
        mask = None if mask is None else ops.cast(mask, "bool")
        return self.lstm(embeddings, mask=mask) + embeddings

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return super().get_config()


@keras.saving.register_keras_serializable("pnzoo")
class SetContext(keras.layers.Layer):
    """An order-invariant g: the support set is read by attention; each embedding gets a residual update from that.

    A "process block" reads the set for a number of steps without input: q_t = LSTM([q_{t-1}, r_{t-1}]),
    r_t = sum_i softmax_i(q_t . m_i) m_i. Then g(x_i, S) = g'(x_i) + tanh(W [g'(x_i), q_T, r_T] + b).
    Permuting the set permutes the result; repeating every member of it changes nothing.

    Args:
        steps: reads of the set.

    Call it with embeddings g' `[B, S, D]` and an optional `mask` bool `[B, S]`; it returns `[B, S, D]`.

    Example:
        >>> import numpy as np
        >>> SetContext(steps=2)(np.zeros((1, 5, 8), "float32")).shape == (1, 5, 8)
        True

    Reference: Vinyals, Bengio and Kudlur 2016 (Order Matters), equations 3 to 7, for the process block.
    """

    def __init__(self, steps=3, **kwargs):
        super().__init__(**kwargs)
        self.steps = _positive("steps", steps)
        self.supports_masking = True

    def build(self, input_shape):
        units = input_shape[-1]
        self.cell = LSTMStep(units, dtype=self.dtype_policy, name="cell")
        self.cell.build((None, 2 * units), (None, units))
        self.mix = layers.Dense(units, activation="tanh", dtype=self.dtype_policy, name="mix")
        self.mix.build((None, None, 3 * units))
        self.log_scale = self.add_weight(name="log_scale", shape=(), initializer="zeros")
        self.built = True

    @renamed_arguments(real="mask")
    def call(self, embeddings, mask=None):
        q = c = r = ops.zeros_like(embeddings[:, 0])
        for _ in range(self.steps):
            q, c = self.cell(ops.concatenate([q, r], -1), c)
            r = read(q[:, None], embeddings, mask, ops.exp(self.log_scale))[0][:, 0]
        summary = ops.concatenate([q, r], -1)[:, None] + ops.zeros_like(embeddings[:, :, :1])
        return embeddings + self.mix(ops.concatenate([embeddings, summary], -1))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "steps": self.steps}


@keras.saving.register_keras_serializable("pnzoo")
class AttentionLSTM(keras.layers.Layer):
    """f(x, S) = attLSTM(f'(x), g(S), K): a query's embedding, revised K times by attention over the support set.

    For k = 1 .. K, from h_0 = c_0 = 0:

        a_i     = softmax_i(h_{k-1} . g(x_i))                        equation 6
        r_{k-1} = sum_i a_i g(x_i)                                   equation 5
        h^, c_k = LSTM(f'(x), [h_{k-1}, r_{k-1}], c_{k-1})           equation 3
        h_k     = h^ + f'(x)                                         equation 4

    The recurrent input [h, r] is twice the output's width, which no stock LSTM takes. The attention of the first step
    is uniform, because h_0 is zero.

    Args:
        steps: K.
        learn_scale: multiply the products of equation 6 by a learned scale; the paper has none.
        scale: its initial value.

    Call it with `[query embeddings f' [B, Q, D], support embeddings g [B, S, D]]` and an optional `mask` bool `[B, S]`;
    it returns `(embeddings [B, Q, D], attention float32 [B, K, Q, S])`, attention k being what step k read with.

    Example:
        >>> import numpy as np
        >>> layer = AttentionLSTM(steps=2)
        >>> embeddings, attention = layer([np.zeros((1, 3, 8), "float32"), np.zeros((1, 5, 8), "float32")])
        >>> attention.shape == (1, 2, 3, 5)
        True

    Reference: Vinyals et al. 2016, equations 3 to 6; in equation 5 the index of r is read as in equation 3.
    """

    def __init__(self, steps=3, learn_scale=False, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.steps = _positive("steps", steps)
        self.learn_scale, self.scale = bool(learn_scale), float(scale)
        self.supports_masking = True

    def build(self, input_shape):
        units = input_shape[0][-1]
        self.cell = LSTMStep(units, dtype=self.dtype_policy, name="cell")
        self.cell.build((None, None, 3 * units), (None, None, units))
        if self.learn_scale:
            self.log_scale = self.add_weight(name="log_scale", shape=(), initializer="zeros")
        self.built = True

    @renamed_arguments(real="mask")
    def call(self, inputs, mask=None):
        query, support = inputs
        mask = mask_of(mask, 1)
        scale = self.scale * ops.exp(self.log_scale) if self.learn_scale else self.scale
        h = c = ops.zeros_like(query)
        attention = []
        for _ in range(self.steps):
            r, weights = read(h, support, mask, scale)
            hat, c = self.cell(ops.concatenate([query, h, r], -1), c)
            h = hat + query
            attention.append(weights)
        return h, ops.stack(attention, axis=1)

    def compute_mask(self, inputs, previous_mask=None):
        return None

    def compute_output_shape(self, input_shape):
        query, support = input_shape
        return tuple(query), (query[0], self.steps, query[1], support[1])

    def get_config(self):
        return {**super().get_config(), "steps": self.steps, "learn_scale": self.learn_scale, "scale": self.scale}


@keras.saving.register_keras_serializable("pnzoo")
class LSTMStep(keras.layers.Layer):
    """One LSTM step whose input and recurrent input come as one vector, of any width.

    z = x W + b is cut into i, f, c~, o; c' = sigmoid(f) c + sigmoid(i) tanh(c~); h = sigmoid(o) tanh(c').

    Args:
        units: width of h and c.

    Call it with `(x [..., X], c [..., units])`; it returns `(h, c')`.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, x_shape, c_shape):
        self.kernel = self.add_weight(name="kernel", shape=(x_shape[-1], 4 * self.units), initializer="glorot_uniform")
        self.bias = self.add_weight(name="bias", shape=(4 * self.units,), initializer=self._bias)
        self.built = True

    def _bias(self, shape, dtype=None):
        # an open forget gate at the start, as in Keras' own LSTM
        gates = [ops.zeros(self.units, dtype), ops.ones(self.units, dtype), ops.zeros(2 * self.units, dtype)]
        return ops.concatenate(gates)

    def call(self, x, c):
        i, f, new, o = ops.split(ops.matmul(x, self.kernel) + self.bias, 4, axis=-1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(new)
        return ops.sigmoid(o) * ops.tanh(c), c

    def compute_output_shape(self, x_shape, c_shape):
        return (*x_shape[:-1], self.units), (*x_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def read(query, support, mask=None, scale=1.0):
    """Soft look-up: r = sum_i softmax_i(scale * query . support_i) support_i.

    Args:
        query: `[B, Q, D]`.
        support: `[B, S, D]`.
        mask: bool `[B, S]`, False at padding, or None.
        scale: factor on the products.

    Returns:
        r `[B, Q, D]` and the attention, float32 `[B, Q, S]`.
    """
    logits = ops.cast(ops.einsum("bqd,bsd->bqs", query, support) * scale, "float32")
    if mask is not None:
        logits = ops.where(ops.cast(mask, "bool")[:, None, :], logits, MASKED_LOGIT)
    attention = ops.softmax(logits, axis=-1)
    return ops.einsum("bqs,bsd->bqd", ops.cast(attention, support.dtype), support), attention


def _positive(name, value):
    if int(value) != value or value < 1:
        raise ValueError(f"{name}={value!r} must be a whole number, 1 or more.")
    return int(value)
