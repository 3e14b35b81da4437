"""A few-shot decision -> one SVG picture: the query, lines of attention, the support images, the answer."""

import numpy as np

from dashboard.figures import theme

_COLUMN, _IMAGE = 120, 92


def decision(episode, explanation, answer, dark=False):
    """The query above, the support images below by class, and a line to each as thick as its attention.

    Args:
        episode: `widgets.support_set.Episode`.
        explanation: `pnzoo.analysis.Explanation`.
        answer: letter of the answer, or None for "none of these".
        dark: theme.

    Returns:
        SVG text.
    """
    colours = theme.of(dark)
    columns = min(len(episode.classes), 10)
    blocks = -(-len(episode.classes) // columns)
    shots = int(np.bincount(episode.labels).max())
    row_height = _IMAGE + 34
    block_height = shots * row_height + 62
    top = 176
    width, height = max(columns * _COLUMN, 5 * _COLUMN), top + blocks * block_height
    left = (width - columns * _COLUMN) / 2
    places = _places(episode.labels, columns, left, top, row_height, block_height)
    attention = explanation.attention if explanation.attention is not None else np.zeros(len(episode.labels))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
             f'fill="{colours.text}">']
    parts += [_line(width / 2, 132, x, y, top, share, colours) for (x, y), share in zip(places, attention, strict=True)]
    parts.append(_picture(episode.query, width / 2 - 52, 26, 104, colours, 3))
    known = "" if episode.true_label is None else f", truly {episode.true_label}"
    parts.append(_text(width / 2, 17, f"the query{known}", 17))
    for i, (x, y) in enumerate(places):
        parts.append(_picture(episode.images[i], x, y, _IMAGE, colours, 1.5))
        name = episode.names[episode.kept[i]]
        if explanation.attention is not None:
            parts.append(_bar(x, y + _IMAGE + 5, _IMAGE, name, float(attention[i]), colours))
        else:
            parts.append(_text(x + _IMAGE / 2, y + _IMAGE + 22, name, 16))
    for index, letter in enumerate(episode.classes):
        x = left + index % columns * _COLUMN + _COLUMN / 2
        y = top + index // columns * block_height + shots * row_height + 22
        parts.append(_answer(x, y, letter, float(explanation.probability[index]), letter == answer, colours))
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


def mistake(episode, said, true, probability, dark=False):
    """The query beside an example of the class it was taken for and one of its own.

    Args:
        episode: `widgets.support_set.Episode`.
        said, true: indices of classes.
        probability: [W].
        dark: theme.

    Returns:
        SVG text.
    """
    colours = theme.of(dark)
    width, gap = 3 * _IMAGE + 28, 14
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_IMAGE + 44}" font-family="sans-serif" '
             f'fill="{colours.text}">']
    shown = [(episode.query, "the query", "", colours.edge)]
    shown += [(episode.images[int(np.argmax(episode.labels == index))], words, f"{episode.classes[index]}  "
               f"{probability[index]:.0%}", colour)
              for index, words, colour in ((said, "it says", colours.path), (true, "it is", colours.best))]
    for place, (image, words, numbers, colour) in enumerate(shown):
        x = 2 + place * (_IMAGE + gap - 2)
        parts.append(_picture(image, x, 2, _IMAGE - 4, colours._replace(edge=colour), 1.5 if place == 0 else 3))
        parts.append(_text(x + _IMAGE / 2 - 2, _IMAGE + 16, words, 13))
        parts.append(_text(x + _IMAGE / 2 - 2, _IMAGE + 36, numbers, 15, "700" if numbers else "400"))
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


def _line(x, y, image_x, image_y, top, share, colours):
    """From the query to an image: from above in the first row, down the gap on the left and in from there below it."""
    below = image_y > top
    to_x, middle = (image_x - 9 if below else image_x + _IMAGE / 2), (y + top) / 2
    way = f"M{x:.1f} {y:.1f}C{x:.1f} {middle:.1f} {to_x:.1f} {middle - 20:.1f} {to_x:.1f} {top:.1f}"
    if below:
        way += f"V{image_y + _IMAGE / 2 - 9:.1f}q0 9 9 9"
    return (
        f'<path d="{way}" fill="none" '
        f'stroke="{colours.best}" stroke-width="{0.6 + 13 * share:.2f}" stroke-opacity="{0.18 + 0.7 * share:.2f}" '
        'stroke-linecap="round"/>'
    )


def _bar(x, y, width, name, share, colours):
    return (f'<rect x="{x:.1f}" y="{y}" width="{width}" height="7" rx="3" fill="{colours.edge}" fill-opacity=".5"/>'
            f'<rect x="{x:.1f}" y="{y}" width="{max(1.5, width * share):.1f}" height="7" rx="3" fill="{colours.best}"/>'
            + _text(x + width / 2, y + 23, f"{name}: {share:.0%}", 16))


def _answer(x, y, letter, share, chosen, colours):
    words = f"{letter}  {share:.0%}"
    box = (f'<rect x="{x - 50:.1f}" y="{y - 17}" width="100" height="32" rx="8" fill="none" stroke="{colours.path}" '
           'stroke-width="3"/>' if chosen else "")
    return box + _text(x, y + 6, words, 20, "700" if chosen else "400") + (
        _text(x, y + 34, "the answer", 15) if chosen else "")


def _text(x, y, words, size, weight="400"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="middle" '
            f'xml:space="preserve">{words}</text>')
