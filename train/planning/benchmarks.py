"""The worlds with long paths that `vin_maze`, `vin_maze4` and `gppn_maze` are measured on."""

from pnzoo.evaluation.long_horizon import Benchmark

# Mazes of the size that was trained, of sizes that were not, of a hundred cells a side; then what is no maze.
EXAM = (
    Benchmark("maze", 15, 15, 1000),
    Benchmark("braided", 15, 15, 1000),
    Benchmark("maze", 28, 28, 300),
    Benchmark("braided", 28, 28, 300),
    Benchmark("maze", 35, 35, 500, "farthest"),
    Benchmark("braided", 35, 35, 500, "farthest"),
    Benchmark("maze", 101, 101, 100, "farthest"),
    Benchmark("braided", 101, 101, 100, "farthest"),
    Benchmark("caves", 101, 101, 100, "farthest"),
    Benchmark("rooms", 101, 101, 100, "farthest"),
    Benchmark("open", 28, 28, 300),
    *(Benchmark(family, 32, 32, 300)
      for family in ("bugtraps", "alternating_gaps", "forests", "rooms", "spirals", "caves")),
    Benchmark("maze", 9, 61, 300),
    Benchmark("maze", 61, 9, 300),
)

# Every start, by the length of its path.
BY_LENGTH = Benchmark("maze", 101, 101, 20)

# What a seed of the recipe has to reach: optimal from every start, or from the farthest one.
SEED_EXAM = {
    Benchmark("maze", 15, 15, 300): 0.9999,
    Benchmark("braided", 15, 15, 300): 0.9999,
    Benchmark("maze", 28, 28, 100): 0.999,
    Benchmark("braided", 28, 28, 100): 0.999,
    Benchmark("maze", 35, 35, 200, "farthest"): 0.999,
    Benchmark("braided", 35, 35, 200, "farthest"): 0.999,
}
