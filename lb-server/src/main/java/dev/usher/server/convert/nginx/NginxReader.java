package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads nginx's configuration: the {@code stream} block, with the included files. */
public final class NginxReader {
    /** Blocks of {@code stream} at the top of a file, for the main file to include. */
    private static final Set<String> SNIPPET = Set.of("map", "upstream", "server", "limit_conn_zone", "log_format");

    private final Draft draft;
    private final Remarks remarks;
    private final NginxIncludes includes;
    private final NginxStream stream;
    /** Servers of {@code http} at the top of a file. */
    private final List<Directive> httpSnippets = new ArrayList<>();

    private NginxReader(PeerText main, Draft draft) {
        this.draft = draft;
        remarks = draft.remarks();
        includes = new NginxIncludes(main, remarks);
        stream = new NginxStream(draft, includes);
    }

    /** Fills the draft; throws {@code Unreadable} at the first fault of the text. */
    public static void read(List<PeerText> files, Draft draft) {
        NginxReader reader = new NginxReader(files.getFirst(), draft);
        List<Directive> snippets = new ArrayList<>();
        for (PeerText file : files) {
            if (!reader.includes.followed(file.file())) {
                reader.includes.expanded(NginxParser.read(file)).forEach(each -> reader.take(each, snippets));
            }
        }
        if (!reader.httpSnippets.isEmpty()) {
            reader.http(reader.httpSnippets, snippets).forEach(reader.stream::uses);
        }
        if (!snippets.isEmpty()) {
            reader.stream.read(snippets);
        }
    }

    private void take(Directive directive, List<Directive> snippets) {
        if (directive.is("stream")) {
            stream.read(includes.expanded(directive.block()));
        } else if (directive.is("http")) {
            http(directive);
        } else if (directive.is("server") && isHttp(directive)) {
            httpSnippets.add(directive);
        } else if (SNIPPET.contains(directive.name())) {
            snippets.add(directive);
        } else {
            NginxKnown.remark(directive, remarks);
        }
    }

    /** Servers one by one if the block has any; else the block as a whole. */
    private void http(Directive http) {
        List<Directive> block = includes.expanded(http.block());
        List<Directive> servers =
                block.stream().filter(each -> each.is("server")).toList();
        if (servers.isEmpty()) {
            remarks.leftOut(http.statement(), NginxHttp.KEEP);
        } else {
            http(servers, block);
            remarks.notNeeded(
                    http.statement(), "of this block servers without TLS are looked at alone, and their upstreams");
        }
    }

    /** @return the upstreams of servers taken over */
    private Set<String> http(List<Directive> servers, List<Directive> block) {
        NginxHttp http = new NginxHttp(draft, includes, block);
        servers.forEach(http::read);
        return http.used();
    }

    private static boolean isHttp(Directive server) {
        return server.block().stream().noneMatch(each -> each.is("proxy_pass"));
    }
}
