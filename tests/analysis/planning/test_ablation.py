"""Taking the Q values away: what reads them notices, what does not stays."""

import numpy as np
import pytest
from keras import ops

from pnzoo import analysis, gridworld
from pnzoo.models import VIN

MAPS = gridworld.generate(5, 8, seed=1)


def model(**settings):
    return VIN(k=6, filters=(8,), **settings)


@pytest.mark.parametrize("concat_state", [True, False])
def test_untouched_q_is_the_policy(concat_state):
    planner = model(concat_state=concat_state)
    np.testing.assert_array_equal(analysis.ablate_q(planner, *MAPS, mode="none"), planner.policy(*MAPS))
    one = analysis.ablate_q(planner, MAPS.walls[0], MAPS.goal[0], mode="none")
    np.testing.assert_array_equal(one, planner.policy(MAPS.walls[0], MAPS.goal[0]))


def test_a_policy_with_no_weight_on_q_does_not_miss_it():
    planner = model(concat_state=True)
    kernel = ops.convert_to_numpy(planner.policy_head.kernel).copy()
    kernel[:10] = 0
    planner.policy_head.kernel.assign(kernel)
    assert analysis.policy_weights(planner)[0] == 0
    for how in ("zero", "shuffle", "scale"):
        np.testing.assert_array_equal(analysis.ablate_q(planner, *MAPS, mode=how), planner.policy(*MAPS))


def test_a_policy_that_reads_q_alone_is_lost_without_it():
    planner = model()
    assert (analysis.ablate_q(planner, *MAPS, mode="zero") == 0).all()  # all moves are alike: the first
    np.testing.assert_array_equal(analysis.ablate_q(planner, *MAPS, mode="scale"), planner.policy(*MAPS))
    assert (analysis.ablate_q(planner, *MAPS, mode="shuffle") != planner.policy(*MAPS)).any()
    assert analysis.policy_weights(planner)[1] == 0


def test_shuffling_depends_on_the_seed_alone():
    planner = model()
    one, same, other = (analysis.ablate_q(planner, *MAPS, mode="shuffle", seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_unknown_ways_are_refused():
    with pytest.raises(ValueError, match="zero"):
        analysis.ablate_q(model(), *MAPS, mode="delete")
