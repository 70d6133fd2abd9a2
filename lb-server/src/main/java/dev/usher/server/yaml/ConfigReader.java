package dev.usher.server.yaml;

import dev.usher.config.AdminConfig;
import dev.usher.config.Fallback;
import dev.usher.config.LimitsConfig;
import dev.usher.config.LinuxKeys;
import dev.usher.config.LoggingConfig;
import dev.usher.config.PlainPools;
import dev.usher.config.PoolSettings;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.SourceConfig;
import dev.usher.config.TemplateUses;
import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the joined tree of the files apart and makes the configuration. */
final class ConfigReader {
    /** Keys that the main file may have. */
    static final List<String> KEYS = List.of(
            "version",
            "include",
            "listeners",
            "routes",
            "default_route",
            "no_sni_route",
            "defaults",
            "pools",
            "expect",
            "sources",
            "limits",
            "workers",
            "transport",
            "shutdown",
            "reload",
            "admin",
            "logging");

    private final Fields root;
    private final Problems problems;
    private List<Kept> kept = List.of();

    ConfigReader(Item.Mapping tree, Problems problems) {
        this.root = new Fields(tree, "", new Place(tree.place().source(), 1, 1, 1), problems);
        this.problems = problems;
    }

    /**
     * The configuration; null after any error, noted before.
     *
     * @param complete false when a file could not be read; a missing name may stand in that file
     */
    @Nullable
    UsherConfig read(boolean complete) {
        ProgramReader program = new ProgramReader(root, problems);
        program.checkVersion();
        root.has("include");
        Fields defaults = root.fields("defaults");
        PoolSettings settings = defaults == null ? PoolSettings.DEFAULT : settings(defaults);
        PoolReader pools = new PoolReader(settings, problems);
        Fields poolSection = root.fields("pools");
        if (poolSection != null) {
            pools.read(poolSection);
        }
        BindReader binds = new BindReader(problems);
        ListenerReader listeners = new ListenerReader(pools, binds, problems);
        readListeners(listeners);
        RouteReader routes = RouteReader.ofFile(pools, listeners.types(), problems);
        Fields routeSection = root.fields("routes");
        if (routeSection != null) {
            routes.read(routeSection);
        }
        Fallback defaultRoute = orReject(routes.fallback(root, "default_route"));
        Fallback noSniRoute = orReject(routes.fallback(root, "no_sni_route"));
        ExpectReader expectations = new ExpectReader(problems);
        Fields expectSection = root.fields("expect");
        if (expectSection != null) {
            expectations.read(expectSection);
        }
        Fields sourceSection = root.fields("sources");
        Map<String, SourceConfig> sources = sourceSection == null
                ? Map.of()
                : new SourceReader(settings, listeners.listeners().keySet(), problems).read(sourceSection);
        LimitsConfig limits = program.limits();
        int workers = program.workers();
        Transport transport = root.choice("transport", Transport.class, Transport.AUTO);
        ShutdownConfig shutdown = program.shutdown();
        ReloadConfig reload = program.reload();
        AdminConfig admin = new AdminReader(binds, problems).read(root);
        LoggingConfig logging = program.logging();
        root.done();
        pools.checkReferences(complete);
        pools.repeatAt(PlainPools.PORT, PlainPools.needed(listeners.listeners(), routes.routes(), defaultRoute));
        new LoopCheck(new ThisMachine(), listeners.listeners().values(), admin, problems).check(pools.written());
        listeners.checkAnonymous(routes.routes(), defaultRoute, noSniRoute, limits);
        if (!problems.hasErrors()) {
            TemplateUses.faults(listeners.listeners(), routes.routes(), defaultRoute, noSniRoute, pools.pools())
                    .forEach(fault -> pools.fault(fault.path(), fault.text()));
        }
        String linuxOnly = transport == Transport.NIO
                ? LinuxKeys.faultWithNio(
                        listeners.listeners().values(), pools.pools().values())
                : null;
        if (linuxOnly != null) {
            problems.error(root.valuePlace("transport"), linuxOnly);
        }
        if (problems.hasErrors()) {
            return null;
        }
        UsherConfig config = root.build(() -> new UsherConfig(
                listeners.listeners(),
                routes.routes(),
                defaultRoute,
                noSniRoute,
                pools.pools(),
                sources,
                limits,
                workers,
                transport,
                shutdown,
                reload,
                admin,
                logging));
        if (config != null) {
            kept = expectations.check(config);
        }
        return problems.hasErrors() ? null : config;
    }

    /** The names under {@code expect}, once a configuration was read. */
    List<Kept> kept() {
        return kept;
    }

    private static Fallback orReject(@Nullable Fallback fallback) {
        return fallback == null ? Fallback.REJECT : fallback;
    }

    private static PoolSettings settings(Fields defaults) {
        PoolSettings settings = PoolSettingsReader.read(PoolSettings.DEFAULT, defaults);
        defaults.done();
        return settings;
    }

    private void readListeners(ListenerReader listeners) {
        if (!root.has("listeners")) {
            listeners.useDefault();
            return;
        }
        Fields section = root.fields("listeners");
        if (section != null) {
            listeners.read(section);
        }
    }
}
