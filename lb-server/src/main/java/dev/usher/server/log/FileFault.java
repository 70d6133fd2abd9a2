package dev.usher.server.log;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Reason why a file cannot be used, in words: the message of a platform exception is often only the path. */
public final class FileFault {
    private FileFault() {}

    /** The reason. */
    public static String text(IOException fault) {
        return switch (fault) {
            case NoSuchFileException _ -> "no such directory";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(fault.getMessage());
        };
    }
}
