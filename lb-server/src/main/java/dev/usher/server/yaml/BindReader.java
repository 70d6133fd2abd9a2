package dev.usher.server.yaml;

import dev.usher.config.Address;
import dev.usher.config.HostPort;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerType;
import dev.usher.config.SocketRights;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UnixPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code bind}, and the rights of a unix socket's file. Keeps every address, to find two owners of an address.
 */
final class BindReader {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final Problems problems;
    private final Map<Bound, Place> bound = new LinkedHashMap<>();

    /** An address that a listener or the admin side has. */
    private record Bound(Address address, String owner) {}

    BindReader(Problems problems) {
        this.problems = problems;
    }

    /** The addresses of a listener. */
    List<Address> read(String name, Fields fields, ListenerType type) {
        fields.require("bind");
        if (fields.item("bind") instanceof Item.Listing listing
                && listing.items().isEmpty()) {
            problems.error(listing.place(), fields.path("bind") + " must not be empty");
        }
        Map<Address, Place> addresses = fields.placed("bind", text -> Address.parseBind(text, type.usualPort()));
        addresses.forEach((address, place) -> {
            add(address, ofListener(name), place);
            String ofInterface = address instanceof HostPort tcp ? InterfaceName.fault(tcp) : null;
            if (ofInterface != null) {
                problems.error(place, fields.path("bind") + ": " + ofInterface);
            }
            if (type.speaksTls() && address.hasPort(HTTP_PORT)) {
                problems.warning(
                        place,
                        "listeners." + name + " binds port 80 with type tls: clients speak plain HTTP there, which is"
                                + " refused; use type: http, which sends clients to https");
            }
            if (type.speaksHttp() && address.hasPort(HTTPS_PORT)) {
                problems.warning(
                        place,
                        "listeners." + name + " binds port 443 with type http: clients speak TLS there, which is"
                                + " refused; use type: tls");
            }
        });
        return List.copyOf(addresses.keySet());
    }

    /** Notes an address that clashes with an earlier address of another owner. */
    void add(Address address, String owner, Place place) {
        for (Map.Entry<Bound, Place> other : bound.entrySet()) {
            Bound taken = other.getKey();
            if (!taken.owner().equals(owner) && taken.address().clashesWith(address)) {
                problems.error(
                        place,
                        owner + " binds " + address + ", which " + taken.owner() + " has"
                                + (taken.address().equals(address) ? "" : " with " + taken.address())
                                + " at " + other.getValue());
                return;
            }
        }
        bound.put(new Bound(address, owner), place);
    }

    static SocketRights rights(Fields fields, List<Address> bind) {
        if (bind.stream().noneMatch(UnixPath::isFile)) {
            for (String key : List.of("mode", "owner")) {
                fields.refuse(key, "is for the file of a unix socket, and bind has none");
            }
            return SocketRights.DEFAULT;
        }
        SocketRights mode = fields.value("mode", text -> new SocketRights(text, null), SocketRights.DEFAULT);
        return fields.isNone("owner") ? mode : fields.value("owner", mode::withOwner, mode);
    }

    /** The options of TCP sockets. */
    static ListenOptions options(Fields fields, List<Address> bind) {
        if (!bind.isEmpty() && bind.stream().allMatch(UnixPath.class::isInstance)) {
            for (String key : List.of("freebind", "defer_accept", "tcp_user_timeout")) {
                fields.refuse(key, "is for IP addresses, and bind has none");
            }
            return ListenOptions.DEFAULT;
        }
        return new ListenOptions(
                fields.flag("freebind", false),
                fields.flag("defer_accept", false),
                fields.durationOrNone("tcp_user_timeout", TimeoutsConfig.TCP_USER_TIMEOUT, null));
    }

    /** The place of a listener's unix socket. */
    Place ofUnixSocket(String name) {
        return bound.entrySet().stream()
                .filter(each -> each.getKey().address() instanceof UnixPath
                        && each.getKey().owner().equals(ofListener(name)))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private static String ofListener(String name) {
        return "listeners." + name;
    }
}
