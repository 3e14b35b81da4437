"""Apache Beam draws the same data sets: the same bytes for any number of workers, and those of one plain process.

`make test-beam` runs this in an environment of its own: Beam wants an older protobuf than the rest.
"""

import hashlib

import pytest

beam = pytest.importorskip("apache_beam")
tfds = pytest.importorskip("tensorflow_datasets")

from tests.data.tfds_builders import COUNTS, SPLITS  # noqa: E402
from train.prepare import BUILDERS, RUNNER, builder_class, prepare  # noqa: E402

THREADS = ("--direct_num_workers=2", "--direct_running_mode=multi_threading")


def checksums(builder, num_shards):
    """File -> checksum of a data set's records."""
    counts = COUNTS[builder.name]
    assert tuple(builder.info.splits[split].num_examples for split in SPLITS) == counts
    files = sorted(builder.data_path.glob("*.tfrecord*"))
    assert len(files) == len(SPLITS) * num_shards
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def on_beam(folder, name, *flags, num_shards):
    """The checksums of what Beam writes in this process."""
    options = beam.options.pipeline_options.PipelineOptions([f"--runner={RUNNER}", *flags])
    builder = builder_class(name)(data_dir=folder, config="tiny")
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(beam_options=options, num_shards=num_shards)
    )
    return checksums(builder, num_shards)


def test_one_worker_and_two_processes_write_the_same_bytes(tmp_path):
    """Three files a split, which two workers share. What protobuf draws anew in a process must not be seen either."""
    one = on_beam(tmp_path / "1", "pnzoo_gridworld", "--direct_num_workers=1", num_shards=3)
    two = checksums(prepare("pnzoo_gridworld/tiny", tmp_path / "2", workers=2, num_shards=3), 3)
    assert one == two
    assert len(set(one.values())) == len(one)


SLOW = [name for name in BUILDERS if name not in ("pnzoo_terrain", "pnzoo_glyphs")]


@pytest.mark.parametrize(
    "name", ["pnzoo_terrain", *(pytest.param(name, marks=pytest.mark.slow) for name in ("pnzoo_glyphs", *SLOW))]
)
def test_beam_writes_what_one_process_writes(name, tmp_path, monkeypatch):
    monkeypatch.setattr("pnzoo.core.seeded_builder.DRAWS_PER_TASK", 1)  # as many tasks as draws
    shared = on_beam(tmp_path / "beam", name, *THREADS, num_shards=1)
    assert shared == checksums(prepare(f"{name}/tiny", tmp_path / "plain", num_shards=1), 1)
