package dev.usher.admin;

import dev.usher.admin.http.Admission;
import io.undertow.UndertowOptions;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * Where the admin side listens, its threads and what its clients may take. It is put together as Undertow's own builder does
 * it, which has no place for an {@link Admission} before the first request.
 */
final class AdminSocket implements AutoCloseable {
    /**
     * 64 streams, the connections of some browsers, scrapers and commands. Whoever comes above it takes the place of one
     * that waits.
     */
    static final int MAX_CONNECTIONS = 256;
    /** Requests that are answered at once; an answer takes milliseconds, and none waits for a client. */
    private static final int ANSWERING_THREADS = 4;
    /** One thread moves more bytes than people read. */
    private static final int SOCKET_THREADS = 1;

    /** Above it a connection just ends. More than {@code RequestLimits} takes, who says so in an answer. */
    private static final long MAX_ENTITY_BYTES = 1024 * 1024;

    private static final int MAX_HEADER_BYTES = 32 * 1024;
    private static final int MAX_HEADERS = 100;
    private static final int MAX_PARAMETERS = 50;
    /** On the heap: Undertow gives direct ones back by a method of the JVM that warns of itself on stderr. */
    private static final int BUFFER_BYTES = 16 * 1024;
    /** For a burst; those who wait here are taken at once. */
    private static final int BACKLOG = 1000;

    private static final long END_PATIENCE_SECONDS = 10;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final XnioWorker worker;
    private final AcceptingChannel<? extends StreamConnection> channel;
    /** Null where it is plain HTTP. */
    private final @Nullable UndertowXnioSsl tls;

    private AdminSocket(
            XnioWorker worker, AcceptingChannel<? extends StreamConnection> channel, @Nullable UndertowXnioSsl tls) {
        this.worker = worker;
        this.channel = channel;
        this.tls = tls;
    }

    /**
     * Listens, and serves from now on.
     *
     * @param tls null for plain HTTP
     * @throws IOException if the address cannot be listened on; then nothing is left open
     */
    static AdminSocket open(
            InetSocketAddress address, @Nullable SSLContext tls, HttpHandler handler, AdminServer.Patience patience)
            throws IOException {
        XnioWorker worker = Xnio.getInstance(AdminSocket.class.getClassLoader()).createWorker(threads());
        try {
            return open(worker, address, tls, handler, patience);
        } catch (IOException | RuntimeException e) {
            worker.shutdownNow();
            throw e;
        }
    }

    private static AdminSocket open(
            XnioWorker worker,
            InetSocketAddress address,
            @Nullable SSLContext tls,
            HttpHandler handler,
            AdminServer.Patience patience)
            throws IOException {
        HttpOpenListener http =
                new HttpOpenListener(new DefaultByteBufferPool(false, BUFFER_BYTES), requests(patience));
        Admission admission = new Admission(MAX_CONNECTIONS, http);
        http.setRootHandler(admission.watching(handler));
        UndertowXnioSsl ssl = tls == null
                ? null
                : new UndertowXnioSsl(worker.getXnio(), OptionMap.create(Options.USE_DIRECT_BUFFERS, false), tls);
        ChannelListener<AcceptingChannel<StreamConnection>> accept = ChannelListeners.openListenerAdapter(admission);
        AcceptingChannel<? extends StreamConnection> channel = ssl == null
                ? worker.createStreamConnectionServer(address, accept, connections(patience))
                : openTls(ssl, worker, address, accept, connections(patience));
        channel.resumeAccepts();
        return new AdminSocket(worker, channel, ssl);
    }

    /** What accepts plain connections accepts those of TLS as well; only the types of the two do not say so. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static AcceptingChannel<? extends StreamConnection> openTls(
            UndertowXnioSsl ssl,
            XnioWorker worker,
            InetSocketAddress address,
            ChannelListener<AcceptingChannel<StreamConnection>> accept,
            OptionMap options)
            throws IOException {
        return ssl.createSslConnectionServer(worker, address, (ChannelListener) accept, options);
    }

    private static OptionMap threads() {
        return OptionMap.builder()
                .set(Options.WORKER_NAME, "admin")
                .set(Options.THREAD_DAEMON, true)
                .set(Options.WORKER_IO_THREADS, SOCKET_THREADS)
                .set(Options.WORKER_TASK_CORE_THREADS, ANSWERING_THREADS)
                .set(Options.WORKER_TASK_MAX_THREADS, ANSWERING_THREADS)
                .getMap();
    }

    private static OptionMap connections(AdminServer.Patience patience) {
        return OptionMap.builder()
                .set(Options.WORKER_IO_THREADS, SOCKET_THREADS)
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BACKLOG, BACKLOG)
                .set(Options.WRITE_TIMEOUT, (int) patience.stall().toMillis())
                .getMap();
    }

    private static OptionMap requests(AdminServer.Patience patience) {
        return OptionMap.builder()
                .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .set(UndertowOptions.MAX_HEADERS, MAX_HEADERS)
                .set(UndertowOptions.MAX_PARAMETERS, MAX_PARAMETERS)
                .set(UndertowOptions.MAX_ENTITY_SIZE, MAX_ENTITY_BYTES)
                .set(UndertowOptions.BUFFER_PIPELINED_DATA, true)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int)
                        patience.header().toMillis())
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int)
                        patience.silence().toMillis())
                .getMap();
    }

    /** Where it listens, with the port that the system chose where port 0 was asked for. */
    InetSocketAddress address() {
        return channel.getLocalAddress(InetSocketAddress.class);
    }

    /** Shakes hands by these certificates from the next connection on. Those that are open stay. */
    void follow(SSLContext next) {
        if (tls != null) {
            tls.updateSSLContext(next);
        }
    }

    /** Listens no more, and has connections end. Waits for none of them. */
    void stop() {
        if (stopped.compareAndSet(false, true)) { // a second close would wait for a thread that has ended
            IoUtils.safeClose(channel);
            worker.shutdown();
        }
    }

    @Override
    public void close() {
        stop();
        try {
            if (!worker.awaitTermination(END_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
