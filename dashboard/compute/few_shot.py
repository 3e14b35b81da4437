"""What few-shot models make of images."""

import numpy as np
import streamlit as st

from dashboard import backend
from dashboard.compute import support_set
from dashboard.compute.zoo import model

CLASSES_AT_ONCE = 10  # that are read between two looks at how far it is
MOST_EMBEDDINGS = 1_000  # that are kept of a model, at most 3 kB each


@st.cache_data(max_entries=64, show_spinner=False)
def explanation(name: str, support: np.ndarray, labels: np.ndarray, query: np.ndarray):
    """What a few-shot model makes of a query, `pnzoo.analysis.Explanation`.

    While a pen moves, only the query is new, so only the query is embedded.
    """
    backend.load()
    from pnzoo import analysis

    return analysis.explain_embeddings(model(name), embedded(name, support), labels, embedded(name, query[None])[0])


def embedded(name: str, images: np.ndarray) -> np.ndarray:
    """Embeddings [N, D] of drawings [N, 28, 28]; an image that was seen before is not embedded again."""
    from pnzoo.models.few_shot.embedding import embed_images

    kept, keys = _kept(name), [image.tobytes() for image in images]
    found = {key: kept[key] for key in dict.fromkeys(keys) if key in kept}
    missing = [i for i, key in enumerate(keys) if key not in found]
    if missing:
        made = embed_images(model(name), np.rint(images[missing] * 255).astype("uint8"))
        found |= {keys[i]: embedding for i, embedding in zip(missing, made, strict=True)}
    kept |= found
    for key in list(kept)[:-MOST_EMBEDDINGS]:
        kept.pop(key, None)
    return np.stack([found[key] for key in keys])


@st.cache_resource(max_entries=6, show_spinner=False)
def _kept(name):
    """Pixels -> embedding, of one model; the newest last."""
    return {}


@st.cache_data(max_entries=32, show_spinner=False)
def permuted(name: str, support: np.ndarray, labels: np.ndarray, query: np.ndarray) -> np.ndarray:
    """The same with the support set in twenty other orders: [20, W]."""
    backend.load()
    from pnzoo import analysis

    return analysis.permute_support(model(name), support, labels, query)


def embeddings(name: str, source: str, told=None) -> np.ndarray:
    """Embeddings of all characters of a source: float32 [classes, images, D], a few MB.

    Args:
        name: of the model.
        source: of the characters.
        told: called with the number of classes that are read and that of all, after each part.
    """
    parts, many = [], len(support_set.characters(source))
    for first in range(0, many, CLASSES_AT_ONCE):
        parts.append(embeddings_part(name, source, first))
        if told is not None:
            told(min(many, first + CLASSES_AT_ONCE), many)
    return np.concatenate(parts)


@st.cache_resource(max_entries=400, show_spinner=False)
def embeddings_part(name: str, source: str, first: int) -> np.ndarray:
    """Embeddings of at most `CLASSES_AT_ONCE` classes of a source from `first` on: float32 [classes, images, D]."""
    backend.load()
    from pnzoo.models.few_shot.embedding import embed_images

    return embed_images(model(name), support_set.characters(source)[first : first + CLASSES_AT_ONCE])


@st.cache_resource(max_entries=48, show_spinner=False)
def predictions(name: str, source: str, way: int, shot: int, count: int, first: int):
    """Answers of a few-shot model in the episodes first, first + 1, ..., `pnzoo.analysis.EpisodePredictions`."""
    backend.load()
    from pnzoo import analysis

    drawn = [support_set.episode(source, way, shot, first + i) for i in range(count)]
    return analysis.predict_episodes(model(name), embeddings(name, source), drawn)
