package dev.usher.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The table in ARCHITECTURE.md of who may use what, held against the classes of a module. */
public final class PackageTable {
    private static final Path DOCUMENT = Path.of("..", "ARCHITECTURE.md");
    private static final String HEAD = "| package | is | may use |";
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.]+)` \\| .+ \\| (.+) \\|$");
    private static final String HDR_HISTOGRAM = "org.HdrHistogram";
    private static final String DNSJAVA = "org.xbill.DNS";
    /** Packages of lb-core are all but those below the others. */
    private static final Map<String, String> MODULES = Map.of(
            "lb-core", "dev.usher",
            "lb-admin", "dev.usher.admin",
            "lb-server", "dev.usher.server",
            "lb-kubernetes", "dev.usher.kubernetes");

    private final String module;
    private final JavaClasses code;
    /** By package, in the order of the table. */
    private final Map<String, Set<String>> mayUse = new LinkedHashMap<>();

    /** @param module as {@code lb-core}; its classes are on the class path */
    public PackageTable(String module) throws IOException {
        this.module = module;
        String text = Files.readString(DOCUMENT);
        String table = text.substring(text.indexOf(HEAD));
        ROW.matcher(table.substring(0, table.indexOf("\n\n"))).results().forEach(this::add);
        code = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/test-classes/"))
                .importPackages(Objects.requireNonNull(MODULES.get(module), module));
    }

    private void add(MatchResult row) {
        String used = row.group(2);
        mayUse.put(row.group(1), used.equals("-") ? Set.of() : Set.of(used.split(", ")));
    }

    /** The classes of the module, without tests. */
    public JavaClasses code() {
        return code;
    }

    /** Every package has its row, and uses what the row has, neither more nor less. */
    public void check() {
        Map<String, Set<String>> used = used();
        Set<String> rows = mayUse.keySet().stream()
                .filter(name -> moduleOf(name).equals(module))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(rows, used.keySet(), "packages of " + module + ": rows of ARCHITECTURE.md, and the code");
        Map<String, Set<String>> expected = new TreeMap<>();
        Map<String, Set<String>> found = new TreeMap<>();
        for (String row : rows) {
            expected.put(row, new TreeSet<>(mayUse.getOrDefault(row, Set.of())));
            found.put(row, named(row, used.getOrDefault(row, Set.of())));
        }
        assertEquals(text(expected), text(found), "what packages may use by ARCHITECTURE.md, and what they use");
    }

    private static String text(Map<String, Set<String>> lines) {
        return lines.entrySet().stream()
                .map(line -> line.getKey() + ": " + String.join(", ", line.getValue()))
                .collect(Collectors.joining("\n"));
    }

    private Map<String, Set<String>> used() {
        Map<String, Set<String>> used = new TreeMap<>();
        for (JavaClass each : code) {
            String row = row(each.getPackageName());
            Set<String> targets = used.computeIfAbsent(row, name -> new HashSet<>());
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String target =
                        dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (target.startsWith(DNSJAVA)) {
                    targets.add("dnsjava");
                } else if (target.startsWith("dev.usher") || target.startsWith(HDR_HISTOGRAM)) {
                    targets.add(row(target));
                }
            }
            targets.remove(row);
        }
        return used;
    }

    /** A package below one with a row belongs to that row, but none belongs to the root of a module so. */
    private String row(String name) {
        String row = name;
        while (!mayUse.containsKey(row) && row.contains(".")) {
            row = row.substring(0, row.lastIndexOf('.'));
        }
        return MODULES.containsValue(row) || !row.contains(".") ? name : row;
    }

    /** In the words of the row: the module for its packages, where the row has the module. */
    private Set<String> named(String row, Set<String> used) {
        Set<String> words = mayUse.getOrDefault(row, Set.of());
        return used.stream()
                .map(name -> words.contains(moduleOf(name)) ? moduleOf(name) : shortName(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String shortName(String name) {
        return name.replaceFirst("^(dev\\.usher|org)\\.", "");
    }

    private static String moduleOf(String name) {
        return MODULES.entrySet().stream()
                .filter(module -> (name + ".").startsWith(module.getValue() + "."))
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(name);
    }
}
