package dev.usher.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.testing.TestPools;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: each balancer gives the one backend that its rule names. Method: picks of prepared loads, with the cursor and the
 * random numbers given. {@link BalancerTest} counts many picks. Backends are a, b, c; a list is {@code 3/2 0/1}: sessions
 * open, then weight; a backend with {@code !} is full.
 */
class PickTest {
    private static final String NOBODY = "-";
    /** The length of each table of client-hash. */
    private static final int PLACES = 65_521;

    private static List<Weighted> members(String list) {
        String[] each = list.split(" ", -1);
        List<BackendConfig> configs = new ArrayList<>();
        for (int i = 0; i < each.length; i++) {
            int open = Integer.parseInt(each[i].replaceFirst("/.*", ""));
            configs.add(new BackendConfig(
                    new HostPort("127.0.0.1", i + 1), 1, each[i].endsWith("!") ? Math.max(1, open) : 0, false));
        }
        List<Backend> backends = TestPools.of(PoolConfig.of("web", configs), 1).backends();
        return IntStream.range(0, each.length)
                .mapToObj(i -> member(backends.get(i), each[i].replace("!", "").split("/", -1)))
                .toList();
    }

    private static Weighted member(Backend backend, String[] openAndWeight) {
        for (int i = 0; i < Integer.parseInt(openAndWeight[0]); i++) {
            backend.take();
        }
        return new Weighted(backend, Integer.parseInt(openAndWeight[1]));
    }

    private static String letter(@Nullable Backend backend) {
        return backend == null ? NOBODY : TestPools.letter(backend);
    }

    private static List<Backend> tried(List<Weighted> members, @Nullable String letters) {
        return members.stream()
                .map(Weighted::backend)
                .filter(backend -> letters != null && letters.contains(letter(backend)))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "0/1 0/1 0/1,    0, , a",
        "0/1 0/1 0/1,    1, , b", // of equals the one whose turn it is
        "0/1 0/1 0/1,    4, , b",
        "1/1 1/1 1/1,    2, , c",
        "2/1 1/1 1/1,    0, , b", // the first of the least, from the turn on
        "2/1 1/1 1/1,    2, , c",
        "1/1 2/1 2/1,    1, , a",
        "0/1 1/1 1/1,    1, , a", // an idle one before the turn
        "1/1 0/1 0/1,    0, , b",
        "3/2 2/1 9/1,    0, , a", // 1.5 is less than 2
        "4/2 1/1 9/1,    0, , b",
        "2/2 1/1 9/1,    0, , a", // equal for their weights: the turn
        "0/1 1/1 2/1,    0, a, b",
        "0/1 1/1 2/1,    0, ab, c",
        "0/1 1/1 2/1,    0, abc, -",
        "1/1! 2/1 3/1,   0, , b",
        "1/1! 1/1! 1/1!, 0, , -",
    })
    void leastConnectionsIsTheFirstOfTheLeastLoadedFromItsTurnOn(
            String list, int cursor, @Nullable String tried, String picked) {
        List<Weighted> members = members(list);
        LeastConnections balancer = new LeastConnections(members, new AtomicInteger(cursor));
        assertEquals(picked, letter(balancer.pick(0, tried(members, tried))));
    }

    /** A number's lower half draws the first, the upper half the second. */
    @ParameterizedTest
    @CsvSource({
        "1/1 1/1 1/1,    00000000, 00000000, , a",
        "1/1 1/1 1/1,    55555555, 55555555, , a", // the last number of the first third
        "1/1 1/1 1/1,    55555556, 55555556, , b",
        "1/1 1/1 1/1,    ffffffff, ffffffff, , c",
        "1/1 1/1 1/1,    ffffffff, 00000000, , c", // of equals the first drawn
        "1/1 1/1 0/1,    00000000, ffffffff, , c", // the less loaded
        "0/1 1/1 1/1,    00000000, ffffffff, , a",
        "3/2 2/1 9/1,    ffffffff, 00000000, , a",
        "2/2 3/1 9/1,    40000000, ffffffff, , a", // the tickets are a, b, c, a
        "1/1 1/1 1/1,    00000000, 00000000, a, b", // the next that can
        "1/1 1/1 1/1,    ffffffff, ffffffff, c, a",
        "1/1 1/1 1/1,    00000000, 00000000, abc, -",
        "1/1! 1/1 1/1,   00000000, 00000000, , b",
    })
    void randomTwoIsTheLessLoadedOfTwoDrawn(
            String list, String first, String second, @Nullable String tried, String picked) {
        List<Weighted> members = members(list);
        long draw = Long.parseUnsignedLong(second + first, 16);
        assertEquals(picked, letter(new RandomTwo(members, () -> draw).pick(0, tried(members, tried))));
    }

    @ParameterizedTest
    @EnumSource
    void nobodyIsPickedOfNobody(Balance balance) {
        assertNull(Balancer.of(balance, List.of(), new AtomicInteger(), () -> 0).pick(0, List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "0/1 0/1 0/1, -1, , aabcab", // 2^32 - 1 is divided by 3, and 0 follows
        "0/2 0/1, 0, , abaaba",
        "0/1! 0/1 0/1, 0, , abcbbc", // the full one passes its turn to the next
        "0/1 0/1 0/1!, 2, c, aabaab",
    })
    void roundRobinTakesTurnsFromItsCursorOn(String list, int cursor, @Nullable String tried, String picked) {
        List<Weighted> members = members(list);
        RoundRobin balancer = new RoundRobin(members, new AtomicInteger(cursor));
        String picks = IntStream.range(0, picked.length())
                .mapToObj(_ -> {
                    Backend next = balancer.pick(0, tried(members, tried));
                    if (next != null) {
                        next.take();
                    }
                    return letter(next);
                })
                .collect(Collectors.joining());
        assertEquals(picked, picks);
    }

    /** Slow starts and orders of people make large weights: the order stays short, and nobody loses the last turn. */
    @ParameterizedTest
    @CsvSource({
        "0/100 0/200 0/300,   1 2 3",
        "0/16383 0/1,         16383 1",
        "0/16384 0/1,         16383 1",
        "0/25600 0/25601 0/1, 8191 8192 1",
        "0/2000000 0/1,       16383 1",
    })
    void anOrderIsAsLongAsTheWeightsNeedAndNoLonger(String list, String turns) {
        List<Weighted> members = members(list);
        int[] counts = new int[members.size()];
        for (int member : RoundRobin.turns(members)) {
            counts[member]++;
        }
        assertArrayEquals(
                Arrays.stream(turns.split(" ", -1)).mapToInt(Integer::parseInt).toArray(), counts);
    }

    /**
     * The last 8 places of the table and the first 24, and a hash of all: instances of several versions must have the same
     * table, whatever the order of the addresses.
     */
    @ParameterizedTest
    @CsvSource({
        "0/1 0/1 0/1,  , ababcbbbbcbcacacaabcbcbbabacbaaa, -2094055111",
        "0/1 0/1 0/1,  a, bbbbcbbbbcbcccccbbbcbcbbbbccbbbb, -1097526384",
        "0/1 0/1 0/1,  bc, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 1141596513",
        "0/1 0/1 0/1,  abc, --------------------------------, -665899731",
        "0/5 0/3 0/1,  , aaababbabcacabaaaabcbcbbabaabaaa, -1919457725",
        "1/1! 0/1 0/1, , bbbbcbbbbcbcccccbbbcbcbbbbccbbbb, -1097526384",
    })
    void clientHashIsATableThatIsTheSameEverywhere(String list, @Nullable String tried, String picked, int hash) {
        for (List<Weighted> members : List.of(members(list), members(list).reversed())) {
            ClientHash table = new ClientHash(members);
            List<Backend> failed = tried(members, tried);
            String picks = LongStream.range(-8, PLACES - 8)
                    .mapToObj(place -> letter(table.pick(Math.floorMod(place, PLACES), failed)))
                    .collect(Collectors.joining());
            assertEquals(picked, picks.substring(0, 32));
            assertEquals(hash, picks.hashCode());
        }
    }

    /** Of both kinds of addresses, and the same in every JVM: instances of several versions must agree. */
    @Test
    void aClientsHashIsTheSameEverywhere() {
        assertEquals(-3106542077275245959L, ClientHash.hash(InetAddress.ofLiteral("192.0.2.1")));
        assertEquals(-7723350543692281450L, ClientHash.hash(InetAddress.ofLiteral("2001:db8::1")));
    }

    /** 2^64 - 1 leaves 50,624 when divided by the number of places. */
    @Test
    void aHashWithoutASignIsDividedByTheNumberOfPlaces() {
        ClientHash table = new ClientHash(members("0/1 0/1 0/1"));
        assertEquals(letter(table.pick(50624, List.of())), letter(table.pick(-1, List.of())));
    }
}
