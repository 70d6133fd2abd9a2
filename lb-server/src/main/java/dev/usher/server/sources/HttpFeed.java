package dev.usher.server.sources;

import dev.usher.config.HttpSource;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Asks a URL, and asks for nothing if nothing has changed (RFC 9110 section 13.1.2). */
final class HttpFeed implements Feed {
    /** A longer tag is not kept, and the answer is read anew each time. */
    private static final int MAX_TAG = 1024;

    private final SourceConfig source;
    private final HttpSource http;
    private final SourceClient client;
    private @Nullable String tag;
    private @Nullable Offer last;

    HttpFeed(SourceConfig source, HttpSource http) throws IOException {
        this.source = source;
        this.http = http;
        this.client = new SourceClient(
                http.tlsFiles(), http.token(), token -> new String[] {"Authorization", "Bearer " + token});
    }

    @Override
    public Offer ask() throws IOException, InterruptedException {
        Offer known = last;
        String condition = tag;
        Patience patience = new Patience(source.timeout());
        SourceClient.Answer answer = known == null || condition == null
                ? client.get(http.url(), patience, OfferReader.MAX_BYTES)
                : client.get(http.url(), patience, OfferReader.MAX_BYTES, "If-None-Match", condition);
        if (answer.unchanged()) {
            if (known == null) {
                throw new IOException("the status is 304, and no answer came before");
            }
            return known;
        }
        Offer offer = OfferReader.read(answer.body(), source.maxNames());
        last = offer;
        tag = answer.headers()
                .firstValue("ETag")
                .filter(each -> each.length() <= MAX_TAG)
                .orElse(null);
        return offer;
    }

    @Override
    public void close() {
        client.close();
    }
}
