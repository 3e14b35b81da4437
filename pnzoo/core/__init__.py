"""What every domain uses: backends, images, intervals, metrics, deprecation. No domain, and no Keras but in `model`."""
