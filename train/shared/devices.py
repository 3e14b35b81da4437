"""Train on several devices: every batch in equal parts, the weights on each (`keras.distribution.DataParallel`).

    KERAS_BACKEND=jax python -m train vin28 --devices all

A step computes the loss of the whole batch and its gradient, whatever the number of devices, so recipes, checkpoints
and curves stay those of one device, to rounding; a run may go on with another number of devices. The parts of a batch
must be equal: its size is a multiple of the number of devices.
"""

import contextlib
import functools

import keras

ALL = "all"


def on(train, devices):
    """A trainer's function `train` on some devices.

    Args:
        train: `entry.Trainer.train`.
        devices: a number, `"all"`, or None for what Keras does by itself.

    Returns:
        A function of the same arguments.
    """
    if devices is None:
        return train

    @functools.wraps(train)
    def trained(recipe, *arguments, **options):
        if not recipe.data_parallel:
            raise ValueError(
                f"--devices shares batches of one size among devices, and this {type(recipe).__name__} does not train "
                "by such: leave --devices out"
            )
        with data_parallel(devices):
            return train(recipe, *arguments, **options)

    return trained


@contextlib.contextmanager
def data_parallel(devices):
    """Make models in this block train on several devices.

    Args:
        devices: a number, or `"all"`.

    Yields:
        The `keras.distribution.DataParallel`.

    Raises:
        ValueError: Keras runs on another backend than JAX, or there are not so many devices.
    """
    if keras.backend.backend() != "jax":
        raise ValueError(
            f"--devices needs JAX, and Keras runs on {keras.backend.backend()}: set KERAS_BACKEND=jax "
            "(pip install 'pnzoo[jax]')"
        )
    found = keras.distribution.list_devices()
    count = len(found) if devices == ALL else devices
    if count > len(found):
        raise ValueError(
            f"--devices {count}, and JAX finds {len(found)}: {', '.join(found)}. "
            f"XLA_FLAGS=--xla_force_host_platform_device_count={count} makes so many of a processor, to try it"
        )
    distribution = keras.distribution.DataParallel(devices=found[:count])
    with distribution.scope():
        yield distribution


@contextlib.contextmanager
def undistributed():
    """A block in which models compute as if there was one device: batches of any size."""
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(before)


def check_batches(batches):
    """Refuse batches that the devices in use cannot share in equal parts.

    Args:
        batches: `keras.utils.PyDataset`, whose first batch is looked at: nested arrays, the batch being their first
            axis. Without a distribution nothing is looked at.

    Raises:
        ValueError: a size that is no multiple of the number of devices.
    """
    distribution = keras.distribution.distribution()
    if distribution is None:
        return
    count = distribution.device_mesh.devices.size
    for array in keras.tree.flatten(batches[0]):
        if array is not None and array.shape[0] % count:
            raise ValueError(
                f"a batch of {array.shape[0]} is not to be shared by {count} devices in equal parts: "
                f"pass a --batch-size that is a multiple of {count}, or other --devices"
            )
