"""A Value Iteration Network on a web: it learns which page a query is from, and plans over links how to get there."""

import weakref

import keras
import numpy as np
from keras import ops

from pnzoo.core.model import LayerOption, ZooModel, as_policy, part_policy
from pnzoo.core.schema import Float, Int, ListOf
from pnzoo.layers.planning.graph_value_iteration import GraphValueIteration, neighbor_tables
from pnzoo.layers.planning.web_heads import GoalChance, LinkLogits, PageScore, SeenLast
from pnzoo.models.planning.web_policy import N_FEATURES, WebPolicy, as_embedded, known

_TABLES = weakref.WeakKeyDictionary()  # of each planning graph, made once


class _Pages:
    """Dense layers that read the features of each page alike."""

    def __init__(self, hidden, outputs, policy):
        self.layers = [
            keras.layers.Dense(units, "relu", dtype=part_policy(policy, f"page_{i}"), name=f"page_{i}")
            for i, units in enumerate(hidden)
        ]
        # Decides between near equals: never in half precision.
        self.layers.append(
            keras.layers.Dense(outputs, dtype=part_policy(policy, "page_out", sums=True), name="page_out")
        )

    def __call__(self, features):
        for layer in self.layers:
            features = layer(features)
        return features


def _inputs(features):
    return {
        "features": keras.Input((None, features), name="features"),
        "links": keras.Input((None, None), dtype="int32", name="links"),
        "visited": keras.Input((None,), name="visited"),
    }


@keras.saving.register_keras_serializable("pnzoo")
class GraphVIN(WebPolicy, ZooModel, keras.Model):
    """From features of every page to the chance that it is the goal, and by value iteration to links.

        z, a = MLP(features(page, query))            p = softmax over pages of z, without those visited
        V = value_iteration(R = p, links, K)         score(page) = g log(p + gamma V) + a

    Of a page's links the one with the best score is followed. V looks K links ahead: gamma^d p of the page that is best
    to go for, d links away. The features (`pnzoo.graphs.FEATURES`) are cosines and counts, so the same weights read any
    web and any encoder of its texts.

    Args:
        features: of a page.
        hidden: units of the dense layers.
        k: steps of value iteration; may be set at any time.
        discount: gamma before training, which learns it.

    Call args:
        inputs: dict of features [B, N, F], links int [B, N, D] (pages, -1 where a page has fewer), and visited [B, N],
            1 at pages that are known not to be the goal.

    Returns:
        logits of the links, [B, N, D].

    Example:
        >>> from pnzoo import graphs
        >>> from pnzoo.models import GraphVIN
        >>> web = graphs.generate(60, topics=3, subtopics=2)
        >>> walk = GraphVIN(hidden=(4,), k=3).plan(web, 0, web.sentences[7][0], goal=7, max_steps=2)
        >>> len(walk.path) <= 3
        True

    Reference: Tamar et al. 2016, section 4.4 (WebNav).
    """

    CONFIG_SCHEMA = {
        "features": Int(1, 1000),
        "hidden": ListOf(Int(1, 4096), 1, 8),
        "k": Int(1, 10_000),
        "discount": Float(1e-6, 1 - 1e-6),
    }
    k = LayerOption("value_iteration")

    def __init__(self, features=N_FEATURES, hidden=(16, 16), k=8, discount=0.5, dtype=None, **kwargs):
        policy = as_policy(dtype)
        # === Layers ===
        inputs = _inputs(features)
        pages = _Pages(hidden, 2, policy)
        chance = GoalChance(dtype="float32", name="goal_chance")
        iteration = GraphValueIteration(k, discount, dtype="float32", name="value_iteration")
        score = PageScore(dtype="float32", name="page_score")
        # === Functional model ===
        read = pages(inputs["features"])
        reward = chance(read[..., 0], inputs["visited"])
        q = iteration(reward, inputs["links"], entering=True)
        scores = score(q, read[..., 1], inputs["visited"])
        super().__init__(inputs, LinkLogits(dtype="float32", name="link_logits")(scores, inputs["links"]), **kwargs)
        self.pages, self.goal_chance, self.value_iteration, self.page_score = pages, chance, iteration, score
        # === Configuration ===
        self._configure(policy, features=int(features), hidden=tuple(map(int, hidden)), discount=iteration.discount)

    def page_scores(self, inputs):
        """See `WebPolicy`; planned on one graph for all queries, whose tables are among the inputs."""
        tables = [inputs[f"table_{i}"] for i in range(sum(name.startswith("table_") for name in inputs))]
        read = self.pages(inputs["features"])
        nodes, visited = read[..., 0], inputs["visited"]
        approximate = "node" in inputs
        if approximate:
            nodes = self.pages(inputs["node_features"])[..., 0]
        reward = self.goal_chance(nodes, ops.zeros_like(nodes) if approximate else visited)
        q = self.value_iteration(reward, tables, entering=True)
        if approximate:
            q = ops.take(q, inputs["node"], axis=1)
        return self.page_score(q, read[..., 1], visited)

    def page_inputs(self, features, visited, graph):
        """See `WebPolicy`."""
        if graph not in _TABLES:
            _TABLES[graph] = neighbor_tables(graph.indptr, graph.indices)
        tables = _TABLES[graph]
        inputs = {"features": features, "visited": visited.astype("float32")}
        inputs |= {f"table_{i}": table for i, table in enumerate(tables)}
        if graph.kind in ("first_level", "categories"):
            inputs |= {"node_features": graph.features(features), "node": graph.node.astype("int32")}
        return inputs

    def chance(self, web, query, visited=()):
        """The chance that each page is the one that a query is from, as the model sees it.

        Args:
            web, query, visited: as in `logits`.

        Returns:
            float32 [N], which sums to 1.

        Raises:
            ValueError: as `logits`.
        """
        embedded = as_embedded(web)
        seen = np.zeros((1, len(embedded.web)), "float32")
        seen[0, [embedded.web.page(each) for each in visited]] = 1.0
        return self._chances(embedded.features(known(embedded, query)), seen)[0]

    def _chances(self, features, visited):
        return self.run_compiled(self._goal_chances, {"features": features, "visited": visited})

    def _goal_chances(self, inputs):
        return self.goal_chance(self.pages(inputs["features"])[..., 0], inputs["visited"])

    def _guess(self, embedded, vectors):
        features = embedded.features(vectors)
        return self._chances(features, np.zeros(features.shape[:2], "float32"))[0].argmax()


@keras.saving.register_keras_serializable("pnzoo")
class ReactiveGraphPolicy(WebPolicy, ZooModel, keras.Model):
    """The reactive opponent of `GraphVIN`: the same features of the pages that links lead to, and no planning.

        score(page) = MLP(features(page, query))

    One of the features looks one link ahead: the best text among the pages that a page links to.

    Args:
        features: of a page.
        hidden: units of the dense layers; with 17 in the second it has as many weights as `GraphVIN`.

    Call args:
        inputs: as `GraphVIN` takes them.

    Returns:
        logits of the links, [B, N, D].

    Example:
        >>> from pnzoo import graphs
        >>> from pnzoo.models import ReactiveGraphPolicy
        >>> web = graphs.generate(60, topics=3, subtopics=2)
        >>> ReactiveGraphPolicy(hidden=(4,)).policy(web, web.sentences[7][0]).shape
        (60,)

    Reference: Nogueira and Cho 2016; the reactive policy of Tamar et al. 2016, section 4.4.
    """

    CONFIG_SCHEMA = {"features": Int(1, 1000), "hidden": ListOf(Int(1, 4096), 1, 8)}
    plans = False

    def __init__(self, features=N_FEATURES, hidden=(16, 17), dtype=None, **kwargs):
        policy = as_policy(dtype)
        inputs = _inputs(features)
        pages = _Pages(hidden, 1, policy)
        score = SeenLast(dtype="float32", name="page_score")
        scores = score(pages(inputs["features"])[..., 0], inputs["visited"])
        super().__init__(inputs, LinkLogits(dtype="float32", name="link_logits")(scores, inputs["links"]), **kwargs)
        self.pages, self.page_score = pages, score
        self._configure(policy, features=int(features), hidden=tuple(map(int, hidden)))

    def page_scores(self, inputs):
        """See `WebPolicy`."""
        return self.page_score(self.pages(inputs["features"])[..., 0], inputs["visited"])
