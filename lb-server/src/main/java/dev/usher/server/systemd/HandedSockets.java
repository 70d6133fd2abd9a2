package dev.usher.server.systemd;

import dev.usher.descriptor.GivenSockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that systemd has opened for this process, by {@code sd_listen_fds(3)}: socket activation. */
public final class HandedSockets {
    private static final int FIRST = 3;
    /** The launcher holds descriptor 8. */
    private static final int MOST = 5;

    private static final Logger log = LoggerFactory.getLogger(HandedSockets.class);

    private HandedSockets() {}

    /**
     * The sockets named by the environment; {@link GivenSockets#NONE} if the sockets are for another process.
     *
     * @throws IOException if a descriptor is no listening TCP socket
     */
    public static GivenSockets of(Function<String, @Nullable String> environment) throws IOException {
        String count = environment.apply("LISTEN_FDS");
        String own = Long.toString(ProcessHandle.current().pid());
        return count == null || !own.equals(environment.apply("LISTEN_PID"))
                ? GivenSockets.NONE
                : GivenSockets.of(names(number(count), environment.apply("LISTEN_FDNAMES")));
    }

    /** Logs the sockets without a listener: their connections wait for ever. */
    public static void warnOfUnused(GivenSockets given, Collection<? extends List<? extends SocketAddress>> listening) {
        Set<SocketAddress> unused = new LinkedHashSet<>(given.lasting());
        listening.forEach(unused::removeAll);
        unused.forEach(address ->
                log.warn("systemd has opened {}, and no listener binds this address: connections wait there", address));
    }

    private static int number(String count) throws IOException {
        try {
            int number = Integer.parseInt(count);
            if (number >= 0 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IOException("LISTEN_FDS=" + count + " is no number", e);
        }
        throw new IOException("LISTEN_FDS=" + count + ": at most " + MOST + " sockets can be handed in");
    }

    private static Map<Integer, String> names(int count, @Nullable String given) {
        String[] names = given == null ? new String[0] : given.split(":", -1);
        Map<Integer, String> byDescriptor = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            byDescriptor.put(FIRST + i, i < names.length ? names[i] : "unnamed");
        }
        return byDescriptor;
    }
}
