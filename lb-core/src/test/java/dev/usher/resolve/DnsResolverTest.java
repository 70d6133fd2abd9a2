package dev.usher.resolve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.resolve.Resolver.Answer;
import dev.usher.resolve.Resolver.Service;
import dev.usher.testing.DnsStandIn;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Name servers of the configuration, asked over real sockets. */
class DnsResolverTest {
    private final DnsStandIn dns = DnsStandIn.start();
    private final DnsStandIn spare = DnsStandIn.start();

    @AfterEach
    void close() {
        dns.close();
        spare.close();
    }

    private static Resolver resolver(Family family, Duration timeout, HostPort... servers) {
        return Resolver.ofBackends(new ResolveConfig(Duration.ofSeconds(30), family, timeout, List.of(servers), true));
    }

    private Resolver resolver() {
        return resolver(Family.ANY, Duration.ofSeconds(5), dns.address());
    }

    private static List<String> digits(Answer answer) {
        return answer.addresses().stream().map(InetAddress::getHostAddress).toList();
    }

    private LookupException fails(String host) {
        return assertThrows(LookupException.class, () -> resolver().addresses(host));
    }

    @Test
    void givesEveryAddressAndTheLeastTime() throws LookupException {
        dns.has(
                "a.example",
                "a.example. 60 IN A 192.0.2.1",
                "a.example. 40 IN A 192.0.2.2",
                "a.example. 50 IN AAAA 2001:db8::1");
        Answer answer = resolver().addresses("a.example");
        assertEquals(List.of("192.0.2.1", "192.0.2.2", "2001:db8:0:0:0:0:0:1"), digits(answer));
        assertEquals(Duration.ofSeconds(40), answer.ttl());
    }

    @Test
    void asksForTheWantedFamilyAlone() throws LookupException {
        dns.has("a.example", "a.example. 60 IN A 192.0.2.1", "a.example. 60 IN AAAA 2001:db8::1");
        assertEquals(
                List.of("192.0.2.1"),
                digits(resolver(Family.IPV4, Duration.ofSeconds(5), dns.address())
                        .addresses("a.example")));
        assertEquals(1, dns.questions());
    }

    @Test
    void goesOverAliases() throws LookupException {
        dns.has(
                "www.example",
                "www.example. 60 IN CNAME a.example.",
                "a.example. 3 IN CNAME b.example.",
                "b.example. 60 IN A 192.0.2.1");
        Answer answer = resolver().addresses("www.example");
        assertEquals(List.of("192.0.2.1"), digits(answer));
        assertEquals(Duration.ofSeconds(3), answer.ttl());
    }

    @Test
    void asksForAnAliasThatTheServerLeavesOver() throws LookupException {
        dns.has("www.example", "www.example. 60 IN CNAME a.example.");
        dns.has("a.example", "a.example. 60 IN A 192.0.2.1");
        assertEquals(List.of("192.0.2.1"), digits(resolver().addresses("www.example")));
    }

    @Test
    void endsACircleOfAliases() {
        dns.has("a.example", "a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME a.example.");
        dns.has("b.example", "b.example. 60 IN CNAME c.example.");
        dns.has("c.example", "c.example. 60 IN CNAME b.example.");
        assertTrue(fails("a.example").isNoSuchName());
        assertTrue(fails("b.example").isNoSuchName());
    }

    /** An answer may hold what nobody asked for. */
    @Test
    void takesNoRecordOfAnotherName() {
        dns.has("a.example", "other.example. 60 IN A 192.0.2.66");
        assertTrue(fails("a.example").isNoSuchName());
    }

    @Test
    void tellsNoSuchNameFromNoAnswer() {
        dns.has("text.example", "text.example. 60 IN TXT \"no address\"");
        assertTrue(fails("missing.example").isNoSuchName());
        assertTrue(fails("text.example").isNoSuchName());
        dns.is(DnsStandIn.Mode.FAILS);
        assertFalse(fails("missing.example").isNoSuchName());
    }

    @Test
    void asksAgainOverTcpForALongAnswer() throws LookupException {
        dns.has("a.example", "a.example. 60 IN A 192.0.2.1");
        dns.is(DnsStandIn.Mode.TRUNCATES);
        assertEquals(List.of("192.0.2.1"), digits(resolver().addresses("a.example")));
        assertEquals(2, dns.overTcp()); // one for each family
    }

    @Test
    void asksTheNextServerWhereOneIsSilentOrFails() throws LookupException {
        spare.has("a.example", "a.example. 60 IN A 192.0.2.1");
        Resolver both = resolver(Family.IPV4, Duration.ofSeconds(2), dns.address(), spare.address());
        dns.is(DnsStandIn.Mode.SILENT);
        assertEquals(List.of("192.0.2.1"), digits(both.addresses("a.example")));
        int asked = dns.questions();
        assertEquals(List.of("192.0.2.1"), digits(both.addresses("a.example")));
        assertEquals(asked, dns.questions(), "the server that answered comes first");
        dns.has("b.example", "b.example. 60 IN A 192.0.2.2");
        dns.is(DnsStandIn.Mode.ANSWERS);
        spare.is(DnsStandIn.Mode.FAILS);
        assertEquals(List.of("192.0.2.2"), digits(both.addresses("b.example")));
    }

    @Test
    void givesUpWhenTheTimeIsOver() {
        dns.is(DnsStandIn.Mode.SILENT);
        Resolver quick = resolver(Family.ANY, Duration.ofMillis(200), dns.address());
        LookupException late = assertThrows(LookupException.class, () -> quick.addresses("a.example"));
        assertFalse(late.isNoSuchName());
        assertEquals("the last name server asked did not answer within 100 ms", late.getMessage());
    }

    @Test
    void readsTheFileOfHostsForBackendsAlone() throws LookupException {
        ResolveConfig config = new ResolveConfig(
                Duration.ofSeconds(30), Family.IPV4, Duration.ofSeconds(5), List.of(dns.address()), true);
        assertEquals(List.of("127.0.0.1"), digits(Resolver.ofBackends(config).addresses("localhost")));
        assertEquals(0, dns.questions());
        assertThrows(LookupException.class, () -> Resolver.ofClients(config).addresses("localhost"));
        assertEquals(1, dns.questions());
    }

    @Test
    void readsTheRecordsOfAService() throws LookupException {
        dns.has(
                "_https._tcp.example",
                "_https._tcp.example. 30 IN SRV 10 60 8443 a.example.",
                "_https._tcp.example. 30 IN SRV 20 0 443 b.example.",
                "_https._tcp.example. 30 IN SRV 20 0 0 c.example.");
        Resolver.Services found = resolver().services("_https._tcp.example");
        assertEquals(
                List.of(
                        new Service(10, 60, new HostPort("a.example", 8443)),
                        new Service(20, 0, new HostPort("b.example", 443))),
                found.services());
        assertEquals(Duration.ofSeconds(30), found.ttl());
    }

    @Test
    void knowsAServiceThatIsNotThere() {
        dns.has("_https._tcp.example", "_https._tcp.example. 30 IN SRV 0 0 0 .");
        assertTrue(assertThrows(LookupException.class, () -> resolver().services("_https._tcp.example"))
                .isNoSuchName());
    }
}
