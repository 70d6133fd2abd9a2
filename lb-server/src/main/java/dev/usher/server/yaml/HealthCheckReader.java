package dev.usher.server.yaml;

import dev.usher.admin.http.Pem;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HealthCheckConfig.StatusRange;
import dev.usher.config.HostName;
import dev.usher.config.HostPort;
import dev.usher.config.Spelling;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code health_check}. */
final class HealthCheckReader {
    private static final Pattern STATUSES = Pattern.compile("(\\d{3})(?:-(\\d{3}))?");
    private static final List<String> TLS_KEYS = List.of("alpn", "verify", "trust_store", "warn_expiry");
    private static final List<String> HTTP_KEYS = List.of("path", "method", "expect");
    private static final List<String> PLACE_KEYS = List.of("port", "address");

    private HealthCheckReader() {}

    static HealthCheckConfig read(Fields pool, String key, HealthCheckConfig base) {
        if (pool.isNone(key)) {
            return base.withType(HealthCheckConfig.Type.NONE);
        }
        Fields fields = pool.fields(key);
        if (fields == null) {
            return base;
        }
        HealthCheckConfig.Type type = fields.choice("type", HealthCheckConfig.Type.class, base.type());
        refuseUnless(type.shakesHands(), TLS_KEYS, "tls or https", fields, type);
        refuseUnless(type.asks(), HTTP_KEYS, "http or https", fields, type);
        refuseUnless(type.shakesHands() || type.asks(), List.of("server_name"), "tls, http or https", fields, type);
        refuseUnless(type != HealthCheckConfig.Type.NONE, PLACE_KEYS, "tcp, tls, http or https", fields, type);
        HealthCheckConfig read = new HealthCheckConfig(
                type,
                port(fields, base.port()),
                address(fields, base.address()),
                nullable(fields, "server_name", base.serverName()),
                fields.list("alpn", HealthCheckReader::protocol, base.alpn()),
                fields.flag("verify", base.verify()),
                trustStore(fields, base.trustStore()),
                fields.value("path", HealthCheckConfig::checkPath, base.path()),
                fields.value("method", HealthCheckConfig::checkMethod, base.method()),
                fields.value("expect", HealthCheckReader::statuses, base.expect()),
                fields.duration("interval", HealthCheckConfig.INTERVAL, base.interval()),
                fields.duration("timeout", HealthCheckConfig.TIMEOUT, base.timeout()),
                fields.integer("rise", HealthCheckConfig.RISE, base.rise()),
                fields.integer("fall", HealthCheckConfig.FALL, base.fall()),
                fields.percent("jitter", base.jitterPercent()),
                fields.durationOrNone("warn_expiry", HealthCheckConfig.WARN_EXPIRY, base.warnExpiry()));
        fields.done();
        return read;
    }

    private static void refuseUnless(
            boolean use, List<String> keys, String types, Fields fields, HealthCheckConfig.Type type) {
        if (!use) {
            keys.forEach(key -> fields.refuse(key, "is only for type " + types + ", this is " + Spelling.of(type)));
        }
    }

    private static @Nullable Integer port(Fields fields, @Nullable Integer otherwise) {
        if (fields.isNone("port")) {
            return null;
        }
        return fields.item("port") == null
                ? otherwise
                : portOrNull(fields.integer("port", HostPort.PORT, HostPort.NO_PORT));
    }

    private static @Nullable Integer portOrNull(int port) {
        return port == HostPort.NO_PORT ? null : port;
    }

    private static @Nullable String address(Fields fields, @Nullable String otherwise) {
        if (fields.isNone("address")) {
            return null;
        }
        String address =
                fields.parsed(fields.scalar("address"), fields.path("address"), HealthCheckConfig::checkAddress);
        return address == null ? otherwise : address;
    }

    private static @Nullable String nullable(Fields fields, String key, @Nullable String otherwise) {
        String name = fields.parsed(fields.scalar(key), fields.path(key), HostName::normalize);
        return name == null ? otherwise : name;
    }

    private static @Nullable Path trustStore(Fields fields, @Nullable Path otherwise) {
        Path file = FileSettings.usable(fields, "trust_store", Pem::certificates);
        return file == null ? otherwise : file;
    }

    static String protocol(String text) {
        if (text.isEmpty() || text.length() > 255 || !text.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException('"' + text + "\" is not the name of an ALPN protocol, such as h2");
        }
        return text;
    }

    private static StatusRange statuses(String text) {
        Matcher parts = STATUSES.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException('"' + text + "\" is not a status or a range, such as 200-399");
        }
        int from = Integer.parseInt(parts.group(1));
        return new StatusRange(from, parts.group(2) == null ? from : Integer.parseInt(parts.group(2)));
    }
}
