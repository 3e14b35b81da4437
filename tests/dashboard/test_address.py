"""The state in the address: what a link, a typing error and the back button do to it."""

import pytest

pytest.importorskip("streamlit", reason="the dashboard's own extra is not installed")

from dashboard import lessons, state
from dashboard.widgets import choices

pytestmark = pytest.mark.integration

LESSON = {"lesson": lessons.read_lesson}
PLAN = {"k": choices.read_k, "layer": str, "step": choices.read_int("step", 1, 99)}


class Address(dict):
    """`st.query_params`: name -> all values of it."""

    def to_dict(self):
        return {name: values[-1] for name, values in self.items()}

    def from_dict(self, texts):
        self.clear()
        self.update({name: [text] for name, text in texts.items()})

    def get_all(self, name):
        return self.get(name, [])


@pytest.fixture
def come(monkeypatch):
    """come(page, name=[values]): a page is opened by an address; gives what the page says of it."""
    from types import SimpleNamespace

    said, address = [], Address()
    fake = SimpleNamespace(query_params=address, session_state={}, warning=lambda words, icon: said.append(words))
    monkeypatch.setattr(state, "st", fake)
    monkeypatch.setattr(state, "LATE", 0.0)  # nobody is as quick here

    def come(page, **values):
        said.clear()
        address.clear()
        address.update(values)
        state.open_page(page, LESSON)
        state.adopt(PLAN)
        state.publish({name: None if state.get(name) is None else str(state.get(name)) for name in PLAN})
        return list(said)

    come.address = address
    return come


def test_what_is_there_twice_or_unknown_is_left_out_and_said(come):
    (said,) = come("plan", k=["8", "9"], step=["3", "3"])
    assert "`k`" in said
    assert "2 times" in said
    assert state.get("k") is None
    assert state.get("step") == 3  # twice the same is no question
    (said,) = come("plan", stepp=["4"])
    assert "`stepp`" in said
    assert come.address == {}


def test_a_name_that_is_markup_is_shown_as_text(come):
    (said,) = come("plan", **{"`![x](http://a.invalid/x)`" + "x" * 300: ["1"]})
    assert said.count("`") == 4  # both quotes are closed where they should be
    assert len(said) < 250


def test_of_a_thousand_wrong_parts_some_are_named_and_the_rest_counted(come):
    said = come("plan", **{f"x{number}": ["1"] for number in range(1000)})
    assert len(said) == state.MOST_SAID + 1
    assert str(1000 - state.MOST_SAID) in said[-1]


def test_going_back_on_a_page_forgets_what_the_address_lacks(come):
    come("plan", k=["8"], step=["3"])
    come("plan", k=["8"])
    assert (state.get("k"), state.get("step")) == (8, None)
    assert come.address.to_dict() == {"k": "8"}  # nothing new is written, so that forward leads on


def test_an_old_address_that_comes_at_once_is_late_unless_somebody_went_back_to_it(come, monkeypatch):
    monkeypatch.setattr(state, "LATE", 99.0)
    come("plan", k=["8"])
    state.put(k=9)
    come("plan", k=["8"])  # the gesture comes with the address from before it
    come("plan", k=["8"])
    assert state.get("k") == 9
    assert come.address.to_dict() == {"k": "9"}
    state.gone_back()
    written = []
    monkeypatch.setattr(come.address, "from_dict", written.append)
    come("plan", k=["8"])
    assert state.get("k") == 8
    assert written == [{"k": "8"}]  # again: that of 9 may be on its way to the browser


def test_from_another_page_a_link_brings_a_part_and_the_bar_nothing(come):
    come("plan", k=["8"])
    come("inside", step=["3"])
    assert (state.get("k"), state.get("step")) == (8, 3)
    come("plan")
    assert come.address.to_dict() == {"k": "8", "step": "3"}


def test_a_lesson_starts_from_its_own_link_alone(come):
    come("plan", k=["8"])
    come("inside")
    come("plan", step=["3"], lesson=["1"])
    assert (state.get("k"), state.get("step"), state.get("lesson")) == (None, 3, 1)
    assert "lesson is a number from 1 to 6" in come("plan", lesson=["7"])[0]


def test_layers_and_seeds_are_of_one_page(come):
    come("plan", layer=["R"])
    come("terrain", layer=["cost"])
    assert state.get("layer") == "cost"
    come("plan")
    assert state.get("layer") == "R"


@pytest.mark.parametrize("name, part, most", [
    ("drop", "1", 200), ("swap", "0:1", 200), ("moved", "0:B", 200)])
def test_a_list_that_is_too_long_is_refused_and_not_cut(name, part, most):
    from dashboard.widgets import episode_controls

    read = episode_controls.readers()[name]
    assert read(",".join([part] * most))
    with pytest.raises(ValueError, match=f"{name} is a list of at most {most}, and this one has {most + 1}"):
        read(",".join([part] * (most + 1)))
