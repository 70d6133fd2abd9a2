package dev.usher.server.convert.traefik;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.draft.Unreadable;
import dev.usher.server.convert.traefik.Node.Listing;
import dev.usher.server.convert.traefik.Node.Mapping;
import dev.usher.server.convert.traefik.Node.Scalar;
import dev.usher.server.yaml.YamlEvents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML into nodes with their lines, from the parser's events: a composed tree would recurse as deep as the file
 * nests, and aliases could make a small file huge.
 */
final class TraefikYaml {
    private static final int MAX_DEPTH = 32;
    /** Aliases counted out; a large file of Traefik has some thousands. */
    private static final int MAX_NODES = 200_000;

    private final PeerText file;
    private final List<String> lines;
    private final Iterator<Event> events;
    private final Map<Anchor, Node> anchors = new HashMap<>();
    private final Map<Anchor, Integer> sizes = new HashMap<>();
    private int count;
    private int lastLine = 1;

    private TraefikYaml(PeerText file) {
        this.file = file;
        this.lines = shownLines(file);
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
        this.events = new YamlEvents(settings, file.text());
    }

    private static List<String> shownLines(PeerText file) {
        List<String> lines = new ArrayList<>();
        for (int start = 0; start >= 0 && start <= file.text().length(); ) {
            lines.add(file.shown(start).replaceFirst(":$", ""));
            int feed = file.text().indexOf('\n', start);
            start = feed < 0 ? -1 : feed + 1;
        }
        return lines;
    }

    /** The documents of a file. */
    static List<Node> read(PeerText file) {
        try {
            return new TraefikYaml(file).documents();
        } catch (MarkedYamlEngineException fault) {
            Mark mark = fault.getProblemMark().orElse(null);
            int line = mark == null ? 1 : mark.getLine() + 1;
            int column = mark == null ? 1 : mark.getColumn() + 1;
            throw new Unreadable(Statement.at(file.file(), line, column, "YAML"), String.valueOf(fault.getProblem()));
        } catch (YamlEngineException fault) {
            throw new Unreadable(Statement.at(file.file(), 1, 1, "YAML"), String.valueOf(fault.getMessage()));
        }
    }

    private List<Node> documents() {
        List<Node> documents = new ArrayList<>();
        while (events.hasNext()) {
            Event event = events.next();
            if (event instanceof NodeEvent) {
                documents.add(node(event, 0));
                anchors.clear();
                sizes.clear();
            }
        }
        return documents;
    }

    private Node node(Event event, int depth) {
        Statement statement = statement(event);
        if (event instanceof AliasEvent alias) {
            Node node = anchors.get(alias.getAlias());
            if (node == null) {
                throw new Unreadable(
                        statement,
                        "no value before is called &" + alias.getAlias().getValue());
            }
            count(sizes.getOrDefault(alias.getAlias(), 1), statement);
            return node;
        }
        int before = count;
        count(1, statement);
        if (depth > MAX_DEPTH) {
            throw new Unreadable(statement, "nested more than " + MAX_DEPTH + " deep");
        }
        Node node = switch (event) {
            case MappingStartEvent _ -> mapping(statement, depth);
            case SequenceStartEvent _ -> listing(statement, depth);
            case ScalarEvent scalar -> new Scalar(statement, scalar.getValue());
            default -> throw new Unreadable(statement, "no value stands here");
        };
        ((NodeEvent) event).getAnchor().ifPresent(name -> {
            anchors.put(name, node);
            sizes.put(name, count - before);
        });
        return node;
    }

    private void count(int nodes, Statement statement) {
        count += nodes;
        if (count > MAX_NODES) {
            throw new Unreadable(statement, "more than " + MAX_NODES + " values, aliases counted out");
        }
    }

    private Node listing(Statement start, int depth) {
        List<Node> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(node(event, depth + 1));
        }
        return new Listing(start, items);
    }

    private Node mapping(Statement start, int depth) {
        Mapping mapping = Mapping.at(start);
        List<Mapping> merged = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            Statement at = statement(event);
            if (!(event instanceof ScalarEvent key)) {
                throw new Unreadable(at, "a key is a single value");
            }
            count(1, at);
            Node value = node(events.next(), depth + 1);
            if (key.getValue().equals("<<")) {
                mergedInto(merged, value);
            } else {
                mapping.put(key.getValue(), at(at, value));
            }
        }
        merged.forEach(mapping::merge);
        return mapping;
    }

    private static void mergedInto(List<Mapping> merged, Node value) {
        switch (value) {
            case Mapping mapping -> merged.add(mapping);
            case Listing list -> list.items().forEach(item -> mergedInto(merged, item));
            case Scalar _ -> {}
        }
    }

    /** The value, as a statement from the key to the last line read. */
    private Node at(Statement key, Node value) {
        Statement whole =
                new Statement(key.file(), key.line(), key.column(), Math.max(key.line(), lastLine), key.text());
        return switch (value) {
            case Mapping mapping -> new Mapping(whole, new LinkedHashMap<>(mapping.entries()));
            case Listing list -> new Listing(whole, list.items());
            case Scalar scalar ->
                new Scalar(Statement.at(key.file(), key.line(), key.column(), key.text()), scalar.text());
        };
    }

    private Statement statement(Event event) {
        Mark start = event.getStartMark().orElseThrow();
        int line = start.getLine() + 1;
        if (!(event instanceof AliasEvent)) {
            lastLine = Math.max(lastLine, line);
        }
        String text = line <= lines.size() ? lines.get(line - 1) : "";
        return Statement.at(file.file(), line, start.getColumn() + 1, text);
    }
}
