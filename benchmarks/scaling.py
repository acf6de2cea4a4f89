# Fits a straight line to each series of "NAME X SECONDS GB" and draws it as an SVG: scaling.py POINTS FOLDER
import math
import sys

TITLES = {
    "tasks": "tasks (ViT-B/32, 2 images each)",
    "batch": "images of each of 2 tasks (ViT-B/32)",
    "model": "10^9 operations of an image's forward pass (1 task, 2 images)",
}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 420, 300, 60, 45, 25
COLOURS = ("#3b6ea8", "#b5562c")


def line(points):
    """Least squares: intercept, slope, share of the variance that the line explains."""
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    sxx = sum((x - mx) ** 2 for x, _ in points)
    slope = sum((x - mx) * (y - my) for x, y in points) / sxx
    intercept = my - slope * mx
    left = sum((y - intercept - slope * x) ** 2 for x, y in points)
    return intercept, slope, 1 - left / (sum((y - my) ** 2 for _, y in points) or 1)


def step(most):
    """The distance of round numbers of which four to nine reach that far."""
    power = 10 ** math.floor(math.log10(most / 4))
    return next(power * n for n in (1, 2, 5, 10) if most / (power * n) < 7)


def panel(at, points, fit, title, unit, colour):
    most_x = max(x for x, _ in points)
    each = step(max(y for _, y in points))
    lines = math.ceil(max(y for _, y in points) / each)
    most_y = lines * each

    def place(x, y):
        return (
            at + LEFT + x / most_x * (WIDTH - LEFT - 20),
            HEIGHT - BOTTOM - y / most_y * (HEIGHT - BOTTOM - TOP),
        )

    parts = []
    for i in range(lines + 1):
        y = each * i
        px, py = place(0, y)
        parts.append(f'<path d="M{px:.1f} {py:.1f}H{at + WIDTH - 20}" stroke="#ddd"/>')
        parts.append(f'<text x="{px - 6:.1f}" y="{py + 4:.1f}" text-anchor="end">{y:.3g}</text>')
    for x, y in points:
        px, py = place(x, y)
        parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{colour}"/>')
        if x >= most_x / 20:
            parts.append(f'<text x="{px:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{x:g}</text>')
    (x0, y0), (x1, y1) = place(0, max(0, fit[0])), place(most_x, fit[0] + fit[1] * most_x)
    parts.append(f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" stroke="{colour}" fill="none"/>')
    parts.append(f'<text x="{at + LEFT}" y="15">{unit}</text>')
    parts.append(f'<text x="{at + (LEFT + WIDTH) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{title}</text>')
    return "".join(parts)


def main(source, folder):
    series = {}
    with open(source) as lines:
        for row in lines:
            name, x, seconds, gigabytes = row.split()
            series.setdefault(name, []).append((float(x), float(seconds), float(gigabytes)))
    for name, rows in series.items():
        drawing = ""
        for i, (unit, column) in enumerate((("seconds a step", 1), ("GB resident", 2))):
            points = [(row[0], row[column]) for row in rows]
            fit = line(points)
            print(f"{name}: {unit} = {fit[0]:.3g} + {fit[1]:.3g} x, R2 {fit[2]:.3f}")
            drawing += panel(i * WIDTH, points, fit, TITLES[name], unit, COLOURS[i])
        with open(f"{folder}/scaling-{name}.svg", "w") as out:
            out.write(
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" font-family="sans-serif" '
                f'font-size="11" fill="#333"><rect width="100%" height="100%" fill="#fff"/>{drawing}</svg>\n'
            )


main(*sys.argv[1:])
