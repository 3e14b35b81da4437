"""Models on a web: two ways to compute the same, plans with their reasons, wrong input."""

import keras
import numpy as np
import pytest

from pnzoo import graphs
from pnzoo.core.model import to_numpy
from pnzoo.models import GraphVIN, ReactiveGraphPolicy
from tests.contracts.model_cases import randomise


@pytest.fixture(scope="module")
def embedded():
    return graphs.embed(graphs.generate(60, seed=5, topics=3, subtopics=2))


@pytest.fixture(scope="module")
def models():
    keras.utils.set_random_seed(0)
    return [randomise(GraphVIN(hidden=(4,), k=3)), randomise(ReactiveGraphPolicy(hidden=(4,)))]


def knowing(k=6):
    """A planner whose reward is the text's cosine, sharpened: what training would find, roughly."""
    model = GraphVIN(hidden=(1,), k=k)
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    first, last = np.zeros((10, 1)), np.zeros((1, 2))
    first[6], last[0, 0] = 1.0, 10.0  # ten times "text below best", which is 0 or less: the bias lifts it
    model.pages.layers[0].kernel.assign(first)
    model.pages.layers[0].bias.assign([5.0])
    model.pages.layers[1].kernel.assign(last)
    return model


def links_table(web):
    table = np.full((len(web), web.degrees.max()), -1, "int32")
    for page in range(len(web)):
        table[page, : web.degrees[page]] = web.links_of(page)
    return table


def test_a_call_says_what_the_methods_say(embedded, models):
    """The functional model has a graph of its own for each query; the methods plan on one in tables."""
    web, query = embedded.web, embedded.web.sentences[7][0]
    visited = np.zeros((1, len(web)), "float32")
    visited[0, [3, 8]] = 1.0
    inputs = {"features": embedded.features(query), "links": links_table(web)[None], "visited": visited}
    for model in models:
        whole = to_numpy(model(inputs))[0]
        for page in (0, 5, 31):
            logits = model.logits(embedded, query, page, visited=(3, web.titles[8]))
            np.testing.assert_allclose(whole[page, : len(logits)], logits, rtol=1e-3, atol=1e-3)
            assert (whole[page, len(logits) :] == -1e4).all()
        best = model.policy(embedded, query, visited=(3, 8))
        wanted = [web.links_of(page)[whole[page, : web.degrees[page]].argmax()] for page in range(len(web))]
        assert (best == wanted).mean() > 0.95  # near equals may change places


def test_it_plans_to_the_page_that_a_query_is_from(embedded):
    web, model = embedded.web, knowing()
    distance = graphs.distances(web, [7])[0]
    query = " ".join(web.sentences[7][:6])
    start = int(np.flatnonzero(distance == 3)[0])
    assert model.chance(embedded, query).argmax() == 7
    known = model.plan(embedded, start, query, goal=web.titles[7])
    assert (known.reached, len(known.actions), known.k, known.reason) == (True, 3, 6, "reached the page")
    guessed = model.plan(web, start, query)  # embedded when it comes the first time
    assert guessed.path.tolist() == known.path.tolist()
    assert guessed.reason == f"reached {web.titles[7]!r}, which the model takes for the page"
    assert model.chance(embedded, query, visited=[7])[7] < 1e-6
    assert model.plan(embedded, start, query, goal=7, max_steps=2).reason == "gave up after 2 links (max_steps)"


def test_it_plans_on_approximations(embedded):
    """On categories all pages of one are worth the same, but for what their own features say: here nothing."""
    model, query = knowing(), embedded.web.sentences[7][0]
    vectors, visited = embedded.encode(query), np.zeros((1, 60), bool)
    scores = {graph: model.scores(embedded, vectors, visited, graph)[0] for graph in graphs.GRAPHS}
    _, category = graphs.main_categories(embedded.web)
    within = [np.ptp(scores["categories"][category == c]) for c in range(6)]
    assert max(within) < 1e-6 < np.ptp(scores["categories"])  # but for what is lost to rounding
    assert (scores["partial"] <= scores["full"] + 1e-4).all()
    assert len(np.unique(scores["first_level"])) <= 6


@pytest.mark.integration
def test_many_walks_are_plans(embedded):
    model = knowing()
    queries = graphs.draw_queries(embedded.web, np.arange(60), 4, np.random.default_rng(0))
    walks = graphs.walks(embedded.web, queries, model.choice(embedded, queries))
    assert walks.reached.mean() > 0.8
    for i in range(3):
        one = model.plan(embedded, queries.start[i], queries.text[i], goal=queries.goal[i])
        assert (one.reached, len(one.actions)) == (walks.reached[i], walks.steps[i])


def test_a_page_without_links_and_a_goal_that_no_way_leads_to():
    long = "ants bees cows dogs eels frogs goats hens ibises jays"
    web = graphs.Web.from_links("ABCD", [[1], [0, 2], [], [0]], [[long], ["kites and lions"], ["moles"], ["newts"]])
    model = knowing()
    assert model.policy(web, "moles").tolist() == [1, 2, -1, 0]
    assert model.logits(web, "moles", "C").shape == (0,)
    assert model.plan(web, "C", "ants", goal="A").reason == "page 'C' has no links"
    assert not model.plan(web, "A", "newts", goal="D").reached


def test_wrong_input(embedded, models):
    for model in models:
        with pytest.raises(ValueError, match="no page 'Nowhere'"):
            model.plan(embedded, "Nowhere", "xyzzy")
        with pytest.raises(ValueError, match="a query is a sentence"):
            model.plan(embedded, 0, "")
        with pytest.raises(ValueError, match="knows no word of the query 'xyzzy'"):
            model.policy(embedded, "xyzzy")
        with pytest.raises(ValueError, match="query is one string"):
            model.policy(embedded, ["a", "b"])
        with pytest.raises(ValueError, match=r"web is a pnzoo.graphs.Web.*got list"):
            model.policy([], "xyzzy")
    with pytest.raises(ValueError, match="one of full, partial, first_level, categories"):
        models[0].plan(embedded, 0, embedded.web.sentences[7][0], graph="half")
