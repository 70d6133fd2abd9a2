package dev.usher.server.yaml;

import dev.usher.config.Address;
import dev.usher.config.Expectation;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.UsherConfig;
import dev.usher.http.AcmeChallenge;
import dev.usher.name.ServerName;
import dev.usher.route.Expected;
import dev.usher.route.RouteQuery;
import dev.usher.route.Typed;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code expect}, and notes each client that would get another outcome. */
final class ExpectReader {
    private final Problems problems;
    private final List<Read> expectations = new ArrayList<>();
    private final List<Kept> kept = new ArrayList<>();

    /**
     * An expectation with places in the file.
     *
     * @param called path, for example {@code expect.www.example.com}
     * @param place of the outcome
     * @param listener place of the listener; the outcome's without one
     */
    private record Read(Typed typed, Expectation expected, String called, Place place, Place listener) {}

    ExpectReader(Problems problems) {
        this.problems = problems;
    }

    void read(Fields section) {
        for (Item.Entry entry : section.entries()) {
            Item item = section.item(entry.key());
            Typed typed = typed(section, entry);
            if (item != null) {
                read(section, entry, item, typed);
            }
        }
    }

    private @Nullable Typed typed(Fields section, Item.Entry entry) {
        try {
            return Typed.parse(entry.key());
        } catch (IllegalArgumentException fault) {
            problems.error(entry.place(), section.path() + ": " + fault.getMessage());
            return null;
        }
    }

    /** Reads an outcome, the long form, or a list of long forms: one for each kind of client. */
    private void read(Fields section, Item.Entry entry, Item item, @Nullable Typed typed) {
        String called = section.path(entry.key());
        if (item instanceof Item.Listing listing) {
            int index = 0;
            for (Item each : listing.items()) {
                add(section, each, typed, called + "[" + index++ + "]", each.place());
            }
        } else {
            add(section, item, typed, called, entry.place());
        }
    }

    private void add(Fields section, Item item, @Nullable Typed typed, String called, Place named) {
        if (!(item instanceof Item.Mapping)) {
            String outcome = section.parsed(section.scalar(item, called), called, ExpectReader::outcome);
            if (typed != null && outcome != null) {
                expectations.add(new Read(typed, Expectation.of(outcome), called, item.place(), item.place()));
            }
            return;
        }
        Fields fields = section.fields(item, called, named);
        if (fields == null) {
            return;
        }
        fields.require("outcome");
        String outcome = fields.parsed(fields.scalar("outcome"), fields.path("outcome"), ExpectReader::outcome);
        Item.Scalar listener = fields.scalar("listener");
        List<String> alpn = fields.list("alpn", HealthCheckReader::protocol, List.of());
        String client = fields.value("client", ExpectReader::client, Expectation.DEFAULT_CLIENT);
        fields.done();
        if (typed != null && outcome != null) {
            Expectation expected = new Expectation(outcome, listener == null ? null : listener.text(), alpn, client);
            Place place = fields.valuePlace("outcome");
            expectations.add(new Read(typed, expected, called, place, fields.valuePlace("listener")));
        }
    }

    /** A word, a pool's name or a backend's address; the address in the form of a backend in a configuration. */
    private static String outcome(String text) {
        return text.indexOf(':') < 0 ? text : Address.parse(text).toString();
    }

    private static String client(String text) {
        if (IpAddress.parse(text) == null) {
            throw new IllegalArgumentException('"' + text + "\" is not an IP address");
        }
        return text;
    }

    /** Notes each expectation that a configuration does not meet. Returns the names of the others. */
    List<Kept> check(UsherConfig config) {
        if (expectations.isEmpty()) {
            return List.of();
        }
        Expected routes = new Expected(config);
        for (Read read : expectations) {
            ListenerConfig listener = listener(config, read);
            if (listener != null && fits(listener, read) && isKnown(config, read)) {
                compare(routes, listener, read);
            }
        }
        return kept;
    }

    private @Nullable ListenerConfig listener(UsherConfig config, Read read) {
        String named = read.expected().listener();
        if (named == null) {
            return read.typed().listenerOf(config);
        }
        ListenerConfig listener = config.listeners().get(named);
        if (listener == null) {
            problems.error(
                    read.listener(),
                    read.called() + " names listener \"" + named + "\", which does not exist"
                            + Suggestion.text(named, config.listeners().keySet()));
        }
        return listener;
    }

    /** False for a URL whose clients do not come to the listener, which is then noted. */
    private boolean fits(ListenerConfig listener, Read read) {
        String misfit = read.typed().misfit(listener);
        if (misfit != null) {
            problems.error(read.listener(), read.called() + ": " + misfit);
        }
        return misfit == null;
    }

    /** False for the name of a pool that does not exist, which is then noted. */
    private boolean isKnown(UsherConfig config, Read read) {
        String outcome = read.expected().outcome();
        boolean known = outcome.indexOf(':') >= 0
                || Expectation.WORDS.contains(outcome)
                || config.pools().containsKey(outcome);
        if (!known) {
            List<String> names = new ArrayList<>(Expectation.WORDS);
            config.pools().keySet().stream().filter(PoolConfig::isPoolName).forEach(names::add);
            Optional<String> near = Suggestion.of(outcome, names);
            problems.error(
                    read.place(),
                    read.called() + ": \"" + outcome + "\" is neither a pool nor reject, close or redirect"
                            + near.map(word -> "; did you mean \"" + word + "\"?")
                                    .orElse(""));
        }
        return known;
    }

    private void compare(Expected routes, ListenerConfig listener, Read read) {
        Typed typed = read.typed();
        Expectation expected = read.expected();
        if (typed.name() == null && listener.type().readsNames()) {
            compareRefused(read);
            return;
        }
        RouteQuery asked = typed.on(
                listener,
                expected.alpn(),
                InetAddress.ofLiteral(expected.client()),
                AcmeChallenge.isPath(typed.path()));
        Expected.Instead instead = routes.instead(asked, expected.outcome());
        if (instead == null) {
            keep(listener, asked.name(), routes.route(asked), read);
        } else {
            problems.error(
                    read.place(),
                    read.called() + ": " + expected(expected) + " is expected, and a client of listener "
                            + listener.name() + " gets " + instead.outcome() + ": " + instead.why(),
                    instead.denied() && expected.client().equals(Expectation.DEFAULT_CLIENT)
                            ? "a client is at " + expected.client() + " unless its address is given: { outcome: "
                                    + expected.outcome() + ", client: 10.0.0.1 }"
                            : null);
        }
    }

    /** A listener of type tcp, and one with an own route for the name, asks no route of a source. */
    private void keep(ListenerConfig listener, @Nullable ServerName name, @Nullable RouteConfig route, Read read) {
        boolean own = route != null && listener.own().routes().contains(route);
        if (name != null && listener.type().readsNames() && !own) {
            RoutePattern pattern = route == null ? null : route.pattern();
            kept.add(new Kept(name.name(), pattern, read.called() + ", " + read.place()));
        }
    }

    /** A host that is no server name is refused everywhere. */
    private void compareRefused(Read read) {
        if (!read.expected().outcome().equals(Expectation.REJECT)) {
            problems.error(
                    read.place(),
                    read.called() + ": " + expected(read.expected()) + " is expected, and a client gets reject: "
                            + String.join("; ", read.typed().remarks()));
        }
    }

    private static String expected(Expectation expected) {
        String outcome = expected.outcome();
        return outcome.indexOf(':') >= 0 || Expectation.WORDS.contains(outcome) ? outcome : "pool " + outcome;
    }
}
