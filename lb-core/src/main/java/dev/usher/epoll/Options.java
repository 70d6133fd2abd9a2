package dev.usher.epoll;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/** Options of sockets by level and number, the same on x86-64 and aarch64. */
final class Options {
    private static final int IP = 0;
    private static final int SOCKET = 1;
    private static final int TCP = 6;
    private static final int IPV6 = 41;

    record Place(int level, int number) {}

    static final Place NO_DELAY = new Place(TCP, 1);
    static final Place IPV6_ONLY = new Place(IPV6, 26);

    private static final Map<SocketOption<?>, Place> PLACES = places();

    private Options() {}

    private static Map<SocketOption<?>, Place> places() {
        Map<SocketOption<?>, Place> places = new LinkedHashMap<>();
        places.put(StandardSocketOptions.TCP_NODELAY, NO_DELAY);
        places.put(StandardSocketOptions.SO_KEEPALIVE, new Place(SOCKET, 9));
        places.put(StandardSocketOptions.SO_REUSEADDR, new Place(SOCKET, 2));
        places.put(StandardSocketOptions.SO_REUSEPORT, new Place(SOCKET, 15));
        places.put(StandardSocketOptions.SO_SNDBUF, new Place(SOCKET, 7));
        places.put(StandardSocketOptions.SO_RCVBUF, new Place(SOCKET, 8));
        places.put(ExtendedSocketOptions.TCP_QUICKACK, new Place(TCP, 12));
        places.put(ExtendedSocketOptions.TCP_KEEPIDLE, new Place(TCP, 4));
        places.put(ExtendedSocketOptions.TCP_KEEPINTERVAL, new Place(TCP, 5));
        places.put(ExtendedSocketOptions.TCP_KEEPCOUNT, new Place(TCP, 6));
        // Sockets of both families take the options of IP.
        places.put(LinuxOptions.FREEBIND, new Place(IP, 15));
        places.put(LinuxOptions.TRANSPARENT, new Place(IP, 19));
        places.put(LinuxOptions.PORT_AT_CONNECT, new Place(IP, 24));
        places.put(LinuxOptions.TCP_USER_TIMEOUT, new Place(TCP, 18));
        places.put(LinuxOptions.TCP_DEFER_ACCEPT, new Place(TCP, 9));
        return Map.copyOf(places);
    }

    static Set<SocketOption<?>> supported() {
        return PLACES.keySet();
    }

    static void set(Syscalls calls, int descriptor, SocketOption<?> option, Object value) throws IOException {
        if (option.equals(StandardSocketOptions.SO_LINGER)) {
            orThrow(calls.setLinger(descriptor, (Integer) value));
            return;
        }
        int number = value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
        set(calls, descriptor, place(option), number);
    }

    static void set(Syscalls calls, int descriptor, Place place, int value) throws IOException {
        orThrow(calls.setOption(descriptor, place.level(), place.number(), value));
    }

    @SuppressWarnings("unchecked") // options have Boolean and Integer only
    static <T> T get(Syscalls calls, int descriptor, SocketOption<T> option) throws IOException {
        Place place = place(option);
        int value = calls.option(descriptor, place.level(), place.number());
        orThrow(value);
        return (T) (option.type() == Boolean.class ? (Object) (value != 0) : (Object) value);
    }

    private static Place place(SocketOption<?> option) {
        Place place = PLACES.get(option);
        if (place == null) {
            throw new UnsupportedOperationException("option " + option.name());
        }
        return place;
    }

    private static void orThrow(int result) throws IOException {
        if (result < 0) {
            throw Errno.exception(result);
        }
    }
}
