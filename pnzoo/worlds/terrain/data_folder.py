"""Where real elevation lies, which the project does not hold."""

import os
import pathlib


def data_folder():
    """`$PNZOO_DATA_DIR`, or `data/` where one stands."""
    return pathlib.Path(os.environ.get("PNZOO_DATA_DIR", "data"))


def elevation_file(name, what):
    """The path of one file there.

    Args:
        name: of the file, in the folder.
        what: it holds, in words.

    Raises:
        FileNotFoundError: it is not there; the message says where to put it.
    """
    path = data_folder() / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there: {what}. Set PNZOO_DATA_DIR to the folder that holds {name.split('/')[0]}/, or take "
            "world='relief', which is invented."
        )
    return path
