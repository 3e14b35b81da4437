"""Worlds of pictures: ground seen from above, what it costs to cross it, and the cheapest paths over it.

    picture = pnzoo.terrain.hillshade(elevation, metres_per_pixel)      # what a camera sees
    cost = pnzoo.terrain.cell_cost(elevation, metres_per_pixel, 16)     # what a rover may enter
"""

from pnzoo.worlds.terrain.cells import SLOPE_LIMIT, cell_cost, cell_means
from pnzoo.worlds.terrain.readers import Elevation, PathData, read_elevation, read_warcraft
from pnzoo.worlds.terrain.relief import generate_relief
from pnzoo.worlds.terrain.shading import cast_shadows, gradients, hillshade, slope
from pnzoo.worlds.terrain.shortest_paths import optimal_actions, path_costs
from pnzoo.worlds.terrain.tiles import TERRAINS, Tiles, generate_tiles

__all__ = [
    "SLOPE_LIMIT", "TERRAINS", "Elevation", "PathData", "Tiles", "cast_shadows", "cell_cost", "cell_means",
    "generate_relief", "generate_tiles", "gradients", "hillshade", "optimal_actions", "path_costs", "read_elevation",
    "read_warcraft", "slope",
]
