package dev.usher.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.fuzz.IndependentReader.Reading;
import dev.usher.testing.Rounds;
import dev.usher.testing.Seed;
import dev.usher.tls.ClientHello;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.HelloCollector;
import dev.usher.tls.HelloResult;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: usher and an independent reader see the same name and the same protocols in a hello, or usher refuses. */
@Tag("slow")
class IndependentReaderTest {
    private static final int MAX_MESSAGE_BYTES = 1 << 16;
    private static final int CHANGED = 20_000;
    /** The two readers escape other bytes in different ways, and a comma stands between the reader's protocols. */
    private static final Pattern PRINTABLE = Pattern.compile("[!-+\\--\\[\\]-~]+");

    @TempDir
    private Path folder;

    @Test
    void realHellosAreReadAlike() throws Exception {
        List<byte[]> hellos = hellos();
        Map<Integer, Reading> readings = IndependentReader.read(hellos, folder);
        assertEquals(hellos.size(), readings.size());
        for (int i = 0; i < hellos.size(); i++) {
            assertNotNull(whole(hellos.get(i)), "hello " + i);
        }
        assertAlike(hellos, readings);
    }

    @Test
    void changedHellosAreReadAlikeOrRefused() throws Exception {
        Random random = new Random(Seed.of(IndependentReaderTest.class));
        List<byte[]> hellos = hellos();
        List<byte[]> changed = new ArrayList<>();
        while (changed.size() < Rounds.of(CHANGED)) {
            byte[] hello = hellos.get(random.nextInt(hellos.size())).clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int at = random.nextInt(hello.length);
                if (!isRecordVersion(hello, at)) {
                    hello[at] = (byte) random.nextInt(256);
                }
            }
            changed.add(withWholeRecord(hello));
        }
        assertTrue(assertAlike(changed, IndependentReader.read(changed, folder)) > changed.size() / 4);
    }

    /** RFC 8446 section 5.1: to be ignored. The reader takes a record of an unknown version for no TLS. */
    private static boolean isRecordVersion(byte[] hello, int at) {
        int record = 0;
        while (at >= record + 3 && record + 4 < hello.length) {
            record = recordEnd(hello, record);
        }
        return at > record;
    }

    /** The reader waits for the end of the record that holds the end of the hello, and usher does not. */
    private static byte[] withWholeRecord(byte[] hello) {
        int record = 0;
        while (record < hello.length) {
            record = record + 4 < hello.length ? recordEnd(hello, record) : hello.length;
        }
        return Arrays.copyOf(hello, record);
    }

    private static int recordEnd(byte[] hello, int record) {
        return record + 5 + (Byte.toUnsignedInt(hello[record + 3]) << 8 | Byte.toUnsignedInt(hello[record + 4]));
    }

    /** The number of hellos that both read. A reader that complains has lost its place in a field that usher skips. */
    private static int assertAlike(List<byte[]> inputs, Map<Integer, Reading> readings) {
        int read = 0;
        for (int i = 0; i < inputs.size(); i++) {
            ClientHello hello = whole(inputs.get(i));
            if (hello != null) {
                String input = HexFormat.of().formatHex(inputs.get(i));
                Reading reading = Objects.requireNonNull(readings.get(i), input);
                if (reading.complains()) {
                    continue;
                }
                read++;
                assertEquals(reading.name(), Objects.requireNonNullElse(hello.sentName(), ""), input);
                if (hello.alpn().stream().allMatch(p -> PRINTABLE.matcher(p).matches())) {
                    assertEquals(reading.protocols(), hello.alpn(), input);
                }
            }
        }
        return read;
    }

    private static @Nullable ClientHello whole(byte[] input) {
        return new HelloCollector(MAX_MESSAGE_BYTES).collect(ByteBuffer.wrap(input))
                        instanceof HelloResult.Hello(var hello)
                ? hello
                : null;
    }

    private static List<byte[]> hellos() throws Exception {
        List<byte[]> hellos = new ArrayList<>();
        for (Path file : Corpus.of(HelloFuzz.class)) {
            hellos.add(Files.readAllBytes(file));
        }
        for (int fragment : new int[] {1, 40, 100}) {
            ByteBuffer records = new HelloBuilder()
                    .name("shop.example")
                    .alpn("h2", "http/1.1")
                    .records(fragment);
            byte[] hello = new byte[records.remaining()];
            records.get(hello);
            hellos.add(hello);
        }
        return hellos;
    }
}
