package dev.usher.admin;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.admin.Control.Reply;
import dev.usher.admin.http.Caller;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.Program;
import dev.usher.config.AdminConfig.Role;
import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.relay.SessionLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request to the API: a line with method and path, then the body. A request is answered in JSON, and never by the
 * report of a bug.
 */
public final class ApiFuzz {
    private static final int BUG = 500;
    private static final Control CONTROL = control();
    private static final JsonMapper JSON = JsonMapper.shared();

    private ApiFuzz() {}

    private static Control control() {
        try {
            LoadBalancer balancer = LoadBalancer.start(
                    UsherConfig.of(
                            List.of(
                                    ListenerConfig.tls("https", List.of(TestAdmin.ANY_PORT)),
                                    ListenerConfig.http("http", List.of(TestAdmin.ANY_PORT))),
                            List.of(RouteConfig.of("www.example.com", "web"), RouteConfig.of(".example.org", "web")),
                            List.of(PoolConfig.of("web", List.of(BackendConfig.of(HostPort.parse(TestAdmin.BACKEND))))
                                    .withHealthCheck(HealthCheckConfig.NONE))),
                    Environment.of(SessionLog.NONE, 100));
            return Control.of(
                    new AdminSubject(balancer, new FixedSource(), new Program("0.0.0", "", Instant.EPOCH)), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code input} as a request of each role. */
    public static void fuzzerTestOneInput(byte[] input) {
        int line = 0;
        while (line < input.length && input[line] != '\n') {
            line++;
        }
        String[] words = new String(input, 0, line, StandardCharsets.UTF_8).split(" ", 2);
        byte[] body = Arrays.copyOfRange(input, Math.min(line + 1, input.length), input.length);
        for (Role role : Role.values()) {
            Reply reply =
                    CONTROL.answer(Caller.local(role, "uid 0"), words[0], words.length == 1 ? "" : words[1], body);
            if (reply.status() == BUG || JSON.readTree(reply.body()).isMissingNode()) {
                throw new IllegalStateException(reply.toString());
            }
        }
    }
}
