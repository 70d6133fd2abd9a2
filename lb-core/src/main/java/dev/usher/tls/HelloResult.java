package dev.usher.tls;

import org.jspecify.annotations.Nullable;

/** What the bytes so far amount to. Every result but {@link NeedMore} is final. */
public sealed interface HelloResult {
    /** The one {@link NeedMore}. */
    HelloResult NEED_MORE = new NeedMore();

    /** Right so far, and not whole yet. */
    record NeedMore() implements HelloResult {}

    /** One whole, well-framed ClientHello. */
    record Hello(ClientHello hello) implements HelloResult {}

    /**
     * Never to be routed.
     *
     * @param detail one phrase for a log, in printable ASCII; at most a few hundred characters
     * @param name the server name that is none, as {@link ClientHello#alpn} has text, with {@code ...} behind its first 253
     *     characters if there are more; null exactly unless the name is the reason
     */
    record Refused(
            HelloRefusal reason, String detail, @Nullable String name) implements HelloResult {}
}
