package dev.usher.proxyheader;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the PROXY protocol header that a connection must begin with, however its bytes are split over TCP segments,
 * and tells the two versions apart by the first byte: the {@code P} of {@code PROXY} or the carriage return of version
 * 2's signature (section 2.2).
 *
 * <p>The header ends where it says it does. What follows is not looked at, a second header neither: it is the first of
 * the stream's bytes, and the TLS reader refuses it.
 *
 * <p>Holds positions only, no bytes: the caller keeps the bytes. All calls together look at each byte a fixed number of
 * times, and nothing is allocated by an announced length.
 *
 * <p>One per connection; not thread safe.
 */
public final class ProxyHeaderCollector {
    /**
     * The longest header that is read, so also the most raw bytes a collector can see before it decides. Version 2
     * could announce 64 KiB. What is registered takes less than 1 KiB, except for a client's certificate in DER, which
     * takes 1 to 2 KiB today and up to some 8 KiB with a post-quantum signature (FIPS 204). HAProxy, which the
     * specification comes from, neither sends nor reads a header larger than its buffer, 16 KiB by default.
     */
    public static final int MAX_HEADER_BYTES = 16 * 1024;

    private final ProxyVersions accepted;

    private ProxyHeaderResult result = ProxyHeaderResult.NEED_MORE;
    /** Of the version that the first byte tells; null until that byte has come. */
    private @Nullable HeaderReader reader;

    public ProxyHeaderCollector(ProxyVersions accepted) {
        this.accepted = accepted;
    }

    /**
     * Looks at what has come. Once this returns anything but {@link ProxyHeaderResult#NEED_MORE}, it returns the same
     * always.
     *
     * @param raw all bytes since the connection began, from position to limit: the same bytes as at the last call, and
     *     more, in this buffer or another. Neither position nor limit is moved
     */
    public ProxyHeaderResult collect(ByteBuffer raw) {
        if (result instanceof ProxyHeaderResult.NeedMore && raw.hasRemaining()) {
            try {
                if (reader == null) {
                    reader = readerFor(Byte.toUnsignedInt(raw.get(raw.position())));
                }
                result = reader.read(raw);
            } catch (RefusedHeaderException refused) {
                result = refused.result();
            }
        }
        return result;
    }

    private HeaderReader readerFor(int first) throws RefusedHeaderException {
        if (first == LineReader.FIRST_BYTE && accepted.hasV1()) {
            return new LineReader();
        }
        if (first == BlockReader.FIRST_BYTE && accepted.hasV2()) {
            return new BlockReader();
        }
        throw RefusedHeaderException.unexpected(
                first,
                0,
                switch (accepted) {
                    case V1 -> "a PROXY header of version 1";
                    case V2 -> "a PROXY header of version 2";
                    case ANY -> "a PROXY header";
                });
    }
}
