package dev.usher.server.convert.haproxy;

import dev.usher.config.BackendConfig;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The backends of the files, each read into a pool when a rule first needs the pool. */
final class HaproxyPools {
    private final Map<String, HaproxySection> sections = new LinkedHashMap<>();
    private final Map<String, HaproxyPool> read = new HashMap<>();
    private final Set<String> wanted = new HashSet<>();
    private final Draft draft;
    private final Remarks remarks;

    HaproxyPools(List<HaproxySection> all, Draft draft) {
        this.draft = draft;
        this.remarks = draft.remarks();
        all.stream()
                .filter(section ->
                        section.kind().equals("backend") || section.kind().equals("listen"))
                .forEach(section -> sections.putIfAbsent(section.name(), section));
    }

    Collection<String> names() {
        return sections.keySet();
    }

    /** A backend's section; present in the files. */
    HaproxySection section(String name) {
        return Objects.requireNonNull(sections.get(name));
    }

    /**
     * The pool of a backend, read for the first frontend: the frontend's times for clients count.
     *
     * @return null if the backend has no server for usher, or is missing
     */
    @Nullable
    HaproxyPool of(String name, HaproxySection frontend) {
        HaproxySection section = sections.get(name);
        if (section == null) {
            return null;
        }
        wanted.add(name);
        HaproxyPool pool = read.computeIfAbsent(name, _ -> read(section, frontend));
        return pool.pool().backends().isEmpty() && pool.servers().isEmpty() ? null : pool;
    }

    /** Whether usher can connect to a server of the backend; if not, a remark says so. */
    boolean serves(Statement statement, String name, HaproxySection frontend) {
        HaproxyPool pool = of(name, frontend);
        boolean serves = pool != null && !pool.pool().backends().isEmpty();
        if (!serves) {
            remarks.leftOut(statement, "backend " + name + " has no server that usher can connect to");
        }
        return serves;
    }

    private HaproxyPool read(HaproxySection section, HaproxySection frontend) {
        HaproxyPool pool = new HaproxyPool(section.name());
        Remarks muted = new Remarks(); // the lines have remarks where the lines stand
        section.inherited().forEach(line -> pool.take(line, muted));
        if (!frontend.equals(section)) {
            frontend.lines().stream().filter(HaproxyPools::isForClients).forEach(line -> pool.take(line, muted));
        }
        boolean own = section.kind().equals("backend");
        for (HaproxyLine line : section.lines()) {
            boolean taken = pool.take(line, remarks);
            if (!taken && own && !isRead(line)) {
                HaproxyKnown.remark(line, remarks);
            }
        }
        pool.finish(remarks);
        draft.add(pool.pool());
        return pool;
    }

    private static boolean isForClients(HaproxyLine line) {
        return line.begins("timeout", "client") || line.begins("timeout", "client-fin");
    }

    /** Lines of a backend with a reader elsewhere. */
    private static boolean isRead(HaproxyLine line) {
        return line.first().equals("mode") || line.first().equals("acl");
    }

    /** The pool of a single server, for {@code use-server}. */
    String single(HaproxyPool pool, String server, BackendConfig backend) {
        String name = pool.pool().name() + "-" + server;
        if (draft.pool(name) == null) {
            PoolDraft single = pool.pool().only(name, backend);
            draft.add(single);
        }
        return name;
    }

    /** Remarks on backends without a rule. */
    void remarkUnused() {
        sections.forEach((name, section) -> {
            if (section.kind().equals("backend") && !wanted.contains(name)) {
                remarks.leftOut(section.whole(), "no rule that usher takes over leads to this backend");
            }
        });
    }
}
