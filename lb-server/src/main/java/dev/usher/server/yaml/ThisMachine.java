package dev.usher.server.yaml;

import dev.usher.config.HostPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
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
import org.jspecify.annotations.Nullable;

/**
 * Which addresses lead back to this machine, as far as that is known without a question to the network: literals, the
 * interfaces of now, {@code localhost}, and the names of {@code /etc/hosts}. A name that only a name server knows is not
 * looked up: a check of a file must not depend on one, nor wait for it.
 */
public final class ThisMachine {
    private static final Path HOSTS = Path.of("/etc/hosts");
    /** A block list of a million names is no list of this machine's own. */
    private static final long MAX_HOSTS_BYTES = 1024 * 1024;

    private static final List<InetAddress> LOOPBACK = List.of(literal("127.0.0.1"), literal("::1"));

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

    /** Whether a connection to {@code target} would come in at a socket that listens on {@code bind}. */
    public boolean leadsTo(HostPort target, HostPort bind) {
        return target.port() == bind.port()
                && target.port() != 0
                && addresses(target).stream().anyMatch(address -> takes(bind, address));
    }

    private boolean takes(HostPort bind, InetAddress address) {
        return switch (bind.host()) {
            case "", "::" -> isOwn(address); // a socket of IPv6 for every address takes IPv4 as well
            case "0.0.0.0" -> address instanceof Inet4Address && isOwn(address);
            default -> addresses(bind).contains(address);
        };
    }

    /** What a host stands for; to connect to every address is to connect to the loopback of its family. */
    private List<InetAddress> addresses(HostPort hostPort) {
        byte[] ip = hostPort.ip();
        if (ip != null) {
            InetAddress address = of(ip);
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
        } catch (SocketException unknown) { // then the loopback is all that is known
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
            return names; // the names in it are then as any other name: not known
        }
        return names;
    }

    /** Reads {@code 127.0.1.1 name alias # comment}. */
    private static void addLine(String line, Map<String, List<InetAddress>> names) {
        String[] words = line.replaceFirst("#.*", "").trim().split("\\s+", -1);
        try {
            byte[] ip = new HostPort(words[0], 0).ip();
            for (int i = 1; ip != null && i < words.length; i++) {
                String name = HostPort.normalizeHost(words[i]);
                names.computeIfAbsent(name, _ -> new ArrayList<>()).add(of(ip));
            }
        } catch (IllegalArgumentException notAnAddressAndNames) {
            // The system's resolver passes over such a line as well.
        }
    }

    private static InetAddress literal(String text) {
        byte[] ip = new HostPort(text, 0).ip();
        return of(ip == null ? new byte[4] : ip);
    }

    /** An IPv4 address inside of an IPv6 one is that IPv4 address. */
    private static InetAddress of(byte[] ip) {
        try {
            return InetAddress.getByAddress(ip);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(wrongLength);
        }
    }
}
