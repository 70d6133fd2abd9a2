package dev.usher.relay;

import dev.usher.config.HttpRule;
import dev.usher.end.CloseReason;
import dev.usher.opening.BackendGreeting;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.opening.Sender;
import dev.usher.pool.Pool;
import dev.usher.proxyheader.ProxyHeader;
import dev.usher.proxyheader.ProxyTlvs;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Our own words to a backend before the client's: the PROXY header if the pool wants it, the opening's foreword, the
 * greeting.
 */
record Preface(Choice choice, @Nullable ByteBuffer foreword) {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /**
     * Makes the client's bytes ready for backends, with our own words in front.
     *
     * @param http the rule by which an HTTP request goes to the pool; null for other protocols
     * @return the reason to refuse the client; null if all is ready
     */
    static @Nullable CloseReason prepare(Link link, Choice choice, @Nullable HttpRule http) {
        Opening opening = choice.opening();
        link.kept.ready();
        ByteBuffer foreword = opening.foreword(new Sender(choice.client().address(), http));
        if (!link.kept.keepWithin(opening.boundary())) {
            return CloseReason.MALFORMED_BODY;
        }
        Pool pool = choice.attempts().pool();
        return new Preface(choice, foreword).putInFront(link.kept, pool) ? null : link.kept.lack();
    }

    /** False if the worker's budget has no room. */
    private boolean putInFront(ClientBytes kept, Pool pool) {
        BackendGreeting greeting = choice.opening().backendGreeting();
        ByteBuffer words = greeting == null ? NOTHING : greeting.words();
        ByteBuffer first = foreword == null ? NOTHING : foreword;
        int most = maxHeaderBytes(pool) + first.remaining() + words.remaining();
        return most == 0
                || kept.putInFront(most, into -> {
                    writeHeader(into, pool);
                    into.put(first).put(words);
                });
    }

    private static int maxHeaderBytes(Pool pool) {
        return switch (pool.config().sendProxyProtocol()) {
            case NONE -> 0;
            case V1 -> ProxyHeader.MAX_V1_BYTES;
            case V2 -> ProxyHeader.MAX_V2_BYTES;
        };
    }

    private void writeHeader(ByteBuffer into, Pool pool) {
        switch (pool.config().sendProxyProtocol()) {
            case NONE -> {}
            case V1 ->
                ProxyHeader.writeV1(
                        into, choice.client().address(), choice.client().destination());
            case V2 ->
                ProxyHeader.writeV2(
                        into, choice.client().address(), choice.client().destination(), tlvs());
        }
    }

    private ProxyTlvs tlvs() {
        Destination.Host host = choice.host();
        return host == null
                ? ProxyTlvs.ofHello(null, List.of(), choice.client().cid())
                : ProxyTlvs.ofHello(
                        host.sentName(), host.protocols(), choice.client().cid());
    }
}
