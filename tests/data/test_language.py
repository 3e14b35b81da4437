"""One-shot language: what a text becomes, and that training and test have nothing in common."""

import itertools
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from pnzoo import episodes, language
from pnzoo.data.language.encoding import BUCKETS, FEATURES, SIDE, WordTable, word_ids


@pytest.fixture(scope="module")
def corpus():
    return language.invented(1200, seed=3)


# -- texts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat, the dog!", ["the", "cat", "the", "dog"]),
        ("I can't pay $1,234.50 - it's 5%", ["i", "ca", "n't", "pay", "$", "N", "it", "'s", "N", "%"]),
        ("Mr. Smith of the U.S. left ______.", ["mr.", "smith", "of", "the", "u.s.", "left", "___"]),
        ("a <unk> name; well-known", ["a", "<unk>", "name", "well-known"]),
        ("Ärger über Öl", ["ärger", "über", "öl"]),
        ("one_word __ two", ["one", "word", "two"]),
    ],
)
def test_words_of_a_text(text, words):
    assert language.tokenize(text) == words


def test_numbers_of_a_word_are_the_same_in_every_process():
    """Python's own hashes differ from process to process."""
    program = "from pnzoo.data.language.encoding import word_ids; print(word_ids('walking'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(word_ids("walking"))
    ids = [word_ids(word) for word in ("walking", "a", "N", "<unk>", "ümläut")]
    assert all(len(each) == FEATURES and min(each) >= 0 and max(each) < BUCKETS for each in ids)
    assert ids[2][1:] == ids[3][1:] == [0] * (FEATURES - 1)


def test_around_a_blank():
    found = language.encode(["a b c ___ d"], side=2)[0]
    assert found.tolist() == [word_ids("b"), word_ids("c"), word_ids("d"), word_ids("</s>")]
    assert (language.encode_words(["a", "b", "c", "anything", "d"], 3, side=2) == found).all()
    wide = language.encode(["a b c ___ d"])[0]
    assert wide.shape == (2 * SIDE, FEATURES)
    assert (wide[SIDE - 2 : SIDE + 2] == found).all()
    assert not wide[: SIDE - 4].any()
    assert not wide[SIDE + 2 :].any()


@pytest.mark.parametrize(
    ("texts", "error", "says"),
    [
        (["the cat"], ValueError, "text 0 has no blank"),
        (["a ___ b", "a ___ b ___"], ValueError, "text 1 has 2 blanks"),
        (["___"], ValueError, "nothing but a blank"),
        ([""], ValueError, "no words"),
        (["?!"], ValueError, "no words"),
        ([3], TypeError, "int"),
        ([None], TypeError, "NoneType"),
        ("a ___ b", TypeError, "one string"),
    ],
)
def test_texts_that_cannot_be_read(texts, error, says):
    with pytest.raises(error, match=says):
        language.encode(texts)


def test_no_texts_are_no_sentences():
    assert language.encode([]).shape == (0, 2 * SIDE, FEATURES)


# -- parts ------------------------------------------------------------------------------------------


def test_words_of_the_parts_are_apart(corpus):
    words = {part: set(corpus.words[part]) for part in corpus.words}
    assert not words["train"] & words["valid"]
    assert not words["train"] & words["test"]
    assert not words["valid"] & words["test"]
    everything = {word for part in corpus.sentences.values() for sentence in part for word in sentence}
    assert set.union(*words.values()) == everything


@pytest.mark.parametrize("part", ["train", "valid", "test"])
def test_examples_are_what_they_are_said_to_be(corpus, part):
    classes = language.blanked(corpus, part, least=2, side=9)
    table, held_out, unknown = WordTable(hidden=corpus.held_out), corpus.held_out, word_ids("<unk>")
    assert set(classes.words) <= set(corpus.words[part])
    assert (classes.counts >= 2).all()
    for word, items, places in zip(classes.words, classes.items, classes.places, strict=True):
        for item, (number, at) in zip(items, places, strict=True):
            sentence = corpus.sentences[part][number]
            assert sentence[at] == word
            assert sentence.count(word) == 1
            assert (item == language.encode_words(sentence, at, 9, table)).all()
            hidden = sum(other in held_out for i, other in enumerate(sentence) if i != at)
            assert (item == unknown).all(-1).sum() == hidden  # no sentence of the invented language is cut


def test_training_never_sees_a_word_of_the_test(corpus):
    """Neither as a label nor in a sentence: its numbers occur in no example."""
    seen = {tuple(ids) for items in language.blanked(corpus, "train").items for ids in items.reshape(-1, FEATURES)}
    known = {tuple(word_ids(word)) for word in corpus.words["train"]}
    assert not {tuple(word_ids(word)) for word in corpus.held_out} - known & seen


@pytest.mark.parametrize("part", ["valid", "test"])
def test_a_sentence_is_of_one_word(corpus, part):
    places = np.concatenate(language.blanked(corpus, part).places)
    assert len(set(places[:, 0].tolist())) == len(places)


def test_episodes_are_drawn_from_them(corpus):
    test = language.blanked(corpus, "test", least=3)
    drawn = episodes.sample(test.counts, 5, 2, 1, np.random.default_rng(0))
    inputs, y = episodes.batch(test.items, [drawn])
    assert inputs["support"].shape == (1, 10, 2 * SIDE, FEATURES)
    assert inputs["support"].dtype == "int32"
    rows = [tuple(row.ravel()) for row in (*inputs["support"][0], *inputs["query"][0])]
    assert len(set(rows)) == len(rows)
    assert sorted(y[0].tolist()) == [0, 1, 2, 3, 4]


def test_the_seed_decides(corpus):
    assert language.invented(1200, seed=3) == corpus
    assert language.invented(1200, seed=4).sentences != corpus.sentences
    few, again = (language.blanked(corpus, "train", most=3, seed=1) for _ in range(2))
    assert few.counts.max() == 3
    assert all((a == b).all() for a, b in zip(few.items, again.items, strict=True))


def test_a_noun_is_known_by_its_company(corpus):
    """Two nouns of one kind meet the same verbs, two of different kinds do not."""
    company = {}
    for sentence in language.invented(4000).sentences["train"]:
        for noun, verb in itertools.pairwise(sentence):
            company.setdefault(noun, set()).add(verb)
    often = [others for others in company.values() if 8 <= len(others) <= 30]
    shared = np.array([len(a & b) / len(a | b) for a, b in itertools.combinations(often, 2)])
    assert (shared > 0.3).any()
    assert (shared < 0.1).any()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda c: language.blanked(c, "trial"), "part='trial'"),
        (lambda c: language.blanked(c, "test", least=10_000), "10000 sentences"),
        (lambda c: language.invented(3), "n=3"),
        (lambda c: language.corpus({"train": []}, 1, 1), "lack the part 'valid'"),
        (lambda c: language.corpus(c.sentences, 10_000, 1), "leave none"),
    ],
)
def test_wrong_wishes_are_refused(corpus, make, says):
    with pytest.raises(ValueError, match=says):
        make(corpus)


# -- Penn Treebank ----------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [True, False])
def test_the_treebank_is_read_from_a_zip_or_a_folder(tmp_path, monkeypatch, packed):
    words = [f"{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in range(100)]
    text = "\n".join(" ".join(words[i : i + 9]) for i in range(0, len(words), 9)) + "\n \n a <unk> N b \n"
    for part in ("train", "valid", "test"):
        (tmp_path / "simple").mkdir(exist_ok=True)
        (tmp_path / "simple" / f"ptb.{part}.txt").write_text(text)
    path = tmp_path / "simple"
    if packed:
        path = tmp_path / "ptb_words.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in (tmp_path / "simple").iterdir():
                archive.write(file, f"data/{file.name}")
    found = language.penn_treebank(path)
    assert found.sentences["test"][-1] == ["a", "<unk>", "N", "b"]
    assert {part: len(each) for part, each in found.words.items()} == {"train": 602, "valid": 1000, "test": 1000}
    assert not {"<unk>", "N"} & {word for each in found.words.values() for word in each}
    if packed:
        monkeypatch.setenv("PNZOO_DATA_DIR", str(tmp_path))
        assert language.penn_treebank() == found


def test_without_the_treebank_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("PNZOO_DATA_DIR", raising=False)
    with pytest.raises(FileNotFoundError, match="PNZOO_DATA_DIR"):
        language.penn_treebank()
    with pytest.raises(FileNotFoundError, match=r"nowhere\.zip"):
        language.penn_treebank(tmp_path / "nowhere.zip")
    (tmp_path / "broken.zip").write_bytes(b"PK no zip")
    with pytest.raises(ValueError, match="no zip"):
        language.penn_treebank(tmp_path / "broken.zip")
    with pytest.raises(ValueError, match=r"ptb\.train\.txt"):
        language.penn_treebank(tmp_path)
