"""Tables of the benchmarks, from the JSON files that they wrote beside them."""

import json
from pathlib import Path

from pnzoo.hub.page import markdown_table

BUSY = 2.5  # load average above which a row says so: the browser and the server themselves keep two cores busy
BENCHMARKS = Path(__file__).parents[2] / "tests" / "benchmarks"


def stored(name):
    """What a benchmark measured last."""
    return json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))


def planning_table(measured=None):
    """Speed of planning as `tests.benchmarks.planning` measured it: what is asked of it, then how it grows."""
    measured = measured or stored("planning")
    start, training = measured["start_up"], measured["training"]
    rows = [
        [
            f"`policy`, 256 maps of 16x16, K = 20, {side['backend']}",
            f"{side['policy_ms']:.0f} ms ({side['maps_per_second']:,} maps/s), "
            f"{side['ratio']:.2f}x the bare recurrence",
            "at most 1.5x",
        ]
        for side in measured["throughput"]
    ]
    rows += [
        ["`import pnzoo`, beyond Python's start", f"{1e3 * start['import_pnzoo_s']:.0f} ms", "under 100 ms"],
        [f"`import keras`, {start['backend']}, for comparison", f"{start['import_keras_s']:.2f} s", ""],
        ['`pnzoo.load("vin16")`, beyond `import keras`', f"{start['load_beyond_keras_s']:.2f} s", ""],
        [
            f"states a second in training, {training['backend']}",
            f"{training['states_per_second']:,}; plain PyTorch VIN {training['public_states_per_second']:,}",
            "",
        ],
        [
            "training at 16x16 until the paper's 99.3 % success",
            f"{training['seconds']:.0f} s (to {100 * training['success']:.2f} %); plain PyTorch VIN "
            f"{training['public_seconds'] / 3600:.1f} h: {training['time_ratio']:.0f}x",
            "at least 50x",
        ],
    ]
    return "\n\n".join([markdown_table(("what", "measured", "asked"), rows), _hardware(measured), _growth(measured)])


def _hardware(measured):
    return (
        f"On {measured['hardware']}. Time and highest memory of a whole process in which `policy` plans on 4 maps at "
        f"once ({measured['growth_backend']}); Python, Keras and the model alone take "
        f"{min(row['loaded_mb'] for row in measured['growth']):,} MB:"
    )


def _growth(measured):
    """One row a size, one column a K."""
    by_size = {(row["size"], row["k"]): f"{row['ms']:,.0f} ms, {row['peak_mb']:,} MB" for row in measured["growth"]}
    sizes, ks = (sorted(set(values)) for values in zip(*by_size, strict=True))
    rows = [[f"{size}x{size}", *(by_size[size, k] for k in ks)] for size in sizes]
    return markdown_table(("map", *(f"K = {k}" for k in ks)), rows)


def peers_table(measured=None):
    """All of `train.benchmark`: times, ratios and versions of both sides."""
    measured = measured or stored("peers")
    rows = [
        [
            each["what"],
            each["backend"] or "none",
            _time(each["ours_ms"]),
            f"{each['peer']}: {_time(each['peer_ms'])}",
            _ratio(each),
            f"at least {each['asked']:g}x" if each["asked"] else "",
        ]
        for each in measured["rows"]
    ]
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    head = ("what", "backend", "here", "instead", "faster", "asked")
    return f"{markdown_table(head, rows)}\n\nOn {measured['hardware']}, with {versions}."


def faster_table(measured=None):
    """The first lines of it, for the first page: planning on each backend."""
    measured = measured or stored("peers")
    planning = [each for each in measured["rows"] if each["part"] == "planning"]
    backends = list(dict.fromkeys(each["backend"] for each in planning))
    by_size = {}
    for each in planning:
        by_size.setdefault(each["what"], {})[each["backend"]] = f"{each['ratio']:.1f}x"
    rows = [[what, *(times.get(backend, "") for backend in backends)] for what, times in by_size.items()]
    return markdown_table(("times faster than a plain PyTorch VIN that answers for one cell a map", *backends), rows)


def _time(milliseconds):
    if milliseconds is None:
        return "not measured"
    return f"{milliseconds / 1e3:,.2f} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"


def _ratio(each):
    if each["ratio"] is None:
        return ""
    return f"{each['ratio']:.2f}x"


def long_horizon_table(measured=None):
    """Speed of planning long paths as `tests.benchmarks.long_ways` measured it."""
    measured = measured or stored("long_ways")
    head = ("maze", "longest path", "K", "`policy`, compiled", "first call", "memory", "Dijkstra, every cell",
            "A*, one start")
    text = (f"One perfect maze, `vin_maze` from every cell ({measured['backend']}), on {measured['hardware']}; memory "
            "is what planning adds to a process with the model loaded:")
    return f"{text}\n\n{markdown_table(head, [_long_horizon_row(row) for row in measured['rows']])}"


def _long_horizon_row(row):
    k = f"converged: {row['k']:,}" if row["asked_k"] is None else f"at most {row['asked_k']:,}"
    return [f"{row['size']}x{row['size']}", f"{row['moves']:,} moves", k, f"{row['ms']:,.0f} ms",
            f"{row['first_ms'] / 1e3:.1f} s", f"{row['more_mb']:,} MB",
            f"{row['dijkstra_ms']:.1f} ms ({row['ratio']:,.0f}x faster)", f"{row['astar_ms']:,.0f} ms"]


def solver_table(measured=None):
    """Speed of both solvers as `tests.benchmarks.solvers` measured it."""
    measured = measured or stored("solvers")
    plans = [
        [f"{row['family']} {row['side']}x{row['side']}", f"{row['moves']:,}", f"{row['ready']:,.2f} ms",
         f"{row['plan']:,.2f} ms", f"{row['table']:,.2f} ms", f"{row['ratio']:.1f}x"]
        for row in measured["plans"]
    ]  # fmt: skip
    policies = [
        [f"{row['maps']:,} of {row['side']}x{row['side']}", f"{row['value_iteration']:,.1f} ms",
         f"{row['dijkstra']:,.1f} ms", f"{row['value_iteration'] / row['dijkstra']:,.0f}x"]
        for row in measured["policies"]
    ]  # fmt: skip
    first = markdown_table(
        ("map", "moves", "Dijkstra, ready graph", "`plan`, all of it", "of which: are the weights the same?", "ratio"),
        plans,
    )
    second = markdown_table(("`policy`, maps", "value iteration", "Dijkstra", "faster"), policies)
    text = f"`vin_maze` ({measured['backend']}), on {measured['hardware']}; at most 3x is asked of `plan`:"
    return f"{text}\n\n{first}\n\n{second}"


def graph_step_table(measured=None):
    """One step of value iteration on a large graph, as `tests.benchmarks.graph_step` measured it."""
    measured = measured or stored("graph_step")
    rows = [
        [backend, f"{row['queries']:,}", f"{row['step_ms']:,.1f} ms", f"{row['product_ms']:,.1f} ms",
         f"{row['ratio']:.2f}x"]
        for backend in ("tensorflow", "jax", "torch") for row in measured.get(backend, ())
    ]  # fmt: skip
    text = (f"{measured['pages']:,} pages, {measured['links']:,} links, on {measured['hardware']}, of which each side "
            "used one; at most 3x is asked:")
    head = ("backend", "queries at once", "one step", "SciPy's sparse product", "ratio")
    return f"{text}\n\n{markdown_table(head, rows)}"


def pendulum_table(measured=None):
    """Returns of TRPO with continuous actions, as `tests.benchmarks.pendulum` measured them."""
    measured = measured or stored("pendulum")
    rows = [
        [side, f"{measured[side]['mean']:.0f}", "{:.0f} to {:.0f}".format(*measured[side]["ci95"]),
         ", ".join(f"{value:.0f}" for value in measured[side]["returns"])]
        for side in ("pnzoo", "sb3-contrib")
    ]  # fmt: skip
    text = (f"TRPO on {measured['task']}, {measured['timesteps']:,} steps, {len(measured['seeds'])} seeds; mean return "
            f"of {measured['episodes']} episodes, 0 is best. The baselines differ, ours is a ridge regression:")
    return f"{text}\n\n{markdown_table(('', 'mean return', '95 % interval', 'seeds'), rows)}"


def matching_table(measured=None):
    """Speed of few-shot networks as `tests.benchmarks.matching` measured it."""
    measured = measured or stored("matching")
    speed = measured["training_episodes_per_second"]
    columns = {"encode_ms": "embed the images", "plain_ms": "answer, no context", "fce_ms": "answer, FCE",
               "set_ms": "answer, order-invariant"}
    text = (f"Training, 60-way one-shot episodes a second: {speed['pnzoo']}; plain PyTorch {speed['torch']} (ratio "
            f"{speed['ratio']:.2f}, at least 1 asked). Milliseconds to answer 20 queries of a 20-way episode, on "
            f"{measured['hardware']}:")
    rows = [[f"{row['support']:,}", *(f"{row[name]:,.1f}" for name in columns)] for row in measured["inference"]]
    return f"{text}\n\n{markdown_table(('support images', *columns.values()), rows)}"


def photographs_table(measured=None):
    """Speed of embedding photographs beside other runtimes, as `tests.benchmarks.photographs` measured it."""
    measured = measured or stored("photographs")
    peers = {"onnx": "ONNX Runtime", "litert": "LiteRT"}
    rows = []
    for row in measured["rows"]:
        shown = [f"{row[f'{peer}_ms']:,.0f} ms; ours {row[f'to_{peer}']:.2f}x" if f"to_{peer}" in row else ""
                 for peer in peers]
        rows.append([f"{row['batch']}", f"{row['pnzoo_ms']:,.0f} ms", *shown, "at most 1.3x"])
    text = f"EfficientNet-Lite0, 224x224 pixels, {measured['backend']}, on {measured['hardware']}:"
    return f"{text}\n\n{markdown_table(('photographs at once', 'ours', *peers.values(), 'asked'), rows)}"


def exports_table(measured=None):
    """Every entry in every format, as `tests.benchmarks.exports` found it: size, time of a call, largest difference."""
    measured = measured or stored("exports")
    formats = {"tf_saved_model": "SavedModel", "onnx": "ONNX Runtime", "litert": "LiteRT"}
    cells = {(row["name"], row["part"], row["format"]): _exported(row) for row in measured["rows"]}
    rows = [
        [f"[`{name}`](zoo/{name})" if part == "whole" else f"`{name}`, {part}",
         *(cells.get((name, part, format), "-") for format in formats)]
        for name, part in sorted({key[:2] for key in cells}, key=lambda key: (key[0], key[1] != "whole", key[1]))
    ]
    versions = ", ".join(f"{package} {version}" for package, version in measured["versions"].items())
    text = f"On {measured['hardware']}; {versions}. A dash: not exported in this part."
    return f"{text}\n\n{markdown_table(('entry', *formats.values()), rows)}"


MEASURES = {"success_rate": "success", "optimal_action": "optimal moves", "5w1s": "5-way 1-shot",
            "20w1s": "20-way 1-shot"}


def int8_table(measured=None):
    """What weights in 8 bits cost in LiteRT, as `tests.benchmarks.int8` measured it."""
    measured = measured or stored("int8")
    rows = []
    for row in measured["rows"]:
        exact, small = row["kinds"]["float32"], row["kinds"]["int8"]
        known = [key for key in MEASURES if key in exact]
        found = [f"{MEASURES[key]} {100 * exact[key]:.2f} % to {100 * small[key]:.2f} %" for key in known]
        sizes = f"{exact['bytes'] / 1e3:,.0f} to {small['bytes'] / 1e3:,.0f} kB"
        rows.append([f"[`{row['name']}`](zoo/{row['name']})", f"{row['n']} {row['what']}", sizes, "; ".join(found)])
    return markdown_table(("entry", "measured on", "file", "float32 to int8"), rows)


def _exported(row):
    """One file in words: what it takes and how far it is from Keras, or why there is none."""
    if not row["ok"]:
        return row.get("reason") or f"differs by {max(each['error'] for each in row['sizes'].values()):.0e}"
    size = f"{row['bytes'] / 1e6:.1f} MB" if row["bytes"] >= 1e6 else f"{row['bytes'] / 1e3:.0f} kB"
    fixed = f", {row['support']} support images" if row.get("support") else ""
    error = max(each["error"] for each in row["sizes"].values())
    return f"{size}, {row['ms']:.1f} ms, {error:.0e}{fixed}"


def rl_table(measured=None):
    """Speed and learning beside stable-baselines3-contrib, as `tests.benchmarks.rl` measured them."""
    measured = measured or stored("rl")
    speed, curves = measured["speed"], measured.get("curves", {"of": {}})
    times = {name: f"{1e3 * seconds:.0f} ms" for name, seconds in speed["update_seconds"].items()}
    ratio = speed["update_seconds"]["pnzoo"] / speed["update_seconds"]["sb3"]
    many, loop = speed["vector_steps_a_second"], speed["loop_steps_a_second"]
    rows = [
        ["steps a second, 256 environments of 16x16 together", f"{many:,.0f}", "at least 200,000"],
        ["the same in a loop over single environments", f"{loop:,.0f}; ratio {many / loop:.0f}", ""],
        [f"an update on 2,048 steps, {speed['backend']}", times["pnzoo"], ""],
        ["the same by sb3-contrib", f"{times['sb3']}, {times['sb3 actor']} without its critic; ratio {ratio:.2f}",
         "ratio below 1"],
    ]
    rows += [
        [f"success after {curves['env_steps']:,} steps at 8x8: {name}",
         "seeds " + ", ".join(f"{100 * success:.1f} %" for success in curve["success_of_last_10_batches"]), ""]
        for name, curve in curves["of"].items()
    ]
    return markdown_table((f"on {measured['hardware']}", "measured", "asked"), rows)


def dashboard_table(measured=None):
    """How fast the dashboard is, as `tests.benchmarks.dashboard` measured it."""
    measured = measured or stored("dashboard")
    rows = [[row["what"], _amount(row), row["asked"] or "-"] for row in measured["rows"]]
    return markdown_table((f"on {measured['machine']}", "measured", "asked"), rows)


def canvas_table(measured=None):
    """How fast the dashboard answers to the hand, as `tests.benchmarks.planning_canvas` measured it."""
    measured = measured or stored("planning_canvas")
    rows = [[row["what"] + (f" (beside a load of {row['load']:.0f})" if row["load"] > BUSY else ""), _amount(row),
             row["asked"] or "-"] for part in measured["parts"].values() for row in part]
    return markdown_table((f"on {measured['machine']}", "measured", "asked"), rows)


def _amount(row):
    """A value with its unit: 1.24 s, 87 ms, 812 MB, 41 frames/s, 0.002."""
    if not row["unit"]:
        return f"{row['value']:.3f}"
    if row["unit"] != "s":
        return f"{row['value']:,.0f} {row['unit']}"
    return f"{row['value']:.2f} s" if row["value"] >= 1 else f"{row['value'] * 1000:.0f} ms"


def batch_planning_table(measured=None):
    """How planning on Ray grows, as `tests.benchmarks.batch_planning` measured it."""
    measured = measured or stored("batch_planning")
    growth = measured["growth"]
    least, most = min(row["driver_mb"] for row in growth), max(row["driver_mb"] for row in growth)
    turns = [
        ["maps a second, one worker; two", f"{measured['one']:,}; {measured['two']:,}", ""],
        ["two workers against twice one", f"{measured['efficiency']:.2f}", "at least 0.9"],
    ] if "turns" in measured else []  # fmt: skip
    summary = [
        *turns,
        ["the driver's memory, all numbers of maps below", f"{least:,} to {most:,} MB", "flat"],
    ]
    rows = [
        [f"{row['maps']:,}", f"{row['seconds']:,.0f} s", f"{row['start_s']:.0f} s", f"{row['maps_per_second']:,}",
         f"{row['driver_mb']:,} MB"]
        for row in growth
    ]  # fmt: skip
    kinds = [f"maps of {measured[f'{of}side']}x{measured[f'{of}side']}, {measured[f'{of}rows_per_block']:,} a block"
             for of in ("", "growth_")]  # fmt: skip
    text = (f"`{measured['entry']}`, one thread a worker, on {measured['hardware']}. Turns on {kinds[0]}; below, two "
            f"workers on {kinds[1]}:")
    head = ("maps", "in all", "of which: until both have begun", "maps a second after that", "driver")
    return "\n\n".join([markdown_table(("what", "measured", "asked"), summary), text, markdown_table(head, rows)])


def large_support_table(measured=None):
    """Attention by an index against full attention, as `tests.benchmarks.large_support` measured it."""
    measured = measured or stored("large_support")
    head = ("index", "searched", "neighbours", "recall", "mass", "other answers", "distance", "accuracy", "a query",
            "built in", "memory")
    words = {"drawings": "invented drawings by `matching_glyphs`", "vectors": "invented vectors"}
    parts = [f"{measured['support']:,} support images, {measured['queries']:,} queries, one thread, on "
             f"{measured['hardware']}."]
    for name, case in measured["sets"].items():
        rows = [
            [row["index"], row.get("probe", ""), f"{row['neighbors']:,}", *_shares(row), f"{row['ms']:.2f} ms",
             f"{row['build_s']:,.0f} s" if "build_s" in row else "", f"{row['mb']:,.0f} MB"]
            for row in case["rows"]
        ]  # fmt: skip
        parts.append(f"{words[name].capitalize()}, {case['size']} numbers each, {case['classes']:,} classes, scale "
                     f"{case['scale']:.1f}:")
        parts.append(markdown_table(head, rows))
    return "\n\n".join(parts)


def _shares(row):
    """How near an index comes to full attention, in per cent."""
    names = ("recall", "mass", "other_answers", "distance", "accuracy")
    return [f"{100 * row[name]:.1f} %" if name in row else "" for name in names]


# What the page on scale is about.
MANY_MAPS, MANY_PHOTOGRAPHS = 1e9, 1e8
EARTH_M2 = 510.07e12  # surface, land and water; a pixel is one square metre


def scale_constants_table(measured=None):
    """What one map, one cell and one photograph cost, as `tests.benchmarks.scale` measured it."""
    measured = measured or stored("scale")
    row, ground, photo = measured["rows"], measured["ground"], measured["photographs"]
    rows = [
        ["a plan by `vin_maze`, 16x16", f"{measured['vin_maze']['core_us']:,.0f} us",
         f"{measured['vin_maze']['peak_mb']:,.0f} MB a worker", f"{row['plans_bytes']:.0f} bytes"],
        ["a plan by `vin16`, 16x16", f"{measured['vin16']['core_us']:,.0f} us",
         f"{measured['vin16']['peak_mb']:,.0f} MB a worker", f"{row['plans_bytes']:.0f} bytes"],
        ["its map in Parquet, read; its plan, written", f"{row['core_us']:,.0f} us", "",
         f"{row['maps_bytes']:.0f} bytes"],
        ["a cell's way to the goal, one map of 1024x1024", f"{measured['cells']['core_us']:.2f} us",
         f"{measured['cells']['bytes']:,.0f} bytes", "1 byte a move"],
        [f"a cell of {ground['cell']}x{ground['cell']} pixels by `vin_moon`", f"{ground['core_us']:,.1f} us",
         f"{ground['bytes']:,.0f} bytes", f"{ground['cell'] ** 2} bytes of picture, 4 of cost"],
        ["a photograph by `matching_photo`", f"{photo['core_ms']:,.0f} ms", "",
         f"{4 * photo['size']:,} bytes ({photo['size']:,} numbers)"],
    ]  # fmt: skip
    text = f"On {measured['hardware']}; times are a core's:"
    return f"{text}\n\n{markdown_table(('one', 'core time', 'memory', 'disk'), rows)}"


def scale_table(measured=None, support=None):
    """The same, multiplied."""
    measured, support = measured or stored("scale"), support or stored("large_support")
    row, ground = measured["rows"], measured["ground"]
    cells = EARTH_M2 / ground["cell"] ** 2
    rows = [
        [f"{MANY_MAPS:,.0f} maps of 16x16, {name}",
         _hours(MANY_MAPS * (measured[name]["core_us"] + row["core_us"]) / 1e6),
         f"{measured[name]['peak_mb'] / 1024:.1f} GB a worker",
         f"{_bytes(MANY_MAPS * row['maps_bytes'])} in, {_bytes(MANY_MAPS * row['plans_bytes'])} out"]
        for name in ("vin_maze", "vin16")
    ]  # fmt: skip
    rows += [
        [f"a planet's cost, {cells:.1e} cells", _hours(cells * ground["core_us"] / 1e6), "a tile's",
         f"{_bytes(EARTH_M2)} in (one byte a pixel), {_bytes(4 * cells)} out"],
        ["a planet's moves to one goal", _hours(cells * measured["cells"]["core_us"] / 1e6),
         f"{_bytes(cells * measured['cells']['bytes'])} as one graph; in tiles, a tile's", _bytes(cells)],
        [f"{MANY_PHOTOGRAPHS:,.0f} photographs embedded",
         _hours(MANY_PHOTOGRAPHS * measured["photographs"]["core_ms"] / 1e3), "a batch's",
         f"{_bytes(MANY_PHOTOGRAPHS * 4 * measured['photographs']['size'])} of embeddings"],
        *_index_rows(support, measured["photographs"]["size"]),
    ]  # fmt: skip
    return markdown_table(("what", "core time", "memory at once", "disk"), rows)


def _index_rows(support, size):
    """Searching in all photographs: what is proportional to their number, and what to its root."""
    case = support["sets"]["vectors"]
    more, wider = MANY_PHOTOGRAPHS / support["support"], size / case["size"]
    by_name = {(row["index"].split(",")[0][:3], row.get("probe")): row for row in case["rows"]}
    everything, lists = by_name["ful", None], by_name["IVF", 32]
    floats = MANY_PHOTOGRAPHS * 4 * size
    return [
        ["one query, full attention", _hours(everything["ms"] / 1e3 * more * wider), _bytes(floats), ""],
        ["one query, IVF of 4 sqrt(S) lists, 32 searched", _hours(lists["ms"] / 1e3 * more**0.5 * wider),
         f"{_bytes(floats)}; with PQ64 in place of floats {_bytes(MANY_PHOTOGRAPHS * 72)}", "the same"],
        ["that index, built", _hours(lists["build_s"] * more**1.5 * wider), "", ""],
    ]  # fmt: skip


def _hours(seconds):
    """Core time in the unit that reads best."""
    for size, unit in ((3.6e9, "million core hours"), (3.6e3, "core hours"), (1, "core seconds")):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}" if seconds < 100 * size else f"{seconds / size:,.0f} {unit}"
    return f"{1e3 * seconds:,.1f} core milliseconds"


def _bytes(number):
    for size, unit in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB")):
        if number >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number / 1e6:,.1f} MB"


TABLES = {
    "peers": peers_table,
    "faster": faster_table,
    "scale-constants": scale_constants_table,
    "scale": scale_table,
    "large-support-benchmark": large_support_table,
    "batch-planning-benchmark": batch_planning_table,
    "planning-benchmark": planning_table,
    "canvas-benchmark": canvas_table,
    "long-horizon-benchmark": long_horizon_table,
    "solver-benchmark": solver_table,
    "graph-step-benchmark": graph_step_table,
    "pendulum-benchmark": pendulum_table,
    "matching-benchmark": matching_table,
    "photographs-benchmark": photographs_table,
    "exports-benchmark": exports_table,
    "int8-benchmark": int8_table,
    "rl-benchmark": rl_table,
    "dashboard-benchmark": dashboard_table,
}
