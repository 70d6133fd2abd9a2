package dev.usher.map;

import dev.usher.config.Printable;
import dev.usher.map.MapPicture.Box;
import dev.usher.map.MapPicture.Kind;

/** A picture as an SVG file for light and dark pages; needs no other file. */
public final class MapSvg {
    /** About the width of a character, in pixels, at the size of the labels. */
    private static final double CHAR = 7.2;
    /** The same, at the size of notes. */
    private static final double NOTE_CHAR = 6.5;

    private static final int INSET = 10;

    private static final String STYLE = """
            text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: #1c1f23; }
            .note { font-size: 12px; fill: #565c64; }
            .box { fill: #ffffff; stroke: #8b8f96; }
            .pool { fill: #eef3f9; stroke: #1d63ae; }
            .band { fill: none; stroke: #1d63ae; stroke-opacity: 0.55; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e4e7eb; } .note { fill: #a3abb6; }
              .box { fill: #1b1e24; stroke: #6d7580; } .pool { fill: #1c2733; stroke: #6ea8ee; } .band { stroke: #6ea8ee; }
            }
            """;

    private final StringBuilder out = new StringBuilder();

    private MapSvg() {}

    /**
     * Writes a picture as the text of a file.
     *
     * @param summary the map in one sentence, for screen readers
     */
    public static String of(MapPicture picture, String summary) {
        MapSvg svg = new MapSvg();
        svg.write(picture, summary);
        return svg.out.toString();
    }

    private void write(MapPicture picture, String summary) {
        int width = picture.width() + 2; // room for the strokes at the edges
        line("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"-1 0 %s %s\" width=\"%s\" height=\"%s\">"
                .formatted(width, picture.height(), width, picture.height()));
        line("<title>" + escaped(summary) + "</title>");
        out.append("<style>\n").append(STYLE).append("</style>\n");
        picture.bands()
                .forEach(band -> line(
                        "<path class=\"band\" stroke-width=\"%s\" d=\"%s\"/>".formatted(band.width(), band.path())));
        picture.boxes().forEach(this::write);
        line("</svg>");
    }

    private void write(Box box) {
        boolean pool = box.kind() == Kind.POOL;
        line("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"5\"/>"
                .formatted(pool ? "pool" : "box", box.x(), box.y(), box.width(), box.height()));
        if (pool) {
            writePool(box);
        } else {
            writePlace(box);
        }
    }

    private void writePool(Box box) {
        int middle = box.y() + box.height() / 2;
        if (box.label().isEmpty()) {
            text(box, middle + 4, note(cut(Printable.of(box.note()), box.width(), NOTE_CHAR)));
            return;
        }
        text(box, middle - 4, escaped(cut(Printable.of(box.label()), box.width(), CHAR)));
        text(box, middle + 13, note(cut(Printable.of(box.note()), box.width(), NOTE_CHAR)));
    }

    /** Label and note on one line; in full on hover if cut. */
    private void writePlace(Box box) {
        String label = Printable.of(box.label());
        String note = Printable.of(box.note());
        String shown = cut(label, box.width(), CHAR);
        String beside = cut(note, box.width() - (length(shown) + 1) * CHAR, NOTE_CHAR);
        boolean whole = shown.equals(label) && beside.equals(note);
        String hover = whole ? "" : "<title>" + escaped(label + " " + note) + "</title>";
        text(box, box.y() + 18, hover + escaped(shown) + (beside.isEmpty() ? "" : " " + note(beside)));
    }

    private static String note(String text) {
        return "<tspan class=\"note\">" + escaped(text) + "</tspan>";
    }

    private void text(Box box, int baseline, String content) {
        line("<text x=\"%s\" y=\"%s\">%s</text>".formatted(box.x() + INSET, baseline, content));
    }

    /** The text, cut to the room, with an ellipsis; empty without room for a word. */
    private static String cut(String text, double room, double character) {
        int most = (int) ((room - 2 * INSET) / character);
        if (length(text) <= most) {
            return text;
        }
        return most < 4 ? "" : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String escaped(String text) {
        return Printable.of(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
