"""A web to navigate: pages, links, and a few sentences of the page to be found.

web = pnzoo.graphs.generate(3000, seed=0)                       # invented
web = pnzoo.graphs.read_articles()                              # Wikispeedia's, from PNZOO_DATA_DIR
web = pnzoo.graphs.Web.from_links(titles, links, sentences)     # yours
"""

from pnzoo.worlds.webgraph.distances import distances, optimal_links
from pnzoo.worlds.webgraph.embedded import FEATURES, EmbeddedWeb, embed, main_categories
from pnzoo.worlds.webgraph.encoder import TextEncoder
from pnzoo.worlds.webgraph.generator import generate
from pnzoo.worlds.webgraph.planning_graph import GRAPHS, PlanningGraph, planning_graph
from pnzoo.worlds.webgraph.queries import PARTS, Queries, draw_queries, split
from pnzoo.worlds.webgraph.walk import (
    MAX_STEPS,
    Walk,
    Walks,
    breadth_first,
    greedy_choice,
    random_choice,
    walk,
    walks,
)
from pnzoo.worlds.webgraph.web import MAX_LINKS, Web
from pnzoo.worlds.webgraph.wikispeedia import read_articles, sentences

__all__ = [
    "FEATURES", "GRAPHS", "MAX_LINKS", "MAX_STEPS", "PARTS", "EmbeddedWeb", "PlanningGraph", "Queries", "TextEncoder",
    "Walk", "Walks", "Web", "breadth_first", "distances", "draw_queries", "embed", "generate", "greedy_choice",
    "main_categories", "optimal_links", "planning_graph", "random_choice", "read_articles", "sentences", "split",
    "walk", "walks",
]  # fmt: skip
