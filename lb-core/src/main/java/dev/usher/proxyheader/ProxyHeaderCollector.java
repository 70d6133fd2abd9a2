package dev.usher.proxyheader;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the PROXY protocol header at the start of a connection, for any split over TCP segments. The first byte
 * tells the versions apart: {@code P} of {@code PROXY}, or the carriage return of version 2's signature (section 2.2).
 *
 * <p>The header ends at its announced end. Bytes after the header are not examined. A second header would count as the
 * first bytes of the stream, and the TLS reader refuses it.
 *
 * <p>Holds positions, no bytes: the caller keeps the bytes. Each byte is examined a fixed number of times in total, and
 * an announced length alone allocates nothing.
 *
 * <p>One collector per connection; not thread-safe.
 */
public final class ProxyHeaderCollector {
    /**
     * The longest header to accept, and so the most raw bytes that a collector can need for a decision. Version 2 could
     * announce 64 KiB. The registered TLVs need less than 1 KiB, except for a client's certificate in DER, with 1 to 2
     * KiB today and up to some 8 KiB with a post-quantum signature (FIPS 204). HAProxy, the origin of the
     * specification, neither sends nor reads a header larger than its buffer, 16 KiB by default.
     */
    public static final int MAX_HEADER_BYTES = 16 * 1024;

    private final ProxyVersions accepted;

    private ProxyHeaderResult result = ProxyHeaderResult.NEED_MORE;
    /** The reader for the version of the first byte; null until the byte has arrived. */
    private @Nullable HeaderReader reader;

    public ProxyHeaderCollector(ProxyVersions accepted) {
        this.accepted = accepted;
    }

    /**
     * Examines the bytes received so far. Once the result is not {@link ProxyHeaderResult#NEED_MORE}, it never changes.
     *
     * @param raw every byte since the connection began, from position to limit: the same bytes as at the last call, and
     *     more, in this buffer or a new one. Neither position nor limit is moved
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
