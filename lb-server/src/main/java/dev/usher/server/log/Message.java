package dev.usher.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** The message of an event, bounded: a certificate has room for thousands of names, and a backend shows one at every probe. */
final class Message {
    /** Two hundred lines of a terminal: no sentence of ours comes near it. */
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
