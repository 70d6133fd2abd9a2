"""The second picture: ratios to HAProxy with ever more routes and open connections, a line for each program; SVG by hand."""
import math

from .picture import MARKS, WIDTH, grid_across, document, legend, mark, scale_word, short, text
from .results import BASE
from .rows import CONNECTIONS, ROUTES

LEFT, GAP, TOP, HEIGHT = 66, 70, 140, 230
LOW, HIGH = 0.5, 2.0
CHARTS = [("CPU per connection, by routes", "routes_conn", ROUTES),
          ("CPU per round trip, by open connections", "many_cpu", CONNECTIONS)]


def draw(results, products, note):
    keys = [(product.key, product.label) for product in products if product.key != BASE and product.key in MARKS]
    width = (WIDTH - LEFT - 40 - GAP) / 2
    parts = []
    legend(parts, keys)
    for number, (title, row, sizes) in enumerate(CHARTS):
        chart(parts, results, title, row, sizes, [key for key, _ in keys], LEFT + number * (width + GAP), width)
    parts.append(text(24, TOP + HEIGHT + 62, note, "quiet", 12))
    return document("Costs while routes and connections grow",
                    "Ratio to HAProxy at the same size: a level line grows as HAProxy does. Median and quartiles over rounds.",
                    parts, TOP + HEIGHT + 82)


def y_of(ratio):
    share = math.log(min(max(ratio, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return TOP + HEIGHT - share * HEIGHT


def chart(parts, results, title, row, sizes, keys, left, width):
    def x_of(number):
        return left + 24 + number * (width - 48) / (len(sizes) - 1)

    parts.append(text(left, TOP - 14, title, "text", 14, weight=600))
    for tick in (0.5, 0.7, 1, 1.4, 2):
        parts.append(grid_across(left, left + width, y_of(tick), tick == 1))
        parts.append(text(left - 8, y_of(tick) + 4, scale_word(tick) if tick >= 1 else f"{tick:g}×", "quiet", 11, anchor="end"))
    parts += [text(x_of(number), TOP + HEIGHT + 20, f"{size:,}", "quiet", 12, anchor="middle") for number, size in enumerate(sizes)]
    for lane, key in enumerate(keys):
        ratios = [results.ratio(f"{row}_{size}", key) for size in sizes]
        if all(ratios):
            line(parts, key, ratios, [x_of(number) + 3 * (lane - (len(keys) - 1) / 2) for number in range(len(sizes))])


def line(parts, key, ratios, places):
    colour = MARKS[key][0]
    points = " ".join(f"{x:.1f},{y_of(middle):.1f}" for x, (middle, _, _) in zip(places, ratios))
    parts.append(f'<polyline points="{points}" fill="none" stroke="var(--{colour})" stroke-width="1.5"/>')
    for x, (middle, low, high) in zip(places, ratios):
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y_of(low):.1f}" y2="{y_of(high):.1f}" stroke="var(--{colour})" opacity="0.55"/>')
        parts.append(mark(key, x, y_of(middle), 4.2 if key == "usher-epoll" else 3.4))
        if not LOW <= middle <= HIGH:
            parts.append(text(x, y_of(middle) + 17, f"{short(middle)}×", colour, 11, anchor="middle"))
