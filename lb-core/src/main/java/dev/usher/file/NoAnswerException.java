package dev.usher.file;

import java.io.IOException;

/** No answer from the file system in time; the state of the file is unknown. */
public final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    NoAnswerException(String message) {
        super(message);
    }
}
