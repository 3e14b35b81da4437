"""Files of the Warcraft benchmark's form, invented."""

import numpy as np

from pnzoo.worlds import terrain


def write(folder, split="test", cells=12, n=3, **changes):
    """Write the three files of a split; the tiles and the paths in them."""
    tiles = terrain.generate_tiles(n, cells, seed=len(split))
    paths = np.zeros((n, cells, cells), "uint8")
    for mask, cost in zip(paths, tiles.costs, strict=True):
        moves = terrain.optimal_actions(cost, (cells - 1, cells - 1), lengths=False).argmax(axis=-1)
        at = (0, 0)
        mask[at] = 1
        while at != (cells - 1, cells - 1):
            at = tuple(np.add(at, terrain.MOVES[moves[at]]))
            mask[at] = 1
    arrays = {"maps": tiles.pictures, "vertex_weights": tiles.costs.astype("float16"), "shortest_paths": paths}
    for name, array in {**arrays, **changes}.items():
        np.save(folder / f"{split}_{name}.npy", array)
    return tiles, paths
