"""Labelled examples in NumPy: image classes, episodes, Omniglot, invented characters, sentences, preprocessing.

What is invented is a TensorFlow data set too: `glyphs_builder`, `still_lifes_builder`, `language.tfds_builder`, written
by one process or by Apache Beam (`python -m train.prepare`).
"""
