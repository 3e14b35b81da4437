"""Grid worlds: random maps, exact shortest paths, maps as text. Needs NumPy only."""

from pnzoo.worlds.gridworld.families import FAMILIES, farthest_starts, generate_family
from pnzoo.worlds.gridworld.maps import Maps, encode, generate, random_starts, targets
from pnzoo.worlds.gridworld.paths import path_actions, shortest_paths
from pnzoo.worlds.gridworld.solver import COSTS, MOVE_NAMES, MOVES, distances, optimal_moves, step
from pnzoo.worlds.gridworld.text import ParsedMap, parse, render
from pnzoo.worlds.gridworld.url_string import from_code, to_code
from pnzoo.worlds.gridworld.validation import as_cell, as_walls

__all__ = [
    "COSTS", "FAMILIES", "MOVES", "MOVE_NAMES", "Maps", "ParsedMap", "as_cell", "as_walls", "distances",
    "encode", "farthest_starts", "from_code", "generate", "generate_family", "optimal_moves", "parse",
    "path_actions", "random_starts", "render", "shortest_paths", "step", "targets", "to_code",
]
