"""Value iteration on graphs against NumPy's, in both forms that links may have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from pnzoo.layers import GraphValueIteration
from pnzoo.layers.planning.graph_value_iteration import neighbor_tables


def numpy_values(links, reward, discount, k):
    """V_0 to V_k, [k + 1, N], link by link: the textbook's loop."""
    values = [np.zeros(len(links))]
    for _ in range(k):
        old = values[-1]
        values.append(np.array([max((reward[t] + discount * old[t] for t in page), default=0.0) for page in links]))
    return np.stack(values)


@st.composite
def graphs(draw):
    nodes = draw(st.integers(1, 9))
    links = draw(st.lists(st.lists(st.integers(0, nodes - 1), max_size=7), min_size=nodes, max_size=nodes))
    reward = draw(
        st.lists(st.lists(st.floats(-2, 2, width=32), min_size=nodes, max_size=nodes), min_size=1, max_size=3)
    )
    return links, np.array(reward, "float32")


def csr(links):
    return np.cumsum([0, *map(len, links)]), np.array([t for page in links for t in page], int)


def padded(links, batch):
    table = np.full((len(links), max(1, *map(len, links), 1)), -1)
    for i, page in enumerate(links):
        table[i, : len(page)] = page
    return np.repeat(table[None], batch, axis=0)


@settings(max_examples=8, deadline=None)
@given(graphs(), st.integers(1, 3), st.sampled_from([0.5, 0.9]), st.sampled_from([(16, 4), (2, 2), (3, 2)]))
def test_it_is_value_iteration(graph, k, discount, widths):
    links, reward = graph
    layer = GraphValueIteration(k=k, discount=discount)
    wanted = np.stack([numpy_values(links, r, discount, k) for r in reward], axis=1)
    tables = neighbor_tables(*csr(links), *widths)
    for form in (tables, padded(links, len(reward))):
        np.testing.assert_allclose(ops.convert_to_numpy(layer(reward, form, steps=True)), wanted, atol=1e-4)
        np.testing.assert_allclose(ops.convert_to_numpy(layer(reward, form)), wanted[-1], atol=1e-4)


def test_a_hub_of_a_thousand_links():
    links = [list(range(1, 1001)), *[[] for _ in range(1000)]]
    tables = neighbor_tables(*csr(links))
    assert [table.shape for table in tables][-1] == (1001, 4)
    reward = np.random.default_rng(0).random((2, 1001)).astype("float32")
    value = ops.convert_to_numpy(GraphValueIteration(k=1)(reward, tables))
    np.testing.assert_allclose(value[:, 0], reward[:, 1:].max(axis=1))
    assert (value[:, 1:] == 0).all()


def test_wrong_arguments():
    with pytest.raises(ValueError, match="each to one of 2 nodes"):
        neighbor_tables([0, 1, 1], [2])
    with pytest.raises(ValueError, match="whole number >= 1"):
        GraphValueIteration(k=0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        GraphValueIteration(discount=1.0)
