"""Grid worlds that the paper does not have: dynamics that vary by place, and a door that memory opens.

    ice_wind.py   ice slips, wind blows, doors open one way: transition probabilities and the exact solution
    key_door.py   a door opens only to who has been at the key, and nothing in the picture shows whether one has

    >>> from pnzoo.worlds.stochastic import ice_wind
    >>> ice_wind.generate(2, 10, seed=0).transition.shape
    (2, 10, 10, 8, 9)
"""

from pnzoo.worlds.stochastic import ice_wind, key_door

__all__ = ["ice_wind", "key_door"]
