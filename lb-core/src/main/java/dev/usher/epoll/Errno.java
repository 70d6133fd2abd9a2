package dev.usher.epoll;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** Error numbers of Linux, the same on x86-64 and aarch64, in the exceptions and words of the JDK's own channels. */
final class Errno {
    private static final int NOT_PERMITTED = 1;
    static final int INTERRUPTED = 4;
    static final int AGAIN = 11;
    static final int ACCESS = 13;
    static final int PIPE = 32;
    static final int ADDRESS_IN_USE = 98;
    static final int ADDRESS_NOT_AVAILABLE = 99;
    static final int NETWORK_UNREACHABLE = 101;
    static final int CONNECTION_ABORTED = 103;
    static final int CONNECTION_RESET = 104;
    static final int NOT_CONNECTED = 107;
    static final int TIMED_OUT = 110;
    static final int CONNECTION_REFUSED = 111;
    static final int HOST_UNREACHABLE = 113;
    /** A connect is under way. */
    static final int ALREADY = 114;

    static final int IN_PROGRESS = 115;
    private static final int NO_ENTRY = 2;
    private static final int PROCESS_FILES = 24;
    private static final int SYSTEM_FILES = 23;
    private static final int NO_BUFFERS = 105;
    private static final int NO_MEMORY = 12;
    private static final int INVALID = 22;
    private static final int NO_SPACE = 28;
    static final int NOT_SUPPORTED = 97;

    private Errno() {}

    /** True if the call may be made again later. */
    static boolean isTemporary(int result) {
        return result == -AGAIN || result == -INTERRUPTED;
    }

    /**
     * True if a ring has refused to begin a close. After any other error the descriptor is closed all the same, and its number
     * may be another file's by now.
     */
    static boolean isBeforeClose(int result) {
        return result == -INVALID || result == -NO_MEMORY;
    }

    /** @param result a negative result of a call */
    static IOException exception(int result) {
        return new SocketException(text(-result));
    }

    /** For {@code connect} and {@code bind}, in the classes that tell a lack of ports, a refusal and a time-out apart. */
    static IOException connectException(int result) {
        String text = text(-result);
        return switch (-result) {
            case ADDRESS_NOT_AVAILABLE, ADDRESS_IN_USE, ACCESS -> new BindException(text);
            case NETWORK_UNREACHABLE, HOST_UNREACHABLE -> new NoRouteToHostException(text);
            case TIMED_OUT -> new SocketTimeoutException(text);
            case CONNECTION_REFUSED, CONNECTION_RESET -> new ConnectException(text);
            default -> new SocketException(text);
        };
    }

    static String text(int number) {
        return switch (number) {
            case NOT_PERMITTED -> "Operation not permitted";
            case NO_ENTRY -> "No such file or directory";
            case AGAIN -> "Resource temporarily unavailable";
            case NO_MEMORY -> "Cannot allocate memory";
            case NO_SPACE -> "No space left on device";
            case ACCESS -> "Permission denied";
            case SYSTEM_FILES -> "Too many open files in system";
            case PROCESS_FILES -> "Too many open files";
            case PIPE -> "Broken pipe";
            case NOT_SUPPORTED -> "Address family not supported by protocol";
            case ADDRESS_IN_USE -> "Address already in use";
            case ADDRESS_NOT_AVAILABLE -> "Cannot assign requested address";
            case NETWORK_UNREACHABLE -> "Network is unreachable";
            case CONNECTION_RESET -> "Connection reset";
            case NO_BUFFERS -> "No buffer space available";
            case TIMED_OUT -> "Connection timed out";
            case CONNECTION_REFUSED -> "Connection refused";
            case HOST_UNREACHABLE -> "No route to host";
            default -> "error " + number + " of the system";
        };
    }
}
