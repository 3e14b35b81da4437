"""`pnzoo plan` and `evaluate` for planners over terrain: pictures in place of maps."""

import json

PATH_COLOUR, START_COLOUR, GOAL_COLOUR = (255, 120, 0), (40, 120, 255), (220, 30, 60)


def is_terrain_planner(model):
    """Whether a model plans on pictures."""
    return hasattr(model, "fit_paths")


def plan(options, model):
    """Plan on one picture; the exit status."""
    for name, cell in (("start", options.start), ("goal", options.goal)):
        if cell is None:
            size = f"{model.cell}x{model.cell}"
            raise ValueError(f"a picture has no {name}; add --{name} ROW,COL, a cell of {size} pixels")
    result = model.plan(options.map, options.start, options.goal, **_planning_options(options, model))
    if options.out:
        _draw(model, options, result)
    if options.json:
        ends = {"start": list(options.start), "goal": list(options.goal)}
        print(json.dumps({"model": options.name, **ends, **result.to_dict()}))
    elif result.reached:
        cells = " ".join(f"{row},{column}" for row, column in result.path.tolist())
        kind = "learned cost" if hasattr(model, "cost") else "length"
        print(f"{cells}\nreached in {len(result.actions)} moves, {kind} {result.cost:.2f}")
    else:
        print(f"not reached: {result.reason}")
    return int(not result.reached)


def _planning_options(options, model):
    """Keyword arguments of `plan` beside picture, start and goal."""
    if hasattr(model, "cost"):
        return {"caution": options.caution, "solver": options.solver}
    _check_reactive(options)
    return {}


def _check_reactive(options):
    if options.caution is not None or options.solver != "auto":
        raise ValueError(f"{options.name} is reactive: it weighs no cost, so leave out --caution and --solver")


def _draw(model, options, result):
    """The picture with the path, and the learned cost beside it, as an image file."""
    import numpy as np  # not for `pnzoo list`
    from PIL import Image, ImageDraw

    from pnzoo.worlds.terrain.pictures import as_pictures

    pixels = as_pictures(options.map, model.cell, 3)[0][0]
    sides = [pixels]
    if hasattr(model, "cost"):
        cost = np.log(model.cost(options.map, caution=options.caution))
        shade = np.repeat(np.repeat(1 - cost / max(float(cost.max()), 1e-6), model.cell, 0), model.cell, 1)
        sides.append(np.repeat(shade[..., None], 3, axis=-1))
    image = Image.fromarray((np.concatenate(sides, axis=1) * 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    width = pixels.shape[1]
    for left in range(0, width * len(sides), width):
        at = [(left + (c + 0.5) * model.cell, (r + 0.5) * model.cell) for r, c in result.path.tolist()]
        draw.line(at, fill=PATH_COLOUR, width=max(1, model.cell // 4))
        for (row, column), colour in ((options.start, START_COLOUR), (options.goal, GOAL_COLOUR)):
            x, y, size = left + (column + 0.5) * model.cell, (row + 0.5) * model.cell, model.cell / 2
            draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)
    try:
        image.save(options.out)
    except ValueError as error:
        raise ValueError(f"{options.out}: {error}; name a file such as plan.png") from None


def measure(options, model):
    """What was measured in words, and its metrics."""
    from pnzoo.core.dataset import describe
    from pnzoo.evaluation import terrain
    from pnzoo.worlds.terrain import CELLS

    if not hasattr(model, "cost"):
        _check_reactive(options)
    number = options.num_maps or terrain.SCENES
    seed = terrain.SEED if options.seed is None else options.seed
    world = options.world or ("relief" if model.cell == CELLS["relief"] else "mars")
    measured = terrain.terrain_set(world, n=number, seed=seed, cells=options.cells)
    metrics = terrain.evaluate(model, measured, caution=options.caution)
    return f"{options.name} on {describe(measured.dataset)}", metrics
