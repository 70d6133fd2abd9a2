package dev.usher.http;

import org.jspecify.annotations.Nullable;

/** The verdict on the bytes so far. Every result except {@link NeedMore} is final. */
public sealed interface HeadResult {
    /** The shared {@link NeedMore}. */
    HeadResult NEED_MORE = new NeedMore();

    /** Valid so far, but incomplete. */
    record NeedMore() implements HeadResult {}

    /**
     * A whole head.
     *
     * @param length number of bytes up to the end of the empty line; any bytes behind are the body, or a next request
     */
    record Whole(RequestHead head, int length) implements HeadResult {}

    /**
     * Not a request to route.
     *
     * @param detail a phrase for a log and for the client, in printable ASCII; at most a few hundred characters
     * @param name the invalid host, escaped, cut after 253 characters; null exactly unless the name is the reason
     */
    record Refused(
            HeadRefusal reason, String detail, @Nullable String name) implements HeadResult {}
}
