"""The Penn Treebank's words as language models use them: your own copy is read, none is shipped.

The files `ptb.train.txt`, `ptb.valid.txt` and `ptb.test.txt` have one sentence a line, in lower case without
punctuation, 10,000 different words; rarer ones are "<unk>", and numbers "N". The text is the Linguistic Data
Consortium's (LDC99T42) and for research only.
"""

import os
import zipfile
from pathlib import Path

from pnzoo.data.language.corpus import PARTS, corpus

FILE = "ptb_words.zip"
N_VALID, N_TEST, SEED = 1000, 1000, 0


def penn_treebank(path=None):
    """Sentences and words of the Penn Treebank.

    The paper draws 9,000 words for training and 1,000 for the test at random, and does not print them: so these are
    drawn anew, with a fixed seed. 1,000 of the 9,000 are for validation here, and training never sees them.

    Args:
        path: a zip or a folder with the three files; by default `ptb_words.zip` or the folder `ptb` in the folder that
            the environment variable `PNZOO_DATA_DIR` names.

    Returns:
        `Corpus`.

    Raises:
        FileNotFoundError: there is none; says what to do.
        ValueError: a file is missing or empty.
    """
    path = Path(path) if path is not None else _find()
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there. {_HELP}")
    return corpus({part: _read(path, f"ptb.{part}.txt") for part in PARTS}, N_VALID, N_TEST, SEED)


_HELP = (
    f"The Penn Treebank is not shipped: put {FILE}, or a folder ptb with ptb.train.txt, ptb.valid.txt and "
    "ptb.test.txt, into the folder that PNZOO_DATA_DIR names, or give its path. pnzoo.language.invented() needs none."
)


def _find():
    folder = os.environ.get("PNZOO_DATA_DIR")
    places = [Path(folder) / name for name in (FILE, f"ptb/{FILE}", "ptb")] if folder else []
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(_HELP)


def _read(path, name):
    """Sentences of one file, wherever in the zip or folder it is."""
    if path.is_dir():
        files = sorted(path.rglob(name))
        text = files[0].read_text(encoding="utf-8") if files else None
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                inside = [member for member in archive.namelist() if Path(member).name == name]
                text = archive.read(inside[0]).decode("utf-8") if inside else None
        except zipfile.BadZipFile as error:
            raise ValueError(f"{path} is no zip ({error}). {_HELP}") from error
    sentences = [line.split() for line in (text or "").splitlines() if line.split()]
    if not sentences:
        raise ValueError(f"{path} holds no {name}, or an empty one. {_HELP}")
    return sentences
