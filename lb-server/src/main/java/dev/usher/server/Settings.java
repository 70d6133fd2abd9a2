package dev.usher.server;

import dev.usher.config.LoggingConfig;
import dev.usher.config.UsherConfig;

/** Configurations with one setting changed. */
final class Settings {
    private Settings() {}

    static UsherConfig withLogging(UsherConfig config, LoggingConfig logging) {
        return new UsherConfig(
                config.listeners(),
                config.routes(),
                config.defaultRoute(),
                config.noSniRoute(),
                config.pools(),
                config.limits(),
                config.workers(),
                config.shutdown(),
                config.reload(),
                config.admin(),
                logging);
    }
}
