"""The few-shot half of Compare: two models on the same questions, all of them and one by one."""

import time

import numpy as np
import streamlit as st

from dashboard import compute, share, state
from dashboard.compute import support_set
from dashboard.figures import few_shot_svg, theme
from dashboard.figures import planning as planning_figures
from dashboard.widgets import choices, episode_controls, headings, trials
from pnzoo import analysis
from pnzoo.core.metric import Metric
from pnzoo.core.stats import mean_ci

COUNTS = (30, 100, 300)  # episodes, with one query of each class
HUES = theme.of_models([False, False])  # neither reacts in the sense of planners
SNIPPET = '''import numpy as np
import pnzoo
from pnzoo import analysis, episodes, {module}
from pnzoo.models.few_shot.embedding import embed_images

images = {images}
counts = [images.shape[1]] * len(images)
drawn = [episodes.sample(counts, {way}, {shot}, 1, np.random.default_rng(n))
         for n in range({first}, {last})]
for name in {names}:
    model = pnzoo.load(name)
    codes = embed_images(model, images)
    replies = analysis.predict_episodes(model, codes, drawn)
    print(name, replies.correct.mean())'''


def readers():
    """name of a parameter -> how to read it, for `state.adopt`."""
    return {**episode_controls.readers(), "fewother": choices.reader("few-shot"),
            "fewtrial": choices.read_int("fewtrial", 0, max(COUNTS) * max(episode_controls.WAYS) - 1),
            "episodes": choices.one_of("episodes", COUNTS),
            "first": choices.read_int("first", 0, episode_controls.MOST_EPISODES - max(COUNTS))}


def show(chosen):
    """Draw it all: the controls into the container `chosen`, then the rest of the page."""
    names = compute.names("few-shot")
    if not names:
        st.info("There is no few-shot model in the zoo yet. Train one with `python -m train.few_shot.command`.")
        return
    with chosen:
        pair, count, first = controls(names)
    source, way, shot, _ = episode_controls.words()
    runs = {name: run for name in pair if (run := predictions(name, source, way, shot, count, first, say=True))}
    trial = None
    if runs:
        trial = show_trials(runs, first)
        more = st.expander("More classes, harder? Does it know when it is wrong?", icon=":material/show_chart:",
                           key="rates", on_change="rerun")
        if more.open:
            with more:
                show_rates(runs, accuracy_by_way(runs, source, shot, count, first))
    more = st.expander("Both on the question of the page Few-shot", icon=":material/draw:", key="same_question",
                       on_change="rerun")
    if more.open:
        with more:
            show_same_question(pair)
    state.publish({
        "what": "few-shot", "fewshot": pair[0], "fewother": pair[-1], **episode_controls.texts(),
        "episodes": str(count), "first": str(first),
        "fewtrial": str(trial) if trial is not None and trial == state.get("fewtrial") else None})
    module, images = support_set.IN_PYTHON[source]
    share.panel("compare", SNIPPET.format(module=module, images=images, way=way, shot=shot, first=first,
                                          last=first + count, names=list(runs)),
                (lambda: way_figure(accuracy_by_way(runs, source, shot, count, first))) if runs else None,
                (lambda: arrays(runs)) if runs else None)


def controls(names):
    """((first, second), episodes, number of the first episode)."""
    one, two = st.columns(2, vertical_alignment="bottom")
    three, four = st.columns(2, vertical_alignment="bottom")
    columns = [four, *st.columns(3, vertical_alignment="bottom")]
    with one:
        first = choices.pick_model(names, key="fewshot", default=episode_controls.FIRST[episode_controls.words()[0]])
    rest = [name for name in names if name != first] or names
    with two:
        second = choices.pick_model(rest, "Compared with", "fewother", rival(first, rest))
    with three:
        episode_controls.pick_source()
    with columns[0]:
        count = choices.pick("Episodes", "episodes", COUNTS, 300)
    with columns[1]:
        st.session_state["choose_first"] = state.get("first", 1)
        start = st.number_input("First episode", 0, episode_controls.MOST_EPISODES - max(COUNTS), key="choose_first",
                                help="The same number gives the same episodes.",
                                on_change=lambda: state.put(first=st.session_state["choose_first"]))
    with columns[2]:
        episode_controls.pick_way()
    with columns[3]:
        episode_controls.pick_shot()
    return tuple(dict.fromkeys((first, second))), count, start


def rival(name, rest):
    """An entry of the same characters that reads its images in each other's light, if there is one."""
    family = name.rsplit("_", 1)[-1]
    near = [other for other in rest if other.endswith(family)] or rest
    contextual = [other for other in near if compute.cards()[other]["model"] == "MatchingNetwork"
                  and compute.reads_context(other)]
    return (contextual or near)[0]


def predictions(name, source, way, shot, count, first, say=False):
    """Answers of a model in many episodes; None for one that does not take so many classes."""
    place, began = st.empty(), time.monotonic()

    def told(read, many):
        if read < many and time.monotonic() - began > 0.3:  # else they were read before
            place.progress(read / many, f"{name} reads the characters once: {read} of {many}")

    try:
        with st.spinner(f"{name} answers {count * way:,} questions"):
            compute.embeddings(name, source, told)
            place.empty()
            return compute.predictions(name, source, way, shot, count, first)
    except ValueError as error:
        if say:
            st.warning(f"`{name}` cannot answer these: {error}", icon=":material/help:")
        return None


# -- the same episode ------------------------------------------------------------------------------------


def show_same_question(pair):
    episode = episode_controls.current()
    if episode is None:
        st.info("Fewer than two classes are left in the support set: put some images back on the page Few-shot.")
        return
    st.caption("The episode of the page Few-shot. Draw one of your own there, and it is taken here.")
    made = {}
    for name in pair:
        try:
            made[name] = compute.explanation(name, episode.images, episode.labels, episode.query)
        except ValueError as error:
            st.info(f"`{name}` cannot answer this: {error}", icon=":material/help:")
    if not made:
        return
    shown = large(episode, made, pair)
    for line in shown["lines"]:
        headings.named(line["name"], getattr(theme.of(is_dark()), HUES[line["colour"] == "second"]), line["text"])
    st.image(shown["svg"], width=520, alt=shown["alt"])
    link(next(iter(made)), "Open this question", episode_controls.texts())


def link(name, label, texts):
    st.page_link("app_pages/few_shot.py", label=label, icon=":material/open_in_new:",
                 query_params={"fewshot": name, **{key: text for key, text in texts.items() if text is not None}})


# -- many episodes ----------------------------------------------------------------------------------------


def show_rates(runs, by_way):
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**More classes, harder?** New episodes for each way; bars are 95% intervals.")
        share.chart(way_figure(by_way), key="by_way", alt="Accuracy by way: " + "; ".join(
            f"{name} {rows[0]['rate']:.0%} at {rows[0]['mean']} classes, {rows[-1]['rate']:.0%} at "
            f"{rows[-1]['mean']}" for name, rows in by_way.items()))
    with right:
        st.markdown("**Does it know when it is wrong?** The same answers by how sure it was; on the dotted line it is "
                    "right as often as it says.")
        groups = {name: by_sureness(run) for name, run in runs.items()}
        share.chart(planning_figures.honesty(groups, is_dark()), key="by_sure",
                    alt="Accuracy by probability of the answer: " + "; ".join(
                        f"{name} from {rows[0]['rate']:.0%} where it was least sure to {rows[-1]['rate']:.0%}"
                        for name, rows in groups.items()))


def by_sureness(run):
    """Rows of `analysis.success_by_bin`, one for each tenth of probability that has answers in it."""
    sure, right = run.probability.max(axis=-1).ravel(), run.correct.ravel()
    tenth = np.minimum((10 * sure).astype(int), 9)
    return [analysis.success_by_bin(sure[tenth == each], right[tenth == each], bins=1)[0] for each in np.unique(tenth)]


def accuracy_by_way(runs, source, shot, count, first):
    """name -> rows of accuracy for each way, as `planning_figures.rates` takes them."""
    found = {}
    for name in runs:
        found[name] = []
        for way in episode_controls.WAYS:
            run = predictions(name, source, way, shot, count, first)
            if run is not None:
                metric = Metric.of_mean("accuracy", run.correct.mean(axis=1), limits=(0, 1))
                found[name].append({"low": way, "high": way, "mean": way, "rate": metric.value,
                                    "ci95": metric.ci95, "n": metric.n})
    return found


def way_figure(by_way):
    return planning_figures.rates(by_way, "way: classes to choose from", "right", "episodes", is_dark())


def arrays(runs):
    kept = {}
    for name, run in runs.items():
        kept |= {f"{name}_{field}": values for field, values in run._asdict().items()}
    return kept


# -- every question ---------------------------------------------------------------------------------------


def show_trials(runs, first):
    """The headline, one question large and all of them as squares; gives the question that is large."""
    names, right = list(runs), [run.correct.ravel() for run in runs.values()]
    kind = trials.kinds(right)
    sure = np.argsort(np.mean([run.probability.max(axis=-1).ravel() for run in runs.values()], axis=0), kind="stable")
    telling, asked = trials.telling(kind), state.get("fewtrial")
    shown = asked if asked is not None and asked < len(kind) else int(telling[0] if len(telling) else sure[0])
    counts = [int(each.sum()) for each in right]
    against = f", `{names[1]}` on {counts[1]}" if len(names) > 1 else ""
    st.header(f"`{names[0]}` is right on {counts[0]} of {len(kind)} questions{against}", anchor=False)
    lost, way = len(telling), next(iter(runs.values())).correct.shape[1]
    source, _, shot, _ = episode_controls.words()
    if said := of_cards(runs, source, way, shot):
        headings.sentence(said)
    episode = support_set.with_query(source, way, shot, first + shown // way, shown % way)
    made = {name: compute.explanation(name, episode.images, episode.labels, episode.query) for name in names}
    trials.show("few_trials", kind, sure, shown, large(episode, made, names), [
        {"id": int(index), **thumbnail(runs, first, int(index))} for index in telling[: trials.MOST_THUMBS]], {
            "both": "both right" if len(names) > 1 else f"{names[0]} is right",
            "first": len(names) > 1 and f"only {names[0]}",
            "second": len(names) > 1 and f"only {names[1]}",
            "more": "Is that more than chance?" if len(runs) > 1 else "What is asked?",
            "about": f"{difference(runs)}Each sees the same few labelled pictures and names the same new one.",
            "neither": "neither" if len(names) > 1 else "wrong", "left": "least sure", "right": "surest",
            "touch": "each square is a question: touch one", "each": "Question",
            "thumbs": f"{trials.counted(lost, 'question')} that at least one gets wrong: touch one"},
        lambda index: state.put(fewtrial=index), [getattr(theme.of(is_dark()), hue) for hue in HUES])
    if not lost:
        st.info("No mistake here. Under Choose there are more classes and fewer examples.",
                icon=":material/check_circle:")
    wrong = next((name for name, each in zip(names, right, strict=True) if not each[shown]), names[0])
    link(wrong, f"Open question {shown}: who decided?", {"source": source, "way": str(way), "shot": str(shot),
                                         "episode": str(first + shown // way), "ask": str(shown % way)})
    return shown


def of_cards(runs, source, way, shot):
    """One sentence: what the cards say of as many classes and examples, and of which characters that is."""
    found = {name: compute.measured(name, f"{way}w{shot}s", kind="episodes", images=support_set.ON_CARDS[source])
             for name in runs}
    said = [f"`{name}` {100 * each['value']:.2f}% (here {100 * runs[name].correct.mean():.1f}%)"
            for name, each in found.items() if each]
    if not said:
        return ""
    told = next(each for each in found.values() if each)["dataset"]
    if source == "omniglot":
        which = "turned characters too" if told.get("rotations") else "characters"
    else:
        which = f"{told['alphabets'] * told['characters']} other characters"
    return f"In the zoo, on {which}: {', '.join(said)}."


def difference(runs):
    """One sentence: how much more often the first is right, and whether that can be chance."""
    if len(runs) < 2:
        return ""
    apart = np.subtract(*(run.correct.mean(axis=1) for run in runs.values()))
    sign = 1 if apart.mean() >= 0 else -1
    better, worse = list(runs)[::sign]
    low, high = mean_ci(sign * apart, limits=(-1, 1))
    if apart.mean() == 0:
        return "On the same questions both are right equally often. "
    told = "more than chance" if low > 0 else "too little to tell them apart"
    return (f"On the same questions {better} is right {100 * abs(apart.mean()):.1f} points more often than "
            f"{worse} (95% interval {100 * low:.1f} to {100 * high:.1f}): {told}. ")


def large(episode, made, pair):
    """What models made of one question: `made`, name -> explanation, in the colours that they have in a pair."""
    answers, lines = [], []
    for name, explanation in made.items():
        answer, chance = episode.classes[int(explanation.probability.argmax())], explanation.probability.max()
        right = answer == episode.true_label
        known = "" if right or episode.true_label is None else f"; it is {episode.true_label}"
        answers.append(answer)
        lines.append({"name": name, "colour": ("first", "second")[list(pair).index(name)],
                      "good": None if episode.true_label is None else bool(right),
                      "text": f"says {answer}, {chance:.0%} sure{known}"})
    hues = [HUES[line["colour"] == "second"] for line in lines]
    return {"svg": few_shot_svg.decision(episode, list(made.values()), answers, hues, is_dark()), "lines": lines,
            "alt": "; ".join(f"{line['name']} {line['text']}" for line in lines)}


def thumbnail(runs, first, index):
    """The picture that was taken for another."""
    source, way, shot, _ = episode_controls.words()
    name, run = next((name, run) for name, run in runs.items() if not run.correct.ravel()[index])
    number, asked = divmod(index, way)
    episode = support_set.with_query(source, way, shot, first + number, asked)
    taken = episode.classes[int(run.probability[number, asked].argmax())]
    return {"label": f"Question {index}: {name} takes {episode.classes[asked]} for {taken}",
            "svg": few_shot_svg.small(episode.query, is_dark())}


def is_dark():
    return st.context.theme.type == "dark"
