"""A memory-augmented neural network (MANN), the baseline that reads an episode as a sequence."""

from typing import Any

import keras

from pnzoo.core import schema
from pnzoo.core.former import accepts_former_names
from pnzoo.core.model import as_policy, part_policy
from pnzoo.layers.few_shot.memory import MemoryController
from pnzoo.models.few_shot.episode_model import CONFIG_SCHEMA, EpisodeModel, make_embedding


@keras.saving.register_keras_serializable("pnzoo")
class MANN(EpisodeModel):
    """An LSTM with external memory and least-recently-used access (LRUA) that reads the support set as a sequence.

    Predictions depend on the support's order, and on the number of a class only through training, where classes are
    numbered at random. Every query starts from the same state: none sees another.

    Args:
        max_way: most classes of an episode; fewer are fine.
        backbone: `"conv4"`, `"residual"`, `"local"` or `"ensemble"`.
        backbone_options: dict of the backbone's arguments.
        controller_units: units of the LSTM.
        memory_slots: rows of the memory.
        memory_dim: columns of the memory.
        heads: read heads, each also a write head.
        shifted_labels: whether a label is shown with the next image, as in the paper, or with its own; see
            `layers.MemoryController`.
        image_size: height and width of the images, in pixels.

    Call it like `MatchingNetwork`; it returns log-probabilities float32 `[B, Q, W]`.

    Example:
        >>> import numpy as np
        >>> images = np.random.default_rng(0).random((1, 5, 28, 28, 1), "float32")
        >>> MANN()({"support": images, "labels": np.eye(5)[None], "query": images[:, :2]}).shape == (1, 2, 5)
        True

    Reference: Santoro et al. 2016, section 3.
    """

    CONFIG_SCHEMA = {
        **CONFIG_SCHEMA,
        "max_way": schema.Int(2, 1000),
        "controller_units": schema.Int(1, 4096),
        "memory_slots": schema.Int(1, 4096),
        "memory_dim": schema.Int(1, 1024),
        "heads": schema.Int(1, 64),
        "shifted_labels": schema.Bool(),
    }

    @accepts_former_names("MANN")
    def __init__(
        self,
        max_way=5,
        backbone="conv4",
        backbone_options=None,
        controller_units=200,
        memory_slots=128,
        memory_dim=40,
        heads=4,
        shifted_labels=True,
        image_size=28,
        dtype=None,
        name=None,
        trainable=True,
    ):
        memory = {
            "max_way": max_way,
            "controller_units": controller_units,
            "memory_slots": memory_slots,
            "memory_dim": memory_dim,
            "heads": heads,
            "shifted_labels": shifted_labels,
        }
        given = {"backbone": backbone, "backbone_options": dict(backbone_options or {}), "image_size": image_size}
        config = schema.check("MANN", self.CONFIG_SCHEMA, {**memory, **given})
        if config["heads"] > config["memory_slots"]:
            raise ValueError(f"heads={heads} write to as many slots a step: memory_slots={memory_slots} are too few.")
        policy, backbone = as_policy(dtype), config.pop("backbone")
        embedding = make_embedding(policy, backbone, config["backbone_options"], image_size)
        # memory adds up over the support set, and the least used slots are told by small differences: float32
        controller = MemoryController(
            **{key: config[key] for key in memory}, dtype=part_policy(policy, "memory", sums=True), name="memory"
        )
        self.__dict__["_parts"] = {"memory": controller}
        self._build(embedding, policy, name, trainable, **config)

    def _match_graph(self, support, query, labels, mask):
        return self.__dict__["_parts"]["memory"]([support, labels, query], mask=mask)

    def _standardized(self, inputs):
        inputs = super()._standardized(inputs)
        self._check_way(inputs["labels"])
        return inputs

    def _check_way(self, labels):
        way = labels.shape[-1]
        if isinstance(way, int) and way > self.max_way:
            raise ValueError(
                f"this network was built for max_way={self.max_way} classes and was given {way}. Ask for fewer, or "
                "use a matching network, which takes any number."
            )

    def match(self, support: Any, labels: Any, query: Any, mask: Any = None) -> Any:
        """Log-probabilities from embeddings, see `MatchingNetwork.match`.

        Raises:
            ValueError: if there are more classes than `max_way`.
        """
        self._check_way(labels)
        return self.memory([support, labels, query], mask=mask)
