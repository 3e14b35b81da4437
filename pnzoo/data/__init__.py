"""Labelled examples in NumPy: image classes, episodes, Omniglot, invented characters, sentences, preprocessing."""
