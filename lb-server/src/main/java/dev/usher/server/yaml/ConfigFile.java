package dev.usher.server.yaml;

import dev.usher.config.UsherConfig;
import dev.usher.file.NamedFile;
import dev.usher.file.NamedFile.Given;
import dev.usher.file.NamedFile.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A configuration file with its included files. One object reads once. */
public final class ConfigFile {
    /** Sections that an included file may hold. Their entries are joined with the main file's. */
    private static final Set<String> INCLUDABLE = Set.of("routes", "pools", "defaults", "expect");

    /** Stands for bytes that are not text; a file may also hold this character itself. */
    private static final char REPLACEMENT = '\uFFFD';

    private final Path main;
    private final boolean pipeWillDo;
    private final Function<String, @Nullable String> environment;
    private final Problems problems = new Problems();
    private final Set<Path> files = new LinkedHashSet<>();
    private final Fingerprint.Recorder recorder = new Fingerprint.Recorder();
    private final AtomicLong itemCount = new AtomicLong();
    private boolean complete = true;

    private ConfigFile(Path main, boolean pipeWillDo, Function<String, @Nullable String> environment) {
        this.main = main;
        this.pipeWillDo = pipeWillDo;
        this.environment = environment;
    }

    /** Reads a file that a command line names, and its included files, with this process's environment. */
    public static ConfigResult read(Path file) {
        return read(file, System::getenv);
    }

    /** Like {@link #read(Path)}, with the given environment. */
    public static ConfigResult read(Path file, Function<String, @Nullable String> environment) {
        return new ConfigFile(file, true, environment).result();
    }

    /** Reads a file for a second time. A pipe gives its text only once, and a second read would wait for it. */
    public static ConfigResult readAgain(Path file) {
        return new ConfigFile(file, false, System::getenv).result();
    }

    private ConfigResult result() {
        Item.Mapping tree = tree(main, null);
        UsherConfig config = null;
        List<Kept> kept = List.of();
        if (tree != null) {
            tree = Unindented.putRight(tree, Set.copyOf(ConfigReader.KEYS), problems);
            tree = Misspelt.putRight(tree, ConfigReader.KEYS, key -> "unknown key \"" + key + '"', problems);
            List<Item.Mapping> trees = new ArrayList<>(List.of(tree));
            trees.addAll(included(tree));
            ConfigReader reader = new ConfigReader(joined(trees), problems);
            config = reader.read(complete);
            kept = reader.kept();
            problems.followed().forEach(each -> recorder.look(each, Kind.PEM));
        }
        List<Path> read = List.copyOf(files);
        List<Diagnostic> diagnostics = problems.sorted(read);
        return config == null
                ? new ConfigResult.Invalid(diagnostics, read, recorder.fingerprint())
                : new ConfigResult.Valid(config, kept, diagnostics, read, recorder.fingerprint());
    }

    private List<Item.Mapping> included(Item.Mapping tree) {
        List<Item.Mapping> trees = new ArrayList<>();
        Fields root = new Fields(tree, "", tree.place(), problems);
        Includes includes = new Includes(main, problems, recorder);
        for (Item item : root.items("include")) {
            Item.Scalar pattern = root.scalar(item, "include");
            for (Path file : pattern == null ? List.<Path>of() : includes.matching(pattern)) {
                Item.Mapping included = files.contains(file) ? null : tree(file, item.place());
                if (included != null) {
                    included = Unindented.putRight(included, INCLUDABLE, problems);
                    trees.add(
                            withoutForeignKeys(Misspelt.putRight(included, INCLUDABLE, ConfigFile::foreign, problems)));
                }
            }
        }
        return trees;
    }

    /** The tree of one file; null on a fault, noted at the place that named the file. */
    private Item.@Nullable Mapping tree(Path file, @Nullable Place named) {
        files.add(file);
        Item.Mapping tree = null;
        try {
            tree = parsed(file, bytes(file));
        } catch (IOException fault) {
            recorder.look(file, kind(file));
            note(file, named, String.valueOf(fault.getMessage()));
        }
        complete &= tree != null;
        return tree;
    }

    private Kind kind(Path file) {
        return file.equals(main) ? Kind.MAIN : Kind.CONFIGURATION;
    }

    private byte[] bytes(Path file) throws IOException {
        if (pipeWillDo && file.equals(main)) {
            Given given = NamedFile.readOrPipe(file, kind(file));
            if (given.once()) {
                recorder.look(file, kind(file));
                return given.bytes();
            }
            recorder.read(file, kind(file), given.bytes());
            return given.bytes();
        }
        byte[] bytes = NamedFile.read(file, kind(file));
        recorder.read(file, kind(file), bytes);
        return bytes;
    }

    private Item.@Nullable Mapping parsed(Path file, byte[] bytes) {
        String encoding = Encoding.foreign(bytes);
        if (encoding != null) {
            problems.error(
                    new Place(new Source(file, ""), 1, 1, 1),
                    "this is " + encoding + " text",
                    "save the file as UTF-8");
            return null;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        Source source = new Source(file, text);
        if (text.indexOf(REPLACEMENT) >= 0 && hasOtherBytes(file, bytes)) {
            return null;
        }
        String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (ForeignConfig.isNoted(source, withoutMark, problems)) {
            return null;
        }
        Substitution substitution = new Substitution(environment, source.directory(), recorder);
        return YamlTree.read(source, withoutMark, substitution, problems, itemCount);
    }

    /** True if some bytes are not UTF-8, which is then noted. */
    private boolean hasOtherBytes(Path file, byte[] bytes) {
        CharBuffer chars = CharBuffer.allocate(bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (!StandardCharsets.UTF_8.newDecoder().decode(in, chars, true).isError()) {
            return false;
        }
        String text = chars.flip().toString();
        Place place = YamlTree.placeOf(text, text.codePointCount(0, text.length()), new Source(file, text));
        problems.error(
                place, "byte 0x%02X is not UTF-8 text".formatted(bytes[in.position()]), "save the file as UTF-8");
        return true;
    }

    private void note(Path file, @Nullable Place named, String message) {
        if (named == null) {
            problems.errorInFile(file, message);
        } else {
            problems.error(named, file + " " + message);
        }
    }

    private Item.Mapping withoutForeignKeys(Item.Mapping tree) {
        List<Item.Entry> kept = new ArrayList<>();
        for (Item.Entry entry : tree.entries()) {
            if (INCLUDABLE.contains(entry.key())) {
                kept.add(entry);
            } else if (entry.key().equals("include")) {
                problems.error(entry.place(), "an included file cannot include others");
            } else {
                problems.error(entry.place(), foreign(entry.key()) + Suggestion.text(entry.key(), INCLUDABLE));
            }
        }
        return new Item.Mapping(tree.place(), kept);
    }

    private static String foreign(String key) {
        return "an included file may hold routes, pools, defaults and expect, not \"" + key + '"';
    }

    /** Joins the trees: the first tree's values, and the entries of sections that later trees have as well. */
    private Item.Mapping joined(List<Item.Mapping> trees) {
        Map<String, Item.Entry> joined = new LinkedHashMap<>();
        for (Item.Mapping tree : trees) {
            for (Item.Entry entry : tree.entries()) {
                joined.merge(entry.key(), entry, this::joined);
            }
        }
        return new Item.Mapping(trees.getFirst().place(), joined.values());
    }

    private Item.Entry joined(Item.Entry first, Item.Entry second) {
        if (!(first.value() instanceof Item.Mapping before)) {
            return first.value() instanceof Item.Null ? first : second;
        }
        if (!(second.value() instanceof Item.Mapping more)) {
            problems.error(
                    second.value().place(),
                    second.key() + " must be a mapping, was " + second.value().kind());
            return first;
        }
        Map<String, Item.Entry> entries = new LinkedHashMap<>();
        before.entries().forEach(entry -> entries.put(entry.key(), entry));
        for (Item.Entry entry : more.entries()) {
            Item.Entry present = entries.putIfAbsent(entry.key(), entry);
            if (present != null) {
                problems.error(
                        entry.place(),
                        "duplicate key \"" + entry.key() + "\" in " + first.key() + ", first at " + present.place());
            }
        }
        return new Item.Entry(first.place(), first.key(), new Item.Mapping(before.place(), entries.values()));
    }
}
