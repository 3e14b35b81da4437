"""Prepare Omniglot for training: TFDS to one checksummed `.npz` of 28x28 images.

    python -m train.few_shot.prepare_omniglot [--path FILE] [--data-dir FOLDER]

This is the only step that needs `tensorflow_datasets` (and so TensorFlow). Copy the file that it writes to a machine
with JAX or PyTorch alone and set `PNZOO_DATA` to its folder there.
"""

import argparse

from pnzoo.data import omniglot


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", default=None, help=f"file to write (default: {omniglot.cache_path()})")
    parser.add_argument("--data-dir", default=None, help="TFDS folder (default: TFDS's own rule, TFDS_DATA_DIR)")
    options = parser.parse_args(arguments)
    path = omniglot.prepare(options.path, options.data_dir)
    print(f"wrote {path} ({path.stat().st_size / 1e6:.1f} MB), checksum {omniglot.CHECKSUM}")


if __name__ == "__main__":
    main()
