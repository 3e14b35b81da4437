"""Where release 0.1 kept the weights of few-shot models: groups named after attributes and classes.

Kept for one release, so that folders which users saved still load.
"""

from pnzoo.layers.few_shot.ensemble_attention import EnsembleAttention

_CLASSES = {"conv4": "conv4_encoder", "residual": "residual_encoder", "local": "local_encoder"}
_LSTM = {f"{way}_layer/cell": f"bidirectional/{way}_lstm/lstm_cell" for way in ("forward", "backward")}
# of everything but the backbone: group -> path of the layer
_HEAD = {
    "compare": "comparison/compare",
    **{name: f"memory/{name}" for name in ("cell", "keys", "gate")},
    "layers/dense_2": "memory/out",
    **{f"g/lstm/{group}": f"g/{path}" for group, path in _LSTM.items()},
    **{name: name for name in ("g", "g/cell", "g/mix", "f", "f/cell")},
}


def groups(model):
    """Group of the former file -> path of the layer that has its weights today, for all layers with weights."""
    from pnzoo.core.model import named_layers, own_weights

    with_weights = {path for path, layer in named_layers(model) if own_weights(layer)}
    places = {**_backbone(model.backbone, "encoder", "embed/backbone"), **_HEAD, **_attention(model)}
    return {group: path for group, path in places.items() if path in with_weights}


def _attention(model):
    attention = getattr(model, "matching_attention", None)
    if not isinstance(attention, EnsembleAttention):
        return {"attention_kernel": "matching_attention"}
    kinds = ("aligned_attention" if hasattr(one, "grid_size") else "matching_attention" for one in attention.members)
    names = _counted(kinds)
    return {
        f"attention_kernel/kernels/{group}": f"matching_attention/{member.name}"
        for group, member in zip(names, attention.members, strict=True)
    }


def _backbone(backbone, group, path):
    from pnzoo.models.backbones import backbone_name

    kind = backbone_name(backbone)
    if kind == "ensemble":
        members = _counted(_CLASSES[backbone_name(member)] for member in backbone.members)
        places = {}
        for name, member in zip(members, backbone.members, strict=True):
            places |= _backbone(member, f"{group}/members/{name}", f"{path}/{member.name}")
        return places
    inside = _conv4() if kind == "conv4" else _residual(backbone)
    return {f"{group}/{old}": f"{path}/{new}" for old, new in inside.items()}


def _conv4():
    blocks = [f"block{i}" for i in range(1, 5)]
    convolutions, norms = _counted(["conv2d"] * 4), _counted(["batch_normalization"] * 4)
    return {
        **{f"convolutions/{group}": f"{block}_conv" for group, block in zip(convolutions, blocks, strict=True)},
        **{f"norms/{group}": f"{block}_norm" for group, block in zip(norms, blocks, strict=True)},
    }


def _residual(backbone):
    places = {"stem": "stem_conv", "stem_norm": "stem_norm", "last": "head_conv", "norm": "head_norm"}
    for i, group in enumerate(_counted(["residual_block"] * len(backbone.filters)), 1):
        for part in ("first", "second"):
            places[f"blocks/{group}/{part}"] = f"block{i}_{part}_conv"
            places[f"blocks/{group}/{part}_norm"] = f"block{i}_{part}_norm"
        places[f"blocks/{group}/shortcut"] = f"block{i}_shortcut"
    return places


def _counted(names):
    """`a, a, b` as Keras names the members of a list: `a, a_1, b`."""
    seen = {}
    for name in names:
        seen[name] = seen.get(name, -1) + 1
        yield f"{name}_{seen[name]}" if seen[name] else name
