"""What every model of the zoo shares: one configuration, dtype policies, saving, export, copies with other options.

`ZooModel` is a mixin: a class names it before `keras.Model`, stores its constructor's arguments as attributes of the
same names, and builds itself as a Functional model. A functional model gives what Keras promises for nothing: a
summary, export at any size, `.keras` files, casts of integer and boolean inputs, feature extraction.
"""

import contextlib
import importlib
import inspect
import threading
import warnings

import keras
import numpy as np
from keras import ops, tree

from pnzoo.core import former
from pnzoo.core.deprecation import renamed_method, warn

KERAS_ARGUMENTS = ("name", "trainable", "dtype")


class ZooModel:
    """A Keras model whose constructor's arguments are its only configuration.

    A subclass calls `super().__init__(inputs, outputs, name=...)` and then `self._configure(policy, **settings)`, with
    every constructor argument that is not a property of the class.
    """

    # group of an earlier release's file -> path of the layer that has these weights today
    former_weights: dict[str, str] = {}

    # -- configuration ------------------------------------------------------------------------------

    @classmethod
    def arguments(cls):
        """Names of the constructor's own arguments."""
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        return [name for name in named if name not in KERAS_ARGUMENTS]

    @classmethod
    def options(cls):
        """Names of the arguments that may be set at any time, because no weight depends on them."""
        return [name for name in cls.arguments() if isinstance(inspect.getattr_static(cls, name, None), LayerOption)]

    def _configure(self, policy, **settings):
        self.dtype_policy = policy
        for name, value in settings.items():
            setattr(self, name, value)
        self._fixed = tuple(name for name in self.arguments() if name not in self.options())

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_fixed", ()):
            raise AttributeError(
                f"{name} is fixed when a {type(self).__name__} is built; build another: with_options({name}={value!r})."
            )
        super().__setattr__(name, value)

    def get_config(self):
        """Plain, fresh JSON of the constructor's arguments as they are now, and of policies and frozen layers."""
        config = {"name": self.name, "trainable": self.trainable}
        dtype = plain_policy(self)
        if dtype != "float32":
            config["dtype"] = dtype
        frozen = _frozen(self)
        if frozen and self.trainable:
            config["frozen"] = frozen
        return {**config, **{name: plain(getattr(self, name)) for name in self.arguments()}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` described, in today's words or those of the release before."""
        _, config = former.updated(cls.__name__, dict(config))
        frozen = config.pop("frozen", [])
        trainable = config.pop("trainable", True)
        if isinstance(config.get("dtype"), dict) and "class_name" in config["dtype"]:
            config["dtype"] = keras.dtype_policies.deserialize(config["dtype"])
        model = cls(**config)
        layers = dict(named_layers(model))
        unknown = [path for path in frozen if path not in layers]
        if unknown:
            raise ValueError(f"frozen names {unknown[0]!r}, and {cls.__name__} has the layers {', '.join(layers)}.")
        for path in frozen:
            layers[path].trainable = False
        if not trainable:
            model.trainable = False
        return model

    def with_options(self, **changes):
        """The same model with other options and a copy of these weights, such as `model.with_options(k=60)`.

        Args:
            **changes: constructor arguments.

        Returns:
            A new model.

        Raises:
            ValueError: an option changes the shapes of the weights.
            TypeError: no such option.
        """
        unknown = [name for name in changes if name not in (*self.arguments(), *KERAS_ARGUMENTS)]
        if unknown:
            raise TypeError(
                f"{type(self).__name__} has no option {unknown[0]!r}; it has {', '.join(self.arguments())}."
            )
        model = type(self).from_config({**self.get_config(), **changes})
        old, new = named_weights(self), named_weights(model)
        shapes = [{path: tuple(weight.shape) for path, weight in each.items()} for each in (old, new)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"{changes} changes the shapes of the weights; build a new model and train it.")
        for path, weight in new.items():
            weight.assign(np.array(to_numpy(old[path])))  # a copy: JAX takes buffers away that two models share
        return model

    @classmethod
    def from_preset(cls, name, **options):
        """An entry of the zoo, as `pnzoo.load(name, **options)`, checked to be of this class.

        Example:
            >>> import pnzoo
            >>> pnzoo.models.VIN.from_preset("vin8").k
            16
        """
        model = importlib.import_module("pnzoo.hub").load(name, **options)
        if not isinstance(model, cls):
            raise ValueError(f"{name} is a {type(model).__name__}, not a {cls.__name__}: use pnzoo.load({name!r}).")
        return model

    def save_to_preset(self, folder, card=None):
        """This model as an entry that `from_preset` and `pnzoo.load` read, as `pnzoo.save(model, folder, card)`.

        Example:
            >>> import pathlib, tempfile
            >>> from pnzoo.models import VIN
            >>> folder = VIN(k=3).save_to_preset(pathlib.Path(tempfile.mkdtemp()) / "small_vin")
            >>> VIN.from_preset(folder).k
            3
        """
        return importlib.import_module("pnzoo.hub").save(self, folder, card)

    @property
    def _settings(self):
        return {name: value for name, value in self.get_config().items() if name in self.arguments()}

    settings = renamed_method("settings", "_settings", "get_config()")

    def build_weights(self):
        """Former way to create the weights: a model has them from the start now."""
        warn(f"{type(self).__name__}.build_weights()", "the constructor: models are built when they are made")
        return self

    def predict_on_batch(self, x):
        """Keras' `predict_on_batch`, which threads may call together on every backend."""
        with one_at_a_time():
            return super().predict_on_batch(x)

    def export(self, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs):
        """Keras' export; the signature is filled in, and nobody has to call the model first."""
        if not self._called:
            self(self._inputs_struct)  # symbolically
        return super().export(filepath, format, verbose, input_signature, **kwargs)

    def load_own_variables(self, store):
        """Keras' own, for `.keras` and weight files.

        Raises:
            ValueError: the file is one of release 0.1, and Keras would look for its weights in vain; says what to type.
        """
        if self._has_former_layout(store):
            raise ValueError(
                f"the file holds a {type(self).__name__} of release 0.1, whose layers had other names; entries of that "
                "release can be read, this cannot. Where pnzoo 0.1 is installed, type `import keras, pnzoo.models; "
                "pnzoo.save(keras.models.load_model('NAME.keras'), 'my_model')`; then, here, "
                "`model = pnzoo.load('my_model')`."
            )
        super().load_own_variables(store)

    def _has_former_layout(self, store):
        """Whether a store of Keras' has the groups of release 0.1, and one of them is where Keras looks no more."""
        groups = self.former_weights
        lost = [group for group in groups if group.split("/")[0] not in ("layers", *vars(self))]
        has_path = getattr(store, "has_path", None)  # of HDF5 files alone
        return bool(lost and has_path) and all(has_path(f"{group}/vars/0".lstrip("/")) for group in groups)

    def quantize(self, mode=None, config=None, filters=None, **kwargs):
        """Keras' quantization of the dense layers.

        Raises:
            ValueError: the model has no layer that Keras can quantize.
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*does not have a `quantize` method")
            super().quantize(mode, config=config, filters=filters, **kwargs)
        self._recompile()
        if not any(getattr(layer, "quantization_mode", None) for _, layer in named_layers(self)):
            raise ValueError(f"this {type(self).__name__} has no layer that Keras can quantize, only convolutions.")

    # -- functions that Keras compiles ----------------------------------------------------------------

    def make_train_function(self, force=False):
        self._follow_options()
        return super().make_train_function(force)

    def make_test_function(self, force=False):
        self._follow_options()
        return super().make_test_function(force)

    def make_predict_function(self, force=False):
        self._follow_options()
        return super().make_predict_function(force)

    def _follow_options(self):
        """Compile anew if an option was changed in the layer that holds it."""
        options = tuple(getattr(self, name) for name in self.options())
        if options != self.__dict__.get("_compiled_options", options):
            self._recompile()
        self.__dict__["_compiled_options"] = options

    def _recompile(self):
        """Compile anew what was compiled: something that `call` reads has changed, perhaps in the middle of a `fit`."""
        self.__dict__.pop("_compiled_options", None)
        for model in (self, *self._networks.values()):
            for kind in ("train", "test", "predict"):
                if getattr(model, f"{kind}_function", None) is not None:
                    getattr(model, f"make_{kind}_function")(force=True)

    @property
    def _networks(self):
        # No attribute of Keras' own kind: neither weights nor files shall know of networks that share them.
        return self.__dict__.setdefault("_sharing", _Networks())

    def network(self, name, make, current=lambda network: True):
        """A Keras model that shares this one's layers: what `make()` returned, made again once it is not `current`."""
        self._follow_options()
        network = self._networks.get(name)
        if network is None or not current(network):
            self._networks[name] = network = make()
        return network

    def run_compiled(self, function, inputs):
        """What a method that takes and returns tensors answers, compiled as `predict_on_batch` is; in NumPy arrays."""
        network = self.network(function.__name__, lambda: _Method(self, function))
        return tree.map_structure(to_numpy, network.predict_on_batch(inputs))


class _Networks:
    """A dict that Keras, which tracks dicts of layers, takes for none."""

    def __init__(self):
        self._models = {}

    def get(self, name):
        return self._models.get(name)

    def __setitem__(self, name, model):
        self._models[name] = model

    def values(self):
        return self._models.values()


class _Method(keras.Model):
    """A method of a model as a model."""

    def __init__(self, model, function):
        super().__init__(dtype="float32", name=function.__name__.strip("_"))
        self.model, self.function, self.built = model, function, True

    def call(self, inputs):
        return self.function(inputs)

    def predict_on_batch(self, x):
        with one_at_a_time():
            return super().predict_on_batch(x)


_JAX_LOCK = threading.RLock()


def one_at_a_time():
    """A context that threads enter one after another on JAX, where Keras takes a model's weights away while it runs."""
    return _JAX_LOCK if keras.backend.backend() == "jax" else contextlib.nullcontext()


class LayerOption:
    """An option of a model that lives in one of its layers; when it is set, compiled functions are dropped.

    Args:
        layer: the model's attribute that holds the layer.
        name: the layer's attribute, if it has another name.
    """

    def __init__(self, layer, name=None):
        self.layer, self.name = layer, name

    def __set_name__(self, owner, name):
        self.name = self.name or name

    def __get__(self, model, owner=None):
        return self if model is None else getattr(getattr(model, self.layer), self.name)

    def __set__(self, model, value):
        setattr(getattr(model, self.layer), self.name, value)
        model._recompile()


# -- dtype policies -----------------------------------------------------------------------------------


def as_policy(dtype):
    """A dtype policy from a name, a policy, None (Keras' own), or the dict that `plain_policy` writes.

    Raises:
        ValueError: neither.
    """
    if isinstance(dtype, dict) and set(dtype) == {"default", "layers"}:
        layers = {path: keras.dtype_policies.get(name) for path, name in dtype["layers"].items()}
        return keras.dtype_policies.DTypePolicyMap(dtype["default"], layers)
    return keras.dtype_policies.get(dtype)


def part_policy(policy, path, sums=False):
    """The policy of one layer of a model.

    Args:
        policy: the model's.
        path: the layer's, as in `named_layers`.
        sums: whether the layer adds up or compares many numbers, so that half precision would change decisions: such
            a layer computes in float32 at least.
    """
    if isinstance(policy, keras.dtype_policies.DTypePolicyMap):
        if path in dict(policy.items()):
            return policy[path]
        policy = policy.default_policy
    if sums and policy.compute_dtype not in ("float32", "float64"):
        return keras.dtype_policies.get("float32")
    return policy


def plain_policy(model):
    """A model's policy by name, or as {"default": name, "layers": {path: name}} where layers are quantized."""
    policy = model.dtype_policy
    default = policy.default_policy.name if isinstance(policy, keras.dtype_policies.DTypePolicyMap) else policy.name
    layers = {path: layer for path, layer in named_layers(model) if getattr(layer, "quantization_mode", None)}
    if not layers:
        return default
    return {"default": default, "layers": {path: layer.dtype_policy.name for path, layer in layers.items()}}


# -- layers and weights by name -----------------------------------------------------------------------


def named_layers(model):
    """(path, layer) of every layer inside a model, a path being the names from the outermost layer on.

    Example:
        >>> dense = keras.layers.Dense(2, name="head")
        >>> [path for path, _ in named_layers(keras.Sequential([keras.Input((3,)), dense]))]
        ['head']
    """
    seen, layers = set(), []

    def visit(layer, prefix):
        for child in layer._layers:
            if id(child) in seen or isinstance(child, keras.layers.InputLayer):
                continue
            seen.add(id(child))
            path = f"{prefix}{child.name}"
            layers.append((path, child))
            visit(child, f"{path}/")

    visit(model, "")
    return layers


def named_weights(model):
    """Every weight of a model by a path that no refactoring changes: names of layers, then the weight's own.

    Returns:
        dict, path -> `keras.Variable`.

    Raises:
        ValueError: two weights share a path.
    """
    weights = {}
    for path, layer in [("", model), *named_layers(model)]:
        for weight in own_weights(layer):
            name = f"{path}/{weight.name}".lstrip("/")
            if name in weights:
                raise ValueError(f"{type(model).__name__} has two weights {name!r}: give its layers their own names.")
            weights[name] = weight
    return weights


def own_weights(layer):
    """The variables of a layer itself, without those of the layers inside it, in the order they were added."""
    return [*layer._trainable_variables, *layer._non_trainable_variables]


def load_former_weights(model, arrays):
    """Give a model the weights of release 0.1, whose groups were named after attributes and classes.

    Args:
        model: has `former_weights`.
        arrays: dict, path in the file -> array.

    Returns:
        Whether the arrays have that layout; the model is unchanged if not.

    Raises:
        ValueError: a shape does not fit.
    """
    layers = dict(named_layers(model))
    weights = {}
    for group, path in model.former_weights.items():
        for i, weight in enumerate(own_weights(layers[path])):
            name = f"{group}/vars/{i}".lstrip("/")
            if name not in arrays:
                return False
            if arrays[name].shape != tuple(weight.shape):
                shape = tuple(weight.shape)
                raise ValueError(f"{name} has the shape {arrays[name].shape}, and the model's has {shape}")
            weights[name] = weight
    if set(arrays) != set(weights):
        return False
    for name, weight in weights.items():
        weight.assign(arrays[name])
    return True


def _frozen(model):
    """Paths of the layers that are not trained, the outermost of each."""
    paths = [path for path, layer in named_layers(model) if not layer.trainable]
    return [path for path in paths if not any(path.startswith(f"{other}/") for other in paths)]


# -- small --------------------------------------------------------------------------------------------


def plain(value):
    """A value as fresh JSON types: Keras hands out tracked lists and dicts, which are the model's own."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def to_numpy(tensor):
    """A tensor as a NumPy array, half precision as single."""
    if keras.backend.standardize_dtype(tensor.dtype) == "bfloat16":
        tensor = ops.cast(tensor, "float32")
    return ops.convert_to_numpy(tensor)


def peek(variable):
    """The numbers of a variable as they are now, perhaps in its own memory: to be read at once and never written."""
    value = variable.value
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # What `value.numpy()` does, in a third of the time.
        return tf.raw_ops.ReadVariableOp(resource=value.handle, dtype=value.dtype).numpy()
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
