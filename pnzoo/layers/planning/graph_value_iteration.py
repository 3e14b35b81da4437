"""Value iteration on a sparse graph: every state's actions are its links, and each link leads to one state.

The module of the paper with its transitions given. R(s') is the reward of entering s', and each step is

    V_k(s) = max over links s -> s' of R(s') + gamma V_{k-1}(s'),        V_0 = 0, and 0 where no link leaves s

The maximum over links is taken in tables of neighbours of a fixed width, a gather for each column. A segment maximum
says the same, and takes five times as long on JAX and twenty times on PyTorch.
"""

import keras
import numpy as np
from keras import ops

from pnzoo.layers.planning.steps import HasSteps

WIDTH, THEN = 16, 4  # of the first table of neighbours, and of those that join its rows
NONE = -1e30  # what a maximum over no links is, before it becomes 0
UNROLLED = 32  # columns up to which a table is read column by column


def neighbor_tables(indptr, indices, width=WIDTH, then=THEN):
    """The links of a graph as tables that `GraphValueIteration` reads.

    A node with more links than the first table has columns gets several rows in it; the tables after it join these
    rows, until each node has one.

    Args:
        indptr: int [N + 1]; the links of node i lead to `indices[indptr[i]:indptr[i + 1]]`.
        indices: int [E], each below N.
        width, then: columns of the first table, and of the others.

    Returns:
        A list of int32 [rows, columns]; empty places hold the number of rows before, N in the first table.

    Raises:
        ValueError: a link leads nowhere.

    Example:
        >>> [table.tolist() for table in neighbor_tables([0, 3, 3, 4], [0, 1, 2, 0], width=2, then=2)]
        [[[0, 1], [2, 3], [3, 3], [0, 3]], [[0, 1], [2, 4], [3, 4]]]
    """
    indptr, indices = np.asarray(indptr, int), np.asarray(indices, int)
    size = len(indptr) - 1
    if len(indices) != indptr[-1] or (len(indices) and not 0 <= indices.min() <= indices.max() < size):
        raise ValueError(f"indices has {indptr[-1]} links, each to one of {size} nodes; got {len(indices)}.")
    tables = []
    while True:
        blocks = np.maximum(1, -(-np.diff(indptr) // width))
        node = np.repeat(np.arange(len(blocks)), blocks)
        first = np.concatenate([[0], np.cumsum(blocks)])
        place = (indptr[node] + (np.arange(first[-1]) - first[node]) * width)[:, None] + np.arange(width)
        links = np.append(indices, size)[np.minimum(place, len(indices))]
        tables.append(np.where(place < indptr[node + 1][:, None], links, size).astype("int32"))
        if len(node) == len(blocks):
            return tables
        indptr, indices, size, width = first, np.arange(first[-1]), int(first[-1]), then


def best_neighbor(x, tables):
    """The largest of some values among the neighbours of each node.

    Args:
        x: [N, C].
        tables: of `neighbor_tables`.

    Returns:
        [N, C]; -1e30 where a node has no neighbour.
    """
    for table in tables:
        padded = ops.pad(x, ((0, 1), (0, 0)), constant_values=NONE)
        columns = table.shape[1]
        if x.shape[1] == 1 or columns is None or columns > UNROLLED:
            x = ops.max(ops.take(padded, table, axis=0), axis=1)
            continue
        x = ops.take(padded, table[:, 0], axis=0)
        for column in range(1, columns):
            x = ops.maximum(x, ops.take(padded, table[:, column], axis=0))
    return x


@keras.saving.register_keras_serializable("pnzoo")
class GraphValueIteration(HasSteps, keras.layers.Layer):
    """K steps of value iteration on a graph, for many rewards at once; gamma is learned.

    Args:
        k: steps.
        discount: gamma at the start, between 0 and 1.

    Call args:
        reward: [B, N], of entering each node; B queries.
        links: a list of tables of one graph, see `neighbor_tables`; or int [B, N, D], the neighbours of each node of a
            graph of its own for each query, -1 where a node has fewer.
        steps: return V of every step.
        entering: return R + gamma V_K, what a link to each node is worth.

    Returns:
        V_K [B, N]; or V_0 to V_K, [K + 1, B, N]; or Q of the links to each node, [B, N].

    Raises:
        ValueError: k < 1, or the discount is none.

    Example:
        >>> import numpy as np
        >>> from pnzoo.layers import GraphValueIteration
        >>> chain = np.array([[[1], [2], [-1]]])     # 0 -> 1 -> 2
        >>> GraphValueIteration(k=2, discount=0.5)(np.array([[0.0, 0.0, 1.0]], "float32"), chain).numpy().tolist()
        [[0.5, 1.0, 0.0]]

    Reference: Tamar et al. 2016, sections 3.1 and 4.4, with known P.
    """

    def __init__(self, k=8, discount=0.9, **kwargs):
        super().__init__(**kwargs)
        self.k = k
        if isinstance(discount, bool) or not 0 < float(discount) < 1:
            raise ValueError(f"discount is a number between 0 and 1; got {discount!r}.")
        self.discount = float(discount)

    def build(self, reward_shape, links_shape=None):
        start = keras.initializers.Constant(np.log(self.discount / (1 - self.discount)))
        self.log_odds = self.add_weight(shape=(), initializer=start, name="log_odds_of_discount")

    @property
    def gamma(self):
        """The learned discount, a scalar tensor."""
        return ops.sigmoid(self.log_odds)

    def call(self, reward, links, steps=False, entering=False):
        reward = ops.cast(reward, "float32")
        batch, nodes = ops.shape(reward)
        if isinstance(links, (list, tuple)):
            r, tables = ops.transpose(reward), links
        else:  # B graphs are one graph of B parts
            r, tables = ops.reshape(reward, (-1, 1)), [disjoint_union(links)]
        values = [ops.zeros_like(r)]
        gamma = ops.cast(self.gamma, "float32")
        for _ in range(self.k):
            best = best_neighbor(r + gamma * values[-1], tables)
            values.append(ops.where(best <= 0.5 * NONE, 0.0, best))
        wanted = values if steps else values[-1:]
        if isinstance(links, (list, tuple)):
            values = [ops.transpose(value) for value in wanted]
        else:
            values = [ops.reshape(value, (batch, nodes)) for value in wanted]
        if entering:
            return reward + gamma * values[-1]
        return ops.stack(values) if steps else values[0]

    def compute_output_spec(self, reward, links, steps=False, entering=False):
        shape = tuple(reward.shape)
        return keras.KerasTensor((self.k + 1, *shape) if steps and not entering else shape, "float32")

    def compute_output_shape(self, reward_shape, links_shape=None):
        return tuple(reward_shape)

    def get_config(self):
        return {**super().get_config(), "k": self.k, "discount": self.discount}


def disjoint_union(links, nodes=None):
    """Links of B graphs of N nodes as those of one graph of B N nodes: int [B, S, D] -> [B S, D].

    Args:
        links: -1 where there is none; becomes B N.
        nodes: N; by default S, each node having a row.
    """
    links = ops.cast(links, "int32")
    batch, rows, degree = ops.shape(links)
    nodes = rows if nodes is None else nodes
    offset = ops.reshape(ops.arange(batch, dtype="int32") * nodes, (-1, 1, 1))
    return ops.reshape(ops.where(links < 0, batch * nodes, links + offset), (-1, degree))
