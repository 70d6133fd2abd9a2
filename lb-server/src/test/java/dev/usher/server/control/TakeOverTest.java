package dev.usher.server.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.http.Caller;
import dev.usher.config.AdminConfig.Role;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendOrder;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TakeOverTest {
    private static final String FILE = "/etc/usher/usher.yaml";
    private static final BackendOrder ORDER =
            new BackendOrder("web", "10.0.0.1:443", AdminState.DRAIN, "drained by anna", 3, Duration.ofSeconds(9));

    @TempDir
    private Path directory = Path.of("");

    /** What this process was told to do, in order. */
    private final List<String> done = new CopyOnWriteArrayList<>();

    private volatile boolean settled = true;
    private final TakeOver takeOver = new TakeOver(new Giver());
    private final List<SocketChannel> clients = new ArrayList<>();
    private @Nullable ServerSocketChannel listening;

    private final class Giver implements TakeOver.Giver {
        @Override
        public boolean serves(String file) {
            return file.equals(FILE);
        }

        @Override
        public boolean settled() {
            return settled;
        }

        @Override
        public Set<SocketAddress> addresses() {
            return Set.of();
        }

        @Override
        public Set<SocketAddress> lasting() {
            return Set.of(
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 443),
                    UnixDomainSocketAddress.of("/run/in.sock"));
        }

        @Override
        public List<BackendOrder> orders() {
            return List.of(ORDER);
        }

        @Override
        public void letAdminGo() {
            done.add("admin let go");
        }

        @Override
        public void goesTo(long pid) {
            done.add("goes to " + pid);
        }

        @Override
        public void leave(long pid, Set<SocketAddress> taken) {
            done.add("leaves " + taken + " to " + pid);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(directory.resolve("s")));
    }

    @AfterEach
    void close() throws IOException {
        Objects.requireNonNull(listening).close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }

    /** A new process, which has said that it is there. */
    private final class Arrived {
        private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        private final Protocol.Reader reader = new Protocol.Reader(channel);

        Arrived(String file, boolean sameUser) throws IOException {
            clients.add(channel);
            channel.connect(UnixDomainSocketAddress.of(directory.resolve("s")));
            SocketChannel here = Objects.requireNonNull(listening).accept();
            String body = Protocol.text(new TakeOver.Arrival(7, file, "9"));
            Thread.ofVirtual().start(() -> {
                try (here) {
                    takeOver.hold(new Conversation.Visitor(
                            here, new Protocol.Reader(here), Caller.local(Role.ADMIN, "uid 0"), sameUser, body));
                } catch (IOException ended) {
                    done.add("ended: " + ended.getMessage());
                }
            });
        }

        void say(String path, @Nullable Object body) throws IOException {
            String text = body == null ? null : Protocol.text(body);
            Protocol.write(channel, Protocol.line(new Protocol.Request("POST", path, text)));
        }

        String hear() throws IOException {
            byte[] line = Objects.requireNonNull(reader.line(), "an answer");
            Protocol.Answer answer = Protocol.read(line, Protocol.Answer.class);
            return answer.status() + " " + new String(reader.bytes(answer.length()), StandardCharsets.UTF_8);
        }
    }

    private Arrived admitted() throws IOException {
        Arrived arrived = new Arrived(FILE, true);
        assertEquals("200 {\"detail\":\"\"}", arrived.hear());
        return arrived;
    }

    private void refused(String why, String file, boolean sameUser) throws IOException {
        String said = new Arrived(file, sameUser).hear();
        assertTrue(said.startsWith("409 ") && said.contains(why), said);
    }

    @Test
    void refusesAnotherUserAndAnotherFile() throws Exception {
        refused("only a process of the same user", FILE, false);
        refused("serves another file than /etc/other.yaml", "/etc/other.yaml", true);
        assertEquals(List.of(), done);
        admitted();
    }

    @Test
    void refusesASecondProcessUntilTheFirstHasLeft() throws Exception {
        Arrived first = admitted();
        refused("another process is taking over", FILE, true);
        first.channel.close();
        Await.until(() -> !takeOver.isUnderWay(), "it has left");
        admitted();
        assertEquals(List.of(), done);
    }

    /** Its sockets may still be another's: that one goes on with them where this one fails. */
    @Test
    void refusesAProcessUntilItsOwnTakeOverIsOver() throws Exception {
        settled = false;
        refused("is taking over itself: try again", FILE, true);
        settled = true;
        admitted();
    }

    @Test
    void refusesEverybodyOnceThisProcessEnds() throws Exception {
        takeOver.close();
        refused("is about to end", FILE, true);
    }

    /** The answer fails, after the other has said that it serves: nobody may have been told of the other. */
    @Test
    void aProcessThatEndsBeforeTheAnswerChangesNothing() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        takeOver.watch(new TakeOver.Watcher() {
            @Override
            public void step(String text) {
                if (text.equals("last words")) {
                    await(gone);
                }
            }

            @Override
            public void served(long pid) {
                done.add("watcher told");
            }
        });
        Arrived other = admitted();
        other.say(TakeOver.STEP, new TakeOver.Step("last words"));
        other.say(TakeOver.SERVES, new TakeOver.Serving(List.of()));
        other.channel.close();
        gone.countDown();
        Await.until(() -> !takeOver.isUnderWay() && !done.isEmpty(), "it has left");
        assertEquals(1, done.size(), done::toString);
        assertTrue(done.getFirst().startsWith("ended: "), done::toString);
        admitted();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void endsHereWhenTheOtherServes() throws Exception {
        List<String> steps = new CopyOnWriteArrayList<>();
        CountDownLatch heard = new CountDownLatch(1);
        takeOver.watch(new TakeOver.Watcher() {
            @Override
            public void step(String text) {
                steps.add(text);
            }

            @Override
            public void served(long pid) {
                await(heard);
                done.add("watcher told");
            }
        });
        Arrived other = admitted();
        other.say(TakeOver.STEP, new TakeOver.Step("reading"));
        other.say(TakeOver.SOCKETS, null);
        String sockets = other.hear();
        assertTrue(sockets.contains("\"count\":0"), sockets);
        TakeOver.Sockets read = Protocol.body(sockets.substring(4), TakeOver.Sockets.class);
        assertEquals(new Giver().lasting(), Place.addresses(read.lasting()));
        other.say(TakeOver.ORDERS, null);
        TakeOver.Orders orders = Protocol.body(other.hear().substring(4), TakeOver.Orders.class);
        assertEquals(List.of(ORDER), orders.orders());
        assertEquals(List.of(), done);
        other.say(
                TakeOver.SERVES,
                new TakeOver.Serving(Place.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 443)))));
        assertEquals("200 {\"detail\":\"\"}", other.hear());
        assertNull(other.reader.line(), "the end of the answers");
        assertEquals(List.of("goes to 7"), done, "the service manager hears the other by now");
        heard.countDown();
        Await.until(() -> done.size() == 3, "this process leaves");
        assertEquals(List.of("goes to 7", "watcher told", "leaves [/[0:0:0:0:0:0:0:1]:443] to 7"), done);
        assertEquals(List.of("usher 9 has started", "reading"), steps);
        refused("is about to end", FILE, true);
    }

    @Test
    void freesTheAdminSideOnRequestAlone() throws Exception {
        Arrived other = admitted();
        other.say(TakeOver.ADMIN, null);
        assertEquals("200 {\"detail\":\"\"}", other.hear());
        assertEquals(List.of("admin let go"), done);
    }

    @Test
    void nonsenseEndsTheConversationAlone() throws Exception {
        admitted().say("/take-over/everything", null);
        Await.until(() -> done.equals(List.of("ended: a take-over knows no /take-over/everything")), "it ends");
        Arrived other = admitted();
        other.say(TakeOver.SERVES, new TakeOver.Serving(List.of(new Place("no address", 1, null))));
        Await.until(() -> done.size() == 2, "it ends");
        assertTrue(done.getLast().startsWith("ended: no address of a socket"), done::toString);
        admitted();
    }
}
