package dev.usher.server.convert;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.DiagnosticText;
import dev.usher.testing.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Any text is converted, or told its fault: samples cut at many places, and with pieces changed. The YAML that comes of a
 * changed sample is valid, whatever the change was.
 */
class MutatedSampleTest {
    private static final long SEED = 20_261_126;
    private static final int LONG = 200_000;
    private static final int ROUNDS = Rounds.of(500);
    /** Characters from cut to cut. */
    private static final int STEP = Rounds.step(3);
    /** A second would do for the largest sample on a busy machine; a parser that hangs takes for ever. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String[] PIECES = {
        "*",
        "\\",
        "{",
        "}",
        ";",
        "\"",
        "'",
        "#",
        "\n",
        "\t",
        "$",
        "${",
        "`",
        "(",
        ")",
        "||",
        "!",
        "-1",
        "0",
        ":",
        "::",
        "[",
        "]",
        "unix:",
        "\u0000",
        "\u00fc",
        "99999999999",
        ".",
        "..",
        "%[",
        "default",
        "if",
        "unless",
        "server",
        "=",
        "&a ",
        "*a",
        "- "
    };

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @EnumSource
    void anyCutIsConvertedOrToldItsFault(Sample sample) {
        assertTimeoutPreemptively(PATIENCE, () -> {
            String text = Files.readString(sample.paths().getLast());
            for (int end = 0; end < text.length(); end += STEP) {
                convert(sample, text.substring(0, end));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void anyChangeIsConvertedOrToldItsFault(Sample sample) {
        assertTimeoutPreemptively(PATIENCE, () -> {
            String text = Files.readString(sample.paths().getLast());
            Random random = new Random(SEED);
            for (int round = 0; round < ROUNDS; round++) {
                String mutant = text;
                for (int i = random.nextInt(4); i >= 0; i--) {
                    mutant = mutated(mutant, random);
                }
                Conversion conversion = convert(sample, mutant);
                if (round % 5 == 0) {
                    checkYaml(conversion, mutant);
                }
            }
        });
    }

    /** A file of a single long line, of one piece repeated: no reader looks at the whole line for each piece. */
    @ParameterizedTest
    @EnumSource
    void aLongLineTakesNoLonger(Peer peer) {
        List<String> pieces = List.of(
                "a",
                "a ",
                "\"a\" ",
                "${",
                "1",
                "a=1,",
                "{a=1,",
                "{ a: 1 }, ",
                ":",
                "a;",
                "a{",
                "[",
                "(a|",
                "acl a src 1 ",
                "!{ ",
                "`a` || ");
        List<String> heads = List.of(
                "",
                "stream { server { proxy_timeout ",
                "a = [",
                "tcp: [",
                "x = {",
                "frontend f\n use_backend b if ",
                "listener 443 {\n proto tls\n}\ntable {\n a ",
                "tcp: { routers: { a: { tls: { passthrough: true }, rule: '");
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (String head : heads) {
                for (String piece : pieces) {
                    PeerText text = new PeerText(Path.of("peer.conf"), head + piece.repeat(LONG / piece.length()));
                    Converter.convert(peer, List.of(text), new Remarks());
                }
            }
        });
    }

    private static Conversion convert(Sample sample, String last) throws IOException {
        List<PeerText> texts = new ArrayList<>(sample.texts());
        texts.set(texts.size() - 1, new PeerText(sample.paths().getLast(), last));
        try {
            Conversion conversion = Converter.convert(sample.peer(), texts, new Remarks());
            conversion.yaml();
            return conversion;
        } catch (RuntimeException | StackOverflowError fault) {
            throw new AssertionError("seed " + SEED + ":\n" + last, fault);
        }
    }

    private void checkYaml(Conversion conversion, String mutant) throws IOException {
        String yaml = conversion.yaml();
        if (yaml == null) {
            return;
        }
        Path file = Files.writeString(directory.resolve("usher.yaml"), yaml);
        ConfigResult result = ConfigFile.read(file);
        assertInstanceOf(
                ConfigResult.Valid.class,
                result,
                () -> new DiagnosticText(false).render(result.diagnostics()) + "\n" + yaml + "\nof:\n" + mutant);
    }

    private static String mutated(String text, Random random) {
        if (text.isEmpty()) {
            return PIECES[random.nextInt(PIECES.length)];
        }
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + 1 + random.nextInt(12));
        String piece = PIECES[random.nextInt(PIECES.length)];
        return switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + piece + text.substring(at);
            case 1 -> text.substring(0, at) + piece + text.substring(end);
            case 2 -> text.substring(0, at) + text.substring(end);
            case 3 -> text.substring(0, end) + text.substring(at);
            default ->
                text.substring(0, at) + (char) random.nextInt(256) + text.substring(Math.min(text.length(), at + 1));
        };
    }
}
