"""Embeddings of many images."""

from typing import Any

import numpy as np
from keras import ops

from pnzoo.core.model import to_numpy


def embed_images(model: Any, images: Any, batch_size: int = 128) -> np.ndarray:
    """Embeddings of many images, in batches.

    Args:
        model: anything with `embed`; a few-shot model compiles it once.
        images: uint8 `[..., H, W]`, 255 for strokes; or `[..., H, W, 3]` for a model of photographs.
        batch_size: images per batch.

    Returns:
        NumPy float32 `[..., D]`.

    Example:
        >>> from pnzoo.models import MatchingNetwork
        >>> embed_images(MatchingNetwork(), np.zeros((3, 2, 28, 28), "uint8")).shape
        (3, 2, 64)
    """
    images = np.asarray(images)
    if getattr(model, "image_channels", 1) == 1:
        images = images[..., None]
    flat = images.reshape(-1, *images.shape[-3:])
    parts = [_embed(model, flat[start : start + batch_size]) for start in range(0, len(flat), batch_size)]
    embeddings = np.concatenate(parts).astype("float32") if parts else np.zeros((0, model.embedding_dim), "float32")
    return embeddings.reshape(*images.shape[:-3], -1 if len(flat) else model.embedding_dim)


def _embed(model, images):
    if hasattr(model, "run_compiled"):
        return model.run_compiled(model.embed, images)
    return to_numpy(model.embed(ops.convert_to_tensor(images.astype("float32") / np.float32(255))))
