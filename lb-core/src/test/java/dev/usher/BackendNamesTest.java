package dev.usher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackendNamesTest {
    private static final String HOST = "spare.internal";
    private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");
    private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::1");

    private final Events events = new Events();
    private final Map<String, List<InetAddress>> zone = new HashMap<>();
    private final BackendNames names = new BackendNames(this::ask, events);

    private InetAddress[] ask(String host) throws UnknownHostException {
        List<InetAddress> found = zone.get(host);
        if (found == null) {
            throw new UnknownHostException(host);
        }
        return found.toArray(InetAddress[]::new);
    }

    private List<String> said() {
        return events.all().stream().map(Event::text).toList();
    }

    @Test
    void haveAllAddressesOfBothFamilies() {
        zone.put(HOST, List.of(ONE, SIX));
        names.lookUpNew(List.of(HOST));
        assertEquals(List.of(ONE, SIX), names.addresses(HOST));
        zone.put(HOST, List.of(TWO));
        names.lookUp(HOST);
        assertEquals(List.of(TWO), names.addresses(HOST));
    }

    /** A pool that takes the first of its backends would change it at each interval. */
    @Test
    void keepTheirOrderWhereOnlyThatChanges() {
        zone.put(HOST, List.of(ONE, TWO));
        names.lookUp(HOST);
        zone.put(HOST, List.of(TWO, ONE));
        names.lookUp(HOST);
        assertEquals(List.of(ONE, TWO), names.addresses(HOST));
    }

    @Test
    void keepTheLastAnswerAndSaySoOnce() {
        zone.put(HOST, List.of(ONE));
        names.lookUp(HOST);
        zone.clear();
        names.lookUp(HOST);
        names.lookUp(HOST);
        assertEquals(List.of(ONE), names.addresses(HOST));
        assertEquals(List.of("its name does not resolve any more; keeping [192.0.2.1]"), said());
        zone.put(HOST, List.of(ONE));
        names.lookUp(HOST);
        zone.clear();
        names.lookUp(HOST);
        assertEquals(2, said().size(), "another failure is news again");
    }

    @Test
    void saySoWhereTheyNeverHadAnAnswer() {
        names.lookUpNew(List.of(HOST));
        assertEquals(List.of(), names.addresses(HOST));
        assertEquals(List.of("its name does not resolve; it takes no sessions"), said());
    }

    /** A name may be taken out of the configuration, and come back after an hour. */
    @Test
    void areAskedForAgainWhenTheyComeBack() {
        zone.put(HOST, List.of(ONE));
        names.lookUpNew(List.of(HOST));
        names.keepOnly(Set.of("other.internal"));
        zone.put(HOST, List.of(TWO));
        names.lookUpNew(List.of(HOST));
        assertEquals(List.of(TWO), names.addresses(HOST));
    }
}
