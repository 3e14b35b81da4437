"""Several trained networks side by side in one."""

import keras


def join(networks, **changes):
    """One `MatchingNetwork` whose backbone holds those of several.

    Where all have the same similarity, so does it, with the geometric mean of their scales; otherwise each member's
    embeddings keep the similarity that they were trained with.

    Args:
        networks: `MatchingNetwork`s without context, with a learned scale.
        **changes: its other arguments.
    """
    settings = [network.get_config() for network in networks]
    members = [{"backbone": one["backbone"], **one["backbone_options"]} for one in settings]
    kernels = [one["similarity"] for one in settings]
    alike = len(set(kernels)) == 1 and "aligned" not in kernels
    kernel = kernels[0] if alike else kernels
    options = {"members": members}
    network = type(networks[0])(backbone="ensemble", backbone_options=options, similarity=kernel, **changes)
    for member, source in zip(network.backbone.members, networks, strict=True):
        member.set_weights(source.backbone.get_weights())
    if alike:
        scales = [float(keras.ops.convert_to_numpy(one.matching_attention.log_scale)) for one in networks]
        network.matching_attention.log_scale.assign(sum(scales) / len(scales))
    else:
        for part, source in zip(network.matching_attention.members, networks, strict=True):
            part.set_weights(source.matching_attention.get_weights())
    return network
