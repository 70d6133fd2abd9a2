package dev.usher.testing;

import dev.usher.epoll.EpollProvider;
import java.nio.channels.spi.SelectorProvider;

/** The transport under test: {@code -Dusher.transport=nio} for the JDK's own, else epoll. */
public final class Transports {
    private static final SelectorProvider UNDER_TEST =
            "nio".equals(System.getProperty("usher.transport")) ? SelectorProvider.provider() : new EpollProvider();

    private Transports() {}

    public static SelectorProvider underTest() {
        return UNDER_TEST;
    }
}
