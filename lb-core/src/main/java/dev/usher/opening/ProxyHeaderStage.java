package dev.usher.opening;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.end.CloseReason;
import dev.usher.proxyheader.ProxyHeaderCollector;
import dev.usher.proxyheader.ProxyHeaderResult;
import dev.usher.proxyheader.ProxyVersions;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The PROXY header of a trusted proxy, ahead of any opening. */
public final class ProxyHeaderStage implements Stage {
    private final ProxyHeaderCollector collector;
    private ProxyHeaderResult.@Nullable Header header;

    /** @param accepted anything but NONE */
    public ProxyHeaderStage(AcceptProxyProtocol accepted) {
        this.collector = new ProxyHeaderCollector(versions(accepted));
    }

    private static ProxyVersions versions(AcceptProxyProtocol accepted) {
        return switch (accepted) {
            case NONE -> throw new IllegalArgumentException("no header is awaited");
            case V1 -> ProxyVersions.V1;
            case V2 -> ProxyVersions.V2;
            case ANY -> ProxyVersions.ANY;
        };
    }

    @Override
    public Step read(ByteBuffer soFar) {
        return switch (collector.collect(soFar)) {
            case ProxyHeaderResult.NeedMore _ -> Step.NEED_MORE;
            case ProxyHeaderResult.Refused refused -> new Step.Refused(CloseReason.PROXY_HEADER, refused.detail());
            case ProxyHeaderResult.Header read -> {
                header = read;
                yield new Step.Whole(Destination.OF_LISTENER, read.length());
            }
        };
    }

    /** The header, once whole. */
    public ProxyHeaderResult.Header header() {
        if (header == null) {
            throw new IllegalStateException("the header is not whole");
        }
        return header;
    }
}
