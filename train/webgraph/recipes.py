"""Recipes of the models on a web. A recipe is frozen: what a card records is what ran."""

import dataclasses

from train.shared.recipe import Recipe

WORLDS = ("wikispeedia", "invented")
GRAPHS = ("full", "partial", "first_level", "categories")


@dataclasses.dataclass(frozen=True)
class WebRecipe(Recipe):
    """How a model on a web is trained. Every field is an option of the command line."""

    model: str = "GraphVIN"
    world: str = "invented"  # or "wikispeedia", whose articles lie in PNZOO_DATA_DIR
    pages: int = 3000  # of an invented web
    graph: str = "full"  # what the planner knows of the links, of `pnzoo.graphs.GRAPHS`
    folds: int = 4  # of the training pages: an encoder is fitted without the pages that its queries look for
    goals: float = 1.0  # share of the training pages that are goals
    queries: int = 12_000  # drawn for training; each page is asked for about as often
    epochs: int = 10
    steps_per_epoch: int = 60
    batch_size: int = 8  # queries
    pages_per_query: int = 256  # from which a link is chosen, half of them within two links of the goal
    learning_rate: float = 5e-3
    other_worlds: tuple = ()  # that it is measured on beside its own

    def __post_init__(self):
        super().__post_init__()
        unknown = [world for world in (self.world, *self.other_worlds) if world not in WORLDS]
        if unknown or self.graph not in GRAPHS:
            raise ValueError(
                f"world is one of {', '.join(WORLDS)} and graph one of {', '.join(GRAPHS)}; got "
                f"{(unknown or [self.world])[0]!r}, {self.graph!r}"
            )

    def quick(self):
        """The same in a few steps, on a small invented web, to see that everything works."""
        return dataclasses.replace(
            self, world="invented", pages=200, folds=2, queries=200, epochs=1, steps_per_epoch=2, batch_size=2,
            pages_per_query=16, other_worlds=(),
        )  # fmt: skip


PROTOCOL = (
    "The task is WebNav's (Nogueira and Cho 2016): queries of one to four consecutive sentences of 10 to 30 words from "
    "the goal page, the first 300 links of a page, 10 links at most. Other than there: success is to reach the goal, "
    "without a stop action; starts are any page from which a way leads there, not one root page; sentences are TF-IDF "
    "weighted means of word vectors that were fitted here, without a download, not of published ones.",
    "It remembers the pages that it has visited: they are not the goal, and it goes elsewhere while it can. The "
    "reactive policy and the greedy walk do so too.",
    "A goal's own text is among what the planner reads of every page, the query's sentences too, as in the paper. The "
    "encoder is fitted on training pages alone, so words that only other pages have are unknown to it.",
)
VIN = WebRecipe(
    summary="Follows links to the page that a few sentences are from, planning over the web's links; any web",
    world="wikispeedia",
    config={"k": 8},
    other_worlds=("invented",),
    limitations=(
        *PROTOCOL,
        "It plans on all links of a web, which somebody must have collected; `graph=` takes an approximation of them, "
        "for which it was not trained: half of the links cost it five points, and on first-level pages or categories "
        "it does worse than reactive_web, since it trusts them.",
        "Tried and left out, by success on validation goals: a soft maximum over links (33 % where the maximum had "
        "65, 300 queries of a prototype); a discount of 0.9 to start from (50 % after three epochs, 0.5 had 55); "
        "vectors of 256 numbers (63 %). More numbers help most: the goal is found more often.",
    ),
)
RECIPES = {
    "vin_web": VIN,
    "reactive_web": dataclasses.replace(
        VIN,
        summary="The reactive opponent of vin_web: the same features, as many weights, no planning",
        model="ReactiveGraphPolicy",
        config={},
        limitations=(
            *PROTOCOL,
            "It reads the pages that links lead to, and the best text one link further, and plans nothing.",
        ),
    ),
}
