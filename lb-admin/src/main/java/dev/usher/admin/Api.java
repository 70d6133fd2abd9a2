package dev.usher.admin;

import dev.usher.LoadBalancer;
import dev.usher.admin.api.Answering;
import dev.usher.admin.api.BackendResource;
import dev.usher.admin.api.CertificatesResource;
import dev.usher.admin.api.ConfigResource;
import dev.usher.admin.api.ConnectionsResource;
import dev.usher.admin.api.EventsResource;
import dev.usher.admin.api.ExplainResource;
import dev.usher.admin.api.FailuresResource;
import dev.usher.admin.api.ListenersResource;
import dev.usher.admin.api.MapResource;
import dev.usher.admin.api.NamesResource;
import dev.usher.admin.api.Operation;
import dev.usher.admin.api.PoolsResource;
import dev.usher.admin.api.RoutesResource;
import dev.usher.admin.api.SourcesResource;
import dev.usher.admin.api.StatusResource;
import dev.usher.admin.api.SystemResource;
import dev.usher.admin.attention.Attention;
import dev.usher.admin.http.Access;
import dev.usher.admin.http.Caller;
import dev.usher.admin.http.Heavy;
import dev.usher.admin.http.Login;
import dev.usher.admin.live.FrameStream;
import dev.usher.admin.live.Live;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.Lifecycle;
import dev.usher.event.Event;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1}: a line for each operation of openapi.yaml. */
final class Api {
    /**
     * @param path below {@code /api/v1}, with variable parts as {@code {name}}
     * @param operation null if the answer is more than a value: a stream, for example
     */
    record Entry(
            HttpString method,
            String path,
            HttpHandler handler,
            @Nullable Operation operation) {}

    /** Time after which an idle thread ends. */
    private static final long IDLE_SECONDS = 10;

    private final List<Entry> entries = new ArrayList<>();

    private Api() {}

    /** Every operation, for HTTP. */
    static List<Entry> of(AdminSubject subject, AdminServer server, Attention attention, Live live) {
        Api api = new Api();
        api.answerValues(subject, server.lifecycle(), server.access(), attention);
        Login login = new Login(server.access(), onLogin(subject.balancer()));
        api.answer(
                Methods.GET,
                "/system",
                new SystemResource(
                        subject.balancer(),
                        subject.program(),
                        server::settings,
                        live.stream()::clients,
                        FrameStream.MAX_CLIENTS)::get);
        api.add(Methods.GET, "/history", live::history);
        api.add(Methods.GET, "/stream", live.stream());
        api.add(Methods.POST, "/session", login::logIn);
        api.add(Methods.DELETE, "/session", login::logOut);
        api.add(Methods.GET, "/openapi.yaml", new Description()::send);
        return List.copyOf(api.entries);
    }

    /** Operations that need no HTTP, for the control socket. */
    static List<Entry> values(AdminSubject subject, Lifecycle lifecycle, Access access, Attention attention) {
        Api api = new Api();
        api.answerValues(subject, lifecycle, access, attention);
        return List.copyOf(api.entries);
    }

    private void answerValues(AdminSubject subject, Lifecycle lifecycle, Access access, Attention attention) {
        LoadBalancer balancer = subject.balancer();
        PoolsResource pools = new PoolsResource(balancer);
        BackendResource backend = new BackendResource(balancer);
        ConnectionsResource connections = new ConnectionsResource(balancer);
        ConfigResource config = new ConfigResource(balancer, subject.source());
        answer(
                Methods.GET,
                "/status",
                new StatusResource(balancer, subject.source(), subject.program(), lifecycle, access, attention)::get);
        answer(Methods.GET, "/listeners", new ListenersResource(balancer)::list);
        list("/routes", new RoutesResource(balancer)::list);
        list("/map", new MapResource(balancer)::get);
        list("/pools", pools::list);
        answer(Methods.GET, "/pools/{pool}", pools::one);
        answer(Methods.GET, "/pools/{pool}/latency", pools::latency);
        answer(Methods.GET, "/pools/{pool}/backends/{address}", backend::get);
        answer(Methods.PATCH, "/pools/{pool}/backends/{address}", backend::change);
        answer(Methods.DELETE, "/pools/{pool}/backends/{address}/connections", backend::closeConnections);
        list("/connections", connections::list);
        answer(Methods.DELETE, "/connections/{cid}", connections::close);
        list("/failures", new FailuresResource(balancer)::list);
        list("/names", new NamesResource(balancer)::list);
        list("/events", new EventsResource(balancer)::list);
        list("/certificates", new CertificatesResource(balancer)::list);
        list("/config", config::get);
        add(Methods.POST, "/reload", config::reload, files());
        SourcesResource sources = new SourcesResource(subject.source());
        answer(Methods.GET, "/sources", sources::list);
        add(Methods.POST, "/sources/{source}/confirm", sources::confirm, files());
        answer(Methods.GET, "/explain", new ExplainResource(balancer)::get);
    }

    /**
     * The thread for operations that read the configuration's files, one at a time: files may be large, or their disk
     * may hang, and other requests must not wait. The queue has at most an entry per connection.
     */
    private static Executor files() {
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("admin-files").factory());
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    /** Writes each login to the event log. */
    static Consumer<Caller> onLogin(LoadBalancer balancer) {
        return caller -> balancer.report(Event.Kind.ADMIN, "admin", "login by " + caller.text());
    }

    private void answer(HttpString method, String path, Operation operation) {
        entries.add(new Entry(method, path, new Answering(operation), operation));
    }

    private void add(HttpString method, String path, Operation operation, Executor executor) {
        entries.add(new Entry(method, path, new Answering(operation, executor), operation));
    }

    /** Adds an operation with a possibly long answer. */
    private void list(String path, Operation operation) {
        HttpHandler handler = new Heavy(path.substring(1), new Answering(operation));
        entries.add(new Entry(Methods.GET, path, handler, operation));
    }

    private void add(HttpString method, String path, HttpHandler handler) {
        entries.add(new Entry(method, path, handler, null));
    }

    /** The file openapi.yaml. */
    private static final class Description {
        private final byte[] bytes = bytes();

        void send(HttpServerExchange exchange) {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/yaml");
            exchange.getResponseSender().send(ByteBuffer.wrap(bytes));
        }

        private static byte[] bytes() {
            try (InputStream in = Objects.requireNonNull(Api.class.getResourceAsStream("openapi.yaml"))) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("the program's own jar cannot be read", e);
            }
        }
    }
}
