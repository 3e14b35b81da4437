"""Grid worlds for Gymnasium: importing this module registers them.

    import gymnasium
    import pnzoo.envs

    env = gymnasium.make("pnzoo/GridWorld-v0")                        # the VIN paper's maps, 16x16
    envs = gymnasium.make_vec("pnzoo/Maze-v0", num_envs=256, height=21)  # many mazes at once, in NumPy

`GridWorld` is one world, `VectorGridWorld` many that step together; `act` lets a planner of this package choose moves.
"""

try:
    import gymnasium
except ImportError as error:
    raise ImportError("pnzoo.envs needs Gymnasium, which is not installed. Type: pip install 'pnzoo[rl]'") from error

from pnzoo.envs.acting import act
from pnzoo.envs.gridworld import GridWorld
from pnzoo.envs.vector_gridworld import VectorGridWorld

__all__ = ["GridWorld", "VectorGridWorld", "act"]

# id -> the arguments that make it different
REGISTERED = {
    "pnzoo/GridWorld-v0": {"family": "open", "height": 16},
    "pnzoo/Maze-v0": {"family": "maze", "height": 15},
}

for name, arguments in REGISTERED.items():
    if name not in gymnasium.registry:
        gymnasium.register(
            name,
            entry_point="pnzoo.envs.gridworld:GridWorld",
            vector_entry_point="pnzoo.envs.vector_gridworld:VectorGridWorld",
            kwargs=arguments,
        )
