"""Layers of few-shot models: matching attention, full context embeddings, memory, test-time augmentation."""
