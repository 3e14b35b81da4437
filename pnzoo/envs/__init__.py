"""Grid worlds for Gymnasium: importing this module registers them.

    import gymnasium
    import pnzoo.envs

    env = gymnasium.make("pnzoo/GridWorld-v0")                        # the VIN paper's maps, 16x16
    envs = gymnasium.make_vec("pnzoo/Maze-v0", num_envs=256, height=21)  # many mazes at once, in NumPy
    body = gymnasium.make("pnzoo/Navigation2D-v0")                    # a point mass among obstacles, a force as action
    web = gymnasium.make("pnzoo/WebNav-v0")                           # pages and links, a few sentences to find

`GridWorld` is one world, `VectorGridWorld` many that step together; `act` lets a planner of this package choose moves.
"""

try:
    import gymnasium
except ImportError as error:
    raise ImportError("pnzoo.envs needs Gymnasium, which is not installed. Type: pip install 'pnzoo[rl]'") from error

from pnzoo.envs.acting import act
from pnzoo.envs.gridworld import GridWorld
from pnzoo.envs.navigation2d import Navigation2D
from pnzoo.envs.vector_gridworld import VectorGridWorld
from pnzoo.envs.vector_navigation2d import VectorNavigation2D
from pnzoo.envs.webnav import WebNav

__all__ = ["GridWorld", "Navigation2D", "VectorGridWorld", "VectorNavigation2D", "WebNav", "act"]

GRID = "pnzoo.envs.gridworld:GridWorld", "pnzoo.envs.vector_gridworld:VectorGridWorld"
BODY = "pnzoo.envs.navigation2d:Navigation2D", "pnzoo.envs.vector_navigation2d:VectorNavigation2D"

# id -> (the classes of one world and of many, the arguments that make it different)
REGISTERED = {
    "pnzoo/GridWorld-v0": (GRID, {"family": "open", "height": 16}),
    "pnzoo/Maze-v0": (GRID, {"family": "maze", "height": 15}),
    "pnzoo/Navigation2D-v0": (BODY, {"height": 28}),
    "pnzoo/WebNav-v0": (("pnzoo.envs.webnav:WebNav", None), {}),
}

for name, ((one, many), arguments) in REGISTERED.items():
    if name not in gymnasium.registry:
        gymnasium.register(name, entry_point=one, vector_entry_point=many, kwargs=arguments)
