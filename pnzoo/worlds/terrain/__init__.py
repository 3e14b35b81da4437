"""Worlds of pictures: ground seen from above, what it costs to cross it, and the cheapest paths over it.

    picture = pnzoo.terrain.hillshade(elevation, metres_per_pixel)      # what a camera sees
    cost = pnzoo.terrain.cell_cost(elevation, metres_per_pixel, 16)     # what a rover may enter
"""

from pnzoo.worlds.terrain.cells import SLOPE_LIMIT, cell_cost, cell_means
from pnzoo.worlds.terrain.examples import EXAMPLES, Example, example
from pnzoo.worlds.terrain.pictures import as_pictures
from pnzoo.worlds.terrain.places import CELLS, PARTS, WORLDS, Scenes, draw_scenes
from pnzoo.worlds.terrain.readers import Elevation, read_elevation
from pnzoo.worlds.terrain.relief import generate_relief
from pnzoo.worlds.terrain.rollout import Tasks, draw_tasks, execute, path_cost
from pnzoo.worlds.terrain.shading import cast_shadows, gradients, hillshade, slope
from pnzoo.worlds.terrain.shortest_paths import MOVES, action_costs, optimal_actions, path_costs
from pnzoo.worlds.terrain.shown_paths import as_path
from pnzoo.worlds.terrain.tiles import TERRAINS, Tiles, generate_tiles
from pnzoo.worlds.terrain.warcraft import PathData, read_warcraft

__all__ = [
    "CELLS", "EXAMPLES", "MOVES", "PARTS", "SLOPE_LIMIT", "TERRAINS", "WORLDS", "Elevation", "Example", "PathData",
    "Scenes", "Tasks", "Tiles", "action_costs", "as_path", "as_pictures", "cast_shadows", "cell_cost", "cell_means",
    "draw_scenes", "draw_tasks", "example", "execute", "generate_relief", "generate_tiles", "gradients", "hillshade",
    "optimal_actions", "path_cost", "path_costs", "read_elevation", "read_warcraft", "slope",
]  # fmt: skip
