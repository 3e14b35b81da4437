"""Q10: position-invariant transitions are an assumption. What if dynamics vary by place?"""

import functools

import keras
import numpy as np
from keras import ops

from pnzoo.core import seeds
from pnzoo.layers import ValueIteration
from pnzoo.worlds.stochastic import ice_wind
from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, mean, mean_over_seeds, select, select_one, values_of
from train.experiments.planning.common import compile_imitation

SEEDS = (0, 1, 2)
KINDS = {"shared, free": "kernel", "shared, a distribution": "softmax_kernel", "depends on the place": "per_cell"}
SIZE, MAPS, STEPS, BATCH = 10, 2000, 450, 32


class PlaceVIN(keras.Model):
    """A VIN for images of any number of channels, with the chosen form of P; its policy reads Q(s, .) and phi(s).

    Reading phi(s) too is generous to shared kernels: what the place itself does can be known without planning.
    """

    def __init__(self, transition, k):
        super().__init__()
        self.free = transition == "kernel"
        options = {} if self.free else {"inverse_temperature": 6.0, "nonpositive_reward": True}
        self.value_iteration = ValueIteration(k, 16, transition, unroll=False, **options)
        self.see = [keras.layers.Conv2D(64, size, padding="same", activation="relu") for size in (3, 1)]
        self.reward = keras.layers.Dense(1)
        start = np.zeros((ice_wind.CHANNELS, 1), "float32")
        start[1] = -2.0  # the goal begins as a place worth reaching, as in `VIN`
        self.reward_of_image = keras.layers.Dense(1, use_bias=False, kernel_initializer=constant(start))
        self.policy = keras.layers.Dense(8)

    def call(self, image):
        phi = self.see[1](self.see[0](image))
        reward = self.reward(phi)[..., 0] + self.reward_of_image(image)[..., 0] * (-1 if self.free else 1)
        q = self.value_iteration(reward if self.free else -ops.softplus(reward), phi)
        q = q if self.free else 10 * (q - ops.max(q, axis=-1, keepdims=True))
        return self.policy(ops.concatenate([q, phi], axis=-1))


def constant(values):
    return lambda shape, dtype=None: ops.convert_to_tensor(values, dtype=dtype)


def conditions(quick):
    kinds, seeds = (["depends on the place"], (0,)) if quick else (KINDS, SEEDS)
    return [{"P": kind, "seed": seed} for seed in seeds for kind in kinds]


@functools.lru_cache(maxsize=2)
def test_worlds(n):
    return ice_wind.generate(n, SIZE, seed=seeds.EXPERIMENT_MAPS[SIZE - 1])


def run(condition, quick):
    keras.backend.clear_session()
    keras.utils.set_random_seed(condition["seed"])
    maps, steps, k = (24, 2, 3) if quick else (MAPS, STEPS, 20)
    data = ice_wind.generate(maps, SIZE, seed=seeds.EXPERIMENT_TRAINING_MAPS[condition["seed"]])
    model = PlaceVIN(KINDS[condition["P"]], k)
    compile_imitation(model, steps, 3e-3 if model.free else 5e-3, 1e-4, quick)
    model.fit(Worlds(data, 8 if quick else BATCH, steps, condition["seed"]), epochs=1, verbose=0)
    return evaluate(model, test_worlds(20 if quick else 300))


class Worlds(keras.utils.PyDataset):
    """Random batches of worlds: image, uniform targets over the optimal moves, weights of the labelled cells."""

    def __init__(self, data, batch, steps, seed):
        super().__init__()
        self.data, self.batch, self.steps, self.seed = data, batch, steps, seed

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        chosen = np.random.default_rng((self.seed, index)).choice(len(self.data.image), self.batch, replace=False)
        best = self.data.optimal_actions[chosen]
        count = best.sum(axis=-1, keepdims=True)
        weight = (count[..., 0] > 0).astype("float32")
        targets = (best / np.maximum(count, 1)).astype("float32")
        return self.data.image[chosen], targets, weight * (weight.size / max(1, weight.sum()))


def evaluate(model, data):
    """Right moves by kind of place, chance to arrive, and extra moves, exactly: nothing is rolled out."""
    policy = np.concatenate([ops.convert_to_numpy(model.predict_on_batch(data.image[i : i + 100])).argmax(axis=-1)
                             for i in range(0, len(data.image), 100)])
    right = np.take_along_axis(data.optimal_actions, policy[..., None], axis=-1)[..., 0]
    cells = ice_wind.reachable_cells(data.image, data.cost)
    door = (ice_wind.neighborhoods(data.image[..., 7:].any(axis=-1).astype("float32")) > 0).any(axis=-1)
    where = {"on ice": data.image[..., 2] > 0, "in wind": data.image[..., 3:7].any(axis=-1), "beside a door": door}
    where["elsewhere"] = ~np.any(list(where.values()), axis=0)
    rows = [mean(f"optimal moves {name}", by_map(right, cells & mask), "%") for name, mask in where.items()]
    arrived, cost = ice_wind.evaluate_policy(data, policy)
    rows.append(mean("arrives within 60 moves", by_map(arrived, cells), "%"))
    return [*rows, mean("extra moves", by_map(cost - data.cost, cells))]


def by_map(values, mask):
    """Means over the cells of each map; maps without such cells are left out."""
    count = mask.sum(axis=(1, 2))
    return ((values * mask).sum(axis=(1, 2)) / np.maximum(1, count))[count > 0]


def table(rows):
    return mean_over_seeds(rows, ("P",))


def conclusion(table):
    arrives = select(table, name="arrives within 60 moves")
    *shared, own = sorted(arrives, key=lambda row: row["P"] == "depends on the place")
    worse = all(above(own, row) for row in shared)
    parts = " and ".join(f"{format_ci(row)} ({row['P'].removeprefix('shared, ')})" for row in shared)
    return (f"With ice, wind and one-way doors a P shared by all places arrives in {parts}, a P that depends on the "
            f"place in {format_ci(own)}{'' if worse else ', which three seeds do not tell apart'}.")


def details(table):
    parts = []
    for kind in values_of(table, "P"):
        get = {name: format_ci(select_one(table, P=kind, name=name)) for name in (
            "arrives within 60 moves", "extra moves", "optimal moves on ice", "optimal moves in wind",
            "optimal moves beside a door")}
        parts.append(
            f"P {kind}: arrives in {get['arrives within 60 moves']} with {get['extra moves']} extra moves, optimal on "
            f"ice {get['optimal moves on ice']}, in wind {get['optimal moves in wind']}, beside a door "
            f"{get['optimal moves beside a door']}"
        )
    return "; ".join(parts) + "."


EXPERIMENTS = {
    10: Experiment(
        number=10,
        question="Position-invariant transitions are an assumption: what if dynamics vary by place?",
        hypothesis=(
            "A shared kernel cannot know ice, wind or one-way doors, so it plans through doors the wrong way and "
            "never arrives from many cells: 80 to 90 %. A P that depends on the place arrives from over 99 % and "
            "makes the optimal move in over 95 % of the cells of every kind."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["P", "name"], "where": {"unit": "%"}, "x_title": "share"},
        columns=("P",),
        table=table,
        links=(("inside", "What P is in every cell", {"model": "vin16", "view": "moves"}),),
        notes=(
            "Worlds of 10x10 (pnzoo/worlds/stochastic/ice_wind.py): two halves joined by two one-way doors, one each "
            "way, patches of ice (0.6 as meant, 0.2 to each side) and of wind (0.4 one cell with the wind). The "
            "network sees where they are, and learns from the optimal moves alone what they do.",
            "The three differ in P only: 2,000 worlds, 450 updates of 32, K = 20, 16 actions, and a policy that reads "
            "Q(s, .) and phi(s). 300 new worlds, solved and evaluated exactly; intervals are Student's over three "
            "seeds.",
        ),
    )
}
