"""Value iteration with R and P from tables of patches, each map from the first step to the last while it is in cache.

    x = R + V        Q_a(s) = b_a + sum_j P_a(j | patch of s) x_j        V = max_a Q_a

A network on a batch of maps reads P of every cell from memory at every step, which is most of its time. Here a cell
holds the number of its patch, and the few hundred rows of the table that a batch needs stay beside the processor.
Numba compiles the loop where it is installed; small jobs, and all jobs without it, are done in NumPy. Both add up in
one order, so that an answer depends neither on that nor on the maps beside it.
"""

import functools
import importlib.util
import itertools
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# In cells times steps:
COMPILED_FROM = 500_000  # in all, after which Numba's start, half a second, is worth its while
PARALLEL_FROM = 50_000  # from which a second thread is
NUMPY_UP_TO = 100_000  # up to which NumPy is no slower than a network
HUGE = 4096  # steps beyond which k is bounded by the number of cells


@functools.cache
def has_compiler() -> bool:
    """Whether Numba is installed; nothing is imported."""
    return importlib.util.find_spec("numba") is not None


def is_fast(cells, k):
    """Whether `logits` is faster than a network of a backend on a CPU."""
    return has_compiler() or cells * k <= NUMPY_UP_TO


def logits(tables, patches, k):
    """Logits of the eight moves in every cell, after k steps of value iteration from V = 0.

    Args:
        tables: `PatchTables`.
        patches: int32 [B, H, W], as `neighborhoods.patch_index` gives them.
        k: steps; they end earlier where V no longer changes.

    Returns:
        float32 [B, H, W, 8].

    Example:
        >>> from pnzoo.worlds.gridworld.patch_tables import PatchTables
        >>> stay = np.zeros((5120, 9, 1), "float32")
        >>> stay[:, 4] = 1
        >>> reward, bias, head = -np.ones(5120, "float32"), np.zeros(1, "float32"), np.ones((1, 8), "float32")
        >>> logits(PatchTables(reward, stay, bias, head, None), np.zeros((1, 1, 2), "int32"), k=3)[0, 0, 0, 0].item()
        -4.0
    """
    count, height, width = patches.shape
    k = min(k, max(HUGE, height * width))
    work = patches.size * k
    if not (has_compiler() and _worth_starting(work)):
        return _in_numpy(tables, patches, k)
    tables, patches = _compact(tables, patches)
    relative = tables.logit_scale is not None
    given = (tables.reward, tables.transition.reshape(-1), tables.bias, tables.head)
    scale = np.float32(tables.logit_scale if relative else 1.0)
    result = np.empty((*patches.shape, 8), "float32")
    kernel = _kernel(len(tables.bias))

    def run(first, end):
        kernel(patches[first:end], *given, relative, scale, k, result[first:end])

    threads = min(_threads(), count) if work >= PARALLEL_FROM else 1
    bounds = [count * i // threads for i in range(threads + 1)]
    parts = list(itertools.pairwise(bounds))
    others = [_pool().submit(run, *part) for part in parts[1:]]
    run(*parts[0])
    for other in others:
        other.result()
    return result


def _compact(tables, patches):
    """The rows that are used alone, in the order of their numbers."""
    used = np.zeros(len(tables.reward), bool)
    used[patches.reshape(-1)] = True
    rows, number = np.flatnonzero(used), np.cumsum(used, dtype=np.int32) - np.int32(1)
    return tables._replace(reward=tables.reward[rows], transition=tables.transition[rows]), number[patches]


def _in_numpy(tables, patches, k):
    reward, transition = tables.reward[patches], tables.transition[patches]
    value = np.zeros_like(reward)
    for _ in range(k):
        new = _q(tables, transition, reward + value).max(axis=-1)
        if np.array_equal(new, value):
            break
        value = new
    q = _q(tables, transition, reward + value)
    if tables.logit_scale is not None:
        q = np.float32(tables.logit_scale) * (q - q.max(axis=-1, keepdims=True))
    # A product of matrices would add up in an order that depends on their size.
    return sum(q[..., a, None] * row for a, row in enumerate(tables.head))


def _q(tables, transition, x):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2)).reshape(*x.shape, 9)
    parts = [transition[..., j, :] * around[..., j, None] for j in range(9)]
    north, middle, south = (parts[j] + parts[j + 1] + parts[j + 2] for j in (0, 3, 6))
    return tables.bias + north + middle + south


@functools.cache
def _kernel(actions):
    """The compiled loop for so many actions: their number is a constant of it, so that they lie in registers."""
    import numba

    # The table is one row of numbers a patch: with one base address and nine constant distances, a cell's sum is nine
    # instructions.
    row_size = np.uint64(9 * actions)
    t1, t2, t3, t4, t5, t6, t7, t8 = (np.uint64(j * actions) for j in range(1, 9))

    def iterate(patches, reward, table, bias, head, relative, scale, k, logits):
        count, height, width = patches.shape
        x, after = np.zeros((2, height + 2, width + 2), np.float32)  # R + V with a ring around, now and after a step
        r, rows = np.empty((height, width), np.float32), np.empty((height, width), np.uint64)
        q = np.empty((width, actions), np.float32)
        for m in range(count):
            for i in range(height):
                for j in range(width):
                    patch = np.uint64(patches[m, i, j])
                    r[i, j], rows[i, j] = reward[patch], patch * row_size
                    x[i + 1, j + 1] = r[i, j]
            step = 0
            while True:
                # Beyond the edge lies what lies at it: zeros there would be better than any cell.
                for j in range(1, width + 1):
                    x[0, j] = x[1, j]
                    x[height + 1, j] = x[height, j]
                for i in range(height + 2):
                    x[i, 0] = x[i, 1]
                    x[i, width + 1] = x[i, width]
                for i in range(height):
                    for j in range(width):
                        row = rows[i, j]
                        x0, x1, x2 = x[i, j], x[i, j + 1], x[i, j + 2]
                        x3, x4, x5 = x[i + 1, j], x[i + 1, j + 1], x[i + 1, j + 2]
                        x6, x7, x8 = x[i + 2, j], x[i + 2, j + 1], x[i + 2, j + 2]
                        for a in range(actions):
                            t = row + np.uint64(a)
                            north = table[t] * x0 + table[t + t1] * x1 + table[t + t2] * x2
                            middle = table[t + t3] * x3 + table[t + t4] * x4 + table[t + t5] * x5
                            south = table[t + t6] * x6 + table[t + t7] * x7 + table[t + t8] * x8
                            q[j, a] = bias[a] + north + middle + south
                    if step < k:
                        for j in range(width):
                            best = q[j, 0]
                            for a in range(1, actions):
                                best = max(best, q[j, a])
                            after[i + 1, j + 1] = r[i, j] + best
                    else:
                        for j in range(width):
                            shift = np.float32(0)
                            if relative:
                                shift = q[j, 0]
                                for a in range(1, actions):
                                    shift = max(shift, q[j, a])
                            n = s = e = w = ne = nw = se = sw = np.float32(0)
                            for a in range(actions):
                                part = scale * (q[j, a] - shift)
                                n, s = n + part * head[a, 0], s + part * head[a, 1]
                                e, w = e + part * head[a, 2], w + part * head[a, 3]
                                ne, nw = ne + part * head[a, 4], nw + part * head[a, 5]
                                se, sw = se + part * head[a, 6], sw + part * head[a, 7]
                            out = logits[m, i, j]
                            out[0], out[1], out[2], out[3] = n, s, e, w
                            out[4], out[5], out[6], out[7] = ne, nw, se, sw
                if step == k:
                    break
                step += 1
                if step % 8 == 0:
                    changed = False
                    for i in range(1, height + 1):
                        for j in range(1, width + 1):
                            changed |= after[i, j] != x[i, j]
                    if not changed:
                        step = k
                x, after = after, x

    options = {"nogil": True, "error_model": "numpy"}  # and no fast mathematics: sums stay in their order
    try:
        return numba.njit(cache=True, **options)(iterate)
    except RuntimeError:  # nowhere to keep it
        return numba.njit(**options)(iterate)


_done = 0  # cells times steps since the program began


def _worth_starting(work):
    """Whether so much has been asked for, this included, that starting the compiler pays."""
    global _done
    _done += work
    return _done >= COMPILED_FROM


def _threads():
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(available, int(os.environ.get("NUMBA_NUM_THREADS", available)))


@functools.cache
def _pool():
    return ThreadPoolExecutor(_threads(), "pnzoo-planning")


if hasattr(os, "register_at_fork"):  # a child has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
