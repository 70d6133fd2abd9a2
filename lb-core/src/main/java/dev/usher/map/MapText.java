package dev.usher.map;

import dev.usher.config.Printable;
import dev.usher.config.Units;
import dev.usher.map.NameMap.Door;
import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.Refusal;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.NameMap.Way;
import java.util.ArrayList;
import java.util.List;

/**
 * The map as text, for a terminal and for documents:
 *
 * <pre>
 * www.example.com ──┬─> web (round-robin, tcp probes)
 * shop.example.com ─┘   ├─ 10.0.0.1:443
 *                       └─ 10.0.0.2:443 (backup)
 * </pre>
 */
public final class MapText {
    /** A longer way sticks out, so a single long name pushes no pool to the right. */
    private static final int MAX_WIDTH = 60;

    private final StringBuilder out = new StringBuilder();
    private final int width;

    private MapText(NameMap map) {
        this.width = Math.min(
                MAX_WIDTH,
                map.groups().stream()
                        .flatMap(group -> left(group).stream())
                        .mapToInt(MapText::length)
                        .max()
                        .orElse(0));
    }

    /** Lines, each with a line feed at the end. */
    public static String of(NameMap map) {
        MapText text = new MapText(map);
        map.listeners().forEach(text::add);
        map.groups().forEach(text::add);
        if (!map.refusals().isEmpty()) {
            text.line("");
            map.refusals().forEach(text::add);
        }
        return text.out.toString();
    }

    private void add(Door door) {
        line("listener " + door.name() + " (" + door.type() + ")  " + String.join(", ", door.binds()));
    }

    private void add(Refusal refusal) {
        line(leader(refusal.way().text(), 0, 1) + refusal.outcome());
    }

    private void add(Group group) {
        List<String> left = left(group);
        List<String> right = right(group);
        line("");
        for (int row = 0; row < Math.max(left.size(), right.size()); row++) {
            String way = row < left.size() ? left.get(row) : "";
            String goal = row < right.size() ? right.get(row) : "";
            line(leader(way, row, left.size()) + goal);
        }
    }

    private static List<String> left(Group group) {
        List<String> ways = new ArrayList<>(group.ways().stream().map(Way::text).toList());
        if (group.moreWays() != null) {
            ways.add(group.moreWays().count() + " more");
        }
        return ways;
    }

    /** The pool and its backends below; the backend alone for an inline pool of a single backend. */
    private static List<String> right(Group group) {
        List<String> backends =
                new ArrayList<>(group.backends().stream().map(Stop::text).toList());
        if (group.moreBackends() != null) {
            backends.add(group.moreBackends().count() + " more");
        }
        if (!group.named() && backends.size() == 1) {
            return backends;
        }
        List<String> lines = new ArrayList<>();
        lines.add(title(group, backends.size()) + " (" + group.settings() + ")"
                + (group.ways().isEmpty() ? ", no route leads here" : ""));
        for (int i = 0; i < backends.size(); i++) {
            lines.add((i < backends.size() - 1 ? "├─ " : "└─ ") + backends.get(i));
        }
        return lines;
    }

    private static String title(Group group, int backends) {
        return group.named() ? group.pool() : Units.counted(backends, "backend");
    }

    /** A way with the line to the pool; empty space below the last way. */
    private String leader(String way, int row, int ways) {
        if (row >= ways) {
            return " ".repeat(width) + "      ";
        }
        String line = way + " " + "─".repeat(Math.max(0, width - length(way))) + "─";
        if (row == 0) {
            return line + (ways == 1 ? "──> " : "┬─> ");
        }
        return line + (row < ways - 1 ? "┤   " : "┘   ");
    }

    private static int length(String text) {
        String printed = Printable.of(text);
        return printed.codePointCount(0, printed.length());
    }

    private void line(String text) {
        out.append(Printable.of(text).stripTrailing()).append('\n');
    }
}
