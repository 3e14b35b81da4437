"""Six lessons: a link, one sentence, one task on a canvas, and a check that knows when it is done.

A lesson is a number in the address of a page (`?lesson=3`). `lead` shows its strip above the page, `check` fills in
that the task is done, from the same state that the page drew.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import compute, state
from dashboard.widgets import episode_controls, map_input, progress
from pnzoo import gridworld


class Lesson(NamedTuple):
    """A lesson.

    title, sentence, task: words
    page:    file of the page that it is on
    link:    parameters of the page's address
    done:    False, or in words what was seen when the task was done
    glow:    selector of the control on the canvas that the task asks for
    discuss: a question to talk about afterwards
    answer:  number of the experiment (page Answers) that asked it
    terms:   words of the lesson -> what they mean, beside the canvas
    """

    title: str
    sentence: str
    task: str
    page: str
    link: dict
    done: Callable[[], Literal[False] | str]
    discuss: str
    answer: int
    glow: str | None = None
    terms: dict | None = None


def _route():
    """The model of the page Plan, its map, K, paint."""
    return state.get("model", "vin16"), map_input.current(), state.get("k"), state.get("paint", ())


def _walk(name=None, paint=(), k=None):
    """Where a planner goes on the map of the page; None where it cannot plan."""
    chosen, map_text, _, _ = _route()
    name = name or chosen
    try:
        return compute.planned(name, map_text, compute.steps_for(name, map_text, k), tuple(paint)).plan
    except (ValueError, TypeError):
        return None


def _spread():
    """Whether news of the goal has come to the start, which the canvas says of the step that was slid to."""
    best = compute.solution(_route()[1])
    step, first = state.get("heard") or ("", 0)
    if step != state.get("step") or not best.reachable:  # it may have been said of another step
        return False
    return (f"S heard of G at step {first}, and G is {len(best.shortest_path) - 1} moves away: value moves on by about "
            "one cell a step.")


def _enough():
    name, _, k, _ = _route()
    walk = _walk(k=k)
    few = _walk(k=int(LESSONS[1].link["k"]))
    if name not in compute.cards() or None in (walk, few) or not walk.reached or few.reached:
        return False
    steps = compute.steps_for(name, _route()[1], k)
    return (f"With K = {LESSONS[1].link['k']} it got lost; with K = {steps} it arrives in {len(walk.actions)} moves. "
            "It learned nothing new: it only thought longer.")


def _detour():
    paint = _route()[3]
    if not paint:
        return False
    before, after = _walk(), _walk(paint=paint)
    cells = {(row, col) for row, col, _ in paint}
    crossed = lambda walk: bool(cells & {tuple(map(int, cell)) for cell in walk.path})  # noqa: E731
    if None in (before, after) or not crossed(before) or crossed(after):
        return False
    if not after.reached:
        lost = compute.in_words(after.reason.split(":")[0])
        return (f"It left the cell that you made costly, and is lost: it {lost}. It follows R, not the "
                "picture of the map, even where that leads astray.")
    return (f"{before.cost:.1f} → {after.cost:.1f} long: it went round the cell that you made costly. The path follows "
            "R, not the picture of the map.")


def _reactive_fails():
    reactive, planner = _walk("cnn16"), _walk("vin16")
    if None in (reactive, planner) or reactive.reached or not planner.reached:
        return False
    lost = compute.in_words(reactive.reason.split(":")[0])
    return (f"vin16 arrives in {len(planner.actions)} moves; cnn16 {lost}. It knows what good moves look like, but "
            "never tries where they lead.")


def _answer(episode):
    if episode is None:
        return None, None
    made = compute.explanation(state.get("fewshot"), episode.images, episode.labels, episode.query)
    return episode.classes[int(made.probability.argmax())], dict(zip(episode.classes, made.probability, strict=True))


def _swayed():
    if not state.get("drop"):
        return False
    (now, chance), (first, before) = _answer(episode_controls.current()), _answer(episode_controls.unchanged())
    if now in (None, first):
        return False
    return (f"It said {first} ({before[first]:.0%} sure); without what you took away it says {now} "
            f"({chance[now]:.0%}). The pictures most alike decide.")


def _ordered():
    if not state.get("order"):
        return False
    (now, chance), (first, before) = _answer(episode_controls.current()), _answer(episode_controls.unchanged())
    if now in (None, first) or first not in before:
        return False
    return (f"It said {first} ({before[first]:.0%} sure); the same pictures in another order, and it says {now} "
            f"({chance[now]:.0%}). Order says nothing of what they show: a net that reads each alone never wavers.")


def _map(start, goal):
    """A wall with one gap, near the bottom."""
    walls = np.zeros((16, 16), bool)
    walls[[0, -1]] = walls[:, [0, -1]] = walls[:, 8] = True
    walls[13, 8] = False
    return gridworld.to_string(walls, start, goal)


LESSONS = (
    Lesson("Value spreads", "Value starts at the goal and moves on by about one cell a step.",
           "Slide k from the left, until news of G has reached S.", "plan",
           {"model": "vin16", "map": _map((2, 3), (2, 12)), "layer": "V", "step": "1"}, _spread,
           "Must V be the true distance for the path to be a shortest one?", 4, ".scrub input",
           {"V": "how good it is to be in a cell. Bright is good.",
            "A step, k": "every cell looks once at the cells around it, and takes over the best of what they promise.",
            "News of G": "has reached a cell once its V is another than it would be without a goal.",
            "Try": "stop where the news squeezes through the gap. Why does it not come straight through the wall?"}),
    Lesson("Why K matters", "A goal that is more than K steps away might as well not exist.",
           "With K = 8 it is lost here. Under the map, choose a K that is enough.", "plan",
           {"model": "vin16", "map": _map((2, 3), (2, 12)), "k": "8"}, _enough,
           "How many steps would a map twice as wide need, and must the network learn anew for it?", 6, ".most",
           {"K": "how many steps it thinks ahead. Each has the same weights, so K can be chosen at any time.",
            "An arrow": "the move that it would make in a cell. Where no news of G has come, it is a guess.",
            "Try": "the smallest K that is enough. Is it the number of moves to G, or a few more?"}),
    Lesson("What it learned as reward and transition",
           "Nobody told it that walls are bad: it learned R and P from paths.",
           "Take Reward, drag a cell of the path down until the path leaves it.", "plan",
           {"model": "vin16", "map": _map((13, 2), (13, 13)), "layer": "R"}, _detour,
           "Nobody showed it a reward: how could one tell whether it found the true one?", 2, "[data-tool=reward]"),
    Lesson("Where a reactive net fails", "A convolutional net without planning reacts to what maps look like.",
           "Draw a long wall across its way, or press Break cnn16, until cnn16 is lost where vin16 arrives.", "plan",
           {"model": "cnn16", "race": "vin16", "map": _map((13, 6), (13, 11))}, _reactive_fails,
           "Would the reactive net catch up if it saw more maps?", 1, ".break"),
    Lesson("What attention looks at", "The answer is the class of the pictures that look most alike.",
           "Drag pictures off the ring until the answer changes.", "few_shot",
           {"fewshot": "matching_glyphs", "way": "5", "shot": "1", "episode": "1"}, _swayed,
           "Who makes the answer good: the attention, or the features that it compares?", 18),
    Lesson("Order and FCE", "A net with full context reads the pictures one after another, so their order counts.",
           "Shuffle the order until the answer changes.", "few_shot",
           {"fewshot": "matching_fce_glyphs", "way": "5", "shot": "1", "episode": "12", "ask": "1",
            "order": "1"}, _ordered,
           "A support set has no order: how much may an answer depend on one?", 14),
)


def read_lesson(text: str) -> int:
    """Number of a lesson out of an address."""
    if text not in map(str, range(1, len(LESSONS) + 1)):
        raise ValueError(f"lesson is a number from 1 to {len(LESSONS)}, and this is {text[:40]!r}")
    return int(text)


def complete(page: str) -> None:
    """Fill in an address that names a lesson and nothing else: the lesson's page and all that it begins with."""
    if set(st.query_params) != {"lesson"}:
        return
    try:
        number = read_lesson(st.query_params["lesson"])
    except ValueError:  # it is named where the address is read
        return
    lesson = LESSONS[number - 1]
    link = {**lesson.link, "lesson": str(number)}
    if lesson.page != page:
        st.switch_page(f"app_pages/{lesson.page}.py", query_params=link)
    st.query_params.from_dict(link)


class Led(NamedTuple):
    """The strip of a lesson, as `lead` drew it.

    number: of the lesson
    words:  place of its words
    onward: place of the link to the next lesson
    """

    number: int
    words: DeltaGenerator
    onward: DeltaGenerator


def lead(page: str) -> Led | None:
    """Above a page that a lesson is on: its strip, at once, as far as is known before the page has computed."""
    number = state.get("lesson")
    here = number is not None and LESSONS[number - 1].page == page
    state.lesson_here(here)
    if not here:
        return None
    with st.container(border=True, key="lesson"), st.container(  # its style (frame.css) keeps it in view
            horizontal=True, vertical_alignment="center", wrap=False):
        words = st.empty()
        st.button("Leave", key="leave_lesson", type="tertiary", on_click=lambda: state.put(lesson=None))
        led = Led(number, words, st.empty())
    _fill(led)
    return led


def check(led: Led | None) -> None:
    """After the page was drawn: whether the lesson's task is done. Once it is, it stays so."""
    if led is None:
        return
    if not _seen(led.number) and (done := LESSONS[led.number - 1].done()):
        finished().add(led.number)
        st.session_state["lesson_seen"] = led.number, done
        _fill(led)
    remember(led.number)


def remember(number: int | None = None) -> None:
    """Let the visitor's browser keep which lessons are done, and tell of those that it has kept."""
    progress.show(finished(), number, len(LESSONS), finished().update)


def _seen(number):
    """What was seen when the lesson that is under way was done; None as long as it is not."""
    of, words = st.session_state.get("lesson_seen", (None, None))
    return words if of == number else None


def start_again() -> None:
    """The next lesson that is opened is still to be done."""
    st.session_state.pop("lesson_seen", None)


def _fill(led):
    number, lesson, done = led.number, LESSONS[led.number - 1], _seen(led.number)
    # What was seen stands in place of the task, so that the strip stays as high.
    words = (f"  \n:green[:material/check_circle:] **Done.** {done}" if done
             else f" {lesson.sentence}  \n:material/radio_button_unchecked: **{lesson.task}**")
    with led.words.container(key=f"lesson_{number}_{'done' if done else 'open'}"):
        st.markdown(f"**Lesson {number} of {len(LESSONS)}: {lesson.title}.**{words}")
    with led.onward.container(key="lesson_next_done" if done else "lesson_next", width="content"):  # filled when done
        if number < len(LESSONS):
            follow(number + 1, "Next lesson")
        else:
            label = "What you learned" if len(finished()) == len(LESSONS) else "All lessons"
            st.page_link("app_pages/lessons.py", label=label, icon=":material/school:")


def glow() -> str | None:
    """What shall be seen first on the canvas of the lesson that is open, until it is done."""
    number = state.get("lesson")
    return None if number is None or _seen(number) else LESSONS[number - 1].glow


def terms() -> dict[str, str]:
    """Words of the lesson that is open, with what they mean."""
    number = state.get("lesson")
    return {} if number is None else LESSONS[number - 1].terms or {}


def finished() -> set[int]:
    """Numbers of the lessons that this visitor has done."""
    return st.session_state.setdefault("lessons_done", set())


def follow(number: int, label: str) -> None:
    """A link to a lesson."""
    lesson = LESSONS[number - 1]
    st.page_link(f"app_pages/{lesson.page}.py", label=label, icon=":material/school:",
                 query_params={**lesson.link, "lesson": str(number)})
