package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples of {@code usher convert} are configurations that the programs take. */
class ConvertSamplesIT {
    private static final Path SAMPLES = Path.of("src", "test", "resources", "dev", "usher", "server", "convert")
            .toAbsolutePath();

    @ParameterizedTest
    @ValueSource(strings = {"home.cfg", "edge.cfg", "plain.cfg", "shared.cfg", "web.cfg"})
    void haproxyTakesItsSamples(String sample) throws Exception {
        Path directory = SAMPLES.resolve("haproxy");
        Command.run("", List.of(Program.require("haproxy"), "-c", "-C", directory.toString(), "-f", sample))
                .succeeds();
    }

    /** nginx also binds the ports, which may be in use, or for root alone: the text is read before. */
    @ParameterizedTest
    @ValueSource(strings = {"home.conf", "egress.conf"})
    void nginxTakesItsSamples(String sample) throws Exception {
        String file = SAMPLES.resolve("nginx").resolve(sample).toString();
        Command.Result result = Command.run("", List.of(Program.require("nginx"), "-t", "-e", "stderr", "-c", file));
        assertTrue(result.all().contains("syntax is ok"), result::all);
    }
}
