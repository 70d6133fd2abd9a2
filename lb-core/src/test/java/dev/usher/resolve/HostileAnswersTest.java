package dev.usher.resolve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.testing.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;

/**
 * Goal: a lie about one name fails this name alone, with a reason, within {@code resolve.timeout}. Method: a name server
 * that answers one name with a lie, and every other name with the truth.
 */
@Timeout(30)
class HostileAnswersTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    /** Beyond the time-out: a busy machine, and the library's own deadline. */
    private static final Duration LATEST = TIMEOUT.multipliedBy(2).plusSeconds(2);

    private static final String LIE = "lie.example";
    private static final String TRUTH = "truth.example";

    private final DatagramSocket udp = socket();
    private final Random random = new Random(Seed.of(HostileAnswersTest.class));
    private final AtomicInteger questions = new AtomicInteger();

    /** What the server sends for a question about the name of the lie; null for nothing. */
    @FunctionalInterface
    private interface Liar {
        byte @Nullable [] answer(Message asked) throws IOException;
    }

    private static DatagramSocket socket() {
        try {
            return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        udp.close();
    }

    private Resolver lying(Liar liar) {
        return lying(udp, liar);
    }

    /** @param from the socket with the lies */
    private Resolver lying(DatagramSocket from, Liar liar) {
        Thread.ofPlatform().daemon().name("lying name server").start(() -> serve(from, liar));
        HostPort server = new HostPort("127.0.0.1", udp.getLocalPort());
        return Resolver.ofClients(
                new ResolveConfig(Duration.ofSeconds(30), Family.IPV4, TIMEOUT, List.of(server), false));
    }

    private void serve(DatagramSocket from, Liar liar) {
        byte[] bytes = new byte[4096];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                udp.receive(packet);
                Message asked = new Message(Arrays.copyOf(bytes, packet.getLength()));
                boolean honest = asked.getQuestion()
                        .getName()
                        .toString(true)
                        .toLowerCase(Locale.ROOT)
                        .equals(TRUTH);
                questions.addAndGet(honest ? 0 : 1);
                byte[] answer = honest ? answered(asked, address(asked, 1)).toWire() : liar.answer(asked);
                if (answer != null) {
                    (honest ? udp : from).send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException closed) { // the loop's condition ends the thread
            }
        }
    }

    private static Message answered(Message asked, Record... records) {
        Message answer = new Message(asked.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(asked.getQuestion(), Section.QUESTION);
        Arrays.stream(records).forEach(each -> answer.addRecord(each, Section.ANSWER));
        return answer;
    }

    private static ARecord address(Message asked, int last) {
        return new ARecord(asked.getQuestion().getName(), DClass.IN, 60, InetAddress.ofLiteral("192.0.2." + last));
    }

    private static CNAMERecord alias(String from, String to) throws TextParseException {
        return new CNAMERecord(Name.fromString(from + "."), DClass.IN, 60, Name.fromString(to + "."));
    }

    /** The failure of the lie, while the truth is found beside. */
    private static LookupException fails(Resolver resolver) throws Exception {
        FutureTask<Resolver.Answer> beside = new FutureTask<>(() -> resolver.addresses(TRUTH));
        Thread.ofVirtual().start(beside);
        long begun = System.nanoTime();
        LookupException failure = assertThrows(LookupException.class, () -> resolver.addresses(LIE));
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(taken.compareTo(LATEST) < 0, () -> "took " + taken);
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.1")), beside.get().addresses());
        return failure;
    }

    @Test
    void anAnswerWithAnotherIdIsNone() throws Exception {
        Resolver resolver = lying(asked -> {
            Message answer = answered(asked, address(asked, 66));
            Header other = answer.getHeader().clone();
            other.setID(asked.getHeader().getID() ^ 1);
            answer.setHeader(other);
            return answer.toWire();
        });
        assertFalse(fails(resolver).isNoSuchName());
    }

    @Test
    void anAnswerToAnotherQuestionIsNone() throws Exception {
        Resolver resolver = lying(asked -> {
            Record other = Record.newRecord(
                    Name.fromString("other.example."), asked.getQuestion().getType(), DClass.IN);
            Message answer = answered(asked, address(asked, 66));
            answer.removeAllRecords(Section.QUESTION);
            answer.addRecord(other, Section.QUESTION);
            return answer.toWire();
        });
        assertFalse(fails(resolver).isNoSuchName());
    }

    @Test
    void anAnswerFromAnotherPortIsNone() throws Exception {
        try (DatagramSocket elsewhere = socket()) {
            Resolver resolver = lying(
                    elsewhere, asked -> answered(asked, address(asked, 66)).toWire());
            assertTrue(String.valueOf(fails(resolver).getMessage()).contains("did not answer"));
        }
    }

    @Test
    void aQuestionSentBackIsNoAnswer() throws Exception {
        Resolver resolver = lying(Message::toWire);
        LookupException failure = fails(resolver);
        assertFalse(failure.isNoSuchName());
        assertEquals("the last name server asked sent the question back", failure.getMessage());
    }

    /** Over TCP nobody listens. */
    @Test
    void aTruncatedAnswerIsNotTakenForTheWhole() throws Exception {
        Resolver resolver = lying(asked -> {
            Message answer = answered(asked, address(asked, 66));
            answer.getHeader().setFlag(Flags.TC);
            return answer.toWire();
        });
        assertFalse(fails(resolver).isNoSuchName());
    }

    @Test
    void anAnswerLongerThanAllowedIsNone() throws Exception {
        Resolver resolver = lying(asked -> answered(
                        asked,
                        IntStream.range(0, 3000)
                                .mapToObj(i -> address(asked, i % 255))
                                .toArray(Record[]::new))
                .toWire(60_000));
        assertFalse(fails(resolver).isNoSuchName());
    }

    @Test
    void garbageIsNoAnswer() throws Exception {
        Resolver resolver = lying(asked -> {
            byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            if (bytes.length > 2) { // else the first check refuses all
                ByteBuffer.wrap(bytes).putShort((short) asked.getHeader().getID());
            }
            return bytes;
        });
        for (int i = 0; i < 5; i++) {
            fails(resolver);
        }
    }

    @Test
    void anEndlessRowOfAliasesEnds() throws Exception {
        AtomicInteger next = new AtomicInteger();
        Resolver resolver = lying(asked -> answered(
                        asked,
                        alias(asked.getQuestion().getName().toString(true), "a" + next.incrementAndGet() + ".example"))
                .toWire());
        assertTrue(fails(resolver).isNoSuchName());
        assertEquals(3, questions.get());
    }

    /** Every second question gets an answer, as late as the server dares. */
    @Test
    void aSlowRowOfAliasesEndsInTime() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        Resolver resolver = lying(asked -> {
            int question = questions.get();
            if (question % 2 == 1) {
                return null;
            }
            await(never, TIMEOUT.dividedBy(2).minusMillis(50));
            return answered(asked, alias(asked.getQuestion().getName().toString(true), "a" + question + ".example"))
                    .toWire();
        });
        long begun = System.nanoTime();
        assertThrows(LookupException.class, () -> resolver.addresses(LIE));
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(taken.compareTo(TIMEOUT.multipliedBy(2)) < 0, () -> "took " + taken);
    }

    private static void await(CompletableFuture<Void> never, Duration time) {
        assertThrows(TimeoutException.class, () -> never.get(time.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Test
    void aRowOfAliasesInOneAnswerEnds() throws Exception {
        Resolver resolver = lying(asked -> {
            Record[] row = new Record[40];
            for (int i = 0; i < row.length; i++) {
                row[i] = alias(i == 0 ? LIE : "b" + i + ".example", "b" + (i + 1) + ".example");
            }
            return answered(asked, row).toWire(4096);
        });
        fails(resolver);
        assertTrue(questions.get() <= 6, () -> questions + " questions");
    }
}
