"""Few-shot models: matching, Siamese and memory-augmented networks, and probes on frozen embeddings."""
