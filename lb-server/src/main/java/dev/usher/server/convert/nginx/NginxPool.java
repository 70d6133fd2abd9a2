package dev.usher.server.convert.nginx;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.config.TimeoutsConfig;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Remarks;

/** Reads the directives about backends in {@code stream} or {@code server}. */
final class NginxPool {
    private final PoolDraft pool;
    private final Remarks remarks;

    NginxPool(String name, Remarks remarks) {
        this.pool = new PoolDraft(name);
        this.remarks = remarks;
    }

    PoolDraft pool() {
        return pool;
    }

    void address(Address address) {
        pool.add(BackendConfig.of(address));
    }

    /** Takes a directive over; false if the directive is no matter of pools. */
    boolean take(Directive directive) {
        switch (directive.name()) {
            case "proxy_timeout" ->
                set(
                        directive,
                        () -> pool.timeouts(
                                all -> all.withIdle(NginxValue.time(directive.word(1), TimeoutsConfig.IDLE))));
            case "proxy_connect_timeout" ->
                set(
                        directive,
                        () -> pool.timeouts(
                                all -> all.withConnect(NginxValue.time(directive.word(1), TimeoutsConfig.CONNECT))));
            case "proxy_next_upstream_timeout" -> {
                if (!directive.word(1).equals("0")) {
                    set(
                            directive,
                            () -> pool.timeouts(all -> all.withConnectTotal(
                                    NginxValue.time(directive.word(1), TimeoutsConfig.CONNECT_TOTAL))));
                }
            }
            case "proxy_next_upstream_tries" -> set(directive, () -> tries(NginxValue.number(directive.word(1))));
            case "proxy_next_upstream" -> {
                if (!directive.isOn()) {
                    pool.retries(0);
                }
            }
            case "proxy_protocol" ->
                pool.sendProxyProtocol(directive.isOn() ? SendProxyProtocol.V1 : SendProxyProtocol.NONE);
            case "proxy_bind" -> source(directive);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void source(Directive directive) {
        boolean client = directive.word(1).equals("$remote_addr");
        if (client && directive.arguments().contains("transparent")) {
            pool.transparent(directive.statement());
        } else if (directive.arguments().contains("transparent")) {
            remarks.leftOut(
                    directive.statement(), "usher has transparent for the client's address, $remote_addr, alone");
        } else if (!directive.word(1).equals("off")) {
            set(directive, () -> pool.source(directive.statement(), SourceAddress.parse(directive.word(1))));
        }
    }

    /** No limit is 0. */
    private void tries(int tries) {
        pool.retries(tries == 0 ? PoolConfig.DEFAULT_RETRIES : PoolConfig.RETRIES.check(tries - 1, "retries"));
    }

    private void set(Directive directive, Runnable setting) {
        remarks.tried(directive.statement(), () -> {
            setting.run();
            return "";
        });
    }
}
