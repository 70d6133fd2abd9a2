package dev.usher.sim;

import dev.usher.config.HostPort;
import dev.usher.resolve.LookupException;
import dev.usher.resolve.Resolver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The name server of a world, and what usher knows from its answers. The first look-ups come on threads of their own. */
final class SimNames implements Resolver {
    /** A name, asked for by a thread at a time. */
    private static final class Name {
        private final Chance chance;
        private final List<InetAddress> all;
        private List<InetAddress> addresses;
        private @Nullable Duration ttl;
        private boolean fails;
        private boolean isGone;

        Name(Chance chance, List<InetAddress> all) {
            this.chance = chance;
            this.all = all;
            this.addresses = all;
            change();
        }

        /** Other addresses, some of them, none; or all stays as it is. */
        void change() {
            fails = chance.oneIn(5);
            isGone = chance.oneIn(6);
            ttl = chance.oneIn(2) ? null : Duration.ofMillis(chance.below(6000));
            if (!chance.oneIn(4)) {
                addresses = all.stream().filter(_ -> chance.oneIn(2)).toList();
            }
        }

        void calmDown() {
            fails = false;
            isGone = false;
            addresses = all;
        }

        /** In another order each time. */
        Answer answer(String host) throws LookupException {
            if (fails) {
                throw LookupException.failed("the look-up of " + host + " failed");
            }
            if (isGone || addresses.isEmpty()) {
                throw LookupException.noSuchName(host + " has no address");
            }
            List<InetAddress> turned = new ArrayList<>(addresses);
            Collections.rotate(turned, chance.below(turned.size()));
            return new Answer(turned, ttl);
        }
    }

    /** How a look-up comes about. */
    enum Asked {
        /** For a new configuration, which is not in force yet. */
        FIRST,
        AGAIN,
        /** Again, and stopped in the middle. */
        INTERRUPTED
    }

    private static final int CHANGE_ONE_IN = 15;

    private final Map<String, Name> names = new TreeMap<>();
    /** The addresses of the last answers, by name. */
    private final Map<String, List<InetAddress>> given = new ConcurrentHashMap<>();

    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private volatile Asked asked = Asked.FIRST;
    private Runnable onNews = () -> {};

    SimNames(Chance chance, Map<String, List<InetAddress>> hosts) {
        hosts.forEach((host, all) -> names.put(host, new Name(chance.part(names.size()), all)));
    }

    /** Some name may have another answer from now on. */
    void step() {
        for (Name name : names.values()) {
            if (name.chance.oneIn(CHANGE_ONE_IN)) {
                name.change();
            }
        }
    }

    void calmDown() {
        names.values().forEach(Name::calmDown);
    }

    /** Has the world told of other addresses from a repeated look-up, before usher takes the addresses over. */
    void onNews(Runnable told) {
        onNews = told;
    }

    /** How the next look-ups come about. */
    void asks(Asked how) {
        asked = how;
    }

    @Override
    public Answer addresses(String host) throws LookupException {
        if (asked == Asked.INTERRUPTED) {
            Thread.currentThread().interrupt();
            throw LookupException.failed("interrupted");
        }
        try {
            Answer answer = Objects.requireNonNull(names.get(host)).answer(host);
            failing.remove(host);
            note(host, answer.addresses());
            return answer;
        } catch (LookupException failure) {
            failing.add(host);
            throw failure;
        }
    }

    private void note(String host, List<InetAddress> addresses) {
        List<InetAddress> before = given.getOrDefault(host, List.of());
        if (!Set.copyOf(before).equals(Set.copyOf(addresses))) { // another order alone is no news
            given.put(host, addresses);
            if (asked == Asked.AGAIN) {
                onNews.run();
            }
        }
    }

    /** Usher forgets the answers for all other names. */
    void keepOnly(Collection<String> hosts) {
        given.keySet().retainAll(hosts);
        failing.retainAll(hosts);
    }

    /** Where the backends of a place of the configuration are. */
    List<InetSocketAddress> of(HostPort place) {
        return place.isIpLiteral()
                ? List.of(House.address(place))
                : given.getOrDefault(place.host(), List.of()).stream()
                        .map(address -> new InetSocketAddress(address, place.port()))
                        .toList();
    }

    /** Names whose last look-up failed. */
    Set<String> failing() {
        return new TreeSet<>(failing);
    }
}
