package dev.usher.server.convert.haproxy;

import dev.usher.config.HttpConfig;
import dev.usher.config.ListenerType;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import java.util.List;
import java.util.Set;

/** A section of {@code mode http} with a redirect to https, and no backend. */
final class HaproxyRedirect {
    private static final Set<String> REST = Set.of(
            "bind", "mode", "log", "option", "maxconn", "timeout", "acl", "description", "http-request", "redirect");

    private final HaproxySection section;
    private final Remarks remarks;
    private final List<HaproxyLine> redirects;

    HaproxyRedirect(HaproxySection section, Remarks remarks) {
        this.section = section;
        this.remarks = remarks;
        redirects = section.lines().stream().filter(HaproxyRedirect::isRedirect).toList();
    }

    private static boolean isRedirect(HaproxyLine line) {
        int scheme = line.words().indexOf("scheme");
        boolean redirects = line.first().equals("redirect") || line.begins("http-request", "redirect");
        return redirects && scheme > 0 && line.word(scheme + 1).equals("https");
    }

    /** Whether the section does nothing but redirect requests. */
    boolean isOfAll() {
        return redirects.size() == 1
                && isUnconditional(redirects.getFirst())
                && section.last("default_backend") == null
                && section.lines().stream()
                        .allMatch(line -> REST.contains(line.first())
                                && (!line.first().equals("http-request") || isRedirect(line)));
    }

    /** A condition of {@code ssl_fc} is met by every request, since the section has no TLS. */
    private static boolean isUnconditional(HaproxyLine line) {
        List<String> condition = line.condition();
        String text = condition == null ? "" : String.join(" ", condition);
        return condition == null || text.matches("(?:if !|if ! |unless )\\{ ssl_fc }");
    }

    ListenerDraft listener() {
        HaproxyLine redirect = redirects.getFirst();
        ListenerDraft listener = new ListenerDraft(section.name(), section.whole());
        listener.type(ListenerType.HTTP);
        int code = redirect.words().indexOf("code");
        String status = code > 0 ? redirect.word(code + 1) : "302";
        if (status.equals("302") || status.equals("303")) {
            remarks.changed(redirect.statement(), "usher has no status " + status + ": 307 is used");
            listener.redirect(307);
        } else {
            remarks.tried(redirect.statement(), () -> {
                listener.redirect(HttpConfig.redirect(status));
                return "";
            });
        }
        for (HaproxyLine line : section.lines()) {
            switch (line.first()) {
                case "bind" -> HaproxyBind.read(line, listener, remarks);
                case "mode", "redirect", "http-request" -> {} // taken over
                case "maxconn" -> remarks.leftOut(line.statement(), "write max_connections in the listener");
                default -> HaproxyKnown.remark(line, remarks);
            }
        }
        return listener;
    }
}
