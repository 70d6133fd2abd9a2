package dev.usher.testing;

import dev.usher.epoll.EpollProvider;
import dev.usher.epoll.Rings;
import java.nio.channels.spi.SelectorProvider;

/**
 * The transport under test: {@code -Dusher.transport=nio} for the JDK's own, {@code epoll+ring} for each output by
 * io_uring, {@code epoll+faults} for the same with short and late answers, else epoll.
 */
public final class Transports {
    private static final SelectorProvider UNDER_TEST = of(System.getProperty("usher.transport", "epoll"));

    private Transports() {}

    public static SelectorProvider underTest() {
        return UNDER_TEST;
    }

    /** The same, for what the JDK's channels cannot do: epoll in their place. */
    public static SelectorProvider ofLinux() {
        return UNDER_TEST instanceof EpollProvider ? UNDER_TEST : new EpollProvider();
    }

    private static SelectorProvider of(String wanted) {
        if (wanted.equals("nio")) {
            return SelectorProvider.provider();
        }
        if (!wanted.startsWith("epoll+")) {
            return new EpollProvider();
        }
        if (!Rings.REFUSAL.isEmpty()) {
            System.err.println("SKIPPED: tests on " + wanted + " use epoll, since " + Rings.REFUSAL);
            return new EpollProvider();
        }
        return wanted.endsWith("ring") ? Rings.always() : Rings.faulty();
    }
}
