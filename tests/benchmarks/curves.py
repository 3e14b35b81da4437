"""Learning curves as a picture: lines on two axes, in SVG that a browser shows on a white or a black page."""

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 340, 52, 16, 16, 64  # points
GREY = "#76808d"  # stands out on white and on black
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # told apart without colour vision, and by dashes too
DASHES = ("", "7 4", "2 4", "10 3 2 3")


def picture(curves, x_title, y_title):
    """Lines with a legend, as SVG text.

    Args:
        curves: {name: list of (x, y)}, y from 0 to 1.
        x_title, y_title: what the axes mean.
    """
    most = max(x for curve in curves.values() for x, _ in curve)

    def place(x, y):
        across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return f"{LEFT + x / most * across:.1f},{TOP + (1 - y) * down:.1f}"

    body = [*_grid(most, place)]
    for i, (name, curve) in enumerate(curves.items()):
        style = f'stroke="{COLOURS[i]}" stroke-width="2" stroke-dasharray="{DASHES[i]}"'
        points = " ".join(place(x, y) for x, y in curve)
        body.append(f'<polyline points="{points}" fill="none" {style}/>')
        at = LEFT + i * 225
        body.append(f'<path d="M{at} {HEIGHT - 12}h28" {style}/>')
        body.append(f'<text x="{at + 34}" y="{HEIGHT - 8}">{name}</text>')
    body.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 30}" text-anchor="end">{x_title}</text>')
    body.append(f'<text x="{LEFT + 8}" y="{TOP + 12}">{y_title}</text>')
    font = "font-family=\"-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\" font-size=\"12\""
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} fill="{GREY}">'
    return "\n".join([head, *body, "</svg>\n"])


def _grid(most, place):
    """Lines at each fifth of success and each quarter of the steps, with their numbers."""
    for i in range(6):
        a, b = place(0, i / 5), place(most, i / 5)
        yield f'<path d="M{a}L{b}" stroke="{GREY}" stroke-opacity="0.3"/>'
        yield f'<text x="{LEFT - 8}" y="{float(a.split(",")[1]) + 4:.1f}" text-anchor="end">{20 * i} %</text>'
    for i in range(5):
        x = place(most * i / 4, 0).split(",")[0]
        yield f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{most * i / 4:,.0f}</text>'
