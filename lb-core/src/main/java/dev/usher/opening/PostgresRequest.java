package dev.usher.opening;

import java.nio.ByteBuffer;

/** The first bytes of a Postgres client: a length, then a number that no version of the protocol has. */
enum PostgresRequest {
    /** Too few bytes to tell. */
    UNCLEAR,
    /** Bytes of another protocol. */
    NONE,
    /** Asks for TLS. */
    SSL,
    /** Asks for encryption by GSSAPI. */
    GSS_ENC,
    /** Asks to cancel a query of another connection. */
    CANCEL,
    /** Begins a session of version 3 in clear. */
    STARTUP;

    /** Length of each request, up to the decision. */
    static final int BYTES = 8;

    /** The question to a backend; a further byte behind the yes could be from anybody, so a second one is awaited. */
    static final BackendGreeting ASKS_FOR_TLS = new BackendGreeting() {
        @Override
        public ByteBuffer words() {
            return ByteBuffer.allocate(BYTES).putLong(SSL_BITS).flip();
        }

        @Override
        public int maxAnswerBytes() {
            return 2;
        }

        @Override
        public Answer hear(ByteBuffer soFar) {
            if (!soFar.hasRemaining()) {
                return Answer.NEED_MORE;
            }
            boolean yes = soFar.get(soFar.position()) == 'S';
            return yes && soFar.remaining() == 1 ? Answer.ACCEPTED : Answer.REFUSED;
        }
    };

    private static final long SSL_BITS = 0x0000_0008_04D2_162FL;
    private static final long GSS_ENC_BITS = 0x0000_0008_04D2_1630L;
    private static final long CANCEL_BITS = 0x0000_0010_04D2_162EL;
    /** A length below 64 KiB, and major version 3. The server takes 10,000 bytes at most. */
    private static final long STARTUP_BITS = 0x0000_0000_0003_0000L;

    private static final long STARTUP_MASK = 0xFFFF_0000_FFFF_0000L;

    /** @param soFar from position to limit; position and limit are left alone */
    static PostgresRequest look(ByteBuffer soFar) {
        int come = Math.min(soFar.remaining(), BYTES);
        long bits = 0;
        for (int i = 0; i < come; i++) {
            bits |= (soFar.get(soFar.position() + i) & 0xFFL) << (Byte.SIZE * (BYTES - 1 - i));
        }
        long known = come == 0 ? 0 : -1L << (Byte.SIZE * (BYTES - come));
        boolean possible = ((bits ^ SSL_BITS) & known) == 0
                || ((bits ^ GSS_ENC_BITS) & known) == 0
                || ((bits ^ CANCEL_BITS) & known) == 0
                || ((bits ^ STARTUP_BITS) & known & STARTUP_MASK) == 0;
        if (!possible) {
            return NONE;
        }
        return come < BYTES ? UNCLEAR : whole(bits);
    }

    private static PostgresRequest whole(long bits) {
        if (bits == SSL_BITS) {
            return SSL;
        }
        if (bits == GSS_ENC_BITS) {
            return GSS_ENC;
        }
        return bits == CANCEL_BITS ? CANCEL : STARTUP;
    }
}
