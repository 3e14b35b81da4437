"""Masks of layers with several inputs."""


def mask_of(mask, index):
    """The mask of one of several inputs.

    Args:
        mask: a mask given by the caller, which is that input's; or a list with one of each input, as Keras hands masks
            over; or None.
        index: of the input.
    """
    return mask[index] if isinstance(mask, (list, tuple)) else mask
