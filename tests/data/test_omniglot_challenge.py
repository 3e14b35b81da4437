import shutil

import numpy as np
import pytest

from pnzoo.data import glyphs, omniglot_challenge
from pnzoo.data.omniglot_challenge import read_challenge, sample_challenge
from pnzoo.evaluation.episodes import error_rate
from pnzoo.models import MatchingNetwork
from pnzoo.models.few_shot.embedding import embed_images

Image = pytest.importorskip("PIL.Image")


class Pixels:
    """A few-shot model that compares pixels: enough to solve a task whose two images are the same."""

    @staticmethod
    def embed_all(images):
        return images.reshape(*images.shape[:2], -1) / 255

    def match(self, support, labels, query):
        return -((query[:, :, None] - support[:, None]) ** 2).sum(-1) @ labels


@pytest.fixture
def all_runs(tmp_path):
    """A folder as Lake's, with 2 runs of 4 characters; item i shows class (i + run) mod 4."""
    characters = glyphs.generate(2, 4, 1, size=105).images[:, 0]
    for run in (1, 2):
        folder = tmp_path / "all_runs" / f"run{run:02d}"
        (folder / "training").mkdir(parents=True)
        (folder / "test").mkdir()
        lines = []
        for i in range(4):
            Image.fromarray(255 - characters[i]).save(folder / "training" / f"class{i + 1:02d}.png")
            shown = (i + run) % 4
            Image.fromarray(255 - characters[shown]).save(folder / "test" / f"item{i + 1:02d}.png")
            lines.append(f"run{run:02d}/test/item{i + 1:02d}.png run{run:02d}/training/class{shown + 1:02d}.png")
        (folder / "class_labels.txt").write_text("\n".join(lines[::-1]) + "\n")  # in no particular order
    return tmp_path / "all_runs"


def errors(path):
    classes, episodes = read_challenge(path)
    return error_rate(Pixels(), Pixels.embed_all(classes.images), episodes).tolist()


def test_the_folder_and_its_zip_are_read(all_runs, tmp_path):
    classes, episodes = read_challenge(all_runs)
    assert classes.images.shape == (8, 2, 28, 28)
    assert (classes.images[:, 0] == classes.images[:, 1]).all()
    assert classes.images.max() > 100 > classes.images.mean()  # ink is bright
    assert classes.group.tolist() == [0] * 4 + [1] * 4
    assert classes.names[5] == "run02/class02"
    assert [len(episode.query) for episode in episodes] == [4, 4]
    assert errors(all_runs) == [0, 0]
    for name, root in (("flat", all_runs), ("nested", tmp_path)):
        file = shutil.make_archive(str(tmp_path.parent / name), "zip", root)
        again, same = read_challenge(file)
        np.testing.assert_array_equal(again.images, classes.images)
        assert all((a == b).all() for a, b in zip(same[1], episodes[1], strict=True))


def test_queries_come_in_the_order_of_the_labels(all_runs):
    _, episodes = read_challenge(all_runs)
    assert episodes[0].query_label.tolist() == [0, 3, 2, 1]  # item i shows class i + 1; the lines are turned round
    assert episodes[1].query[:, 0].tolist() == [5, 4, 7, 6]


def test_a_wrong_answer_counts(all_runs):
    for run in ("run01", "run02"):
        labels = all_runs / run / "class_labels.txt"
        items, classes = zip(*(line.split() for line in labels.read_text().splitlines()), strict=True)
        labels.write_text("\n".join(map(" ".join, zip(items, classes[1:] + classes[:1], strict=True))))
    assert errors(all_runs) == [1, 1]


@pytest.mark.parametrize("gone", ["class_labels.txt", "training/class02.png", "test/item03.png"])
def test_an_incomplete_run_is_named(all_runs, gone):
    (all_runs / "run02" / gone).unlink()
    with pytest.raises(ValueError, match=r"run02.*all_runs\.zip"):
        read_challenge(all_runs)


def test_labels_that_are_no_pairs_are_refused(all_runs):
    (all_runs / "run01" / "class_labels.txt").write_text("item01\n")
    with pytest.raises(ValueError, match="expected lines such as"):
        read_challenge(all_runs)


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="all_runs"):
        read_challenge(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda run: (run / "class_labels.txt").write_text(
            (run / "class_labels.txt").read_text().replace("class02", "class01")
        ),
        lambda run: (run / "test" / "item01.png").write_bytes(b"no image"),
        lambda run: (run / "test" / "item01.png").write_bytes(b"0" * 2_000_000),
        lambda run: (run / "class_labels.txt").write_bytes(b"\xff\xfe"),
    ],
    ids=["class-twice", "no-image", "large", "no-text"],
)
def test_damaged_runs_are_named(all_runs, change):
    change(all_runs / "run01")
    with pytest.raises(ValueError, match="run01"):
        read_challenge(all_runs)


def test_sampled_episodes_stay_within_an_alphabet_and_are_seeded():
    characters = glyphs.generate(3, 6, 5)
    drawn, again = (sample_challenge(characters, 10, np.random.default_rng(0), way=6) for _ in range(2))
    for episode, same in zip(drawn, again, strict=True):
        assert len(set(characters.group[episode.classes])) == 1
        assert not set(map(tuple, episode.support)) & set(map(tuple, episode.query))
        assert (episode.query == same.query).all()


def test_too_many_characters_for_any_alphabet():
    with pytest.raises(ValueError, match="largest has 5"):
        sample_challenge(glyphs.generate(2, 5, 3), 1, np.random.default_rng(0), way=20)


def test_former_names_give_the_same_errors():
    characters = glyphs.generate(2, 6, 4, seed=3)
    network = MatchingNetwork(backbone_options={"filters": 8})
    codes = embed_images(network, characters.images)
    episodes = sample_challenge(characters, 8, np.random.default_rng(1), way=5)
    now = error_rate(network, codes, episodes)
    for embeddings in (None, codes):
        with pytest.warns(DeprecationWarning, match="sample_challenge"):
            runs = omniglot_challenge.sample_runs(characters, 8, np.random.default_rng(1), way=5, codes=embeddings)
        with pytest.warns(DeprecationWarning, match="error_rate"):
            assert omniglot_challenge.error_rate(network, runs).tolist() == now.tolist()
    assert 0 < now.mean() < 1
