package dev.usher.server.log;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.usher.config.Printable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An exception with causes and suppressed exceptions; control characters in messages are escaped, so that no message
 * starts a new line.
 */
public final class PrintableThrown implements IThrowableProxy {
    private final IThrowableProxy thrown;

    /** The stack trace, for a reader without a log. */
    public static String text(Throwable thrown) {
        return ThrowableProxyUtil.asString(new PrintableThrown(new ThrowableProxy(thrown)));
    }

    PrintableThrown(IThrowableProxy thrown) {
        this.thrown = thrown;
    }

    @Override
    public @Nullable String getMessage() {
        String message = thrown.getMessage();
        return message == null ? null : Printable.of(Message.cut(message));
    }

    @Override
    public String getClassName() {
        return thrown.getClassName();
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
        return thrown.getStackTraceElementProxyArray();
    }

    @Override
    public int getCommonFrames() {
        return thrown.getCommonFrames();
    }

    @Override
    public @Nullable IThrowableProxy getCause() {
        IThrowableProxy cause = thrown.getCause();
        return cause == null ? null : new PrintableThrown(cause);
    }

    @Override
    public IThrowableProxy[] getSuppressed() {
        return Arrays.stream(thrown.getSuppressed()).map(PrintableThrown::new).toArray(IThrowableProxy[]::new);
    }

    @Override
    public boolean isCyclic() {
        return thrown.isCyclic();
    }
}
