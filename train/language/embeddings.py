"""Embeddings of many sentences."""

import numpy as np


def embed_classes(model, classes, batch_size=256):
    """Embeddings of `language.BlankedSentences`, a list of float32 `[N_c, D]`."""
    return np.split(embed_items(model, np.concatenate(classes.items), batch_size), np.cumsum(classes.counts)[:-1])


def embed_items(model, items, batch_size=256):
    """Embeddings of encoded sentences, float32 `[N, D]`; the last batch is filled up, as every size is compiled."""
    filled = np.concatenate([items, np.zeros((-len(items) % batch_size, *items.shape[1:]), items.dtype)])
    batches = (filled[start : start + batch_size] for start in range(0, len(filled), batch_size))
    return np.concatenate([model.run_compiled(model.embed, batch) for batch in batches])[: len(items)]
