"""The expert: the exact solver's path, tracked by a linear-quadratic regulator.

The exact distance D of every cell to the goal is that of the cheapest path that cuts no corner. Of the cells around the
body that it sees in a straight line, it makes for the one c with the least 0.95 |p - c| + D(c), which straightens the
path of eight moves and prefers the farther of two that are as good. The regulator computes the force:

    u = -K (p - c, v), clipped to [-1, 1]
"""

import numpy as np

from pnzoo.worlds.gridworld.solver import distances
from pnzoo.worlds.navigation.dynamics import DYNAMICS

REACH = 2  # cells to each side that it looks at
SAMPLES = 8  # of a line of sight
EAGERNESS = 0.05  # how much a cell far ahead is liked better than one on the way there
OFFSETS = np.array([(i, j) for i in range(-REACH, REACH + 1) for j in range(-REACH, REACH + 1)])


def lqr_gain(dynamics=DYNAMICS, position_cost=1.0, speed_cost=0.1, force_cost=0.1):
    """K [2] of the infinite-horizon discrete linear-quadratic regulator of one axis.

    Args:
        dynamics: `Dynamics`.
        position_cost, speed_cost, force_cost: weights of (p - c)^2, v^2 and u^2.

    Example:
        >>> bool((lqr_gain() > 0).all())
        True
    """
    from scipy.linalg import solve_discrete_are

    a, b = dynamics.matrices()
    r = np.array([[force_cost]])
    p = solve_discrete_are(a, b, np.diag([position_cost, speed_cost]), r)
    return np.linalg.solve(r + b.T @ p @ b, b.T @ p @ a)[0]


class Expert:
    """The controller on some maps.

    Args:
        tasks: `Tasks`.
        dynamics: `Dynamics`.

    Example:
        >>> from pnzoo.worlds.navigation import draw_starts, generate_tasks
        >>> tasks = generate_tasks(2, 12, seed=0)
        >>> Expert(tasks)(draw_starts(tasks, 3, seed=0)).shape
        (2, 3, 2)
    """

    def __init__(self, tasks, dynamics=DYNAMICS):
        self.gain = lqr_gain(dynamics)
        edge = (0, 0), (REACH, REACH), (REACH, REACH)
        length = distances(tasks.walls, tasks.goal, corner_cutting=False)
        self.distance = np.pad(length, edge, constant_values=np.inf)
        self.walls = np.pad(tasks.walls, edge, constant_values=True).reshape(-1)
        self.stride = self.distance.shape[2]
        self.first = np.arange(len(length))[:, None, None] * self.stride * self.distance.shape[1]

    def __call__(self, state):
        """Forces [M, N, 2] for bodies float [M, N, 4]."""
        away = state[..., :2] - self.target(state[..., :2])
        return np.clip(-(self.gain[0] * away + self.gain[1] * state[..., 2:]), -1.0, 1.0)

    def target(self, position):
        """Where bodies at positions [M, N, 2] make for: float [M, N, 2]."""
        cells = np.floor(position).astype(int)[:, :, None] + OFFSETS  # [M, N, C, 2]
        distance = self.distance.reshape(-1)[self._index(cells[..., 0], cells[..., 1])]
        way = cells + 0.5 - position[:, :, None]
        cost = (1.0 - EAGERNESS) * np.linalg.norm(way, axis=-1) + distance
        cost = np.where(self._seen(position, way), cost, np.inf)
        best = cost.argmin(axis=-1)[..., None, None]
        return position + np.take_along_axis(way, best, axis=2)[:, :, 0]

    def _index(self, row, column):
        """Of cells [M, N, C] in the flat, padded maps."""
        return self.first + (row + REACH) * self.stride + column + REACH

    def _seen(self, position, way):
        """Whether no wall stands in the way [M, N, C, 2], and no corner is cut: bool [M, N, C]."""
        seen = np.ones(way.shape[:3], bool)
        row, column = (np.floor(position[:, :, None, axis]).astype(int) for axis in (0, 1))
        for sample in range(1, SAMPLES + 1):
            ahead = np.floor(position[:, :, None] + sample / SAMPLES * way).astype(int)
            for cell in ((ahead[..., 0], ahead[..., 1]), (row, ahead[..., 1]), (ahead[..., 0], column)):
                seen &= ~self.walls[self._index(*cell)]
            row, column = ahead[..., 0], ahead[..., 1]
        return seen
