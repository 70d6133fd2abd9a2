package dev.usher.server.yaml;

import dev.usher.file.NamedFile.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;

/**
 * Makes the {@link Item} tree of one file from the parser's events.
 *
 * <p>Events, not composed nodes: a composed node no longer knows the place of its alias, and composing recurses as deep
 * as the file nests. An anchor counts from the end of its value on, so a cycle cannot be written. An alias counts as
 * many items as its value has, so a small file cannot become a huge tree.
 */
final class YamlTree {
    /** Heap for one item until the configuration is made, intermediate objects included. */
    private static final int ITEM_BYTES = 512;
    /**
     * Items in the files of a configuration together, at most: one for each 16 bytes of the largest file, which then
     * has a million short routes. The heap limits the number too, since a file must not end the process that reads it.
     */
    static final long MAX_ITEMS = Math.min(4_000_000, Runtime.getRuntime().maxMemory() / ITEM_BYTES);
    /**
     * Characters of a line, at most. The parser holds uncut text, up to a line, in four bytes a character, and twice
     * while it reads on. A configuration in a single line, such as JSON, has room for its routes within this limit.
     */
    static final long MAX_LINE = Math.min(8 << 20, Runtime.getRuntime().maxMemory() / 64);
    /**
     * Buffers to read a file in, at most: the parser copies the held text for each buffer, so a long line must need
     * few.
     */
    private static final int BUFFERS = 64;

    private static final int MIN_BUFFER = 64 * 1024;

    private static final int MAX_DEPTH = 32;
    private static final String MERGE = "<<";
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final String STANDARD_TAG = "tag:yaml.org,2002:";

    private final Source source;
    private final Substitution substitution;
    private final Problems problems;
    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private final AtomicLong itemCount;

    /** An anchored value, and the number of its items. */
    private record Anchored(Item item, long size) {}

    /** Ends the reading of a file; the reason has been noted. */
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unreadable() {
            super("noted", null, false, false);
        }
    }

    private YamlTree(Source source, String text, Substitution substitution, Problems problems, AtomicLong itemCount) {
        this.itemCount = itemCount;
        this.source = source;
        this.substitution = substitution;
        this.problems = problems;
        LoadSettings settings = LoadSettings.builder()
                .setLabel(source.name())
                .setCodePointLimit(Kind.CONFIGURATION.maxBytes())
                .setBufferSize(Math.max(MIN_BUFFER, text.length() / BUFFERS))
                .build();
        this.events = new YamlEvents(settings, text);
    }

    /**
     * The file's mapping; null if the file is no mapping, which has then been noted.
     *
     * @param itemCount items read from the files so far
     */
    static Item.@Nullable Mapping read(
            Source source, String text, Substitution substitution, Problems problems, AtomicLong itemCount) {
        int longLine = longLine(text);
        if (longLine > 0) {
            problems.error(new Place(source, longLine, 1, 1), "a line has at most " + MAX_LINE + " characters");
            return null;
        }
        try {
            return new YamlTree(source, text, substitution, problems, itemCount).document();
        } catch (MarkedYamlEngineException fault) {
            SyntaxFault.note(fault, source, problems);
        } catch (ReaderException fault) {
            problems.error(
                    placeOf(text, fault.getPosition(), source),
                    "character U+%04X is not allowed in YAML".formatted(fault.getCodePoint()));
        } catch (Unreadable _) {
            return null;
        }
        return null;
    }

    /** Number of the first line that is too long; 0 if there is none. */
    private static int longLine(String text) {
        int line = 1;
        for (int start = 0; start <= text.length(); line++) {
            int feed = text.indexOf('\n', start);
            int end = feed < 0 ? text.length() : feed;
            if (end - start > MAX_LINE) {
                return line;
            }
            start = end + 1;
        }
        return 0;
    }

    /** The place of the code point at {@code position}. */
    static Place placeOf(String text, int position, Source source) {
        int line = 1;
        int column = 1;
        int end = text.offsetByCodePoints(0, Math.min(position, text.codePointCount(0, text.length())));
        for (int i = 0; i < end; i = text.offsetByCodePoints(i, 1)) {
            column++;
            if (text.charAt(i) == '\n') {
                line++;
                column = 1;
            }
        }
        return new Place(source, line, column, 1);
    }

    private Item.@Nullable Mapping document() {
        events.next(); // the start of the stream
        Event start = events.next();
        if (!(start instanceof DocumentStartEvent)) {
            throw fault(new Place(source, 1, 1, 1), "the file is empty: it needs at least routes", null);
        }
        Item root = item(events.next(), 0);
        events.next(); // the end of the document
        Event end = events.next();
        if (end instanceof DocumentStartEvent) {
            problems.error(place(end), "a second YAML document begins here: a file is one document");
        }
        Place glued = root instanceof Item.Scalar ? SyntaxFault.glued(root.place()) : null;
        if (glued != null) {
            throw fault(glued, SyntaxFault.NO_SPACE, null);
        }
        return switch (root) {
            case Item.Mapping mapping -> mapping;
            case Item.Null nothing -> throw fault(nothing.place(), "the file is empty: it needs at least routes", null);
            case Item.Scalar _, Item.Listing _, Item.Invalid _ ->
                throw fault(
                        root.place(), "the file must be a mapping with keys such as routes:, was " + root.kind(), null);
        };
    }

    private Item item(Event event, int depth) {
        if (event instanceof AliasEvent alias) {
            return aliased(alias);
        }
        long before = itemCount.get();
        count(1, event);
        if (depth > MAX_DEPTH) {
            throw fault(place(event), "nested more than " + MAX_DEPTH + " deep", null);
        }
        Item item = switch (event) {
            case ScalarEvent scalar -> scalar(scalar);
            case MappingStartEvent mapping -> mapping(mapping, depth);
            default -> listing(event, depth);
        };
        ((NodeEvent) event)
                .getAnchor()
                .ifPresent(name -> anchors.put(name, new Anchored(item, itemCount.get() - before)));
        return item;
    }

    private Item aliased(AliasEvent alias) {
        Anchored anchored = anchors.get(alias.getAlias());
        if (anchored == null) {
            String name = alias.getAlias().getValue();
            throw fault(
                    place(alias),
                    "no value before this place is called &" + name,
                    "a text that begins with * needs quotes: \"*" + name + "\"");
        }
        count(anchored.size(), alias);
        return anchored.item();
    }

    private void count(long items, Event event) {
        if (itemCount.addAndGet(items) > MAX_ITEMS) {
            throw fault(place(event), "more than " + MAX_ITEMS + " values, with aliases expanded", null);
        }
    }

    private Item scalar(ScalarEvent event) {
        Place place = place(event);
        checkTag(event.getTag(), place);
        if (event.isPlain() && NULLS.contains(event.getValue())) {
            return new Item.Null(place);
        }
        try {
            Substitution.Result value = substitution.apply(event.getValue());
            if (value.secret()) {
                problems.keepSecret(value.text());
            }
            return new Item.Scalar(place, value.text(), value.secret());
        } catch (IllegalArgumentException fault) {
            problems.error(place, String.valueOf(fault.getMessage()));
            return new Item.Invalid(place);
        }
    }

    private Item listing(Event start, int depth) {
        checkTag(((CollectionStartEvent) start).getTag(), place(start));
        List<Item> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(item(event, depth + 1));
        }
        return new Item.Listing(place(start), List.copyOf(items));
    }

    private Item mapping(MappingStartEvent start, int depth) {
        checkTag(start.getTag(), place(start));
        Map<String, Item.Entry> entries = new LinkedHashMap<>();
        List<Item.Mapping> merged = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(event instanceof ScalarEvent key)) {
                throw fault(
                        place(event),
                        "a key must be a single value",
                        event instanceof AliasEvent alias
                                ? "a name that begins with * needs quotes: \"*"
                                        + alias.getAlias().getValue() + "\""
                                : null);
            }
            count(1, key);
            if (key.getValue().length() > SyntaxFault.MAX_KEY) {
                throw fault(place(key), SyntaxFault.TOO_LONG, null);
            }
            key.getAnchor().ifPresent(name -> anchors.put(name, new Anchored(keyAsValue(key), 1)));
            Item value = item(events.next(), depth + 1);
            if (key.isPlain() && key.getValue().equals(MERGE)) {
                merged.addAll(mappingsOf(value, place(key)));
            } else {
                add(new Item.Entry(place(key), key.getValue(), value), entries);
            }
        }
        merged.forEach(mapping -> mapping.entries().forEach(entry -> entries.putIfAbsent(entry.key(), entry)));
        return new Item.Mapping(place(start), entries.values());
    }

    private Item keyAsValue(ScalarEvent key) {
        return new Item.Scalar(place(key), key.getValue(), false);
    }

    private void add(Item.Entry entry, Map<String, Item.Entry> entries) {
        Item.Entry first = entries.putIfAbsent(entry.key(), entry);
        if (first != null) {
            problems.error(entry.place(), "duplicate key \"" + entry.key() + "\", first at " + first.place());
        }
    }

    private List<Item.Mapping> mappingsOf(Item value, Place place) {
        List<Item> items = value instanceof Item.Listing listing ? listing.items() : List.of(value);
        List<Item.Mapping> mappings = new ArrayList<>();
        for (Item item : items) {
            if (item instanceof Item.Mapping mapping) {
                mappings.add(mapping);
            } else {
                problems.error(place, "<< merges a mapping or a list of them, was " + item.kind());
            }
        }
        return mappings;
    }

    private void checkTag(Optional<String> tag, Place place) {
        if (tag.isPresent() && !tag.get().startsWith(STANDARD_TAG) && !tag.get().equals("!")) {
            problems.error(place, "the tag " + tag.get() + " has no meaning here: leave it out");
        }
    }

    private Unreadable fault(Place place, String message, @Nullable String hint) {
        problems.error(place, message, hint);
        return new Unreadable();
    }

    private Place place(Event event) {
        Mark start = event.getStartMark().orElseThrow();
        Mark end = event.getEndMark().orElse(start);
        boolean oneLine = end.getLine() == start.getLine();
        boolean collection = event instanceof CollectionStartEvent;
        int length = oneLine && !collection ? end.getColumn() - start.getColumn() : 1;
        return new Place(source, start.getLine() + 1, start.getColumn() + 1, Math.max(1, length));
    }
}
