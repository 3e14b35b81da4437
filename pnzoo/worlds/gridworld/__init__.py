"""Grid worlds: random maps, exact shortest paths, maps as text. Needs NumPy only."""

from pnzoo.core.deprecation import renamed
from pnzoo.worlds.gridworld.components import connected_components, largest_component, sample_cell
from pnzoo.worlds.gridworld.families import FAMILIES, farthest_starts, generate_family
from pnzoo.worlds.gridworld.maps import Maps, encode, expert_policy, generate, random_starts
from pnzoo.worlds.gridworld.movingai import Scenarios, read_movingai, read_scenarios
from pnzoo.worlds.gridworld.paths import path_actions, shortest_paths
from pnzoo.worlds.gridworld.solver import COSTS, MOVE_NAMES, MOVES, distances, optimal_actions, step
from pnzoo.worlds.gridworld.text import ParsedMap, parse, render
from pnzoo.worlds.gridworld.url_string import from_string, to_string
from pnzoo.worlds.gridworld.validation import as_cell, as_walls

__all__ = [
    "COSTS", "FAMILIES", "MOVES", "MOVE_NAMES", "Maps", "ParsedMap", "Scenarios", "as_cell", "as_walls",
    "connected_components", "distances", "encode", "expert_policy", "farthest_starts", "from_string",
    "generate", "generate_family", "largest_component", "optimal_actions", "parse", "path_actions",
    "random_starts", "read_movingai", "read_scenarios", "render", "sample_cell", "shortest_paths", "step", "to_string",
]


__getattr__ = renamed(
    __name__,
    {
        "optimal_moves": "optimal_actions",
        "targets": "expert_policy",
        "to_code": "to_string",
        "from_code": "from_string",
    },
)
