package dev.usher.server.convert.nginx;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.EjectionConfig;
import dev.usher.config.PoolConfig;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.ServerSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the directives of an {@code upstream} block into a pool. */
final class NginxUpstream {
    private final PoolDraft pool;
    private final String usualPort;
    private final Remarks remarks;
    private final ServerSettings settings = new ServerSettings();

    private NginxUpstream(PoolDraft pool, String usualPort, Remarks remarks) {
        this.usualPort = usualPort;
        this.pool = pool;
        this.remarks = remarks;
    }

    static void read(Iterable<Directive> block, PoolDraft pool, Remarks remarks) {
        read(block, pool, "", remarks);
    }

    /** @param usualPort with a colon: of servers without a port; empty if each server must have a port */
    static void read(Iterable<Directive> block, PoolDraft pool, String usualPort, Remarks remarks) {
        NginxUpstream upstream = new NginxUpstream(pool, usualPort, remarks);
        block.forEach(upstream::take);
        upstream.settings.remark(remarks);
    }

    private void take(Directive directive) {
        switch (directive.name()) {
            case "server" -> server(directive);
            case "least_conn" -> pool.balance(Balance.LEAST_CONNECTIONS);
            case "random" -> pool.balance(Balance.RANDOM_TWO);
            case "hash" -> hash(directive);
            case "least_time" -> {
                pool.balance(Balance.LEAST_CONNECTIONS);
                remarks.changed(directive.statement(), "usher does not measure times: least-connections is used");
            }
            case "keepalive", "keepalive_requests", "keepalive_timeout", "keepalive_time" ->
                remarks.notNeeded(directive.statement(), "usher has a connection to the backend for each client");
            case "zone" -> remarks.notNeeded(directive.statement(), "usher's workers share the state of pools");
            default -> NginxKnown.remark(directive, remarks);
        }
    }

    private void hash(Directive hash) {
        if (hash.word(1).matches("\\$\\{?(binary_)?remote_addr}?")) {
            pool.balance(Balance.CLIENT_HASH);
        } else {
            remarks.leftOut(hash.statement(), "usher hashes the client's address alone: round-robin is used");
        }
    }

    private void server(Directive server) {
        Address address = remarks.tried(server.statement(), () -> NginxValue.backend(server.word(1), usualPort));
        if (address == null) {
            return;
        }
        int weight = BackendConfig.DEFAULT_WEIGHT;
        int max = BackendConfig.NO_LIMIT;
        boolean backup = false;
        Map<String, String> ofPool = new LinkedHashMap<>();
        for (String option : server.words().subList(2, server.words().size())) {
            String value = option.substring(option.indexOf('=') + 1);
            String name = option.replaceFirst("=.*", "");
            switch (name) {
                case "weight" -> weight = number(server, value, weight);
                case "max_conns" -> max = number(server, value, max);
                case "backup" -> backup = true;
                case "down" -> {
                    remarks.leftOut(server.statement(), "the server is down: add the backend when it shall serve");
                    return;
                }
                case "max_fails", "fail_timeout", "slow_start" -> {
                    if (ofPool(server, name, value)) {
                        ofPool.put(name, option);
                    }
                }
                case "resolve" ->
                    remarks.notNeeded(server.statement(), "resolve: usher looks names up again by itself");
                default -> remarks.leftOut(server.statement(), option + ": usher has no such option");
            }
        }
        settings.add(server.statement(), ofPool);
        add(server, address, weight, max, backup);
    }

    private void add(Directive server, Address address, int weight, int max, boolean backup) {
        BackendConfig backend =
                remarks.tried(server.statement(), () -> new BackendConfig(address, weight, max, backup));
        if (backend != null && !pool.add(backend)) {
            remarks.changed(server.statement(), address + " is here already: a weight gives a larger share");
        }
    }

    private int number(Directive server, String value, int otherwise) {
        Integer number = remarks.tried(server.statement(), () -> NginxValue.number(value));
        return number == null ? otherwise : number;
    }

    /** Sets an option that usher has for a pool alone; false after a remark. */
    private boolean ofPool(Directive server, String option, String value) {
        EjectionConfig usual = EjectionConfig.DEFAULT;
        return remarks.tried(server.statement(), () -> {
                    switch (option) {
                        case "max_fails" -> {
                            int fails =
                                    EjectionConfig.CONSECUTIVE_FAILURES.check(NginxValue.number(value), "max_fails");
                            pool.ejection(new EjectionConfig(
                                    fails,
                                    pool.ejection().baseTime(),
                                    pool.ejection().maxTime(),
                                    usual.maxEjectedPercent()));
                        }
                        case "fail_timeout" -> {
                            Duration time = NginxValue.time(value, EjectionConfig.TIME);
                            Duration longest = time.compareTo(usual.maxTime()) > 0 ? time : usual.maxTime();
                            pool.ejection(new EjectionConfig(
                                    pool.ejection().consecutiveFailures(), time, longest, usual.maxEjectedPercent()));
                        }
                        default -> pool.slowStart(NginxValue.time(value, PoolConfig.SLOW_START));
                    }
                    return option;
                })
                != null;
    }
}
