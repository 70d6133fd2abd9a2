package dev.usher.file;

import java.io.IOException;

/** The file system has not said anything in time: nothing is known of the file. */
public final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    NoAnswerException(String message) {
        super(message);
    }
}
