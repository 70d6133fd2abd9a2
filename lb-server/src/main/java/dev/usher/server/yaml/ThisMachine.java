package dev.usher.server.yaml;

import dev.usher.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that lead back to this machine, as far as known without asking the network: literals, the present
 * interfaces, {@code localhost}, and the names of {@code /etc/hosts}. Names are not looked up at a name server: a check
 * of a file must neither depend on a server nor wait for an answer.
 */
public final class ThisMachine {
    private static final Path HOSTS = Path.of("/etc/hosts");
    /** A larger file is a block list, not a list of this machine's own names. */
    private static final long MAX_HOSTS_BYTES = 1024 * 1024;

    private static final Path RIGHTS = Path.of("/proc/self/status");
    private static final String EFFECTIVE = "CapEff:";
    /** CAP_NET_ADMIN and CAP_NET_RAW: either will do. */
    private static final long FOREIGN_ADDRESSES = 1L << 12 | 1L << 13;

    private static final List<InetAddress> LOOPBACK =
            List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

    private final Path hosts;
    private @Nullable Map<String, List<InetAddress>> names;
    private @Nullable Set<InetAddress> own;

    public ThisMachine() {
        this(HOSTS);
    }

    /** @param hosts a file of the form of {@code /etc/hosts} */
    ThisMachine(Path hosts) {
        this.hosts = hosts;
    }

    /** True if a connection to {@code target} would come in at a socket that listens on {@code bind}. */
    public boolean leadsTo(HostPort target, HostPort bind) {
        return target.port() == bind.port()
                && target.port() != 0
                && addresses(target).stream().anyMatch(address -> takes(bind, address));
    }

    /** True if the address is one of this machine's, as far as interfaces can be asked. */
    static boolean has(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }

    /** True if the kernel lets this process bind addresses of other machines, as far as its rights can be read. */
    static boolean mayUseForeignAddresses() {
        try (Stream<String> lines = Files.lines(RIGHTS)) {
            return lines.filter(line -> line.startsWith(EFFECTIVE))
                    .map(line -> Long.parseUnsignedLong(
                            line.substring(EFFECTIVE.length()).strip(), 16))
                    .allMatch(rights -> (rights & FOREIGN_ADDRESSES) != 0);
        } catch (IOException | UncheckedIOException | NumberFormatException unknown) {
            return true;
        }
    }

    /** True if {@code /etc/hosts} has the name, in its normal form. */
    boolean hasHost(String name) {
        return names().containsKey(name);
    }

    private boolean takes(HostPort bind, InetAddress address) {
        return switch (bind.host()) {
            case "", "::" -> isOwn(address); // an IPv6 wildcard socket takes IPv4 as well
            case "0.0.0.0" -> address instanceof Inet4Address && isOwn(address);
            default -> addresses(bind).contains(address);
        };
    }

    /** The addresses of a host; a connection to the wildcard address goes to the loopback of its family. */
    private List<InetAddress> addresses(HostPort hostPort) {
        byte[] ip = hostPort.ip();
        if (ip != null) {
            InetAddress address = InetAddress.ofLiteral(hostPort.host()); // IPv4 for an IPv4-mapped address
            return List.of(!address.isAnyLocalAddress() ? address : LOOPBACK.get(ip.length == 4 ? 0 : 1));
        }
        return hostPort.isLoopback() ? LOOPBACK : names().getOrDefault(hostPort.host(), List.of());
    }

    private boolean isOwn(InetAddress address) {
        if (own == null) {
            own = interfaces();
        }
        return address.isLoopbackAddress() || own.contains(address);
    }

    private static Set<InetAddress> interfaces() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toSet());
        } catch (SocketException unknown) { // only the loopback is known then
            return new HashSet<>();
        }
    }

    private Map<String, List<InetAddress>> names() {
        if (names == null) {
            names = read(hosts);
        }
        return names;
    }

    private static Map<String, List<InetAddress>> read(Path hosts) {
        Map<String, List<InetAddress>> names = new HashMap<>();
        try {
            if (Files.isRegularFile(hosts) && Files.size(hosts) <= MAX_HOSTS_BYTES) {
                Files.readString(hosts, StandardCharsets.ISO_8859_1).lines().forEach(line -> addLine(line, names));
            }
        } catch (IOException unreadable) {
            return names; // names in an unreadable file are unknown, like any other name
        }
        return names;
    }

    /** Reads {@code 127.0.1.1 name alias # comment}. */
    private static void addLine(String line, Map<String, List<InetAddress>> names) {
        String[] words = line.replaceFirst("#.*", "").trim().split("\\s+", -1);
        try {
            HostPort address = new HostPort(words[0], 0);
            for (int i = 1; address.isIpLiteral() && i < words.length; i++) {
                String name = HostPort.normalizeHost(words[i]);
                names.computeIfAbsent(name, _ -> new ArrayList<>()).add(InetAddress.ofLiteral(address.host()));
            }
        } catch (IllegalArgumentException notAnAddressAndNames) {
            // The system's resolver skips such a line as well.
        }
    }
}
