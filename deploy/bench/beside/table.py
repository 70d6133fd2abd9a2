"""The table, in Markdown: ratios to HAProxy with quartiles, and HAProxy's own figures for orientation."""
from .results import BASE
from .rows import HEADINGS, ROWS


def tables(results, products):
    parts = []
    for part, heading in HEADINGS.items():
        rows = [row for row in ROWS if row.part == part and row.key in results.values]
        own, beside = [row for row in rows if row.own], [row for row in rows if not row.own]
        found = [own_table(results, products, own)] if own else []
        found += [table(results, products, beside)] if beside else []
        parts += [f"### {heading}", *found] if found else []
    return "\n\n".join(parts)


def table(results, products, rows):
    keys = {key for row in rows for key in results.values[row.key]}
    columns = [product for product in products if product.key in keys and product.key != BASE]
    direct = ["no proxy"] if "direct" in keys else []
    lines = [line(["ratio to HAProxy"] + [product.label for product in columns] + direct + ["HAProxy itself"])]
    lines.append("|---" * (len(columns) + len(direct) + 2) + "|")
    for row in rows:
        cells = [cell(results.ratio(row.key, product.key)) for product in columns]
        cells += [cell(results.ratio(row.key, "direct"))] if direct else []
        lines.append(line([row.title + (" (more is better)" if row.more_is_better else "")] + cells
                          + [absolute(results.median(row.key, BASE), row.unit)]))
    return "\n".join(lines)


def own_table(results, products, rows):
    """Each program beside itself without the log, or without the metrics."""
    columns = [product for product in products if any(product.key in results.values[row.key] for row in rows)]
    lines = [line(["ratio to the same program without"] + [product.label for product in columns])]
    lines.append("|---" * (len(columns) + 1) + "|")
    for row in rows:
        lines.append(line([row.title] + [cell(results.ratio(row.key, product.key + row.own, product.key)) for product in columns]))
    return "\n".join(lines)


def line(cells):
    return "| " + " | ".join(cells) + " |"


def cell(ratio):
    if ratio is None:
        return ""
    spread = f" ({figure(ratio[1])} to {figure(ratio[2])})" if ratio[1] != ratio[2] else ""
    return figure(ratio[0]) + spread


def figure(value):
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def absolute(value, unit):
    if value is None:
        return "not measured"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
