"""Q11: an LSTM controller that chooses the reward at run time, sub-goals to which a frozen VI module plans."""

import keras
import numpy as np
from keras import layers, ops

import pnzoo
from pnzoo.core import seeds
from pnzoo.layers import AttentionReadout
from pnzoo.worlds.stochastic import key_door
from pnzoo.worlds.stochastic.key_door import MAX_STEPS
from train.experiments.experiment import Experiment
from train.experiments.metrics import above, format_ci, mean, mean_over_seeds, proportion, select_one
from train.experiments.planning.common import compile_imitation

SEEDS = (0, 1, 2)
SIZE, LARGER, MAPS, STEPS, BATCH, ASKED = 10, 14, 4000, 700, 32, 3
PLANNER, K = "vin16", 16
FAR = -1e9


class Controller(keras.Model):
    """Where next? An LSTM over what is seen where the agent stands emits a goal map; a frozen VIN moves towards it.

    The goal map is a softmax over the free cells, so that the error of a move teaches the choice of the sub-goal
    through the planner. Nobody tells it what a key is.

    Call args:
        image [B, H, W, 4], positions int [B, T, 2], times int [B, N].

    Returns:
        logits of the moves at those times, [B, N, 8].
    """

    def __init__(self, planner, units=64):
        super().__init__()
        self.planner = planner
        self.planner.trainable = False
        self.planner.value_iteration.unroll = False  # a loop compiles in a moment
        self.see = [layers.Conv2D(32, size, padding="same", activation="relu") for size in (3, 1)]
        self.lstm = layers.LSTM(units, return_sequences=True)
        self.of_cell, self.of_state = layers.Dense(64), layers.Dense(64)
        self.score = layers.Dense(1)
        self.readout = AttentionReadout()

    def call(self, inputs):
        image, positions, times = inputs
        return self.move(image, positions, times, self.goals(image, positions, times))

    def goals(self, image, positions, times):
        """The goal map of each time, a distribution over free cells, [B, N, H, W]."""
        phi = self.see[1](self.see[0](image))
        state = at_times(self.lstm(self.readout(phi, positions)), times)  # [B, N, units]
        mixed = ops.relu(self.of_cell(phi)[:, None] + self.of_state(state)[:, :, None, None])
        logits = self.score(mixed)[..., 0] + FAR * image[:, None, :, :, 0]
        batch, count, height, width = ops.shape(logits)
        return ops.reshape(ops.softmax(ops.reshape(logits, (batch, count, -1))), (batch, count, height, width))

    def move(self, image, positions, times, goals):
        """What the planner does with goal maps [B, N, H, W]."""
        batch, count, height, width = ops.shape(goals)
        walls = ops.broadcast_to(image[:, None, :, :, 0], (batch, count, height, width))
        seen = ops.reshape(ops.stack([walls, goals], axis=-1), (-1, height, width, 2))
        here = ops.reshape(at_times(positions, times), (-1, 1, 2))
        return ops.reshape(self.planner.position_network([seen, here]), (batch, count, 8))


class Alone(keras.Model):
    """The same task for an LSTM without a planner: convolutions see the whole map, the LSTM remembers, and acts."""

    def __init__(self, units=128):
        super().__init__()
        self.see = [layers.Conv2D(32, 3, padding="same", activation="relu") for _ in range(4)]
        self.whole = layers.Dense(128, activation="relu")
        self.lstm = layers.LSTM(units, return_sequences=True)
        self.policy = [layers.Dense(128, activation="relu"), layers.Dense(8)]
        self.readout = AttentionReadout()

    def call(self, inputs):
        image, positions, times = inputs
        phi = image
        for layer in self.see:
            phi = layer(phi)
        here = self.readout(phi, positions)
        batch, steps = ops.shape(here)[:2]
        whole = self.whole(ops.reshape(phi, (-1, phi.shape[1] * phi.shape[2] * phi.shape[3])))
        spot = ops.cast(positions, "float32") / SIZE
        whole = ops.broadcast_to(whole[:, None], (batch, steps, 128))
        state = self.lstm(ops.concatenate([here, whole, spot], axis=-1))
        return self.policy[1](self.policy[0](at_times(state, times)))


def at_times(sequence, times):
    """[B, T, ...], int [B, N] -> [B, N, ...]."""
    return ops.take_along_axis(sequence, times[..., None], axis=1)


def conditions(quick):
    seeds = (0,) if quick else SEEDS
    trained = [{"model": name, "seed": seed} for seed in seeds for name in ("LSTM and frozen VI", "LSTM alone")]
    return [{"model": "frozen VI, goal only"}, {"model": "frozen VI, true sub-goals"}, *trained]


def run(condition, quick):
    n, moves = (4, 3) if quick else (500, MAX_STEPS)
    sizes = {f"{size}x{size}": key_door.generate(n, size, seeds.EXPERIMENT_MAPS[size - 1]) for size in (SIZE, LARGER)}
    if "seed" not in condition:
        with_subgoals = "true" in condition["model"]
        return [proportion(f"success {name}", planner_success(rooms, with_subgoals)) for name, rooms in sizes.items()]
    keras.backend.clear_session()
    keras.utils.set_random_seed(condition["seed"])
    planned = condition["model"] != "LSTM alone"
    model = Controller(pnzoo.load(PLANNER, k=4 if quick else K)) if planned else Alone()
    fit(model, condition["seed"], quick)
    here = sizes[f"{SIZE}x{SIZE}"]
    rows = [proportion(f"success {SIZE}x{SIZE}", model_success(model, here, moves))]
    if planned:
        rows.append(proportion(f"success {LARGER}x{LARGER}", model_success(model, sizes[f"{LARGER}x{LARGER}"], moves)))
        rows.append(mean("sub-goal is the true one", subgoals(model, here, moves), "%"))
    return rows


def fit(model, seed, quick):
    """Imitate the expert's moves, at a few random times of each demonstration."""
    maps, steps, batch = (16, 2, 4) if quick else (MAPS, STEPS, BATCH)
    rooms = key_door.generate(maps, SIZE, seeds.EXPERIMENT_TRAINING_MAPS[seed])
    demonstrations = key_door.demonstrate(rooms, np.random.default_rng(seed))
    compile_imitation(model, steps, 2e-3, 1e-4, quick)
    model.fit(Moments(key_door.encode(rooms), demonstrations, batch, steps, seed), epochs=1, verbose=0)


class Moments(keras.utils.PyDataset):
    """Random demonstrations of the expert, each asked about at a few random times."""

    def __init__(self, image, demonstrations, batch, steps, seed):
        super().__init__()
        self.image, self.demonstrations, self.batch, self.steps, self.seed = image, demonstrations, batch, steps, seed
        self.length = demonstrations.optimal_actions.any(axis=-1).sum(axis=1)

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, index))
        chosen = rng.choice(len(self.image), self.batch, replace=False)
        times = (rng.random((self.batch, ASKED)) * self.length[chosen][:, None]).astype("int32")
        optimal = self.demonstrations.optimal_actions[chosen]
        best = np.take_along_axis(optimal, times[..., None], axis=1).astype("float32")
        inputs = (self.image[chosen], self.demonstrations.position[chosen].astype("int32"), times)
        return inputs, best / best.sum(axis=-1, keepdims=True)


def model_success(model, rooms, moves):
    """Success of the model's own episodes; a controller's sub-goal is then its most likely cell, and only that."""
    return key_door.rollouts(rooms, actor(model, rooms), moves)


def actor(model, rooms):
    image = key_door.encode(rooms)

    def act(past, time):
        inputs = (image, past.astype("int32"), np.full((len(image), 1), time, "int32"))
        if isinstance(model, Controller):
            goal = choice(model, inputs)
            return model.planner.policy(rooms.walls, goal)[np.arange(len(goal)), past[:, time, 0], past[:, time, 1]]
        return ops.convert_to_numpy(model.predict_on_batch(inputs))[:, 0].argmax(axis=-1)

    return act


def choice(model, inputs):
    """The sub-goal at one time, int [B, 2]."""
    goals = ops.convert_to_numpy(model.goals(*(ops.convert_to_tensor(part) for part in inputs)))[:, 0]
    return np.stack(np.unravel_index(goals.reshape(len(goals), -1).argmax(axis=1), goals.shape[1:]), axis=1)


def subgoals(model, rooms, moves):
    """How often the emitted cell is the key until it is held, and the goal after, along the demonstrations: [B]."""
    demonstrations, image = key_door.demonstrate(rooms, np.random.default_rng(0)), key_door.encode(rooms)
    moving, right = demonstrations.optimal_actions.any(axis=-1), []
    for time in range(min(moves, int(moving.sum(axis=1).max()))):
        times = np.full((len(image), 1), time, "int32")
        goal = choice(model, (image, demonstrations.position.astype("int32"), times))
        right.append((goal == np.where(demonstrations.has_key[:, time, None], rooms.goal, rooms.key)).all(axis=1))
    right = np.stack(right, axis=1)
    moving = moving[:, : right.shape[1]]
    return (right & moving).sum(axis=1) / moving.sum(axis=1)


def planner_success(rooms, with_subgoals):
    """Success of the planner alone: to the goal, or to the key first by command."""
    planner = pnzoo.load(PLANNER, k=2 * K)
    rows = np.arange(len(rooms.walls))
    to = {cell: planner.policy(rooms.walls, getattr(rooms, cell)) for cell in ("key", "goal")}

    def act(past, time):
        held = (past[:, : time + 1] == rooms.key[:, None]).all(axis=-1).any(axis=1)
        at = past[:, time]
        towards_goal = to["goal"][rows, at[:, 0], at[:, 1]]
        return np.where(held | (not with_subgoals), towards_goal, to["key"][rows, at[:, 0], at[:, 1]])

    return key_door.rollouts(rooms, act)


def table(rows):
    return [row for row in rows if "seed" not in row] + mean_over_seeds([r for r in rows if "seed" in r], ("model",))


def conclusion(table):
    here = f"success {SIZE}x{SIZE}"
    both, alone, none = (select_one(table, model=name, name=here)
                         for name in ("LSTM and frozen VI", "LSTM alone", "frozen VI, goal only"))
    return (f"{says(both, alone, none)}: an LSTM that tells a frozen planner its sub-goal solves {format_ci(both)} of "
            f"the key-door maps, an LSTM alone {format_ci(alone)}, and the planner without sub-goals "
            f"{format_ci(none)}.")


def says(both, alone, none):
    if above(both, alone) and above(both, none):
        return "Yes"
    return "Not shown" if both["value"] <= alone["value"] else "Probably, though the seeds differ much"


def details(table):
    here, there = f"success {SIZE}x{SIZE}", f"success {LARGER}x{LARGER}"
    both, alone = (select_one(table, model=name, name=here) for name in ("LSTM and frozen VI", "LSTM alone"))
    larger = select_one(table, model="LSTM and frozen VI", name=there)
    right = select_one(table, model="LSTM and frozen VI", name="sub-goal is the true one")
    none = select_one(table, model="frozen VI, goal only", name=here)
    return (
        f"{says(both, alone, none)}: the controller with the frozen planner solves {format_ci(both)} of the key-door "
        f"maps, an LSTM alone {format_ci(alone)}, the planner without sub-goals {format_ci(none)}; its sub-goal is the "
        f"key, then the goal, in {format_ci(right)} of the moves, which nobody told it, and on {LARGER}x{LARGER} maps, "
        "never trained on, it solves " f"{format_ci(larger)}."
    )


EXPERIMENTS = {
    11: Experiment(
        number=11,
        question="Could an LSTM controller choose the reward at run time: emit sub-goals and let VI plan to them?",
        hypothesis=(
            "Yes: moves alone teach which sub-goal to emit, since the frozen planner passes gradients on. Over 90 % "
            "with the planner and under 60 % for the LSTM alone with the same demonstrations; and only the former "
            "works on larger maps."
        ),
        conditions=conditions,
        run=run,
        conclusion=conclusion,
        details=details,
        figure={"kind": "points", "by": ["model", "name"], "where": {"unit": "%"}, "x_title": "share of the maps"},
        columns=("model",),
        table=table,
        links=(("inside", "Paint a reward and let it plan", {"model": PLANNER, "view": "paint"}),),
        notes=(
            "Maps of 10x10 (pnzoo/worlds/stochastic/key_door.py): two rooms and a door that only opens to who "
            "has been at the key. The picture never changes: whether the key is held must be remembered. Entering "
            "the door too early ends the episode.",
            f"The planner is {PLANNER} of the zoo, K = {K}, its weights frozen. Both learn from the same 4,000 "
            "demonstrations of an expert, 700 updates of 32 demonstrations at 3 times each, by the error of the moves "
            "alone. When they act, the controller's most likely cell is the goal.",
            "500 new maps of each size; intervals are Student's over three seeds. The LSTM alone reads the whole map "
            "through a dense layer and so is bound to its size.",
        ),
    )
}
