"""A recipe: everything that decides how one entry is trained. It is frozen: what a card records is what ran."""

import dataclasses
import hashlib
import json
from typing import ClassVar

from train.shared import former

# What a card says of a recipe, and what bears on no weight.
WORDS = ("summary", "limitations", "notes", "evaluation_size")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """The fields that every recipe has; each kind of training adds its own.

    Lists become tuples, so that a recipe read from JSON equals the one that was written.

    Example:
        >>> Recipe.from_dict({"model": "VIN", "start_from": "vin8"}).init_from
        'vin8'
        >>> Recipe(limitations=["maps only"]) == Recipe(limitations=("maps only",))
        True
    """

    FORMER: ClassVar[dict] = former.RECIPE  # names of the last release

    summary: str = ""
    model: str = "VIN"  # class in pnzoo.hub.CLASSES
    config: dict = dataclasses.field(default_factory=dict)  # its arguments
    init_from: str = ""  # an entry whose weights are the start
    seed: int = 0
    limitations: tuple = ()  # what the card warns of

    def __post_init__(self):
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, _frozen(getattr(self, field.name)))

    @classmethod
    def from_dict(cls, fields):
        """Read a recipe from plain fields, those of a card or of the command line; former names are understood.

        Raises:
            ValueError: a field that this kind of recipe does not have.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        today = former.fields(fields, cls.FORMER)
        if unknown := sorted(set(today) - set(known)):
            raise ValueError(f"{cls.__name__} has no field {', '.join(unknown)}; its fields are {', '.join(known)}")
        return cls(**today)

    def to_dict(self):
        """Plain JSON: `from_dict` reads it back."""
        return json.loads(json.dumps(dataclasses.asdict(self)))

    def recorded(self):
        """What bears on the training, without the words beside it: the `recipe` of a card."""
        return {name: value for name, value in self.to_dict().items() if name not in WORDS}

    def quick(self):
        """The same in a few steps, to see that everything works.

        Raises:
            ValueError: this kind of recipe has no short form.
        """
        raise ValueError(f"--quick is not for a {type(self).__name__}; give smaller numbers instead")

    @property
    def data_parallel(self):
        """Whether devices can share its batches: all have one size (`train.shared.devices`)."""
        return True

    def digest(self):
        """A hash of `recorded`: two runs of one digest train the same weights."""
        return hashlib.sha256(json.dumps(self.recorded(), sort_keys=True).encode()).hexdigest()


def _frozen(value):
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value
