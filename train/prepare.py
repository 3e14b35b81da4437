"""Write the data sets of invented worlds for TensorFlow Datasets, in one process or with Apache Beam.

    python -m train.prepare list
    python -m train.prepare pnzoo_gridworld/28                 # one process
    python -m train.prepare pnzoo_gridworld/28 --workers 8     # Apache Beam on this machine: pip install 'pnzoo[beam]'
    python -m train.prepare pnzoo_gridworld/28 --beam-options runner=FlinkRunner,flink_master=host:8081

They lie where `tfds.load("pnzoo_gridworld/28")` looks for them: in TFDS_DATA_DIR, ~/tensorflow_datasets or --data-dir.
The number of workers changes no byte of the records; the number of files, `--num-shards`, does.
"""

import argparse
import difflib
import importlib
import pathlib
import sys

# data set -> its module and class
BUILDERS = {
    "pnzoo_gridworld": ("pnzoo.worlds.gridworld.tfds_builder", "PnzooGridworld"),
    "pnzoo_terrain": ("pnzoo.worlds.terrain.tfds_builder", "PnzooTerrain"),
    "pnzoo_navigation2d": ("pnzoo.worlds.navigation.tfds_builder", "PnzooNavigation2d"),
    "pnzoo_web": ("pnzoo.worlds.webgraph.tfds_builder", "PnzooWeb"),
    "pnzoo_glyphs": ("pnzoo.data.glyphs_builder", "PnzooGlyphs"),
    "pnzoo_still_lifes": ("pnzoo.data.still_lifes_builder", "PnzooStillLifes"),
    "pnzoo_language": ("pnzoo.data.language.tfds_builder", "PnzooLanguage"),
}
# In Beam's own package; its default may fetch a program from elsewhere.
RUNNER = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"


def builder_class(name):
    """The class of a data set's builder.

    Raises:
        ValueError: there is no such data set.
    """
    if name not in BUILDERS:
        near = difflib.get_close_matches(name, BUILDERS, n=1)
        raise ValueError(f"no data set {name!r}; {f'did you mean {near[0]}? ' if near else ''}"
                         "`python -m train.prepare list` names them all")  # fmt: skip
    module, attribute = BUILDERS[name]
    return getattr(importlib.import_module(module), attribute)


def prepare(name, data_dir=None, workers=1, beam_options="", num_shards=None):
    """Write a data set, unless it is there already.

    Args:
        name: of the data set, and a config: "pnzoo_gridworld/28".
        data_dir: where; by default where TFDS looks.
        workers: processes of this machine; more than one need Apache Beam.
        beam_options: "name=value,..." for another runner of Beam's.
        num_shards: files of each split; by default TFDS decides by size.

    Returns:
        The builder.

    Raises:
        ValueError: there is no such data set or config.
        ImportError: Beam is needed and not installed.
    """
    name, _, config = name.partition("/")
    builder = builder_class(name)
    configs = [known.name for known in builder.BUILDER_CONFIGS]
    if config and config not in configs:
        raise ValueError(f"{name} has no config {config!r}; it has {', '.join(configs)}")
    import tensorflow_datasets as tfds

    options = _beam_options(workers, beam_options)
    download_config = tfds.download.DownloadConfig(beam_options=options, num_shards=num_shards)
    made = builder(data_dir=data_dir, config=config or None)
    made.download_and_prepare(download_config=download_config)
    return made


def _beam_options(workers, beam_options):
    """Beam's `PipelineOptions`, or None where one process does it."""
    flags = [f"--{flag}" for flag in beam_options.split(",") if flag]
    if workers > 1:
        processes = ["--direct_running_mode=multi_processing", f"--direct_num_workers={workers}"]
        flags = [f"--runner={RUNNER}", *processes, *flags]
    if not flags:
        return None
    try:
        from apache_beam.options.pipeline_options import PipelineOptions
    except ImportError as error:
        raise ImportError("--workers and --beam-options need Apache Beam; type: pip install 'pnzoo[beam]'") from error
    return PipelineOptions(flags)


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(
        "python -m train.prepare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", help="data set and config, or `list`")
    parser.add_argument("--data-dir", type=pathlib.Path, metavar="FOLDER", help="where it goes")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes of this machine")
    parser.add_argument("--num-shards", type=int, metavar="N", help="files of each split")
    parser.add_argument("--beam-options", default="", metavar="NAME=VALUE,...", help="for another runner of Beam's")
    options = vars(parser.parse_args(arguments))
    if options["name"] == "list":
        for name in BUILDERS:
            configs = ", ".join(config.name for config in builder_class(name).BUILDER_CONFIGS)
            print(f"{name:20} {builder_class(name).__doc__.splitlines()[0]} ({configs})")
        return
    builder = prepare(**options)
    counts = ", ".join(f"{split} {info.num_examples:,}" for split, info in builder.info.splits.items())
    print(f"{builder.data_path}: {counts}")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, ImportError, OSError) as error:
        sys.exit(f"train.prepare: {error}")
