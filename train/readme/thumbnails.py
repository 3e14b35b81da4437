"""Draw what every entry of the zoo does as a strip of small pictures: the living thumbnails of the dashboard's gallery.

    python -m train.readme.thumbnails [NAME ...]

A strip has `FRAMES` pictures of `SIDE` pixels side by side. A planner that iterates shows V spreading and then its
path, another planner its path alone; start and goal are the signs of the dashboard, an orange disc and a green
diamond. A few-shot model has questions of its own in the middle of its support set, and shows how it reads that: by
single comparisons, in one view or three, as a sequence, in full context, in any order. All of it is computed with the
entry's weights, on invented data.
"""

import argparse
import itertools
import zlib
from pathlib import Path

import numpy as np

import pnzoo
from pnzoo import analysis, gridworld
from train.readme.picture import COLOURS, MAP

FOLDER = Path(__file__).parents[2] / "dashboard" / "thumbnails"
FRAMES, SIDE, FINE = 12, 96, 3  # drawn FINE times as large, so that edges are smooth
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
        print(name, f"{save(draw(name), FOLDER / f'{name}.png'):,} bytes", flush=True)


def draw(name):
    """The pictures of an entry, uint8 [FRAMES, SIDE, SIDE, 3]."""
    card, model = pnzoo.card(name), pnzoo.load(name)
    kinds = {"terrain": terrain, "navigation": body, "web": web, "planning": grid}
    if card["task"] != "few-shot":
        return kinds[card["task"]](model, card)
    if getattr(model, "image_channels", 1) == 3:
        return photographs(model, card)
    return (sentences if card["model"] == "SentenceMatchingNetwork" else characters)(model, card)


def save(frames, file):
    """Write a strip of at most 64 colours; its size in bytes."""
    from PIL import Image

    file.parent.mkdir(parents=True, exist_ok=True)
    strip = Image.fromarray(np.concatenate(frames, axis=1))
    strip.quantize(64, kmeans=2, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


# -- planners ---------------------------------------------------------------------------------------------------------


def grid(model, card):
    tried = [(each, model.plan(*each)) for each in itertools.islice(maps(card), TRIES)]
    (walls, start, goal), shown = next((one for one in tried if one[1].reached),  # as most of its maps are
                                       max(tried, key=lambda one: len(one[1].path)))
    path = shown.path
    shades = [np.where(walls, 0.0, 1.0)] * FRAMES
    grow = np.linspace(0, 1, FRAMES)
    values = values_of(model, walls, goal)
    if values is not None:  # V floods, then the path grows
        steps = np.unique(np.geomspace(1, len(values), FRAMES - 4).round().astype(int)) - 1
        shades = [scaled(values[step], walls) for step in (*steps, *[len(values) - 1] * (FRAMES - len(steps)))]
        grow = np.concatenate([np.zeros(FRAMES - 4), np.linspace(0.25, 1, 4)])
    return np.stack([cells(shade, walls, start, goal, path[: round(part * (len(path) - 1)) + 1], values is not None)
                     for shade, part in zip(shades, grow, strict=True)])


def maps(card):
    """Maps of the size that the entry was trained on, those with the longest ways first."""
    size = (card.get("trained_on") or {}).get("height", 16)
    if size == 16:
        yield gridworld.parse(MAP)
    if card["name"].startswith(("vin_maze", "vin_octile", "gppn")):
        walls, goal = gridworld.generate_family("maze", 1, 15, seed=2)[:2]
    else:
        walls, goal = gridworld.generate(200, size, seed=3, max_size=max(2, size // 8))
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


def cells(shade, walls, start, goal, path, coloured):
    """One picture of a map."""
    from PIL import Image

    colours = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in COLOURS])
    place = shade * (len(colours) - 1)
    below = np.minimum(place.astype(int), len(colours) - 2)
    picture = colours[below] + (colours[below + 1] - colours[below]) * (place - below)[..., None]
    if not coloured:
        picture = np.full((*walls.shape, 3), 242.0)
    picture[walls.astype(bool)] = [0x8C, 0x96, 0xA4] if coloured else [0x3C, 0x48, 0x56]
    image = Image.fromarray(picture.astype("uint8")).resize((SIDE * FINE, SIDE * FINE), Image.Resampling.NEAREST)
    unit = SIDE / np.array(walls.shape[::-1])
    spot = lambda cell: (np.array(cell)[::-1] + 0.5) * unit  # noqa: E731
    way(image, [spot(cell) for cell in path], max(1.6, unit[0] / 4))
    signs(image, spot(start), spot(goal), max(4.5, unit[0] * 0.5))
    return small(image)


def way(image, points, width):
    """A path in the dashboard's colour, on white so that it is seen on any ground; points [x, y] in small pixels."""
    from PIL import ImageDraw

    line = [tuple(float(x) * FINE for x in point) for point in points]
    if len(line) > 1:
        ImageDraw.Draw(image).line(line, fill="white", width=round((width + 2) * FINE), joint="curve")
        ImageDraw.Draw(image).line(line, fill=START, width=round(width * FINE), joint="curve")


def signs(image, start, goal, reach):
    """The dashboard's signs: S is an orange disc, G a green diamond; places in small pixels."""
    from PIL import ImageDraw

    pen, (x, y), (i, j) = ImageDraw.Draw(image), FINE * np.array(start), FINE * np.array(goal)
    r, d = reach * FINE, 1.3 * reach * FINE
    pen.polygon([(i, j - d), (i + d, j), (i, j + d), (i - d, j)], fill=GOAL, outline="white", width=FINE)
    pen.ellipse([x - r, y - r, x + r, y + r], fill=START, outline="white", width=FINE)


def small(image):
    """A picture at its size in the strip."""
    from PIL import Image

    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX))


def terrain(model, card):
    from PIL import Image

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
    ground = Image.fromarray(grey).convert("RGB").resize((SIDE * FINE, SIDE * FINE))
    unit, frames = SIDE / 16, []
    for part in np.linspace(0, 1, FRAMES):
        image, spot = ground.copy(), lambda cell: (np.array(cell)[::-1] + 0.5) * unit
        way(image, [spot(cell) for cell in path[: round(part * (len(path) - 1)) + 1]], 2.4)
        signs(image, spot(start), spot(goal), 4.5)
        frames.append(small(image))
    return np.stack(frames)


def body(model, card):
    from PIL import Image

    tasks = pnzoo.navigation.generate_tasks(1, seed=0)
    start = pnzoo.navigation.draw_starts(tasks, 1, seed=0)[0, 0, :2]
    states = np.asarray(model.drive(tasks.walls[0], start, tasks.goal[0]).path)
    walls = tasks.walls[0].astype(bool)
    ground = np.where(walls[..., None], [0x3C, 0x48, 0x56], [0xF2, 0xF4, 0xF7]).astype("uint8")
    image = Image.fromarray(ground).resize((SIDE * FINE, SIDE * FINE), Image.Resampling.NEAREST)
    unit, frames = SIDE / len(walls), []
    goal = (np.asarray(tasks.goal[0], float)[::-1] + 0.5) * unit
    for part in np.linspace(0, 1, FRAMES):
        shown, line = image.copy(), [x[::-1] * unit for x in states[: round(part * (len(states) - 1)) + 1]]
        way(shown, line, 2)
        signs(shown, line[-1], goal, 4.5)
        frames.append(small(shown))
    return np.stack(frames)


def web(model, card):
    from PIL import Image, ImageDraw

    pages = pnzoo.graphs.embed(pnzoo.graphs.generate(3000))
    planner, reactive = pnzoo.load("vin_web"), pnzoo.load("reactive_web")
    for goal in range(7, 400, 13):  # the first where planning is what it takes
        start = int(np.flatnonzero(pnzoo.graphs.distances(pages.web, [goal])[0] == 4)[0])
        search = (pages, start, " ".join(pages.web.sentences[goal][:4]), goal)
        if planner.plan(*search).reached and not reactive.plan(*search).reached:
            break
    found = model.plan(*search)
    path, frames, far = list(found.path), [], 72 if found.reached else 56  # a goal that is not found stands apart
    for shown in np.linspace(1, len(path), FRAMES).round().astype(int):
        image = Image.new("RGB", (SIDE * FINE, SIDE * FINE), PAPER)
        pen = ImageDraw.Draw(image)
        spots = [np.array((12 + far * i / max(1, len(path) - 1), 48 + 20 * (-1) ** i)) for i in range(len(path))]
        for i, (x, y) in enumerate(spots[:shown]):
            links = len(pages.web.links_of(path[i]))
            for turn in np.linspace(0, 2 * np.pi, min(links, 12), endpoint=False):
                pen.line([(x * FINE, y * FINE), ((x + 15 * np.cos(turn)) * FINE, (y + 15 * np.sin(turn)) * FINE)],
                         fill="#b9c2ce", width=FINE)
        way(image, spots[:shown], 2.4)
        for x, y in spots[1:shown]:
            pen.ellipse([(x - 3) * FINE, (y - 3) * FINE, (x + 3) * FINE, (y + 3) * FINE], fill=START)
        signs(image, spots[0], spots[-1] if found.reached else np.array((84, 20)), 4.5)
        frames.append(small(image))
    return np.stack(frames)


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
    return ring([drawn(image) for image in images[:, 0]], [(drawn(query), chance) for query, chance in rows],
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
    return ring(list(pictures[:, 0]), list(zip(pictures[:, 3], chances, strict=True)), reading(card))


def ring(known, questions, reads):
    """The questions in turn amid the support set, a line to each class as thick as it is probable.

    `reads` adds how the support set is read: `sequence` one after another, `context` as a chain both ways, `set` each
    with each, `pairs` one comparison at a time; `bars` has bars of probability for lines.
    """
    from PIL import Image, ImageDraw

    side = 24 if len(known) <= 5 else 15
    turns = np.linspace(-np.pi / 2, 1.5 * np.pi, len(known), endpoint=False)
    spots = [FINE * (48 + (34 if side == 24 else 39) * np.array([np.cos(turn), np.sin(turn)])) for turn in turns]
    frames, middle = [], np.array([48.0, 48.0]) * FINE
    for i in range(FRAMES):
        query, chance = questions[i * len(questions) // FRAMES]
        image = Image.new("RGB", (SIDE * FINE, SIDE * FINE), PAPER)
        pen = ImageDraw.Draw(image)
        paste = lambda what, spot, size: image.paste(  # noqa: B023, E731
            Image.fromarray(what).resize((size * FINE, size * FINE)), tuple((spot - size * FINE / 2).astype(int)))
        pairs = [(a, b) for b in range(len(spots)) for a in range(b)]
        if reads in ("context", "sequence"):
            pairs = [(a, b) for a, b in pairs if b - a == 1]
        for a, b in pairs if reads in ("context", "sequence", "set") else []:
            pen.line([*map(tuple, (spots[a], spots[b]))], fill="#8a93a0", width=FINE)
        best = int(np.argmax(chance))
        for c, (picture, part) in enumerate(zip(known, chance, strict=True)):
            reached = reads != "pairs" or c == i * len(known) // FRAMES or c == best
            if reads != "bars" and reached and part > 0.01:
                pen.line([tuple(middle), tuple(spots[c])], fill=LINE, width=max(FINE, round(8 * part * FINE)))
            paste(picture, spots[c], side)
            (x, y), half = spots[c], side * FINE / 2
            if reads == "bars":
                pen.rectangle([x - half, y + half - 4 * FINE, x - half + 2 * half * part, y + half], fill=LINE)
            if c == best or (reads == "sequence" and c == i % len(known)):
                pen.rectangle([x - half, y - half, x + half, y + half], width=2 * FINE if c == best else FINE,
                              outline=START if c == best else INK)
        paste(query, middle, 26 if side == 24 else 30)
        pen.rectangle([*(middle - 15 * FINE), *(middle + 15 * FINE)] if side != 24 else
                      [*(middle - 13 * FINE), *(middle + 13 * FINE)], outline=LINE, width=FINE)
        frames.append(small(image))
    return np.stack(frames)


def sentences(model, card):
    from PIL import Image, ImageDraw

    classifier = pnzoo.FewShotClassifier(model).fit(list(TEXTS), list(TEXTS.values()))
    queries = ["the ___ wagged its tail", "the ___ chased a mouse", "he parked the ___", "she wrote a ___",
               "fish live in ___"]
    words, frames = list(classifier.classes_), []
    chances = classifier.predict_proba(queries)
    for i in range(FRAMES):
        image = Image.new("RGB", (SIDE, SIDE), PAPER)
        pen = ImageDraw.Draw(image)
        place = i * len(queries) // FRAMES
        pen.text((4, 2), queries[place].replace("___", "_")[:16], fill=INK)
        for c, (word, part) in enumerate(zip(words, chances[place], strict=True)):
            pen.rectangle([36, 19 + c * 15, 36 + 56 * part, 28 + c * 15], fill=LINE)
            pen.text((3, 17 + c * 15), str(word), fill=INK)
        frames.append(np.asarray(image))
    return np.stack(frames)


if __name__ == "__main__":
    main()
