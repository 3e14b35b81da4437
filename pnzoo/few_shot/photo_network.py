"""A network that maps photographs to vectors: one of ours, or any Keras model with its own preprocessing."""

import numpy as np

from pnzoo.data.photographs import SIZE
from pnzoo.few_shot.model_digest import model_digest


class PhotoNetwork:
    """Photographs `[N, H, W, 3]`, 0 to 1, to vectors `[N, D]`.

    Args:
        model: an entry of the zoo, a folder written by `pnzoo.save`, one of our models that embeds photographs, or a
            Keras model of one input `[N, H, W, 3]` and one output `[N, D]`.
        image_size: side in pixels; None for the model's own.
        preprocess_input: for other models than ours, what makes their input of RGB 0 to 255, such as
            `keras.applications.resnet.preprocess_input`; None for models that take these.

    Raises:
        ValueError: the model does not map photographs to vectors.
    """

    def __init__(self, model, image_size=None, preprocess_input=None):
        self.model = _load(model)
        self.own = hasattr(self.model, "embed")  # ours; others take 0 to 255
        self.preprocess_input = preprocess_input
        if self.own and preprocess_input is not None:
            raise ValueError("preprocess_input is for models of other libraries; this one prepares its input itself.")
        self.size = image_size or _size(self.model)
        self._frozen = None

    @property
    def few_shot(self):
        """Whether the model compares embeddings by itself."""
        return hasattr(self.model, "match")

    @property
    def digest(self):
        """`model_digest` of the model with the weights that photographs are embedded with."""
        frozen = self._freeze() if self.own else None
        return model_digest(self.model) if frozen is None else frozen.digest

    def __call__(self, photographs):
        """float32 `[N, D]`; batches are filled up to a power of 2, as every size is compiled anew."""
        count = len(photographs)
        missing = (1 << (count - 1).bit_length()) - count
        photographs = np.concatenate([photographs, np.zeros((missing, *photographs.shape[1:]), "float32")])
        vectors = np.asarray(self._apply(photographs), "float32")[:count]
        if vectors.ndim != 2:
            raise ValueError(
                f"the model gives {list(vectors.shape)}, expected vectors [N, D]. End it with GlobalAveragePooling2D, "
                "or build it with pooling='avg'."
            )
        if not np.isfinite(vectors).all():
            raise ValueError("the model gives NaN or infinity. Look at its weights and its preprocessing.")
        return vectors

    def _apply(self, photographs):
        if self.own:
            return self._embed(photographs)
        inputs = photographs * np.float32(255)
        if self.preprocess_input is not None:
            inputs = self.preprocess_input(inputs)
        outputs = self.model.predict_on_batch(inputs)
        if isinstance(outputs, dict | list | tuple):
            raise ValueError(f"the model has {len(outputs)} outputs, expected one of vectors [N, D].")
        return outputs

    def _freeze(self):
        if self._frozen is None and _can_be_frozen(self.model):
            from pnzoo.few_shot.frozen import frozen_embedding

            self._frozen = frozen_embedding(self.model)
        return self._frozen

    def _embed(self, photographs):
        frozen = self._freeze()
        if frozen is not None:
            return frozen.predict_on_batch(photographs)
        compiled = getattr(self.model, "run_compiled", None)
        return compiled(self.model.embed, photographs) if compiled else self.model.embed(photographs)

    def __getstate__(self):
        return {**self.__dict__, "_frozen": None}


def _can_be_frozen(model):
    """Whether constant weights are faster: on TensorFlow."""
    import keras

    return keras.backend.backend() == "tensorflow" and isinstance(model, keras.Model)


def takes_photographs(model):
    """Whether a model's images are photographs, not characters."""
    if hasattr(model, "embed"):
        return getattr(model, "image_channels", 1) == 3
    return hasattr(model, "predict_on_batch") and not hasattr(model, "policy")  # planners see no photographs


def _load(name):
    from pnzoo import hub

    model = hub.load(name) if isinstance(name, str) or hasattr(name, "__fspath__") else name
    if not takes_photographs(model):
        kind = "takes characters, see FewShotClassifier" if hasattr(model, "embed") else "is no Keras model"
        raise ValueError(
            f"model={name!r} {kind}. Give a model that maps photographs to vectors: one of "
            f"{hub.list_models('*photo*')}, or such as keras.applications.MobileNetV3Small(include_top=False, "
            "pooling='avg')."
        )
    return model


def _size(model):
    size = getattr(model, "image_size", None)
    if size is None:
        shape = getattr(model, "input_shape", None)
        if not isinstance(shape, tuple) or len(shape) != 4 or shape[3] != 3:
            raise ValueError(f"the model's input has the shape {shape}, expected one of photographs [N, H, W, 3].")
        size = SIZE if None in shape[1:3] else shape[1:3]
    return size
