"""`pnzoo evaluate` for policies of a body that moves continuously."""


def measure(options, model, card):
    """What was measured in words, and its metrics; the seed of the training gives the maps of the training."""
    from pnzoo.core.dataset import describe
    from pnzoo.evaluation import navigation

    trained_on = card.get("trained_on") or {}
    height, width = options.size or (trained_on.get("height", 28),) * 2
    if height != width:
        raise ValueError(f"maps of this measure are square, received {height}x{width}; type --size {height}x{height}")
    part = "train" if options.seed is not None and options.seed == trained_on.get("seed") else "test"
    measured = navigation.navigation_set(options.num_maps or navigation.MAPS, height, part, options.seed)
    return f"{options.name} on {describe(measured.dataset)}", navigation.evaluate(model, measured)
