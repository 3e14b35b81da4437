"""A few-shot decision -> one SVG picture: the query, lines of attention, the support images, the answer."""

import numpy as np

from dashboard.figures import theme

_COLUMN, _IMAGE, _MOST_COLUMNS = 120, 92, 7


def decision(episode, explanations, answers, hues=("best",), dark=False):
    """The query above, the support images below by class; each model's attention as lines, its answer below.

    Args:
        episode: `compute.support_set.Episode`.
        explanations: `pnzoo.analysis.Explanation` of each model.
        answers: letter of each answer.
        hues: colour of each model, a field of `theme.Theme`.
        dark: theme.

    Returns:
        SVG text.
    """
    look, models = theme.of(dark), list(zip(explanations, answers, hues, strict=True))
    blocks = -(-len(episode.classes) // _MOST_COLUMNS)
    columns = -(-len(episode.classes) // blocks)
    shots = int(np.bincount(episode.labels).max())
    row_height = _IMAGE + 10 + 11 * len(models)
    block_height, top = shots * row_height + 44 + 34 * len(models), 200
    width, height = max(columns, 5) * _COLUMN, top + blocks * block_height - 6
    left = (width - columns * _COLUMN) / 2
    places = _places(episode.labels, columns, left, top, row_height, block_height)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
             f'fill="{look.text}">']
    aside = [12 * (place - (len(models) - 1) / 2) for place in range(len(models))]  # lines and bars beside each other
    for (made, _, hue), by in zip(models, aside, strict=True):
        shares = () if made.attention is None else made.attention
        parts += [_line(width / 2 + by, 138, x, y, top, by, share, getattr(look, hue))
                  for (x, y), share in zip(places, shares, strict=False)]
    known = "" if episode.true_label is None else f", truly {episode.true_label}"
    parts += [_picture(episode.query, width / 2 - 52, 32, 104, look, 3), _text(width / 2, 20, f"the query{known}", 20)]
    for i, (x, y) in enumerate(places):
        parts.append(_picture(episode.images[i], x, y, _IMAGE, look, 1.5))
        parts += [_bar(x, y + _IMAGE + 5 + 11 * place, _IMAGE, float(made.attention[i]), getattr(look, hue), look)
                  for place, (made, _, hue) in enumerate(models) if made.attention is not None]
    for index, letter in enumerate(episode.classes):
        x = left + index % columns * _COLUMN + _COLUMN / 2
        y = top + index // columns * block_height + shots * row_height + 22
        parts.append(_text(x, y, letter, 24, "700" if letter == episode.true_label else "400"))
        parts += [_answer(x, y + 30 + 34 * place, float(made.probability[index]), letter == answer, getattr(look, hue))
                  for place, (made, answer, hue) in enumerate(models)]
    return "".join(parts) + "</svg>"


def small(image, dark=False):
    """One drawing as a picture."""
    colours = theme.of(dark)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_IMAGE} {_IMAGE}">'
            f'{_picture(image, 0, 0, _IMAGE, colours, 1)}</svg>')


def reordered(letters, order, dark=False):
    """Classes in two rows, joined by lines: below in another order.

    Args:
        letters: of the classes.
        order: the same letters as the lower row has them.
        dark: theme.
    """
    colours, below = theme.of(dark), 2.4 * _IMAGE
    middle = [_COLUMN * (i + 0.5) for i in range(len(letters))]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -10 {_COLUMN * len(letters)} '
             f'{below + _IMAGE + 20:.0f}" fill="{colours.text}">']
    for x, letter in zip(middle, letters, strict=True):
        to = middle[order.index(letter)]
        parts += [f'<path d="M{x:.0f} {_IMAGE + 8}L{to:.0f} {below - 8:.0f}" stroke="{colours.best}" stroke-width="6" '
                  'stroke-linecap="round"/>',
                  *(f'<rect x="{at - _IMAGE / 2:.0f}" y="{y:.0f}" width="{_IMAGE}" height="{_IMAGE}" rx="8" '
                    f'fill="{colours.floor}" stroke="{colours.edge}" stroke-width="2"/>'
                    + _text(at, y + _IMAGE / 2 + 17, letter, 48) for at, y in ((x, 0), (to, below)))]
    return "".join(parts) + "</svg>"


def _places(labels, columns, left, top, row_height, block_height):
    seen, places = {}, []
    for label in labels:
        row = seen.get(label, 0)
        seen[label] = row + 1
        x = left + label % columns * _COLUMN + (_COLUMN - _IMAGE) / 2
        places.append((x, top + label // columns * block_height + row * row_height))
    return places


def _picture(image, x, y, side, colours, edge):
    """Ink as rows of rectangles, four levels of grey: pictures inside pictures need no second file."""
    unit = side / len(image)
    levels = np.rint(np.clip(image, 0, 1) * 4).astype(int)
    parts = [f'<g transform="translate({x:.1f} {y:.1f})"><rect width="{side}" height="{side}" rx="5" '
             f'fill="{colours.floor}" stroke="{colours.edge}" stroke-width="{edge}"/>']
    for level in (1, 2, 3, 4):
        runs = "".join(_runs(levels == level))
        if runs:
            parts.append(
                f'<path transform="scale({unit:.4f})" d="{runs}" fill="{colours.text}" fill-opacity="{level / 4}"/>'
            )
    return "".join(parts) + "</g>"


def _runs(mask):
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        for begin, end in edges.reshape(-1, 2):
            yield f"M{begin} {row}h{end - begin}v1.03h{begin - end}z"


def _line(x, y, image_x, image_y, top, aside, share, colour):
    """From the query to an image: from above in the first row, down the gap on the left and in from there below it."""
    below = image_y > top
    to_x, middle = (image_x - 9 + aside / 2 if below else image_x + _IMAGE / 2 + aside), (y + top) / 2 + aside
    way = f"M{x:.1f} {y:.1f}C{x:.1f} {middle:.1f} {to_x:.1f} {middle - 20:.1f} {to_x:.1f} {top:.1f}"
    if below:
        way += f"V{image_y + _IMAGE / 2 - 9 + aside:.1f}q0 9 9 9"
    return (
        f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="{0.6 + 11 * share:.2f}" '
        f'stroke-opacity="{0.18 + 0.7 * share:.2f}" stroke-linecap="round"/>'
    )


def _bar(x, y, width, share, colour, look):
    return (f'<rect x="{x:.1f}" y="{y}" width="{width}" height="8" rx="3" fill="{look.edge}" fill-opacity=".5"/>'
            f'<rect x="{x:.1f}" y="{y}" width="{max(1.5, width * share):.1f}" height="8" rx="3" fill="{colour}"/>')


def _answer(x, y, share, chosen, colour):
    """A class's probability by one model; a frame in its colour makes it the answer."""
    box = (f'<rect x="{x - 40:.1f}" y="{y - 16}" width="80" height="31" rx="8" fill="none" stroke="{colour}" '
           'stroke-width="3.5"/>' if chosen else "")
    return box + _text(x, y + 7, f"{share:.0%}", 21, "700" if chosen else "400")


def _text(x, y, words, size, weight="400"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="middle" '
            f'xml:space="preserve">{words}</text>')
