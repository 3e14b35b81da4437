"""Vectors of pages and queries, the features that models see, planning graphs, walks."""

import numpy as np
import pytest

from pnzoo import graphs


@pytest.fixture(scope="module")
def embedded():
    return graphs.embed(graphs.generate(120, seed=5, topics=3, subtopics=2))


class Fixed:
    """An encoder of one's own: the same vector for all, or whatever is given."""

    def __init__(self, answer):
        self.answer = answer

    def encode(self, texts):
        return np.tile(self.answer, (len(texts), 1))


def test_features_do_not_depend_on_the_basis(embedded):
    """Any rotation of the vectors gives the same features."""
    dim = embedded.vectors["text"].shape[1]
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(dim, dim)))[0]
    turned = graphs.EmbeddedWeb(
        embedded.web, embedded.encoder, {name: (x @ turn).astype("float32") for name, x in embedded.vectors.items()}
    )
    query = embedded.encode(embedded.web.sentences[9][0])
    np.testing.assert_allclose(turned.features((query @ turn).astype("float32")), embedded.features(query), atol=2e-3)


def test_features_are_what_they_are_called(embedded):
    web, query = embedded.web, embedded.encode(embedded.web.sentences[9][0])
    found = dict(zip(graphs.FEATURES, np.moveaxis(embedded.features(query)[0], -1, 0), strict=True))
    cosine = embedded.vectors["text"] @ query[0]
    np.testing.assert_allclose(found["text"], (cosine - cosine.mean()) / cosine.std(), atol=1e-2)
    np.testing.assert_allclose(found["text below best"], 10 * (cosine - cosine.max()), atol=1e-3)
    best = np.array([cosine[web.links_of(page)].max(initial=-9) for page in range(len(web))])
    assert np.corrcoef(best, found["best link"])[0, 1] > 0.999
    whole = embedded.encode(" ".join(web.sentences[9])) @ embedded.vectors["text"].T
    assert whole.argmax() == 9


def test_training_pages_alone_are_fitted_on(embedded):
    web = graphs.Web.from_links("AB", [[1], [0]], [["ants dig nests"], ["bees fly"]])
    some = graphs.embed(web, fit_on=[0])
    assert np.abs(some.encode("bees")).max() == 0
    assert np.abs(some.encode("ants")).max() > 0


@pytest.mark.parametrize("query", ["", "  ", 3, None])
def test_a_query_that_is_none(embedded, query):
    with pytest.raises(ValueError, match="a query is a sentence or a few"):
        embedded.encode([query])


def test_encoders_of_ones_own(embedded):
    web = graphs.Web.from_links("AB", [[1], [0]])
    assert (
        graphs.embed(web, Fixed([3.0, 4.0])).vectors["text"].tolist() == [[pytest.approx(0.6), pytest.approx(0.8)]] * 2
    )
    with pytest.raises(ValueError, match=r"finite numbers \[2, d\].*NaN"):
        graphs.embed(web, Fixed([1.0, np.nan]))
    with pytest.raises(ValueError, match="no sentences"):
        graphs.embed(web)
    with pytest.raises(ValueError, match=r"takes a pnzoo.graphs.Web; got list"):
        graphs.embed([])
    with pytest.raises(ValueError, match="finite numbers"):
        embedded.features(np.full((1, embedded.vectors["text"].shape[1]), np.nan, "float32"))
    with pytest.raises(ValueError, match="call fit"):
        graphs.TextEncoder().encode(["a"])


def test_planning_graphs(embedded):
    web = embedded.web
    full = graphs.planning_graph(embedded)
    np.testing.assert_array_equal(full.indices, web.matrix.indices)
    partial = graphs.planning_graph(embedded, "partial", share=0.5)
    assert 0.4 < len(partial.indices) / len(web.indices) < 0.6
    assert set(zip(*partial_links(partial), strict=True)) <= set(zip(web.sources, web.indices, strict=True))
    categories = graphs.planning_graph(embedded, "categories")
    assert len(categories.indptr) == 7
    pairs = set(zip(categories.node[web.sources], categories.node[web.indices], strict=True))
    assert set(zip(*partial_links(categories), strict=True)) == {(a, b) for a, b in pairs if a != b}
    features = embedded.features(web.sentences[9][0])
    np.testing.assert_allclose(
        categories.features(features)[0, 0], features[0, categories.node == 0].mean(axis=0), atol=1e-5
    )
    hubs = graphs.planning_graph(embedded, "first_level", share=0.1)
    assert len(hubs.indptr) == 13
    assert hubs.features(features).shape == (1, 12, 10)
    with pytest.raises(ValueError, match="one of full, partial"):
        graphs.planning_graph(embedded, "half")
    with pytest.raises(ValueError, match="above 0"):
        graphs.planning_graph(embedded, "partial", share=0)


def partial_links(graph):
    sources = np.repeat(np.arange(len(graph.indptr) - 1), np.diff(graph.indptr))
    return sources, graph.indices


def test_walks_stop_where_they_should():
    web = graphs.Web.from_links("ABCD", [[1], [0, 2], [], []])
    scores = np.array([[0.0, 1.0, 2.0, 3.0]])
    choose = lambda at, seen: scores  # noqa: E731
    found = graphs.walk(web, "A", "C", choose)
    assert (found.reached, found.path.tolist(), found.actions.tolist(), found.cost) == (True, [0, 1, 2], [0, 1], 2.0)
    assert found.to_dict()["titles"] == ["A", "B", "C"]
    assert graphs.walk(web, "A", "C", choose, max_steps=1).reason == "gave up after 1 link (max_steps)"
    assert graphs.walk(web, "A", "D", choose).reason == "page 'C' has no links"
    assert graphs.walk(web, "C", "C", choose).reached
    with pytest.raises(ValueError, match="max_steps is a number of links"):
        graphs.walk(web, "A", "C", choose, max_steps=-1)


def test_many_walks_are_single_ones_and_baselines_need_no_training(embedded):
    web = embedded.web
    queries = graphs.draw_queries(web, np.arange(len(web)), 60, np.random.default_rng(2))
    greedy = graphs.greedy_choice(embedded, queries)
    many = graphs.walks(web, queries, greedy)
    for i in range(5):
        one = graphs.walk(web, queries.start[i], queries.goal[i], lambda at, seen, i=i: greedy(np.array([i]), at, seen))
        assert (one.reached, len(one.actions)) == (many.reached[i], many.steps[i])
    lost = graphs.walks(web, queries, graphs.random_choice(np.random.default_rng(0)))
    assert many.reached.mean() > 2 * lost.reached.mean()
    near = queries.take(np.flatnonzero(queries.distance == 1))
    opened = graphs.breadth_first(web, near, max_steps=len(web))
    assert opened.reached.all()
    assert not graphs.breadth_first(web, near, max_steps=0).reached.any()
