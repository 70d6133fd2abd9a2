package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the dashboard as they lie there: what can be said of them without a browser. */
class WebAssetsTest {
    private static final Path WEB = Path.of("src/main/resources/dev/usher/admin/web");
    private static final String VENDOR = "src/main/resources/dev/usher/admin/web/vendor";
    private static final String VENDOR_OF_TESTS = "src/test/resources/vendor";
    /** Pages that others fetch when they are asked for. */
    private static final List<String> LATER = List.of("help", "login", "latency", "change", "last");
    /** Bytes, zipped, of all files of a page, comments included. Its data come on top: PageLoadIT counts both. */
    private static final int PAGE_BUDGET = 60_000;

    private static final Pattern VENDORED =
            Pattern.compile("\"file\": \"([^\"]+)\", \"from\": \"[^\"]+\", \"sha256\": \"([0-9a-f]{64})\"");
    private static final Pattern PACKAGE = Pattern.compile(
            "\"package\": \"([^\"]+)\", \"version\": \"[0-9.]+\", \"licence\": \"[^\"]+\",\\s+\"integrity\": \"sha512-[^\"]{88}\"");
    private static final Pattern ASSET = Pattern.compile("\"/assets/([a-zA-Z0-9/._-]+)\"");
    private static final Pattern STATIC_IMPORT = Pattern.compile(
            "(?:^|[;}\\s])(?:import|export)\\b[^;\"'`]*?\\bfrom ?\"([^\"]+)\"|^import \"([^\"]+)\"", Pattern.MULTILINE);
    private static final Pattern MAPPED = Pattern.compile("\"([^\"]+)\":\"/assets/([^\"]+)\"");
    private static final Pattern PAGE = Pattern.compile("\\{ path: \"([a-z]+)\", key: \"([a-z])\"");
    private static final Pattern SCRIPT = Pattern.compile("<script([^>]*)>(.*?)</script>", Pattern.DOTALL);

    /** Each would need something that the policy of contents does not allow, or make markup of a stranger's text. */
    private static final Pattern FORBIDDEN = Pattern.compile(
            "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|dangerouslySet|createContextualFragment|DOMParser|srcdoc"
                    + "|\\beval\\b|\\bnew Function\\b|javascript:|\\bstyle=|\\scssText|setAttribute\\(\"style|<style|@import|url\\("
                    + "|\\son[a-z]+=\"|https?://(?!www\\.w3\\.org/2000/svg)");

    @ParameterizedTest
    @ValueSource(strings = {VENDOR, VENDOR_OF_TESTS})
    void vendoredFilesAreThoseThatVendorJsonNames(String directory) throws Exception {
        Map<String, String> expected = new TreeMap<>();
        find(VENDORED, read(Path.of(directory, "vendor.json"))).forEach(m -> expected.put(m.group(1), m.group(2)));
        Map<String, String> found = new TreeMap<>();
        for (Path file : files(Path.of(directory), path -> !path.endsWith("vendor.json"))) {
            found.put(Path.of(directory).relativize(file).toString(), sha256(Files.readAllBytes(file)));
        }
        assertEquals(expected, found, "deploy/vendor-web.sh writes both");
    }

    @ParameterizedTest
    @ValueSource(strings = {VENDOR, VENDOR_OF_TESTS})
    void everyVendoredPackageComesWithItsLicence(String directory) throws Exception {
        String json = read(Path.of(directory, "vendor.json"));
        List<String> packages = find(PACKAGE, json).map(m -> m.group(1)).toList();
        assertEquals(
                json.split("\"package\"", -1).length - 1, packages.size(), "version, licence and integrity of each");
        for (String name : packages) {
            assertTrue(Files.size(Path.of(directory, name + ".LICENSE")) > 1000, name);
        }
    }

    @Test
    void everyPageWeighsLessThanItsBudget() {
        Set<Path> shell = new TreeSet<>(Set.of(WEB.resolve("index.html")));
        assetsIn(WEB.resolve("index.html")).forEach(asset -> addWithImports(asset, shell));
        Map<List<String>, Integer> weights = new HashMap<>();
        pages().forEach(page -> weights.put(List.of(page), weight(shell, List.of(page))));
        List<String> withCurve = List.of("pools", "latency");
        weights.put(withCurve, weight(shell, withCurve));
        System.out.println("bytes of each page, zipped: " + weights);
        weights.forEach((page, weight) -> assertTrue(weight < PAGE_BUDGET, page + " weighs " + weight));
    }

    private static int weight(Set<Path> shell, List<String> pages) {
        Set<Path> needed = new TreeSet<>(shell);
        pages.forEach(page -> addWithImports(WEB.resolve("pages/" + page + ".js"), needed));
        return needed.stream().mapToInt(file -> zipped(bytes(file))).sum();
    }

    @Test
    void everythingThatIsReferredToExists() {
        Set<Path> needed = new TreeSet<>(Set.of(WEB.resolve("index.html")));
        assetsIn(WEB.resolve("index.html")).forEach(asset -> addWithImports(asset, needed));
        Stream.concat(pages().stream(), LATER.stream())
                .forEach(page -> addWithImports(WEB.resolve("pages/" + page + ".js"), needed));
        needed.forEach(file -> assertTrue(Files.isRegularFile(file), file + " is missing"));

        Set<Path> unused = new TreeSet<>(files(WEB, file -> !file.startsWith(VENDOR)));
        unused.removeAll(needed);
        assertEquals(Set.of(), unused, "nobody refers to these");
    }

    @Test
    void pagesHaveAKeyEach() {
        List<String> keys =
                find(PAGE, read(WEB.resolve("app.js"))).map(m -> m.group(2)).toList();
        assertEquals(11, keys.size());
        assertEquals(keys.size(), Set.copyOf(keys).size(), "a key for two pages: " + keys);
    }

    @Test
    void sourcesNeedNothingThatThePolicyForbids() {
        for (Path file : files(WEB, path -> !path.startsWith(VENDOR))) {
            Matcher forbidden = FORBIDDEN.matcher(read(file));
            assertFalse(forbidden.find(), () -> file + " has " + forbidden.group());
        }
    }

    @Test
    void theImportMapIsTheOnlyInlineScript() {
        List<String> inline = find(SCRIPT, read(WEB.resolve("index.html")))
                .filter(m -> !m.group(2).isBlank())
                .map(m -> m.group(1))
                .toList();
        assertEquals(List.of(" type=\"importmap\""), inline);
    }

    // ---- what refers to what ----

    private static List<Path> assetsIn(Path file) {
        return find(ASSET, read(file)).map(m -> WEB.resolve(m.group(1))).toList();
    }

    private static List<String> pages() {
        return find(PAGE, read(WEB.resolve("app.js"))).map(m -> m.group(1)).toList();
    }

    private static void addWithImports(Path file, Set<Path> to) {
        if (!to.add(file) || !file.toString().matches(".*\\.m?js") || !Files.exists(file)) {
            return;
        }
        to.addAll(assetsIn(file));
        Map<String, String> map = new HashMap<>();
        find(MAPPED, read(WEB.resolve("index.html"))).forEach(m -> map.put(m.group(1), m.group(2)));
        find(STATIC_IMPORT, read(file))
                .map(m -> m.group(1) == null ? m.group(2) : m.group(1))
                .forEach(name -> {
                    String mapped = map.get(name);
                    assertTrue(mapped != null || name.startsWith("."), () -> file + " imports " + name);
                    addWithImports(mapped == null ? file.resolveSibling(name).normalize() : WEB.resolve(mapped), to);
                });
    }

    // ---- files ----

    private static Stream<MatchResult> find(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static List<Path> files(Path directory, Predicate<Path> wanted) {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).filter(wanted).collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int zipped(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.size();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
