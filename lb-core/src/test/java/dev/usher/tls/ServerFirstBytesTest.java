package dev.usher.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerFirstBytesTest {
    @ParameterizedTest
    @CsvSource({
        "'', TOO_SHORT",
        "16, TOO_SHORT",
        "1603, HANDSHAKE",
        "160303007a020000760303, HANDSHAKE",
        "1602, OTHER",
        "15, TOO_SHORT",
        "1503030002, TOO_SHORT",
        "150303000202, TOO_SHORT",
        "15030300020250, INTERNAL_ERROR",
        "15030300020228, ALERT",
        "15030300020170, OTHER", // a warning
        "1500, OTHER",
        "17, OTHER",
        "48545450, OTHER",
        "80, OTHER"
    })
    void areToldFromEachOther(String hex, ServerFirstBytes expected) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        ByteBuffer first =
                ByteBuffer.allocate(bytes.length + 4).put(2, bytes).position(2).limit(2 + bytes.length);
        assertEquals(expected, ServerFirstBytes.look(first));
        assertEquals(2, first.position());
    }
}
