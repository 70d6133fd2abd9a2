package dev.usher.server.yaml;

import dev.usher.config.ClientHelloConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Postgres;
import dev.usher.config.NotTls.Protocol;
import dev.usher.config.Silent;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the treatment of other clients by a listener of type tls: {@code not_tls} and {@code silent}. */
record NotTlsReader(PoolReader pools, Problems problems) {
    NotTls notTls(String name, Fields listener, ListenerType type) {
        if (!type.speaksTls()) {
            listener.refuse("not_tls", "is only for type tls");
            return NotTls.NONE;
        }
        Fields fields = listener.fields("not_tls");
        if (fields == null) {
            return NotTls.NONE;
        }
        NotTls read = new NotTls(
                pool(name, fields, Protocol.SSH),
                pool(name, fields, Protocol.OPENVPN),
                postgres(name, fields),
                pool(name, fields, Protocol.OTHER));
        fields.done();
        return read;
    }

    private @Nullable String pool(String listener, Fields notTls, Protocol protocol) {
        return pool(listener, notTls, Spelling.of(protocol), protocol.route());
    }

    private @Nullable Postgres postgres(String listener, Fields notTls) {
        if (notTls.item("postgres") instanceof Item.Scalar scalar) {
            if (!scalar.text().equals(Postgres.ROUTE)) {
                notTls.refuseValue(
                        "postgres",
                        "must be " + Postgres.ROUTE + ", or { cancel: POOL }, was \"" + scalar.text()
                                + "\": the name in the hello decides, by the routes");
            }
            return new Postgres(Postgres.REFUSE);
        }
        Fields fields = notTls.fields("postgres");
        if (fields == null) {
            return null;
        }
        boolean refuses = fields.item("cancel") instanceof Item.Scalar cancel
                && cancel.text().equals(Postgres.REFUSE);
        String pool = refuses ? null : pool(listener, fields, "cancel", Protocol.POSTGRES_CANCEL.route());
        fields.done();
        return new Postgres(pool == null ? Postgres.REFUSE : pool);
    }

    /** @param route in place of a route's name in the pool's */
    private @Nullable String pool(String listener, Fields owner, String key, String route) {
        Item item = owner.item(key);
        return item == null
                ? null
                : pools.target(
                        owner, item, owner.path(key), route + "@" + listener, route + " of listener " + listener);
    }

    @Nullable
    Silent silent(String name, Fields listener, ListenerType type, ClientHelloConfig clientHello) {
        if (!type.speaksTls()) {
            listener.refuse("silent", "is only for type tls");
            return null;
        }
        Fields fields = listener.fields("silent");
        if (fields == null) {
            return null;
        }
        fields.require("pool");
        String pool = pool(name, fields, "pool", Silent.ROUTE);
        Duration after = fields.duration("after", Silent.AFTER, Silent.DEFAULT_AFTER);
        fields.done();
        if (after.compareTo(clientHello.timeout()) >= 0) {
            problems.error(
                    fields.valuePlace(fields.has("after") ? "after" : "pool"),
                    fields.path("after") + " must be shorter than client_hello.timeout, "
                            + Units.text(clientHello.timeout()) + ", was " + Units.text(after));
            return null;
        }
        return pool == null ? null : new Silent(pool, after);
    }
}
