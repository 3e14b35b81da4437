"""The dashboard without a browser: pages run by Streamlit's AppTest on a zoo of small untrained models."""

import json
from pathlib import Path
from types import SimpleNamespace

import keras
import pytest

pytest.importorskip("streamlit", reason="the dashboard's own extra is not installed")

import pnzoo
from pnzoo import hub

FOLDER = Path(__file__).parents[2] / "dashboard"

CARD = {
    "summary": "A small untrained model.", "paper": "None", "command": "python -m train vin8", "seed": 0,
    "backend": "tensorflow", "data": "none", "hardware": "any", "training_seconds": 95.0, "recipe": {"size": 8},
    "flops": {"value": 80, "per": "map"}, "limitations": ["It is untrained."],
    "metrics": [{"name": "success_rate", "value": 0.5, "n": 100, "ci95": [0.4, 0.6],
                 "dataset": {"kind": "description", "text": "8x8 maps"},
                 "seeds": [0], "command": "pnzoo evaluate vin8", "paper": 0.996}],
    "history": {"epoch": [1, 2, 3], "loss": [0.9, 0.6, 0.5], "val_loss": [0.9, 0.7, 0.6]},
}


def entries():
    """name -> model, one of each kind that pages tell apart."""
    from pnzoo.models import VIN, DeterministicVIN
    from pnzoo.models.few_shot.mann import MANN
    from pnzoo.models.few_shot.matching import MatchingNetwork
    from pnzoo.models.planning.reactive import CNNPolicy, FCNPolicy

    return {
        "vin8": VIN(k=6, filters=(8,)), "vin8_paper": VIN(k=6, filters=(8,), transition="kernel", activation="linear"),
        "vin_maze": DeterministicVIN(filters=(8,)),
        "cnn8": CNNPolicy(8), "fcn8": FCNPolicy(8), "matching_omniglot": MatchingNetwork(),
        "matching_fce_omniglot": MatchingNetwork(support_embedding="lstm", query_steps=2), "mann_omniglot": MANN(),
    }


@pytest.fixture(scope="session")
def small_zoo(tmp_path_factory):
    """A folder with an entry of every kind."""
    keras.utils.set_random_seed(0)  # it is made before the first test begins, which seeds for itself
    zoo = tmp_path_factory.mktemp("zoo")
    for name, model in entries().items():
        pnzoo.save(model, zoo / name, CARD)
    return zoo


@pytest.fixture(autouse=True)
def zoo(small_zoo, monkeypatch):
    """What the pages find in the zoo."""
    monkeypatch.setattr(hub, "zoo_folder", lambda: small_zoo)
    return small_zoo


def forget_the_zoo():
    """What pages have read in the zoo is read again."""
    import streamlit as st

    from dashboard import compute

    st.cache_data.clear()
    compute.zoo.read_zoo.clear()


@pytest.fixture(scope="package", autouse=True)
def own_zoo():
    """What other tests of this process have read of the real zoo is not seen here, nor ours there."""
    import streamlit as st

    forget_the_zoo()
    st.cache_resource.clear()
    yield
    forget_the_zoo()
    st.cache_resource.clear()


@pytest.fixture
def look_anew():
    """look_anew(): pages forget what they read in the zoo; done once more at the end."""
    yield forget_the_zoo
    forget_the_zoo()


@pytest.fixture
def empty_zoo(tmp_path, monkeypatch, look_anew):
    """A zoo without entries."""
    look_anew()
    monkeypatch.setattr(hub, "zoo_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def visit():
    """visit(page, unfolded, **parameters of the address): the page, drawn; unfolded: with the other ways to a map."""
    from streamlit.testing.v1 import AppTest

    def visit(page="plan", unfolded=False, **parameters):
        app = AppTest.from_file(str(FOLDER / "app.py"), default_timeout=600)
        app.switch_page(f"app_pages/{page}.py")
        for name, value in parameters.items():
            app.query_params[name] = value
        app.session_state["take_along"] = app.session_state["canvas_drawn"] = True  # as a browser says
        if unfolded:
            app.session_state["other_ways"] = True
        app.run()
        assert not app.exception, app.exception[0].message
        return app

    return visit


FORGED = [None, True, -1, 10**30, 1.5, float("nan"), float("inf"), "x", "\x00", [], {}, [[]], [0], ["0", "0"],
          [0.5, 1], [True, False], [99, 99], {"a": 1}, "a" * 20_000]


@pytest.fixture
def unmoved(monkeypatch):
    """unmoved(module, name, messages): what is sent to the component `name`, [(part, message)], when it is drawn first.

    Returns the list of the messages that were told, and that of those after which the page's state was another one.
    """
    import streamlit as st

    from dashboard import state

    def kept():
        own = ("my_photographs", "photographs_out", "asked_photograph", "needed_planners", "break_asked")
        return repr([state._values(), *(st.session_state.get(name) for name in own)])

    def unmoved(module, name, messages):
        told, changed, real = [], [], getattr(module, name)

        def component(key, data=None, **callbacks):
            for part, message in () if told else messages:
                before = kept()
                st.session_state[key] = SimpleNamespace(**{part: message})
                callbacks[f"on_{part}_change"]()
                told.append(message)
                if kept() != before:
                    changed.append((part, message))
            if key in st.session_state:
                del st.session_state[key]
            return real(key=key, data=data, **callbacks)

        monkeypatch.setattr(module, name, component)
        return told, changed

    return unmoved


@pytest.fixture
def heading():
    """heading(app): what stands above a page."""

    def heading(app):
        texts = [*(each.value for each in app.title), *(each.proto.body for each in app.get("html"))]
        (found,) = [text.removeprefix("<h1>").removesuffix("</h1>") for text in texts if not text.startswith("<p>")]
        return found

    return heading


@pytest.fixture
def ring():
    """ring(app): what a few-shot page sends to its ring."""

    def ring(app):
        (shown,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name.endswith("ring")]
        return json.loads(shown.json)

    return ring
