"""Q19: 28 / 16 is not an integer. Which padding gives 1x1x64, and does it matter?"""

import keras

from pnzoo.models import MatchingNetwork
from pnzoo.models.few_shot.embedding import embed_images
from train.experiments.experiment import Experiment
from train.experiments.few_shot import common
from train.experiments.metrics import above, exact, format_ci, mean, mean_over_seeds, select_one

SEEDS = (0, 1, 2)
STEPS, FILTERS, EPISODES = 2000, 24, 300
POOLS = ("valid", "same")


def conditions(quick):
    seeds = (0,) if quick else SEEDS
    shapes = [{"convolution": convolution, "pool": pool} for convolution in ("same", "valid") for pool in POOLS]
    return shapes + [{"convolution": "same", "pool": pool, "seed": seed} for seed in seeds for pool in POOLS]


def run(condition, quick):
    if "seed" not in condition:
        sides = sides_of(28, condition["convolution"], condition["pool"])
        path = "-".join(map(str, sides)) + ("" if len(sides) == 5 else ", then none is left")
        return [exact("side after four modules", sides[-1] if len(sides) == 5 else 0, sides=path)]
    keras.backend.clear_session()
    keras.utils.set_random_seed(condition["seed"])
    images, test = common.material(quick)
    options = {"filters": 4 if quick else FILTERS, "pool_padding": condition["pool"]}
    model = MatchingNetwork(backbone_options=options)
    common.train(model, images, seed=condition["seed"], steps=2 if quick else STEPS, way=5 if quick else 20)
    of = embed_images(model, test)
    rows = [mean(f"{way}-way {shot}-shot",
                 common.scores(model, of, common.draw(of, 4 if quick else EPISODES, way, shot)), "%")
            for way, shot in ((5, 1), (20, 1))]
    return [*rows, exact("length of the embedding", model.embedding_dim)]


def sides_of(side, convolution, pool):
    """Sides of the image after each of four modules of a 3x3 convolution and a 2x2 pool, as far as any is left."""
    sides = [side]
    for _ in range(4):
        side = side if convolution == "same" else side - 2
        side = (side + 1) // 2 if pool == "same" else side // 2
        if side < 1:
            break
        sides.append(side)
    return sides


def table(rows):
    shapes = [row for row in rows if "seed" not in row]
    return shapes + mean_over_seeds([row for row in rows if "seed" in row], ("convolution", "pool"))


def conclusion(table):
    shape = {(row["convolution"], row["pool"]): row for row in table if row["name"] == "side after four modules"}
    valid, same = (select_one(table, pool=pool, name="20-way 1-shot") for pool in POOLS)
    apart = "apart" if above(valid, same) or above(same, valid) else "not told apart"
    return (f"Padded convolutions and unpadded pools give 1x1x64 ({shape['same', 'valid']['sides']}); padded pools end "
            f"at 2x2, and at 20-way 1-shot that makes {format_ci(same)} instead of {format_ci(valid)}, {apart} by "
            "three seeds.")


def details(table):
    shape = {(row["convolution"], row["pool"]): row for row in table if row["name"] == "side after four modules"}
    valid, same = (select_one(table, pool=pool, name="20-way 1-shot") for pool in POOLS)
    gap = 100 * (same["value"] - valid["value"])
    apart = "apart" if above(valid, same) or above(same, valid) else "not told apart by three seeds"
    length = {pool: select_one(table, pool=pool, name="length of the embedding")["value"] for pool in POOLS}
    return (
        "1x1x64 comes of padded convolutions and pools that drop the odd row "
        f"({shape['same', 'valid']['sides']}); pools that keep it end at {shape['same', 'same']['sides']}, and valid "
        f"convolutions at {shape['valid', 'valid']['sides']}; 20-way 1-shot is {format_ci(valid)} with 1x1 "
        f"({length['valid']:.0f} numbers) and {format_ci(same)} with 2x2 ({length['same']:.0f}), {gap:+.1f} points, "
        f"{apart}."
    )


EXPERIMENTS = {
    19: Experiment(
        number=19,
        question="Omniglot encoder: 28 / 16 is not an integer, so which padding gives 1x1x64, and does it matter?",
        hypothesis=(
            "Padded convolutions and pools without padding: 28-14-7-3-1; valid convolutions run out of image before "
            "the fourth module. An embedding of 2x2x64 keeps where strokes are and is half a point better or level."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["pool", "name"], "where": {"unit": "%"}, "x_title": "accuracy"},
        columns=("convolution", "pool", "sides"),
        table=table,
        links=(("zoo", "Entries with this backbone", {"find": "conv4"}),),
        notes=(
            f"Conv-4 with {FILTERS} filters, {STEPS} episodes 20-way one-shot with 3 queries a class on Omniglot's "
            f"training characters; {EPISODES} episodes on the validation characters. Intervals are Student's over "
            "three seeds.",
        ),
    )
}
