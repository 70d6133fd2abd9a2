package dev.usher.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;

/** Events as text without a header and a footer. */
abstract class LineEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NONE = {};

    /** Writer of the times. */
    final Timestamp timestamp = new Timestamp();

    @Override
    public final byte[] headerBytes() {
        return NONE;
    }

    @Override
    public final byte[] footerBytes() {
        return NONE;
    }
}
