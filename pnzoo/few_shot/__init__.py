"""Few-shot classification of images of one's own: a scikit-learn classifier, fine-tuning, predictions of episodes."""
