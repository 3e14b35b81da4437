"""Names of release 0.1 on loaded entries work for one more release, and say what they are called now."""

import pytest

import pnzoo


@pytest.mark.parametrize("former, today", [("interval", "ci95"), ("on", "dataset")])
def test_keys_of_a_cards_metrics(former, today):
    metric = pnzoo.card("vin8")["metrics"][0]
    with pytest.warns(DeprecationWarning, match=today):
        assert isinstance(metric[former], str) if former == "on" else metric[former] == metric[today]


def test_an_unknown_key_is_a_key_error():
    with pytest.raises(KeyError):
        pnzoo.card("vin8")["metrics"][0]["nothing"]


def test_an_entry_by_keyword():
    with pytest.warns(DeprecationWarning, match="without the keyword"):
        assert pnzoo.load(name="vin8").k == 16
    with pytest.raises(TypeError, match="name of an entry"):
        pnzoo.load()


@pytest.mark.parametrize("former, today", [
    ("scores", "logits"), ("scores_at", "logits_at"), ("scores_every_cell", "dense_prediction"),
    ("observe", "features_and_reward"), ("decide", "policy_logits"),
])  # fmt: skip
def test_methods_of_planners(entry, former, today):
    with pytest.warns(DeprecationWarning, match=f"is called {today} now"):
        assert getattr(entry("vin8"), former) == getattr(entry("vin8"), today)


def test_settings_are_the_configuration(entry):
    with pytest.warns(DeprecationWarning, match="get_config"):
        assert entry("vin8").settings["channels"] == 16


def test_a_stage_of_training():
    model = pnzoo.models.DeterministicVIN()
    with pytest.warns(DeprecationWarning, match="hard_transition"):
        model.arrange(k=5, rounded=False)
    assert (model.k, model.hard_transition) == (5, False)
