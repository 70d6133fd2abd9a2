package dev.usher.server.yaml;

import dev.usher.config.Address;
import dev.usher.config.Cidr;
import dev.usher.config.ForwardProxy;
import dev.usher.config.ForwardProxy.Sni;
import dev.usher.config.ListenerType;
import java.util.List;

/** Reads the rights to use a way out to other hosts: {@code allow}, {@code sni} and {@code users}. */
record ForwardProxyReader(Problems problems) {
    ForwardProxy read(Fields fields, ListenerType type) {
        if (!type.asksForPorts()) {
            fields.refuse(
                    "allow", "is only for types socks and connect: on this listener a route has an allow of its own");
            fields.refuse("sni", "is only for types socks and connect");
            fields.refuse("users", "is only for types socks and connect");
            return ForwardProxy.DEFAULT;
        }
        return new ForwardProxy(
                fields.list("allow", Cidr::parse, List.of()),
                UserFileReader.read(fields, "users"),
                fields.value("sni", Sni::of, ForwardProxy.DEFAULT.sni()));
    }

    /** Whether strangers could use the listener as a way out, which is then noted. */
    boolean isOpenToAll(String name, Fields fields, ListenerType type, List<Address> bind, ForwardProxy forwardProxy) {
        if (!type.asksForPorts() || !forwardProxy.allow().isEmpty()) {
            return false;
        }
        if (fields.item("allow") instanceof Item.Listing blocks
                && blocks.items().isEmpty()) {
            fields.refuseValue("allow", "must not be empty: nobody could come in");
        }
        Address reachable = bind.stream()
                .filter(address -> !address.isLoopback())
                .findFirst()
                .orElse(null);
        if (reachable != null && !fields.has("allow")) {
            problems.error(
                    fields.valuePlace("bind"),
                    "listeners." + name + " binds " + reachable
                            + ", which others can reach, and connects its clients to"
                            + " other hosts: add allow: [10.0.0.0/8] with the addresses of the clients, or bind"
                            + " a loopback address");
        }
        return reachable != null;
    }
}
