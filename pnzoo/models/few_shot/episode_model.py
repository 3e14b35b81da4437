"""What few-shot models share: an episode comes in, every image is embedded once, and embeddings are matched."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from pnzoo.core import schema
from pnzoo.core.deprecation import renamed_method
from pnzoo.core.model import ZooModel, part_policy
from pnzoo.layers.few_shot.episode_embedding import EpisodeEmbedding
from pnzoo.models.backbones import backbone_name, make_backbone
from pnzoo.models.few_shot.former_weights import groups

INPUTS = ("support", "labels", "query", "mask")
EXPECTED = "support [B, S, H, W, 1], labels one-hot [B, S, W], query [B, Q, H, W, 1] and optionally mask [B, S]"


class EpisodeModel(ZooModel, keras.Model):
    """A model of episodes. A subclass builds its head in `_match_graph` and gives `match`.

    Call it with a dict of `support` float `[B, S, H, W, 1]`, `labels` one-hot `[B, S, W]`, `query` `[B, Q, H, W, 1]`
    and optionally `mask` bool `[B, S]` (False at padding); it returns log-probabilities float32 `[B, Q, W]`.

    With a backbone of `image_channels` 3, images are RGB `[..., H, W, 3]`.

    Images are 0 (background) to 1 (strokes): floats, booleans or whole numbers are taken as they are, and uint8 is
    divided by 255. A NaN in an image makes the answers that depend on it NaN.
    """

    image_channels = 1  # 3 for photographs: what the backbone takes

    def _build(self, embedding, policy, name, trainable, **config):
        """Make the functional graph: inputs, embeddings, and what the subclass makes of them."""
        support, labels, query, mask = inputs = episode_inputs(*self._item(config))
        embeddings = embedding([support, query])
        outputs = self._match_graph(*embeddings, labels, mask)
        # the graph's layers become attributes of the same objects once Keras has made a functional model of this one
        layers = self.__dict__.pop("_parts")
        super().__init__(dict(zip(INPUTS, inputs, strict=True)), outputs, name=name)
        for attribute, layer in {"embedding": embedding, **layers}.items():
            setattr(self, attribute, layer)
        self._configure(policy, **config)
        self._fixed = (*self._fixed, "backbone", "similarity")
        if len(shape := self._item(config)[0]) == 3:
            self.image_channels = shape[-1]
        if not trainable:
            self.trainable = False

    @classmethod
    def _item(cls, config):
        """Shape and dtype of one image."""
        channels = (config.get("backbone_options") or {}).get("image_channels", cls.image_channels)
        return (config["image_size"], config["image_size"], channels), "float32"

    # -- what goes in ---------------------------------------------------------------------------------

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        inputs = self._standardized(inputs)
        shape = self.compute_output_shape({name: x.shape for name, x in inputs.items() if x is not None})
        if 0 in shape:  # backends differ in what they make of no episodes, and of no queries
            return ops.zeros(shape)
        return super().__call__(inputs, *args, **kwargs)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        # JAX' trainer comes here without `__call__`
        return super().call(self._standardized(inputs), training=training, mask=mask)

    def _standardized(self, inputs):
        support, labels, query, mask = (x if x is None else _tensor(x) for x in unpack(inputs))
        if len(labels.shape) == 2:
            raise ValueError(
                f"labels have shape {tuple(labels.shape)}, expected one-hot [B, S, W]. Numbers of classes become that "
                "by keras.ops.one_hot(labels, way)."
            )
        images = {"support": self._images(support, "support", 5), "query": self._images(query, "query", 5)}
        episode = {**images, "labels": labels, "mask": mask}
        _check_sizes({name: tuple(x.shape) for name, x in episode.items() if x is not None})
        return episode

    def _images(self, images, name, rank):
        """Images as float from 0 to 1, of the size that the model was built for."""
        size, channels = self.image_size, self.image_channels
        if len(images.shape) != rank or any(
            got not in (None, want) for got, want in zip(images.shape[-3:], (size, size, channels), strict=True)
        ):
            leading = {5: "B, N", 4: "N"}[rank]
            raise ValueError(
                f"{name} has shape {tuple(images.shape)}, expected [{leading}, {size}, {size}, {channels}]: this "
                f"{type(self).__name__} takes images of {size}x{size} pixels. "
                "pnzoo.data.preprocessing resizes images, or build a model with another image_size."
            )
        if keras.backend.standardize_dtype(images.dtype) == "uint8":
            return ops.cast(images, "float32") / 255
        return images

    def _as_input(self, images, name, rank):
        """Images as the backbone takes them."""
        return ops.cast(self._images(images, name, rank), "float32")

    def compute_output_shape(self, input_shape):
        return (*input_shape["query"][:2], input_shape["labels"][-1])

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Keras' export, of a model for any number of episodes, images, queries and classes.

        Args:
            filepath, format, verbose: as in `keras.Model.export`.
            input_signature: of the input; by default a dict of `support`, `labels` and `query`, without a mask.
        """
        if input_signature is not None:
            return super().export(filepath, format, verbose, input_signature, **kwargs)
        self.exported_network().export(filepath, format=format, verbose=verbose, **kwargs)

    def exported_network(self, support: int | None = None) -> Any:
        """A functional model without a mask, whose inputs a file names support, labels and query.

        Args:
            support: the number of support images, where it is to be fixed.
        """
        inputs = {x.name: x for x in episode_inputs(*self._item(self.get_config()))[:3]}
        for name in ("support", "labels"):
            shape, dtype = (support, *inputs[name].shape[2:]), inputs[name].dtype
            inputs[name] = keras.Input(shape, dtype=dtype, name=name)
        network = keras.Model(inputs, _Episode(self)(inputs), name=self.name)
        network(inputs)  # export wants models that were called
        return network

    # -- embeddings -----------------------------------------------------------------------------------

    @property
    def backbone(self):
        """The backbone, images `[N, H, W, 1]` to embeddings `[N, D]`."""
        return self.embedding.backbone

    @property
    def embedding_dim(self) -> int:
        """Length of an embedding."""
        return self.backbone.embedding_dim

    def embed(self, images: Any, training: bool = False) -> Any:
        """Embeddings of images, before any context.

        Args:
            images: `[N, H, W, 1]`: float, 1 for strokes, or uint8, 255 for strokes.
            training: whether batch normalisation uses this batch.

        Returns:
            A tensor `[N, D]`.
        """
        images = self._as_input(_tensor(images), "images", 4)
        return self.embedding.embed(images, training)

    def embed_episode(self, support: Any, query: Any, training: bool = False) -> tuple[Any, Any]:
        """Embeddings of an episode's images, support and query in one batch.

        Args:
            support: `[B, S, H, W, 1]`.
            query: `[B, Q, H, W, 1]`.
            training: whether batch normalisation uses this batch.

        Returns:
            `[B, S, D]` and `[B, Q, D]`.
        """
        support = self._as_input(_tensor(support), "support", 5)
        query = self._as_input(_tensor(query), "query", 5)
        support, query = self.embedding([support, query], training=training)
        return support, query

    # -- answers --------------------------------------------------------------------------------------

    def match(self, support: Any, labels: Any, query: Any, mask: Any = None) -> Any:
        """Log-probabilities from embeddings.

        Args:
            support: embeddings from `embed`, `[B, S, D]`.
            labels: one-hot `[B, S, W]`.
            query: embeddings `[B, Q, D]`.
            mask: bool `[B, S]`, False at padding, or None.

        Returns:
            A tensor float32 `[B, Q, W]`.
        """
        raise NotImplementedError

    def attention(self, inputs: Mapping[str, Any]) -> np.ndarray:
        """How much each support image counts: a(x, x_i).

        Args:
            inputs: as for calling the model.

        Returns:
            NumPy float32 `[B, Q, S]`; rows sum to 1.

        Raises:
            ValueError: if the model has no attention over the support set.
        """
        if not hasattr(self, "attend"):
            raise ValueError(
                f"a {type(self).__name__} has no attention over the support set. Use a matching network, such as "
                "pnzoo.load('matching_omniglot')."
            )
        support, _, query, mask = unpack(inputs)
        return ops.convert_to_numpy(self.attend(*self.embed_episode(support, query), mask))

    # -- configuration --------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "backbone": backbone_name(self.backbone)}

    def quantize(self, mode: Any = None, **kwargs: Any) -> None:
        """Not offered.

        Raises:
            ValueError: always; it says why.
        """
        raise ValueError(
            f"quantize({mode!r}): Keras quantizes dense layers, and nearly all weights of a {type(self).__name__} are "
            "in convolutions. pnzoo.save(..., weights_dtype='float16') halves the file."
        )

    @property
    def former_weights(self) -> dict[str, str]:
        """Groups of weights in files of release 0.1, and the layers that have them today."""
        return groups(self)

    encode = renamed_method("encode", "embed")
    encode_episode = renamed_method("encode_episode", "embed_episode")
    encoder = renamed_method("encoder", "backbone")
    code_length = renamed_method("code_length", "embedding_dim")


def make_embedding(policy, backbone, backbone_options, image_size, **options):
    """The layer `embed` of a model: a backbone by name and how an episode goes through it."""
    dtype = part_policy(policy, "embed/backbone")
    network = make_backbone(backbone, backbone_options, image_size, dtype)
    return EpisodeEmbedding(network, **options, dtype=part_policy(policy, "embed"), name="embed")


class _Episode(keras.layers.Layer):
    """A model of episodes as a layer without a mask, which Keras cannot leave out of a symbolic call."""

    def __init__(self, model):
        super().__init__(name="episode", dtype="float32", autocast=False)
        self.model, self.built = model, True

    def call(self, inputs):
        return self.model(inputs)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((*inputs["query"].shape[:2], inputs["labels"].shape[-1]), "float32")


def episode_inputs(shape, dtype="float32"):
    """Symbolic inputs of any number of episodes, images of this shape, queries and classes."""
    return (
        keras.Input((None, *shape), dtype=dtype, name="support"),
        keras.Input((None, None), name="labels"),
        keras.Input((None, *shape), dtype=dtype, name="query"),
        keras.Input((None,), dtype="bool", name="mask", optional=True),
    )


def unpack(inputs: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, Any, Any, Any]:
    """`(support, labels, query, mask or None)` from a dict; for one more release, also from a tuple.

    Raises:
        ValueError: if something is missing or unknown.
    """
    if isinstance(inputs, Mapping):
        for key in inputs:
            if key not in INPUTS:
                raise ValueError(f"an episode has {schema.unknown_word(key, list(INPUTS))}.")
        missing = [name for name in INPUTS[:3] if name not in inputs]
        if missing:
            raise ValueError(f"inputs lack {missing}; they have {sorted(inputs)}. Give {EXPECTED}.")
        return inputs["support"], inputs["labels"], inputs["query"], inputs.get("mask")
    if not isinstance(inputs, (list, tuple)) or not 3 <= len(inputs) <= 4:
        got = f"{len(inputs)} inputs" if isinstance(inputs, (list, tuple)) else type(inputs).__name__
        raise ValueError(f"got {got}. Give a dict of {EXPECTED}.")
    warnings.warn(
        f"an episode as a tuple goes with the next release. Give a dict of {EXPECTED}.",
        DeprecationWarning,
        stacklevel=3,
    )
    return (*inputs, *[None] * (4 - len(inputs)))


def _check_sizes(shapes):
    """Refuse inputs that do not belong to the same B episodes of S support images: {name: shape}, with None for any."""
    ranks = {name: len(shapes[name]) for name in ("labels", "mask") if name in shapes}
    same = {"B": (0, shapes), "S": (1, [name for name in ("support", "labels", "mask") if name in shapes])}
    fits = ranks["labels"] == 3 and ranks.get("mask", 2) == 2
    if not fits or any(len({shapes[name][axis] for name in names} - {None}) > 1 for axis, names in same.values()):
        got = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
        raise ValueError(f"an episode is {EXPECTED}, with the same B and S; got {got}.")


def _tensor(x):
    return x if keras.backend.is_keras_tensor(x) else ops.convert_to_tensor(x)


BACKBONES = schema.OneOf("conv4", "residual", "local", "ensemble")
_OPTIONS = {
    "filters": schema.Either(schema.Int(1, 1024), schema.ListOf(schema.Int(1, 1024), 1, 6)),
    "pool_padding": schema.OneOf("valid", "same"),
    "embedding_dim": schema.Int(1, 4096),
    "stem": schema.Bool(),
    "channels": schema.Int(2, 512),
    "image_channels": schema.OneOf(1, 3),
}
_MEMBER = schema.Record({"backbone": BACKBONES, **_OPTIONS}, required=("backbone",))
# What any few-shot model takes.
CONFIG_SCHEMA = {
    "backbone": BACKBONES,
    "backbone_options": schema.Optional(schema.Record({**_OPTIONS, "members": schema.ListOf(_MEMBER, 0, 8)})),
    "image_size": schema.Int(16, 128),
}
