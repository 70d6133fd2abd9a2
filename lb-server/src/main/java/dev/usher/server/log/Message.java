package dev.usher.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * The message of an event, cut to a limit: a certificate has room for thousands of names, and a backend shows its
 * certificate at every probe.
 */
final class Message {
    /** Two hundred lines of a terminal: longer than any message of usher itself. */
    static final int MAX_CHARS = 16 * 1024;

    private Message() {}

    static String of(ILoggingEvent event) {
        return cut(String.valueOf(event.getFormattedMessage()));
    }

    static String cut(String text) {
        return text.length() <= MAX_CHARS
                ? text
                : text.substring(0, MAX_CHARS) + "... (" + (text.length() - MAX_CHARS) + " more characters)";
    }
}
