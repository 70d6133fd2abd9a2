package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.ProblemException;
import dev.usher.pool.SocketText;
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
            @Nullable String user,
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
        WantedSessions wanted = WantedSessions.of(question);
        ConnectionsView found = balancer.looks()
                .connections(connection -> wanted.include(connection.identity(), connection.state()), question.limit());
        return new Connections(
                found.total(),
                found.matched(),
                found.connections().stream()
                        .map(ConnectionsResource::connection)
                        .toList());
    }

    private static Connection connection(ConnectionView view) {
        SessionIdentity who = view.identity();
        return new Connection(
                who.cid(),
                who.listener(),
                SocketText.of(who.client()),
                who.user(),
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
