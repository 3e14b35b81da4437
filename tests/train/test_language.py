"""Training of networks for sentences on the invented language, from end to end."""

import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest

from pnzoo import hub, language
from tests.toys import uncompiled
from train.__main__ import main
from train.language import baselines, naming, oracle, pretraining, training
from train.language.recipes import RECIPES

WORDS = {"buckets": 3000, "word_dim": 6, "units": 6, "embedding_dim": 8}
TINY = dataclasses.replace(
    RECIPES["matching_invented_language"].quick(), config={"backbone_options": WORDS, "side": 8}, pretrain_epochs=1,
    epochs=1, steps_per_epoch=3, episode_steps=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def text():
    return pretraining.TrainingText(language.invented(300), 3000, rarity=1e-2)


def test_words_of_validation_and_test_are_never_told(text):
    corpus = language.invented(300)
    assert not set(text.words) & corpus.held_out
    lists = zip(corpus.sentences["train"], text.targets, text.chance, text.sentences, strict=True)
    for sentence, targets, chance, encoded in lists:
        assert len(sentence) == len(targets) == len(chance) == len(encoded) - 2
        for word, target, p in zip(sentence, targets, chance, strict=True):
            assert (target == -1) == (word in corpus.held_out) == (p == 0)
            assert target == -1 or text.words[target] == word
    common, rare = (min(text.chance[i][targets == word][0] for i, targets in enumerate(text.targets) if word in targets)
                    for word in (0, len(text.words) - 1))  # fmt: skip
    assert common < rare <= 1


def test_batches_are_a_function_of_seed_and_epoch(text):
    first, again, later = (pretraining.WordBatches(text, TINY, epoch) for epoch in (0, 0, 1))
    assert len(first.batches) == TINY.steps_per_epoch
    for index in range(3):
        (x, y), (other, same) = first[index], again[index]
        np.testing.assert_array_equal(x["sentences"], other["sentences"])
        np.testing.assert_array_equal(y, same)
        width = x["sentences"].shape[1] - 2
        pairs = zip(x["places"], y, strict=True)
        told = [(x["sentences"][at // width, at % width + 1], word) for at, word in pairs if word >= 0]
        ids = {word: text.words[word] for _, word in told}
        table = language.encoding.WordTable(3000)
        assert told
        assert all((features == table[ids[word]]).all() for features, word in told)  # the target stands there
    assert any((first[i][1] != later[i][1]).any() for i in range(3))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with uncompiled():
        return folder, training.train(TINY, folder)


@pytest.mark.integration
def test_it_is_trained_measured_and_compared(whole, tmp_path):
    folder, _ = whole
    words = ["matching_invented_language", "--quick", "--run", str(folder), "--evaluate", "--episodes", "20"]
    main(words)
    card = hub.card(folder / "entry")
    assert [metric["name"] for metric in card["metrics"]] == ["5w1s", "5w2s", "5w3s"]
    assert all(metric["n"] == 20 and metric["paper"] is None for metric in card["metrics"])
    with pytest.raises(ValueError, match="measured on the test part before"):
        main(words)
    options = ["--data", "invented", "--episodes", "10", "--output", str(tmp_path / "rows.json")]
    baselines.main([str(folder / "entry"), *options])
    rows = {row["name"]: row for row in json.loads((tmp_path / "rows.json").read_text())["rows"]}
    assert {"chance", "entry", "entry's embeddings, class mean", "bag of words, class mean"} <= set(rows)
    assert all(0 <= row["5w1s"]["value"] <= 1 for row in rows.values())


def test_texts_are_of_articles_with_one_subject():
    words = "one two three four five six seven eight"
    web = SimpleNamespace(
        titles=[f"page {i}" for i in range(80)],
        sentences=[("too short", f"{words} page {i}", f"{words} later") for i in range(80)],
        categories=[("Art.Music",) if i < 20 else ("Art", "Science") if i < 40 else ("Science.X",) for i in range(80)],
    )
    found = naming.sentences_by_subject(web)
    assert {subject: len(each) for subject, each in found.items()} == {"Art": 20, "Science": 40}
    assert {int(text.split()[-1]) for text in found["Art"]} == set(range(20))


@pytest.mark.integration
def test_texts_are_named(whole):
    by_subject = {
        name: [f"{name} and {verb} {i}" for i in "abcdefgh"] for name, verb in zip("vwxyz", "lmnop", strict=True)
    }
    rows = naming.measure(whole[1], by_subject, episodes=3)
    assert all(0 <= row[shot]["value"] <= 1 for row in rows for shot in ("5w1s", "5w5s"))
    assert rows[-1]["5w5s"]["value"] == 1  # bags of words see that all texts of a subject share two words


@pytest.mark.integration
def test_the_oracle_guesses_among_the_five(whole):
    metric = oracle.measure(whole[1], "invented", episodes=20)
    assert metric.n == 20
    assert 0 <= metric.value <= 1
