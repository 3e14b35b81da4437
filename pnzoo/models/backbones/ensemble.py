"""Several backbones side by side."""

import keras

from pnzoo.layers.few_shot.normalize import UnitLength
from pnzoo.models.backbones.backbone import Backbone


@keras.saving.register_keras_serializable("pnzoo")
class EnsembleBackbone(Backbone):
    """Several backbones side by side: their embeddings, each scaled to length 1, are concatenated.

    The cosine of two such embeddings is the mean of the members' cosines, so backbones whose errors are independent
    correct each other. Where members need similarities of their own, `MatchingNetwork` takes a list of those.

    Args:
        members: list of dicts, each with `backbone` (a name) and that backbone's arguments.
        image_size: height and width of the images, in pixels.

    Example:
        >>> EnsembleBackbone([{"backbone": "conv4", "filters": 8}, {"backbone": "conv4", "filters": 4}]).output_shape
        (None, 12)
    """

    def __init__(self, members=(), image_size=28, dtype=None, name="backbone", **kwargs):
        from pnzoo.models.backbones import make_backbone

        if not members:
            raise ValueError("members is empty. Give at least one, such as {'backbone': 'conv4'}.")
        options = [dict(member) for member in members]
        images = keras.Input((image_size, image_size, 1), name="images")
        with keras.name_scope(name):
            backbones = [
                make_backbone(one.pop("backbone"), one, image_size, dtype, name=f"member{i}")
                for i, one in enumerate(options, 1)
            ]
            parts = [UnitLength(dtype=dtype, name=f"{one.name}_unit")(one(images)) for one in backbones]
            x = keras.layers.Concatenate(dtype=dtype, name="concatenate")(parts) if len(parts) > 1 else parts[0]
            x = keras.layers.Rescaling(len(parts) ** -0.5, dtype=dtype, name="scale")(x)
        super().__init__(images, x, image_size, dtype=dtype, name=name, **kwargs)
        self.members = backbones

    def get_config(self):
        members = [{"backbone": backbone_name(member), **member_options(member)} for member in self.members]
        return {**super().get_config(), "members": members}


def backbone_name(backbone):
    """The name that `make_backbone` knows a backbone's class by."""
    from pnzoo.models.backbones import BACKBONES

    return next(name for name, cls in BACKBONES.items() if type(backbone) is cls)


def member_options(backbone):
    """A member's own arguments: those that the ensemble does not give it."""
    given = ("name", "trainable", "dtype", "image_size")
    return {key: value for key, value in backbone.get_config().items() if key not in given}
