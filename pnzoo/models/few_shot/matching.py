"""Matching Networks."""

import math

import keras
import numpy as np
from keras import ops

from pnzoo.layers.few_shot.aligned_attention import AlignedAttention
from pnzoo.layers.few_shot.full_context import AttentionLSTM, BidirectionalContext, SetContext
from pnzoo.layers.few_shot.joint_attention import JointAttention
from pnzoo.layers.few_shot.matching_attention import MatchingAttention, unit
from pnzoo.layers.few_shot.test_time_augmentation import Views
from pnzoo.models.backbones.convolutional import LocalEncoder, make_encoder
from pnzoo.models.few_shot.episode_model import EpisodeModel, unpack

SUPPORT_CONTEXTS = {"lstm": BidirectionalContext, "set": SetContext}


@keras.saving.register_keras_serializable("pnzoo")
class MatchingNetwork(EpisodeModel):
    """Classify queries by a labelled support set: encoder, g over the support set, f over the query, attention.

    Without contexts (the default) f and g are the encoder alone. Batch normalisation uses an episode's own
    statistics while training and its moving averages otherwise, so a prediction never depends on the other queries
    (it is not transductive).

    Args:
        encoder: `"conv4"` (the paper's), `"residual"`, `"local"` (for the kernel `"aligned"`), or `"joint"` (several
            side by side).
        encoder_options: dict of the encoder's arguments.
        kernel: `"cosine"`, `"plain_cosine"`, `"dot"` or `"euclidean"`, see `MatchingAttention`; `"aligned"`, which
            compares places (`AlignedAttention`); or for a joint encoder a list with one of these a member.
        scale, learn_scale: of the kernel.
        support_context: g: None, `"lstm"` (bidirectional, the paper's, which depends on the support's order) or
            `"set"` (order-invariant).
        query_steps: K, the steps of f; 0 for none. With K > 0 or a support context, codes are first brought to a
            root mean square of 1, the size of an LSTM's output.
        views: outside training, a code is the mean of this many small fixed warps of the image (`layers.Views`). It
            costs as many times more encoding, needs no training, and looks at one image at a time.
        image_size: height and width of the images, in pixels.

    Call it with a dict of `support` float `[B, S, H, W, 1]` (1 for ink), `labels` one-hot `[B, S, W]`, `query`
    `[B, Q, H, W, 1]` and optionally `mask` bool `[B, S]` (False at padding), or the same as a tuple; it returns
    log-probabilities float32 `[B, Q, W]`.

    Example:
        >>> import numpy as np
        >>> network = MatchingNetwork()
        >>> images = np.random.default_rng(0).random((1, 5, 28, 28, 1), "float32")
        >>> log_p = network({"support": images, "labels": np.eye(5)[None], "query": images[:, :2]})
        >>> np.exp(log_p).sum(-1).round(3).tolist()
        [[1.0, 1.0]]

    Reference: Vinyals et al. 2016, equations 1 to 6.
    """

    def __init__(
        self,
        encoder="conv4",
        encoder_options=None,
        kernel="cosine",
        scale=None,
        learn_scale=None,
        support_context=None,
        query_steps=0,
        views=1,
        image_size=28,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if support_context not in (None, *SUPPORT_CONTEXTS):
            raise ValueError(f"support_context={support_context!r} is not None, 'lstm' or 'set'.")
        self.settings = {
            "encoder": encoder,
            "encoder_options": dict(encoder_options or {}),
            "kernel": kernel,
            "scale": scale,
            "learn_scale": learn_scale,
            "support_context": support_context,
            "query_steps": query_steps,
            "views": views,
            "image_size": image_size,
        }
        self.encoder = make_encoder(encoder, encoder_options, self.dtype_policy)
        self.code_length = code = self._length(self.encoder)
        self.g = SUPPORT_CONTEXTS[support_context](dtype=self.dtype_policy, name="g") if support_context else None
        # products of codes of root mean square 1 are as large as the code is long: 10 / length is a cosine times 10
        look = {"learn_scale": True, "scale": 10.0 / code}
        self.f = AttentionLSTM(query_steps, **look, dtype=self.dtype_policy, name="f") if query_steps else None
        self.attention_kernel = self._make_kernel(kernel, "kernel", self.encoder)
        if self.compares_places and (self.g or self.f):
            raise ValueError(f"kernel={kernel!r} compares places, which a context would mix. Use kernel='cosine'.")
        self.views = Views(views, dtype=self.dtype_policy, name="views")

    def _make_kernel(self, kernel, name, encoder):
        look = {"scale": self.settings["scale"], "learn_scale": self.settings["learn_scale"]}
        if isinstance(kernel, (list, tuple)):
            members = getattr(encoder, "members", [])
            if len(members) != len(kernel):
                raise ValueError(f"kernel={kernel!r} lists {len(kernel)}, and the encoder has {len(members)} members.")
            parts = enumerate(zip(kernel, members, strict=True), 1)
            kernels = [self._make_kernel(one, f"kernel{i}", member) for i, (one, member) in parts]
            return JointAttention(kernels, [self._length(member) for member in members], name=name)
        if kernel != "aligned":
            return MatchingAttention(kernel, **look, name=name)
        if not isinstance(encoder, LocalEncoder):
            raise ValueError("kernel='aligned' compares places, which only encoder='local' keeps.")
        side = math.isqrt(self._length(encoder) // encoder.channels)
        return AlignedAttention(side, encoder.channels, **look, name=name)

    def _length(self, encoder):
        size = self.settings["image_size"]
        return encoder.compute_output_shape((None, size, size, 1))[-1]

    @property
    def compares_places(self):
        """Whether the kernel looks inside codes, instead of comparing them as vectors."""
        return isinstance(self.attention_kernel, (AlignedAttention, JointAttention))

    def build(self, input_shape=None):
        size, code = self.settings["image_size"], self.code_length
        self.encoder.build((None, size, size, 1))
        self.views.build((None, size, size, 1))
        if self.g:
            self.g.build((None, None, code))
        if self.f:
            self.f.build([(None, None, code), (None, None, code)])
        self.attention_kernel.build()
        self.built = True

    def encode(self, images, training=False):
        """Codes of images, before any context: f'(x) = g'(x).

        Args:
            images: float `[N, H, W, 1]`, 1 for ink.
            training: whether batch normalisation uses this batch.

        Returns:
            `[N, D]`.
        """
        if training or self.settings["views"] == 1:
            return self.encoder(images, training=training)
        codes = unit(self.encoder(self.views(images), training=False))
        return ops.mean(ops.reshape(codes, (self.settings["views"], -1, self.code_length)), axis=0)

    def contextualise(self, support, query, mask=None):
        """Codes after g and f, and what f looked at.

        Args:
            support: codes `[B, S, D]`.
            query: codes `[B, Q, D]`.
            mask: bool `[B, S]` or None.

        Returns:
            g(S) `[B, S, D]`, f(x, S) `[B, Q, D]`, and the attention of f's steps, float32 `[B, K, Q, S]`, or None.
        """
        if not (self.g or self.f):
            return support, query, None
        length = math.sqrt(self.code_length)
        support, query, looks = unit(support) * length, unit(query) * length, None
        if self.g:
            support = self.g(support, real=mask)
        if self.f:
            query, looks = self.f([query, support], real=mask)
        return support, query, looks

    def match(self, support, labels, query, mask=None):
        """Log-probabilities from codes.

        Args:
            support: codes from `encode`, `[B, S, D]`.
            labels: one-hot `[B, S, W]`.
            query: codes `[B, Q, D]`.
            mask: bool `[B, S]` or None.

        Returns:
            float32 `[B, Q, W]`.
        """
        support, query, _ = self.contextualise(support, query, mask)
        inputs = (support, labels, query) if mask is None else (support, labels, query, mask)
        return self.attention_kernel(inputs)

    def attend(self, support, query, mask=None):
        """a(x, x_i) from codes, float32 `[B, Q, S]`; arguments as for `match`."""
        support, query, _ = self.contextualise(support, query, mask)
        return ops.exp(self.attention_kernel.log_attention(query, support, mask))

    def similarity(self, support, query):
        """How alike codes are, before any context: the cosine, or the kernel's own measure of places, `[B, Q, S]`."""
        if self.compares_places:
            return self.attention_kernel.alike(query, support)
        return ops.einsum("bqd,bsd->bqs", unit(query), unit(support))

    def attention_steps(self, inputs):
        """What f looked at before each of its K steps (the first look is uniform: h_0 is zero).

        Args:
            inputs: as for calling the model.

        Returns:
            NumPy float32 `[B, K, Q, S]`.

        Raises:
            ValueError: if the model has no f.
        """
        if not self.f:
            raise ValueError(
                "this network has query_steps=0, so there are no steps. Load an FCE entry, such as "
                "pnzoo.load('matching_fce_omniglot'), or use attention()."
            )
        support, _, query, mask = unpack(inputs)
        _, _, looks = self.contextualise(*self.encode_episode(support, query), mask)
        return ops.convert_to_numpy(looks)


class Encode(keras.Model):
    """A network's `encode` as a model, uint8 drawings `[N, H, W]` to codes, so that `predict` compiles it."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, drawings):
        ink = ops.cast(drawings, "float32")[..., None] / 255
        return ops.cast(self.network.encode(ink), "float32")


def encode_all(model, images, batch_size=128):
    """Codes of many images, in batches.

    Args:
        model: anything with `encode`; a Keras model is compiled for it.
        images: uint8 `[..., H, W]`, 255 for ink.
        batch_size: images a batch.

    Returns:
        NumPy float32 `[..., D]`.
    """
    flat = np.asarray(images).reshape(-1, *np.shape(images)[-2:])
    if isinstance(model, keras.Model):
        codes = Encode(model.build_weights()).predict(flat, batch_size=batch_size, verbose=0)
    else:
        parts = [flat[start : start + batch_size] for start in range(0, len(flat), batch_size)]
        ink = (part.astype("float32")[..., None] / np.float32(255) for part in parts)
        codes = [ops.convert_to_numpy(model.encode(ops.convert_to_tensor(part))).astype("float32") for part in ink]
        codes = np.concatenate(codes)
    return codes.reshape(*np.shape(images)[:-2], -1)
