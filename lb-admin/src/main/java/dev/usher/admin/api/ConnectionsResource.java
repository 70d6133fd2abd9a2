package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.ProblemException;
import dev.usher.view.ConnectionView;
import dev.usher.view.ConnectionsView;
import dev.usher.view.SessionIdentity;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** {@code /connections}. */
public final class ConnectionsResource {
    private final LoadBalancer balancer;

    public ConnectionsResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Connections(int total, int matched, List<Connection> connections) {}

    private record Connection(
            String cid,
            String listener,
            String client,
            @Nullable String sni,
            @Nullable List<String> alpn,
            @Nullable String route,
            @Nullable String pool,
            @Nullable String backend,
            String state,
            Instant since,
            double ageSeconds,
            long receivedBytes,
            long sentBytes) {}

    /** {@code GET}. */
    public Object list(Question question) throws ProblemException, IOException {
        Filter filter = question.filter();
        String pool = question.parameter("pool");
        String backend = question.parameter("backend");
        ConnectionsView found = balancer.looks()
                .connections(
                        connection -> (pool == null
                                        || pool.equals(connection.identity().pool()))
                                && (backend == null
                                        || backend.equals(connection.identity().backend()))
                                && passes(connection, filter),
                        question.limit());
        return new Connections(
                found.total(),
                found.matched(),
                found.connections().stream()
                        .map(ConnectionsResource::connection)
                        .toList());
    }

    private static boolean passes(ConnectionView connection, Filter filter) {
        SessionIdentity who = connection.identity();
        return filter.wanted().isEmpty() // saves making a text of each address
                || filter.passes(
                        who.cid(),
                        who.listener(),
                        Text.of(who.client()),
                        who.sni(),
                        who.route(),
                        who.pool(),
                        who.backend(),
                        connection.state());
    }

    private static Connection connection(ConnectionView view) {
        SessionIdentity who = view.identity();
        return new Connection(
                who.cid(),
                who.listener(),
                Text.of(who.client()),
                who.sni(),
                who.alpn(),
                who.route(),
                who.pool(),
                who.backend(),
                view.state(),
                view.since(),
                Text.seconds(view.age()),
                view.bytesIn(),
                view.bytesOut());
    }

    /** {@code DELETE /connections/{cid}}. */
    public Object close(Question question) throws IOException {
        String cid = question.path("cid");
        if (!balancer.control().closeConnection(cid, question.caller().text())) {
            throw new NoSuchElementException("no connection \"" + cid + "\" is open");
        }
        return new ClosedCount(1);
    }
}
