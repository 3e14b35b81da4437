"""Image backbones: 28x28 images to embeddings, and photographs to features."""

from pnzoo.core.deprecation import renamed
from pnzoo.core.former import backbone_options
from pnzoo.core.schema import Bool, Int, ListOf, OneOf, Plain, Record, check
from pnzoo.models.backbones.conv4 import Conv4Backbone
from pnzoo.models.backbones.efficientnet_lite import EfficientNetLite, efficientnet_lite
from pnzoo.models.backbones.ensemble import EnsembleBackbone, backbone_name
from pnzoo.models.backbones.photograph import PhotographBackbone
from pnzoo.models.backbones.residual import LocalBackbone, ResidualBackbone
from pnzoo.models.backbones.sentence import SentenceBackbone

__all__ = ["BACKBONES", "Conv4Backbone", "EfficientNetLite", "EnsembleBackbone", "LocalBackbone", "PhotographBackbone",
           "ResidualBackbone", "SentenceBackbone", "backbone_name", "efficientnet_lite", "make_backbone"]

BACKBONES = {
    "conv4": Conv4Backbone,
    "residual": ResidualBackbone,
    "local": LocalBackbone,
    "ensemble": EnsembleBackbone,
}

_FILTERS = Int(1, 1024)
_CHANNELS = OneOf(1, 3)
_MEMBER = Record({}, required=("backbone",), others=Plain())
# What each backbone takes, checked before Keras sees it.
_OPTIONS = {
    "conv4": {"filters": _FILTERS, "pool_padding": OneOf("valid", "same"), "image_channels": _CHANNELS},
    "residual": {
        "filters": ListOf(_FILTERS, 1, 6),
        "embedding_dim": Int(1, 4096),
        "stem": Bool(),
        "image_channels": _CHANNELS,
    },
    "local": {"filters": ListOf(_FILTERS, 2, 2), "channels": Int(2, 512)},
    "ensemble": {"members": ListOf(_MEMBER, 0, 8)},
}


def make_backbone(backbone, options=None, image_size=28, dtype=None, name="backbone"):
    """Build a backbone by name.

    Args:
        backbone: `"conv4"`, `"residual"`, `"local"` or `"ensemble"`.
        options: dict of its arguments.
        image_size: height and width of the images, in pixels.
        dtype: dtype or dtype policy.
        name: of the model.

    Returns:
        A built `Backbone`, images `[N, H, W, 1]` (or `image_channels`) to embeddings `[N, D]`.

    Raises:
        ValueError: for an unknown name, or arguments that this backbone does not take.

    Example:
        >>> make_backbone("conv4", {"filters": 8}).embedding_dim
        8
    """
    if backbone not in BACKBONES:
        raise ValueError(f"backbone={backbone!r} is not one of {', '.join(map(repr, BACKBONES))}.")
    options = dict(options or {})
    check(f"the backbone {backbone!r}", _OPTIONS[backbone], backbone_options(options))
    return BACKBONES[backbone](**options, image_size=image_size, dtype=dtype, name=name)


__getattr__ = renamed(
    __name__,
    {
        "ENCODERS": "BACKBONES",
        "make_encoder": "make_backbone",
        "Conv4Encoder": "Conv4Backbone",
        "ResidualEncoder": "ResidualBackbone",
        "LocalEncoder": "LocalBackbone",
        "JointEncoder": "EnsembleBackbone",
    },
)
