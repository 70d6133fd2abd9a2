package dev.usher.tls;

import org.jspecify.annotations.Nullable;

/** The verdict on the bytes so far. Every result except {@link NeedMore} is final. */
public sealed interface HelloResult {
    /** The shared {@link NeedMore}. */
    HelloResult NEED_MORE = new NeedMore();

    /** Valid so far, but incomplete. */
    record NeedMore() implements HelloResult {}

    /** A whole, well-framed ClientHello. */
    record Hello(ClientHello hello) implements HelloResult {}

    /**
     * Not a hello to route.
     *
     * @param detail a phrase for a log, in printable ASCII; at most a few hundred characters
     * @param name the invalid server name, escaped like {@link ClientHello#alpn}, cut after 253 characters and then
     *     marked with {@code ...}; null exactly unless the name is the reason
     */
    record Refused(
            HelloRefusal reason, String detail, @Nullable String name) implements HelloResult {}
}
