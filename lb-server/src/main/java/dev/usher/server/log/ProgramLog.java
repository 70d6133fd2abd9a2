package dev.usher.server.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.usher.config.LoggingConfig;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The program's own log: to stderr, as text or JSON. Set up only here: logback finds this class through {@code
 * META-INF/services} and looks for no file.
 *
 * <p>Lines pass through a queue and a thread of their own. A stderr without a reader must not stop a worker that logs a
 * line; lines are dropped then.
 */
public final class ProgramLog extends ContextAwareBase implements Configurator {
    /** Libraries with start messages of no use to operators; only warnings of these are logged. */
    private static final List<String> LIBRARIES = List.of("io.undertow", "org.xnio", "org.jboss");

    /** The client of Kubernetes writes a stack for each try. A source says itself that it fails, and why. */
    private static final String TOLD_BY_ITS_SOURCE = "io.fabric8";

    /** Logger of lines that are also events. */
    private static final String EVENTS = "usher.events";

    private static final int QUEUE_LINES = 4096;
    private static final int FLUSH_MILLIS = 2000;

    /** Text, from warnings on, until a configuration is known. */
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        apply(context, Level.WARN, LoggingConfig.Format.TEXT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Sets level and format. */
    public static void apply(LoggingConfig config) {
        LoggerContext context = context();
        context.reset();
        apply(context, Level.toLevel(config.level().name()), config.format());
    }

    /** Sets the level alone, while lines are being written. */
    public static void setLevel(LoggingConfig.Level level) {
        setLevel(context(), Level.toLevel(level.name()));
    }

    /** Writes every event, whatever the level: a reader of a warning must also see the recovery. */
    public static void showEvents() {
        context().getLogger(EVENTS).setLevel(Level.INFO);
    }

    private static void setLevel(LoggerContext context, Level level) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(level);
        Level ofLibraries = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
        LIBRARIES.forEach(name -> context.getLogger(name).setLevel(ofLibraries));
        context.getLogger(TOLD_BY_ITS_SOURCE).setLevel(Level.ERROR);
    }

    /** Writes the queued lines. Call as the last act of the program. */
    public static void close() {
        context().stop();
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static void apply(LoggerContext context, Level level, LoggingConfig.Format format) {
        Encoder<ILoggingEvent> encoder = encoder(format);
        encoder.setContext(context);
        encoder.start();

        ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
        stderr.setContext(context);
        stderr.setName("stderr");
        stderr.setTarget("System.err");
        stderr.setEncoder(encoder);
        stderr.start();

        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setName("queue");
        queue.setQueueSize(QUEUE_LINES);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(FLUSH_MILLIS);
        queue.addAppender(stderr);
        queue.start();

        setLevel(context, level);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(queue);
    }

    static Encoder<ILoggingEvent> encoder(LoggingConfig.Format format) {
        return switch (format) {
            case JSON -> new JsonEncoder();
            case TEXT -> new TextEncoder();
        };
    }
}
