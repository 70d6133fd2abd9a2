package dev.usher.admin;

import dev.usher.admin.http.Admission;
import dev.usher.descriptor.GivenSockets;
import io.undertow.UndertowOptions;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetAddress;
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
 * Socket, threads and limits of the admin side. Assembled by hand, as Undertow's own builder does it, since the builder
 * has no place for an {@link Admission} before the first request.
 */
final class AdminSocket implements AutoCloseable {
    /**
     * Enough for 64 streams, and for the connections of some browsers, scrapers and commands. At the limit a new
     * connection replaces a waiting connection.
     */
    static final int MAX_CONNECTIONS = 256;
    /** Requests answered at the same time; an answer takes milliseconds, and none waits for a client. */
    private static final int ANSWERING_THREADS = 4;
    /** A single I/O thread moves more bytes than people read. */
    private static final int SOCKET_THREADS = 1;

    /**
     * Limit at which the connection is cut. Larger than the limit of {@code RequestLimits}, so that clients get an
     * answer.
     */
    private static final long MAX_ENTITY_BYTES = 1024 * 1024;

    private static final int MAX_HEADER_BYTES = 32 * 1024;
    private static final int MAX_HEADERS = 100;
    private static final int MAX_PARAMETERS = 50;
    /** Buffer size, on the heap: Undertow frees direct buffers by a JVM method that prints a warning on stderr. */
    private static final int BUFFER_BYTES = 16 * 1024;
    /** Kernel queue for bursts; queued connections are accepted at once. */
    private static final int BACKLOG = 1000;

    private static final long END_PATIENCE_SECONDS = 10;
    /** Names the class that makes the server of beans ({@link javax.management.MBeanServerFactory}). */
    private static final String BEANS = "javax.management.builder.initial";

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final XnioWorker worker;
    private final AcceptingChannel<? extends StreamConnection> channel;
    private final InetSocketAddress address;
    /** Null for plain HTTP. */
    private final @Nullable UndertowXnioSsl tls;

    private AdminSocket(
            XnioWorker worker,
            AcceptingChannel<? extends StreamConnection> channel,
            @Nullable UndertowXnioSsl tls,
            InetSocketAddress address) {
        this.worker = worker;
        this.channel = channel;
        this.tls = tls;
        this.address = address;
    }

    /**
     * Binds the address, and serves; with a predecessor's socket, from {@link #accept} on.
     *
     * @param tls null for plain HTTP
     * @param given has a predecessor's socket, perhaps
     * @throws IOException if the address cannot be bound; then nothing is left open
     */
    static AdminSocket open(
            InetSocketAddress address,
            @Nullable SSLContext tls,
            HttpHandler handler,
            AdminServer.Patience patience,
            GivenSockets given)
            throws IOException {
        XnioWorker worker = workerWithoutBeans();
        try {
            return open(worker, address, tls, handler, patience, given);
        } catch (IOException | RuntimeException e) {
            worker.shutdownNow();
            throw e;
        }
    }

    /**
     * A worker that no JMX client sees. XNIO shows its parts in the JVM's own server of beans, and the JDK makes that server with
     * every bean of the platform, the flight recorder's with its XML files among them: a sixth of the time of a start.
     * XNIO goes on where the server cannot be made, and the JDK makes the server later, for whoever asks first.
     */
    private static XnioWorker workerWithoutBeans() throws IOException {
        String builder = System.getProperty(BEANS);
        System.setProperty(BEANS, "none");
        try {
            return Xnio.getInstance(AdminSocket.class.getClassLoader()).createWorker(threads());
        } finally {
            if (builder == null) {
                System.clearProperty(BEANS);
            } else {
                System.setProperty(BEANS, builder);
            }
        }
    }

    private static AdminSocket open(
            XnioWorker worker,
            InetSocketAddress address,
            @Nullable SSLContext tls,
            HttpHandler handler,
            AdminServer.Patience patience,
            GivenSockets given)
            throws IOException {
        HttpOpenListener http =
                new HttpOpenListener(new DefaultByteBufferPool(false, BUFFER_BYTES), requests(patience));
        Admission admission = new Admission(MAX_CONNECTIONS, http);
        http.setRootHandler(admission.watching(handler));
        UndertowXnioSsl ssl = tls == null
                ? null
                : new UndertowXnioSsl(worker.getXnio(), OptionMap.create(Options.USE_DIRECT_BUFFERS, false), tls);
        ChannelListener<AcceptingChannel<StreamConnection>> accept = ChannelListeners.openListenerAdapter(admission);
        boolean taken = given.has(address);
        InetSocketAddress bind = taken ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0) : address;
        AcceptingChannel<? extends StreamConnection> channel = ssl == null
                ? worker.createStreamConnectionServer(bind, accept, connections(patience))
                : openTls(ssl, worker, bind, accept, connections(patience));
        InetSocketAddress bound = channel.getLocalAddress(InetSocketAddress.class);
        if (taken) {
            given.takePlaceOf(bound, address);
            return new AdminSocket(worker, channel, ssl, address);
        }
        channel.resumeAccepts();
        return new AdminSocket(worker, channel, ssl, bound);
    }

    /** Opens a TLS socket. The listener for plain connections works for TLS as well; only the generic types differ. */
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

    /** The bound address, with the actual port if port 0 was configured. */
    InetSocketAddress address() {
        return address;
    }

    /** Takes connections. */
    void accept() {
        channel.resumeAccepts();
    }

    /** Uses new certificates for new connections; open connections stay. */
    void follow(SSLContext next) {
        if (tls != null) {
            tls.updateSSLContext(next);
        }
    }

    /** Stops listening, and starts closing connections, without waiting. */
    void stop() {
        if (stopped.compareAndSet(false, true)) { // a second call would wait for a thread that has ended
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
