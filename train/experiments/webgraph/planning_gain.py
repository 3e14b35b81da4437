"""Q28: what does planning add on a web? Against distance, training data, size, and what is known of the links."""

import functools

import keras

import pnzoo
from pnzoo.evaluation import webgraph as evaluation
from train.experiments.experiment import Experiment
from train.experiments.metrics import above, as_row, format_ci, select, select_one, values_of
from train.shared import entry
from train.webgraph import training, worlds
from train.webgraph.batches import Batches
from train.webgraph.recipes import RECIPES, WebRecipe

VIN, REACTIVE = "vin_web", "reactive_web"
BASELINES = ("nearest_text", "breadth_first", "random_walk")
DISTANCE, DATA, SIZE, LINKS, STEPS = "distance", "data", "size", "links", "steps"
GRAPHS = ("partial", "first_level", "categories")
K = (1, 2, 4)  # beside the entry's own
PAGES = (300, 1000, 3000)
GOALS = (0.02, 1.0)  # shares of the training pages
DATA_PAGES = 500
SEEDS = (0,)
QUERIES, FEWER = 2000, 500
COUNT = {DISTANCE: QUERIES, LINKS: FEWER, STEPS: FEWER}
SUCCESS = "success_rate"


def conditions(quick):
    world, policies = _world(quick), (VIN, REACTIVE)
    pages, goals, seeds = ((100,), (0.1, 1.0), (0,)) if quick else (PAGES, GOALS, SEEDS)
    return [
        *({"part": DISTANCE, "policy": policy, "world": world} for policy in (*policies, *BASELINES)),
        *({"part": LINKS, "policy": VIN, "world": world, "links": graph} for graph in GRAPHS),
        *({"part": STEPS, "policy": VIN, "world": world, "k": k} for k in K),
        *({"part": SIZE, "policy": policy, "pages": count} for count in pages for policy in policies),
        *({"part": DATA, "policy": policy, "goals": share, "seed": seed}
          for seed in seeds for share in goals for policy in policies),
    ]  # fmt: skip


def run(condition, quick):
    part, policy = condition["part"], condition["policy"]
    if part == DATA:
        measured = _measured("invented", 100 if quick else DATA_PAGES, 8 if quick else FEWER)
        return rows(evaluation.walks_of(_trained(condition, quick), measured), measured)
    if part == SIZE:
        measured = _measured("invented", condition["pages"], 8 if quick else FEWER)
    else:
        measured = _measured(condition["world"], 100 if quick else 3000, 8 if quick else COUNT[part])
    if policy in BASELINES:
        return rows(evaluation.baselines(measured)[policy], measured)
    model = _entry(policy, quick)
    if part == STEPS:
        model = model.with_options(k=condition["k"])
    return rows(evaluation.walks_of(model, measured, condition.get("links", "full")), measured)


def rows(walks, measured):
    """Success of all, far ones, and at each distance, which is the key `links away`."""
    found = evaluation.judged(walks, measured)
    named = {"success_rate": SUCCESS, "success_rate_far": f"{SUCCESS}, three and more links away"}
    kept = [as_row(metric, away=None) | {"name": named[metric.name]} for metric in found if metric.name in named]
    return kept + [
        as_row(metric, away=metric.dataset["distance"][0]) | {"name": f"{SUCCESS} by distance"}
        for metric in found if metric.name == "success_rate_by_distance"
    ]  # fmt: skip


def _world(quick):
    """Wikispeedia where its articles are there, else an invented web."""
    if quick:
        return "invented"
    try:
        worlds.web("wikispeedia")
    except FileNotFoundError:
        return "invented"
    return "wikispeedia"


@functools.lru_cache(maxsize=8)
def _measured(world, pages, queries):
    return evaluation.web_set(worlds.measured(world, pages), world, "test", queries)


@functools.lru_cache(maxsize=4)
def _entry(policy, quick):
    if not quick:
        return pnzoo.load(policy)
    keras.utils.set_random_seed(0)
    return entry.build(RECIPES[policy])


def _trained(condition, quick):
    """A model trained on some of the goals of an invented web; its last weights."""
    original = RECIPES[condition["policy"]]
    recipe = WebRecipe(
        model=original.model, config=original.config, pages=DATA_PAGES, goals=condition["goals"], queries=4000,
        epochs=1, steps_per_epoch=200, seed=condition["seed"],
    )  # fmt: skip
    if quick:
        recipe = WebRecipe(**{**vars(recipe), "pages": 100, "queries": 40, "steps_per_epoch": 2, "batch_size": 2,
                              "pages_per_query": 8, "folds": 2})  # fmt: skip
    keras.backend.clear_session()
    keras.utils.set_random_seed(recipe.seed)
    model = entry.build(recipe)
    batches = Batches(recipe, model, (recipe.seed, 0), recipe.steps_per_epoch)
    training.compiled(model, recipe).fit(batches, epochs=1, shuffle=False, verbose=0)
    model._recompile()
    return model


# -- sentences -------------------------------------------------------------------------------------


def overall(table, **wanted):
    return select_one(table, name=SUCCESS, **wanted)


def far(table, **wanted):
    return select_one(table, name=f"{SUCCESS}, three and more links away", **wanted)


def conclusion(table):
    vin, reactive = (overall(table, part=DISTANCE, policy=policy) for policy in (VIN, REACTIVE))
    away, without = (far(table, part=DISTANCE, policy=policy) for policy in (VIN, REACTIVE))
    verdict = "adds" if above(vin, reactive) else "adds nothing that the intervals tell"
    sizes = values_of(select(table, part=SIZE), "pages")
    gain = [gap(table, part=SIZE, pages=pages) for pages in (sizes[0], sizes[-1])]
    data = [gap(table, part=DATA, goals=share) for share in sorted(values_of(select(table, part=DATA), "goals"))]
    return (
        f"Planning {verdict}: vin_web reaches {format_ci(vin)}, reactive_web {format_ci(reactive)}; three and more "
        f"links away {100 * away['value']:.1f} % against {100 * without['value']:.1f} %. The gain is {gain[0]:+.0f} "
        f"points on {sizes[0]:,} invented pages and {gain[1]:+.0f} on {sizes[-1]:,}, {data[0]:+.0f} with the fewest "
        f"training goals and {data[-1]:+.0f} with all."
    )


def gap(table, **wanted):
    """Points of success that the planner is ahead."""
    vin, reactive = (overall(table, policy=policy, **wanted)["value"] for policy in (VIN, REACTIVE))
    return 100 * (vin - reactive)


def details(table):
    lines = []
    for policy in (VIN, REACTIVE, *BASELINES):
        found = select(table, part=DISTANCE, policy=policy, name=f"{SUCCESS} by distance")
        points = ", ".join(f"{100 * row['value']:.1f}" for row in sorted(found, key=lambda row: row["away"]))
        lines.append(f"{policy.replace('_', ' ') if policy in BASELINES else policy} {points}")
    by_distance = f"Success in percent at 1, 2, 3, 4 and more links: {'; '.join(lines)}."
    whole = overall(table, part=DISTANCE, policy=VIN)
    known = ", ".join(
        f"{links.replace('_', ' ')} {format_ci(overall(table, part=LINKS, links=links))}" for links in GRAPHS
    )
    steps = ", ".join(f"{k}: {100 * overall(table, part=STEPS, k=k)['value']:.1f}" for k in K)
    sizes = "; ".join(
        f"{pages:,}: {both(table, part=SIZE, pages=pages)}" for pages in values_of(select(table, part=SIZE), "pages")
    )
    data = "; ".join(
        f"{share:.0%}: {both(table, part=DATA, goals=share)}"
        for share in sorted(values_of(select(table, part=DATA), "goals"))
    )
    return (
        f"{by_distance} Planning on all links, eight steps: {format_ci(whole)}; on an approximation: {known}. By steps "
        f"of value iteration: {steps} %. By pages of an invented web, vin_web / reactive_web: {sizes}. By share of "
        f"the training goals: {data}."
    )


def both(table, **wanted):
    values = (overall(table, policy=policy, **wanted)["value"] for policy in (VIN, REACTIVE))
    return " / ".join(f"{100 * value:.1f}" for value in values) + " %"


EXPERIMENTS = {
    28: Experiment(
        number=28,
        question="A web: what does planning add over a reactive policy?",
        hypothesis=(
            "Ten to twenty points of success, nothing at one link and most from three on, where features of the next "
            "page say little of what lies behind it. The gain grows with the web, does not depend on how many goals "
            "were trained on, as both models have some 480 weights, and most of it is lost on approximate graphs: half "
            "on half of the links, nearly all on first-level pages and on categories."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "lines", "x": "away", "by": ["policy"],
                "where": {"part": DISTANCE, "name": f"{SUCCESS} by distance"},
                "x_title": "links to the goal (4: and more)", "y_title": "success rate"},
        columns=("part", "policy", "world", "links", "k", "pages", "goals", "away"),
        links=(("zoo", "The zoo", {}),),
        notes=(
            "Both models see the same ten features of every page (pnzoo.graphs.FEATURES), one of which looks a link "
            "ahead, and both go to no page twice while others are left. Success is to reach the page that the query is "
            "from within ten links.",
            f"By distance: {QUERIES:,} queries for pages of Wikispeedia's test part (an invented web where its "
            f"articles are missing); by links known and steps the first {FEWER} of them. By size: the same weights on "
            f"invented webs, {FEWER} queries each. By data: trained for 200 steps on an invented web of "
            f"{DATA_PAGES:,} pages, one seed, {FEWER} queries. A prototype on validation pages had shown the planner "
            "ahead before this was written.",
            "Links known: half of them at random (partial); the tenth of the pages with the most links to them (first "
            "level), or one node for each category, all planned with the weights that were trained on all links.",
        ),
    )
}
