"""The picture: ratios to HAProxy on a logarithmic scale, a dot for each program, a line for its quartiles; SVG by hand."""
import math
from html import escape

from .results import BASE
from .rows import HEADINGS, ROWS

WIDTH, LEFT, RIGHT = 960, 290, 124
LANE, PADDING, TOP, LEGEND = 8, 9, 96, 26
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
# Shapes differ, so that colours alone carry nothing.
MARKS = {"usher-epoll": ("usher", "disc"), "usher-ring": ("usher", "ring"), "usher-nio": ("usher", "square"),
         "haproxy-splice": ("haproxy", "diamond"), "nginx": ("nginx", "triangle"), "sniproxy": ("sniproxy", "square"),
         "direct": ("quiet", "cross")}
# Title, parts of the table, the largest ratio of the scale: beyond, a figure stands beside the mark.
PANELS = [("Work, latency, scale", ("turns", "connections", "routes", "slow"), 4),
          ("Start and memory", ("start", "memory"), 32)]
# Ground, panel, text, quiet text, lines, then a colour for each program.
LIGHT = {"ground": "#ffffff", "band": "#f5f7fa", "text": "#1b2733", "quiet": "#5d6b7a", "line": "#d5dce4",
         "usher": "#1764c0", "haproxy": "#3d4a57", "nginx": "#15803d", "sniproxy": "#b45309"}
DARK = {"ground": "#12181f", "band": "#182029", "text": "#e6ebf1", "quiet": "#9aa7b5", "line": "#303c49",
        "usher": "#6cb2ff", "haproxy": "#c3ced9", "nginx": "#5fd08a", "sniproxy": "#f3a953"}


def draw(results, products, note):
    columns = [product for product in products if product.key != BASE and product.key in MARKS]
    keys = [(product.key, product.label) for product in columns]
    if results.values["p50"].get("direct"):
        keys.append(("direct", "no proxy"))
    parts, y = [], TOP + LEGEND * (1 + (len(keys) - 1) // 6)
    legend(parts, keys)
    for title, sections, most in PANELS:
        rows = [row for row in ROWS if row.picture and row.part in sections and results.ratio(row.key, "usher-epoll")]
        if rows:
            y = panel(parts, results, title, rows, [key for key, _ in keys], most, y)
    parts.append(text(24, y + 14, note, "quiet", 12))
    return document("What usher costs beside its peers",
                    "Ratio to HAProxy, which is the line at 1: left of it is less, and better. Median and quartiles over rounds.",
                    parts, y + 34)


def document(title, subtitle, parts, height):
    colours = " ".join(f"--{name}: {value};" for name, value in LIGHT.items())
    dark = " ".join(f"--{name}: {value};" for name, value in DARK.items())
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" font-family="{FONT}" role="img" aria-label="{escape(title)}, as ratios to HAProxy">
<style>
svg {{ {colours} }}
@media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}
</style>
<rect width="{WIDTH}" height="{height:.0f}" rx="10" fill="var(--ground)" stroke="var(--line)"/>
{text(24, 40, title, "text", 21, weight=600)}
{text(24, 64, subtitle, "quiet", 13)}
{chr(10).join(parts)}
</svg>
"""


def legend(parts, keys):
    for number, (key, label) in enumerate(keys):
        x, y = 30 + 156 * (number % 6), 92 + LEGEND * (number // 6)
        parts.append(mark(key, x, y - 4, 5) + text(x + 14, y, label, "text", 13))


def panel(parts, results, title, rows, keys, most, y):
    low, high = bounds(results, rows, keys, most)

    def x_of(ratio):
        share = (math.log2(min(max(ratio, low), high)) - math.log2(low)) / (math.log2(high) - math.log2(low))
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    parts.append(text(24, y + 12, title, "text", 14, weight=600))
    parts.append(text(WIDTH - 24, y + 12, "usher", "usher", 12, anchor="end", weight=600))
    ticks = [2.0 ** power for power in range(round(math.log2(low)), round(math.log2(high)) + 1)]
    parts += [text(x_of(tick), y + 12, scale_word(tick), "quiet", 11, anchor="middle") for tick in ticks]
    y += 22
    top = y
    bands, dots = [], []
    for number, row in enumerate(rows):
        there = [key for key in keys if results.ratio(row.key, key)]
        height = max(LANE * len(there) + 2 * PADDING, 34)
        if number % 2 == 0:
            bands.append(f'<rect x="14" y="{y}" width="{WIDTH - 28}" height="{height}" rx="5" fill="var(--band)"/>')
        middle = y + height / 2
        dots.append(text(24, middle + 4, row.title, "text", 13))
        dots.append(text(WIDTH - 24, middle + 5, short(results.ratio(row.key, "usher-epoll")[0]), "usher", 14, anchor="end", weight=600))
        first = middle - LANE * (len(there) - 1) / 2
        for lane, key in enumerate(there):
            dots.append(dot(key, results.ratio(row.key, key), first + LANE * lane, x_of, low, high))
        y += height
    lines = [grid(x_of(tick), top, y, tick == 1) for tick in ticks]
    parts += bands + lines + dots
    return y + 22


def bounds(results, rows, keys, most):
    """Powers of two around all medians, from 1 / most to most."""
    medians = [ratio[0] for row in rows for key in keys if (ratio := results.ratio(row.key, key))]
    low, high = min(medians + [0.5]), max(medians + [2])
    return max(2.0 ** math.floor(math.log2(low)), 1 / most), min(2.0 ** math.ceil(math.log2(high)), most)


def grid(x, top, bottom, is_base):
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom:.1f}" {grid_style(is_base)}/>'


def grid_across(left, right, y, is_base):
    return f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" {grid_style(is_base)}/>'


def grid_style(is_base):
    return 'stroke="var(--haproxy)" stroke-width="1.6"' if is_base else 'stroke="var(--line)"'


def dot(key, ratio, y, x_of, least, most):
    middle, low, high = map(x_of, ratio)
    colour = MARKS[key][0]
    line = f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--{colour})" stroke-width="1.5" opacity="0.55"/>'
    beyond = text(middle + 9, y + 4, f"{short(ratio[0])}×", colour, 11) if not least <= ratio[0] <= most else ""
    return line + mark(key, middle, y, 4.2 if key == "usher-epoll" else 3.4) + beyond


def mark(key, x, y, size):
    colour, shape = MARKS[key]
    filled, hollow = f'fill="var(--{colour})"', f'fill="var(--ground)" stroke="var(--{colour})" stroke-width="1.6"'
    if shape == "disc":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" {filled}/>'
    if shape == "ring":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size - 0.5}" {hollow}/>'
    if shape == "square":
        style = hollow if key == "usher-nio" else filled
        return f'<rect x="{x - size + 0.7:.1f}" y="{y - size + 0.7:.1f}" width="{2 * size - 1.4:.1f}" height="{2 * size - 1.4:.1f}" {style}/>'
    if shape == "triangle":
        return f'<path d="M{x:.1f} {y - size:.1f}l{size} {1.8 * size:.1f}h{-2 * size}z" {filled}/>'
    if shape == "diamond":
        return f'<path d="M{x:.1f} {y - size:.1f}l{size} {size}l{-size} {size}l{-size} {-size}z" {hollow}/>'
    return f'<path d="M{x - size:.1f} {y - size:.1f}l{2 * size} {2 * size}m0 {-2 * size}l{-2 * size} {2 * size}" fill="none" stroke="var(--{colour})" stroke-width="1.8"/>'


def text(x, y, words, colour, size, anchor="start", weight=400):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="var(--{colour})" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'


def scale_word(ratio):
    return f"{ratio:g}×" if ratio >= 1 else f"1/{1 / ratio:g}"


def short(ratio):
    return f"{ratio:.2f}" if ratio < 9.95 else f"{ratio:.0f}"
