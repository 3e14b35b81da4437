import numpy as np
import pytest

from pnzoo.data import glyphs
from pnzoo.data.omniglot_challenge import error_rate, read_runs, sample_runs
from pnzoo.models import MatchingNetwork
from pnzoo.models.few_shot.matching import encode_all

Image = pytest.importorskip("PIL.Image")


class Pixels:
    """A few-shot model that compares pixels: enough to solve a task whose two images are the same."""

    def encode(self, images):
        return np.asarray(images).reshape(len(images), -1)

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


def test_lakes_folder_is_read(all_runs):
    runs = read_runs(all_runs)
    assert len(runs) == 2
    assert runs[0].training.shape == runs[0].test.shape == (4, 28, 28)
    assert (runs[0].training[runs[0].answer] == runs[0].test).all()
    assert runs[0].training.max() > 100 > runs[0].training.mean()  # ink is bright
    assert error_rate(Pixels(), runs).tolist() == [0, 0]


def test_a_wrong_answer_counts(all_runs):
    runs = [run._replace(answer=np.roll(run.answer, 1)) for run in read_runs(all_runs)]
    assert error_rate(Pixels(), runs).tolist() == [1, 1]


@pytest.mark.parametrize("gone", ["class_labels.txt", "training/class02.png", "test/item03.png"])
def test_an_incomplete_run_is_named(all_runs, gone):
    (all_runs / "run02" / gone).unlink()
    with pytest.raises(ValueError, match=r"run02.*all_runs\.zip"):
        read_runs(all_runs)


def test_labels_that_are_no_pairs_are_refused(all_runs):
    (all_runs / "run01" / "class_labels.txt").write_text("item01\n")
    with pytest.raises(ValueError, match="expected lines such as"):
        read_runs(all_runs)


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="all_runs"):
        read_runs(tmp_path)


def test_sampled_runs_stay_within_an_alphabet_and_never_repeat_an_image():
    characters = glyphs.generate(3, 6, 5)
    where = {image.tobytes(): (c, d) for c, row in enumerate(characters.images) for d, image in enumerate(row)}
    for run in sample_runs(characters, 10, np.random.default_rng(0), way=6):
        training, test = ([where[image.tobytes()] for image in part] for part in (run.training, run.test))
        assert len({characters.alphabet[c] for c, _ in training}) == 1
        assert not set(training) & set(test)
        assert [training[a][0] for a in run.answer] == [c for c, _ in test]


def test_runs_of_codes_are_judged_like_runs_of_images():
    characters = glyphs.generate(2, 6, 4, seed=3)
    network = MatchingNetwork(encoder_options={"filters": 8}, views=2)
    codes = encode_all(network, characters.images)
    by_image, by_code = (
        error_rate(network, sample_runs(characters, 8, np.random.default_rng(1), way=5, codes=c)) for c in (None, codes)
    )
    assert by_code.tolist() == by_image.tolist()
    assert 0 < by_code.mean() < 1


def test_sampled_runs_are_seeded():
    characters = glyphs.generate(2, 5, 3)
    a, b = (sample_runs(characters, 2, np.random.default_rng(4), way=5) for _ in range(2))
    assert all((x.test == y.test).all() and (x.answer == y.answer).all() for x, y in zip(a, b, strict=True))


def test_too_many_characters_for_any_alphabet():
    with pytest.raises(ValueError, match="largest has 5"):
        sample_runs(glyphs.generate(2, 5, 3), 1, np.random.default_rng(0), way=20)
