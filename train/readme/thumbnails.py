"""Draw what every entry of the zoo does as a small moving picture: the living thumbnails of the dashboard's gallery.

    python -m train.readme.thumbnails [NAME ...]

Each is an SVG of `SIDE` units, sharp at every size, that dashboard/widgets/tiles.css sets in motion and that shows its
end at rest. A planner that iterates shows V spreading (`flood`: its steps side by side, a pixel a cell) and then its
path, another planner its path alone; start and goal are the signs of the dashboard, an orange disc and a green
diamond. A few-shot model has questions of its own, one after the other (`ask`), in the middle of its support set, and
shows how it reads that: by single comparisons, in one view or three, as a sequence, in full context, in any order. All
of it is computed with the entry's weights, on invented data.
"""

import argparse
import base64
import io
import itertools
import zlib
from pathlib import Path

import numpy as np

import pnzoo
from pnzoo import analysis, gridworld
from train.readme.picture import COLOURS, MAP

FOLDER = Path(__file__).parents[2] / "dashboard" / "thumbnails"
SIDE, STEPS = 96, 10  # units of a picture; pictures of V
TRIES = 8  # maps, the longest ways first: shown is the first one that an entry solves
PAPER, INK, LINE = "#f2f4f7", "#1d2733", "#0072b2"
START, GOAL = "#c74e00", "#00795a"  # as dashboard/figures/theme.py has them, which train does not import
TEXTS = {"the ___ barked at the postman": "dog", "she fed milk to her ___": "cat", "he drove the ___ to work": "car",
         "they read a ___ before sleep": "book", "a glass of cold ___": "water"}


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="entries; all without")
    for name in parser.parse_args(arguments).names or pnzoo.list_models():
        drawn = draw(name)
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")
        print(name, f"{len(drawn):,} bytes", flush=True)


def draw(name):
    """The moving picture of an entry, as SVG."""
    card, model = pnzoo.card(name), pnzoo.load(name)
    kinds = {"terrain": terrain, "navigation": body, "web": web, "planning": grid}
    if card["task"] != "few-shot":
        return kinds[card["task"]](model, card)
    if getattr(model, "image_channels", 1) == 3:
        return photographs(model, card)
    return (sentences if card["model"] == "SentenceMatchingNetwork" else characters)(model, card)


# -- what pictures are made of ----------------------------------------------------------------------------------------


def svg(*parts):
    return f'<svg viewBox="0 0 {SIDE} {SIDE}">{"".join(parts)}</svg>'


def image(pixels, x=0.0, y=0.0, width=SIDE, height=SIDE, name="", photo=False):
    """Pixels, uint8 [H, W, 3 or 4], at a place; a photograph is smooth and may lose a little."""
    from PIL import Image

    file, picture = io.BytesIO(), Image.fromarray(pixels)
    if photo:
        picture.convert("RGB").save(file, "WEBP", quality=80, method=6)
    else:
        picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    data = f"data:image/{'webp' if photo else 'png'};base64,{base64.b64encode(file.getvalue()).decode()}"
    kind = f' class="{name}"' if name else ""
    return (f'<image{kind} x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" preserveAspectRatio="none" '
            f'href="{data}"/>')


def way(points, width, name=""):
    """A path in the dashboard's colour, on white so that it is seen on any ground; points [x, y]."""
    line = " ".join(f"{x:.4g},{y:.4g}" for x, y in points)
    one = '<polyline class="way{}" pathLength="1" points="{}" stroke="{}" stroke-width="{:g}"/>'
    return one.format(name, line, "#fff", width + 2) + one.format(name, line, START, width)


def signs(start, goal, reach):
    """The dashboard's signs: S is an orange disc, G a green diamond."""
    (x, y), (i, j), d = start, goal, 1.35 * reach
    return (f'<path class="goal" d="M{i:.4g} {j - d:.4g}l{d:.4g} {d:.4g} {-d:.4g} {d:.4g} {-d:.4g} {-d:.4g}z" '
            f'fill="{GOAL}"/>'
            f'<circle class="start" cx="{x:.4g}" cy="{y:.4g}" r="{reach:.4g}" fill="{START}"/>')


def asked(groups):
    """Questions that are seen one after the other; the last one stays."""
    last = len(groups) - 1
    return "".join(f'<g class="ask{" last" * (i == last)}" style="--i:{i};--last:{last}">{group}</g>'
                   for i, group in enumerate(groups))


# -- planners ---------------------------------------------------------------------------------------------------------


def grid(model, card):
    tried = [(each, model.plan(*each)) for each in itertools.islice(maps(card), TRIES)]
    (walls, start, goal), shown = next((one for one in tried if one[1].reached),  # as most of its maps are
                                       max(tried, key=lambda one: len(one[1].path)))
    values = values_of(model, walls, goal)
    if values is None:
        ground = image(cells(walls), name="cells")
    else:
        steps = np.unique(np.geomspace(1, len(values), STEPS).round().astype(int)) - 1
        strip = np.concatenate([cells(walls, scaled(values[step], walls)) for step in steps], axis=1)
        style = f"--n:{len(steps)};--steps:steps({len(steps) - 1})"
        ground = f'<g class="flood" style="{style}">{image(strip, width=SIDE * len(steps), name="cells")}</g>'
    unit = SIDE / np.array(walls.shape[::-1])
    spot = lambda cell: (np.array(cell)[::-1] + 0.5) * unit  # noqa: E731
    return svg(ground, way([spot(cell) for cell in shown.path], max(1.8, unit[0] / 4), " later" * (values is not None)),
               signs(spot(start), spot(goal), max(4.5, unit[0] * 0.5)))


def maps(card):
    """Maps of the size that the entry was trained on, its own ones, those with the longest ways first."""
    size = (card.get("trained_on") or {}).get("height", 16)
    if card["name"] == "vin16":  # the one of the first page
        yield gridworld.parse(MAP)
    if card["name"].startswith(("vin_maze", "vin_octile", "gppn")):
        walls, goal = gridworld.generate_family("maze", TRIES, 15, seed=seed_of(card))[:2]
    else:
        walls, goal = gridworld.generate(200, size, seed=seed_of(card), max_size=max(2, size // 8))
    distance = gridworld.distances(walls, goal)
    distance = np.where(np.isfinite(distance), distance, -1)
    for at in np.argsort(-distance.max(axis=(1, 2)), kind="stable"):
        start = np.unravel_index(distance[at].argmax(), distance[at].shape)
        yield gridworld.ParsedMap(walls[at], tuple(map(int, start)), tuple(map(int, goal[at])))


def values_of(model, walls, goal):
    """V of every step, [K, H, W], or None for a model without steps."""
    try:
        return np.asarray(model.trace(walls, goal).values)[1:]
    except TypeError:  # it computes none, and says so
        return None


def scaled(values, walls):
    free = values[~walls.astype(bool)]
    low, high = float(free.min()), float(free.max())
    return np.clip((values - low) / max(high - low, 1e-9), 0, 1)


def cells(walls, shade=None):
    """A pixel a cell: walls, and the free cells in the colours of V where there is a V."""
    picture = np.full((*walls.shape, 3), 242.0)
    if shade is not None:
        colours = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in COLOURS])
        place = shade * (len(colours) - 1)
        below = np.minimum(place.astype(int), len(colours) - 2)
        picture = colours[below] + (colours[below + 1] - colours[below]) * (place - below)[..., None]
    picture[walls.astype(bool)] = [0x3C, 0x48, 0x56] if shade is None else [0x8C, 0x96, 0xA4]
    return picture.astype("uint8")


def terrain(model, card):
    world = (card.get("recipe") or {}).get("world", "relief")
    start, goal, first, longest = (1, 1), (14, 13), seed_of(card), -1
    for seed in range(first, first + 20):  # the first on which it arrives
        if world == "tiles":
            seen = pnzoo.terrain.generate_tiles(1, 16, seed=seed)[0][0]
        else:
            seen = pnzoo.terrain.example("relief" if world == "relief" else "moon", seed=seed).picture
        walk = model.plan(seen, start=start, goal=goal).path
        arrives = tuple(walk[-1]) == goal
        if arrives or len(walk) > longest:
            picture, path, longest = seen, walk, len(walk)
        if arrives:
            break
    grey = np.uint8(picture if np.asarray(picture).dtype == np.uint8 else np.clip(picture, 0, 1) * 255)
    grey = np.repeat(grey.reshape(*grey.shape[:2], -1)[..., :1], 3, axis=-1) if grey.shape[-1] not in (3, 4) else grey
    spot = lambda cell: (np.array(cell)[::-1] + 0.5) * SIDE / 16  # noqa: E731
    return svg(image(grey, photo=True), way([spot(cell) for cell in path], 2.4), signs(spot(start), spot(goal), 4.5))


def body(model, card):
    tasks = pnzoo.navigation.generate_tasks(1, seed=0)
    start = pnzoo.navigation.draw_starts(tasks, 1, seed=0)[0, 0, :2]
    states = np.asarray(model.drive(tasks.walls[0], start, tasks.goal[0]).path)
    walls = tasks.walls[0].astype(bool)
    unit = SIDE / len(walls)
    goal = (np.asarray(tasks.goal[0], float)[::-1] + 0.5) * unit
    line = states[:, ::-1] * unit
    return svg(image(cells(walls), name="cells"), way(line, 2), signs(line[0], goal, 4.5))


def web(model, card):
    pages = pnzoo.graphs.embed(pnzoo.graphs.generate(3000))
    planner, reactive = pnzoo.load("vin_web"), pnzoo.load("reactive_web")
    for goal in range(7, 400, 13):  # the first where planning is what it takes
        start = int(np.flatnonzero(pnzoo.graphs.distances(pages.web, [goal])[0] == 4)[0])
        search = (pages, start, " ".join(pages.web.sentences[goal][:4]), goal)
        if planner.plan(*search).reached and not reactive.plan(*search).reached:
            break
    found = model.plan(*search)
    path, far = list(found.path), 72 if found.reached else 56  # a goal that is not found stands apart
    spots = [np.array((12 + far * i / max(1, len(path) - 1), 48 + 20 * (-1) ** i)) for i in range(len(path))]
    links = []
    for page, (x, y) in zip(path, spots, strict=True):
        count = min(len(pages.web.links_of(page)), 12)
        links += [f"M{x:.4g} {y:.4g}l{15 * np.cos(turn):.3g} {15 * np.sin(turn):.3g}"
                  for turn in np.linspace(0, 2 * np.pi, count, endpoint=False)]
    stops = "".join(f'<circle cx="{x:.4g}" cy="{y:.4g}" r="3" fill="{START}"/>' for x, y in spots[1:])
    return svg(ground(), f'<path d="{"".join(links)}" stroke="#b9c2ce"/>', way(spots, 2.4), stops,
               signs(spots[0], spots[-1] if found.reached else np.array((84, 20)), 4.5))


def ground():
    return f'<rect width="{SIDE}" height="{SIDE}" fill="{PAPER}"/>'


# -- few-shot ---------------------------------------------------------------------------------------------------------


def seed_of(card):
    """A world of its own for each entry, the same at every run."""
    return zlib.crc32(card["name"].encode()) % 1000


def characters(model, card):
    way = 12 if "background" in card["name"] else 5  # within an alphabet there are many
    way = min(way, 5 if card["model"] == "MANN" else way)
    images = pnzoo.glyphs.generate(1, way, 4, seed=seed_of(card)).images / np.float32(255)
    rows = []
    for i in range(min(way, 6)):
        made = analysis.explain(model, images[:, 0], np.arange(way), images[i, 1])
        rows.append((images[i, 1], made.probability))
    drawn = lambda ink: np.repeat(np.uint8(255 - ink * 220)[..., None], 3, axis=-1)  # noqa: E731
    return ring([drawn(each) for each in images[:, 0]], [(drawn(query), chance) for query, chance in rows],
                reading(card))


def reading(card):
    """How a few-shot model reads its support set, as the ring can show it."""
    config = (card.get("recipe") or {}).get("config") or card.get("config") or {}
    if card["model"] == "MANN":
        return "sequence"
    if card["model"] == "SiameseNetwork":
        return "pairs"
    if "fce" in card["name"] or config.get("fce"):
        return "context"
    if "_set_" in card["name"]:
        return "set"
    return "bars" if card["name"].startswith("classifier") else "one"


def photographs(model, card):
    pictures = pnzoo.still_lifes.generate(5, 4, seed=seed_of(card))
    classifier = pnzoo.FewShotClassifier(model).fit(list(pictures[:, :3].reshape(-1, *pictures.shape[2:])),
                                                    np.repeat(np.arange(5), 3))
    chances = classifier.predict_proba(list(pictures[:, 3]))
    return ring(list(pictures[:, 0]), list(zip(pictures[:, 3], chances, strict=True)), reading(card), photo=True)


def ring(known, questions, reads, photo=False):
    """The questions in turn amid the support set, a line to each class as thick as it is probable.

    `reads` adds how the support set is read: `sequence` one after another, `context` as a chain both ways, `set` each
    with each, `pairs` one comparison at a time; `bars` has bars of probability for lines.
    """
    side, middle = (24, 26) if len(known) <= 5 else (15, 30)
    turns = np.linspace(-np.pi / 2, 1.5 * np.pi, len(known), endpoint=False)
    spots = [48 + (34 if side == 24 else 39) * np.array([np.cos(turn), np.sin(turn)]) for turn in turns]
    pairs = [(a, b) for b in range(len(spots)) for a in range(b)]
    if reads in ("context", "sequence"):
        pairs = [(a, b) for a, b in pairs if b - a == 1]
    chain = "".join(f"M{spots[a][0]:.4g} {spots[a][1]:.4g}L{spots[b][0]:.4g} {spots[b][1]:.4g}"
                    for a, b in (pairs if reads in ("context", "sequence", "set") else []))
    at = lambda what, spot, size: image(what, *(spot - size / 2).round(2), size, size, photo=photo)  # noqa: E731
    box = lambda spot, size, colour, width: (  # noqa: E731
        '<rect x="{:.4g}" y="{:.4g}" width="{:g}" height="{:g}" fill="none" stroke="{}" stroke-width="{:g}"/>'.format(
            *(spot - size / 2), size, size, colour, width))
    lines, answers = [], []
    for i, (query, chance) in enumerate(questions):
        best, seen, found = int(np.argmax(chance)), [], []
        for c, part in enumerate(chance):
            (x, y), half = spots[c], side / 2
            if reads == "bars":
                found.append(f'<rect x="{x - half:.4g}" y="{y + half - 4:.4g}" width="{side * part:.3g}" height="4" '
                             f'fill="{LINE}"/>')
            elif part > 0.01 and (reads != "pairs" or c in (best, i % len(known))):
                seen.append(f'<path d="M48 48L{x:.4g} {y:.4g}" stroke="{LINE}" stroke-width="{max(1, 8 * part):.2g}"/>')
            if c == best or (reads == "sequence" and c == i % len(known)):
                found.append(box(spots[c], side, START if c == best else INK, 2 if c == best else 1))
        lines.append("".join(seen))
        centre = np.array([48.0, 48.0])
        answers.append("".join(found) + at(query, centre, middle) + box(centre, middle, LINE, 1))
    stand = "".join(at(picture, spot, side) for picture, spot in zip(known, spots, strict=True))
    return svg(ground(), f'<path d="{chain}" stroke="#8a93a0"/>' if chain else "", asked(lines), stand, asked(answers))


def sentences(model, card):
    classifier = pnzoo.FewShotClassifier(model).fit(list(TEXTS), list(TEXTS.values()))
    queries = ["the ___ wagged its tail", "the ___ chased a mouse", "he parked the ___", "she wrote a ___",
               "fish live in ___"]
    write = lambda x, y, words, size: (  # noqa: E731
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{INK}">{words}</text>')
    groups = []
    for query, chance in zip(queries, classifier.predict_proba(queries), strict=True):
        bars = "".join(f'<rect x="36" y="{22 + c * 15}" width="{56 * part:.3g}" height="9" fill="{LINE}"/>'
                       for c, part in enumerate(chance))
        groups.append(write(4, 12, query.replace("___", "_"), 8.5) + bars)
    words = "".join(write(4, 30 + c * 15, word, 9.5) for c, word in enumerate(classifier.classes_))
    return svg(ground(), words, asked(groups))


if __name__ == "__main__":
    main()
