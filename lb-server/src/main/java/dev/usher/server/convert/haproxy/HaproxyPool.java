package dev.usher.server.convert.haproxy;

import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.DurationRange;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.SourceAddress;
import dev.usher.config.TimeoutsConfig;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.ServerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a {@code backend} or {@code listen} section, line by line, into a pool. */
final class HaproxyPool {
    private final PoolDraft pool;
    private final Map<String, BackendConfig> servers = new LinkedHashMap<>();
    private final Map<String, HaproxyLine> resting = new LinkedHashMap<>();
    private final List<HaproxyLine> useServer = new ArrayList<>();
    private final Map<String, Duration> idle = new LinkedHashMap<>();
    private Remarks remarks = new Remarks();
    private @Nullable HaproxyServer defaultServer;
    private @Nullable HaproxyLine httpCheck;
    private boolean checked;
    /** True exactly when a line of its own has the method of a check. */
    private boolean sent;

    private final ServerSettings settings = new ServerSettings();

    HaproxyPool(String name) {
        pool = new PoolDraft(name);
    }

    PoolDraft pool() {
        return pool;
    }

    /** Servers by name, servers only for {@code use-server} among the rest. */
    Map<String, BackendConfig> servers() {
        return servers;
    }

    List<HaproxyLine> useServer() {
        return useServer;
    }

    /** Takes a line over; false if the line is no matter of pools. */
    boolean take(HaproxyLine line, Remarks to) {
        remarks = to;
        switch (line.first()) {
            case "server" -> server(line);
            case "default-server" -> defaultServer = new HaproxyServer(line, defaultServer, pool, to);
            case "balance" -> balance(line);
            case "retries" -> set(line, () -> pool.retries(PoolConfig.RETRIES.check(number(line), "retries")));
            case "use-server" -> useServer.add(line);
            case "source" -> source(line);
            case "timeout" -> {
                return timeout(line);
            }
            case "option" -> {
                return option(line);
            }
            case "http-check" -> {
                return httpCheckSend(line) || httpCheckExpect(line);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void server(HaproxyLine line) {
        HaproxyServer server = new HaproxyServer(line, defaultServer, pool, remarks);
        BackendConfig backend = server.backend();
        checked |= server.checked();
        settings.add(line.statement(), server.ofPool());
        if (backend == null) {
            return;
        }
        servers.put(line.word(1), backend);
        if (server.rests()) {
            resting.put(line.word(1), line);
        } else if (!pool.add(backend)) {
            remarks.changed(line.statement(), backend.address() + " is here already: a weight gives a larger share");
        }
    }

    private void balance(HaproxyLine line) {
        switch (line.word(1).replaceFirst("\\(.*", "")) {
            case "roundrobin", "static-rr" -> pool.balance(Balance.ROUND_ROBIN);
            case "leastconn" -> pool.balance(Balance.LEAST_CONNECTIONS);
            case "source" -> pool.balance(Balance.CLIENT_HASH);
            case "first" -> pool.balance(Balance.FIRST);
            case "random" -> pool.balance(Balance.RANDOM_TWO);
            case "hash" -> hash(line);
            default -> remarks.leftOut(line.statement(), "usher has no such balance: round-robin is used");
        }
    }

    private void source(HaproxyLine line) {
        boolean usesClient = line.word(2).equals("usesrc");
        if (line.words().size() > 2 && !usesClient) {
            remarks.leftOut(line.statement(), line.word(2) + ": usher has a source address alone");
            return;
        }
        if (!HaproxyValue.isAnyAddress(line.word(1))) {
            settings.ofEveryServer("source");
            set(line, () -> pool.source(line.statement(), SourceAddress.parse(line.word(1))));
        }
        if (usesClient) {
            settings.ofEveryServer("usesrc");
            set(line, () -> useClient(line, line.word(3), pool, remarks));
        }
    }

    /** Reads the value of {@code usesrc}: the address of the client, perhaps with its port, is the source. */
    static void useClient(HaproxyLine line, String value, PoolDraft pool, Remarks remarks) {
        if (!value.equals("client") && !value.equals("clientip")) {
            throw new IllegalArgumentException(value + ": usher has the client's address alone");
        }
        pool.transparent(line.statement());
        if (value.equals("client")) {
            remarks.changed(
                    line.statement(), "usesrc client is transparent here, with the client's address and another port");
        }
    }

    private void hash(HaproxyLine line) {
        if (line.word(2).equals("src")) {
            pool.balance(Balance.CLIENT_HASH);
        } else {
            remarks.leftOut(line.statement(), "usher hashes the client's address alone: round-robin is used");
        }
    }

    private boolean timeout(HaproxyLine line) {
        switch (line.word(1)) {
            case "connect", "contimeout" ->
                set(line, () -> pool.timeouts(all -> all.withConnect(time(line, TimeoutsConfig.CONNECT))));
            case "client", "server", "tunnel" ->
                set(line, () -> idle.put(line.word(1), time(line, TimeoutsConfig.IDLE)));
            case "client-fin", "server-fin" ->
                set(line, () -> pool.timeouts(all -> all.withHalfClosed(time(line, TimeoutsConfig.HALF_CLOSED))));
            case "check" -> set(line, () -> pool.probe().timeout(time(line, HealthCheckConfig.TIMEOUT)));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean option(HaproxyLine line) {
        switch (line.word(1)) {
            case "ssl-hello-chk" -> {
                pool.probe().type(HealthCheckConfig.Type.TLS);
                pool.probe().verify(false);
            }
            case "httpchk" -> httpCheck = line;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Takes {@code http-check expect status 200} over, and a range such as {@code 200-399}. */
    private boolean httpCheckExpect(HaproxyLine line) {
        String[] ends = line.word(3).split("-", -1);
        if (!line.begins("http-check", "expect", "status") || line.words().size() != 4 || ends.length > 2) {
            return false;
        }
        set(line, () -> {
            int from = HaproxyValue.number(ends[0]);
            int to = HaproxyValue.number(ends[ends.length - 1]);
            pool.probe().expect(new HealthCheckConfig.StatusRange(from, to));
        });
        return true;
    }

    /** Takes {@code http-check send meth HEAD uri /ready} over. */
    private boolean httpCheckSend(HaproxyLine line) {
        if (!line.word(1).equals("send") || line.words().stream().anyMatch(word -> word.equals("body"))) {
            return false;
        }
        int method = line.words().indexOf("meth");
        int path = line.words().indexOf("uri");
        set(line, () -> {
            if (method > 0) {
                sent = true;
                pool.probe().method(line.word(method + 1));
            }
            if (path > 0) {
                pool.probe().path(line.word(path + 1));
            }
        });
        return true;
    }

    private static Duration time(HaproxyLine line, DurationRange range) {
        return HaproxyValue.time(line.word(2), range);
    }

    private static int number(HaproxyLine line) {
        return HaproxyValue.number(line.word(1));
    }

    private void set(HaproxyLine line, Runnable setting) {
        remarks.tried(line.statement(), () -> {
            setting.run();
            return "";
        });
    }

    // ---- at the end of the section ----

    /** Joins the settings of several lines. */
    void finish(Remarks to) {
        remarks = to;
        Duration time = idleTime();
        if (time != null) {
            pool.timeouts(all -> all.withIdle(time));
        }
        probe();
        settings.remark(to);
        resting.forEach((name, line) -> {
            if (useServer.stream().noneMatch(use -> use.word(1).equals(name))) {
                remarks.leftOut(line.statement(), "the server takes no new connections: add the backend when it shall");
            }
        });
    }

    /** In HAProxy the first of both sides to be silent for its time ends a session, unless a time for tunnels is given. */
    private @Nullable Duration idleTime() {
        Duration tunnel = idle.get("tunnel");
        Duration client = idle.get("client");
        Duration server = idle.get("server");
        if (tunnel != null || client == null || server == null) {
            return tunnel != null ? tunnel : client == null ? server : client;
        }
        return client.compareTo(server) < 0 ? client : server;
    }

    private void probe() {
        HaproxyLine asked = httpCheck;
        if (!checked) {
            pool.probe().type(HealthCheckConfig.Type.NONE);
        } else if (asked != null) {
            boolean tls = pool.probe().type().shakesHands();
            pool.probe().type(tls ? HealthCheckConfig.Type.HTTPS : HealthCheckConfig.Type.HTTP);
            set(asked, () -> request(asked.from(2)));
        }
    }

    /** HAProxy asks by {@code OPTIONS /}, unless the line has a path, or a method and a path. */
    private void request(List<String> words) {
        if (!sent) {
            pool.probe().method(words.size() > 1 ? words.getFirst() : "OPTIONS");
        }
        if (!words.isEmpty()) {
            pool.probe().path(words.get(words.size() > 1 ? 1 : 0));
        }
    }
}
