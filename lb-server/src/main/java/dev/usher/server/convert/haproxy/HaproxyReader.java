package dev.usher.server.convert.haproxy;

import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Reasons;
import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads HAProxy's configuration. Several files are a single configuration, as with HAProxy's {@code -f}. */
public final class HaproxyReader {
    private static final Set<String> NOT_NEEDED = Set.of("ring", "log-forward", "log-profile", "traces", "mailers");

    private final Draft draft;
    private final Remarks remarks;
    private final HaproxyPools pools;

    private HaproxyReader(List<HaproxySection> sections, Draft draft) {
        this.draft = draft;
        this.remarks = draft.remarks();
        pools = new HaproxyPools(sections, draft);
        sections.forEach(this::read);
        pools.remarkUnused();
    }

    /** Fills the draft; throws {@code Unreadable} at the first fault of the text. */
    public static void read(List<PeerText> files, Draft draft) {
        List<HaproxyLine> lines = new ArrayList<>();
        files.forEach(file -> lines.addAll(HaproxyLexer.lines(file)));
        new HaproxyReader(HaproxySection.of(lines), draft);
    }

    private void read(HaproxySection section) {
        switch (section.kind()) {
            case "global" -> section.lines().forEach(this::global);
            case "defaults" -> defaults(section);
            case "frontend", "listen" -> proxy(section);
            case "backend" -> {} // read with the rules for the backend
            case "resolvers" -> HaproxyResolvers.read(section, draft);
            default -> other(section);
        }
    }

    private void other(HaproxySection section) {
        if (NOT_NEEDED.contains(section.kind())) {
            remarks.notNeeded(section.whole(), "usher has logs and events of its own");
        } else {
            remarks.leftOut(section.whole(), Reasons.NO_EQUAL);
        }
    }

    private void global(HaproxyLine line) {
        if (line.first().equals("maxconn")) {
            remarks.tried(line.statement(), () -> {
                draft.maxConnections(HaproxyValue.number(line.word(1)));
                return "";
            });
        } else {
            HaproxyKnown.remark(line, remarks);
        }
    }

    /** Remarks on the lines of {@code defaults} once, however many sections have them. */
    private void defaults(HaproxySection section) {
        HaproxyPool pool = new HaproxyPool("");
        HaproxyFrontend frontend = new HaproxyFrontend(section, pools, remarks);
        for (HaproxyLine line : section.lines()) {
            boolean ofPools = pool.take(line, remarks);
            boolean ofFrontends = frontend.setting(line, remarks);
            if (!ofPools && !ofFrontends) {
                HaproxyKnown.remark(line, remarks);
            }
        }
    }

    private void proxy(HaproxySection section) {
        if (section.lines().stream().anyMatch(line -> line.begins("stats", "enable") || line.begins("stats", "uri"))) {
            remarks.notNeeded(section.whole(), "usher has a dashboard of its own: the section admin");
        } else if (section.lines().stream()
                .anyMatch(line -> line.first().equals("bind") && HaproxyBind.terminates(line))) {
            remarks.leftOut(
                    section.whole(),
                    "terminates TLS, and usher passes TLS on: keep this part in HAProxy, and give usher a route to it");
        } else if (section.isHttp()) {
            http(section);
        } else {
            draft.add(new HaproxyFrontend(section, pools, remarks).read());
        }
    }

    private void http(HaproxySection section) {
        ListenerDraft listener = new HaproxyHttp(section, pools, remarks).read();
        if (listener == null) {
            remarks.leftOut(
                    section.whole(), "mode http: of HTTP usher has the redirect to https, ACME, and backends by host");
        } else {
            draft.add(listener);
        }
    }
}
