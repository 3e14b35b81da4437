"""Draw what every entry of the zoo does as a strip of small pictures: the living thumbnails of the dashboard's gallery.

    python -m train.readme.thumbnails [NAME ...]

A strip has `FRAMES` pictures of `SIDE` pixels side by side. A planner that iterates shows V spreading and then its
path, another planner its path alone, a few-shot model how probable each class is for several queries. All of it is
computed with the entry's weights.
"""

import argparse
from pathlib import Path

import numpy as np

import pnzoo
from pnzoo import analysis, gridworld
from train.readme.picture import COLOURS, GOAL, MAP

FOLDER = Path(__file__).parents[2] / "dashboard" / "thumbnails"
FRAMES, SIDE = 12, 96
PAPER, INK, LINE, FLOOR, BLOCK = "#f2f4f7", "#1d2733", "#0072b2", "#dfe4ea", "#3c4856"
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
    strip.quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


# -- planners ---------------------------------------------------------------------------------------------------------


def grid(model, card):
    walls, start, goal = a_map(card)
    path = model.plan(walls, start, goal).path
    shades = [np.where(walls, 0.0, 1.0)] * FRAMES
    grow = np.linspace(0, 1, FRAMES)
    values = values_of(model, walls, goal)
    if values is not None:  # V floods, then the path grows
        steps = np.unique(np.geomspace(1, len(values), FRAMES - 4).round().astype(int)) - 1
        shades = [scaled(values[step], walls) for step in (*steps, *[len(values) - 1] * (FRAMES - len(steps)))]
        grow = np.concatenate([np.zeros(FRAMES - 4), np.linspace(0.25, 1, 4)])
    return np.stack([cells(shade, walls, start, goal, path[: round(part * (len(path) - 1)) + 1], values is not None)
                     for shade, part in zip(shades, grow, strict=True)])


def a_map(card):
    """A map of the size that the entry was trained on."""
    size = (card.get("trained_on") or {}).get("height", 16)
    if size == 16:
        return gridworld.parse(MAP)
    if card["name"].startswith(("vin_maze", "vin_octile", "gppn")):
        walls, goal = gridworld.generate_family("maze", 1, 15, seed=2)[:2]
    else:
        walls, goal = gridworld.generate(1, size, seed=3, max_size=max(2, size // 8))
    distance = gridworld.distances(walls, goal)[0]
    start = np.unravel_index(np.where(np.isfinite(distance), distance, -1).argmax(), distance.shape)
    return gridworld.ParsedMap(walls[0], tuple(map(int, start)), tuple(map(int, goal[0])))


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
    from PIL import Image, ImageDraw

    colours = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in COLOURS])
    place = shade * (len(colours) - 1)
    below = np.minimum(place.astype(int), len(colours) - 2)
    picture = colours[below] + (colours[below + 1] - colours[below]) * (place - below)[..., None]
    if not coloured:
        picture = np.full((*walls.shape, 3), 242.0)
    picture[walls.astype(bool)] = [0x8C, 0x96, 0xA4] if coloured else [0x3C, 0x48, 0x56]
    image = Image.fromarray(picture.astype("uint8")).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    pen, unit = ImageDraw.Draw(image), np.array([SIDE / walls.shape[1], SIDE / walls.shape[0]])
    spot = lambda cell: tuple((np.array(cell)[::-1] + 0.5) * unit)  # noqa: E731
    if len(path) > 1:
        pen.line([spot(cell) for cell in path], fill="white" if coloured else LINE, width=max(2, int(unit[0] // 3)))
    for cell, colour in ((start, "white" if coloured else LINE), (goal, GOAL)):
        x, y = spot(cell)
        reach = max(2.5, unit[0] * 0.42)
        pen.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour, outline=INK)
    return np.asarray(image)


def terrain(model, card):
    from PIL import Image, ImageDraw

    world = (card.get("recipe") or {}).get("world", "relief")
    if world == "tiles":
        picture = pnzoo.terrain.generate_tiles(1, 16, seed=3)[0][0]
    else:
        picture = pnzoo.terrain.example("relief" if world == "relief" else "moon", seed=3).picture
    start, goal = (1, 1), (14, 13)
    path = model.plan(picture, start=start, goal=goal).path
    grey = np.uint8(picture if np.asarray(picture).dtype == np.uint8 else np.clip(picture, 0, 1) * 255)
    ground = Image.fromarray(grey).convert("RGB").resize((SIDE, SIDE))
    unit, frames = SIDE / 16, []
    for part in np.linspace(0, 1, FRAMES):
        image = ground.copy()
        pen = ImageDraw.Draw(image)
        line = [((c + 0.5) * unit, (r + 0.5) * unit) for r, c in path[: round(part * (len(path) - 1)) + 1]]
        if len(line) > 1:
            pen.line(line, fill="#ff8c42", width=3)
        pen.ellipse([line[-1][0] - 4, line[-1][1] - 4, line[-1][0] + 4, line[-1][1] + 4], fill="white", outline=INK)
        x, y = (goal[1] + 0.5) * unit, (goal[0] + 0.5) * unit
        pen.ellipse([x - 3, y - 3, x + 3, y + 3], fill=GOAL)
        frames.append(np.asarray(image))
    return np.stack(frames)


def body(model, card):
    from PIL import Image, ImageDraw

    tasks = pnzoo.navigation.generate_tasks(1, seed=0)
    start = pnzoo.navigation.draw_starts(tasks, 1, seed=0)[0, 0, :2]
    states = np.asarray(model.drive(tasks.walls[0], start, tasks.goal[0]).path)
    walls = tasks.walls[0].astype(bool)
    ground = np.where(walls[..., None], [0x3C, 0x48, 0x56], [0xF2, 0xF4, 0xF7]).astype("uint8")
    image = Image.fromarray(ground).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    unit, frames = SIDE / len(walls), []
    goal = (np.asarray(tasks.goal[0], float)[::-1] + 0.5) * unit
    for part in np.linspace(0, 1, FRAMES):
        shown, line = image.copy(), [tuple(x[::-1] * unit) for x in states[: round(part * (len(states) - 1)) + 1]]
        pen = ImageDraw.Draw(shown)
        if len(line) > 1:
            pen.line(line, fill=LINE, width=2)
        for (x, y), colour in ((goal, GOAL), (line[-1], LINE)):
            pen.ellipse([x - 4, y - 4, x + 4, y + 4], fill=colour, outline=INK)
        frames.append(np.asarray(shown))
    return np.stack(frames)


def web(model, card):
    from PIL import Image, ImageDraw

    pages = pnzoo.graphs.embed(pnzoo.graphs.generate(3000))
    goal = 7
    start = int(np.flatnonzero(pnzoo.graphs.distances(pages.web, [goal])[0] == 4)[0])
    found = model.plan(pages, start, " ".join(pages.web.sentences[goal][:4]), goal)
    path, frames = list(found.path), []
    for shown in np.linspace(1, len(path), FRAMES).round().astype(int):
        image = Image.new("RGB", (SIDE, SIDE), PAPER)
        pen = ImageDraw.Draw(image)
        spots = [(12 + 72 * i / max(1, len(path) - 1), 48 + 14 * (-1) ** i) for i in range(len(path))]
        for i, (x, y) in enumerate(spots[:shown]):
            links = len(pages.web.links_of(path[i]))
            for turn in np.linspace(0, 2 * np.pi, min(links, 12), endpoint=False):
                pen.line([(x, y), (x + 15 * np.cos(turn), y + 15 * np.sin(turn))], fill="#b9c2ce")
        if shown > 1:
            pen.line(spots[:shown], fill=LINE, width=3)
        for i, (x, y) in enumerate(spots[:shown]):
            pen.ellipse([x - 4, y - 4, x + 4, y + 4], fill=GOAL if path[i] == goal else LINE)
        frames.append(np.asarray(image))
    return np.stack(frames)


# -- few-shot ---------------------------------------------------------------------------------------------------------


def characters(model, card):
    images = pnzoo.glyphs.generate(1, 5, 4, seed=0).images / np.float32(255)
    rows = []
    for i in range(5):
        made = analysis.explain(model, images[:, 0], np.arange(5), images[i, 1])
        rows.append((images[i, 1], made.probability))
    small = lambda ink: np.repeat(np.uint8(255 - ink * 220)[..., None], 3, axis=-1)  # noqa: E731
    return asked([small(image) for image in images[:, 0]], [(small(query), chance) for query, chance in rows])


def photographs(model, card):
    pictures = pnzoo.still_lifes.generate(5, 4, seed=0)
    classifier = pnzoo.FewShotClassifier(model).fit(list(pictures[:, :3].reshape(-1, *pictures.shape[2:])),
                                                    np.repeat(np.arange(5), 3))
    chances = classifier.predict_proba(list(pictures[:, 3]))
    return asked(list(pictures[:, 0]), list(zip(pictures[:, 3], chances, strict=True)))


def asked(known, questions):
    """The questions in turn above what is known, a line to each as thick as its class is probable."""
    from PIL import Image, ImageDraw

    frames = []
    for i in range(FRAMES):
        query, chance = questions[i * len(questions) // FRAMES]
        image = Image.new("RGB", (SIDE, SIDE), PAPER)
        pen = ImageDraw.Draw(image)
        for c, (picture, part) in enumerate(zip(known, chance, strict=True)):
            x = 2 + c * 19
            pen.line([(SIDE / 2, 44), (x + 8, 74)], fill=LINE, width=max(1, round(9 * part)))
            image.paste(Image.fromarray(picture).resize((17, 17)), (x, 74))
        image.paste(Image.fromarray(query).resize((40, 40)), (28, 4))
        frames.append(np.asarray(image))
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
