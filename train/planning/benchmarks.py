"""The worlds with long ways that `vin_maze`, `vin_maze4` and `gppn_maze` are measured on."""

from pnzoo.evaluation.long_horizon import World

# Mazes of the size that was trained, of sizes that were not, of a hundred cells a side; then what is no maze.
EXAM = (
    World("maze", 15, 15, 1000),
    World("braided", 15, 15, 1000),
    World("maze", 28, 28, 300),
    World("braided", 28, 28, 300),
    World("maze", 35, 35, 500, "farthest"),
    World("braided", 35, 35, 500, "farthest"),
    World("maze", 101, 101, 100, "farthest"),
    World("braided", 101, 101, 100, "farthest"),
    World("caves", 101, 101, 100, "farthest"),
    World("rooms", 101, 101, 100, "farthest"),
    World("open", 28, 28, 300),
    *(World(family, 32, 32, 300) for family in ("traps", "gaps", "forests", "rooms", "spirals", "caves")),
    World("maze", 9, 61, 300),
    World("maze", 61, 9, 300),
)

# Every start, by the length of its way.
BY_LENGTH = World("maze", 101, 101, 20)

# What a seed of the recipe has to reach: optimal from every start, or from the farthest one.
SEED_EXAM = {
    World("maze", 15, 15, 300): 0.9999,
    World("braided", 15, 15, 300): 0.9999,
    World("maze", 28, 28, 100): 0.999,
    World("braided", 28, 28, 100): 0.999,
    World("maze", 35, 35, 200, "farthest"): 0.999,
    World("braided", 35, 35, 200, "farthest"): 0.999,
}
