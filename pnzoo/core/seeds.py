"""Seeds with a purpose: what is drawn for training, validation and measuring never shares a seed.

Each purpose has a range, and an index into it, such as the size of the maps, gives a seed:

    from pnzoo.core import seeds
    seeds.VALIDATION_MAPS[16]     # 8016

A range refuses what does not fit: `seeds.VALIDATION_MAPS[5000]` is an IndexError.
"""

# Maps, drawn by `pnzoo.gridworld.generate` and `generate_family`.
TRAINING_MAPS = range(0, 3_000)  # ten times the run's seed, plus the stage
EXPERIMENT_TRAINING_MAPS = range(3_000, 8_000)  # by the run's seed
VALIDATION_MAPS = range(8_000, 9_000)  # by size
EVALUATION_MAPS = range(9_000, 9_500)  # by height: the cards' numbers
LONG_HORIZON_MAPS = range(9_500, 9_501)  # one for all families and sizes
EXPERIMENT_MAPS = range(9_501, 10_500)  # by size - 1

# Episodes, drawn by `pnzoo.episodes`.
EVALUATION_EPISODES = range(2_016, 2_017)
EXPERIMENT_EPISODES = range(7_016, 7_017)

# What draws from them; ranges of one group never meet.
GROUPS = {
    "maps": (
        TRAINING_MAPS, EXPERIMENT_TRAINING_MAPS, VALIDATION_MAPS, EVALUATION_MAPS, LONG_HORIZON_MAPS, EXPERIMENT_MAPS,
    ),
    "episodes": (EVALUATION_EPISODES, EXPERIMENT_EPISODES),
}  # fmt: skip
