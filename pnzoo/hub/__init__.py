"""The model zoo: list the entries, read a card, load a model, save one's own.

An entry is a folder of plain files: `config.json` (a class name and its arguments), `model.weights.h5`
(arrays), `card.json` (where they come from, what they reach, sha256 of both) and `README.md` (the card for people).
Loading runs no code from a file and reads nothing outside of the folder: sizes are limited, hashes compared, JSON is
checked against the table of arguments of a class in the closed table `CLASSES`, parameters are counted before they
take memory, and arrays compared with the model before one is read. Whatever is wrong is one `EntryError`, a
ValueError of one line that names the file.
"""

from pnzoo.hub import cards
from pnzoo.hub.errors import EntryError, MissingFileError
from pnzoo.hub.exporting import export
from pnzoo.hub.files import sha256
from pnzoo.hub.huggingface import push
from pnzoo.hub.loading import FORMAT, card, config, load, read_arrays, read_cards
from pnzoo.hub.registry import CARD, CLASSES, CONFIG, ENTRY, README, WEIGHTS, list_models, nearest, zoo_folder
from pnzoo.hub.saving import save, update_card

__all__ = [
    "CARD",
    "CLASSES",
    "CONFIG",
    "ENTRY",
    "FORMAT",
    "README",
    "WEIGHTS",
    "EntryError",
    "MissingFileError",
    "card",
    "cards",
    "config",
    "export",
    "list_models",
    "load",
    "nearest",
    "push",
    "read_arrays",
    "read_cards",
    "save",
    "sha256",
    "update_card",
    "zoo_folder",
]
