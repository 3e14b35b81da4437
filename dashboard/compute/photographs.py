"""What few-shot models make of photographs."""

import base64
import io
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from dashboard import backend
from dashboard.compute.zoo import model

MOST_EMBEDDINGS = 1_000  # that are kept, of all models together, at most 20 kB each
MOST_PIXELS = 50_000_000  # of a photograph that is shown small
SHOWN = 96  # pixels of a side of what is drawn
EXAMPLES, ASKED = 3, 2  # pictures of each invented thing: known, and to ask about


class Named(NamedTuple):
    """An answer.

    classes:    what there is to choose from
    chance:     [classes], the probability of each
    attention:  [examples], how much each photograph counts
    confidence: how alike the nearest class is
    likeness:   [examples], cosine with each photograph
    """

    classes: list[str]
    chance: np.ndarray
    attention: np.ndarray
    confidence: float
    likeness: np.ndarray


@st.cache_data(max_entries=4, show_spinner=False)
def example(classes: int, seed: int) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """Invented photographs as PNG files: (known, to ask about), each (what it is, file)."""
    from pnzoo.data import still_lifes

    names = still_lifes.names(classes, seed)
    pictures = still_lifes.generate(classes, EXAMPLES + ASKED, seed=seed)
    files = [(name, as_png(picture)) for name, kind in zip(names, pictures, strict=True) for picture in kind]
    each = EXAMPLES + ASKED
    known = [file for i, file in enumerate(files) if i % each < EXAMPLES]
    return known, [file for i, file in enumerate(files) if i % each >= EXAMPLES]


@st.cache_resource(max_entries=4, show_spinner=False)
def classifier(name: str, known: tuple) -> Any:
    """A classifier that knows some photographs: ((what it is, file), ...)."""
    backend.load()
    from pnzoo import FewShotClassifier, ImageEmbedder

    kept, (labels, files) = _embeddings(), zip(*known, strict=True)
    made = FewShotClassifier(ImageEmbedder(model(name), cache=kept)).fit(list(files), list(labels))
    for key in list(kept)[:-MOST_EMBEDDINGS]:
        kept.pop(key, None)
    return made


@st.cache_resource(max_entries=1, show_spinner=False)
def _embeddings():
    """What `ImageEmbedder` keeps, the newest last: a photograph that was seen before is not embedded again."""
    return {}


@st.cache_data(max_entries=64, show_spinner=False)
def named(name: str, known: tuple, asked: bytes) -> Named:
    """What a model says of a photograph.

    Raises:
        ValueError: a file is no photograph; says which and why.
    """
    backend.load()
    from keras import ops

    knows = classifier(name, known)
    attention, labels = knows.attention([asked])[0], np.array([label for label, _ in known])
    classes = list(dict.fromkeys(labels.tolist()))
    chance = np.array([attention[labels == each].sum() for each in classes])  # as `predict_proba` has it
    embedding = knows.reader_.embed_again(knows.reader_.read([asked]))
    likeness = ops.convert_to_numpy(knows.model_.similarity(knows.embeddings_[None], embedding[None]))[0, 0]
    return Named(classes, chance, attention, float(knows.confidence([asked])[0]), likeness)


@st.cache_data(max_entries=200, show_spinner=False)
def thumbnail(data: bytes, side: int = SHOWN) -> str | None:
    """A photograph as a small square JPEG in an address of its own; None where it cannot be opened."""
    from PIL import Image, ImageOps

    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > MOST_PIXELS:  # said by the header, before a pixel is unpacked
            return None
        picture = ImageOps.fit(ImageOps.exif_transpose(picture).convert("RGB"), (side, side))
    except Exception:  # a decoder can fail in many ways on bytes made to hurt it
        return None
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


def as_png(picture: np.ndarray) -> bytes:
    """uint8 [h, w, 3] as a file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()
