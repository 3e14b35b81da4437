"""What an actor does: hold a model, and plan on one block of maps after the other."""

from pnzoo.batch import blocks, rows
from pnzoo.core.backend import limit_threads

CELLS_TOGETHER = 1 << 16  # planned on at once, so that they stay in the cache; a map of 16x16 has 256

ERRORS = {"value": ValueError, "memory": MemoryError, "system": OSError}  # which a block may end in, for its caller


class MapPlanner:
    """Tables of maps to tables of plans, by a model that is loaded once.

    Args:
        model: name of an entry, or a folder.
        options: of the model, such as `k`.
        solver, max_steps: of `model.plan`.
        threads: that it may use.
        backend: of Keras.
    """

    def __init__(self, model, options, solver, max_steps, threads, backend):
        limit_threads(threads, backend)
        from pnzoo import hub

        self.model = hub.load(model, **options)
        self.solver, self.max_steps = solver, max_steps

    def __call__(self, table):
        return self.plan(table)[0]

    def plan(self, table):
        """A tuple (table of plans, how many of them were reached, how many rows held no map)."""
        from pnzoo.worlds.gridworld.rollout import Plan

        groups, wrong = rows.read(table)
        plans = [None] * len(table)
        for row, why in wrong.items():
            plans[row] = Plan([], [], False, None, f"error: {why}")
        for maps in groups:
            size = max(1, CELLS_TOGETHER // maps.walls[0].size)
            for i in range(0, len(maps.rows), size):
                part = (each[i : i + size] for each in maps[1:])
                found = self.model.plan_batch(*part, self.max_steps, self.solver)
                for row, plan in zip(maps.rows[i : i + size].tolist(), found, strict=True):
                    plans[row] = plan
        return rows.answers(table, plans), sum(bool(plan.reached) for plan in plans), len(wrong)


class BlockPlanner(MapPlanner):
    """Blocks to files of plans: what comes back is a row of numbers.

    Args:
        folder: of the plans, that every worker sees.
        *args: of `MapPlanner`.
    """

    def __init__(self, folder, *args):
        super().__init__(*args)
        self.folder = folder

    def __call__(self, batch):
        block = blocks.Block(*(batch[name][0] for name in blocks.Block._fields))
        counts, failure = (0, 0, 0), None
        try:
            if not blocks.is_done(self.folder, block.name):  # by a worker that was killed before it could say so
                counts = self.write(block)
        except tuple(ERRORS.values()) as error:  # Ray would wrap it in words of its own, and forget what it was
            failure = error
        kind = next((name for name, kind in ERRORS.items() if isinstance(failure, kind)), "")
        row = dict(zip(("maps", "reached", "errors"), counts, strict=True), kind=kind, failure=str(failure or ""))
        return {name: [value] for name, value in row.items()}

    def write(self, block):
        """Plan on a block and write its file: how many maps, how many reached, how many rows held none."""
        plans, reached, errors = self.plan(blocks.read(block))
        blocks.write(self.folder, block.name, plans)
        return len(plans), reached, errors
