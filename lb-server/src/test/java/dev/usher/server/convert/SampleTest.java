package dev.usher.server.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Fallback;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Silent;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.server.convert.draft.Remark;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.DiagnosticText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole configurations, converted: the YAML with its remarks is the golden file beside the sample. To write the golden
 * files anew: {@code -Dusher.renew=true}, and look at the difference.
 */
class SampleTest {
    @TempDir
    private Path directory = Path.of("");

    private static Conversion converted(Sample sample) throws IOException {
        return Converter.convert(sample.peer(), sample.paths());
    }

    @ParameterizedTest
    @EnumSource
    void isConvertedAsTheGoldenFileSays(Sample sample) throws IOException {
        String yaml = Objects.requireNonNull(converted(sample).yaml());
        if (Boolean.getBoolean("usher.renew")) {
            Files.writeString(sample.golden(), yaml);
        }
        assertEquals(Files.readString(sample.golden()), yaml);
    }

    @ParameterizedTest
    @EnumSource
    void readsBackAsTheSameConfiguration(Sample sample) throws IOException {
        Conversion conversion = converted(sample);
        Path file = Files.writeString(directory.resolve("usher.yaml"), conversion.yaml());
        ConfigResult result = ConfigFile.read(file);
        ConfigResult.Valid valid = assertInstanceOf(
                ConfigResult.Valid.class, result, () -> new DiagnosticText(false).render(result.diagnostics()));
        assertEquals(List.of(), valid.diagnostics());
        UsherConfig wanted = Objects.requireNonNull(conversion.config());
        assertEquals(wanted.listeners().keySet(), valid.config().listeners().keySet());
        assertEquals(wanted.limits(), valid.config().limits());
        assertEquals(targets(wanted), targets(valid.config()));
    }

    /** Each route and listener with its pools, whatever the pools are called. */
    private static Map<String, List<Object>> targets(UsherConfig config) {
        Map<String, List<Object>> targets = new LinkedHashMap<>();
        config.routes().forEach(route -> targets.put(route.pattern().text(), unnamed(config, route)));
        targets.put("fallbacks", List.of(unnamed(config, config.defaultRoute()), unnamed(config, config.noSniRoute())));
        config.listeners()
                .forEach((name, listener) -> targets.put(
                        "listener " + name,
                        List.of(
                                listener.bind(),
                                listener.type(),
                                listener.clientHello(),
                                List.copyOf(listener.poolsBesideTls().keySet()),
                                listener.poolsBesideTls().values().stream()
                                        .map(pool -> pool(config, pool))
                                        .toList(),
                                Optional.ofNullable(listener.silent()).map(Silent::after),
                                listener.http(),
                                listener.acceptProxyProtocol(),
                                listener.trustedProxies(),
                                listener.maxConnections(),
                                pool(config, listener.pool()),
                                listener.own().routes().stream()
                                        .map(route -> unnamed(config, route))
                                        .toList(),
                                unnamed(config, listener.own().defaultRoute()),
                                unnamed(config, listener.own().noSniRoute()))));
        return targets;
    }

    private static List<Object> unnamed(UsherConfig config, RouteConfig route) {
        return List.of(route.pattern(), unnamed(config, route.target()), route.listeners());
    }

    private static Object unnamed(UsherConfig config, @Nullable Fallback fallback) {
        return fallback == null
                ? "as the file"
                : fallback.target() == null ? fallback.action() : unnamed(config, fallback.target());
    }

    private static Object unnamed(UsherConfig config, Target target) {
        return List.of(
                pool(config, target.pool()),
                target.alpn().keySet(),
                target.alpn().values().stream().map(name -> pool(config, name)).toList(),
                target.allow(),
                target.deny());
    }

    private static Object pool(UsherConfig config, @Nullable String name) {
        PoolConfig pool = config.pools().get(name);
        return name == null || pool == null
                ? Optional.empty()
                : List.of(
                        pool.backends(),
                        pool.balance(),
                        pool.timeouts(),
                        pool.retries(),
                        pool.healthCheck(),
                        pool.ejection(),
                        Optional.ofNullable(pool.slowStart()),
                        pool.onDown(),
                        pool.sendProxyProtocol(),
                        Optional.ofNullable(pool.source()),
                        pool.resolve());
    }

    @ParameterizedTest
    @EnumSource
    void isKnownByItsText(Sample sample) throws IOException {
        assertEquals(
                Optional.of(sample.peer()),
                sample.texts().stream()
                        .map(text -> Peer.guess(text.text()))
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    /** Each line that is neither empty nor a comment is in the YAML, or has a remark. */
    @ParameterizedTest
    @EnumSource
    void remarksStandAtLinesOfTheFiles(Sample sample) throws IOException {
        for (Remark remark : converted(sample).remarks()) {
            List<String> lines = Files.readAllLines(remark.statement().file());
            assertTrue(remark.statement().line() <= lines.size(), remark.line());
            assertTrue(remark.statement().lastLine() <= lines.size() + 1, remark.line());
            assertNotNull(lines.get(remark.statement().line() - 1));
        }
    }
}
