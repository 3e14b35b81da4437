"""What an agent sees: a dictionary, an image, or pixels for convolutional policies of other libraries."""

import numpy as np
from gymnasium import spaces

from pnzoo.envs import render
from pnzoo.worlds.gridworld import encode

KINDS = ("dict", "image", "pixels")
MIN_PIXELS = 36  # the smallest side that stable-baselines3's CnnPolicy takes


class Observer:
    """Observations of n worlds, drawn once a map and completed with the agent at every step.

    Args:
        kind: "dict": `image` float32 [H, W, 2] and `position` int [2]; "image": float32 [H, W, 3], whose third channel
            is 1 at the agent; "pixels": uint8 [p H, p W, 3], as `render` draws it, with p = 4 pixels a cell or as many
            as the shorter side needs to have 36.
        n: the number of worlds.
        shape: (H, W) of their maps.

    Raises:
        ValueError: another kind.
    """

    def __init__(self, kind, n, shape):
        if kind not in KINDS:
            raise ValueError(f"observation is one of {', '.join(map(repr, KINDS))}, received {kind!r}")
        self.kind, self.n, self.shape = kind, n, tuple(shape)
        self.cell = max(4, -(-MIN_PIXELS // min(shape)))
        self.space = self._space()
        box = self.space["image"] if kind == "dict" else self.space
        self.maps = np.zeros((n, *box.shape), box.dtype)

    def _space(self):
        if self.kind == "pixels":
            return spaces.Box(0, 255, (self.shape[0] * self.cell, self.shape[1] * self.cell, 3), np.uint8)
        image = spaces.Box(0.0, 1.0, (*self.shape, 2 if self.kind == "dict" else 3), np.float32)
        if self.kind == "image":
            return image
        return spaces.Dict({"image": image, "position": spaces.MultiDiscrete(self.shape)})

    def draw(self, which, walls, goal):
        """Write the maps of some worlds into the image buffer."""
        if self.kind == "pixels":
            self.maps[which] = render.pictures(walls, goal, self.cell)
        else:
            self.maps[which, ..., :2] = encode(walls, goal)

    def __call__(self, position):
        """Observations with the agents at int [n, 2]: arrays of their own."""
        image = self.maps.copy()
        if self.kind == "dict":
            return {"image": image, "position": position}
        if self.kind == "pixels":
            render.add_agents(image, position, self.cell)
        else:
            image[np.arange(self.n), position[:, 0], position[:, 1], 2] = 1.0
        return image
