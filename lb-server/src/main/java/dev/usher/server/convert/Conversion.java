package dev.usher.server.convert;

import dev.usher.config.UsherConfig;
import dev.usher.server.convert.draft.Remark;
import dev.usher.server.convert.draft.Remark.Kind;
import dev.usher.server.yaml.BriefYaml;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of a conversion.
 *
 * @param config null if the files have a fault, or nothing to serve
 */
public record Conversion(Peer peer, @Nullable UsherConfig config, List<Remark> remarks) {
    private static final String RULE = "# ";

    public Conversion {
        remarks = List.copyOf(remarks);
    }

    public boolean has(Kind kind) {
        return remarks.stream().anyMatch(remark -> remark.kind() == kind);
    }

    /** usher's YAML, with the remarks as comments at the top; null without a configuration. */
    public @Nullable String yaml() {
        return config == null ? null : head() + BriefYaml.of(config);
    }

    private String head() {
        StringBuilder head = new StringBuilder(
                RULE + "Made by usher convert --from " + peer.name().toLowerCase(Locale.ROOT) + ".\n");
        for (Kind kind : Kind.values()) {
            List<Remark> some =
                    remarks.stream().filter(remark -> remark.kind() == kind).toList();
            if (!some.isEmpty()) {
                head.append("#\n").append(RULE).append(kind.title()).append('\n');
                some.forEach(remark ->
                        head.append(RULE).append("  ").append(remark.text()).append('\n'));
            }
        }
        return head.append('\n').toString();
    }
}
