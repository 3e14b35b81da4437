"""What entries are called where people read of them: `matching_fce_omniglot` is Matching + FCE, Omniglot."""

import re

_FIRST = {"vin": "VIN", "cnn": "CNN", "fcn": "FCN", "gppn": "GPPN", "matching": "Matching", "mann": "MANN",
          "siamese": "Siamese", "classifier": "Classifier"}
_THEN = {"fce": " + FCE", "set": " + set context", "conv4": " Conv-4", "residual": " residual",
         "paper": " as in the paper", "background": " on 30 alphabets", "distilled": " distilled", "rl": " by reward",
         "finetuned": " and paths", "maze": " for mazes", "maze4": " for mazes, 4 moves", "octile": " not past corners"}
_DATA = {"omniglot": "Omniglot", "glyphs": "invented characters"}


def of(name: str, data: bool = True) -> str:
    """The title of an entry; its own name where a part of it has no word here.

    Args:
        name: of an entry.
        data: whether what it was trained on is said.
    """
    first, *rest = name.split("_")
    known = re.fullmatch(r"([a-z]+)(\d*)", first)
    if not known or known[1] not in _FIRST or not set(rest) <= _THEN.keys() | _DATA.keys():
        return name
    said = _FIRST[known[1]] + f" {known[2]}".rstrip() + "".join(_THEN.get(part, "") for part in rest)
    on = [_DATA[part] for part in rest if part in _DATA]
    return ", ".join([said, *on]) if data else said


def of_all(names) -> dict[str, str]:
    """name -> title, without what they were trained on where the titles differ without it."""
    short = {name: of(name, data=False) for name in names}
    return short if len(set(short.values())) == len(short) else {name: of(name) for name in names}
